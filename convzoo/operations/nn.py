# mypy: disable-error-code="override"
"""Operations of neural networks. Equals `keras/src/ops/nn.py`."""

from __future__ import annotations

from typing import Any

from convzoo.graph.dims import Dim, Shape, product, refuse, total
from convzoo.graph.facts import Window, Work
from convzoo.graph.layer import REQUIRED, Tensor
from convzoo.layers.spatial import SpatialLayer, sliding_windows, window_output
from convzoo.operations import OPERATIONS, Operation, add_operations, sample_size, shape_of
from convzoo.operations.families import (
    Elementwise,
    Rearranging,
    ToFloat32,
    Unary,
    WithinAxes,
    channel_windows,
    reduced,
)

# ---------------------------------------------------------------------- activations

add_operations(
    "nn",
    (Unary,),
    "HardSigmoid HardSilu HardTanh LogSigmoid Relu Relu6 Selu Sigmoid Silu Softplus Softsign "
    "SparsePlus SparseSigmoid TanhShrink",
)
add_operations("nn", (WithinAxes,), "LogSoftmax Softmax")


@OPERATIONS.register("nn.Sparsemax")
class Sparsemax(WithinAxes):
    """Numbers that sum to 1, many of them 0. Equals `keras.ops.sparsemax`."""

    def output(self, x: Any) -> Tensor:
        self.axis_of(self.axis, len(x.shape))
        return super().output(x)


class WithAlpha(Unary):
    """x above 0, an exponential below.

    Args:
        alpha: what the exponential falls to, negated.
    """

    alpha: Any = 1.0


add_operations("nn", (WithAlpha,), "Celu Elu")


class WithThreshold(Unary):
    """0 for what lies near 0.

    Args:
        threshold: how near.
    """

    threshold: Any = 0.5


add_operations("nn", (WithThreshold,), "HardShrink SoftShrink")


@OPERATIONS.register("nn.Threshold")
class Threshold(Unary):
    """x above a threshold, a value below. Equals `keras.ops.threshold`."""

    threshold: Any
    default_value: Any


@OPERATIONS.register("nn.Squareplus")
class Squareplus(Unary):
    """A smooth ReLU. Equals `keras.ops.squareplus`."""

    b: Any = 4


@OPERATIONS.register("nn.LeakyRelu")
class LeakyRelu(Unary):
    """x above 0, a fraction of it below. Equals `keras.ops.leaky_relu`."""

    negative_slope: Any = 0.2


@OPERATIONS.register("nn.Gelu")
class Gelu(Unary):
    """x times the part of a normal distribution below it. Equals `keras.ops.gelu`."""

    approximate: Any = True


@OPERATIONS.register("nn.Glu")
class Glu(Operation):
    """One half of an axis, gated by the other. Equals `keras.ops.glu`."""

    ops_per_output = 2

    axis: Any = -1

    def output(self, x: Any) -> Tensor:
        shape = list(x.shape)
        size = shape[self.axis]
        if size is not None:
            self.require(size % 2 == 0, f"needs an even size along axis {self.axis}", x)
            shape[self.axis] = size // 2
        return self.tensor(shape, x.dtype)

    def windows(self, x: Any) -> tuple[Window, ...] | None:
        return channel_windows(x.shape, self.axis)


# ---------------------------------------------------------------------- normalization


@OPERATIONS.register("nn.Normalize")
class Normalize(ToFloat32, Unary):
    """Vectors of length 1 along axes. Equals `keras.ops.normalize`, which names a float32."""

    axis: Any = -1
    order: Any = 2
    epsilon: Any = None

    def output(self, x: Any) -> Tensor:
        if self.axis is not None:
            self.axes_of(self.axis, len(x.shape))
        return super().output(x)

    def windows(self, x: Any) -> tuple[Window, ...] | None:
        return channel_windows(x.shape, self.axis)


@OPERATIONS.register("nn.BatchNorm")
class BatchNorm(Elementwise):
    """Mean 0 and deviation 1 by given statistics. Equals `keras.ops.batch_normalization`."""

    # The statistics, the offset and the scale fold into one scale and one shift.
    ops_per_output = 2

    axis: Any
    epsilon: Any = 0.001

    def output(
        self, x: Any, mean: Any, variance: Any, offset: Any = None, scale: Any = None
    ) -> Tensor:
        needed = [mean, variance]
        if offset is not None:
            needed.append(offset)
        if offset is not scale:
            needed.append(scale)
        shape = (x.shape[self.axis],)
        self.require(
            all(vector.shape == shape for vector in needed),
            f"needs vectors of the size of axis {self.axis}",
            x,
            *needed,
        )
        return self.tensor(x.shape, x.dtype)


