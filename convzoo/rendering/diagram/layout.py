"""Where the lines and arrows of a diagram are, in pixels and lanes."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Sequence
from typing import NamedTuple

from convzoo.rendering.diagram.lines import Line
from convzoo.rendering.diagram.outline import Outline

TOP = 150
"""Where the first line is."""
BOX = 24
"""The height of a line."""
GAP = 9
"""The height between two lines."""
BRANCH_GAP = 9
"""The height above a line that doesn't take from the line above, in addition."""

_HEADER = {"stage": 34, "run": 25, "model": 7}
"""The height of what stands above the lines of a frame."""
_FOOTER = {"stage": 9, "run": 8, "model": 8}
"""The height below the lines of a frame."""
_BELOW = {"stage": 5, "run": 5, "model": 0}
"""The height below a frame."""


class Heights(NamedTuple):
    """Where lines and frames are from the top to the bottom.

    Args:
        lines: the top of each line.
        frames: top and bottom of each frame.
        bottom: where all ends.
    """

    lines: list[int]
    frames: list[tuple[int, int]]
    bottom: int


def heights(outline: Outline) -> Heights:
    """Put the lines below one another, with the headers of frames between them."""
    begin: dict[int, list[int]] = {}
    end: dict[int, list[int]] = {}
    for number, frame in enumerate(outline.frames):
        begin.setdefault(frame.first, []).append(number)
        end.setdefault(frame.last, []).insert(0, number)
    tops: list[int] = []
    spans = [(0, 0)] * len(outline.frames)
    y = TOP
    for place, line in enumerate(outline.lines):
        if place > 0 and place - 1 not in line.inputs:
            y += BRANCH_GAP
        for number in begin.get(place, ()):
            spans[number] = y, y
            y += _HEADER[outline.frames[number].kind]
        tops.append(y)
        y += BOX
        for number in end.get(place, ()):
            kind = outline.frames[number].kind
            y += _FOOTER[kind]
            spans[number] = spans[number][0], y
            y += _BELOW[kind]
        y += GAP
    return Heights(tops, spans, y - GAP)


def depths(outline: Outline) -> list[int]:
    """In how many frames each line is, stages apart."""
    changes = [0] * (len(outline.lines) + 1)
    for frame in outline.frames:
        if frame.kind != "stage":
            changes[frame.first] += 1
            changes[frame.last + 1] -= 1
    found: list[int] = []
    for change in changes[:-1]:
        found.append((found[-1] if found else 0) + change)
    return found


class Arc(NamedTuple):
    """An arrow past other lines.

    Args:
        sources: the lines that it comes from.
        targets: the lines that it goes to.
    """

    sources: tuple[int, ...]
    targets: tuple[int, ...]

    @property
    def span(self) -> tuple[int, int]:
        """The uppermost and the lowest line that it touches."""
        return self.sources[0], self.targets[-1]


def arcs(lines: Sequence[Line]) -> tuple[list[Arc], list[Arc]]:
    """The arrows past other lines: those where a way splits, and those where several join."""
    splits: dict[int, list[int]] = {}
    joins: list[Arc] = []
    for place, line in enumerate(lines):
        away = sorted(source for source in line.inputs if source != place - 1)
        if away and len(line.inputs) > 1:
            joins.append(Arc(tuple(away), (place,)))
        elif away:
            splits.setdefault(away[0], []).append(place)
    return [Arc((source,), tuple(targets)) for source, targets in splits.items()], joins


def lanes(arcs: Sequence[Arc]) -> dict[Arc, int]:
    """For each arrow a lane that it has for itself, short arrows close to the lines."""
    taken: list[list[tuple[int, int]]] = []
    found: dict[Arc, int] = {}
    for arc in sorted(arcs, key=lambda arc: (arc.span[1] - arc.span[0], arc.span)):
        lane = 0
        while lane < len(taken) and not _is_free(taken[lane], arc.span):
            lane += 1
        if lane == len(taken):
            taken.append([])
        insort(taken[lane], arc.span)
        found[arc] = lane
    return found


def _is_free(spans: Sequence[tuple[int, int]], span: tuple[int, int]) -> bool:
    """Whether a span overlaps none of these, which are in order."""
    place = bisect_left(spans, span)
    is_below = place == 0 or spans[place - 1][1] <= span[0]
    return is_below and (place == len(spans) or span[1] <= spans[place][0])
