"""Recurrent layers. Equals `keras/src/layers/rnn`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from convzoo.graph.dims import product
from convzoo.graph.facts import Work
from convzoo.graph.layer import Tensor
from convzoo.layers import LAYERS
from convzoo.layers.arguments import as_layer, check_size
from convzoo.layers.holding import Holder
from convzoo.layers.recurrent_cells import (
    Cell,
    GRUCell,
    LSTMCell,
    SimpleRNNCell,
    StackedRNNCells,
    check_recurrence,
)


class Recurrent(Holder):
    """A layer that runs a cell over the steps of its input, the axis after the batch.

    A subclass declares Keras's arguments, `return_sequences` and the other options among them.
    """

    takes_states = True
    call_defaults = {"training": False}
    input_rank: ClassVar[int | None] = None
    """The rank of its input, the batch counted, where Keras asks for one."""
    cell_class: ClassVar[type[Cell]]
    """The class of the cell that it makes from its own arguments."""
    cell_name: ClassVar[str]
    """Keras's name of that cell."""

    def make_cell(self, **arguments: Any) -> None:
        """Make the cell from those of the layer's arguments that the cell has, too."""
        given = self.__dict__
        shared = {key: given[key] for key in self.cell_class.arguments if key in given}
        given["cell"] = self.cell_class(**{**shared, "name": self.cell_name, **arguments})

    @property
    def cell_within(self) -> Cell:
        """The cell, whether given or made."""
        cell: Cell = self.__dict__["cell"]
        return cell

    @property
    def layers_within(self) -> Sequence[Cell]:
        return (self.cell_within,)

    def step(self, sequences: Tensor) -> Tensor:
        """What the cell sees of the input at one step."""
        if self.input_rank is not None:
            self.require_rank(sequences.shape, self.input_rank)
        elif sequences.rank < 2:
            self.require_rank(sequences.shape, 3)
        return Tensor((sequences.shape[0], *sequences.shape[2:]), self.cast(sequences))

    def build(self, sequences: Tensor, initial_state: Any = None) -> None:
        """Make the variables of the cell."""
        self.cell_within.build(self.step(sequences))
        own: Any = self
        if own.stateful and sequences.shape[0] is None:
            raise self.shape_error(
                "is stateful and needs to know the size of a batch",
                sequences.shape,
                "Give the input its batch_size.",
            )

    def output(self, sequences: Tensor, initial_state: Any = None) -> Any:
        own: Any = self
        step = self.step(sequences)
        batch, *rest = self.cell_within.step_output(step.shape)
        shape = (batch, sequences.shape[1], *rest) if own.return_sequences else (batch, *rest)
        output = Tensor(shape, self.compute_dtype)
        if not own.return_state:
            return output
        return (output, *(self._state(shape) for shape in self.cell_within.step_states(step.shape)))

    def _state(self, shape: Any) -> Any:
        if isinstance(shape, list):
            return [self._state(part) for part in shape]
        return Tensor(shape, self.compute_dtype)

    def work(self, sequences: Tensor, initial_state: Any = None) -> Work:
        one = self.cell_within.work(self.step(sequences))
        steps = sequences.shape[1]
        return Work(*(product((steps, part)) for part in one))


@LAYERS.register("RNN")
class RNN(Recurrent):
    """Any cell over the steps of the input. Equals `keras.layers.RNN`.

    Args:
        cell: the cell, or a list of cells to be stacked.
        return_sequences: whether the outputs of all steps are given, not only the last.
        return_state: whether the last states are given, too.
        go_backwards: whether the steps are taken from the last to the first.
        stateful: whether a batch starts from the states of the one before; its size must be known.
        unroll: whether the steps are written out, not looped over.
        zero_output_for_mask: whether masked steps give 0; changes no number.
    """

    cell: Any
    return_sequences: bool = False
    return_state: bool = False
    go_backwards: bool = False
    stateful: bool = False
    unroll: bool = False
    zero_output_for_mask: bool = False

    def check_arguments(self) -> None:
        given = self.cell
        if isinstance(given, (list, tuple)):
            self.cell = StackedRNNCells(given)
            return
        self.cell = as_layer(self, "cell", given)
        if not isinstance(self.cell, Cell):
            raise self.error(
                "cell must be a recurrent cell or a list of them",
                f"cell={given!r}",
                "Try LSTMCell.",
            )


class UnitsRecurrent(Recurrent):
    """A recurrent layer that makes its cell of units itself."""

    input_rank = 3

    def check_arguments(self) -> None:
        check_size(self, "units")
        check_recurrence(self)
        self.make_cell()