class AxisNormalization(Operation):
    """A normalization along axes, then a learned scale.

    Args:
        axis: the axes.
        epsilon: what is added before dividing.
    """

    axis: Any = -1
    epsilon: Any = None


@OPERATIONS.register("nn.RMSNorm")
class RMSNorm(AxisNormalization):
    """A mean square of 1, then a scale. Equals `keras.ops.rms_normalization`."""

    ops_per_output = 2

    def output(self, x: Any, scale: Any = None) -> Tensor:
        return self.tensor(x.shape, x.dtype)

    def windows(self, x: Any, scale: Any = None) -> tuple[Window, ...] | None:
        return channel_windows(x.shape, self.axis)


@OPERATIONS.register("nn.LayerNorm")
class LayerNorm(AxisNormalization):
    """Mean 0 and deviation 1, then a scale and a shift. Equals `keras.ops.layer_normalization`."""

    rms_scaling: Any = False

    def output(self, x: Any, gamma: Any = None, beta: Any = None) -> Tensor:
        return self.tensor(x.shape, x.dtype)

    def work(self, x: Any, gamma: Any = None, beta: Any = None) -> Work:
        # The mean taken off and the division, then the scale and the shift that are there.
        steps = 1 if self.rms_scaling else 2
        steps += (gamma is not None) + (beta is not None)
        return Work(element_ops=product((steps, sample_size(x.shape))))

    def windows(self, x: Any, gamma: Any = None, beta: Any = None) -> tuple[Window, ...] | None:
        return channel_windows(x.shape, self.axis)


@OPERATIONS.register("nn.Moments")
class Moments(Operation):
    """The mean and the variance along axes. Equals `keras.ops.moments`."""

    ops_per_output = 1

    axes: Any
    keepdims: Any = False
    synchronized: Any = False

    def output(self, x: Any) -> tuple[Tensor, Tensor]:
        shape = reduced(self, x.shape, self.axes, self.keepdims)
        return self.tensor(shape, x.dtype), self.tensor(shape, x.dtype)


# ---------------------------------------------------------------------- pooling


class Spatial(SpatialLayer, Operation):
    """An operation along the axes beside the batch and the channels."""

    def spatial(self, shape: Shape) -> Shape:
        """The sizes along those axes."""
        return shape[2:] if self.channels_first else shape[1:-1]

    def sizes(self, name: str, count: int, stretch: bool = True) -> tuple[int, ...]:
        """An argument as one number for each axis; one number serves for all."""
        value = getattr(self, name)
        sizes = tuple(value) if isinstance(value, (tuple, list)) else (value,) * count
        if stretch and len(sizes) == 1:
            sizes *= count
        refuse(
            len(sizes) != count or not all(isinstance(n, int) and n > 0 for n in sizes),
            lambda: self.error(
                f"{name} must be {count} integers of 1 or more", f"{name}={value!r}"
            ),
        )
        return sizes

    def checked_padding(self, *allowed: str) -> str:
        """The padding in lower case."""
        padding = str(self.padding).lower()  # type: ignore[attr-defined]
        if padding not in allowed:
            choices = " or ".join(map(repr, allowed))
            raise self.error(f"padding must be {choices}", f"padding={padding!r}")
        return padding

    def slid(self, shape: Shape, kernel: tuple[int, ...], dilation: tuple[int, ...]) -> Shape:
        """The sizes that a window leaves which slides along the axes."""
        sizes = self.spatial(shape)
        strides = self.sizes("strides", len(sizes))
        padding = self.checked_padding("valid", "same", "causal")
        return tuple(
            window_output(self, shape, *each, padding)
            for each in zip(sizes, kernel, strides, dilation, strict=True)
        )


def check_format(operation: Any) -> None:
    """Bring the data format to lower case; `None` is the default, "channels_last"."""
    given = operation.data_format
    if given is not None:
        operation.data_format = str(given).lower()
        if operation.data_format not in ("channels_last", "channels_first"):
            raise operation.error(
                "data_format must be 'channels_last' or 'channels_first'", f"data_format={given!r}"
            )


