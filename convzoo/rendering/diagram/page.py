"""What the parts of a diagram are drawn on."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from convzoo.analyses.report import Report
from convzoo.graph.trace import Trace
from convzoo.rendering.diagram.layout import TOP, depths, heights
from convzoo.rendering.diagram.nodes import sizes_text
from convzoo.rendering.diagram.outline import Outline
from convzoo.rendering.diagram.svg import (
    FAMILY_COLOURS,
    Size,
    cut,
    rectangle,
    text,
    text_width,
)
from convzoo.rendering.totals import total_text

MARGIN = 24
BAR = 140
"""The width of the longest bar."""

_INSET = 10
_DEEPEST_INSET = 90


class Page:
    """A diagram while it's drawn: where its lines are, and what is drawn so far.

    Args:
        report: what is told of the architecture.
        outline: what has the lines of a run.
    """

    def __init__(self, report: Report, outline: Callable[[Trace], Outline]) -> None:
        self.report = report
        self.trace = Trace(report.graph)
        self.outline = outline(self.trace)
        self.lines = self.outline.lines
        self.tops, self.spans, self.bottom = heights(self.outline)
        within = depths(self.outline)
        self.step = min(_INSET, _DEEPEST_INSET / max(*within, 1))
        """How much narrower lines are in a frame, on both sides."""
        self.insets = [self.step * depth for depth in within]
        """How much narrower each line is."""
        self._elements: list[str] = []

    def add(self, *elements: str) -> None:
        """Draw something before what is there."""
        self._elements += elements

    def heading(self, x: float, title: str, below: str) -> None:
        """Draw what stands above a part."""
        self.add(
            text(x, TOP - 32, title, "text heading"),
            text(x, TOP - 16, below, "muted"),
        )

    @property
    def summary(self) -> str:
        """What the diagram shows, in a sentence."""
        report, lines, layers = self.report, len(self.lines), self.outline.layers
        drawn = f", drawn on {lines:,} lines" if lines < layers else ""
        inputs = ", ".join(map(sizes_text, report.input_shapes)) or "unknown"
        params = total_text(report, "params")
        return f"{layers:,} layers{drawn}; input {inputs}; {params} parameters"

    def finished(self, right: float) -> tuple[list[str], Size]:
        """All that is drawn, down to where it ends on the right, and the size of the page."""
        name = cut(self.report.name, 600, 21)
        legend = list(self._legend())
        width = MARGIN + max(
            right, MARGIN + text_width(name, 21), MARGIN + text_width(self.summary)
        )
        bands = [
            rectangle(MARGIN / 2, top, width - MARGIN, bottom - top, "band", 8)
            for frame, (top, bottom) in zip(self.outline.frames, self.spans, strict=True)
            if frame.kind == "stage"
        ]
        title = [
            text(MARGIN, 42, name, "text title"),
            text(MARGIN, 64, self.summary, "muted"),
        ]
        return [*bands, *title, *legend, *self._elements], (width, self.bottom + MARGIN)

    def _legend(self) -> Iterator[str]:
        x: float = MARGIN
        present = {line.nodes[0].family for line in self.lines}
        for family in FAMILY_COLOURS:
            if family in present:
                yield rectangle(x, 80, 10, 10, family, 2)
                yield text(x + 15, 89, family, "muted")
                x += 15 + text_width(family) + 14
