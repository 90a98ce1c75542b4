# mypy: disable-error-code="override"
"""Linear algebra. Equals `keras/src/ops/linalg.py`.

The work of a decomposition depends on the algorithm, so it is not stated.
"""

from __future__ import annotations

from typing import Any

from convzoo.graph.dims import Dim, Shape
from convzoo.graph.layer import Tensor
from convzoo.operations import OPERATIONS, Operation, add_operations
from convzoo.operations.families import KeepsFloat, Reduction


class OfMatrix(Operation):
    """Something of the matrices along the last two axes."""

    def checked(self, x: Any, is_square: bool = False, is_known: bool = False) -> Shape:
        """The shape of the input, whose last two axes are a matrix."""
        self.require(len(x.shape) >= 2, "needs two axes or more", x)
        self.require(not is_square or x.shape[-1] == x.shape[-2], "needs square matrices", x)
        self.require(not is_known or None not in x.shape[-2:], "needs matrices of known size", x)
        shape: Shape = x.shape
        return shape


class OfSquare(OfMatrix):
    """A square matrix from a square matrix."""

    def output(self, x: Any) -> Tensor:
        return self.tensor(self.checked(x, is_square=True), x.dtype)


add_operations("linalg", (OfSquare,), "Inv")


class Triangle(OfSquare):
    """A square matrix from a square matrix.

    Args:
        upper: whether its upper part counts.
    """

    upper: Any = False


add_operations("linalg", (Triangle,), "Cholesky CholeskyInverse")


@OPERATIONS.register("linalg.Det")
class Det(OfMatrix):
    """The determinant. Equals `keras.ops.det`."""

    def output(self, x: Any) -> Tensor:
        return self.tensor(self.checked(x, is_square=True)[:-2], x.dtype)


class Eigen(OfMatrix):
    """Eigenvalues and eigenvectors."""

    def output(self, x: Any) -> tuple[Tensor, Tensor]:
        shape = self.checked(x, is_square=True)
        return self.tensor(shape[:-1], x.dtype), self.tensor(shape, x.dtype)


add_operations("linalg", (Eigen,), "Eig Eigh")


@OPERATIONS.register("linalg.LuFactor")
class LuFactor(OfMatrix):
    """Two triangular factors in one matrix, and the rows' order. Equals `keras.ops.lu_factor`."""

    def output(self, x: Any) -> tuple[Tensor, Tensor]:
        shape = self.checked(x, is_known=True)
        pivots = (*shape[:-2], _smaller(shape))
        return self.tensor(shape, x.dtype), self.tensor(pivots, x.dtype)


def _smaller(shape: Shape) -> Dim:
    """The smaller of the two sizes of a matrix, both known."""
    return min(size for size in shape[-2:] if size is not None)


@OPERATIONS.register("linalg.Norm")
class Norm(KeepsFloat, Reduction):
    """The length of vectors or matrices. Equals `keras.ops.norm`.

    Args:
        ord: which length.
        axis: the axes of the vector or the matrix, all if `None`.
        keepdims: whether these axes stay, with size 1.
    """

    ord: Any = None
    axis: Any = None
    keepdims: bool = False

    def check_arguments(self) -> None:
        if isinstance(self.ord, str) and self.ord not in ("fro", "nuc"):
            raise self.error("ord must be a number, 'fro' or 'nuc'", f"ord={self.ord!r}")

    def output(self, x: Any) -> Tensor:
        axes = range(len(x.shape)) if self.axis is None else self.axis
        count = 1 if isinstance(axes, int) else len(axes)
        matrix_norms = (None, "fro", "nuc", float("inf"), float("-inf"), 1, -1, 2, -2)
        if count == 1 and isinstance(self.ord, str):
            raise self.error("ord must be a number for vectors", f"ord={self.ord!r}")
        if count == 2 and self.ord not in matrix_norms:
            raise self.error(f"ord must be one of {matrix_norms}", f"ord={self.ord!r}")
        return super().output(x)


@OPERATIONS.register("linalg.Qr")
class Qr(OfMatrix):
    """An orthogonal and a triangular factor. Equals `keras.ops.qr`."""

    mode: Any = "reduced"

    def check_arguments(self) -> None:
        if self.mode not in ("reduced", "complete"):
            raise self.error("mode must be 'reduced' or 'complete'", f"mode={self.mode!r}")

    def output(self, x: Any) -> tuple[Tensor, Tensor]:
        *batch, rows, columns = self.checked(x, is_known=True)
        inner = rows if self.mode == "complete" else _smaller(x.shape)
        return (
            self.tensor((*batch, rows, inner), x.dtype),
            self.tensor((*batch, inner, columns), x.dtype),
        )


class Solving(OfMatrix):
    """The solution of linear equations."""

    def output(self, a: Any, b: Any) -> Tensor:
        one, two = self.checked(a, is_square=True), b.shape
        fits = len(two) > 0
        if len(one) == len(two):
            fits = one[-2] == two[-2]
        elif len(one) == len(two) - 1:
            fits = one[-1] == two[-1]
        self.require(fits, "needs an equation for each unknown", a, b)
        return self.tensor(two, b.dtype)


add_operations("linalg", (Solving,), "Solve")


@OPERATIONS.register("linalg.SolveTriangular")
class SolveTriangular(Solving):
    """The solution of triangular equations. Equals `keras.ops.solve_triangular`."""

    lower: Any = False


@OPERATIONS.register("linalg.SVD")
class SVD(OfMatrix):
    """Singular values, and the vectors beside them. Equals `keras.ops.svd`."""

    full_matrices: Any = True
    compute_uv: Any = True

    def output(self, x: Any) -> Any:
        *batch, rows, columns = self.checked(x, is_known=True)
        inner = _smaller(x.shape)
        values = self.tensor((*batch, inner), x.dtype)
        if not self.compute_uv:
            return values
        left, right = (rows, columns) if self.full_matrices else (inner, inner)
        return (
            self.tensor((*batch, rows, left), x.dtype),
            values,
            self.tensor((*batch, right, columns), x.dtype),
        )


@OPERATIONS.register("linalg.Lstsq")
class Lstsq(Operation):
    """The nearest solution of linear equations. Equals `keras.ops.lstsq`."""

    rcond: Any = None

    def output(self, a: Any, b: Any) -> Tensor:
        fits = len(a.shape) == 2 and len(b.shape) in (1, 2) and a.shape[0] == b.shape[0]
        self.require(fits, "needs a matrix, and a value for each of its rows", a, b)
        return self.tensor((a.shape[1], *b.shape[1:]), a.dtype)


@OPERATIONS.register("linalg.MatrixRank")
class MatrixRank(OfMatrix):
    """How many rows are independent. Equals `keras.ops.matrix_rank`."""

    tol: Any = None

    def output(self, x: Any) -> Tensor:
        return self.tensor(self.checked(x)[:-2], "int32")


@OPERATIONS.register("linalg.Pinv")
class Pinv(OfMatrix):
    """The pseudo-inverse. Equals `keras.ops.pinv`."""

    rcond: Any = None

    def output(self, x: Any) -> Tensor:
        *batch, rows, columns = self.checked(x)
        return self.tensor((*batch, columns, rows), x.dtype)
