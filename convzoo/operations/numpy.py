# mypy: disable-error-code="override"
"""Operations on arrays. Equals `keras/src/ops/numpy.py`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from itertools import pairwise, repeat
from typing import Any

from convzoo.graph.dims import Dim, Shape, product, refuse, total
from convzoo.graph.facts import Window, Work
from convzoo.graph.layer import REQUIRED, Tensor
from convzoo.operations import (
    OPERATIONS,
    Operation,
    add_operations,
    dtype_of,
    sample_size,
    shape_of,
    sizes_match,
    strong_dtype_of,
)
from convzoo.operations.families import (
    Binary,
    BoolToInt,
    Elementwise,
    KeepsFloat,
    Merging,
    Promoted,
    Rearranging,
    Reduction,
    ToBool,
    ToFloat,
    ToFloat32,
    ToFloat64,
    ToInt32,
    ToPlainFloat,
    Unary,
    Unchanged,
    Widened,
    flat_size,
    reduced,
    widened,
)

# ---------------------------------------------------------------------- one tensor, each element

add_operations(
    "numpy", (Unary,), "Absolute Abs BitwiseInvert BitwiseNot Imag Negative Real Sign Trunc"
)
add_operations("numpy", (Unchanged,), "Conj Conjugate Copy")
add_operations(
    "numpy",
    (ToFloat, Unary),
    "Angle Arccos Arccosh Arcsin Arcsinh Arctan Arctanh Ceil Cos Cosh Floor Log Log10 Log1p Log2 "
    "Sin Sinc Sinh Sqrt Tan Tanh",
)
add_operations("numpy", (KeepsFloat, Unary), "Exp Exp2 Expm1")
add_operations(
    "numpy", (ToBool, Unary), "Isfinite Isinf Isnan Isneginf Isposinf Isreal LogicalNot Signbit"
)
add_operations("numpy", (ToFloat32, Unary), "Reciprocal")
add_operations("numpy", (ToPlainFloat, Unary), "Deg2rad I0 Rad2deg")
add_operations("numpy", (BoolToInt, Unary), "Square")


@OPERATIONS.register("numpy.Fabs")
class Fabs(KeepsFloat, Unary):
    """The absolute value, as a float. Equals `keras.ops.fabs`."""

    def result_dtype(self, dtype: str) -> str:
        if "complex" in dtype:
            raise self.error("takes no complex numbers", dtype, "Use Absolute.")
        return super().result_dtype(dtype)


@OPERATIONS.register("numpy.Cbrt")
class Cbrt(ToFloat64, Unary):
    """The cubic root. Equals `keras.ops.cbrt`."""

    def result_dtype(self, *dtypes: str) -> str:
        return "float32" if dtypes == ("bool",) else super().result_dtype(*dtypes)


@OPERATIONS.register("numpy.Clip")
class Clip(BoolToInt, Unary):
    """Each element, at least and at most so large. Equals `keras.ops.clip`."""

    x_min: Any
    x_max: Any


@OPERATIONS.register("numpy.NanToNum")
class NanToNum(Unary):
    """Numbers in place of NaN and infinities. Equals `keras.ops.nan_to_num`."""

    nan: Any = 0.0
    posinf: Any = None
    neginf: Any = None


@OPERATIONS.register("numpy.Round")
class Round(Unary):
    """Each element, rounded. Equals `keras.ops.round`."""

    decimals: Any = 0


class Diagonals(Unchanged):
    """The elements at one side of a diagonal, and zeros at the other.

    Args:
        k: the diagonal, 0 for the main one.
    """

    k: Any = 0


add_operations("numpy", (Diagonals,), "Tril Triu")


class OfDtype(Unchanged):
    """A tensor of the same shape, in a given dtype or the same.

    Args:
        dtype: the dtype.
    """

    dtype: Any = None

    def result_dtype(self, dtype: str) -> str:
        return self.dtype or dtype


add_operations("numpy", (OfDtype,), "EmptyLike OnesLike")


class OfDtypeInCall(OfDtype):
    """A tensor of the same shape; the call may give a dtype, which Keras overlooks."""

    def output(self, x: Any, dtype: Any = None) -> Tensor:
        return super().output(x)


add_operations("numpy", (OfDtypeInCall,), "Array ZerosLike")


@OPERATIONS.register("numpy.FullLike")
class FullLike(OfDtype):
    """One value in the shape of a tensor. Equals `keras.ops.full_like`."""

    def output(self, x: Any, fill_value: Any) -> Tensor:
        return super().output(x)


# ---------------------------------------------------------------------- two tensors, each element

add_operations("numpy", (Merging,), "Add Maximum Minimum Multiply Power Subtract")
add_operations("numpy", (Binary,), "FloorDivide Fmax Fmin")
add_operations("numpy", (ToFloat, Merging), "Divide TrueDivide")
add_operations("numpy", (ToFloat, Binary), "DivideNoNan Logaddexp Logaddexp2")
add_operations("numpy", (BoolToInt, Binary), "Fmod Mod")
add_operations(
    "numpy",
    (ToBool, Binary),
    "Equal Greater GreaterEqual Less LessEqual LogicalAnd LogicalOr LogicalXor NotEqual",
)


class StrongBinary(Binary):
    """An operation on two operands, a Python number among them counting as a tensor."""

    def output(self, x1: Any, x2: Any) -> Tensor:
        shape = self.broadcast(shape_of(x1), shape_of(x2))
        return self.tensor(shape, self.result_dtype(strong_dtype_of(x1), strong_dtype_of(x2)))


add_operations("numpy", (StrongBinary,), "Gcd Lcm")
add_operations("numpy", (ToFloat, StrongBinary), "Ldexp Nextafter")


@OPERATIONS.register("numpy.Arctan2")
class Arctan2(ToFloat, Binary):
    """The angle of a point. Equals `keras.ops.arctan2`."""

    def output(self, x1: Any, x2: Any) -> Tensor:
        dtypes = [getattr(x, "dtype", "float32") for x in (x1, x2)]
        return self.tensor(self.broadcast(shape_of(x1), shape_of(x2)), self.result_dtype(*dtypes))


class TensorBinary(Binary):
    """An operation on two tensors, neither of which may be a plain number."""

    def output(self, x1: Any, x2: Any) -> Tensor:
        shape = self.broadcast(x1.shape, x2.shape)
        return self.tensor(shape, self.result_dtype(x1.dtype, x2.dtype))


add_operations("numpy", (ToFloat64, TensorBinary), "Heaviside Hypot")


class Bitwise(Elementwise):
    """An operation on the bits of two tensors, in the shape of the first."""

    def output(self, x: Any, y: Any) -> Tensor:
        return self.tensor(x.shape, self.promoted(x.dtype, y.dtype))


add_operations("numpy", (Bitwise,), "BitwiseAnd BitwiseOr BitwiseXor")


class Shift(Elementwise):
    """The bits of a tensor, moved, in its shape."""

    def output(self, x: Any, y: Any) -> Tensor:
        dtype = x.dtype if isinstance(y, int) else self.promoted(x.dtype, y.dtype)
        return self.tensor(x.shape, dtype)


add_operations("numpy", (Shift,), "BitwiseLeftShift BitwiseRightShift LeftShift RightShift")


@OPERATIONS.register("numpy.Isclose")
class Isclose(ToBool, Binary):
    """Whether two elements are nearly equal. Equals `keras.ops.isclose`."""

    equal_nan: bool = False

    def output(self, x1: Any, x2: Any, rtol: Any = 1e-5, atol: Any = 1e-8) -> Tensor:
        return super().output(x1, x2)


@OPERATIONS.register("numpy.AllClose")
class AllClose(Operation):
    """Whether all elements are nearly equal. Equals `keras.ops.allclose`."""

    ops_per_output = 1

    rtol: Any = 1e-5
    atol: Any = 1e-8
    equal_nan: bool = False

    def output(self, x1: Any, x2: Any) -> Tensor:
        return self.tensor((), "bool")


@OPERATIONS.register("numpy.IsIn")
class IsIn(Elementwise):
    """Whether an element is among others. Equals `keras.ops.isin`."""

    assume_unique: bool = False
    invert: bool = False

    def output(self, x1: Any, x2: Any) -> Tensor:
        return self.tensor(x1.shape, "bool")


@OPERATIONS.register("numpy.Where")
class Where(Elementwise):
    """Elements of one tensor or of another. Equals `keras.ops.where`."""

    def output(self, condition: Any, x1: Any = None, x2: Any = None) -> Tensor:
        dtypes = ["int64" if x is None else dtype_of(x) for x in (x1, x2)]
        shape = self.broadcast(*(shape_of(x) for x in (condition, x1, x2)))
        return self.tensor(shape, self.promoted(*dtypes))


@OPERATIONS.register("numpy.Select")
class Select(Elementwise):
    """Elements of the first tensor whose condition holds. Equals `keras.ops.select`."""

    def output(self, condlist: Any, choicelist: Any, default: Any = 0) -> Tensor:
        return self.tensor(choicelist[0].shape, choicelist[0].dtype)


@OPERATIONS.register("numpy.Digitize")
class Digitize(Elementwise):
    """The bin of each element. Equals `keras.ops.digitize`."""

    def output(self, x: Any, bins: Any) -> Tensor:
        self.require(len(bins.shape) <= 1, "needs bins along one axis", bins)
        return self.tensor(x.shape, "int32")


@OPERATIONS.register("numpy.SearchSorted")
class SearchSorted(Elementwise):
    """Where each value belongs in a sorted sequence. Equals `keras.ops.searchsorted`."""

    side: Any = "left"

    def output(self, sorted_sequence: Any, values: Any) -> Tensor:
        shape = sorted_sequence.shape
        self.require(len(shape) == 1, "needs a sequence along one axis", sorted_sequence)
        is_short = shape[0] is not None and shape[0] < 2**31
        return self.tensor(values.shape, "int32" if is_short else "int64")


# ---------------------------------------------------------------------- along axes

add_operations("numpy", (Reduction,), "Amax Amin Ptp")
add_operations("numpy", (ToBool, Reduction), "All Any")
add_operations("numpy", (ToFloat, Reduction), "Median Nanmean Nanmedian Nanstd Nanvar Var")
add_operations("numpy", (KeepsFloat, Reduction), "Mean Std")
add_operations("numpy", (Widened, Reduction), "Nanprod")


add_operations("numpy", (Promoted, Reduction), "Nanmax Nanmin")


class Sums(Reduction):
    """The sum of the elements along some axes."""

    def result_dtype(self, dtype: str) -> str:
        return widened(self.promoted(dtype))


add_operations("numpy", (Sums,), "Sum Nansum")


class Extremum(Reduction):
    """The largest or smallest element along some axes.

    Args:
        initial: a value that takes part.
    """

    initial: Any = None


add_operations("numpy", (Extremum,), "Max Min")
add_operations("numpy", (ToInt32, Reduction), "Argmax Argmin")


class OfOneAxis(Reduction):
    """An index along one axis."""

    def output(self, x: Any) -> Tensor:
        if self.axis is not None:
            self.axis_of(self.axis, len(x.shape))
        return super().output(x)


add_operations("numpy", (ToInt32, OfOneAxis), "Nanargmax Nanargmin")


@OPERATIONS.register("numpy.CountNonzero")
class CountNonzero(ToInt32, Operation):
    """How many elements are not 0. Equals `keras.ops.count_nonzero`."""

    ops_per_output = 1

    axis: Any = None

    def output(self, x: Any) -> Tensor:
        return self.tensor(reduced(self, x.shape, self.axis, False), "int32")


@OPERATIONS.register("numpy.Prod")
class Prod(Widened, Reduction):
    """The product of the elements along some axes. Equals `keras.ops.prod`."""

    dtype: Any = None

    def result_dtype(self, dtype: str) -> str:
        return self.dtype or super().result_dtype(dtype)


@OPERATIONS.register("numpy.Average")
class Average(Operation):
    """The weighted mean along an axis. Equals `keras.ops.average`."""

    ops_per_output = 1

    axis: Any = None

    def output(self, x: Any, weights: Any = None) -> Tensor:
        dtypes = [dtype_of(x), "float"]
        if weights is not None:
            dtypes.append(dtype_of(weights))
            fits = sizes_match(x.shape, weights.shape)
            if self.axis is not None:
                fits = fits or sizes_match((x.shape[self.axis],), weights.shape)
            self.require(fits, "needs weights of the input's shape, or of its axis", x, weights)
        axes = None if self.axis is None else (self.axis,)
        return self.tensor(reduced(self, x.shape, axes, False), self.promoted(*dtypes))


class Quantiles(Operation):
    """The values below which given parts of the elements lie.

    Args:
        axis: the axes, all if `None`.
        method: how values between two elements are found.
        keepdims: whether the axes stay, with size 1.
    """

    ops_per_output = 1
    least_listed = 1

    axis: Any = None
    method: Any = "linear"
    keepdims: bool = False

    def output(self, x: Any, q: Any) -> Tensor:
        shape = reduced(self, x.shape, self.axis, self.keepdims)
        if isinstance(q, (list, tuple)) and len(q) >= self.least_listed:
            shape = (len(q), *shape)
        elif shape_of(q):
            shape = (shape_of(q)[0], *shape)
        return self.tensor(shape, self.result_dtype(x.dtype))

    def result_dtype(self, dtype: str) -> str:
        """The dtype of the result."""
        return self.promoted(dtype, "float")


@OPERATIONS.register("numpy.Nanpercentile")
class Nanpercentile(Quantiles):
    """Percentiles, without NaN. Equals `keras.ops.nanpercentile`."""

    least_listed = 0


@OPERATIONS.register("numpy.Percentile")
class Percentile(Quantiles):
    """Percentiles. Equals `keras.ops.percentile`."""

    least_listed = 0

    def result_dtype(self, dtype: str) -> str:
        return dtype if "float" in dtype else "float32"


class ListedQuantiles(Quantiles):
    """Quantiles, where a list of one counts as a number."""

    least_listed = 2


add_operations("numpy", (ListedQuantiles,), "Quantile Nanquantile")


class Cumulative(Operation):
    """The sums or products of the elements so far, along an axis or all in one.

    Args:
        axis: the axis, `None` for all elements in one axis.
        dtype: the dtype of the result.
    """

    ops_per_output = 1

    axis: Any = None
    dtype: Any = None

    def output(self, x: Any) -> Tensor:
        dtype = self.dtype or x.dtype
        return self.tensor(self._shape(x.shape), "int32" if dtype == "bool" else dtype)

    def _shape(self, shape: Shape) -> Shape:
        if self.axis is None:
            return (flat_size(shape),)
        self.axis_of(self.axis, len(shape))
        return shape


add_operations("numpy", (Cumulative,), "Cumprod Cumsum")


class UncheckedCumulative(Cumulative):
    """Sums or products so far, without NaN; Keras takes any axis."""

    def _shape(self, shape: Shape) -> Shape:
        return (flat_size(shape),) if self.axis is None else shape


add_operations("numpy", (UncheckedCumulative,), "Nancumprod Nancumsum")


class Sorting(Operation):
    """The elements, or where they stand, in order along an axis or all in one.

    Args:
        axis: the axis, `None` for all elements in one axis.
    """

    ops_per_output = 1

    axis: Any = -1

    def output(self, x: Any) -> Tensor:
        shape: Shape = (flat_size(x.shape),) if self.axis is None else x.shape
        if self.axis is not None:
            self.axis_of(self.axis, len(x.shape))
        return self.tensor(shape, self.result_dtype(x.dtype))

    def result_dtype(self, dtype: str) -> str:
        """The dtype of the result."""
        return dtype


add_operations("numpy", (Sorting,), "Sort")
add_operations("numpy", (ToInt32, Sorting), "Argsort")


@OPERATIONS.register("numpy.Argpartition")
class Argpartition(Operation):
    """Where the smallest elements stand. Equals `keras.ops.argpartition`."""

    ops_per_output = 1

    kth: int
    axis: Any = -1

    def check_arguments(self) -> None:
        if not isinstance(self.kth, int):
            raise self.error("kth must be an integer", f"kth={self.kth!r}")

    def output(self, x: Any) -> Tensor:
        return self.tensor((flat_size(x.shape),) if self.axis is None else x.shape, "int32")


@OPERATIONS.register("numpy.Diff")
class Diff(Operation):
    """Differences of neighbours along an axis. Equals `keras.ops.diff`."""

    ops_per_output = 1

    n: int = 1
    axis: Any = -1

    def output(self, a: Any) -> Tensor:
        shape = list(a.shape)
        axis = self.axis_of(self.axis, len(shape))
        if shape[axis] is not None:
            shape[axis] = max(shape[axis] - self.n, 0)
        return self.tensor(shape, a.dtype)


@OPERATIONS.register("numpy.Trapezoid")
class Trapezoid(Operation):
    """The area under points along an axis. Equals `keras.ops.trapezoid`."""

    ops_per_output = 1

    x: Any = None
    dx: Any = 1.0
    axis: Any = -1

    def output(self, y: Any) -> Tensor:
        shape = list(y.shape)
        if self.axis is not None and shape:
            shape.pop(self.axis % len(shape))
        return self.tensor(shape, self.promoted(y.dtype, "float"))


# ---------------------------------------------------------------------- products of tensors


class Product(Operation, ABC):
    """A sum of products of the elements of two tensors."""

    def output(self, x1: Any, x2: Any) -> Tensor:
        shape = self.output_shape_of(shape_of(x1), shape_of(x2))
        return self.tensor(shape, self.promoted(dtype_of(x1), dtype_of(x2)))

    @abstractmethod
    def output_shape_of(self, one: Shape, two: Shape) -> Shape:
        """The shape of the result, from those of the operands."""

    def terms(self, one: Shape, two: Shape) -> Dim:
        """The products that are summed for one output element."""
        return 1

    def work(self, x1: Any, x2: Any) -> Work:
        one, two = shape_of(x1), shape_of(x2)
        outputs = sample_size(self.output_shape_of(one, two))
        if not one or not two:
            return Work(element_ops=outputs)
        return Work(macs=product((outputs, self.terms(one, two))))


@OPERATIONS.register("numpy.Matmul")
class Matmul(Product):
    """The product of matrices. Equals `keras.ops.matmul`."""

    def output(self, x1: Any, x2: Any) -> Tensor:
        dtypes = [strong_dtype_of(x) for x in (x1, x2)]
        shape = self.output_shape_of(shape_of(x1), shape_of(x2))
        return self.tensor(shape, "int32" if dtypes == ["int8"] * 2 else self.promoted(*dtypes))

    def output_shape_of(self, one: Shape, two: Shape) -> Shape:
        refuse(
            not one or not two,
            lambda: self.shape_error("needs two tensors with axes", [one, two]),
        )
        left = (1, *one) if len(one) == 1 else one
        right = (*two, 1) if len(two) == 1 else two
        refuse(
            not sizes_match(left[-1:], right[-2:-1]),
            lambda: self.shape_error(
                "needs a second tensor with as many rows as the first has columns", [one, two]
            ),
        )
        shape = self.broadcast(left[:-2], right[:-2])
        rows = left[-2:-1] if len(one) > 1 else ()
        columns = right[-1:] if len(two) > 1 else ()
        return (*shape, *rows, *columns)

    def terms(self, one: Shape, two: Shape) -> Dim:
        rows = two[0] if len(two) == 1 else two[-2]
        return one[-1] if rows is None else rows

    def windows(self, x1: Any, x2: Any) -> tuple[Window, ...] | None:
        # A matrix mixes the channels; the other axes are seen one to one.
        return () if len(shape_of(x1)) > 2 and len(shape_of(x2)) < 3 else None


@OPERATIONS.register("numpy.Dot")
class Dot(Product):
    """The product along the last axis and the last but one. Equals `keras.ops.dot`."""

    def output_shape_of(self, one: Shape, two: Shape) -> Shape:
        if not one or not two:
            return self.broadcast(one, two)
        if len(two) == 1:
            fits = len(one) == 1 or one[-1] == two[0]
        else:
            fits = sizes_match(one[-1:], two[-2:-1])
        refuse(
            not fits,
            lambda: self.shape_error(
                "needs a second tensor with as many rows as the first has columns", [one, two]
            ),
        )
        return (*one[:-1], *two[:-2], *(two[-1:] if len(two) > 1 else ()))

    def terms(self, one: Shape, two: Shape) -> Dim:
        rows = two[0] if len(two) == 1 else two[-2]
        return one[-1] if rows is None else rows


@OPERATIONS.register("numpy.Inner")
class Inner(Product):
    """The product along the last axes. Equals `keras.ops.inner`."""

    def output_shape_of(self, one: Shape, two: Shape) -> Shape:
        if not one or not two:
            return one or two
        refuse(
            not sizes_match(one[-1:], two[-1:]),
            lambda: self.shape_error("needs last axes of one size", [one, two]),
        )
        return (*one[:-1], *two[:-1])

    def terms(self, one: Shape, two: Shape) -> Dim:
        return two[-1] if one[-1] is None else one[-1]


@OPERATIONS.register("numpy.Vdot")
class Vdot(Product):
    """The sum of the products of all elements. Equals `keras.ops.vdot`."""

    def output_shape_of(self, one: Shape, two: Shape) -> Shape:
        return ()

    def terms(self, one: Shape, two: Shape) -> Dim:
        return sample_size(one)


@OPERATIONS.register("numpy.Outer")
class Outer(Product):
    """Every product of an element of one tensor and one of another. Equals `keras.ops.outer`."""

    def output_shape_of(self, one: Shape, two: Shape) -> Shape:
        return (flat_size(one), flat_size(two))


@OPERATIONS.register("numpy.Kron")
class Kron(Product):
    """The Kronecker product. Equals `keras.ops.kron`."""

    def output(self, x1: Any, x2: Any) -> Tensor:
        shape = self.output_shape_of(shape_of(x1), shape_of(x2))
        return self.tensor(shape, self.promoted(strong_dtype_of(x1), strong_dtype_of(x2)))

    def output_shape_of(self, one: Shape, two: Shape) -> Shape:
        return tuple(product(pair) for pair in zip(one, two, strict=False))


@OPERATIONS.register("numpy.Tensordot")
class Tensordot(Product):
    """The product along given axes. Equals `keras.ops.tensordot`.

    Args:
        axes: how many axes, the last of the one tensor and the first of the other; or the axes of
            each.
    """

    axes: Any = 2

    def output_shape_of(self, one: Shape, two: Shape) -> Shape:
        left, right = self._kept(one, two)
        return (*(one[axis] for axis in left), *(two[axis] for axis in right))

    def _kept(self, one: Shape, two: Shape) -> tuple[list[int], list[int]]:
        """The axes of each tensor that are left."""
        if isinstance(self.axes, int):
            count = max(self.axes, 0)
            return list(range(max(len(one) - count, 0))), list(
                range(min(count, len(two)), len(two))
            )
        summed = [[one[axis] for axis in self.axes[0]], [two[axis] for axis in self.axes[1]]]
        refuse(
            not sizes_match(*summed),
            lambda: self.shape_error(f"needs equal sizes along its axes {self.axes}", [one, two]),
        )
        left, right = (
            {axis % len(shape) for axis in axes}
            for axes, shape in zip(self.axes[:2], (one, two), strict=True)
        )
        return (
            [axis for axis in range(len(one)) if axis not in left],
            [axis for axis in range(len(two)) if axis not in right],
        )

    def terms(self, one: Shape, two: Shape) -> Dim:
        kept = self._kept(one, two)[0]
        return product(size for axis, size in enumerate(one) if axis not in kept)


@OPERATIONS.register("numpy.Einsum")
class Einsum(Operation):
    """A sum of products, written with a letter for each axis. Equals `keras.ops.einsum`.

    Args:
        subscripts: the letters of each operand's axes, and those of the output's.
    """

    subscripts: str

    def output(self, *operands: Any) -> Tensor:
        specs, target = self._read(len(operands))
        shapes = [
            self._stretchable(shape_of(x), spec, target)
            for x, spec in zip(operands, specs, strict=True)
        ]
        dtypes = {strong_dtype_of(x) for x in operands}
        dtype = "int32" if dtypes == {"int8"} else self.promoted(*dtypes)
        return self.tensor(self.broadcast(*shapes), dtype)

    def _read(self, operands: int) -> tuple[list[str], list[str]]:
        """The letters of each operand, and the letters or "..." of the output."""
        inputs, arrow, output = self.subscripts.partition("->")
        specs = inputs.split(",")
        if "->" in output or len(specs) != operands:
            raise self.error(
                "subscripts must name the axes of each operand and of one output",
                f"subscripts={self.subscripts!r} for {operands} operands",
            )
        if not arrow:
            once = {label for label in inputs if label.isalpha() and inputs.count(label) == 1}
            output = "..." + "".join(sorted(once))
        before, dots, after = output.partition("...")
        return specs, [*before.replace(" ", ""), *([dots] if dots else ()), *after.replace(" ", "")]

    def _sizes(self, shape: Shape, spec: str) -> dict[str, Any]:
        """The size of each letter of an operand, and the sizes that its "..." stands for."""
        before, dots, after = spec.partition("...")
        sizes: dict[str, Any] = {}
        refuse(
            len(shape) < len(before) + len(after) or (not dots and len(shape) != len(before)),
            lambda: self.shape_error(f"needs an operand with the axes {spec!r}", shape),
        )
        end = len(shape) - len(after)
        for label, size in zip(before, shape, strict=False):
            sizes.setdefault(label, size)
        for label, size in zip(reversed(after), reversed(shape), strict=False):
            sizes.setdefault(label, size)
        if dots:
            sizes[dots] = shape[len(before) : end]
        return sizes

    def _stretchable(self, shape: Shape, spec: str, target: list[str]) -> Shape:
        """An operand's shape with the axes of the output, of size 1 where it lacks them."""
        sizes = self._sizes(shape, spec)
        stretched: list[Dim] = []
        for label in target:
            if label == "...":
                stretched += sizes.get(label, ())
            else:
                if label not in sizes and not label.islower():
                    raise self.shape_error(f"can stretch small letters only, not {label!r}", shape)
                stretched.append(sizes.get(label, 1))
        return tuple(stretched)

    def work(self, *operands: Any) -> Work | None:
        specs, target = self._read(len(operands))
        sizes: dict[str, Any] = {}
        for x, spec in zip(operands, specs, strict=True):
            for label, size in self._sizes(shape_of(x), spec).items():
                known = sizes.get(label)
                if label == "...":
                    sizes[label] = self.broadcast(known or (), size)
                elif known is None or known == 1:
                    sizes[label] = size
        wildcard = sizes.pop("...", ())
        if target[:1] == ["..."] and wildcard:
            wildcard = wildcard[1:]
        elif target:
            sizes.pop(target[0], None)
        loops = product((*wildcard, *sizes.values()))
        if len(operands) > 1:
            return Work(macs=product((loops, len(operands) - 1)))
        is_summed = set(self._sizes(shape_of(operands[0]), specs[0])) - set(target)
        output = self.output(*operands)
        return Work(element_ops=sample_size(output.shape) if is_summed else 0)


