"""Blocks of lines that follow one another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from convzoo.rendering.diagram.lines import Line
from convzoo.rendering.diagram.nodes import Node

_LEAST_SAVED = 3
"""So many lines must be saved for a block to be drawn once."""
_LEAST_ALIKE = 4
"""So often a block must be there where its channels change, as in a DenseNet."""
_LONGEST_BLOCK = 200
_TRIES = 3


class Run(NamedTuple):
    """A block that follows itself.

    Args:
        start: the place of its first line.
        period: how many lines the block has.
        times: how often it is there.
    """

    start: int
    period: int
    times: int

    @property
    def stop(self) -> int:
        """The place after its last line."""
        return self.start + self.period * self.times


def runs_of(lines: Sequence[Line], ends: Sequence[int], axes: range) -> list[Run]:
    """The runs among lines, in their order.

    Args:
        lines: all lines.
        ends: the places of the last lines of the stages, which no run goes across.
        axes: the spatial axes.
    """
    exact = _signs(lines, _exactly)
    alike = _signs(lines, lambda node: _but_channels(node, axes))
    starts = [0, *(end + 1 for end in ends if end + 1 < len(lines))]
    gaps = list(zip(starts, [*starts[1:], len(lines)], strict=True))
    found: list[Run] = []
    for signs, least, fits in ((exact, 2, _is_whole), (alike, _LEAST_ALIKE, _is_whole_and_joins)):
        for _ in range(_TRIES):
            new = [run for gap in gaps for run in _runs_between(lines, signs, gap, least, fits)]
            found += new
            gaps = [part for gap in gaps for part in _without(gap, new)]
            if not new:
                break
    return sorted(found)


def _signs(lines: Sequence[Line], sign: Callable[[Node], Any]) -> list[int]:
    """A number for each line, the same for lines that show the same and take from as far above."""
    numbers: dict[Any, int] = {}
    signs = []
    for place, line in enumerate(lines):
        key = tuple(map(sign, line.nodes)), tuple(place - source for source in line.inputs)
        signs.append(numbers.setdefault(key, len(numbers)))
    return signs


def _exactly(node: Node) -> Any:
    return node.level, node.type, node.shape, node.params, node.is_again


def _but_channels(node: Node, axes: range) -> Any:
    shapes = [
        (tensor.rank, tensor.shape[axes.start : axes.stop])
        if tensor.is_known and tensor.rank > 2
        else node.shape
        for tensor in node.tensors
    ]
    return node.level, node.type, tuple(shapes), node.is_again


def _without(gap: tuple[int, int], runs: Sequence[Run]) -> Iterator[tuple[int, int]]:
    """What is left of a part when runs are taken out of it."""
    start, stop = gap
    for run in sorted(runs):
        if start <= run.start < stop:
            yield start, run.start
            start = run.stop
    yield start, stop


def _runs_between(
    lines: Sequence[Line],
    signs: Sequence[int],
    gap: tuple[int, int],
    least: int,
    fits: Callable[[Sequence[Line], Run], bool],
) -> list[Run]:
    """Runs within a part that don't overlap, what saves most lines first."""
    start, stop = gap
    candidates = []
    for period in range(1, min((stop - start) // least, _LONGEST_BLOCK) + 1):
        for first, last in _stretches(signs, start, stop, period):
            times = (last - first) // period + 1
            saved = (times - 1) * period
            if times >= least and saved >= _LEAST_SAVED:
                candidates.append((-saved, period, first, last, times))
    taken = bytearray(len(lines))
    found = []
    for _, period, first, last, times in sorted(candidates):
        places = range(first, last - (times - 1) * period + 1)
        runs = [
            run
            for place in places
            if not any(taken[place : (run := Run(place, period, times)).stop]) and fits(lines, run)
        ]
        if runs:
            best = min(runs, key=lambda run: _unfitness(lines, run))
            taken[best.start : best.stop] = b"\1" * (best.stop - best.start)
            found.append(best)
    return found


def _stretches(
    signs: Sequence[int], start: int, stop: int, period: int
) -> Iterator[tuple[int, int]]:
    """Where the lines are the same as those a period below: first place, place after the last."""
    first = None
    for place in range(start, stop - period):
        if signs[place] == signs[place + period]:
            first = place if first is None else first
        elif first is not None:
            yield first, place
            first = None
    if first is not None:
        yield first, stop - period


def _is_whole(lines: Sequence[Line], run: Run) -> bool:
    """Whether no model begins in a block and ends outside, or the other way round."""
    level = lines[run.start].level
    after = lines[run.stop].level if run.stop < len(lines) else 0
    block = lines[run.start : run.start + run.period]
    return after <= level and all(line.level >= level for line in block)


def _is_whole_and_joins(lines: Sequence[Line], run: Run) -> bool:
    """The same, and whether ways join in the block: in a chain each change of channels counts."""
    block = lines[run.start : run.start + run.period]
    return _is_whole(lines, run) and any(len(line.inputs) > 1 for line in block)


def _unfitness(lines: Sequence[Line], run: Run) -> tuple[int, int, int, int]:
    """How badly a block begins at a place: few should go past it, and the names should change."""
    start = run.start
    if start == 0:
        return 0, 0, 0, 0
    block = lines[start : start + run.period]
    passing = {source for line in block for source in line.inputs if source < start}
    takers = sum(start - 1 in line.inputs for line in block)
    before, after = lines[start - 1].nodes[-1].layer.name, lines[start].nodes[0].layer.name
    return len(passing), len(common_words([before, after])), -min(takers, 2), start


def common_words(names: Sequence[str]) -> list[str]:
    """The words, parted by underscores, with which all names begin."""
    common = []
    for several in zip(*(name.split("_") for name in names), strict=False):
        if len(set(several)) > 1:
            break
        common.append(several[0])
    return common
