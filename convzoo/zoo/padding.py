"""The padding of networks that were first trained with TensorFlow's "same"."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from convzoo.graph.layer import Tensor


def padding_before_stride_2(x: Tensor, kernel_size: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """The zeros around maps that then go, with stride 2, through a kernel without padding.

    An even size takes one less before than behind, as TensorFlow's "same" has it. Where the height
    is unknown, both sizes are taken to be even.

    Args:
        x: maps of shape (batch, height, width, channels).
        kernel_size: the height and width of the kernel, which is odd.

    Returns:
        Rows above and below, columns left and right.

    Source: `correct_pad` of `keras/src/applications/imagenet_utils.py`, whose behaviour it equals.
    """
    height, width = x.shape[1:3]
    half = kernel_size // 2
    odd = [height is not None and size is not None and size % 2 for size in (height, width)]
    top, left = (half if is_odd else half - 1 for is_odd in odd)
    return (top, half), (left, half)
