"""What layers with spatial axes share: where the axes are, and how a window slides along them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from convzoo.errors import ShapeError
from convzoo.graph.dims import Dim, Shape, Worked, ceil_div, largest, refuse
from convzoo.graph.facts import Window
from convzoo.graph.layer import Layer


class SpatialLayer(Layer):
    """A layer with `rank` spatial axes beside the batch and, where `data_format` says, channels."""

    rank: ClassVar[int] = 0

    @property
    def channels_first(self) -> bool:
        """Whether the channels stand before the spatial axes."""
        return getattr(self, "data_format", None) == "channels_first"

    @property
    def first_axis(self) -> int:
        """The first spatial axis, the batch being 0."""
        return 2 if self.channels_first else 1

    def split(self, shape: Shape) -> tuple[Shape, Dim]:
        """The spatial dims and the channels of an input.

        Raises:
            ShapeError: when the input has another rank.
        """
        if len(shape) != self.rank + 2:
            self.require_rank(shape, self.rank + 2)
        if self.channels_first:
            return shape[2:], shape[1]
        return shape[1:-1], shape[-1]

    def join(self, batch: Dim, spatial: Sequence[Dim], channels: Dim) -> Shape:
        """The shape of those dims in this layer's data format."""
        if self.channels_first:
            return (batch, channels, *spatial)
        return (batch, *spatial, channels)


def window_output(
    layer: Layer, shape: Shape, size: Dim, kernel: int, stride: int, dilation: int, padding: str
) -> Dim:
    """How many outputs a window makes along one axis.

    Args:
        layer: the layer, for the message of an error.
        shape: its whole input shape, likewise.
        size: inputs along the axis.
        kernel: taps of the window.
        stride: inputs from one output to the next.
        dilation: inputs from one tap to the next.
        padding: Keras's `"valid"`, `"same"` or `"causal"`.

    Raises:
        ShapeError: when the window does not fit into the input once.

    Source: `compute_conv_output_shape` in `keras/src/ops/operation_utils.py`.
    """
    if size is None:
        return None
    if padding != "valid":
        return ceil_div(size, stride)
    reach = dilation * (kernel - 1) + 1
    if dilation != 1 and isinstance(size, Worked):
        reach = dilation * (Worked.leaf(kernel) - 1) + 1
    outputs = (size - reach) // stride + 1
    refuse(outputs < 1, _too_large, layer, shape, size, reach, dilation)
    return outputs


def _too_large(layer: Layer, shape: Shape, size: int, reach: int, dilation: int) -> ShapeError:
    size, reach = int(size), int(reach)
    window = f"a window of {size} at most" if dilation == 1 else "a smaller kernel or dilation"
    return layer.shape_error(
        f"its window of {reach} must fit into an axis of {size}",
        shape,
        f"Choose {window}, a larger input or padding='same'." if size else "Enlarge the input.",
    )


def window_before(size: Dim, kernel: int, stride: int, dilation: int, padding: str) -> Dim:
    """How many inputs the first window begins before the first input.

    Returns:
        The count; `None` for "same" on an unknown size with a stride, where it depends on the size.

    Source: TensorFlow's padding, which Keras takes for every backend.
    """
    reach = dilation * (kernel - 1) + 1
    if padding == "valid":
        return 0
    if padding == "causal":
        return reach - 1
    if size is None:
        return (reach - 1) // 2 if stride == 1 else None
    needed = (ceil_div(size, stride) - 1) * stride + reach - size
    before: int = largest((needed, 0))
    return before // 2


def sliding_windows(
    layer: SpatialLayer,
    spatial: Shape,
    kernel: tuple[int, ...],
    strides: tuple[int, ...],
    dilation: tuple[int, ...],
    padding: str,
) -> tuple[Window, ...]:
    """The windows of a layer that slides a kernel along its spatial axes."""
    return tuple(
        Window(layer.first_axis + axis, k, s, d, window_before(size, k, s, d, padding))
        for axis, (size, k, s, d) in enumerate(zip(spatial, kernel, strides, dilation, strict=True))
    )
