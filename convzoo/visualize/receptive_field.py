"""The part of the image that a unit sees. It follows from the architecture: nothing is run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from convzoo.errors import ArgumentError, NothingToShowError
from convzoo.visualize import VIEWS, Picture, Subject, Wish
from convzoo.visualize.drawing import INK, height_of, page, panel
from convzoo.visualize.survey import Ran

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from convzoo.analyses.seen import Seen
    from convzoo.graph.layer import Tensor
    from convzoo.graph.trace import Trace

# Dark enough on white, and apart from each other for most eyes (Okabe and Ito).
_COLOURS = ("#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")


@dataclass(frozen=True)
class UnitField:
    """The part of an image that a unit sees.

    Args:
        layer: the path of the unit's layer.
        unit: its row and column.
        start: the first row and column of the image that it sees.
        end: the last.
        size: rows and columns that it sees, those beyond the image's border included.
        centre: the middle of these, which may lie beyond the border.
    """

    layer: str
    unit: tuple[int, int]
    start: tuple[int, int]
    end: tuple[int, int]
    size: tuple[int, int]
    centre: tuple[float, float]


@VIEWS.register("receptive_field")
def pictures(subject: Subject, wish: Wish) -> list[Picture]:
    """One picture: the image, and on it what a unit of each layer sees."""
    chosen = subject.chosen(wish.layer)
    if wish.unit is None:
        units = [(ran, _middle(subject, ran)) for ran in chosen]
    else:
        unit = _pair(wish.unit)
        units = [(ran, unit) for ran in chosen if _has(subject, ran, unit)]
        if not units:
            _refuse(subject, chosen[0], unit)
    fields = [_seen(subject, ran, unit) for ran, unit in units]
    return [Picture("receptive_field", lambda: _draw(subject, fields))]


def seen_by(subject: Subject, layer: str, unit: Sequence[int] | None = None) -> UnitField:
    """The part of the image that a unit of a layer sees.

    Args:
        subject: the model and the image.
        layer: the name or the path of the layer.
        unit: the unit's row and column; `None` for the middle one.

    Raises:
        UnknownNameError: when there is no such layer.
        ArgumentError: when the layer has no such unit, or what it sees is unknown.
    """
    [ran] = subject.chosen(subject.find(layer).path)
    place = _middle(subject, ran) if unit is None else _pair(unit)
    if not _has(subject, ran, place):
        _refuse(subject, ran, place)
    return _seen(subject, ran, place)


def centres(subject: Subject, ran: Ran) -> tuple[list[float], list[float]]:
    """Where in the image the units of a layer look: the middles of what its rows and columns see.

    Where they are unknown, or all see the same, the units share the image evenly.
    """
    tensor = _tensor(subject, ran)
    sights = [] if tensor is None else _sights(subject.trace, tensor)
    height, width = subject.image.shape[:2]
    rows, columns = subject.survey.places(ran)
    several = sights if len(sights) == 2 else [(), ()]
    along = [
        _centres_along(seen, count, size)
        for seen, count, size in zip(several, (rows, columns), (height, width), strict=True)
    ]
    return along[0], along[1]


def _centres_along(seen: Sequence[Seen], count: int, size: int) -> list[float]:
    # A gate sees all of the image, and moves what every unit sees by nothing.
    moving = [one for one in seen if one.axis is not None]
    ends = [_ends(moving, unit) for unit in range(count)]
    found = [(low + high) / 2 for low, high in filter(None, ends)]
    if len(found) == count and all(a < b for a, b in pairwise(found)):
        return found
    return [(unit + 0.5) * size / count - 0.5 for unit in range(count)]


def _ends(seen: Sequence[Seen], unit: int) -> tuple[int, int] | None:
    """The first and the last input that a unit sees, beyond the border too; `None` if unknown."""
    if not seen or any(one.lows is None or one.origin is not None for one in seen):
        return None
    lows = [low for one in seen if (low := one.low(unit)) is not None]
    highs = [high for one in seen if (high := one.high(unit)) is not None]
    return (min(lows), max(highs)) if lows and highs else None


def _sights(trace: Trace, tensor: Tensor) -> list[tuple[Seen, ...]]:
    """What the units of a tensor see along each axis of the image; empty where unknown."""
    from convzoo.analyses.receptive_field import sights_of

    sight = sights_of(trace)[0].get(tensor) or {}
    return [sight[key] for key in sorted(sight, key=lambda key: key[1])]


def _tensor(subject: Subject, ran: Ran) -> Tensor | None:
    """What stands for a layer's output in the description; `None` where code connects layers."""
    graph: Any = subject.trace.graph
    *models, name = ran.path.split("/")
    for model in models:
        graph = graph.layer(model)
    if not subject.trace.inputs:
        return None
    layer = graph.layer(name)
    call = next(call for call in graph.calls if call.layer is layer)
    return subject.trace.current(call.output_tensors[0])


