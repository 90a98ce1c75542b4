"""The MNIST example of keras.io.

Source: F. Chollet, "Simple MNIST convnet", https://keras.io/examples/vision/mnist_convnet (2015).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from convzoo import layers, models
from convzoo.zoo import Card, Claim, Recipe, Source, register
from convzoo.zoo.preprocessing import UNIT

if TYPE_CHECKING:
    from convzoo.graph.dims import Shape
    from convzoo.graph.graph import Graph


@register(
    Card(
        title="The simple MNIST convnet of keras.io",
        source=Source(
            "F. Chollet",
            "Simple MNIST convnet",
            2015,
            "https://keras.io/examples/vision/mnist_convnet",
        ),
        params=34_826,
        claims=(
            Claim("params", "34,826"),
            Claim("accuracy", "99 %", on="MNIST", note="about, after 15 epochs"),
        ),
        input="28x28 grey images",
        preprocessing=UNIT,
        stages=("max_pooling2d", "max_pooling2d_1"),
        recipe=Recipe(
            "mnist",
            "Adam",
            epochs=15,
            batch_size=128,
            notes=("a tenth of the training images held out for validation",),
        ),
        tags=("lecture", "mnist"),
    )
)
def mnist_keras_io(input_shape: Shape = (28, 28, 1), classes: int = 10) -> Graph:
    """Two convolutions with their poolings, dropout, one dense layer."""
    return models.Sequential(
        [
            layers.Input(input_shape),
            layers.Conv2D(32, (3, 3), activation="relu"),
            layers.MaxPooling2D((2, 2)),
            layers.Conv2D(64, (3, 3), activation="relu"),
            layers.MaxPooling2D((2, 2)),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(classes, activation="softmax"),
        ]
    )
