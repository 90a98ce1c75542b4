"""Where a model begins: `Input` and its layer."""

from __future__ import annotations

from typing import Any, ClassVar

from convzoo.errors import ArgumentError
from convzoo.graph import dtypes
from convzoo.graph.dims import Shape
from convzoo.graph.facts import Weight, Window, Work
from convzoo.graph.layer import Call, Layer, Tensor


def as_shape(value: Any, what: str) -> Shape:
    """A shape from what a user may write: a tuple or list of sizes, `None` where unknown.

    Raises:
        ArgumentError: when it is no shape.
    """
    if not isinstance(value, (tuple, list)):
        raise ArgumentError(
            f"{what} must be a tuple of sizes. Received {value!r}. Write, for example, (28, 28, 1)."
        )
    for dim in value:
        if dim is None or hasattr(dim, "dtype"):
            continue
        if not isinstance(dim, int) or isinstance(dim, bool) or dim < 0:
            raise ArgumentError(
                f"{what} must hold sizes of 0 or more, or None where unknown. Received {value!r}. "
                "Write, for example, (28, 28, 1)."
            )
    return tuple(value)


class InputLayer(Layer):
    """A model's input. Equals `keras/src/layers/core/input_layer.py`.

    Args:
        shape: the dims without the batch.
        batch_size: the batch's size, or `None`.
        dtype: the tensor's dtype.
        batch_shape: the dims with the batch, instead of `shape` and `batch_size`.
        optional: whether the model may be called without it.
    """

    shape: Shape | None = None
    batch_size: int | None = None
    dtype: str | None = None
    sparse: bool = False
    ragged: bool = False
    batch_shape: Shape | None = None
    input_tensor: Any = None
    optional: bool = False

    tensor: ClassVar[Tensor]
    """The model's input tensor."""

    def _finish(self) -> None:
        super()._finish()
        self.variables = ()
        Call(self, (), {}, (), self.tensor)

    def _check_dtype(self) -> None:
        dtype = dtypes.policy_name(self.__dict__.pop("dtype"))
        if dtype is not None:
            if not dtypes.is_dtype(dtype):
                raise self.error(
                    "dtype must name a dtype", f"dtype={dtype!r}", "Choose float32 or int32."
                )
            self.dtype = dtype

    def check_arguments(self) -> None:
        values = self.__dict__
        batch_shape = values.pop("batch_shape", None)
        shape = values.pop("shape", None)
        if batch_shape is not None:
            if shape is not None or self.batch_size is not None:
                raise ArgumentError("Input: give shape and batch_size, or batch_shape, not both.")
            batch_shape = as_shape(batch_shape, "Input: batch_shape")
        elif shape is None:
            raise ArgumentError(
                "Input: missing argument 'shape'. Write, for example, Input((28, 28, 1))."
            )
        else:
            batch_shape = (self.batch_size, *as_shape(shape, "Input: shape"))
        values.pop("batch_size", None)
        values.pop("input_tensor", None)
        values["batch_shape"] = batch_shape
        for flag in ("sparse", "ragged", "optional"):
            if flag in values and not values[flag]:
                del values[flag]
        values["tensor"] = Tensor(batch_shape, self.dtype or "float32")

    def to_config(self) -> dict[str, Any]:
        config = super().to_config()
        config.pop("trainable", None)  # Keras keeps none for an input.
        return config

    def output(self, inputs: Any = None) -> Tensor:
        return self.tensor

    def weights(self, inputs: Any = None) -> tuple[Weight, ...]:
        return ()

    def work(self, inputs: Any = None) -> Work:
        return Work()

    def windows(self, inputs: Any = None) -> tuple[Window, ...]:
        return ()


def Input(  # noqa: N802 - Keras's name
    shape: Any = None,
    batch_size: int | None = None,
    dtype: str | None = None,
    sparse: bool | None = None,
    ragged: bool | None = None,
    batch_shape: Any = None,
    name: Any = None,
    tensor: Tensor | None = None,
    optional: bool = False,
) -> Tensor:
    """A model's input tensor.

    Args:
        shape: the dims without the batch; `None` where unknown.
        batch_size: the batch's size.
        dtype: the tensor's dtype; float32 by default.
        sparse: whether the tensor is sparse; changes no number.
        ragged: whether the tensor is ragged; changes no number.
        batch_shape: the dims with the batch, instead of `shape` and `batch_size`.
        name: the name of its layer.
        tensor: a tensor whose shape and dtype to take.
        optional: whether the model may be called without it.

    Returns:
        A symbolic tensor.

    Raises:
        ArgumentError: when there is no shape, or two, or an argument can't be used.
    """
    if tensor is not None:
        if not isinstance(tensor, Tensor):
            raise ArgumentError(f"Input: tensor must be a tensor. Received tensor={tensor!r}.")
        batch_shape, dtype = tensor.shape, tensor.dtype
    given = {
        "shape": shape,
        "batch_size": batch_size,
        "dtype": dtype,
        "sparse": sparse,
        "ragged": ragged,
        "batch_shape": batch_shape,
        "name": name,
        "optional": optional or None,
    }
    arguments: Any = {key: value for key, value in given.items() if value is not None}
    return InputLayer(**arguments).tensor
