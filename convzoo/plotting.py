"""From a source to its diagram."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from convzoo.calculating import calc
from convzoo.rendering.diagram import PARTS, diagram
from convzoo.sources import names_an_entry


def plot(
    source: Any,
    show: Sequence[str] = tuple(PARTS),
    input_shape: Any = None,
    *,
    expand: bool = False,
    theme: str = "auto",
) -> str:
    """Draw an architecture, without building it: its layers, their parameters and what they see.

    With more than 40 layers, activations and normalizations stand on the line of the layer before,
    blocks that follow one another are drawn once, and lines are parted into stages: those of the
    card, or where the size changes.

    Args:
        source: as in `calc`.
        show: the parts: `"architecture"`, `"params"` and `"receptive_field"`.
        input_shape: as in `calc`.
        expand: whether every layer has a line of its own, however many there are.
        theme: `"light"`, `"dark"`, or `"auto"` for what the reader of the picture has chosen.

    Returns:
        An SVG document.

    Raises:
        SourceError: when the source holds no architecture.
        ConvzooError: when the architecture is refused, as Keras refuses it, or an argument is.
    """
    stages: Sequence[str] = ()
    if isinstance(source, str):
        name = source.partition(":")[0]
        if names_an_entry(name):
            from convzoo.zoo import card

            stages = card(name).stages
    report = calc(source, input_shape=input_shape)
    return diagram(report, show, stages, expand, theme)
