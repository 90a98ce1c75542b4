# mypy: disable-error-code="override"
"""Casting, slicing and scattering. Equals `keras/src/ops/core.py`."""

from __future__ import annotations

from typing import Any

from convzoo.graph.dims import Dim
from convzoo.graph.layer import REQUIRED, Constant, Tensor
from convzoo.operations import OPERATIONS, shape_of
from convzoo.operations.families import Elementwise, Rearranging, Unchanged


class ToDtype(Unchanged):
    """The same elements in another dtype.

    Args:
        dtype: the dtype.
    """

    dtype: Any = REQUIRED

    def result_dtype(self, dtype: str) -> str:
        return self.dtype or "float32"


@OPERATIONS.register("core.Cast")
class Cast(ToDtype):
    """The same elements in another dtype. Equals `keras.ops.cast`."""


@OPERATIONS.register("core.SaturateCast")
class SaturateCast(ToDtype):
    """Clipped to the bounds of the dtype. Equals `keras.ops.saturate_cast`."""


@OPERATIONS.register("core.ConvertToTensor")
class ConvertToTensor(Unchanged):
    """The same elements, perhaps in another dtype. Equals `keras.ops.convert_to_tensor`."""

    dtype: Any = None
    sparse: Any = None
    ragged: Any = None

    def result_dtype(self, dtype: str) -> str:
        return self.dtype or dtype


@OPERATIONS.register("core.StopGradient")
class StopGradient(Rearranging):
    """The same elements, through which nothing is learned. Equals `keras.ops.stop_gradient`."""

    is_one_to_one = True

    def output(self, variable: Any) -> Tensor:
        return self.tensor(variable.shape, variable.dtype)


@OPERATIONS.register("core.Slice")
class Slice(Rearranging):
    """A block of a tensor. Equals `keras.ops.slice`.

    Args:
        shape: the block's sizes, -1 for all that is left.
    """

    shape: Any

    def output(self, inputs: Any, start_indices: Any) -> Tensor:
        rank, starts = len(inputs.shape), _values(start_indices)
        self.require(len(self.shape) == rank, f"needs an axis for each of {self.shape}", inputs)
        if starts is not None:
            self.require(len(starts) == rank, f"needs {len(starts)} axes", inputs)
        sizes: list[Dim] = []
        for axis, (size, taken) in enumerate(zip(inputs.shape, self.shape, strict=True)):
            if taken != -1:
                sizes.append(taken)
            else:
                sizes.append(None if size is None or starts is None else size - starts[axis])
        return self.tensor(sizes, inputs.dtype)


def _values(indices: Any) -> list[Any] | None:
    """The numbers in a list or a constant; `None` where they are not known."""
    if isinstance(indices, Constant):
        indices = indices.config["config"]["value"]
    return list(indices) if isinstance(indices, (list, tuple)) else None


@OPERATIONS.register("core.SliceUpdate")
class SliceUpdate(Rearranging):
    """A tensor with a block replaced. Equals `keras.ops.slice_update`."""

    def output(self, inputs: Any, start_indices: Any, updates: Any) -> Tensor:
        return self.tensor(inputs.shape, inputs.dtype)


@OPERATIONS.register("core.Scatter")
class Scatter(Rearranging):
    """Values at given places of zeros. Equals `keras.ops.scatter`."""

    shape: Any

    def output(self, indices: Any, values: Any) -> Tensor:
        return self.tensor(self.shape, values.dtype)


@OPERATIONS.register("core.ScatterUpdate")
class ScatterUpdate(Elementwise):
    """A tensor with values at given places. Equals `keras.ops.scatter_update`."""

    is_one_to_one = False

    reduction: Any = None

    def output(self, inputs: Any, indices: Any, updates: Any) -> Tensor:
        return self.tensor(inputs.shape, inputs.dtype)


@OPERATIONS.register("core.Unstack")
class Unstack(Rearranging):
    """The slices along an axis, without it. Equals `keras.ops.unstack`."""

    num: Any = None
    axis: Any = 0

    def output(self, x: Any) -> list[Tensor]:
        axis = self.axis_of(self.axis, len(x.shape))
        count = x.shape[axis] if self.num is None else self.num
        self.require(
            isinstance(count, int) and count > 0, f"needs to know the size of axis {axis}", x
        )
        shape = (*shape_of(x)[:axis], *shape_of(x)[axis + 1 :])
        return [self.tensor(shape, x.dtype) for _ in range(count)]