def _seen(subject: Subject, ran: Ran, unit: tuple[int, int]) -> UnitField:
    from convzoo.analyses.unit import region_seen

    tensor = _tensor(subject, ran)
    regions = None if tensor is None else region_seen(subject.trace, tensor, unit)
    if tensor is None or not regions:
        raise NothingToShowError(
            f"what a unit of {ran.path!r} sees of the image is unknown: code of its own connects "
            "the layers, or a layer before it is of an unknown class."
        )
    [region] = regions.values()
    if None in region.start:
        raise NothingToShowError(f"the unit {unit} of {ran.path!r} sees nothing of the image.")
    sights = _sights(subject.trace, tensor)
    ends = [_ends(seen, place) for seen, place in zip(sights, unit, strict=True)]
    # What sees all of an image of any size has no ends beyond it.
    known = [
        end if end is not None else inside
        for end, inside in zip(ends, zip(region.start, region.end, strict=True), strict=True)
    ]
    (top, bottom), (left, right) = known
    return UnitField(
        ran.path,
        unit,
        region.start,
        region.end,
        (bottom - top + 1, right - left + 1),
        ((top + bottom) / 2, (left + right) / 2),
    )


def _pair(unit: Sequence[int]) -> tuple[int, int]:
    if len(unit) != 2:
        raise ArgumentError(f"unit must be a row and a column, such as 3,4. Received {unit}.")
    return unit[0], unit[1]


def _middle(subject: Subject, ran: Ran) -> tuple[int, int]:
    rows, columns = subject.survey.places(ran)
    return rows // 2, columns // 2


def _has(subject: Subject, ran: Ran, unit: tuple[int, int]) -> bool:
    places = subject.survey.places(ran)
    return all(0 <= place < count for place, count in zip(unit, places, strict=True))


def _refuse(subject: Subject, ran: Ran, unit: tuple[int, int]) -> None:
    rows, columns = subject.survey.places(ran)
    raise ArgumentError(
        f"{ran.path!r} has units 0,0 to {rows - 1},{columns - 1}. Received {unit[0]},{unit[1]}."
    )


def _draw(subject: Subject, fields: Sequence[UnitField]) -> Figure:
    from matplotlib.patches import Rectangle

    height, width = subject.image.shape[:2]
    wide = min(4.8, 5.6 * width / height)
    figure = page(
        "What units see of the image",
        "box: what a unit sees, cut off at the border; cross: the centre of it",
        height_of(subject.image, wide),
    )
    axes = panel(figure, 0.3, wide, "the image", subject.image)
    for number, field in enumerate(fields):
        colour = _COLOURS[number % len(_COLOURS)]
        (top, left), (bottom, right) = field.start, field.end
        corner, sides = (left - 0.5, top - 0.5), (right - left + 1, bottom - top + 1)
        # Thinner and thinner, so that of equal boxes each can be seen.
        thick = 4.5 - 3 * number / len(fields)
        style = "-" if number < len(_COLOURS) else ":"
        box = Rectangle(corner, *sides, fill=False, edgecolor=colour, clip_on=False)
        box.set(linewidth=thick, linestyle=style, label=_text(field, sides))
        axes.add_patch(box)
        if all(0 <= at < side for at, side in zip(field.centre, (height, width), strict=True)):
            axes.plot(field.centre[1], field.centre[0], "+", color=colour, markersize=9 + 3 * thick)
    axes.legend(
        loc="upper left", bbox_to_anchor=(1.02, 1), fontsize=9, labelcolor=INK, frameon=False
    )
    return figure


def _text(field: UnitField, inside: tuple[int, int]) -> str:
    rows, columns = field.size
    name = "\n  ".join(wrap(field.layer.rpartition("/")[2], 26))
    text = f"{name}\n  unit {field.unit[0]},{field.unit[1]}: {rows} x {columns}"
    if inside != (columns, rows):
        text += f",\n  in the image {inside[1]} x {inside[0]}"
    return text
