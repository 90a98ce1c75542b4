"""An architecture as a picture: its layers, their parameters and what they see, line by line.

The picture is an SVG that needs nothing else: no font, no script, no other file.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from convzoo.analyses.report import Report
from convzoo.errors import ArgumentError, UnknownNameError
from convzoo.rendering.diagram.architecture import draw_architecture, draw_names
from convzoo.rendering.diagram.outline import outline_of
from convzoo.rendering.diagram.page import MARGIN, Page
from convzoo.rendering.diagram.params import draw_params
from convzoo.rendering.diagram.receptive_field import draw_receptive_field
from convzoo.rendering.diagram.svg import THEMES, document

PARTS: dict[str, Callable[[Page, float], float]] = {
    "architecture": draw_architecture,
    "params": draw_params,
    "receptive_field": draw_receptive_field,
}
"""The parts of a diagram, from left to right: each draws itself at a place and tells its end."""

_APART = 32
"""The width between two parts."""


def diagram(
    report: Report,
    show: Sequence[str] = tuple(PARTS),
    stages: Sequence[str] = (),
    expand: bool = False,
    theme: str = "auto",
) -> str:
    """An architecture as a picture.

    Args:
        report: what is told of it.
        show: which of `PARTS` there are.
        stages: the names of the layers that end its stages, as a card has them; without them a
            stage ends where the size changes.
        expand: whether every layer has a line of its own, however many there are.
        theme: `"light"`, `"dark"`, or `"auto"` for what the reader has chosen.

    Returns:
        An SVG document.

    Raises:
        UnknownNameError: when there is no such part.
        ArgumentError: when there is no part at all, or no such theme.
    """
    for part in show:
        if part not in PARTS:
            raise UnknownNameError("part", part, PARTS, f"There is {', '.join(PARTS)}.")
    if not show:
        raise ArgumentError(f"show must name a part of the diagram. There is {', '.join(PARTS)}.")
    if theme not in THEMES:
        raise ArgumentError(f"theme must be one of {', '.join(THEMES)}. Received {theme!r}.")
    page = Page(report, lambda trace: outline_of(report, trace, stages, expand))
    x: float = MARGIN
    if "architecture" not in show:
        x = draw_names(page, x) + _APART
    for part, draw in PARTS.items():
        if part in show:
            x = draw(page, x) + _APART
    return document(report.name, page.summary, *page.finished(x - _APART), theme)
