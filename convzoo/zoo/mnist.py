"""The small networks of a first lecture on convnets.

Source: F. Chollet, "Deep Learning with Python", 1st edition (2017), chapters 2 and 5.
"""

from __future__ import annotations

from typing import Any

from convzoo import layers
from convzoo.errors import ArgumentError
from convzoo.graph.dims import Shape
from convzoo.graph.graph import Graph, Sequential
from convzoo.zoo import Card, register

_BOOK = "F. Chollet, Deep Learning with Python, 1st edition, Manning 2017"
_INPUT = "28x28 grey images, values from 0 to 1"

_POOLINGS = {
    "max": layers.MaxPooling2D,
    "average": layers.AveragePooling2D,
    "l2": layers.L2Pooling2D,
}


def _base(input_shape: Shape, pooling: str) -> list[Any]:
    if pooling not in _POOLINGS:
        raise ArgumentError(
            f"pooling must be {' or '.join(map(repr, _POOLINGS))}. Received {pooling!r}."
        )
    pool = _POOLINGS[pooling]
    return [
        layers.Input(input_shape),
        layers.Conv2D(32, (3, 3), activation="relu"),
        pool((2, 2)),
        layers.Conv2D(64, (3, 3), activation="relu"),
        pool((2, 2)),
        layers.Conv2D(64, (3, 3), activation="relu"),
    ]


@register(
    Card(
        title="The lecture's first convnet on MNIST",
        source=f"{_BOOK}, listing 5.2",
        params=93_322,
        accuracy=0.9906,
        dataset="MNIST",
        input=_INPUT,
        notes=("Accuracy after 5 epochs of rmsprop, batch 64.",),
    )
)
def mnist_convnet(
    input_shape: Shape = (28, 28, 1), classes: int = 10, pooling: str = "max"
) -> Graph:
    """Three convolutions, two poolings, two dense layers."""
    return Sequential(
        [
            *_base(input_shape, pooling),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dense(classes, activation="softmax"),
        ]
    )


@register(
    Card(
        title="The convolutional base of the lecture's first convnet",
        source=f"{_BOOK}, listing 5.1",
        params=55_744,
        input=_INPUT,
        notes=("No classifier: it ends in 3x3 maps of 64 features.",),
    )
)
def mnist_convnet_base(input_shape: Shape = (28, 28, 1), pooling: str = "max") -> Graph:
    """Three convolutions and two poolings."""
    return Sequential(_base(input_shape, pooling))


@register(
    Card(
        title="Two convolutions: the counting example",
        source=f"{_BOOK}, chapter 5",
        params=18_816,
        input=_INPUT,
        notes=("320 + 18,496 parameters.",),
    )
)
def two_convs(input_shape: Shape = (28, 28, 1)) -> Graph:
    """A convolution of 32 filters and one of 64."""
    return Sequential(
        [
            layers.Input(input_shape),
            layers.Conv2D(32, (3, 3), activation="relu"),
            layers.Conv2D(64, (3, 3), activation="relu"),
        ]
    )


@register(
    Card(
        title="The dense network that the convnet is measured against",
        source=f"{_BOOK}, chapter 2",
        params=407_050,
        accuracy=0.978,
        dataset="MNIST",
        input=_INPUT,
        notes=("401,920 of the parameters are in its first layer.",),
    )
)
def dense_baseline(input_shape: Shape = (28, 28, 1), classes: int = 10) -> Graph:
    """A hidden layer of 512 units."""
    return Sequential(
        [
            layers.Input(input_shape),
            layers.Flatten(),
            layers.Dense(512, activation="relu"),
            layers.Dense(classes, activation="softmax"),
        ]
    )
