"""What the layers of a diagram see of the input: sizes and bars on each line, growing downwards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from convzoo.analyses.receptive_field import Fields, axes_of_inputs, fields_of, sizes_text
from convzoo.rendering.diagram.layout import BOX, TOP
from convzoo.rendering.diagram.nodes import Node
from convzoo.rendering.diagram.page import BAR, Page
from convzoo.rendering.diagram.svg import TIMES, cut, number, path, rectangle, text, text_width

_TITLE = "Receptive field"

_Seen: TypeAlias = "Fields | str"
"""What the units of a layer see, or a word in place of it."""


def draw_receptive_field(page: Page, x: float) -> float:
    """Draw how much of the input a unit of each layer sees."""
    seen = _seen(page)
    series = _series([fields for pair in seen for fields in pair if isinstance(fields, Fields)])
    if not series:
        below = "the input has no axes to see along"
        page.heading(x, _TITLE, below)
        return x + text_width(below)
    sizes = [
        size
        for tensor, axes in axes_of_inputs(page.trace).items()
        for axis in axes
        if (size := tensor.shape[axis]) is not None
    ]
    texts = [_text(*pair) for pair in seen]
    texts_end = x + max(*map(text_width, texts), 40)
    bars = texts_end + 12
    values = [one.size(fields) for pair in seen for fields in pair for one in series]
    largest = max(*values, *sizes, 1)
    below = "inputs along an axis"
    if sizes:
        at = number(bars + BAR * max(sizes) / largest)
        page.add(path(f"M{at} {TOP - 8}V{number(page.bottom)}", "guide"))
        below = f"dashed: the input's {max(sizes):,}"
    page.heading(x, _TITLE, below)
    height = (BOX - 12) / len(series)
    for top, label, (first, last) in zip(page.tops, texts, seen, strict=True):
        look = "muted" if isinstance(first, str) else "text"
        page.add(text(texts_end, top + 16, label, f"{look} end"))
        for row, one in enumerate(series):
            y, thick = top + 6 + row * height, height - (len(series) > 1)
            # A block that is repeated sees more each time: the paler end is what is added.
            for value, shade in ((one.size(last), " part"), (one.size(first), "")):
                if value and (not shade or value != one.size(first)):
                    width = max(BAR * value / largest, 1)
                    page.add(rectangle(bars, y, width, thick, f"series{row}{shade}", 1.5))
    return max(bars + BAR, _draw_legend(page, x, series))


def _draw_legend(page: Page, x: float, series: Sequence[_Series]) -> float:
    """Draw which colour is what, beside the title, where there are several."""
    if len(series) == 1:
        return x
    x += text_width(_TITLE, 13.5) + 16
    for row, one in enumerate(series):
        label = cut(one.title, 120)
        page.add(
            rectangle(x, TOP - 41, 10, 10, f"series{row}", 2),
            text(x + 15, TOP - 32, label, "muted"),
        )
        x += 15 + text_width(label) + 14
    return x - 14


def _seen(page: Page) -> list[tuple[_Seen, _Seen]]:
    """What the units of each line see, the first and the last time that it's there."""
    ends = [(line.repetitions[0][-1], line.repetitions[-1][-1]) for line in page.lines]
    wanted = [node.tensors[0] for pair in ends for node in pair if node.tensors]
    found = fields_of(page.trace, dict.fromkeys(wanted))

    def seen_by(node: Node) -> _Seen:
        if not node.runs_once:
            return ""
        return (found[node.tensors[0]] if node.tensors else None) or "unknown"

    return [(seen_by(first), seen_by(last)) for first, last in ends]


class _Series(NamedTuple):
    """Bars of one colour: what is seen of an input along an axis.

    Args:
        source: the name of the input; `None` for what is seen most of any.
        axis: which of its spatial axes; where all are alike, the first.
        title: what it is.
    """

    source: str | None
    axis: int
    title: str

    def size(self, fields: _Seen) -> float:
        """What is seen; 0 where nothing is, or it's unknown."""
        if isinstance(fields, str):
            return 0
        if self.source is None:
            return fields.weight
        return (fields[self.source].size[self.axis] or 0) if self.source in fields else 0


_AXES = {1: ("length",), 2: ("height", "width")}
_MOST_SERIES = 4


def _series(all_fields: Sequence[Fields]) -> list[_Series]:
    """The series that tell all: one for each input, and for each axis where they differ."""
    sizes: dict[str, list[tuple[float | None, ...]]] = {}
    for fields in all_fields:
        for name, field in fields.items():
            if field.size:
                sizes.setdefault(name, []).append(field.size)
    found: list[_Series] = []
    for name, several in sizes.items():
        if all(len(set(each)) == 1 for each in several):
            found.append(_Series(name, 0, name))
            continue
        for axis in range(len(several[0])):
            along = _AXES[len(several[0])][axis] if len(several[0]) in _AXES else f"axis {axis + 1}"
            found.append(_Series(name, axis, along if len(sizes) == 1 else f"{name}, {along}"))
    return found if len(found) <= _MOST_SERIES else [_Series(None, 0, "the largest")]


def _text(first: _Seen, last: _Seen) -> str:
    """What the units of a line see, from the first to the last time that it's there."""
    texts = [
        seen
        if isinstance(seen, str)
        else " / ".join(
            sizes_text(field.size).replace("x", TIMES) for field in seen.values() if field.size
        )
        for seen in (first, last)
    ]
    return " → ".join(dict.fromkeys(texts))
