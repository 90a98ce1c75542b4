# mypy: disable-error-code="override"
"""Operations: what `keras.ops` calls leave as nodes of a functional model.

One file per file of `keras/src/ops` (`core.py` is our `tensors.py`), and of those beside it that
have some. An operation is a layer without weights, policy or call arguments of its own; in a config
it is told from a layer by its module. It is registered by both: `"numpy.Add"` is
`keras.src.ops.numpy.Add`. Its `output`, `work` and `windows` take what the `call` of Keras's class
takes: tensors, constants and plain values.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from types import new_class
from typing import Any, ClassVar

from convzoo.graph import dtypes
from convzoo.graph.dims import Dim, Shape, product, refuse, total
from convzoo.graph.facts import Weight, Window, Work
from convzoo.graph.layer import Constant, Layer, Tensor
from convzoo.graph.promotion import WEAK, result_type
from convzoo.graph.structure import leaves
from convzoo.registry import Registry

OPERATIONS: Registry[type[Operation]] = Registry(
    "operation", "convzoo.operations", first=("numpy", "nn"), hint="The reference lists every one."
)
"""Every operation by the file and the class name that Keras has for it."""


# Keras's modules of operations that have another name or folder than our files.
_ELSEWHERE = {
    "activations": "keras.src.activations.activations",
    "quantizers": "keras.src.quantizers.quantizers",
    "tensors": "keras.src.ops.core",
}


class Operation(Layer):
    """One operation on tensors, constants and plain values."""

    keras_module: ClassVar[str] = "keras.src.ops"
    ops_per_output: ClassVar[int | None] = None
    """Element operations for each output element; `None` where no rule is known."""
    is_one_to_one: ClassVar[bool] = False
    """Whether each output sees its own input position."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        # An operation has no policy and nothing to train; `dtype` only where it declares one.
        cls.arguments = {name: cls.arguments[name] for name in (*cls.positional, "name")}
        file = cls.__module__.rpartition(".")[2]
        cls.keras_module = _ELSEWHERE.get(file, f"keras.src.ops.{file}")

    def _check_dtype(self) -> None:
        dtype: Any = self.__dict__["dtype"]
        if dtype is not None:
            self.dtype = _dtype_name(dtype)
            if self.dtype is None:
                raise self.error("dtype must name a dtype", f"dtype={dtype!r}", "Try 'float32'.")

    def weights(self, *args: Any, **kwargs: Any) -> tuple[Weight, ...]:
        return ()

    def work(self, *args: Any, **kwargs: Any) -> Work | None:
        if self.ops_per_output is None:
            return None
        outputs = leaves(self.output(*args, **kwargs))
        return Work(element_ops=total([product((self.ops_per_output, _count(x))) for x in outputs]))

    def windows(self, *args: Any, **kwargs: Any) -> tuple[Window, ...] | None:
        return () if self.is_one_to_one else None

    # ------------------------------------------------------------------ for subclasses

    def tensor(self, shape: Sequence[Dim], dtype: str | None = "float32") -> Tensor:
        """An output; one without a dtype has Keras's default."""
        refuse(
            any(dim is not None and (isinstance(dim, (float, str)) or dim < 0) for dim in shape),
            lambda: self.shape_error(
                "has no output whose sizes are not integers of 0 or more", tuple(shape)
            ),
        )
        return Tensor(tuple(shape), "float32" if dtype is None else dtype)

    def require(self, fits: bool, expected: str, *inputs: Any) -> None:
        """Refuse inputs that don't fit what is expected."""
        shapes = [shape_of(x) for x in inputs]
        refuse(
            not fits,
            lambda: self.shape_error(expected, shapes[0] if len(shapes) == 1 else shapes),
        )

    def promoted(self, *given: str | None) -> str:
        """The dtype of a result from those of its operands, which `dtype_of` gives.

        Raises:
            ArgumentError: when they have none in common.
        """
        known = [dtype for dtype in given if dtype is not None]
        found = result_type(*known) if len(known) == len(given) else None
        if found is None:
            names = ", ".join(map(str, given))
            raise self.error("needs operands with a common dtype", names, "Cast them before.")
        return found

    def axis_of(self, axis: Any, rank: int) -> int:
        """An axis, counted from the first.

        Raises:
            ArgumentError: when there is none of this number.
        """
        if not isinstance(axis, int) or not -rank <= axis < rank:
            raise self.error(f"an axis must be one of {rank}", f"axis={axis!r}")
        return axis % rank

    def axes_of(self, axis: Any, rank: int) -> tuple[int, ...]:
        """One axis or several, counted from the first."""
        axes = axis if isinstance(axis, (tuple, list)) else (axis,)
        return tuple(self.axis_of(each, rank) for each in axes)

    def broadcast(self, *shapes: Shape) -> Shape:
        """The one shape to which all of them are stretched; a known size beats an unknown one."""
        merged, *others = shapes
        for other in others:
            rank = max(len(merged), len(other))
            one = (1,) * (rank - len(merged)) + tuple(merged)
            two = (1,) * (rank - len(other)) + tuple(other)
            merged = tuple(self._stretched(a, b, shapes) for a, b in zip(one, two, strict=True))
        return merged

    def _stretched(self, a: Dim, b: Dim, shapes: Sequence[Shape]) -> Dim:
        if a == 1 or (a is None and b != 1):
            return b
        refuse(
            a is not None and b is not None and b != 1 and a != b,
            lambda: self.shape_error(
                "needs sizes that are equal or 1, counted from the last axis", list(shapes)
            ),
        )
        return a


