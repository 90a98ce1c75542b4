"""A network of depthwise separable convolutions."""

from __future__ import annotations

from typing import Any

from convzoo import Card, Graph, Model, Recipe, Source, layers, register
from convzoo.zoo.preprocessing import UNIT


@register(
    Card(
        title="Depthwise separable convolutions on handwritten digits",
        source=Source("The convzoo authors", "An example of a package with a model", 2026),
        params=4_010,
        total_params=4_234,
        input="28x28 grey images",
        preprocessing=UNIT,
        stages=("relu1", "relu2", "relu3"),
        recipe=Recipe("mnist", "Adam", epochs=10, batch_size=128),
        tags=("mnist", "tiny", "depthwise"),
    )
)
def depthwise_digits(input_shape: tuple[int | None, ...] = (28, 28, 1), classes: int = 10) -> Graph:
    """A convolution, two depthwise separable ones, and the mean over all places."""
    inputs = layers.Input(input_shape)
    x = layers.Conv2D(16, 3, strides=2, padding="same", use_bias=False, name="conv1")(inputs)
    x = _normalized(x, 1)
    for block, filters in ((2, 32), (3, 64)):
        x = layers.DepthwiseConv2D(
            3, strides=2, padding="same", use_bias=False, name=f"depthwise{block}"
        )(x)
        x = layers.Conv2D(filters, 1, use_bias=False, name=f"conv{block}")(x)
        x = _normalized(x, block)
    x = layers.GlobalAveragePooling2D(name="mean")(x)
    return Model(inputs, layers.Dense(classes, activation="softmax", name="classes")(x))


def _normalized(x: Any, block: int) -> Any:
    x = layers.BatchNormalization(name=f"norm{block}")(x)
    return layers.ReLU(name=f"relu{block}")(x)
