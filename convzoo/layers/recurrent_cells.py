"""Cells: one step of a recurrent layer. Equals the cells of `keras/src/layers/rnn`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

from convzoo.graph.dims import Dim, Shape, product, total
from convzoo.graph.facts import Weight, Work
from convzoo.graph.layer import Layer, Tensor
from convzoo.layers import LAYERS
from convzoo.layers.arguments import activation_ops, as_layer, check_size
from convzoo.layers.holding import Holder


class Cell(Layer, ABC):
    """One step of a recurrent layer: from an input and states to an output and new states."""

    @abstractmethod
    def step_output(self, shape: Shape) -> Shape:
        """The shape of a step's output, from that of a step's input."""

    @abstractmethod
    def step_states(self, shape: Shape) -> list[Any]:
        """The shapes of the states, likewise."""

    @abstractmethod
    def output(self, inputs: Tensor, states: Any = None) -> Any:
        """The output of a step and the new states."""

    @abstractmethod
    def work(self, inputs: Tensor, states: Any = None) -> Work:
        """What a step computes for one sample, and a call of the cell with it."""


def check_recurrence(layer: Any) -> None:
    """Bring the arguments that cells and recurrent layers share to one form."""
    for name in ("dropout", "recurrent_dropout"):
        if name in layer.__dict__:
            rate = layer.__dict__[name]
            if not isinstance(rate, (int, float)):
                raise layer.error(f"{name} must be a number from 0 to 1", f"{name}={rate!r}")
            layer.__dict__[name] = min(1.0, max(0.0, rate))  # Keras, too, takes the nearest.
    if layer.seed is not None and not isinstance(layer.seed, int):
        raise layer.error("seed must be an integer", f"seed={layer.seed!r}", "Try 1337.")


class UnitsCell(Cell):
    """A cell whose units each see the whole input and the whole state.

    A subclass declares Keras's arguments, `units` and `use_bias` among them.
    """

    units_argument = "gate units"
    gates: ClassVar[int] = 1
    """How many values each unit computes from input and state."""
    states: ClassVar[int] = 1
    """How many states it keeps for each unit."""

    def check_arguments(self) -> None:
        check_size(self, "units")
        check_recurrence(self)

    def to_config(self) -> dict[str, Any]:
        config = super().to_config()
        config.pop("implementation", None)  # Keras keeps none.
        return config

    def step_output(self, shape: Shape) -> Shape:
        own: Any = self
        return (shape[0], own.units)

    def step_states(self, shape: Shape) -> list[Any]:
        return [self.step_output(shape)] * self.states

    def output(self, inputs: Tensor, states: Any = None) -> Any:
        several = isinstance(states, (list, tuple))
        given = [] if states is None else list(states) if several else [states]
        if len(given) < self.states:
            raise self.shape_error(
                f"must be called on an input and {self.states} of its states", inputs.shape
            )
        made = self.new_states(inputs, given)
        return made[0], made if several or len(made) > 1 else made[0]

    @abstractmethod
    def new_states(self, inputs: Tensor, states: Sequence[Tensor]) -> list[Tensor]:
        """The states after a step; the first is the output, too."""

    def projected(self, inputs: Tensor, state: Tensor) -> Shape:
        """The shape of a gate: the sum of what it makes of the input and of the state."""
        own: Any = self
        if state.rank < 1 or state.shape[-1] not in (None, own.units):
            raise self.shape_error(f"needs states of {own.units} units", state.shape)
        shapes = (*inputs.shape[:-1], own.units), (*state.shape[:-1], own.units)
        return self.broadcast(*shapes)

    def broadcast(self, one: Shape, other: Shape) -> Shape:
        """The shape of an operation on the elements of two tensors."""
        rank = max(len(one), len(other))
        padded = [(1,) * (rank - len(shape)) + shape for shape in (one, other)]
        dims: list[Dim] = []
        for a, b in zip(*padded, strict=True):
            if a == 1 or (a is None and b != 1):
                dims.append(b)
            elif b == 1 or b is None or a == b:
                dims.append(a)
            else:
                raise self.shape_error("needs inputs and states that fit", [one, other])
        return tuple(dims)

    def require_float(self, state: Tensor) -> None:
        """Refuse a state of integers, which no gate can multiply."""
        if self.cast(state) != self.compute_dtype:
            raise self.shape_error(f"needs states of floats, not {state.dtype}", state.shape)

    def weights(self, inputs: Tensor, states: Any = None) -> tuple[Weight, ...]:
        own: Any = self
        features = inputs.shape[-1]
        if features is None:
            raise self.shape_error(
                "needs to know the last axis of its input", inputs.shape, "Give it a size."
            )
        width = self.gates * own.units
        kernels = (
            Weight("kernel", (features, width)),
            Weight("recurrent_kernel", (own.units, width)),
        )
        return (*kernels, Weight("bias", (*self.biases, width))) if own.use_bias else kernels

    @property
    def biases(self) -> tuple[int, ...]:
        """How many biases each gate has, where that is not one."""
        return ()

    @property
    @abstractmethod
    def gate_ops(self) -> int:
        """Elementary operations of a step for each unit, biases and contractions left out."""

    def work(self, inputs: Tensor, states: Any = None) -> Work:
        own: Any = self
        units = product((*inputs.shape[1:-1], own.units))
        gates = product((units, self.gates))
        return Work(
            macs=product((gates, total((inputs.shape[-1], own.units)))),
            bias_adds=product((gates, *self.biases)) if own.use_bias else 0,
            element_ops=product((units, self.gate_ops)),
            inner_macs=product((gates, own.units)),
        )


@LAYERS.register("SimpleRNNCell")
class SimpleRNNCell(UnitsCell):
    """A step of `SimpleRNN`. Equals `keras.layers.SimpleRNNCell`.

    Args:
        units: size of the output and of the state.
        activation: a function applied to the output.
        use_bias: whether a bias is added.
    """

    units_argument = "units"

    units: int
    activation: Any = "tanh"
    use_bias: bool = True
    kernel_initializer: Any = "glorot_uniform"
    recurrent_initializer: Any = "orthogonal"
    bias_initializer: Any = "zeros"
    kernel_regularizer: Any = None
    recurrent_regularizer: Any = None
    bias_regularizer: Any = None
    kernel_constraint: Any = None
    recurrent_constraint: Any = None
    bias_constraint: Any = None
    dropout: float = 0.0
    recurrent_dropout: float = 0.0
    seed: Any = None

    def new_states(self, inputs: Tensor, states: Sequence[Tensor]) -> list[Tensor]:
        # Its masks are made at inference, too, and only floats can be dropped at random.
        if 0 < self.dropout < 1:
            self.require_float(inputs)
        if 0 < self.recurrent_dropout < 1:
            self.require_float(states[0])
        return [Tensor(self.projected(inputs, states[0]), self.compute_dtype)]

    @property
    def gate_ops(self) -> int:
        # The sum of both contractions.
        return 1 + activation_ops(self.activation)


@LAYERS.register("GRUCell")
class GRUCell(UnitsCell):
    """A step of `GRU`. Equals `keras.layers.GRUCell`.

    Args:
        units: size of the output and of the state.
        activation: a function applied to the new state.
        recurrent_activation: a function applied to the gates.
        use_bias: whether a bias is added.
        reset_after: whether the state is reset after it is multiplied by its kernel; then the
            state has biases of its own.
    """

    gates = 3

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
    kernel_constraint: Any = None
    recurrent_constraint: Any = None
    bias_constraint: Any = None
    dropout: float = 0.0
    recurrent_dropout: float = 0.0
    reset_after: bool = True
    seed: Any = None
    implementation: Any = 2

    def new_states(self, inputs: Tensor, states: Sequence[Tensor]) -> list[Tensor]:
        [state] = states[:1]
        self.require_float(state)
        if self.implementation != 1 and not self.recurrent_dropout:
            self.require_rank(state.shape, 2)
        gate = self.projected(inputs, state)
        return [Tensor(self.broadcast(gate, state.shape), self.compute_dtype)]

    @property
    def biases(self) -> tuple[int, ...]:
        return (2,) if self.reset_after else ()

    @property
    def gate_ops(self) -> int:
        # Three sums of contractions; the reset; and z * h + (1 - z) * new.
        functions = 2 * activation_ops(self.recurrent_activation) + activation_ops(self.activation)
        return 3 + 1 + 4 + functions


@LAYERS.register("LSTMCell")
class LSTMCell(UnitsCell):
    """A step of `LSTM`. Equals `keras.layers.LSTMCell`.

    Args:
        units: size of the output and of both states.
        activation: a function applied to the new and to the kept state.
        recurrent_activation: a function applied to the gates.
        use_bias: whether a bias is added.
    """

    gates = 4
    states = 2

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
    kernel_constraint: Any = None
    recurrent_constraint: Any = None
    bias_constraint: Any = None
    dropout: float = 0.0
    recurrent_dropout: float = 0.0
    seed: Any = None
    implementation: Any = 2

    def new_states(self, inputs: Tensor, states: Sequence[Tensor]) -> list[Tensor]:
        hidden, carry = states[:2]
        self.require_float(carry)
        gate = self.projected(inputs, hidden)
        if self.implementation != 1 and not self.recurrent_dropout:
            self.require_rank(gate, 2)
        kept = self.broadcast(gate, carry.shape)
        shapes = (self.broadcast(gate, kept), kept)
        return [Tensor(shape, self.compute_dtype) for shape in shapes]

    @property
    def gate_ops(self) -> int:
        return lstm_gate_ops(self)


def lstm_gate_ops(layer: Any) -> int:
    """Elementary operations of a step of an LSTM for each unit."""
    # Four sums of contractions; f * c + i * new; and the output's o * c.
    functions = 3 * activation_ops(layer.recurrent_activation)
    return 4 + 3 + 1 + functions + 2 * activation_ops(layer.activation)


@LAYERS.register("StackedRNNCells")
class StackedRNNCells(Holder, Cell):
    """Cells on top of each other, as one cell. Equals `keras.layers.StackedRNNCells`.

    Args:
        cells: the cells, the one that sees the input first.
    """

    cells: Any

    def check_arguments(self) -> None:
        if not isinstance(self.cells, (list, tuple)):
            raise self.error("cells must be a list of cells", f"cells={self.cells!r}")
        cells = [as_layer(self, "cells", cell) for cell in self.cells]
        for cell in cells:
            if not isinstance(cell, Cell):
                raise self.error("cells must hold recurrent cells", f"{cell!r}", "Try LSTMCell.")
        self.cells = cells

    @property
    def layers_within(self) -> Sequence[Cell]:
        cells: list[Cell] = self.cells
        return cells

    def step_output(self, shape: Shape) -> Shape:
        return self.layers_within[-1].step_output(shape)

    def step_states(self, shape: Shape) -> list[Any]:
        states: list[Any] = []
        for cell in self.layers_within:
            shapes = cell.step_states(shape)
            states.append(shapes if len(shapes) > 1 or isinstance(cell, Holder) else shapes[0])
        return states

    def _steps(self, inputs: Tensor) -> list[tuple[Cell, Tensor]]:
        """Each cell with what it sees."""
        steps = []
        for cell in self.layers_within:
            steps.append((cell, inputs))
            inputs = Tensor(cell.step_output(inputs.shape), cell.compute_dtype)
        return steps

    def build(self, inputs: Tensor, states: Any = None) -> None:
        """Make the variables of the cells, which takes no states."""
        for cell, step in self._steps(inputs):
            cell.build(step)

    def output(self, inputs: Tensor, states: Any = None) -> Any:
        outputs = Tensor(inputs.shape, self.cast(inputs))
        new_states: list[Any] = []
        # Keras, too, leaves out the cells for which there are no states.
        for (cell, step), state in zip(self._steps(inputs), states, strict=False):
            if outputs.shape[-1:] != step.shape[-1:]:
                # States that broadcast make another size than the cells were built for.
                raise self.shape_error(
                    f"makes {outputs.shape[-1]} values where {cell.name!r} takes {step.shape[-1]}",
                    inputs.shape,
                )
            several = isinstance(state, (list, tuple))
            outputs, made = cell.output(outputs, list(state) if several else [state])
            new_states.append(made[0] if len(made) == 1 and not several else made)
        return outputs, new_states[0] if len(new_states) == 1 else new_states

    def work(self, inputs: Tensor, states: Any = None) -> Work:
        works = [cell.work(step) for cell, step in self._steps(inputs)]
        for place, work in enumerate(works[1:], 1):
            # What its kernel sees is what the cell below has calculated.
            works[place] = work._replace(inner_macs=work.macs)
        return Work(*map(total, zip(*works, strict=True)))