class Pool(Spatial):
    """One value for each patch of each channel.

    Args:
        pool_size: inputs of a patch along each axis.
        strides: inputs from one patch to the next; `None` for patches side by side.
        padding: `"valid"` or `"same"`.
        data_format: `"channels_last"`; anything else is channels first.
    """

    ops_per_output = 1

    pool_size: Any
    strides: Any = None
    padding: Any = "valid"
    data_format: Any = None

    @property
    def channels_first(self) -> bool:
        # Unlike everywhere else no data format is no channels last here; `keras.ops` gives one.
        return bool(self.data_format != "channels_last")

    def check_arguments(self) -> None:
        self.checked_padding("valid", "same")
        if self.strides is None:
            self.strides = self.pool_size

    def output(self, inputs: Any) -> Tensor:
        shape = inputs.shape
        self.require(len(shape) > 2, "needs an axis beside the batch and the channels", inputs)
        count = len(shape) - 2
        sizes = self.slid(shape, self.sizes("pool_size", count), (1,) * count)
        channels = shape[1] if self.channels_first else shape[-1]
        return self.tensor(self.join(shape[0], sizes, channels), inputs.dtype)

    def windows(self, inputs: Any) -> tuple[Window, ...]:
        sizes = self.spatial(inputs.shape)
        count = len(sizes)
        return sliding_windows(
            self,
            sizes,
            self.sizes("pool_size", count),
            self.sizes("strides", count),
            (1,) * count,
            self.checked_padding("valid", "same"),
        )


add_operations("nn", (Pool,), "AveragePool MaxPool")


class AdaptivePool(Spatial):
    """One value for each of so many patches.

    Args:
        output_size: patches along each axis.
        data_format: `"channels_last"`; anything else is channels first.
    """

    ops_per_output = 1

    output_size: Any
    data_format: Any = None

    @property
    def channels_first(self) -> bool:
        # As in the other pools.
        return bool(self.data_format != "channels_last")

    def output(self, inputs: Any) -> Tensor:
        shape, sizes = inputs.shape, tuple(self.output_size)
        if self.channels_first:
            return self.tensor((shape[0], shape[1], *sizes), inputs.dtype)
        return self.tensor((*shape[: -len(sizes)], *sizes, shape[-1]), inputs.dtype)


add_operations("nn", (AdaptivePool,), "AdaptiveAveragePool AdaptiveMaxPool")


# ---------------------------------------------------------------------- convolution


class Convolution(Spatial):
    """A kernel along the axes beside the batch and the channels.

    Args:
        strides: inputs from one output to the next.
        padding: `"valid"`, `"same"`, or along one axis `"causal"`.
        data_format: `"channels_last"` or `"channels_first"`.
        dilation_rate: inputs from one tap to the next.
    """

    strides: Any = 1
    padding: Any = "valid"
    data_format: Any = None
    dilation_rate: Any = 1

    def check_arguments(self) -> None:
        check_format(self)
        self.checked_padding("valid", "same", "causal")

    def convolved(self, inputs: Any, kernel: Any, filters: Dim) -> Tensor:
        """The output with so many channels."""
        shape, count = inputs.shape, len(inputs.shape) - 2
        channels = shape[1 if self.channels_first else -1]
        known = channels is not None and kernel.shape[-2] is not None
        self.require(
            not known or channels == kernel.shape[-2],
            "needs a kernel for the channels of its input",
            inputs,
            kernel,
        )
        self.require(
            count > 0 and len(kernel.shape) == count + 2,
            "needs a kernel of its rank",
            inputs,
            kernel,
        )
        taps = kernel.shape[:-2]
        self.require(None not in taps, "needs to know the size of its kernel", kernel)
        sizes = self.slid(shape, taps, self.sizes("dilation_rate", count, stretch=False))
        return self.tensor(self.join(shape[0], sizes, filters), inputs.dtype)

    def windows(self, inputs: Any, kernel: Any, *others: Any) -> tuple[Window, ...]:
        sizes = self.spatial(inputs.shape)
        return sliding_windows(
            self,
            sizes,
            kernel.shape[:-2],
            self.sizes("strides", len(sizes)),
            self.sizes("dilation_rate", len(sizes)),
            self.checked_padding("valid", "same", "causal"),
        )


@OPERATIONS.register("nn.Conv")
class Conv(Convolution):
    """A convolution. Equals `keras.ops.conv`."""

    def output(self, inputs: Any, kernel: Any) -> Tensor:
        return self.convolved(inputs, kernel, kernel.shape[-1])

    def work(self, inputs: Any, kernel: Any) -> Work:
        outputs = sample_size(self.output(inputs, kernel).shape)
        return Work(macs=product((outputs, *kernel.shape[:-1])))