@OPERATIONS.register("numpy.Cross")
class Cross(Operation):
    """The cross product of vectors. Equals `keras.ops.cross`."""

    ops_per_output = 1

    axisa: Any = -1
    axisb: Any = -1
    axisc: Any = -1
    axis: Any = None

    def output(self, x1: Any, x2: Any) -> Tensor:
        axes = [self.axisa, self.axisb, self.axisc] if self.axis is None else [self.axis] * 3
        shapes = [list(x1.shape), list(x2.shape)]
        sizes = [shape.pop(axis) for shape, axis in zip(shapes, axes, strict=False)]
        self.require(all(size in (None, 2, 3) for size in sizes), "needs vectors of 2 or 3", x1, x2)
        shape = list(self.broadcast(*map(tuple, shapes)))
        size = [3] if 3 in sizes else []
        place = self.axis_of(axes[2], len(shape) + len(size))
        return self.tensor(
            (*shape[:place], *size, *shape[place:]), self.promoted(x1.dtype, x2.dtype)
        )


@OPERATIONS.register("numpy.Correlate")
class Correlate(ToPlainFloat, Operation):
    """The products of two sequences, one moved along the other. Equals `keras.ops.correlate`."""

    mode: Any = "valid"

    def output(self, x1: Any, x2: Any) -> Tensor:
        one, two = shape_of(x1), shape_of(x2)
        self.require(len(one) == len(two) == 1, "needs two sequences", x1, x2)
        self.require(None not in one + two, "needs sequences of known length", x1, x2)
        if self.mode not in ("valid", "same", "full"):
            raise self.error("mode must be 'valid', 'same' or 'full'", f"mode={self.mode!r}")
        longer, shorter = max(one[0] or 0, two[0] or 0), min(one[0] or 0, two[0] or 0)
        size = {"valid": longer - shorter + 1, "same": longer, "full": longer + shorter - 1}
        return self.tensor((size[self.mode],), self.result_dtype(dtype_of(x1), dtype_of(x2)))


