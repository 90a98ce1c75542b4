"""Convolutions. Equals `keras/src/layers/convolutional`."""

from __future__ import annotations

from typing import Any, ClassVar

from convzoo.graph.dims import Dim, Shape, largest, product, refuse, total
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


def _check_kernel(layer: Any, paddings: tuple[str, ...] = ("valid", "same")) -> None:
    """Check what every convolution takes: the sizes of its kernel and where it is applied."""
    check_sizes(layer, "kernel_size", layer.rank)
    check_sizes(layer, "strides", layer.rank)
    check_sizes(layer, "dilation_rate", layer.rank)
    check_padding(layer, paddings, any_case=True)
    check_data_format(layer)


def _check_not_both(layer: Any) -> None:
    """Refuse strides together with a dilation."""
    given = layer.__dict__
    if "strides" in given and "dilation_rate" in given:
        refuse(
            largest(layer.strides) > 1 and largest(layer.dilation_rate) > 1,
            lambda: layer.error(
                "strides above 1 and a dilation_rate above 1 exclude each other",
                f"strides={layer.strides} with dilation_rate={layer.dilation_rate}",
                "Set one of them to 1.",
            ),
        )


def _known_channels(layer: SpatialLayer, shape: Shape) -> int:
    """The channels of the input, which the weights depend on."""
    _, channels = layer.split(shape)
    if channels is None:
        raise layer.shape_error(
            "needs to know the channels of its input", shape, "Give the input its channels."
        )
    return channels


def _slid_outputs(layer: Any, shape: Shape) -> list[Dim]:
    """How many outputs the kernel makes along each spatial axis."""
    spatial, _ = layer.split(shape)
    padding = layer.padding
    axes = zip(spatial, layer.kernel_size, layer.strides, layer.dilation_rate, strict=True)
    return [window_output(layer, shape, *axis, padding) for axis in axes]


def _slid_windows(layer: Any, inputs: Tensor) -> tuple[Window, ...]:
    spatial, _ = layer.split(inputs.shape)
    return sliding_windows(
        layer, spatial, layer.kernel_size, layer.strides, layer.dilation_rate, layer.padding
    )


