"""The small networks of a first lecture on convnets.

Source: F. Chollet, "Deep Learning with Python", 1st edition (2017), chapters 2 and 5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from convzoo import layers, models
from convzoo.errors import ArgumentError
from convzoo.zoo import Card, Claim, Recipe, Source, register
from convzoo.zoo.preprocessing import UNIT

if TYPE_CHECKING:
    from convzoo.graph.dims import Shape
    from convzoo.graph.graph import Graph

_INPUT = "28x28 grey images"

# Names, so that a list of the zoo loads no layers.
_POOLINGS = {"max": "MaxPooling2D", "average": "AveragePooling2D", "l2": "L2Pooling2D"}


def _book(where: str) -> Source:
    return Source("F. Chollet", "Deep Learning with Python", 2017, f"Manning, {where}")


def _base(input_shape: Shape, pooling: str) -> list[Any]:
    if pooling not in _POOLINGS:
        raise ArgumentError(
            f"pooling must be {' or '.join(map(repr, _POOLINGS))}. Received {pooling!r}."
        )
    pool = layers.LAYERS.get(_POOLINGS[pooling])
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
        source=_book("listing 5.2"),
        params=93_322,
        claims=(
            Claim("params", "93,322"),
            Claim("accuracy", "99.06 %", on="MNIST", measured="99.13 %"),
        ),
        input=_INPUT,
        preprocessing=UNIT,
        stages=("conv2d", "conv2d_1", "conv2d_2"),
        recipe=Recipe("mnist", "RMSprop", epochs=5, batch_size=64),
        tags=("lecture", "mnist"),
        notes=('Its own argument pooling is what pools within it: "max", "average" or "l2".',),
    )
)
def mnist_convnet(
    input_shape: Shape = (28, 28, 1), classes: int = 10, pooling: str = "max"
) -> Graph:
    """Three convolutions, two poolings, two dense layers."""
    return models.Sequential(
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
        source=_book("listing 5.1"),
        params=55_744,
        claims=(Claim("params", "55,744"),),
        input=_INPUT,
        preprocessing=UNIT,
        stages=("conv2d", "conv2d_1", "conv2d_2"),
        tags=("lecture", "mnist", "features"),
        notes=("No classifier: it ends in 3x3 maps of 64 features.",),
    )
)
def mnist_convnet_base(input_shape: Shape = (28, 28, 1), pooling: str = "max") -> Graph:
    """Three convolutions and two poolings."""
    return models.Sequential(_base(input_shape, pooling))


@register(
    Card(
        title="Two convolutions: the counting example",
        source=_book("chapter 5"),
        params=18_816,
        claims=(Claim("params", "18,816", note="320 + 18,496"),),
        input=_INPUT,
        preprocessing=UNIT,
        stages=("conv2d", "conv2d_1"),
        tags=("lecture", "mnist", "features"),
    )
)
def two_convs(input_shape: Shape = (28, 28, 1)) -> Graph:
    """A convolution of 32 filters and one of 64."""
    return models.Sequential(
        [
            layers.Input(input_shape),
            layers.Conv2D(32, (3, 3), activation="relu"),
            layers.Conv2D(64, (3, 3), activation="relu"),
        ]
    )


@register(
    Card(
        title="The dense network that the convnet is measured against",
        source=_book("chapter 2"),
        params=407_050,
        claims=(Claim("accuracy", "97.8 %", on="MNIST", measured="97.95 %"),),
        input=_INPUT,
        preprocessing=UNIT,
        stages=("dense",),
        recipe=Recipe("mnist", "RMSprop", epochs=5, batch_size=128),
        tags=("lecture", "mnist"),
        notes=("401,920 of the parameters are in its first layer, as published.",),
    )
)
def dense_baseline(input_shape: Shape = (28, 28, 1), classes: int = 10) -> Graph:
    """A hidden layer of 512 units."""
    return models.Sequential(
        [
            layers.Input(input_shape),
            layers.Flatten(),
            layers.Dense(512, activation="relu"),
            layers.Dense(classes, activation="softmax"),
        ]
    )
