"""The parameters of a diagram: a number, its share and a bar on each line."""

from __future__ import annotations

from convzoo.rendering.diagram.layout import BOX
from convzoo.rendering.diagram.lines import Line
from convzoo.rendering.diagram.outline import Frame
from convzoo.rendering.diagram.page import BAR, Page
from convzoo.rendering.diagram.svg import rectangle, text, text_width
from convzoo.rendering.totals import total_text


def draw_params(page: Page, x: float) -> float:
    """Draw how many parameters the layers have."""
    total = page.report.total("params")
    stages = [
        (top + 22, _sum(page.lines, frame))
        for frame, (top, _) in zip(page.outline.frames, page.spans, strict=True)
        if frame.kind == "stage"
    ]
    # A model has no bar: those of its layers add up to it.
    models = {frame.first for frame in page.outline.frames if frame.kind == "model"}
    counts = [line.params for line in page.lines]
    texts = [
        "shared" if line.nodes[0].is_again else _count_text(line.params) for line in page.lines
    ]
    widest = max(map(text_width, [*texts, *(_count_text(count) for _, count in stages)]))
    numbers_end = x + max(widest * 1.06, 60)
    shares_end = numbers_end + 52
    bars = shares_end + 12
    largest = max((c or 0 for place, c in enumerate(counts) if place not in models), default=0)
    page.heading(x, "Parameters", f"{total_text(page.report, 'params')} in all")

    def write(y: float, label: str, count: int | None, look: str) -> None:
        page.add(text(numbers_end, y, label, f"{look} end"))
        if count and total:
            page.add(text(shares_end, y, f"{count / total:.1%}", "muted end"))

    for y, count in stages:
        write(y, _count_text(count), count, "text bold")
    for place, count in enumerate(counts):
        has_bar = bool(count) and place not in models
        top = page.tops[place]
        write(top + 16, texts[place], count, "text" if has_bar else "muted")
        if count and has_bar:
            family = page.lines[place].nodes[0].family
            width = max(BAR * count / largest, 1)
            page.add(rectangle(bars, top + 6, width, BOX - 12, family, 2))
    return bars + BAR


def _sum(lines: list[Line], frame: Frame) -> int | None:
    """The parameters within a frame; `None` if any are unknown."""
    counts = [line.params for line in lines[frame.first : frame.last + 1] if not line.level]
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None


def _count_text(count: int | None) -> str:
    return "unknown" if count is None else f"{count:,}"
