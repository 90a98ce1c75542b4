"""What a diagram has of an architecture: lines from the input down to the output.

Layers of one branch follow one another. Of a long architecture, layers that keep the shape stand on
the line of the layer before them, runs of the same block are there once, and lines are parted into
stages.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from convzoo.analyses.receptive_field import axes_of_inputs
from convzoo.analyses.report import Report
from convzoo.graph.trace import Trace
from convzoo.rendering.diagram.lines import Line, gathered_lines, lines_of
from convzoo.rendering.diagram.nodes import nodes_of
from convzoo.rendering.diagram.runs import Run, common_words, runs_of
from convzoo.rendering.diagram.stages import stages_of

LONG = 40
"""With more layers than these, an outline is made shorter."""


class Frame(NamedTuple):
    """Lines that belong together.

    Args:
        kind: `"stage"`, `"run"` for a block that is repeated, or `"model"`.
        first: the place of the first line.
        last: the place of the last line.
        title: what it is called.
        times: how often it is there.
    """

    kind: str
    first: int
    last: int
    title: str
    times: int = 1


class Outline(NamedTuple):
    """The lines of a diagram.

    Args:
        lines: from the input down to the output.
        frames: what belongs together, what holds others before these.
        layers: how many layers there are, the repeated ones too.
    """

    lines: list[Line]
    frames: list[Frame]
    layers: int


def outline_of(
    report: Report, trace: Trace, stages: Sequence[str] = (), expand: bool = False
) -> Outline:
    """The lines of a diagram of an architecture.

    Args:
        report: what is told of it.
        trace: a run of it.
        stages: the names of the layers that end its stages; without them a stage ends where the
            size changes.
        expand: whether every layer has a line of its own, however many there are.
    """
    nodes = nodes_of(trace, report.with_columns(("params",)).rows)
    layers = sum(node.row is not None and not node.is_again for node in nodes)
    if expand or len(nodes) <= LONG:
        lines = lines_of(nodes)
        return Outline(lines, _models(lines), layers)
    axes = max(axes_of_inputs(trace).values(), key=len, default=range(0))
    parts = stages_of(nodes, stages, axes)
    lines, line_of = gathered_lines(nodes, {stage.end for stage in parts})
    ends = [line_of[stage.end] for stage in parts]
    runs = runs_of(lines, ends, axes)
    shown, place_of = _folded(lines, runs)
    frames = [*_models(shown), *_runs(lines, runs, place_of)]
    begin = 0
    for stage in parts:
        end = place_of[line_of[stage.end]]
        frames.append(Frame("stage", begin, end, stage.title))
        begin = end + 1
    return Outline(shown, sorted(frames, key=_outer_first), layers)


def _folded(lines: Sequence[Line], runs: Sequence[Run]) -> tuple[list[Line], list[int]]:
    """The lines without those that repeat others, and where each line is among them."""
    shown: list[tuple[Line, Run, int]] = []
    place_of: list[int] = []
    waiting = list(reversed(runs))
    while len(place_of) < len(lines):
        place = len(place_of)
        run = waiting.pop() if waiting and waiting[-1].start == place else Run(place, 1, 1)
        first = len(shown)
        shown += [(lines[each], run, each) for each in range(place, place + run.period)]
        place_of += [*range(first, first + run.period)] * run.times
    folded = [
        Line(
            tuple(lines[each].nodes for each in range(place, run.stop, run.period)),
            tuple(dict.fromkeys(place_of[source] for source in line.inputs)),
        )
        for line, run, place in shown
    ]
    return folded, place_of


def _runs(lines: Sequence[Line], runs: Sequence[Run], place_of: Sequence[int]) -> Iterator[Frame]:
    """A frame around each block that is repeated."""
    for run in runs:
        first = place_of[run.start]
        yield Frame("run", first, first + run.period - 1, _run_title(lines, run), run.times)


def _run_title(lines: Sequence[Line], run: Run) -> str:
    """From what to what the names of the repeated blocks go, where these have names."""
    names = []
    for begin in (run.start, run.stop - run.period):
        block = lines[begin : begin + run.period]
        common = common_words([node.layer.name for line in block for node in line.nodes])
        names.append("_".join(common))
    return f"{names[0]} … {names[1]}" if all(names) and names[0] != names[1] else ""


def _models(lines: Sequence[Line]) -> list[Frame]:
    """A frame around each model that has lines of its own, the outer ones first."""
    levels = [*(line.level for line in lines), 0]
    frames = []
    open_models: list[int] = []
    for place, level in enumerate(levels):
        while open_models and levels[open_models[-1]] >= level:
            first = open_models.pop()
            frames.append(Frame("model", first, place - 1, lines[first].nodes[0].layer.name))
        if place + 1 < len(levels) and levels[place + 1] > level:
            open_models.append(place)
    return sorted(frames, key=_outer_first)


def _outer_first(frame: Frame) -> tuple[int, int, int]:
    return frame.first, -frame.last, ("stage", "run", "model").index(frame.kind)
