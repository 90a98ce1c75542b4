"""Layers around a layer that see sequences. Equals `keras/src/layers/rnn`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from convzoo.graph.dims import Dim, Worked, product, total
from convzoo.graph.facts import Window, Work
from convzoo.graph.layer import Tensor, run_within
from convzoo.graph.structure import map_leaves
from convzoo.layers import LAYERS
from convzoo.layers.arguments import as_layer
from convzoo.layers.holding import Holder, Wrapper
from convzoo.layers.recurrent import Recurrent


@LAYERS.register("TimeDistributed")
class TimeDistributed(Wrapper):
    """One layer or model on every step of the input. Equals `keras.layers.TimeDistributed`.

    Args:
        layer: the layer, which takes and gives one tensor.
    """

    def _step(self, inputs: Any) -> Tensor:
        """What the layer within sees of the input at one step."""
        if not isinstance(inputs, Tensor):
            raise self.shape_error("must be called on one tensor", [x.shape for x in inputs])
        self.require_rank(inputs.shape, 3, at_least=True)
        return Tensor((inputs.shape[0], *inputs.shape[2:]), self.cast(inputs))

    def output(self, inputs: Tensor) -> Tensor:
        output = run_within(self.layer, self._step(inputs))
        if not isinstance(output, Tensor):
            raise self.shape_error("needs a layer that gives one tensor", inputs.shape)
        batch, *rest = output.shape
        return Tensor((batch, inputs.shape[1], *rest), self.compute_dtype)

    def work(self, inputs: Tensor) -> Work | None:
        one = self.layer.work(self._step(inputs))
        steps = inputs.shape[1]
        return None if one is None else Work(*(product((steps, part)) for part in one))

    def windows(self, inputs: Tensor) -> tuple[Window, ...] | None:
        windows: tuple[Window, ...] | None = self.layer.windows(self._step(inputs))
        if windows is None:
            return None
        return tuple(window._replace(axis=window.axis + 1) for window in windows)


@LAYERS.register("Bidirectional")
class Bidirectional(Holder):
    """A recurrent layer in both directions. Equals `keras.layers.Bidirectional`.

    Args:
        layer: the recurrent layer; as in Keras a copy of it is used.
        merge_mode: how both outputs become one: `"concat"`, `"sum"`, `"mul"` or `"ave"`; `None`
            gives them apart.
        weights: initial values; changes no number.
        backward_layer: the layer for the other direction, where it is no copy of the first.
    """

    takes_states = True

    layer: Any
    merge_mode: str | None = "concat"
    weights: Any  # type: ignore[misc]
    backward_layer: Any = None

    def check_arguments(self) -> None:
        # The values are Keras's business; the name is that of a fact.
        values = self.__dict__.pop("weights", None)
        if values is not None and not hasattr(values, "__len__"):
            raise self.error("weights must be a list of arrays", f"weights={values!r}")
        if self.merge_mode not in ("sum", "mul", "ave", "concat", None):
            raise self.error(
                "merge_mode must be 'concat', 'sum', 'mul', 'ave' or None",
                f"merge_mode={self.merge_mode!r}",
            )
        given = self._recurrent("layer", self.layer)
        self.layer = _copy(given, "forward")
        if self.backward_layer is None:
            self.backward_layer = _copy(given, "backward", go_backwards=True)
        else:
            self.backward_layer = self._recurrent("backward_layer", self.backward_layer)
        self._check_directions()
        for layer in self.layers_within:
            layer.zero_output_for_mask = layer.return_sequences

    def _recurrent(self, name: str, value: Any) -> Recurrent:
        layer = as_layer(self, name, value)
        if not isinstance(layer, Recurrent):
            raise self.error(f"{name} must be a recurrent layer", f"{name}={layer!r}", "Try LSTM.")
        return layer

    def _check_directions(self) -> None:
        layers = self.layers_within
        forward, backward = ([getattr(layer, name) for name in _COMMON] for layer in layers)
        if forward != backward:
            raise self.error(
                f"both layers must have the same {', '.join(_COMMON)}", f"{forward} and {backward}"
            )
        if layers[0].go_backwards == layers[1].go_backwards:
            raise self.error(
                "one of both layers must go backwards, and one not",
                f"go_backwards={layers[0].go_backwards!r} for both",
                "Leave go_backwards out, or give backward_layer the other value.",
            )

    @property
    def layers_within(self) -> Sequence[Any]:
        return (self.layer, self.backward_layer)

    def output(self, sequences: Tensor, initial_state: Any = None) -> Any:
        if self.layer.stateful and self.layer.return_state:
            # Keras fails on it, whether there is a mask or not.
            raise self.error(
                "can't be stateful and return its states",
                "stateful=True with return_state=True",
                "Leave one of them out.",
            )
        forward = run_within(self.layer, sequences)
        self.backward_layer.build(sequences)
        one, *states = forward if self.layer.return_state else [forward]
        shape = one.shape
        if self.merge_mode == "concat":
            shape = (*shape[:-1], _doubled(shape[-1], sequences))
        merged = Tensor(shape, self.compute_dtype)
        outputs = [merged] if self.merge_mode else [merged, Tensor(shape, self.compute_dtype)]
        # Keras takes the shapes of the backward layer's states from the forward layer, too.
        states = [self._own(state) for state in (*states, *states)]
        return (*outputs, *states) if len(outputs) > 1 or states else merged

    def _own(self, states: Any) -> Any:
        return map_leaves(lambda state: Tensor(state.shape, self.compute_dtype), states)

    def work(self, sequences: Tensor, initial_state: Any = None) -> Work:
        """Both directions, and the merging of their outputs."""
        works = [layer.work(sequences) for layer in self.layers_within]
        outputs = self.layer.output(sequences)
        merged = outputs[0] if self.layer.return_state else outputs
        ops = {"sum": 1, "mul": 1, "ave": 2}.get(self.merge_mode or "", 0)
        merging = Work(element_ops=product((ops, *merged.shape[1:])))
        return Work(*map(total, zip(*works, merging, strict=True)))


def _copy(layer: Recurrent, direction: str, **changes: Any) -> Recurrent:
    """The layer anew, with no variables and a name that tells its direction."""
    name = f"{direction}_{layer.name.removeprefix(f'{direction}_')}"
    return type(layer).from_config({**layer.to_config(), **changes, "name": name})


def _doubled(size: Dim, sequences: Tensor) -> Dim:
    if size is None:
        return None
    if not isinstance(size, Worked) and any(isinstance(dim, Worked) for dim in sequences.shape):
        size = Worked.leaf(size)
    return 2 * size


# Options that both directions share.
_COMMON = ("stateful", "return_sequences", "return_state")
