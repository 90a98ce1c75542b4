"""A query over a design space, answered part by part while the space is walked through."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import Any

import numpy as np

from convzoo.analyses import STANDARD, Setting
from convzoo.executors import done
from convzoo.sweeping.keeping import Keep, Some
from convzoo.sweeping.numbers import Block, blocks, numbers
from convzoo.sweeping.space import Space

# What a process is given at once, and how many such parts wait.
_BLOCKS_OF_A_PART = 8
_PARTS_AT_ONCE = 64


@dataclass
class Tally:
    """How many points came to what.

    Args:
        points: how many were looked at.
        refused: how many the layers refuse.
        matching: how many are within the limits.
        reasons: for each layer that refuses points, by its stack and its place in it, how many, and
            the number of one of them.
    """

    points: int = 0
    refused: int = 0
    matching: int = 0
    reasons: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)

    def add(self, other: Tally) -> None:
        """Count others too."""
        self.points += other.points
        self.refused += other.refused
        self.matching += other.matching
        for key, (count, index) in other.reasons.items():
            before, first = self.reasons.get(key, (0, index))
            self.reasons[key] = before + count, min(first, index)


@dataclass(frozen=True)
class Query:
    """What is asked of a space; plain values, so that other processes can be asked too.

    Args:
        space: how the space is written.
        columns: the columns whose numbers are wanted.
        limits: a column, whether the number is the most that it may be, and the number.
        keep: what is kept of the points within the limits; one answer for each.
        setting: what the numbers depend on beside the architecture.
    """

    space: str
    columns: tuple[str, ...]
    limits: tuple[tuple[str, bool, int], ...] = ()
    keep: tuple[Keep, ...] = ()
    setting: Setting = STANDARD

    @property
    def needed(self) -> tuple[str, ...]:
        """All columns whose numbers are needed."""
        return tuple(dict.fromkeys([*self.columns, *(column for column, _, _ in self.limits)]))


@dataclass(frozen=True)
class Answer:
    """What came of a query, or of a part of it.

    Args:
        tally: how many points came to what.
        kept: for each way to keep what it kept.
    """

    tally: Tally
    kept: tuple[Some, ...]


def answers(query: Query, executor: Executor | None = None) -> Iterator[Answer]:
    """Walk through the space, and give the answer of what was seen so far after each part.

    Args:
        query: what is asked.
        executor: what walks; this process where it is not given.

    Raises:
        SourceError: when the space is none.
        ArgumentError: when a column can't be swept.
    """
    tally, kept = Tally(), [Some.none(query.needed) for _ in query.keep]
    for part in _parts(query, executor):
        tally.add(part.tally)
        for place, (way, some) in enumerate(zip(query.keep, part.kept, strict=True)):
            if len(some.index):
                kept[place] = way.kept(kept[place].with_others(some))
        yield Answer(tally, tuple(kept))


def _parts(query: Query, executor: Executor | None) -> Iterator[Answer]:
    if executor is None:
        for block in _all_blocks(query):
            yield part_of((query, [block]))
        return
    tasks = ((query, several) for several in _several(_all_blocks(query)))
    for found in done(executor, part_of, tasks, _PARTS_AT_ONCE):
        if found.value is None:
            assert found.error is not None
            raise found.error
        yield found.value


def _all_blocks(query: Query) -> Iterator[Block]:
    for place, stack in enumerate(_space(query.space).stacks):
        yield from blocks(stack, place)


def _several(found: Iterator[Block]) -> Iterator[list[Block]]:
    while several := list(islice(found, _BLOCKS_OF_A_PART)):
        yield several


@lru_cache(maxsize=4)
def _space(text: str) -> Space:
    return Space.of(text)


@lru_cache(maxsize=16)
def _known(space: str, stack: int, setting: Setting) -> dict[Any, Any]:  # noqa: ARG001
    return {}


def part_of(asked: tuple[Query, Sequence[Block]]) -> Answer:
    """The answer of some blocks.

    Args:
        asked: what is asked, and of which points.
    """
    query, some = asked
    space, tally = _space(query.space), Tally()
    kept = [Some.none(query.needed) for _ in query.keep]
    for block in some:
        stack = space.stacks[block.stack]
        known = _known(query.space, block.stack, query.setting)
        found = numbers(stack, block, query.needed, known, query.setting)
        matching = ~found.refused
        for column, is_most, limit in query.limits:
            value = found.columns[column]
            matching = matching & (value <= limit if is_most else value >= limit)
        places = np.flatnonzero(np.broadcast_to(matching, block.shape))
        refused = int(found.refused.sum()) * (block.points // found.refused.size)
        tally.add(
            Tally(
                block.points,
                refused,
                len(places),
                _added_up(block.stack, found.reasons),
            )
        )
        if not places.size:
            continue
        points = Some(
            places + block.first,
            {
                name: np.broadcast_to(values, block.shape).reshape(-1)[places]
                for name, values in found.columns.items()
            },
        )
        for place, way in enumerate(query.keep):
            kept[place] = way.kept(kept[place].with_others(way.kept(points)))
    return Answer(tally, tuple(kept))


def _added_up(
    stack: int, reasons: Iterable[tuple[int, int, int]]
) -> dict[tuple[int, int], tuple[int, int]]:
    """For each layer that refuses points how many, and the first that is known."""
    found: dict[tuple[int, int], tuple[int, int]] = {}
    for place, count, index in reasons:
        before, first = found.get((stack, place), (0, index))
        found[stack, place] = before + count, min(first, index)
    return found
