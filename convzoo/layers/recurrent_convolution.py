"""Recurrent convolutions. Equals `keras/src/layers/rnn/conv_lstm.py` and those built on it."""

from __future__ import annotations

from typing import Any, ClassVar

from convzoo.graph.dims import Shape, product, refuse, total
from convzoo.graph.facts import Weight, Work
from convzoo.graph.layer import Tensor
from convzoo.layers import LAYERS
from convzoo.layers.arguments import check_data_format, check_padding, check_size, check_sizes
from convzoo.layers.recurrent import Recurrent
from convzoo.layers.recurrent_cells import Cell, check_recurrence, lstm_gate_ops
from convzoo.layers.spatial import SpatialLayer, window_output


class ConvLSTMCell(Cell, SpatialLayer):
    """A step of a recurrent convolution, which Keras exports under no name.

    Args:
        filters: channels of the output and of both states.
        kernel_size: taps along each axis, for the input and for the state.
        strides: inputs from one output to the next.
        padding: `"valid"` or `"same"`; that of the state is always `"same"`.
        data_format: `"channels_last"` or `"channels_first"`.
        dilation_rate: inputs from one tap to the next.
        activation: a function applied to the new and to the kept state.
        recurrent_activation: a function applied to the gates.
        use_bias: whether a bias is added.
    """

    filters: int
    kernel_size: Any
    strides: Any = 1
    padding: str = "valid"
    data_format: str | None = None
    dilation_rate: Any = 1
    activation: Any = "tanh"
    recurrent_activation: Any = "sigmoid"
    use_bias: bool = True
    seed: Any = None

    def step_output(self, shape: Shape) -> Shape:
        # Keras, too, refuses these only here.
        refuse(
            0 in self.strides,
            lambda: self.error("strides must be 1 or more", f"strides={self.strides}", "Try 1."),
        )
        spatial, _ = self.split(shape)
        outputs = [
            window_output(self, shape, size, kernel, stride, dilation, self.padding)
            for size, kernel, stride, dilation in zip(
                spatial, self.kernel_size, self.strides, self.dilation_rate, strict=True
            )
        ]
        return self.join(shape[0], outputs, self.filters)

    def output(self, inputs: Tensor, states: Any = None) -> Any:
        made = Tensor(self.step_output(inputs.shape), self.compute_dtype)
        return made, [made, made]

    def step_states(self, shape: Shape) -> list[Any]:
        return [self.step_output(shape)] * 2

    def weights(self, inputs: Tensor, states: Any = None) -> tuple[Weight, ...]:
        spatial, channels = self.split(inputs.shape)
        if None in spatial or channels is None:
            raise self.shape_error(
                "needs to know every axis of a step", inputs.shape, "Give the input its sizes."
            )
        gates = 4 * self.filters
        kernels = (
            Weight("kernel", (*self.kernel_size, channels, gates)),
            Weight("recurrent_kernel", (*self.kernel_size, self.filters, gates)),
        )
        return (*kernels, Weight("bias", (gates,))) if self.use_bias else kernels

    def work(self, inputs: Tensor, states: Any = None) -> Work:
        _, channels = self.split(inputs.shape)
        outputs = product(self.step_output(inputs.shape)[1:])
        gates = product((4, outputs))
        taps = product((total((channels, self.filters)), *self.kernel_size))
        return Work(
            macs=product((gates, taps)),
            bias_adds=gates if self.use_bias else 0,
            element_ops=product((outputs, lstm_gate_ops(self))),
            inner_macs=product((gates, *self.kernel_size, self.filters)),
        )


class ConvLSTMCell1D(ConvLSTMCell):
    rank = 1


class ConvLSTMCell2D(ConvLSTMCell):
    rank = 2


class ConvLSTMCell3D(ConvLSTMCell):
    rank = 3


class ConvLSTM(Recurrent):
    """An LSTM whose products are convolutions along `rank` spatial axes.

    Args:
        filters: output channels.
        kernel_size: taps along each axis, for the input and for the state.
        strides: inputs from one output to the next.
        padding: `"valid"` or `"same"`; that of the state is always `"same"`.
        data_format: `"channels_last"` or `"channels_first"`.
        dilation_rate: inputs from one tap to the next.
        activation: a function applied to the new and to the kept state.
        recurrent_activation: a function applied to the gates.
        use_bias: whether a bias is added.
        return_sequences: whether the outputs of all steps are given, not only the last.
        return_state: whether the last states are given, too.
        go_backwards: whether the steps are taken from the last to the first.
        stateful: whether a batch starts from the states of the one before; its size must be known.
    """

    units_argument = "gate filters"
    cell_class: ClassVar[type[ConvLSTMCell]]
    cell_name = "conv_lstm_cell"

    filters: int
    kernel_size: Any
    strides: Any = 1
    padding: str = "valid"
    data_format: str | None = None
    dilation_rate: Any = 1
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
    zero_output_for_mask: bool = False

    def check_arguments(self) -> None:
        rank = self.cell_class.rank
        check_size(self, "filters", least=0)
        check_sizes(self, "kernel_size", rank)
        check_sizes(self, "strides", rank, least=0)
        check_sizes(self, "dilation_rate", rank)
        check_padding(self, ("valid", "same"), any_case=True)
        check_data_format(self)
        check_recurrence(self)
        refuse(
            max(self.strides) > 1 and max(self.dilation_rate) > 1,
            lambda: self.error(
                "strides above 1 and a dilation_rate above 1 exclude each other",
                f"strides={self.strides} with dilation_rate={self.dilation_rate}",
                "Set one of them to 1.",
            ),
        )
        # As in Keras, `trainable` does not reach the cell.
        self.make_cell(trainable=True)


@LAYERS.register("ConvLSTM1D", "convlstm1d")
class ConvLSTM1D(ConvLSTM):
    """A recurrent convolution along one axis. Equals `keras.layers.ConvLSTM1D`."""

    input_rank = 4
    cell_class = ConvLSTMCell1D


@LAYERS.register("ConvLSTM2D", "convlstm2d")
class ConvLSTM2D(ConvLSTM):
    """A recurrent convolution along two axes. Equals `keras.layers.ConvLSTM2D`."""

    input_rank = 5
    cell_class = ConvLSTMCell2D


@LAYERS.register("ConvLSTM3D", "convlstm3d")
class ConvLSTM3D(ConvLSTM):
    """A recurrent convolution along three axes. Equals `keras.layers.ConvLSTM3D`."""

    input_rank = 6
    cell_class = ConvLSTMCell3D
