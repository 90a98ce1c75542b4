"""Dimensions: the arithmetic that every formula of a layer is written in.

A dim is an `int`, or `None` where it is unknown, and an unknown operand makes the result unknown.
Formulas use `+ - * //` and the functions of this file only, so that they also serve other kinds of
numbers: a `Worked` dim remembers the arithmetic it came from, which is what `--explain` prints, a
`Formula` holds the name of a dim that is not known yet, and `Many` holds what a dim is at every
point of a design space.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import prod
from typing import Any, NoReturn, TypeAlias

from convzoo.errors import ConvzooError

Dim: TypeAlias = "int | None"
Shape: TypeAlias = "tuple[Dim, ...]"


class UnknownShapeError(Exception):
    """A formula asks for a shape of which nothing is known, not even its rank."""


class _UnknownShape(tuple[Dim, ...]):
    """In place of a shape: a formula that looks into it stops there."""

    __slots__ = ()

    def _refuse(self, *_: Any) -> NoReturn:
        raise UnknownShapeError

    __len__ = __iter__ = __getitem__ = __contains__ = __add__ = __eq__ = __ne__ = _refuse
    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return "unknown"


UNKNOWN: Shape = _UnknownShape()
"""A shape of which nothing is known: what follows from it is unknown too, and the rest stays."""


def product(dims: Iterable[Dim]) -> Dim:
    """The product of the dims; unknown when one of them is."""
    try:
        return prod(dims)  # type: ignore[arg-type]
    except TypeError:
        return None


def total(dims: Iterable[Dim]) -> Dim:
    """The sum of the dims; unknown when one of them is."""
    try:
        return sum(dims)  # type: ignore[arg-type]
    except TypeError:
        return None


def accumulated(numbers: Iterable[Any]) -> Any:
    """The sum of numbers that are known; of arrays the small ones first, so that few are large."""
    numbers = list(numbers)
    if {*map(type, numbers)} != {int}:
        numbers.sort(key=lambda number: getattr(number, "size", 0))
    return sum(numbers)


def ceil_div(dividend: int, divisor: int) -> int:
    """The quotient, rounded up."""
    # Most are plain, and asking them for what they don't have takes longer than to calculate.
    if type(dividend) is not int and hasattr(dividend, "ceil_div"):
        rounded: int = dividend.ceil_div(divisor)
        return rounded
    return -(-dividend // divisor)


def largest(numbers: Sequence[Any]) -> Any:
    """The largest of several dims that are known."""
    for number in numbers:
        if type(number) is not int and hasattr(number, "largest"):
            return number.largest(numbers)
    return max(numbers)


def refuse(bad: Any, error: Callable[..., ConvzooError], *given: Any) -> None:
    """Raise the error, made of what is given, when the condition holds.

    Every formula refuses through this function what Keras refuses. Where it holds at some points of
    a design space only, these are noted, and the others go on.
    """
    if bad is False:
        return
    if hasattr(bad, "refuse"):
        bad.refuse()
    elif bad:
        raise error(*given)


_SUM, _PRODUCT, _ATOM = 0, 1, 2


class Worked(int):
    """An int that remembers the arithmetic it came from, as a teacher would write it.

    `(Worked.leaf(28) - 3) // 1 + 1` is 26, and its `text` is `floor((28 - 3) / 1) + 1`.
    """

    text: str
    _binding: int

    @classmethod
    def of(cls, value: int, text: str, binding: int) -> Worked:
        """A number with the text of its arithmetic, and how tightly the text binds."""
        worked = cls(value)
        worked.text = text
        worked._binding = binding
        return worked

    @classmethod
    def leaf(cls, value: int) -> Worked:
        """A number that is given, not calculated."""
        return cls.of(value, f"{value:,}", _ATOM)

    @property
    def is_leaf(self) -> bool:
        """Whether the number is given, not calculated."""
        return self.text == f"{int(self):,}"

    @property
    def binds_as_operand(self) -> bool:
        """Whether the text needs no brackets as a factor."""
        return self._binding > _SUM

    def ceil_div(self, divisor: int) -> Worked:
        """The quotient, rounded up."""
        return self._rounded("ceil", -(-int(self) // int(divisor)), divisor)

    def __add__(self, other: int) -> Worked:
        if _is_nothing(other):
            return self
        if _is_nothing(self):
            return other if isinstance(other, Worked) else self.leaf(other)
        more = other.text if isinstance(other, Worked) else f"{other:,}"
        return self.of(int(self) + int(other), _sum(self.text, more), _SUM)

    def __radd__(self, other: int) -> Worked:
        if _is_plain(other, 0):
            return self
        return self.of(int(other) + int(self), _sum(f"{other:,}", self.text), _SUM)

    def __sub__(self, other: int) -> Worked:
        if _is_nothing(other):
            return self
        return self.of(int(self) - int(other), f"{self.text} - {_operand(other, _PRODUCT)}", _SUM)

    def __rsub__(self, other: int) -> Worked:
        return self.of(int(other) - int(self), f"{other:,} - {_operand(self, _PRODUCT)}", _SUM)

    def __mul__(self, other: int) -> Worked:
        if _is_plain(other, 1):
            return self
        if _is_plain(other, 0):
            return self.leaf(0)
        text = f"{_operand(self, _PRODUCT)} x {_operand(other, _PRODUCT)}"
        return self.of(int(self) * int(other), text, _PRODUCT)

    def __rmul__(self, other: int) -> Worked:
        if _is_plain(other, 1):
            return self
        if _is_plain(other, 0):
            return self.leaf(0)
        return self.of(int(other) * int(self), f"{other:,} x {_operand(self, _PRODUCT)}", _PRODUCT)

    def __floordiv__(self, other: int) -> Worked:
        return self._rounded("floor", int(self) // int(other), other)

    def _rounded(self, how: str, quotient: int, divisor: int) -> Worked:
        text = f"{how}({_operand(self, _ATOM)} / {_operand(divisor, _ATOM)})"
        return self.of(quotient, text, _ATOM)


def _is_nothing(number: int) -> bool:
    """Whether the number is 0 and no sum or difference."""
    return number == 0 and (not isinstance(number, Worked) or number.is_leaf)


def _is_plain(number: int, value: int) -> bool:
    return not isinstance(number, Worked) and number == value


def _sum(text: str, more: str) -> str:
    """The text of a sum: what begins with a minus is taken away."""
    return f"{text} - {more[1:]}" if more.startswith("-") else f"{text} + {more}"


def _operand(number: int, binding: int) -> str:
    """The text of an operand, in brackets where the operator binds tighter than it."""
    if not isinstance(number, Worked):
        return f"{number:,}" if number >= 0 else f"({number:,})"
    return number.text if number._binding >= binding else f"({number.text})"