def add_operations(file: str, bases: tuple[type, ...], names: str) -> None:
    """Register operations that differ from their bases by nothing but their name.

    Args:
        file: the file of `keras/src/ops` that has them.
        bases: what they are, the first changing the others.
        names: Keras's names of the classes, with blanks between.
    """
    body = {"__module__": f"convzoo.operations.{file}", "__doc__": bases[-1].__doc__}
    for name in names.split():
        made = new_class(name, bases, exec_body=lambda namespace: namespace.update(body))
        OPERATIONS.add(f"{file}.{name}", made)


def _dtype_name(dtype: Any) -> str | None:
    """The name of a dtype given in any of Keras's ways; `None` where Keras has no such dtype."""
    if isinstance(dtype, dict):
        return dtypes.policy_name(dtype) or "float32"
    name = {bool: "bool", int: "int64", float: "float32", "int": "int64"}.get(dtype, dtype)
    name = getattr(name, "name", None) or getattr(name, "__name__", None) or name
    return str(name) if dtypes.is_dtype(name) and name != "int4" else None


def shape_of(x: Any) -> Shape:
    """The shape of an operand; a plain number has none."""
    return x.shape if isinstance(x, (Tensor, Constant)) else ()


def dtype_of(x: Any) -> str | None:
    """The dtype of an operand, which is weak for a Python number; `None` for what has none."""
    if isinstance(x, (Tensor, Constant)):
        return x.dtype
    return {bool: "bool", int: "int", float: "float", complex: "complex128"}.get(type(x))


def strong_dtype_of(x: Any) -> str | None:
    """The dtype of an operand, as if a Python number were a tensor."""
    dtype = dtype_of(x)
    return None if dtype is None else WEAK.get(dtype, dtype)


def sample_size(shape: Iterable[Dim]) -> Dim:
    """The elements of one sample: those of all axes but the first."""
    return product(tuple(shape)[1:])


def _count(output: Tensor) -> Dim:
    return sample_size(output.shape)


def sizes_match(one: Iterable[Dim], other: Iterable[Dim]) -> bool:
    """Whether two shapes can be the same; an unknown size matches any."""
    one, other = tuple(one), tuple(other)
    return len(one) == len(other) and all(
        a is None or b is None or a == b for a, b in zip(one, other, strict=True)
    )