def _finished(layer: Any, outputs: Dim, macs: Dim) -> Work:
    """The work of a convolution, its outputs with a bias and an activation where it has them."""
    return Work(
        macs=macs,
        bias_adds=outputs if layer.use_bias else 0,
        element_ops=product((outputs, activation_ops(layer.activation))),
    )


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
        lora_rank: columns of the two small matrices that are trained in place of the kernel.
        lora_alpha: their weight, times `lora_rank`; changes no number.
    """

    work_kind = "convolution"
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
    lora_rank: int | None = None
    lora_alpha: float | None = None

    def check_arguments(self) -> None:
        given = self.__dict__
        check_size(self, "filters")
        _check_kernel(self, self.paddings)
        _check_not_both(self)
        groups = given.get("groups", 1)
        if type(groups) is not int or groups != 1:
            check_size(self, "groups")
            refuse(
                self.filters % self.groups != 0,
                lambda: self.error(
                    "groups must divide the filters",
                    f"groups={self.groups} with filters={self.filters}",
                    _divisors(self.filters),
                ),
            )
        self._check_low_rank()

    def _check_low_rank(self) -> None:
        values = self.__dict__
        if not values.get("lora_rank"):
            values.pop("lora_rank", None)
            values.pop("lora_alpha", None)
            return
        check_size(self, "lora_rank")
        if self.kernel_constraint is not None:
            raise self.error(
                "lora_rank and kernel_constraint exclude each other",
                f"lora_rank={self.lora_rank}",
                "Leave out one of them.",
            )
        if self.lora_alpha is None or self.lora_alpha == self.lora_rank:
            values.pop("lora_alpha", None)  # Keras saves the rank in its place.

    def output_shape(self, shape: Shape) -> Shape:
        return self.join(shape[0], _slid_outputs(self, shape), self.filters)

    def group_channels(self, shape: Shape) -> int:
        """The input channels that each filter sees.

        Raises:
            ShapeError: when they are unknown, or the groups don't divide them.
        """
        channels = _known_channels(self, shape)
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
        weights = [Weight("kernel", kernel, not self.lora_rank)]
        if self.use_bias:
            weights.append(Weight("bias", (self.filters,)))
        if self.lora_rank:
            weights += [
                Weight("lora_kernel_a", (*kernel[:-1], self.lora_rank), dtype="float32"),
                Weight("lora_kernel_b", (self.lora_rank, self.filters), dtype="float32"),
            ]
        return tuple(weights)

    def work(self, inputs: Tensor) -> Work:
        outputs = product(self.output_shape(inputs.shape)[1:])
        taps = product((self.group_channels(inputs.shape), *self.kernel_size))
        work = _finished(self, outputs, macs=product((outputs, taps)))
        if not self.lora_rank:
            return work
        # The small matrices are multiplied, scaled and added to the kernel before it is applied.
        kernel = product((taps, self.filters))
        return work._replace(
            macs=total((work.macs, product((kernel, self.lora_rank)))),
            weight_macs=product((kernel, self.lora_rank)),
            element_ops=total((work.element_ops, product((2, kernel)))),
        )

    def windows(self, inputs: Tensor) -> tuple[Window, ...]:
        return _slid_windows(self, inputs)


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


class ConvTranspose(SpatialLayer):
    """A convolution the other way round: every input is spread over the outputs by a kernel.

    Args:
        filters: output channels.
        kernel_size: taps along each axis.
        strides: outputs from one input to the next.
        padding: `"valid"` or `"same"`.
        output_padding: outputs added at the end of each axis; `None` for as many as make the
            output `strides` times as large as the input under `"same"`.
        data_format: `"channels_last"` or `"channels_first"`.
        dilation_rate: outputs from one tap to the next.
        activation: a function applied to the output.
        use_bias: whether a bias is added.
    """

    work_kind = "convolution"
    filters: int
    kernel_size: Any
    strides: Any = 1
    padding: str = "valid"
    output_padding: Any = None
    data_format: str | None = None
    dilation_rate: Any = 1
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
        _check_kernel(self)
        _check_not_both(self)
        if self.output_padding is None:
            return
        check_sizes(self, "output_padding", self.rank, least=0)
        refuse(
            any(
                more >= stride
                for more, stride in zip(self.output_padding, self.strides, strict=True)
            ),
            lambda: self.error(
                "output_padding must be less than the strides",
                f"output_padding={self.output_padding} with strides={self.strides}",
                "Leave it out, or enlarge the strides.",
            ),
        )

    @property
    def _axes(self) -> tuple[tuple[int, int, int | None], ...]:
        """Reach, stride and output padding along each spatial axis."""
        reaches = [
            dilation * (kernel - 1) + 1
            for kernel, dilation in zip(self.kernel_size, self.dilation_rate, strict=True)
        ]
        more = self.output_padding or (None,) * self.rank
        return tuple(zip(reaches, self.strides, more, strict=True))

    def output_shape(self, shape: Shape) -> Shape:
        spatial, _ = self.split(shape)
        outputs = [
            _spread_output(size, *axis, self.padding)
            for size, axis in zip(spatial, self._axes, strict=True)
        ]
        refuse(
            any(size is not None and size < 0 for size in outputs),
            lambda: self.shape_error("has nothing to spread", shape, "Enlarge the input."),
        )
        return self.join(shape[0], outputs, self.filters)

    def weights(self, inputs: Tensor) -> tuple[Weight, ...]:
        kernel = (*self.kernel_size, self.filters, _known_channels(self, inputs.shape))
        if not self.use_bias:
            return (Weight("kernel", kernel),)
        return (Weight("kernel", kernel), Weight("bias", (self.filters,)))

    def work(self, inputs: Tensor) -> Work:
        outputs = product(self.output_shape(inputs.shape)[1:])
        # Every input meets every tap for every filter, also where the product is cropped off.
        macs = product((*inputs.shape[1:], *self.kernel_size, self.filters))
        return _finished(self, outputs, macs)

    def windows(self, inputs: Tensor) -> tuple[Window, ...]:
        return tuple(
            Window(
                self.first_axis + number,
                kernel,
                dilation=dilation,
                before=axis[0] - 1 - _cropped_before(*axis, self.padding),
                upsample=axis[1],
            )
            for number, (kernel, dilation, axis) in enumerate(
                zip(self.kernel_size, self.dilation_rate, self._axes, strict=True)
            )
        )


def _spread_output(size: Dim, reach: int, stride: int, more: int | None, padding: str) -> Dim:
    """How many outputs the inputs along one axis are spread over.

    Source: `_get_output_shape_given_tf_padding` in `keras/src/backend/common/backend_utils.py`.
    """
    if size is None:
        return None
    if padding == "valid":
        return (size - 1) * stride + (largest((reach, stride)) if more is None else reach + more)
    return size * stride if more is None else (size - 1) * stride + (reach % 2 + more)


def _cropped_before(reach: int, stride: int, more: int | None, padding: str) -> int:
    """How many outputs are cropped off before the first one that is kept.

    Source: TensorFlow's padding of the convolution of which this is the gradient.
    """
    if padding == "valid":
        return 0
    kept = stride if more is None else reach % 2 + more
    before: int = largest((reach - kept, 0))
    return before // 2


@LAYERS.register("Conv1DTranspose", "Convolution1DTranspose", "convtranspose1d", "deconv1d")
class Conv1DTranspose(ConvTranspose):
    """A transposed convolution along one axis. Equals `keras.layers.Conv1DTranspose`."""

    rank = 1


@LAYERS.register("Conv2DTranspose", "Convolution2DTranspose", "convtranspose2d", "deconv2d")
class Conv2DTranspose(ConvTranspose):
    """A transposed convolution along two axes. Equals `keras.layers.Conv2DTranspose`."""

    rank = 2
    strides = (1, 1)
    dilation_rate = (1, 1)


@LAYERS.register("Conv3DTranspose", "Convolution3DTranspose", "convtranspose3d", "deconv3d")
class Conv3DTranspose(ConvTranspose):
    """A transposed convolution along three axes. Equals `keras.layers.Conv3DTranspose`."""

    rank = 3
    strides = (1, 1, 1)
    dilation_rate = (1, 1, 1)


# Keras has them in another order for this one rank.
_order = list(Conv3DTranspose.positional)
_place = _order.index("output_padding")
_order[_place : _place + 2] = "data_format", "output_padding"
Conv3DTranspose.positional = tuple(_order)


class DepthwiseConv(SpatialLayer):
    """A convolution of each channel on its own.

    Args:
        kernel_size: taps along each axis.
        strides: inputs from one output to the next.
        padding: `"valid"` or `"same"`.
        depth_multiplier: output channels for each input channel.
        data_format: `"channels_last"` or `"channels_first"`.
        dilation_rate: inputs from one tap to the next.
        activation: a function applied to the output.
        use_bias: whether a bias is added.
    """

    work_kind = "convolution"
    units_argument = "filters"

    kernel_size: Any
    strides: Any = 1
    padding: str = "valid"
    depth_multiplier: int = 1
    data_format: str | None = None
    dilation_rate: Any = 1
    activation: Any = None
    use_bias: bool = True
    depthwise_initializer: Any = "glorot_uniform"
    bias_initializer: Any = "zeros"
    depthwise_regularizer: Any = None
    bias_regularizer: Any = None
    activity_regularizer: Any = None
    depthwise_constraint: Any = None
    bias_constraint: Any = None

    def check_arguments(self) -> None:
        check_size(self, "depth_multiplier")
        _check_kernel(self)

    def output_shape(self, shape: Shape) -> Shape:
        channels = self.depth_multiplier * _known_channels(self, shape)
        return self.join(shape[0], _slid_outputs(self, shape), channels)

    def weights(self, inputs: Tensor) -> tuple[Weight, ...]:
        channels = _known_channels(self, inputs.shape)
        kernel = (*self.kernel_size, channels, self.depth_multiplier)
        if not self.use_bias:
            return (Weight("kernel", kernel),)
        return (Weight("kernel", kernel), Weight("bias", (self.depth_multiplier * channels,)))

    def work(self, inputs: Tensor) -> Work:
        outputs = product(self.output_shape(inputs.shape)[1:])
        return _finished(self, outputs, macs=product((outputs, *self.kernel_size)))

    def windows(self, inputs: Tensor) -> tuple[Window, ...]:
        return _slid_windows(self, inputs)


@LAYERS.register("DepthwiseConv1D", "depthwiseconv1d", "dwconv1d")
class DepthwiseConv1D(DepthwiseConv):
    """A depthwise convolution along one axis. Equals `keras.layers.DepthwiseConv1D`."""

    rank = 1


@LAYERS.register("DepthwiseConv2D", "depthwiseconv2d", "dwconv2d")
class DepthwiseConv2D(DepthwiseConv):
    """A depthwise convolution along two axes. Equals `keras.layers.DepthwiseConv2D`."""

    rank = 2
    strides = (1, 1)
    dilation_rate = (1, 1)


class SeparableConv(SpatialLayer):
    """A convolution of each channel on its own, then one that mixes the channels of each place.

    Args:
        filters: output channels.
        kernel_size: taps along each axis.
        strides: inputs from one output to the next.
        padding: `"valid"` or `"same"`.
        data_format: `"channels_last"` or `"channels_first"`.
        dilation_rate: inputs from one tap to the next.
        depth_multiplier: channels between the two convolutions, for each input channel.
        activation: a function applied to the output.
        use_bias: whether a bias is added.
    """

    work_kind = "convolution"
    filters: int
    kernel_size: Any
    strides: Any = 1
    padding: str = "valid"
    data_format: str | None = None
    dilation_rate: Any = 1
    depth_multiplier: int = 1
    activation: Any = None
    use_bias: bool = True
    depthwise_initializer: Any = "glorot_uniform"
    pointwise_initializer: Any = "glorot_uniform"
    bias_initializer: Any = "zeros"
    depthwise_regularizer: Any = None
    pointwise_regularizer: Any = None
    bias_regularizer: Any = None
    activity_regularizer: Any = None
    depthwise_constraint: Any = None
    pointwise_constraint: Any = None
    bias_constraint: Any = None

    def check_arguments(self) -> None:
        check_size(self, "filters")
        check_size(self, "depth_multiplier")
        _check_kernel(self)

    def output_shape(self, shape: Shape) -> Shape:
        return self.join(shape[0], _slid_outputs(self, shape), self.filters)

    def weights(self, inputs: Tensor) -> tuple[Weight, ...]:
        channels = _known_channels(self, inputs.shape)
        between = self.depth_multiplier * channels
        weights = (
            Weight("depthwise_kernel", (*self.kernel_size, channels, self.depth_multiplier)),
            Weight("pointwise_kernel", (*(1,) * self.rank, between, self.filters)),
        )
        return (*weights, Weight("bias", (self.filters,))) if self.use_bias else weights

    def work(self, inputs: Tensor) -> Work:
        places = product(_slid_outputs(self, inputs.shape))
        between = self.depth_multiplier * _known_channels(self, inputs.shape)
        depthwise = product((places, between, *self.kernel_size))
        pointwise = product((places, between, self.filters))
        outputs = product((places, self.filters))
        work = _finished(self, outputs, macs=total((depthwise, pointwise)))
        return work._replace(inner_macs=pointwise)

    def windows(self, inputs: Tensor) -> tuple[Window, ...]:
        return _slid_windows(self, inputs)


@LAYERS.register("SeparableConv1D", "SeparableConvolution1D", "separableconv1d", "sepconv1d")
class SeparableConv1D(SeparableConv):
    """A separable convolution along one axis. Equals `keras.layers.SeparableConv1D`."""

    rank = 1


@LAYERS.register("SeparableConv2D", "SeparableConvolution2D", "separableconv2d", "sepconv2d")
class SeparableConv2D(SeparableConv):
    """A separable convolution along two axes. Equals `keras.layers.SeparableConv2D`."""

    rank = 2
    strides = (1, 1)
    dilation_rate = (1, 1)
