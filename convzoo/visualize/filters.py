"""The filters themselves: what their weights look like."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from convzoo.errors import NothingToShowError
from convzoo.visualize import VIEWS, Picture, Subject, Wish
from convzoo.visualize.drawing import Labels, Scale, grid
from convzoo.visualize.survey import Ran, has_kernel, kernel

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Channels of a deeper layer's input that are shown of each of its filters.
_MOST_INPUTS = 16

# Filters in a picture that shows each as one image.
_MOST = 64


@VIEWS.register("filters")
def pictures(subject: Subject, wish: Wish) -> list[Picture]:
    """A picture of the kernels of the first layer that has some, and of the last of each stage."""
    with_kernel = [ran for ran in subject.survey.spatial if has_kernel(ran.layer)]
    wide = [ran for ran in with_kernel if max(kernel(ran.layer).shape[:2]) > 1]
    if not with_kernel:
        raise NothingToShowError(f"'{subject.model.name}' has no layer with filters.")
    if wish.layer is None:
        chosen = [with_kernel[0], *_ends(subject, wide)]
    else:
        chosen = [_last_until(subject, subject.find(wish.layer), with_kernel)]
    return [
        Picture(f"filters-{ran.name}", lambda ran=ran: _draw(subject, ran, wish.filters))  # type: ignore[misc]
        for ran in dict.fromkeys(chosen)
    ]


def _ends(subject: Subject, layers: list[Ran]) -> Iterator[Ran]:
    """The last of the layers in each stage."""
    order = subject.survey.ran
    for end in subject.chosen(None):
        before = [ran for ran in layers if order.index(ran) <= order.index(end)]
        yield from before[-1:]


def _last_until(subject: Subject, end: Ran, layers: list[Ran]) -> Ran:
    order = subject.survey.ran
    before = [ran for ran in layers if order.index(ran) <= order.index(end)]
    if not before:
        raise NothingToShowError(f"{end.path!r} has no filters, and no layer before it has any.")
    return before[-1]


def _draw(subject: Subject, ran: Ran, most: int) -> Figure:
    import keras

    weights = keras.ops.convert_to_numpy(kernel(ran.layer)).astype("float32")
    height, width, inputs, filters = weights.shape
    bound = float(abs(weights).max()) or 1.0
    scale = Scale("RdBu_r", -bound, bound, "weight")
    title = f"{ran.name}: its filters"
    sizes = f"{filters} filters of {height} x {width} on {inputs} channel{'s' * (inputs > 1)}"
    if height == width == 1:
        return grid(title, f"{sizes}: a row for each", [weights[0, 0].T], Labels(), scale, 1)
    if hasattr(ran.layer, "depth_multiplier"):
        single = weights.reshape(height, width, 1, inputs * filters)
        text = f"{inputs * filters} filters of {height} x {width}, each on a channel of its own"
        return _in_order(title, text, single[:, :, 0], scale)
    if inputs == 1:
        return _in_order(title, sizes, weights[:, :, 0], scale)
    if inputs == 3 and subject.image.shape[-1] == 3:
        coloured = weights[:, :, ::-1] if subject.preprocessing.bgr else weights
        return _in_order(title, f"{sizes}, as colours: grey is 0", 0.5 + coloured / (2 * bound))
    rows, columns = min(filters, most), min(inputs, _MOST_INPUTS)
    images = [weights[:, :, c, n] for n in range(rows) for c in range(columns)]
    labels = Labels(rows=list(map(str, range(rows))), columns=list(map(str, range(columns))))
    text = f"{sizes}: a row for each of {rows}, a column for each of {columns} channels"
    return grid(title, text, images, labels, scale, columns)


def _in_order(title: str, text: str, images: Any, scale: Scale | None = None) -> Figure:
    """A figure of images that stand along the last axis, as many as it has room for."""
    count = images.shape[-1]
    shown = range(min(count, _MOST))
    if count > len(shown):
        text += f"; the first {len(shown)}"
    return grid(title, text, [images[..., n] for n in shown], Labels(list(map(str, shown))), scale)
