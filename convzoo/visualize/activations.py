"""What the layers give for the image: their feature maps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from convzoo.visualize import VIEWS, Picture, Subject, Wish
from convzoo.visualize.drawing import Labels, Scale, grid
from convzoo.visualize.survey import Ran

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Maps in a picture.
_MOST = 64


@VIEWS.register("activations")
def pictures(subject: Subject, wish: Wish) -> list[Picture]:
    """A picture of the feature maps of each layer."""
    return [
        Picture(f"activations-{ran.name}", lambda ran=ran: _draw(subject, ran))  # type: ignore[misc]
        for ran in subject.chosen(wish.layer)
    ]


def _draw(subject: Subject, ran: Ran) -> Figure:
    [maps] = subject.maps([ran])
    channels = maps.shape[-1]
    shown = strongest(maps, _MOST)
    subtitle = f"{channels} feature maps of {maps.shape[0]} x {maps.shape[1]}"
    if channels > _MOST:
        subtitle += f", of which these {_MOST} respond most to the image"
    return grid(
        f"{ran.name}: what it gives",
        subtitle,
        [maps[..., channel] for channel in shown],
        Labels([str(channel) for channel in shown]),
        _scale(maps[..., shown]),
    )


def strongest(maps: Any, count: int) -> list[int]:
    """The channels that respond most, by their mean, in ascending order."""
    import numpy as np

    means = maps.mean(axis=(0, 1))
    order = np.argsort(-means, kind="stable")[:count]
    return sorted(map(int, order))


def _scale(maps: Any) -> Scale:
    """One scale for all maps, the few highest numbers cut off."""
    import numpy as np

    low, high = float(maps.min()), float(np.quantile(maps, 0.998))
    if low < 0:
        bound = max(-low, high)
        return Scale("RdBu_r", -bound, bound, "activation")
    return Scale("viridis", 0.0, high or 1.0, "activation")