@OPERATIONS.register("nn.DepthwiseConv")
class DepthwiseConv(Convolution):
    """A convolution of each channel on its own. Equals `keras.ops.depthwise_conv`."""

    def output(self, inputs: Any, kernel: Any) -> Tensor:
        self.require(None not in kernel.shape[-2:], "needs to know its kernel's channels", kernel)
        return self.convolved(inputs, kernel, product(kernel.shape[-2:]))

    def work(self, inputs: Any, kernel: Any) -> Work:
        outputs = sample_size(self.output(inputs, kernel).shape)
        return Work(macs=product((outputs, *kernel.shape[:-2])))


@OPERATIONS.register("nn.SeparableConv")
class SeparableConv(DepthwiseConv):
    """A convolution of each channel, then one across them. Equals `keras.ops.separable_conv`."""

    def output(self, inputs: Any, depthwise_kernel: Any, pointwise_kernel: Any) -> Tensor:
        depthwise = super().output(inputs, depthwise_kernel)
        sizes = self.spatial(depthwise.shape)
        filters = pointwise_kernel.shape[-1]
        return self.tensor(self.join(depthwise.shape[0], sizes, filters), inputs.dtype)

    def work(self, inputs: Any, depthwise_kernel: Any, pointwise_kernel: Any) -> Work:
        depthwise = sample_size(super().output(inputs, depthwise_kernel).shape)
        taps = product((depthwise, *depthwise_kernel.shape[:-2]))
        return Work(macs=total((taps, product((depthwise, pointwise_kernel.shape[-1])))))


@OPERATIONS.register("nn.ConvTranspose")
class ConvTranspose(Spatial):
    """A convolution, run backwards. Equals `keras.ops.conv_transpose`.

    Args:
        strides: outputs from one input to the next.
        padding: `"valid"` or `"same"`.
        output_padding: outputs beyond those that the kernel reaches.
        data_format: `"channels_last"` or `"channels_first"`.
        dilation_rate: outputs from one tap to the next.
    """

    strides: Any = 1
    padding: Any = "valid"
    output_padding: Any = None
    data_format: Any = None
    dilation_rate: Any = 1

    def check_arguments(self) -> None:
        check_format(self)

    def output(self, inputs: Any, kernel: Any) -> Tensor:
        shape = inputs.shape
        sizes = self.spatial(shape)
        channels = shape[1 if self.channels_first else -1]
        self.require(
            channels is None or kernel.shape[-1] in (None, channels),
            "needs a kernel for the channels of its input",
            inputs,
            kernel,
        )
        outputs = [
            None if size is None else self._size(axis, size, kernel.shape[:-2])
            for axis, size in enumerate(sizes)
        ]
        return self.tensor(self.join(shape[0], outputs, kernel.shape[-2]), inputs.dtype)

    def _size(self, axis: int, size: int, taps: Any) -> Dim:
        padding = self.checked_padding("valid", "same")
        kernel, stride, dilation, more = (
            value[axis] if isinstance(value, (tuple, list)) else value
            for value in (taps, self.strides, self.dilation_rate, self.output_padding)
        )
        reach = (kernel - 1) * dilation + 1
        if padding == "valid":
            more = max(stride - reach, 0) if more is None else more
        elif more is None:
            return size * int(stride)
        else:
            reach = reach % 2
        outputs: int = (size - 1) * stride + reach + more
        return outputs

    def work(self, inputs: Any, kernel: Any) -> Work:
        return Work(macs=product((*self.spatial(inputs.shape), *kernel.shape)))


@OPERATIONS.register("nn.Unfold")
class Unfold(Rearranging):
    """The patches of images, as columns. Equals `keras.ops.unfold`."""

    kernel_size: Any
    dilation: Any = 1
    padding: Any = 0
    stride: Any = 1

    def output(self, x: Any) -> Tensor:
        self.require(len(x.shape) == 4 and None not in x.shape[1:], "needs images of known size", x)
        batch, channels, *sizes = x.shape
        kernel, dilation, padding, stride = (
            _pair(value) for value in (self.kernel_size, self.dilation, self.padding, self.stride)
        )
        self.require(0 not in stride, "needs strides other than 0", x)
        counts = [
            (sizes[i] + 2 * padding[i] - dilation[i] * (kernel[i] - 1) - 1) // stride[i] + 1
            for i in (0, 1)
        ]
        return self.tensor((batch, product((channels, *kernel)), product(counts)), x.dtype)


