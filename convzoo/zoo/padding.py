"""Zeros that networks trained in TensorFlow put before a convolution that strides."""

from __future__ import annotations

from convzoo.graph.dims import Dim, Shape


def before_stride(shape: Shape, kernel: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """The padding with which a convolution of stride 2 halves rows and columns, rounded up.

    Args:
        shape: of its input, channels last; a size that is unknown counts as even.
        kernel: taps along each axis, an odd number.

    Returns:
        The zeros before and after the rows, and before and after the columns.

    Source: `correct_pad` in `keras/src/applications/imagenet_utils.py`.
    """
    _, rows, columns, _ = shape
    return _along(rows, kernel), _along(columns, kernel)


def _along(size: Dim, kernel: int) -> tuple[int, int]:
    reach = kernel // 2
    return (reach if size is not None and size % 2 else reach - 1), reach
