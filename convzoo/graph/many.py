"""Many numbers in place of one: what a dim or an argument is at every point of a design space.

The layers' formulas run on them as on numbers. Each choice of a space has an axis of its own, along
which an array is as long as the choice has values, or 1 where it does not depend on it; so most
arrays are small, and only sums over all layers have a number for every point.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convzoo.errors import TooLargeError

_LARGEST = 2**62


class UndecidedError(Exception):
    """A formula branches on what holds at some points and not at others.

    Args:
        axes: the choices on which it depends.
    """

    def __init__(self, axes: Sequence[int]) -> None:
        super().__init__(f"undecided along {axes}")
        self.axes = tuple(axes)


class Refusals:
    """Where layers have refused their arguments or their input.

    Args:
        rank: how many choices the space has.
    """

    def __init__(self, rank: int) -> None:
        self.where: NDArray[np.bool_] = np.zeros((1,) * rank, bool)
        self.place = 0
        """The layer that is called, by its place; set by who calls it."""
        self.found: list[tuple[int, NDArray[np.bool_]]] = []
        """For each refusal the place of the layer, and the points that were not refused before."""

    def add(self, where: NDArray[np.bool_]) -> None:
        """Refuse points."""
        new = where & ~self.where
        if new.any():
            self.found.append((self.place, new))
            self.where = self.where | where


class Many:
    """Whole numbers, one for each value of some choices.

    Args:
        values: the numbers, an axis for every choice of the space.
        refusals: where points are refused.
        bound: a number that no value's size exceeds.
        choices: those on which the numbers depend, a bit for each, also where only one of its
            values is looked at.

    Raises:
        TooLargeError: when the bound shows that a number may not fit into 64 bits.
    """

    __slots__ = ("bound", "choices", "refusals", "values")
    __hash__ = None  # type: ignore[assignment]

    def __init__(
        self,
        values: NDArray[np.int64],
        refusals: Refusals,
        bound: int | None = None,
        choices: int = 0,
    ) -> None:
        if bound is None:
            bound = max(abs(int(values.min())), abs(int(values.max())))
        refuse_large(bound)
        self.values = values
        self.refusals = refusals
        self.bound = bound
        self.choices = choices

    @property
    def dtype(self) -> np.dtype[np.int64]:
        """That of the numbers."""
        return self.values.dtype

    @property
    def size(self) -> int:
        """How many numbers there are."""
        return self.values.size

    @property
    def axes(self) -> tuple[int, ...]:
        """The choices on which the numbers depend."""
        return tuple(axis for axis in range(self.values.ndim) if self.choices >> axis & 1)

    def _new(self, values: NDArray[np.int64], bound: int, other: Any = None) -> Many:
        choices = self.choices | other.choices if type(other) is Many else self.choices
        return Many(values, self.refusals, bound, choices)

    def __add__(self, other: Any) -> Any:
        number, bound = _operand(other)
        if number is None:
            return NotImplemented
        return self._new(self.values + number, self.bound + bound, other)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        number, bound = _operand(other)
        if number is None:
            return NotImplemented
        return self._new(self.values - number, self.bound + bound, other)

    def __rsub__(self, other: int) -> Any:
        return -self + other

    def __neg__(self) -> Many:
        return self._new(-self.values, self.bound)

    def __mul__(self, other: Any) -> Any:
        number, bound = _operand(other)
        if number is None:
            return NotImplemented
        return self._new(self.values * number, self.bound * bound, other)

    __rmul__ = __mul__

    # Where a divisor is 0 its layer has refused it, and what NumPy gives does not matter.

    def __floordiv__(self, other: Any) -> Any:
        number, _ = _operand(other)
        if number is None:
            return NotImplemented
        return self._new(self.values // number, self.bound, other)

    def __rfloordiv__(self, other: int) -> Many:
        return self._new(other // self.values, abs(other))

    def ceil_div(self, divisor: Any) -> Any:
        """The quotients, rounded up."""
        return -(-self // divisor)

    def __mod__(self, other: Any) -> Any:
        number, bound = _operand(other)
        if number is None:
            return NotImplemented
        return self._new(self.values % number, bound, other)

    def __rmod__(self, other: int) -> Many:
        return self._new(other % self.values, self.bound)

    def largest(self, numbers: Sequence[Any]) -> Many:
        """At every point the largest of several numbers, of which this is one."""
        found = self
        for number in numbers:
            value, bound = _operand(number)
            found = found._new(np.maximum(found.values, value), max(found.bound, bound), number)
        return found

    def _compared(self, other: Any, compare: Callable[[Any, Any], Any]) -> Any:
        number, _ = _operand(other)
        if number is None:
            return NotImplemented
        return Mask(compare(self.values, number), self.refusals)

    def __lt__(self, other: Any) -> Any:
        return self._compared(other, np.less)

    def __le__(self, other: Any) -> Any:
        return self._compared(other, np.less_equal)

    def __gt__(self, other: Any) -> Any:
        return self._compared(other, np.greater)

    def __ge__(self, other: Any) -> Any:
        return self._compared(other, np.greater_equal)

    def __eq__(self, other: object) -> Any:
        return self._compared(other, np.equal)

    def __ne__(self, other: object) -> Any:
        return self._compared(other, np.not_equal)

    def __bool__(self) -> bool:
        return bool(self != 0)

    def __index__(self) -> int:
        raise UndecidedError(self.axes)

    __int__ = __index__

    def __repr__(self) -> str:
        low, high = self.values.min(), self.values.max()
        return f"{low:,}" if low == high else f"{low:,} to {high:,}"


class Mask:
    """Whether something holds, for each value of some choices.

    Args:
        values: where it does.
        refusals: where points are refused.
    """

    __slots__ = ("refusals", "values")

    def __init__(self, values: NDArray[np.bool_], refusals: Refusals) -> None:
        self.values = values
        self.refusals = refusals

    def refuse(self) -> None:
        """Refuse the points where it holds."""
        self.refusals.add(self.values)

    def __bool__(self) -> bool:
        if self.values.all():
            return True
        if not self.values.any():
            return False
        raise UndecidedError([a for a, size in enumerate(self.values.shape) if size > 1])


def refuse_large(bound: int) -> None:
    """Refuse numbers that may not fit into 64 bits.

    Raises:
        TooLargeError: when they may not.
    """
    if bound > _LARGEST:
        raise TooLargeError(
            "The numbers of this space are too large to be swept: they may exceed 2^62. "
            "Choose smaller sizes, or ask convzoo calc for a single one."
        )


def _operand(other: Any) -> tuple[Any, int]:
    """What NumPy reckons with, and a number that its size does not exceed; `None` for none."""
    if isinstance(other, Many):
        return other.values, other.bound
    if isinstance(other, int):
        refuse_large(abs(other))
        return other, abs(int(other))
    return None, 0