@OPERATIONS.register("nn.Fold")
class Fold(Operation):
    """Images from their patches, which are added. Equals `keras.ops.fold`."""

    ops_per_output = 1

    output_size: Any
    kernel_size: Any
    dilation: Any = 1
    padding: Any = 0
    stride: Any = 1

    def output(self, x: Any) -> Tensor:
        self.require(len(x.shape) == 3, "needs three axes", x)
        batch, size, _ = x.shape
        taps = product(_pair(self.kernel_size))
        assert taps is not None
        if size is not None:
            self.require(taps != 0 and size % taps == 0, f"needs a multiple of {taps} values", x)
            size = size // taps
        return self.tensor((batch, size, *_pair(self.output_size)), x.dtype)


def _pair(value: Any) -> tuple[int, int]:
    one, two = (value, value) if isinstance(value, int) else value
    return one, two


class BlockMoving(Spatial, Rearranging):
    """Blocks of pixels, moved to channels or back.

    Args:
        block_size: pixels along each side of a block.
        data_format: `"channels_last"` or `"channels_first"`.
    """

    rank = 2

    block_size: Any
    data_format: Any = "channels_last"

    def check_arguments(self) -> None:
        check_format(self)


@OPERATIONS.register("nn.DepthToSpace")
class DepthToSpace(BlockMoving):
    """Channels, moved to blocks of pixels. Equals `keras.ops.depth_to_space`."""

    def output(self, x: Any) -> Tensor:
        sizes, channels = self.split(x.shape)
        block = self.block_size
        if channels is not None:
            self.require(channels % block**2 == 0, f"needs a multiple of {block**2} channels", x)
            channels = channels // block**2
        sizes = tuple(product((size, block)) for size in sizes)
        return self.tensor(self.join(x.shape[0], sizes, channels), x.dtype)


