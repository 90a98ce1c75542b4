"""Which layers of a model run on an image, and which of them are worth a look."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from convzoo.errors import ArgumentError, NothingToShowError, UnknownNameError
from convzoo.visualize.tapping import Tap, tapped

# Between sizes that differ by less lies no stage: only a border that was cut off or padded.
_CHANGE = 1.5


class Ran(NamedTuple):
    """A layer that ran.

    Args:
        path: its name, after those of the models that hold it: `"base/conv1"`.
        name: its name alone where no other layer has it, or else its path.
        layer: the live layer.
        shape: the shape of what it gave, the batch included; `()` where that is no one tensor.
        is_model: whether it's a model.
    """

    path: str
    name: str
    layer: Any
    shape: tuple[int, ...]
    is_model: bool


class Survey:
    """One run of a model.

    Args:
        model: a live Keras model.
        inputs: what it runs on.
    """

    def __init__(self, model: Any, inputs: Any) -> None:
        if not model.built:
            model(inputs, training=False)  # Building calls layers on what is no data.
        self.model = model
        self.channels_first = is_channels_first(model)
        paths: dict[Any, str] = {}
        for path, layer in _layers(model):
            paths.setdefault(layer, path)
        outputs: dict[Any, Any] = {}

        def telling(layer: Any) -> Tap:
            def tell(output: Any) -> Any:
                outputs[layer] = output
                return output

            return tell

        with tapped({layer: telling(layer) for layer in paths}):
            self.output = model(inputs, training=False)
        counts = Counter(map(_own_name, paths.values()))
        self.ran = [
            Ran(
                paths[layer],
                _own_name(paths[layer]) if counts[_own_name(paths[layer])] == 1 else paths[layer],
                layer,
                _shape(output),
                _is_model(layer),
            )
            for layer, output in outputs.items()
        ]
        self.last = next(
            (layer for layer, output in outputs.items() if output is self.output), None
        )
        """The layer that gives the model's output; `None` where the model's own code does."""

    def find(self, name: str) -> Ran:
        """The layer of that path, or of that name where no other has it.

        Raises:
            UnknownNameError: when there is none, or it did not run.
            ArgumentError: when several models within have a layer of that name.
        """
        by_path = {ran.path: ran for ran in self.ran}
        if name in by_path:
            return by_path[name]
        found = [ran for ran in self.ran if _own_name(ran.path) == name]
        if len(found) > 1:
            paths = " or ".join(ran.path for ran in found)
            raise ArgumentError(f"{name!r} is the name of several layers. Give {paths}.")
        if not found:
            names = [known for path in by_path for known in (path, _own_name(path))]
            raise UnknownNameError(f"layer of '{self.model.name}'", name, dict.fromkeys(names))
        return found[0]

    def places(self, ran: Ran) -> tuple[int, int]:
        """Height and width of what a layer gave; (0, 0) where it has none."""
        if len(ran.shape) != 4:
            return 0, 0
        return ran.shape[2:4] if self.channels_first else ran.shape[1:3]

    @property
    def spatial(self) -> list[Ran]:
        """The layers whose output has more than one place, in the order of their calls.

        Raises:
            NothingToShowError: when there are none.
        """
        found = [ran for ran in self.ran if not ran.is_model and max(self.places(ran)) > 1]
        if not found:
            raise NothingToShowError(
                f"'{self.model.name}' has no layer with spatial axes, so that there is nothing to "
                "show on an image."
            )
        return found

    def stages(self, names: Sequence[str] = ()) -> list[Ran]:
        """The layers that end a stage.

        Args:
            names: their names, where they are known; without any a stage ends before its size
                changes much, and at the last layer that has spatial axes.

        Raises:
            NothingToShowError: when no layer has spatial axes.
        """
        spatial = self.spatial
        known = [ran for ran in spatial if ran.path in names]
        if known:
            return known
        first = next((place for place, ran in enumerate(spatial) if has_kernel(ran.layer)), 0)
        return list(self._ends(spatial[first:]))

    def _ends(self, layers: Sequence[Ran]) -> Iterator[Ran]:
        end = layers[0]
        for ran in layers[1:]:
            ratio = max(self.places(ran)) / max(self.places(end))
            if ratio >= _CHANGE or ratio <= 1 / _CHANGE:
                yield end
            elif ratio > 1:
                continue  # Zeros put around it.
            end = ran
        yield end


def is_channels_first(model: Any) -> bool:
    """Whether images have their channels before height and width in a model."""
    import keras

    formats = (getattr(layer, "data_format", None) for _, layer in _layers(model))
    known = next(filter(None, formats), keras.config.image_data_format())
    return bool(known == "channels_first")


def kernel(layer: Any) -> Any:
    """The weights of a layer's windows, shape (height, width, inputs, filters); `None` if none."""
    for name in ("kernel", "depthwise_kernel"):
        weights = getattr(layer, name, None)
        if weights is not None and len(weights.shape) == 4:
            return weights
    return None


def has_kernel(layer: Any) -> bool:
    """Whether a layer has windows with weights."""
    return kernel(layer) is not None


def name_of_activation(layer: Any) -> str:
    """Keras's name of a layer's activation; empty where it has none."""
    return str(getattr(getattr(layer, "activation", None), "__name__", ""))


def _layers(model: Any, within: str = "") -> Iterator[tuple[str, Any]]:
    """Every layer and operation with its path, those of models within models included."""
    # `model.layers` leaves operations out.
    is_functional = hasattr(model, "operations") and hasattr(model, "_nodes_by_depth")
    for layer in model.operations if is_functional else model.layers:
        path = f"{within}{layer.name}"
        if _is_model(layer):
            yield from _layers(layer, f"{path}/")
        yield path, layer


def _own_name(path: str) -> str:
    return path.rpartition("/")[2]


def _is_model(layer: Any) -> bool:
    return hasattr(layer, "layers") and hasattr(layer, "to_json")


def _shape(output: Any) -> tuple[int, ...]:
    return tuple(map(int, getattr(output, "shape", ())))
