"""The networks of Nielsen's book.

Source: M. Nielsen, "Neural Networks and Deep Learning", Determination Press 2015, chapter 6.
"""

from __future__ import annotations

from convzoo import layers
from convzoo.graph.dims import Shape
from convzoo.graph.graph import Graph, Sequential
from convzoo.zoo import Card, register


@register(
    Card(
        title="Three feature maps and their pooling: 28 to 24 to 12",
        source="M. Nielsen, Neural Networks and Deep Learning, chapter 6, 2015",
        params=78,
        input="28x28 grey images, values from 0 to 1",
        notes=("26 parameters a map: 5 x 5 weights and a bias.",),
    )
)
def nielsen_feature_maps(input_shape: Shape = (28, 28, 1), maps: int = 3) -> Graph:
    """A 5x5 convolution and a 2x2 pooling."""
    return Sequential(
        [
            layers.Input(input_shape),
            layers.Conv2D(maps, (5, 5), activation="sigmoid"),
            layers.MaxPooling2D((2, 2)),
        ]
    )