@OPERATIONS.register("nn.SpaceToDepth")
class SpaceToDepth(BlockMoving):
    """Blocks of pixels, moved to channels. Equals `keras.ops.space_to_depth`."""

    def output(self, x: Any) -> Tensor:
        sizes, channels = self.split(x.shape)
        block = self.block_size
        fits = all(size is None or size % block == 0 for size in sizes)
        self.require(fits, f"needs sizes that {block} divides", x)
        sizes = tuple(None if size is None else size // block for size in sizes)
        return self.tensor(self.join(x.shape[0], sizes, product((channels, block**2))), x.dtype)


# ---------------------------------------------------------------------- attention


@OPERATIONS.register("nn.DotProductAttention")
class DotProductAttention(Operation):
    """Values, weighted by how queries and keys agree. Equals `keras.ops.dot_product_attention`."""

    is_causal: Any = False
    flash_attention: Any = None
    attn_logits_soft_cap: Any = None

    def output(
        self,
        query: Any,
        key: Any,
        value: Any,
        bias: Any = None,
        mask: Any = None,
        scale: Any = None,
    ) -> Tensor:
        return self.tensor(query.shape, self.promoted(query.dtype, key.dtype, value.dtype))

    def work(self, query: Any, key: Any, value: Any, *others: Any, **more: Any) -> Work | None:
        if len(query.shape) != 4 or len(key.shape) != 4:
            return None
        _, queries, heads, features = query.shape
        scores = product((queries, key.shape[1], heads))
        # Queries by keys, and scores by values; each score goes through the softmax.
        macs = product((2, scores, features))
        return Work(macs=macs, element_ops=scores, activation_macs=macs)


# ---------------------------------------------------------------------- classes and losses


class ClassAxis(Rearranging):
    """An axis with one element for each class.

    Args:
        axis: where it stands, -1 for the end.
    """

    num_classes: Any = REQUIRED
    axis: Any = -1

    def with_classes(self, shape: Shape) -> Shape:
        """The shape with the axis of classes."""
        if self.axis == -1:
            return (*shape, self.num_classes)
        if not 0 <= self.axis < len(shape):
            raise self.error(f"axis must be -1 or one of {len(shape)}", f"axis={self.axis!r}")
        return (*shape[: self.axis], self.num_classes, *shape[self.axis :])


@OPERATIONS.register("nn.OneHot")
class OneHot(ClassAxis):
    """1 for its class, 0 for the others. Equals `keras.ops.one_hot`."""

    dtype: Any = None
    sparse: Any = False

    def output(self, x: Any) -> Tensor:
        return self.tensor(self.with_classes(shape_of(x)), self.dtype)


@OPERATIONS.register("nn.MultiHot")
class MultiHot(ClassAxis):
    """1 for each of its classes, 0 for the others. Equals `keras.ops.multi_hot`."""

    num_classes = None
    dtype: Any = None
    sparse: Any = False

    def check_arguments(self) -> None:
        if self.num_classes is None:
            raise self.error("num_classes must be given", "num_classes=None")

    def output(self, inputs: Any) -> Tensor:
        shape = self.with_classes(shape_of(inputs))
        return self.tensor(shape[-1:] if len(shape) == 2 else (shape[0], *shape[2:]), inputs.dtype)


@OPERATIONS.register("nn.BinaryCrossentropy")
class BinaryCrossentropy(Elementwise):
    """The loss of each of two classes. Equals `keras.ops.binary_crossentropy`."""

    from_logits: Any = False

    def output(self, target: Any, output: Any) -> Tensor:
        self.require(target.shape == output.shape, "needs two equal shapes", target, output)
        return self.tensor(output.shape, output.dtype)


@OPERATIONS.register("nn.CategoricalCrossentropy")
class CategoricalCrossentropy(Operation):
    """The loss of one class among several. Equals `keras.ops.categorical_crossentropy`."""

    ops_per_output = 1

    from_logits: Any = False
    axis: Any = -1

    def output(self, target: Any, output: Any) -> Tensor:
        fits = target.shape == output.shape and len(output.shape) > 0
        self.require(fits, "needs two equal shapes with an axis", target, output)
        return self.tensor(output.shape[:-1], output.dtype)


@OPERATIONS.register("nn.SparseCategoricalCrossentropy")
class SparseCategoricalCrossentropy(Operation):
    """The loss of a class by its number. Equals `keras.ops.sparse_categorical_crossentropy`."""

    ops_per_output = 1

    from_logits: Any = False
    axis: Any = -1

    def output(self, target: Any, output: Any) -> Tensor:
        axis = self.axis_of(self.axis, len(output.shape))
        left = (*output.shape[:axis], *output.shape[axis + 1 :])
        given = target.shape
        if len(given) == len(output.shape) and given[-1] == 1:
            given = given[:-1]
        self.require(given == left, "needs one class for each prediction", target, output)
        return self.tensor(left, output.dtype)


@OPERATIONS.register("nn.CTCLoss")
class CTCLoss(Operation):
    """The loss of a sequence without alignment. Equals `keras.ops.ctc_loss`."""

    mask_index: Any = 0

    def output(self, target: Any, output: Any, target_length: Any, output_length: Any) -> Tensor:
        sizes = {x.shape[0] for x in (target, output, target_length, output_length)}
        self.require(len(sizes) == 1, "needs one batch size", target, output)
        return self.tensor((target.shape[0],), self.promoted(output.dtype, "float32"))


@OPERATIONS.register("nn.CTCDecode")
class CTCDecode(Operation):
    """The likeliest sequences. Equals `keras.ops.ctc_decode`."""

    strategy: Any = "greedy"
    beam_width: Any = 100
    top_paths: Any = 1
    merge_repeated: Any = True
    mask_index: Any = 0

    def output(self, inputs: Any, sequence_lengths: Any) -> tuple[Tensor, Tensor]:
        paths = 1 if self.strategy == "greedy" else self.top_paths
        batch, steps = inputs.shape[0], inputs.shape[1]
        dtype = self.promoted(inputs.dtype, "float32")
        return self.tensor((paths, batch, steps), "int32"), self.tensor((batch, paths), dtype)


@OPERATIONS.register("nn.PSNR")
class PSNR(Operation):
    """How far a signal is above its noise. Equals `keras.ops.psnr`."""

    ops_per_output = 1

    max_val: Any

    def output(self, x1: Any, x2: Any) -> Tensor:
        self.require(len(x1.shape) == len(x2.shape), "needs two tensors of one rank", x1, x2)
        return self.tensor(())


@OPERATIONS.register("nn.Polar")
class Polar(Elementwise):
    """Complex numbers by length and angle. Equals `keras.ops.polar`, which names a float32."""

    def output(self, abs_: Any, angle: Any) -> Tensor:
        return self.tensor(abs_.shape)
