"""A model and the image that it looks at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from convzoo.building import import_keras
from convzoo.errors import ArgumentError
from convzoo.visualize.images import fitted
from convzoo.visualize.survey import Ran, Survey, is_channels_first
from convzoo.visualize.tapping import outputs_of
from convzoo.zoo.preprocessing import UNIT, Preprocessing

if TYPE_CHECKING:
    from convzoo.graph.trace import Trace
    from convzoo.zoo import Entry


class Range(NamedTuple):
    """The inputs between which images lie.

    Args:
        low: the input of a black pixel, shape (channels,).
        high: that of a white one.
    """

    low: Any
    high: Any


@dataclass(frozen=True)
class Subject:
    """A model and the image that it looks at. Made by `Subject.of`.

    Args:
        model: the live Keras model.
        image: the image as the model sees it, values from 0 to 255, shape (height, width,
            channels).
        inputs: what the image becomes, a batch of one.
        preprocessing: what it went through.
        survey: the layers that ran on it.
        entry: the entry of the zoo that the model was made from, where it has one's name.
    """

    model: Any
    image: Any
    inputs: Any
    preprocessing: Preprocessing
    survey: Survey
    entry: Entry | None

    @classmethod
    def of(cls, model: Any, image: Any, preprocessing: Preprocessing | None = None) -> Subject:
        """A model and an image of any size.

        Args:
            model: a live Keras model that takes one image.
            image: a path, or an array of values from 0 to 255.
            preprocessing: what it goes through; `None` for that of the model's entry in the zoo,
                or values from 0 to 1.

        Raises:
            BuildError: when Keras or Pillow is missing.
            ArgumentError: when the model takes no image.
            SourceError: when the image is none.
        """
        import numpy as np

        import_keras("Looking inside")
        if not hasattr(model, "layers"):
            raise ArgumentError(f"a Keras model is looked into. Received {type(model).__name__!r}.")
        first = is_channels_first(model)
        height, width, channels = _image_sizes(model, first)
        entry = _entry(model)
        if preprocessing is None:
            preprocessing = entry.card.preprocessing if entry is not None else UNIT
        border = 2 * preprocessing.padding
        inner = [None if side is None else side - border for side in (height, width)]
        fitting = fitted(image, inner[0], inner[1], channels)
        inputs = preprocessing(fitting)[None]
        if first:
            inputs = np.moveaxis(inputs, -1, 1)
        sides = (preprocessing.padding, preprocessing.padding)
        shown = np.pad(fitting, [sides, sides, (0, 0)])
        return cls(model, shown, inputs, preprocessing, Survey(model, inputs), entry)

    @cached_property
    def trace(self) -> Trace:
        """The run of the architecture on the image, described: nothing is calculated in it."""
        from convzoo.graph.trace import Trace
        from convzoo.sources.live_model import read_live_model

        graph = read_live_model(self.model)
        if any(None in tensor.shape[1:] for tensor in graph.input_tensors):
            graph = graph.with_input_shapes([self.inputs.shape[1:]])
        return Trace(graph)

    def find(self, name: str) -> Ran:
        """The layer of that name or path.

        Raises:
            UnknownNameError: when there is none.
        """
        return self.survey.find(name)

    def chosen(self, layer: str | None) -> list[Ran]:
        """The layer of that path, or the end of every stage.

        Raises:
            ArgumentError: when it has no spatial axes.
        """
        if layer is None:
            stages = () if self.entry is None else self.entry.card.stages
            return self.survey.stages(stages)
        ran = self.find(layer)
        if max(self.survey.places(ran)) < 2:
            names = ", ".join(other.path for other in self.chosen(None))
            raise ArgumentError(
                f"the output of {ran.path!r} has no spatial axes: its shape is {ran.shape}. "
                f"Choose, for example, {names}."
            )
        return [ran]

    def maps(self, layers: Sequence[Ran]) -> list[Any]:
        """What layers give for the image, each of shape (height, width, channels)."""
        import keras

        outputs = outputs_of(self.model, self.inputs, [ran.layer for ran in layers])
        return [self.channels_last(keras.ops.convert_to_numpy(output))[0] for output in outputs]

    def channels_last(self, batch: Any) -> Any:
        """A batch of images or of maps as float32, the channels at the end."""
        import numpy as np

        batch = np.asarray(batch, "float32")
        return np.moveaxis(batch, 1, -1) if self.survey.channels_first else batch

    def batch(self, images: Any) -> Any:
        """Inputs of shape (batch, height, width, channels) as the model takes them."""
        import numpy as np

        return np.moveaxis(images, -1, 1) if self.survey.channels_first else images

    @property
    def range(self) -> Range:
        """The inputs between which images lie."""
        import numpy as np

        whole = self.preprocessing._replace(padding=0)
        pixels = np.array([0, 255]).reshape(2, 1, 1, 1).repeat(self.image.shape[-1], -1)
        black, white = whole(pixels)[:, 0, 0]
        return Range(black, white)

    def shown(self, inputs: Any) -> Any:
        """Inputs, the channels at the end, as images of values from 0 to 255."""
        return self.preprocessing._replace(padding=0).inverse(inputs)


def _image_sizes(model: Any, first: bool) -> tuple[int | None, int | None, int]:
    """Height, width and channels of the image that a model takes."""
    name, shape = model.name, _input_shape(model)
    if shape is None:
        raise ArgumentError(
            f"{name!r} has no input shape. Call it on data once, or begin it with an Input."
        )
    if isinstance(shape, (list, dict)):
        raise ArgumentError(f"{name!r} takes {len(shape)} inputs, where one image is shown to it.")
    if len(shape) != 4 or shape[1 if first else 3] is None:
        raise ArgumentError(
            f"{name!r} takes inputs of shape {shape}, which are no images: those have a height, a "
            "width and channels."
        )
    sizes = (*shape[2:], shape[1]) if first else shape[1:]
    height, width, channels = sizes
    return height, width, channels


def _input_shape(model: Any) -> Any:
    """The shape of a model's input, the structure of those of several; `None` where unknown."""
    try:
        return model.input_shape
    except (AttributeError, ValueError):
        # A model with code of its own knows what it was built on.
        built = getattr(model, "_build_shapes_dict", None) or {}
        return next(iter(built.values()), None)


def _entry(model: Any) -> Entry | None:
    """The entry of the zoo whose name and stages a model has."""
    import re

    from convzoo.sources import names_an_entry
    from convzoo.zoo import entry, versions

    # As `convzoo.describe` names it: TensorFlow takes no @ in the name of a model.
    name = re.sub(r"_v(\d+)$", r"@\1", model.name)
    for known in dict.fromkeys((model.name, name)):
        plain = known.partition("@")[0]
        if names_an_entry(plain) and (known == plain or known in versions(plain)):
            found = entry(known)
            names = {layer.name for layer in model.layers}
            return found if names.intersection(found.card.stages) else None
    return None