@OPERATIONS.register("numpy.Corrcoef")
class Corrcoef(Operation):
    """How the rows correlate. Equals `keras.ops.corrcoef`."""

    def output(self, x: Any) -> Tensor:
        dtype = "float64" if x.dtype == "int64" else self.promoted(x.dtype, "float")
        return self.tensor(x.shape, dtype)


@OPERATIONS.register("numpy.Trace")
class Trace(Widened, Operation):
    """The sum along a diagonal. Equals `keras.ops.trace`."""

    ops_per_output = 1

    offset: Any = 0
    axis1: Any = 0
    axis2: Any = 1

    def output(self, x: Any) -> Tensor:
        axes = self.axes_of((self.axis1, self.axis2), len(x.shape))
        self.require(axes[0] != axes[1], "needs two different axes", x)
        left = [size for axis, size in enumerate(x.shape) if axis not in axes]
        return self.tensor(left, self.result_dtype(x.dtype))


# ---------------------------------------------------------------------- other shapes


@OPERATIONS.register("numpy.Reshape")
class Reshape(Rearranging):
    """The same elements in another shape. Equals `keras.ops.reshape`.

    Args:
        newshape: the sizes, the batch's too; one may be -1, to be inferred.
    """

    newshape: Any

    def output(self, x: Any) -> Tensor:
        new = (self.newshape,) if isinstance(self.newshape, int) else tuple(self.newshape)
        known = [size for size in new if isinstance(size, int)]
        if any(size < -1 for size in known) or known.count(-1) > 1:
            raise self.error(
                "newshape must hold sizes of 0 or more, and -1 at most once", f"newshape={new}"
            )
        given = product(x.shape)
        if None in new or given is None:
            return self.tensor([None if size == -1 else size for size in new], x.dtype)
        rest = product(size for size in new if size != -1)
        assert rest is not None
        fits = rest == given if -1 not in new else rest != 0 and given % rest == 0
        self.require(fits, f"its newshape {new} must hold the input's elements", x)
        return self.tensor([given // rest if size == -1 else size for size in new], x.dtype)


@OPERATIONS.register("numpy.Ravel")
class Ravel(Rearranging):
    """All elements in one axis. Equals `keras.ops.ravel`."""

    def output(self, x: Any) -> Tensor:
        return self.tensor((flat_size(x.shape),), x.dtype)


@OPERATIONS.register("numpy.Transpose")
class Transpose(Rearranging):
    """The axes in another order. Equals `keras.ops.transpose`.

    Args:
        axes: the order; `None` for the opposite one.
    """

    axes: Any = None

    def output(self, x: Any) -> Tensor:
        if self.axes is None:
            return self.tensor(x.shape[::-1], x.dtype)
        axes = self.axes_of(tuple(self.axes), len(x.shape))
        self.require(
            sorted(axes) == list(range(len(x.shape))), f"needs each axis once in {axes}", x
        )
        return self.tensor([x.shape[axis] for axis in axes], x.dtype)


@OPERATIONS.register("numpy.Swapaxes")
class Swapaxes(Rearranging):
    """Two axes in each other's place. Equals `keras.ops.swapaxes`."""

    axis1: Any
    axis2: Any

    def output(self, x: Any) -> Tensor:
        shape = list(x.shape)
        one, two = self.axes_of((self.axis1, self.axis2), len(shape))
        shape[one], shape[two] = shape[two], shape[one]
        return self.tensor(shape, x.dtype)


@OPERATIONS.register("numpy.Moveaxis")
class Moveaxis(Rearranging):
    """Axes in other places, the rest in order. Equals `keras.ops.moveaxis`."""

    source: Any
    destination: Any

    def output(self, x: Any) -> Tensor:
        rank = len(x.shape)
        sources, places = self.axes_of(self.source, rank), self.axes_of(self.destination, rank)
        self.require(
            len(sources) == len(places) == len(set(sources)) == len(set(places)),
            "needs one place for each axis",
            x,
        )
        rest = iter(axis for axis in range(rank) if axis not in sources)
        moved = dict(zip(places, sources, strict=True))
        order = [moved[place] if place in moved else next(rest) for place in range(rank)]
        return self.tensor([x.shape[axis] for axis in order], x.dtype)


@OPERATIONS.register("numpy.Rot90")
class Rot90(Rearranging):
    """The plane of two axes, turned. Equals `keras.ops.rot90`, which always swaps the axes."""

    k: Any = 1
    axes: Any = (0, 1)

    def output(self, array: Any) -> Tensor:
        shape = list(array.shape)
        self.require(len(shape) >= 2, "needs two axes or more", array)
        if len(self.axes) != 2 or self.axes[0] == self.axes[1]:
            raise self.error("axes must be two different ones", f"axes={self.axes!r}")
        one, two = self.axes
        shape[one], shape[two] = shape[two], shape[one]
        return self.tensor(shape, array.dtype)


@OPERATIONS.register("numpy.ExpandDims")
class ExpandDims(Rearranging):
    """New axes of size 1. Equals `keras.ops.expand_dims`."""

    axis: Any

    def check_arguments(self) -> None:
        if not isinstance(self.axis, (int, tuple, list)):
            raise self.error("axis must be an integer or several", f"axis={self.axis!r}")

    def output(self, x: Any) -> Tensor:
        count = len(self.axis) if isinstance(self.axis, (tuple, list)) else 1
        new = self.axes_of(self.axis, len(x.shape) + count)
        self.require(len(set(new)) == count, "needs different axes", x)
        sizes = iter(x.shape)
        ranks = range(len(x.shape) + count)
        return self.tensor([1 if axis in new else next(sizes) for axis in ranks], x.dtype)

    def windows(self, x: Any) -> tuple[Window, ...] | None:
        # A new last axis moves no other one.
        return () if self.axis in (-1, len(x.shape)) else None


@OPERATIONS.register("numpy.Squeeze")
class Squeeze(Rearranging):
    """The axes of size 1 left out, or those of them that are given. Equals `keras.ops.squeeze`."""

    axis: Any = None

    def output(self, x: Any) -> Tensor:
        if self.axis is None:
            return self.tensor([size for size in x.shape if size != 1], x.dtype)
        axes = self.axes_of(self.axis, len(x.shape))
        self.require(all(x.shape[axis] == 1 for axis in axes), f"needs size 1 along {self.axis}", x)
        return self.tensor(reduced(self, x.shape, axes, False), x.dtype)


@OPERATIONS.register("numpy.BroadcastTo")
class BroadcastTo(Rearranging):
    """A tensor, stretched to a shape. Equals `keras.ops.broadcast_to`."""

    shape: Any

    def output(self, x: Any) -> Tensor:
        self.broadcast(x.shape, tuple(self.shape))
        return self.tensor(self.shape, x.dtype)


@OPERATIONS.register("numpy.Tile")
class Tile(Rearranging):
    """A tensor, several times along each axis. Equals `keras.ops.tile`."""

    repeats: Any

    def output(self, x: Any) -> Tensor:
        repeats = [self.repeats] if isinstance(self.repeats, int) else list(self.repeats)
        rank = max(len(repeats), len(x.shape))
        sizes = [1] * (rank - len(x.shape)) + list(x.shape)
        repeats = [1] * (rank - len(repeats)) + repeats
        return self.tensor([product(pair) for pair in zip(sizes, repeats, strict=True)], x.dtype)


@OPERATIONS.register("numpy.Repeat")
class Repeat(Rearranging):
    """Each element several times. Equals `keras.ops.repeat`."""

    repeats: Any
    axis: Any = None

    def output(self, x: Any) -> Tensor:
        repeats = [self.repeats] if isinstance(self.repeats, int) else list(self.repeats)
        shape = [flat_size(x.shape)] if self.axis is None else list(x.shape)
        axis = self.axis_of(0 if self.axis is None else self.axis, len(shape))
        size = shape[axis]
        if size is not None:
            fits = len(repeats) in (1, size)
            self.require(fits, f"needs as many repeats as elements along {self.axis}", x)
            shape[axis] = size * repeats[0] if len(repeats) == 1 else sum(repeats)
        return self.tensor(shape, x.dtype)


@OPERATIONS.register("numpy.Pad")
class Pad(Rearranging):
    """Values around a tensor. Equals `keras.ops.pad`.

    Args:
        pad_width: how many before and after each axis; one pair or number serves for all.
        mode: how they are chosen.
    """

    pad_width: Any
    mode: Any = "constant"

    def check_arguments(self) -> None:
        width = self.pad_width
        if isinstance(width, int):
            width = ((width, width),)
        elif isinstance(width, (tuple, list)) and width and isinstance(width[0], int):
            width = (tuple(width),)
        pairs = width if isinstance(width, (tuple, list)) else ()
        if not pairs or not all(isinstance(pair, (tuple, list)) for pair in pairs):
            raise self.error("pad_width must hold pairs", f"pad_width={self.pad_width!r}")
        if len({len(pair) for pair in pairs}) > 1:
            raise self.error("pad_width must hold pairs only", f"pad_width={self.pad_width!r}")
        self.pad_width = tuple(tuple(pair) * 2 if len(pair) == 1 else tuple(pair) for pair in pairs)

    def _pairs(self, x: Any) -> list[Any]:
        pairs = list(self.pad_width)
        pairs = pairs * len(x.shape) if len(pairs) == 1 else pairs
        self.require(len(pairs) == len(x.shape), "needs a pair for each axis", x)
        return pairs

    def output(self, x: Any, constant_values: Any = None) -> Tensor:
        padded = zip(x.shape, self._pairs(x), strict=True)
        shape = [total((pair[0], size, pair[1])) for size, pair in padded]
        return self.tensor(shape, x.dtype)

    def windows(self, x: Any, constant_values: Any = None) -> tuple[Window, ...]:
        return tuple(
            Window(axis, before=before)
            for axis, (before, after) in enumerate(self._pairs(x))
            if before or after
        )


@OPERATIONS.register("numpy.GetItem")
class GetItem(Rearranging):
    """A part of a tensor. Equals indexing, `x[key]`."""

    def output(self, x: Any, key: Any) -> Tensor:
        shape: list[Dim] = []
        for size, part in self._parts(x, key):
            if part is None:
                shape.append(1)
            elif isinstance(part, slice):
                taken = size is not None and len(range(*part.indices(size)))
                whole = size is None or part == slice(None)
                shape.append(size if whole else taken)
            else:
                in_range = size is None or -size <= part < size
                self.require(in_range, f"has no element {part} along an axis", x)
        return self.tensor(shape, x.dtype)

    def _parts(self, x: Any, key: Any) -> list[tuple[Dim, Any]]:
        """The parts of the key, each with the size of the axis it is for."""
        parts = list(key) if isinstance(key, (tuple, list)) else [key]
        known = all(
            part is None or part is Ellipsis or isinstance(part, (int, slice)) for part in parts
        )
        if not known or (not isinstance(key, (int, tuple, list))) or parts.count(Ellipsis) > 1:
            raise self.error(
                "can be indexed by integers, slices, None and one ellipsis", f"key {key!r}"
            )
        taken = sum(part is not None and part is not Ellipsis for part in parts)
        self.require(taken <= len(x.shape), f"has too few axes for the key {key!r}", x)
        if Ellipsis not in parts:
            parts.append(Ellipsis)
        place = parts.index(Ellipsis)
        parts[place : place + 1] = [slice(None)] * (len(x.shape) - taken)
        sizes = iter(x.shape)
        return [(None if part is None else next(sizes), part) for part in parts]

    def windows(self, x: Any, key: Any) -> tuple[Window, ...] | None:
        parts = self._parts(x, key)
        if not all(isinstance(part, slice) for _, part in parts):
            return None  # An axis comes or goes, and the others change their places.
        found = []
        for axis, (size, part) in enumerate(parts):
            step = 1 if part.step is None else part.step
            if part != slice(None):
                if step < 1 or (size is None and (part.start or 0) < 0):
                    return None
                start = part.indices(size)[0] if size is not None else part.start or 0
                found.append(Window(axis, stride=step, before=-start))
        return tuple(found)


@OPERATIONS.register("numpy.Take")
class Take(Rearranging):
    """Elements by their places along an axis. Equals `keras.ops.take`."""

    axis: Any = None

    def output(self, x: Any, indices: Any) -> Tensor:
        places = self.nested_shape(indices)
        if self.axis is None:
            return self.tensor(places, x.dtype)
        axis = self.axis_of(self.axis, len(x.shape))
        return self.tensor((*x.shape[:axis], *places, *x.shape[axis + 1 :]), x.dtype)

    def nested_shape(self, value: Any) -> Shape:
        """The shape of a tensor, of nested lists or of a number."""
        if not isinstance(value, (list, tuple)):
            return shape_of(value)
        inner = {self.nested_shape(part) for part in value}
        if len(inner) > 1:
            raise self.error("indices must be lists of one length", repr(value))
        return (len(value), *(inner.pop() if inner else ()))


@OPERATIONS.register("numpy.TakeAlongAxis")
class TakeAlongAxis(Rearranging):
    """For each position an element by its place. Equals `keras.ops.take_along_axis`."""

    axis: Any = None

    def output(self, x: Any, indices: Any) -> Tensor:
        shape = [flat_size(x.shape)] if self.axis is None else list(x.shape)
        self.require(len(shape) == len(indices.shape), "needs indices of its rank", x, indices)
        axis = self.axis_of(0 if self.axis is None else self.axis, len(shape))
        shape[axis] = indices.shape[axis]
        return self.tensor(self.broadcast(tuple(shape), indices.shape), x.dtype)


@OPERATIONS.register("numpy.Flip")
class Flip(Rearranging):
    """The elements in the opposite order along axes, all if `None`. Equals `keras.ops.flip`."""

    axis: Any = None

    def output(self, x: Any) -> Tensor:
        if self.axis is not None:
            self.axes_of(self.axis, len(x.shape))
        return self.tensor(x.shape, x.dtype)


@OPERATIONS.register("numpy.Roll")
class Roll(Rearranging):
    """The elements, moved along axes in a circle. Equals `keras.ops.roll`."""

    shift: Any
    axis: Any = None

    def output(self, x: Any) -> Tensor:
        if self.axis is not None:
            self.axes_of(self.axis, len(x.shape))
        return self.tensor(x.shape, x.dtype)


class OfLeastRank(Rearranging):
    """The elements in the opposite order along an axis that must be there."""

    least_rank = 1

    def output(self, x: Any) -> Tensor:
        self.require(len(x.shape) >= self.least_rank, f"needs {self.least_rank} axes or more", x)
        return self.tensor(x.shape, x.dtype)


add_operations("numpy", (OfLeastRank,), "Flipud")


@OPERATIONS.register("numpy.Fliplr")
class Fliplr(OfLeastRank):
    """The elements in the opposite order along axis 1. Equals `keras.ops.fliplr`."""

    least_rank = 2


@OPERATIONS.register("numpy.Diag")
class Diag(Rearranging):
    """The diagonal of a matrix, or a matrix with a diagonal. Equals `keras.ops.diag`."""

    k: Any = 0

    def output(self, x: Any) -> Tensor:
        shape = x.shape
        self.require(len(shape) in (1, 2), "needs one axis or two", x)
        if len(shape) == 1:
            return self.tensor((total((shape[0], abs(self.k))),) * 2, x.dtype)
        return self.tensor((diagonal_size(shape[0], shape[1], self.k),), x.dtype)


def diagonal_size(rows: Dim, columns: Dim, offset: int) -> Dim:
    """The elements of a diagonal of a matrix."""
    if rows is None or columns is None:
        return None
    remaining = columns - offset if offset > 0 else rows + offset
    return max(0, min(remaining, rows, columns))


@OPERATIONS.register("numpy.Diagflat")
class Diagflat(Rearranging):
    """A matrix with all elements on a diagonal. Equals `keras.ops.diagflat`."""

    k: Any = 0

    def output(self, x: Any) -> Tensor:
        return self.tensor((total((flat_size(x.shape), abs(self.k))),) * 2, x.dtype)


@OPERATIONS.register("numpy.Diagonal")
class Diagonal(Rearranging):
    """The diagonal of two axes, as the last axis. Equals `keras.ops.diagonal`."""

    offset: Any = 0
    axis1: Any = 0
    axis2: Any = 1

    def output(self, x: Any) -> Tensor:
        self.require(len(x.shape) >= 2, "needs two axes or more", x)
        one, two = x.shape[self.axis1], x.shape[self.axis2]
        axes = {self.axis1 % len(x.shape), self.axis2 % len(x.shape)}
        left = [size for axis, size in enumerate(x.shape) if axis not in axes]
        return self.tensor((*left, diagonal_size(one, two, self.offset)), x.dtype)


@OPERATIONS.register("numpy.Vander")
class Vander(Operation):
    """The powers of each element. Equals `keras.ops.vander`."""

    ops_per_output = 1

    N: Any = None
    increasing: Any = False

    def output(self, x: Any) -> Tensor:
        return self.tensor((*x.shape, x.shape[0] if self.N is None else self.N), x.dtype)


@OPERATIONS.register("numpy.View")
class View(Rearranging):
    """The same bytes as another dtype. Equals `keras.ops.view`."""

    dtype: Any = None

    def output(self, x: Any) -> Tensor:
        from convzoo.graph import dtypes

        dtype = self.dtype or x.dtype
        old, new = dtypes.bits(x.dtype), dtypes.bits(dtype)
        if old is None or new is None:
            raise self.shape_error("can't view texts", x.shape)
        if old == new:
            return self.tensor(x.shape, dtype)
        self.require(bool(x.shape), "needs an axis to view in another size of dtype", x)
        *others, last = x.shape
        if last is not None:
            self.require(last * old % new == 0, f"needs a last axis that fits {dtype}", x)
            last = last * old // new
        return self.tensor((*others, last), dtype)


# ---------------------------------------------------------------------- several tensors


class Joining(Rearranging):
    """Tensors side by side along an axis."""

    def joined(self, shapes: Sequence[Shape], axis: int, dtypes: Sequence[str | None]) -> Tensor:
        """The shapes, joined along the axis."""
        first = shapes[0]
        for shape in shapes:
            refuse(
                not sizes_match(_without(first, axis), _without(shape, axis)),
                lambda: self.shape_error(
                    f"needs tensors of one shape but for axis {axis}", list(shapes)
                ),
            )
        size = total([shape[axis] for shape in shapes])
        return self.tensor((*first[:axis], size, *first[axis + 1 :]), self.promoted(*dtypes))

    def windows(self, *args: Any, **kwargs: Any) -> tuple[Window, ...]:
        return ()


def _without(shape: Shape, axis: int) -> Shape:
    return (*shape[:axis], *shape[axis + 1 :])


@OPERATIONS.register("numpy.Concatenate")
class Concatenate(Joining):
    """Tensors side by side along an axis. Equals `keras.ops.concatenate`.

    Args:
        axis: the axis.
    """

    axis: Any = 0

    def check_arguments(self) -> None:
        if self.axis is None:
            raise self.error("axis must be an integer", "axis=None")

    def output(self, xs: Any) -> Tensor:
        axis = self.axis_of(self.axis, len(xs[0].shape))
        return self.joined([x.shape for x in xs], axis, [dtype_of(x) for x in xs])


class Stacking(Joining):
    """Tensors side by side along a certain axis."""

    axis_joined = 0

    def output(self, xs: Any) -> Tensor:
        shapes = [self.raised(x.shape) for x in xs]
        self.require(len(shapes[0]) > self.axis_joined, f"has no axis {self.axis_joined}", *xs)
        return self.joined(shapes, self.axis_joined, [dtype_of(x) for x in xs])

    def raised(self, shape: Shape) -> Shape:
        """The shape with the axes it needs."""
        return shape


add_operations("numpy", (Stacking,), "Vstack")


@OPERATIONS.register("numpy.Hstack")
class Hstack(Stacking):
    """Tensors side by side along axis 1. Equals `keras.ops.hstack`."""

    axis_joined = 1


@OPERATIONS.register("numpy.Dstack")
class Dstack(Stacking):
    """Tensors side by side along axis 2. Equals `keras.ops.dstack`."""

    axis_joined = 2

    def raised(self, shape: Shape) -> Shape:
        if len(shape) < 2:
            shape = (1, *(shape or (1,)))
        return (*shape, 1) if len(shape) == 2 else shape


@OPERATIONS.register("numpy.Stack")
class Stack(Rearranging):
    """Tensors side by side along a new axis. Equals `keras.ops.stack`."""

    axis: Any = 0

    def output(self, x: Any) -> Tensor:
        first = x[0].shape
        axis = self.axis_of(self.axis, len(first) + 1)
        self.require(all(sizes_match(a.shape, first) for a in x), "needs tensors of one shape", *x)
        dtype = self.promoted(*(dtype_of(a) for a in x))
        return self.tensor((*first[:axis], len(x), *first[axis:]), dtype)


@OPERATIONS.register("numpy.Append")
class Append(Joining):
    """One tensor after another. Equals `keras.ops.append`."""

    axis: Any = None

    def output(self, x1: Any, x2: Any) -> Tensor:
        dtypes = [dtype_of(x1), dtype_of(x2)]
        if self.axis is None:
            size = total((flat_size(x1.shape), flat_size(x2.shape)))
            return self.tensor((size,), self.promoted(*dtypes))
        axis = self.axis_of(self.axis, len(x1.shape))
        unknown = x1.shape[axis] is None or x2.shape[axis] is None
        self.require(not unknown, "needs to know the axis along which it joins", x1, x2)
        return self.joined([x1.shape, x2.shape], axis, dtypes)


@OPERATIONS.register("numpy.Meshgrid")
class Meshgrid(Rearranging):
    """The coordinates of a grid. Equals `keras.ops.meshgrid`."""

    indexing: Any = "xy"

    def check_arguments(self) -> None:
        if self.indexing not in ("xy", "ij"):
            raise self.error("indexing must be 'xy' or 'ij'", f"indexing={self.indexing!r}")

    def output(self, *x: Any) -> list[Tensor]:
        shape = [flat_size(one.shape) for one in x]
        if self.indexing == "ij":
            return [self.tensor(shape) for _ in x]
        shape[0], shape[1] = shape[1], shape[0]
        return [self.tensor(shape, x[-1].dtype) for _ in x]


# ---------------------------------------------------------------------- several outputs


class Splitting(Rearranging):
    """A tensor in parts along an axis.

    Args:
        indices_or_sections: how many parts, or where each but the first begins.
    """

    least_rank = 1

    indices_or_sections: Any

    def parts(self, x: Any, axis: Any) -> list[Tensor]:
        """The parts along the axis."""
        self.require(len(x.shape) >= self.least_rank, f"needs {self.least_rank} axes or more", x)
        shape, where = list(x.shape), self.indices_or_sections
        axis = self.axis_of(axis, len(shape))
        size = shape[axis]
        sizes: Iterable[Dim]
        if isinstance(where, int):
            fits = where > 0 and (size is None or size % where == 0)
            self.require(fits, f"can't be split into {where} equal parts along axis {axis}", x)
            sizes = repeat(None if size is None else size // where, where)
        else:
            bounds = [0, *where, size]
            sizes = [None if end is None else end - start for start, end in pairwise(bounds)]
        return [self.tensor((*shape[:axis], n, *shape[axis + 1 :]), x.dtype) for n in sizes]


@OPERATIONS.register("numpy.Split")
class Split(Splitting):
    """A tensor in parts along an axis. Equals `keras.ops.split`."""

    axis: Any = 0

    def output(self, x: Any) -> list[Tensor]:
        return self.parts(x, self.axis)


@OPERATIONS.register("numpy.Hsplit")
class Hsplit(Splitting):
    """A tensor in parts along axis 1, or 0 if it has no other. Equals `keras.ops.hsplit`."""

    def output(self, x: Any) -> list[Tensor]:
        return self.parts(x, 0 if len(x.shape) == 1 else 1)


@OPERATIONS.register("numpy.Vsplit")
class Vsplit(Splitting):
    """A tensor in parts along axis 0. Equals `keras.ops.vsplit`."""

    least_rank = 2

    def output(self, x: Any) -> list[Tensor]:
        return self.parts(x, 0)


@OPERATIONS.register("numpy.Dsplit")
class Dsplit(Splitting):
    """A tensor in parts along axis 2. Equals `keras.ops.dsplit`."""

    least_rank = 3

    def output(self, x: Any) -> list[Tensor]:
        return self.parts(x, 2)


@OPERATIONS.register("numpy.ArraySplit")
class ArraySplit(Rearranging):
    """A tensor in nearly equal parts along an axis. Equals `keras.ops.array_split`."""

    indices_or_sections: Any
    axis: Any = 0

    def output(self, x: Any) -> list[Tensor]:
        shape, count = list(x.shape), self.indices_or_sections
        axis = self.axis_of(self.axis, len(shape))
        self.require(isinstance(count, int) and count > 0, "needs a number of parts", x)
        size = shape[axis]
        sizes = (
            None if size is None else size // count + (1 if part < size % count else 0)
            for part in range(count)
        )
        return [self.tensor((*shape[:axis], n, *shape[axis + 1 :]), x.dtype) for n in sizes]


@OPERATIONS.register("numpy.Nonzero")
class Nonzero(Operation):
    """Where the elements are that are not 0. Equals `keras.ops.nonzero`."""

    def output(self, x: Any) -> tuple[Tensor, ...]:
        self.require(len(x.shape) > 0, "needs an axis", x)
        return tuple(self.tensor((None,), "int32") for _ in x.shape)


@OPERATIONS.register("numpy.Unique")
class Unique(Operation):
    """The different elements. Equals `keras.ops.unique`."""

    sorted: Any = True
    return_index: Any = False
    return_inverse: Any = False
    return_counts: Any = False
    axis: Any = None
    size: Any = None
    fill_value: Any = None

    def output(self, x: Any) -> Any:
        shape: Shape = (self.size,)
        inverse = x.shape
        if self.axis is not None:
            axis = self.axis_of(self.axis, len(x.shape))
            shape = (*x.shape[:axis], self.size, *x.shape[axis + 1 :])
            inverse = (x.shape[axis],)
        found = [self.tensor(shape, x.dtype)]
        if self.return_index:
            found.append(self.tensor((self.size,), "int32"))
        if self.return_inverse:
            found.append(self.tensor(inverse, "int32"))
        if self.return_counts:
            found.append(self.tensor((self.size,), "int32"))
        return found[0] if len(found) == 1 else tuple(found)


@OPERATIONS.register("numpy.Histogram")
class Histogram(Operation):
    """How many elements fall between bounds, and the bounds. Equals `keras.ops.histogram`."""

    bins: Any = 10
    range: Any = None

    def check_arguments(self) -> None:
        if not isinstance(self.bins, int) or self.bins < 0:
            raise self.error("bins must be an integer of 0 or more", f"bins={self.bins!r}")
        bounds = self.range
        if bounds and (
            not isinstance(bounds, (tuple, list)) or len(bounds) < 2 or bounds[1] < bounds[0]
        ):
            raise self.error("range must be the least and the largest value", f"range={bounds!r}")

    def output(self, x: Any) -> tuple[Tensor, Tensor]:
        return self.tensor((self.bins,), x.dtype), self.tensor((self.bins + 1,), x.dtype)


@OPERATIONS.register("numpy.Slogdet")
class Slogdet(Operation):
    """The sign of a determinant and its logarithm. Equals `keras.ops.slogdet`."""

    def output(self, x: Any) -> tuple[Tensor, Tensor]:
        return self.tensor((), x.dtype), self.tensor(x.shape[:-2], x.dtype)


@OPERATIONS.register("numpy.UnravelIndex")
class UnravelIndex(Operation):
    """The place along each axis of a place in all elements. Equals `keras.ops.unravel_index`."""

    shape: Any

    def output(self, indices: Any) -> list[Tensor]:
        place = (None,) if None in self.shape else indices.shape
        return [self.tensor(place, indices.dtype) for _ in self.shape]


# ---------------------------------------------------------------------- facts of a tensor


@OPERATIONS.register("numpy.Size")
class Size(Rearranging):
    """The number of elements. Equals `keras.ops.size`."""

    def output(self, x: Any) -> Tensor:
        return self.tensor((), "int32")


@OPERATIONS.register("numpy.Ndim")
class Ndim(Rearranging):
    """The number of axes, which Keras describes by a tensor of that size."""

    def output(self, x: Any) -> Tensor:
        return self.tensor((len(x.shape),))


@OPERATIONS.register("numpy.Full")
class Full(Rearranging):
    """One value in a shape. Equals `keras.ops.full`."""

    shape: Any = REQUIRED
    dtype: Any = None

    def output(self, fill_value: Any) -> Tensor:
        return self.tensor(self.shape, self.dtype)


class Spaced(Operation):
    """Numbers from one to another, along a new axis."""

    ops_per_output = 1

    def spaced(self, start: Any, stop: Any, num: Any, dtype: Any, axis: Any) -> Tensor:
        """The numbers."""
        shape = self.broadcast(shape_of(start), shape_of(stop))
        axis = self.axis_of(axis, len(shape) + 1)
        known = self.promoted(dtype or strong_dtype_of(start), "float")
        return self.tensor((*shape[:axis], num, *shape[axis:]), known)


@OPERATIONS.register("numpy.Linspace")
class Linspace(Spaced):
    """Numbers at equal distances. Equals `keras.ops.linspace`."""

    num: Any = 50
    endpoint: Any = True
    retstep: Any = False
    dtype: Any = None
    axis: Any = 0

    def output(self, start: Any, stop: Any) -> Tensor:
        self.require(not self.retstep, "can't give its step as a tensor", start, stop)
        return self.spaced(start, stop, self.num, self.dtype, self.axis)


@OPERATIONS.register("numpy.Geomspace")
class Geomspace(Spaced):
    """Numbers at equal ratios. Equals `keras.ops.geomspace`."""

    num: Any = 50
    endpoint: Any = True
    dtype: Any = None
    axis: Any = 0

    def output(self, start: Any, stop: Any) -> Tensor:
        return self.spaced(start, stop, self.num, self.dtype, self.axis)


@OPERATIONS.register("numpy.Logspace")
class Logspace(Spaced):
    """Powers of a base at equal ratios. Equals `keras.ops.logspace`."""

    num: Any = 50
    endpoint: Any = True
    base: Any = 10
    dtype: Any = None
    axis: Any = 0

    def output(self, start: Any, stop: Any) -> Tensor:
        return self.spaced(start, stop, self.num, self.dtype, self.axis)
