"""Figures: grids of small images, and images with something drawn on them. Sizes are in inches."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WIDTH = 8.0
_MARGIN = 0.3
_HEAD = 0.85
_BAR = 0.95
_GAP = 0.09
_LABEL = 0.2
_LARGEST_CELL = 1.7
_TALLEST_BAR = 3.0
_DOTS_PER_INCH = 120

INK = "#1a1a1a"
_PALE_INK = "#505050"


class Scale(NamedTuple):
    """How numbers become colours.

    Args:
        colours: matplotlib's name of the map of colours.
        low: the number of the first colour.
        high: that of the last.
        label: what the numbers are.
    """

    colours: str
    low: float
    high: float
    label: str


class Labels(NamedTuple):
    """What stands beside the images of a grid.

    Args:
        above: for each image, what stands above it; none where nothing does.
        rows: for each row, what stands to the left of it.
        columns: for each column, what stands above it.
    """

    above: Sequence[str] = ()
    rows: Sequence[str] = ()
    columns: Sequence[str] = ()


def grid(
    title: str,
    subtitle: str,
    images: Sequence[Any],
    labels: Labels,
    scale: Scale | None = None,
    columns: int | None = None,
) -> Figure:
    """A figure with small images of one size, row by row.

    Args:
        title: what it shows.
        subtitle: what else there is to know.
        images: arrays of numbers, shape (height, width), that a scale colours; or colours from 0 to
            1, shape (height, width, 3).
        labels: what stands beside them.
        scale: how numbers become colours.
        columns: images in a row; `None` for what suits their number.
    """
    columns = columns or _columns(len(images))
    rows = ceil(len(images) / columns)
    left = _MARGIN + (0.35 if labels.rows else 0)
    room = _WIDTH - left - _MARGIN - (0 if scale is None else _BAR)
    cell = min(_LARGEST_CELL, (room + _GAP) / columns)
    wide = cell - _GAP
    tall = wide * images[0].shape[0] / images[0].shape[1]
    step = tall + _GAP + (_LABEL if labels.above else 0)
    first = (_LABEL if labels.above else 0) + (0.22 if labels.columns else 0)
    size = columns * cell - _GAP, first + (rows - 1) * step + tall
    figure = page(title, subtitle, size[1])
    axes = _axes(figure, left, _HEAD, *size)
    axes.set_axis_off()
    axes.set_xlim(0, size[0])
    axes.set_ylim(size[1], 0)
    for number, image in enumerate(images):
        x, y = number % columns * cell, first + number // columns * step
        axes.imshow(
            image,
            extent=(x, x + wide, y + tall, y),
            aspect="auto",
            cmap=None if scale is None else scale.colours,
            vmin=None if scale is None else scale.low,
            vmax=None if scale is None else scale.high,
        )
        if labels.above:
            points = 8.0 if columns > 4 else 9.0
            _write(axes, x, y - 0.03, labels.above[number], points, "left", "bottom")
    for number, text in enumerate(labels.rows):
        _write(axes, -0.08, first + number * step + tall / 2, text, 8, "right", "center")
    for number, text in enumerate(labels.columns):
        _write(axes, number * cell + wide / 2, first - 0.05, text, 8, "center", "bottom")
    if scale is not None:
        across = left + size[0] + 0.15
        place = _axes(figure, across, _HEAD + first, 0.14, min(size[1] - first, _TALLEST_BAR))
        bar(figure, place, scale)
    return figure


def _columns(count: int) -> int:
    return min(count, 4) if count <= 16 else 8


def _write(axes: Axes, x: float, y: float, text: str, size: float, ha: Any, va: Any) -> None:
    axes.text(x, y, text, fontsize=size, color=INK, ha=ha, va=va)


def page(title: str, subtitle: str, height: float) -> Figure:
    """A white figure with a title, a line below it, and room for a drawing of some height."""
    from matplotlib.figure import Figure

    whole = _HEAD + height + _MARGIN
    figure = Figure((_WIDTH, whole), dpi=_DOTS_PER_INCH, facecolor="white")
    left = _MARGIN / _WIDTH
    figure.text(left, 1 - 0.2 / whole, title, va="top", fontsize=13, fontweight="bold", color=INK)
    figure.text(left, 1 - 0.49 / whole, subtitle, va="top", fontsize=9, color=_PALE_INK)
    return figure


def panel(figure: Figure, left: float, width: float, title: str, image: Any) -> Axes:
    """An image with a title above it.

    Args:
        figure: a page.
        left: where it begins.
        width: how wide it is; its height follows.
        title: what stands above it.
        image: values from 0 to 255, shape (height, width, 1 or 3).
    """
    axes = _axes(figure, left, _HEAD + _LABEL, width, height_of(image, width) - _LABEL)
    axes.set_title(title, loc="left", fontsize=10, color=INK, pad=4)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.imshow(colours(image), aspect="auto")
    return axes


def bar(figure: Figure, place: Axes, scale: Scale) -> None:
    """Fill axes with the bar that tells which number a colour is."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    drawn = figure.colorbar(
        ScalarMappable(Normalize(scale.low, scale.high), scale.colours), cax=place
    )
    drawn.set_label(scale.label, color=INK, fontsize=9)
    place.tick_params(labelsize=8, colors=INK)


def beside(figure: Figure, axes: Axes) -> Axes:
    """Axes for a bar, to the right of others."""
    box = axes.get_position()
    across = 1 / float(figure.get_size_inches()[0])
    return figure.add_axes((box.x1 + 0.12 * across, box.y0, 0.14 * across, box.height))


def height_of(image: Any, width: float) -> float:
    """How high a panel of a width is, its title included."""
    return _LABEL + width * float(image.shape[0] / image.shape[1])


def _axes(figure: Figure, left: float, top: float, width: float, height: float) -> Axes:
    """Axes at a place that is measured from the left and from the top."""
    across, down = figure.get_size_inches()
    place = (left / across, 1 - (top + height) / down, width / across, height / down)
    return figure.add_axes(place)


def colours(image: Any) -> Any:
    """An image of values from 0 to 255 as colours from 0 to 1, grey ones as well."""
    import numpy as np

    shares = np.clip(np.asarray(image, "float32") / 255, 0, 1)
    return shares.repeat(3, axis=-1) if shares.shape[-1] == 1 else shares