@LAYERS.register("SimpleRNN", "simplernn")
class SimpleRNN(UnitsRecurrent):
    """Units that see the input and their own last output. Equals `keras.layers.SimpleRNN`.

    Args:
        units: size of the output's last axis.
        activation: a function applied to the output.
        use_bias: whether a bias is added.
        return_sequences: whether the outputs of all steps are given, not only the last.
        return_state: whether the last states are given, too.
        go_backwards: whether the steps are taken from the last to the first.
        stateful: whether a batch starts from the states of the one before; its size must be known.
        unroll: whether the steps are written out, not looped over.
    """

    units_argument = "units"
    cell_class = SimpleRNNCell
    cell_name = "simple_rnn_cell"

    units: int
    activation: Any = "tanh"
    use_bias: bool = True
    kernel_initializer: Any = "glorot_uniform"
    recurrent_initializer: Any = "orthogonal"
    bias_initializer: Any = "zeros"
    kernel_regularizer: Any = None
    recurrent_regularizer: Any = None
    bias_regularizer: Any = None
    activity_regularizer: Any = None
    kernel_constraint: Any = None
    recurrent_constraint: Any = None
    bias_constraint: Any = None
    dropout: float = 0.0
    recurrent_dropout: float = 0.0
    return_sequences: bool = False
    return_state: bool = False
    go_backwards: bool = False
    stateful: bool = False
    unroll: bool = False
    seed: Any = None
    zero_output_for_mask: bool = False

    def to_config(self) -> dict[str, Any]:
        config = super().to_config()
        config.pop("seed", None)  # Keras keeps none for this layer.
        return config


class GatedRecurrent(UnitsRecurrent):
    """A recurrent layer with gates, which may run on cuDNN."""

    units_argument = "gate units"

    def check_arguments(self) -> None:
        super().check_arguments()
        use_cudnn = self.__dict__.get("use_cudnn", "auto")
        if use_cudnn not in ("auto", True, False):
            raise self.error("use_cudnn must be 'auto', True or False", f"use_cudnn={use_cudnn!r}")

    def to_config(self) -> dict[str, Any]:
        config = super().to_config()
        for key in ("use_cudnn", "implementation"):
            config.pop(key, None)  # Keras keeps neither.
        return config


@LAYERS.register("GRU", "gru")
class GRU(GatedRecurrent):
    """Units with two gates. Equals `keras.layers.GRU`.

    Args:
        units: size of the output's last axis.
        activation: a function applied to the new state.
        recurrent_activation: a function applied to the gates.
        use_bias: whether biases are added.
        return_sequences: whether the outputs of all steps are given, not only the last.
        return_state: whether the last states are given, too.
        go_backwards: whether the steps are taken from the last to the first.
        stateful: whether a batch starts from the states of the one before; its size must be known.
        unroll: whether the steps are written out, not looped over.
        reset_after: whether the state is reset after it is multiplied by its kernel; then the
            state has biases of its own.
    """

    cell_class = GRUCell
    cell_name = "gru_cell"

    units: int
    activation: Any = "tanh"
    recurrent_activation: Any = "sigmoid"
    use_bias: bool = True
    kernel_initializer: Any = "glorot_uniform"
    recurrent_initializer: Any = "orthogonal"
    bias_initializer: Any = "zeros"
    kernel_regularizer: Any = None
    recurrent_regularizer: Any = None
    bias_regularizer: Any = None
    activity_regularizer: Any = None
    kernel_constraint: Any = None
    recurrent_constraint: Any = None
    bias_constraint: Any = None
    dropout: float = 0.0
    recurrent_dropout: float = 0.0
    seed: Any = None
    return_sequences: bool = False
    return_state: bool = False
    go_backwards: bool = False
    stateful: bool = False
    unroll: bool = False
    reset_after: bool = True
    use_cudnn: Any = "auto"
    implementation: Any = 2
    zero_output_for_mask: bool = False


@LAYERS.register("LSTM", "lstm")
class LSTM(GatedRecurrent):
    """Units with three gates and a second state. Equals `keras.layers.LSTM`.

    Args:
        units: size of the output's last axis.
        activation: a function applied to the new and to the kept state.
        recurrent_activation: a function applied to the gates.
        use_bias: whether a bias is added.
        return_sequences: whether the outputs of all steps are given, not only the last.
        return_state: whether the last states are given, too.
        go_backwards: whether the steps are taken from the last to the first.
        stateful: whether a batch starts from the states of the one before; its size must be known.
        unroll: whether the steps are written out, not looped over.
    """

    cell_class = LSTMCell
    cell_name = "lstm_cell"

    units: int
    activation: Any = "tanh"
    recurrent_activation: Any = "sigmoid"
    use_bias: bool = True
    kernel_initializer: Any = "glorot_uniform"
    recurrent_initializer: Any = "orthogonal"
    bias_initializer: Any = "zeros"
    unit_forget_bias: bool = True
    kernel_regularizer: Any = None
    recurrent_regularizer: Any = None
    bias_regularizer: Any = None
    activity_regularizer: Any = None
    kernel_constraint: Any = None
    recurrent_constraint: Any = None
    bias_constraint: Any = None
    dropout: float = 0.0
    recurrent_dropout: float = 0.0
    seed: Any = None
    return_sequences: bool = False
    return_state: bool = False
    go_backwards: bool = False
    stateful: bool = False
    unroll: bool = False
    use_cudnn: Any = "auto"
    implementation: Any = 2
    zero_output_for_mask: bool = False
