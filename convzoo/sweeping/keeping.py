"""What is kept of the points that a query asks for, while a space is walked through.

Each way to keep takes points and gives those of them that it keeps. It comes to the same whatever
parts the points come in: what is kept of two parts is what is kept of what is kept of each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Some:
    """Points and their numbers.

    Args:
        index: the numbers of the points in the space.
        columns: for each column its number at each of them.
    """

    index: NDArray[np.int64]
    columns: Mapping[str, NDArray[np.int64]]

    @classmethod
    def none(cls, columns: Sequence[str]) -> Some:
        """No points."""
        nothing = np.zeros(0, np.int64)
        return cls(nothing, dict.fromkeys(columns, nothing))

    def at(self, places: NDArray[np.int64]) -> Some:
        """Those at places among these."""
        return Some(
            self.index[places], {name: values[places] for name, values in self.columns.items()}
        )

    def first(self, count: int) -> Some:
        """The first of these."""
        return self.at(np.arange(min(count, len(self.index))))

    def with_others(self, others: Some) -> Some:
        """These and others."""
        return Some(
            np.concatenate([self.index, others.index]),
            {
                name: np.concatenate([values, others.columns[name]])
                for name, values in self.columns.items()
            },
        )


class Keep(Protocol):
    """A way to keep."""

    @property
    def needed(self) -> tuple[str, ...]:
        """The columns that it looks at."""

    def kept(self, some: Some) -> Some:
        """Those that are kept of these points."""


@dataclass(frozen=True)
class Everything:
    """All points, in their order."""

    needed = ()

    def kept(self, some: Some) -> Some:
        """Those that are kept of these points."""
        return some.at(np.argsort(some.index, kind="stable"))


@dataclass(frozen=True)
class Top:
    """The points with the smallest numbers in a column, or the largest.

    Args:
        count: how many; of equal ones the first.
        by: the column.
        largest: whether the largest are kept.
    """

    count: int
    by: str
    largest: bool = False

    @property
    def needed(self) -> tuple[str, ...]:
        """The columns that it looks at."""
        return (self.by,)

    def kept(self, some: Some) -> Some:
        """Those that are kept of these points."""
        values = -some.columns[self.by] if self.largest else some.columns[self.by]
        if len(values) > self.count:
            last = np.partition(values, self.count - 1)[self.count - 1]
            some, values = some.at(np.flatnonzero(values <= last)), values[values <= last]
        return some.at(np.lexsort((some.index, values))[: self.count])


@dataclass(frozen=True)
class Front:
    """The Pareto front: the points that no other one betters without being worse in a column.

    Of points with the same numbers in all columns the first is kept.

    Args:
        columns: the columns, each with whether its largest numbers are the best.
    """

    columns: tuple[tuple[str, bool], ...]

    @property
    def needed(self) -> tuple[str, ...]:
        """The columns that it looks at."""
        return tuple(name for name, _ in self.columns)

    def kept(self, some: Some) -> Some:
        """Those that are kept of these points."""
        values = self._scores(some)
        if len(some.index) > _WORTH_A_GLANCE:
            some = some.at(np.flatnonzero(~_bettered_by_one(values)))
            values = self._scores(some)
        # None can be bettered by one that comes later in this order.
        order = np.lexsort((some.index, *values[::-1]))
        if len(values) == 1:
            return some.at(order[:1])
        if len(values) == 2:
            other = values[1][order]
            least = np.minimum.accumulate(other)
            is_better = np.ones(len(order), bool)
            is_better[1:] = other[1:] < least[:-1]
            return some.at(order[is_better])
        rows = np.stack(values, axis=1)
        kept = []
        while len(order):
            kept.append(order[0])
            order = order[(rows[order] < rows[order[0]]).any(axis=1)]
        return some.at(np.array(kept, np.int64))

    def _scores(self, some: Some) -> list[NDArray[np.int64]]:
        """The columns, of which small numbers are the best."""
        return [
            -some.columns[name] if largest else some.columns[name] for name, largest in self.columns
        ]


# From so many points on it takes less to throw most of them out before they are sorted.
_WORTH_A_GLANCE = 1000


def _bettered_by_one(values: list[NDArray[np.int64]]) -> NDArray[np.bool_]:
    """Which points are bettered by one that is good in all columns."""
    shares = sum((column - column.min()) / (np.ptp(column) + 1) for column in values)
    best = int(np.argmin(shares))
    is_worse = np.zeros(len(values[0]), bool)
    is_no_better = ~is_worse
    for column in values:
        is_worse |= column > column[best]
        is_no_better &= column >= column[best]
    return is_worse & is_no_better


@dataclass(frozen=True)
class Sample:
    """Points drawn at random, each as likely as any other.

    Args:
        count: how many.
        seed: which ones.
    """

    count: int
    seed: int = 0
    needed = ()

    def kept(self, some: Some) -> Some:
        """Those that are kept of these points."""
        order = np.lexsort((some.index, _mixed(some.index, self.seed)))[: self.count]
        return some.at(order[np.argsort(some.index[order])])


def _mixed(index: NDArray[np.int64], seed: int) -> NDArray[np.uint64]:
    """A number for each point that looks like chance, and that follows from it and the seed.

    Source: SplitMix64, G. Steele, D. Lea, C. Flood, "Fast Splittable Pseudorandom Number
    Generators", OOPSLA 2014.
    """
    mixed = index.astype(np.uint64) + np.uint64(((2 * seed + 1) * 0x9E3779B97F4A7C15) % 2**64)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    return mixed ^ (mixed >> np.uint64(31))
