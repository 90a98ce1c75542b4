"""The layers of a diagram: a box on each line, and the arrows between them."""

from __future__ import annotations

from convzoo.rendering import shape_text
from convzoo.rendering.diagram.layout import BOX, Arc, arcs, lanes
from convzoo.rendering.diagram.lines import Line
from convzoo.rendering.diagram.nodes import Node
from convzoo.rendering.diagram.outline import Frame
from convzoo.rendering.diagram.page import Page
from convzoo.rendering.diagram.svg import (
    TIMES,
    cut,
    number,
    path,
    rectangle,
    safe,
    text,
    text_width,
)

_LANE = 9
"""The width of a lane of arrows."""
_NAME = 12.5
"""The size of names, a little more where they are bold."""
_HEADING = 13.5
_BASELINE = 16
"""From the top of a line down to where its text stands."""


def draw_architecture(page: Page, x: float) -> float:
    """Draw the layers with their names, types and output shapes."""
    splits, joins = arcs(page.lines)
    split_lanes, join_lanes = lanes(splits), lanes(joins)
    left = x + (_LANE * (max(split_lanes.values()) + 1) + 6 if splits else 0)
    names = [cut(line.nodes[0].layer.name, 240, _NAME) for line in page.lines]
    types = [cut(_types_text(line), 400) for line in page.lines]
    shapes = [cut(_shapes_text(line), 190) for line in page.lines]
    type_at = 14 + max(text_width(name, _NAME) for name in names) + 14
    shape_at = type_at + max(map(text_width, types)) + 18
    most = max(page.insets)
    right = left + max(shape_at + max(map(text_width, shapes)) + 10 + 2 * most, 250)
    page.heading(left, "Architecture", "name, type and output shape without the batch")
    for place, frame in enumerate(page.outline.frames):
        _draw_frame(page, frame, page.spans[place], left, right)
    for place, line in enumerate(page.lines):
        if place - 1 in line.inputs:
            _draw_step(page, place, (left + right) / 2)
    for arc, lane in split_lanes.items():
        _draw_arc(page, arc, left, left - 9 - _LANE * lane)
    for arc, lane in join_lanes.items():
        _draw_arc(page, arc, right, right + 13 + _LANE * lane)
    for place, line in enumerate(page.lines):
        top, inset, family = page.tops[place], page.insets[place], line.nodes[0].family
        begin, end, baseline = left + inset, right - inset, page.tops[place] + _BASELINE
        page.add(
            f"<g><title>{safe_lines(_all_of(line))}</title>",
            rectangle(begin, top, end - begin, BOX, "page", 4),
            rectangle(begin, top, end - begin, BOX, f"{family} tint", 4),
            rectangle(begin, top, 5, BOX, family, 2),
            text(begin + 14, baseline, names[place], "text name"),
            text(left + most + type_at, baseline, types[place], "muted"),
            text(end - 10, baseline, shapes[place], "text end"),
            "</g>",
        )
    return right + (13 + _LANE * max(join_lanes.values()) + 3 if joins else 0)


def safe_lines(lines: list[str]) -> str:
    """Lines of text as the text of an element."""
    return "\n".join(map(safe, lines))


def _draw_frame(page: Page, frame: Frame, span: tuple[int, int], left: float, right: float) -> None:
    (top, bottom), shift = span, page.insets[frame.first] - page.step
    if frame.kind == "stage":
        title = cut(frame.title, 200, _HEADING)
        output = page.lines[frame.last].repetitions[-1][-1].shape
        page.add(
            text(left, top + 22, title, "text heading"),
            text(left + text_width(title, _HEADING) + 12, top + 22, f"to {output}", "muted"),
        )
        return
    begin, width = left + shift, right - left - 2 * shift
    # What is repeated lies on other sheets like it.
    for off in (5, 2.5, 0) if frame.kind == "run" else (0,):
        page.add(rectangle(begin + off, top + off, width, bottom - top, "page frame", 6))
    if frame.kind == "run":
        times = f"{TIMES} {frame.times}"
        after = begin + 10 + text_width(times, _NAME) + 8
        page.add(
            text(begin + 10, top + 17, times, "text name"),
            text(after, top + 17, cut(frame.title, width - 100), "muted"),
        )


def _draw_step(page: Page, place: int, x: float) -> None:
    """Draw an arrow from the line above."""
    begin, end = page.tops[place - 1] + BOX, page.tops[place]
    page.add(
        path(f"M{number(x)} {number(begin)}V{number(end - 4)}", "way"),
        path(f"M{number(x)} {number(end)}l-3.5 -5h7z", "tip"),
    )


def _draw_arc(page: Page, arc: Arc, edge: float, lane: float) -> None:
    """Draw an arrow past other lines: on the left where a way splits, on the right a join."""
    side = 1 if lane > edge else -1
    way, tip = ("join", "jointip") if side > 0 else ("way", "tip")
    bend = 6
    for target in arc.targets:
        end, down = edge - side * page.insets[target], page.tops[target] + BOX / 2 - 3
        for source in arc.sources:
            begin, up = edge - side * page.insets[source], page.tops[source] + BOX / 2 + 5
            page.add(
                path(
                    f"M{number(begin)} {number(up)}H{number(lane - side * bend)}"
                    f"q{side * bend} 0 {side * bend} {bend}V{number(down - bend)}"
                    f"q0 {bend} {-side * bend} {bend}H{number(end + side * 5)}",
                    way,
                )
            )
        page.add(path(f"M{number(end)} {number(down)}l{side * 6} -3.5v7z", tip))


def draw_names(page: Page, x: float) -> float:
    """Draw the names of the lines alone."""
    names = [cut(line.nodes[0].layer.name, 240, _NAME) for line in page.lines]
    for name, top, inset in zip(names, page.tops, page.insets, strict=True):
        page.add(text(x + inset, top + _BASELINE, name, "text name"))
    for frame, (top, _) in zip(page.outline.frames, page.spans, strict=True):
        if frame.kind == "stage":
            page.add(text(x, top + 22, cut(frame.title, 240, _HEADING), "text heading"))
        elif frame.kind == "run":
            begin = x + page.insets[frame.first] - page.step
            page.add(text(begin, top + 17, f"{TIMES} {frame.times}", "muted bold"))
    return x + max(
        text_width(name, _NAME) + inset for name, inset in zip(names, page.insets, strict=True)
    )


def _types_text(line: Line) -> str:
    """The type of a line's layer, and what stands beside it."""
    first, *beside = line.nodes
    words = [first.type]
    words += [node.layer.activation_name or node.layer.class_name for node in beside]
    words += ["called again"] * first.is_again
    words += ["output"] * any(node.is_output for node in line.nodes)
    return " · ".join(words)


def _shapes_text(line: Line) -> str:
    """The output shape of a line, from the first to the last time that it's there."""
    first, last = line.nodes[-1].shape, line.repetitions[-1][-1].shape
    return first if first == last else f"{first}…{last.rpartition(TIMES)[2]}"


def _all_of(line: Line) -> list[str]:
    """All that is known of a line, a text for each layer, for who points at it."""
    words = []
    for first, last in zip(line.nodes, line.repetitions[-1], strict=True):
        names = " … ".join(dict.fromkeys((first.layer.name, last.layer.name)))
        params = "unknown" if first.params is None else f"{first.params:,}"
        words.append(f"{names}: {first.type}, {_full_shape(first)}, {params} parameters")
    return words


def _full_shape(node: Node) -> str:
    shapes = [tensor.shape if tensor.is_known else None for tensor in node.tensors]
    return shape_text(shapes[0] if len(shapes) == 1 else shapes or None)
