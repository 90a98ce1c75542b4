"""Convolutions. Equals `keras/src/layers/convolutional`."""

from __future__ import annotations

from typing import Any, ClassVar

from convzoo.graph.dims import Shape, product, refuse
from convzoo.graph.facts import Weight, Window, Work
from convzoo.graph.layer import Tensor
from convzoo.layers import LAYERS
from convzoo.layers.arguments import (
    activation_ops,
    check_data_format,
    check_padding,
    check_size,
    check_sizes,
)
from convzoo.layers.spatial import SpatialLayer, sliding_windows, window_output


class Conv(SpatialLayer):
    """A convolution along `rank` spatial axes.

    Args:
        filters: output channels.
        kernel_size: taps along each axis.
        strides: inputs from one output to the next.
        padding: `"valid"`, `"same"`, or in 1D `"causal"`.
        data_format: `"channels_last"` or `"channels_first"`.
        dilation_rate: inputs from one tap to the next.
        groups: parts into which the channels are divided, each convolved on its own.
        activation: a function applied to the output.
        use_bias: whether a bias is added.
    """

    units_argument = "filters"
    paddings: ClassVar[tuple[str, ...]] = ("valid", "same")

    filters: int
    kernel_size: Any
    strides: Any = 1
    padding: str = "valid"
    data_format: str | None = None
    dilation_rate: Any = 1
    groups: int = 1
    activation: Any = None
    use_bias: bool = True
    kernel_initializer: Any = "glorot_uniform"
    bias_initializer: Any = "zeros"
    kernel_regularizer: Any = None
    bias_regularizer: Any = None
    activity_regularizer: Any = None
    kernel_constraint: Any = None
    bias_constraint: Any = None

    def check_arguments(self) -> None:
        check_size(self, "filters")
        check_sizes(self, "kernel_size", self.rank)
        check_sizes(self, "strides", self.rank)
        check_sizes(self, "dilation_rate", self.rank)
        check_padding(self, self.paddings, any_case=True)
        check_data_format(self)
        check_size(self, "groups")
        given = self.__dict__
        if "groups" in given:
            refuse(
                self.filters % self.groups != 0,
                lambda: self.error(
                    "groups must divide the filters",
                    f"groups={self.groups} with filters={self.filters}",
                    _divisors(self.filters),
                ),
            )
        if "strides" in given and "dilation_rate" in given:
            refuse(
                max(self.strides) > 1 and max(self.dilation_rate) > 1,
                lambda: self.error(
                    "strides above 1 and a dilation_rate above 1 exclude each other",
                    f"strides={self.strides} with dilation_rate={self.dilation_rate}",
                    "Set one of them to 1.",
                ),
            )

    def output_shape(self, shape: Shape) -> Shape:
        spatial, _ = self.split(shape)
        outputs = [
            window_output(self, shape, size, kernel, stride, dilation, self.padding)
            for size, kernel, stride, dilation in zip(
                spatial, self.kernel_size, self.strides, self.dilation_rate, strict=True
            )
        ]
        return self.join(shape[0], outputs, self.filters)

    def group_channels(self, shape: Shape) -> int:
        """The input channels that each filter sees.

        Raises:
            ShapeError: when they are unknown, or the groups don't divide them.
        """
        _, channels = self.split(shape)
        if channels is None:
            raise self.shape_error(
                "needs to know the channels of its input", shape, "Give the input its channels."
            )
        if type(self.groups) is int and self.groups == 1:
            return channels
        refuse(
            channels % self.groups != 0,
            lambda: self.error(
                "groups must divide the input channels",
                f"groups={self.groups} with {channels} channels (input shape {shape})",
                _divisors(channels),
            ),
        )
        return channels // self.groups

    def weights(self, inputs: Tensor) -> tuple[Weight, ...]:
        kernel = (*self.kernel_size, self.group_channels(inputs.shape), self.filters)
        if not self.use_bias:
            return (Weight("kernel", kernel),)
        return (Weight("kernel", kernel), Weight("bias", (self.filters,)))

    def work(self, inputs: Tensor) -> Work:
        outputs = product(self.output_shape(inputs.shape)[1:])
        taps = product((*self.kernel_size, self.group_channels(inputs.shape)))
        return Work(
            macs=product((outputs, taps)),
            bias_adds=outputs if self.use_bias else 0,
            element_ops=product((outputs, activation_ops(self.activation))),
        )

    def windows(self, inputs: Tensor) -> tuple[Window, ...]:
        spatial, _ = self.split(inputs.shape)
        return sliding_windows(
            self, spatial, self.kernel_size, self.strides, self.dilation_rate, self.padding
        )


def _divisors(number: int) -> str:
    divisors = [d for d in range(1, min(number, 1000) + 1) if number % d == 0]
    if len(divisors) == 1:
        return "Choose 1."
    return f"Choose {', '.join(map(str, divisors[:-1]))} or {divisors[-1]}."


@LAYERS.register("Conv1D", "Convolution1D", "conv1d")
class Conv1D(Conv):
    """A convolution along one axis. Equals `keras.layers.Conv1D`."""

    rank = 1
    paddings = ("valid", "same", "causal")


@LAYERS.register("Conv2D", "Convolution2D", "conv2d")
class Conv2D(Conv):
    """A convolution along two axes. Equals `keras.layers.Conv2D`."""

    rank = 2
    strides = (1, 1)
    dilation_rate = (1, 1)


@LAYERS.register("Conv3D", "Convolution3D", "conv3d")
class Conv3D(Conv):
    """A convolution along three axes. Equals `keras.layers.Conv3D`."""

    rank = 3
    strides = (1, 1, 1)
    dilation_rate = (1, 1, 1)
