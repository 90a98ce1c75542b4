# mypy: disable-error-code="override"
"""What operations of several files have in common: how they see a tensor, and their dtypes.

A family is a rule for the dtype together with a kind, such as `(ToFloat, Unary)`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from convzoo.graph.dims import Dim, Shape, product
from convzoo.graph.facts import Window
from convzoo.graph.layer import Tensor
from convzoo.operations import Operation, dtype_of, shape_of

# ---------------------------------------------------------------------- kinds


class Elementwise(Operation):
    """An operation that computes each output element from its own position."""

    ops_per_output = 1
    is_one_to_one = True


class Rearranging(Operation):
    """An operation that moves elements and computes nothing."""

    ops_per_output = 0


class Unary(Elementwise):
    """One operation on each element of a tensor."""

    def output(self, x: Any) -> Tensor:
        return self.tensor(x.shape, self.result_dtype(x.dtype))

    def result_dtype(self, dtype: str) -> str:
        """The dtype of the result."""
        return dtype


class Unchanged(Unary):
    """The same elements, perhaps in another dtype."""

    ops_per_output = 0


class WithinAxes(Unary):
    """An operation along one axis or several, all if `None`, that keeps the shape.

    Args:
        axis: the axes.
    """

    axis: Any = -1

    def output(self, x: Any) -> Tensor:
        if self.axis is not None:
            self.axes_of(self.axis, len(x.shape))
        return super().output(x)

    def windows(self, x: Any) -> tuple[Window, ...] | None:
        return channel_windows(x.shape, self.axis)


class Binary(Elementwise):
    """One operation on the elements of two operands, which are stretched to one shape."""

    def output(self, x1: Any, x2: Any) -> Tensor:
        shape = self.broadcast(shape_of(x1), shape_of(x2))
        return self.tensor(shape, self.result_dtype(dtype_of(x1), dtype_of(x2)))

    def result_dtype(self, *dtypes: str | None) -> str:
        """The dtype of the result."""
        return self.promoted(*dtypes)


class Merging(Binary):
    """An operation on two operands that is a layer too, or could be one."""

    work_kind = "merge"


class Reduction(Operation):
    """One number for all elements along some axes, all if `None`.

    Args:
        axis: the axes.
        keepdims: whether these axes stay, with size 1.
    """

    ops_per_output = 1

    axis: Any = None
    keepdims: bool = False

    def output(self, x: Any) -> Tensor:
        shape = reduced(self, x.shape, self.axis, self.keepdims)
        return self.tensor(shape, self.result_dtype(x.dtype))

    def result_dtype(self, dtype: str) -> str:
        """The dtype of the result."""
        return dtype

    def windows(self, x: Any, *args: Any) -> tuple[Window, ...] | None:
        return channel_windows(x.shape, self.axis)


def reduced(operation: Operation, shape: Shape, axis: Any, keepdims: bool) -> Shape:
    """The shape that a reduction along the axes leaves.

    Source: `reduce_shape` in `keras/src/ops/operation_utils.py`.
    """
    if axis is None:
        return (1,) * len(shape) if keepdims else ()
    axes = operation.axes_of(axis, len(shape))
    left: list[Dim] = list(shape)
    for one in sorted(axes, reverse=True):
        if keepdims:
            left[one] = 1
        else:
            del left[one]
    return tuple(left)


def flat_size(shape: Shape) -> Dim:
    """The number of all elements, those of the first axis too."""
    return product(shape)


def channel_windows(shape: Shape, axis: Any) -> tuple[Window, ...] | None:
    """No windows where the channels, which are the last axis, are all that is mixed."""
    axes = axis if isinstance(axis, (tuple, list)) else (axis,)
    last = len(shape) - 1
    return () if last > 1 and set(axes) <= {-1, last} else None


# ---------------------------------------------------------------------- rules for the dtype

# A rule is no operation by itself: it stands before a kind, and must not hide its arguments.
if TYPE_CHECKING:
    from convzoo.operations import Operation as Rule
else:
    Rule = object


class ToBool(Rule):
    """The result is a truth value."""

    def result_dtype(self, *dtypes: str | None) -> str:
        """The dtype of the result."""
        return "bool"


class ToInt32(Rule):
    """The result is an index or a count."""

    def result_dtype(self, *dtypes: str | None) -> str:
        """The dtype of the result."""
        return "int32"


class ToFloat32(Rule):
    """The result has Keras's default dtype, whatever the operands have."""

    def result_dtype(self, *dtypes: str | None) -> str:
        """The dtype of the result."""
        return "float32"


class ToFloat(Rule):
    """The result is a float of at least the operands' precision."""

    def result_dtype(self, *dtypes: str | None) -> str:
        """The dtype of the result."""
        return self.promoted(*dtypes, "float")


class KeepsFloat(Rule):
    """The result is a float32 for integers, and has the operand's dtype otherwise."""

    def result_dtype(self, dtype: str) -> str:
        """The dtype of the result."""
        return "float32" if "int" in dtype or dtype == "bool" else dtype


class Promoted(Rule):
    """The result's dtype is one that Keras promotes to."""

    def result_dtype(self, dtype: str) -> str:
        """The dtype of the result."""
        return self.promoted(dtype)


class ToFloat64(Rule):
    """The result is a float, of 64 bits for an int64."""

    def result_dtype(self, *dtypes: str) -> str:
        """The dtype of the result."""
        dtype = self.promoted(*dtypes) if len(dtypes) > 1 else dtypes[0]
        if dtype == "int64":
            return "float64"
        integers = ("int8", "int16", "int32", "uint8", "uint16", "uint32")
        return "float32" if dtype in integers else dtype


class ToPlainFloat(Rule):
    """The result is one of the four floats, of 64 bits for an int64."""

    def result_dtype(self, *dtypes: str | None) -> str:
        """The dtype of the result."""
        dtype = self.promoted(*dtypes) if len(dtypes) > 1 else dtypes[0]
        if dtype == "int64":
            return "float64"
        return dtype if dtype in ("bfloat16", "float16", "float64") else "float32"


class BoolToInt(Rule):
    """The result is an int32 for truth values, and has the operands' dtype otherwise."""

    def result_dtype(self, *dtypes: str) -> str:
        """The dtype of the result."""
        dtype = self.promoted(*dtypes) if len(dtypes) > 1 else dtypes[0]
        return "int32" if dtype == "bool" else dtype


class Widened(Rule):
    """The result has at least 32 bits, so that a sum of small integers fits."""

    def result_dtype(self, dtype: str) -> str:
        """The dtype of the result."""
        return widened(dtype)


def widened(dtype: str) -> str:
    """The dtype in which Keras sums."""
    if dtype in ("bool", "int8", "int16"):
        return "int32"
    return "uint32" if dtype in ("uint8", "uint16") else dtype
