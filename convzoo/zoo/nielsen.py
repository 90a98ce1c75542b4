"""The networks of Nielsen's book, from counting a feature map to 99.6 % on MNIST.

Source: M. Nielsen, "Neural Networks and Deep Learning", Determination Press 2015, chapter 6.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from convzoo import layers, models
from convzoo.zoo import Card, Claim, Recipe, Source, register
from convzoo.zoo.preprocessing import UNIT

if TYPE_CHECKING:
    from convzoo.graph.dims import Shape
    from convzoo.graph.graph import Graph

_BOOK = Source("M. Nielsen", "Neural Networks and Deep Learning", 2015, "chapter 6")
_INPUT = "28x28 grey images"


def _recipe(epochs: int, learning_rate: float, *notes: str) -> Recipe:
    arguments = {"learning_rate": learning_rate}
    return Recipe("mnist", "SGD", epochs, 10, arguments, notes=notes)


def _conv_pool(filters: int) -> list[Any]:
    return [layers.Conv2D(filters, (5, 5), activation="sigmoid"), layers.MaxPooling2D((2, 2))]


@register(
    Card(
        title="Three feature maps and their pooling: 28 to 24 to 12",
        source=_BOOK,
        params=78,
        input=_INPUT,
        preprocessing=UNIT,
        stages=("max_pooling2d",),
        activation="sigmoid",
        tags=("lecture", "mnist", "features"),
        notes=("26 parameters a map, as published: 5 x 5 weights and a bias.",),
    )
)
def nielsen_feature_maps(input_shape: Shape = (28, 28, 1), maps: int = 3) -> Graph:
    """A 5x5 convolution and a 2x2 pooling."""
    return models.Sequential([layers.Input(input_shape), *_conv_pool(maps)])


@register(
    Card(
        title="One hidden layer of 100 units",
        source=_BOOK,
        params=79_510,
        claims=(Claim("accuracy", "97.80 %", on="MNIST"),),
        input=_INPUT,
        preprocessing=UNIT,
        stages=("dense",),
        activation="sigmoid",
        recipe=_recipe(60, 0.1),
        tags=("lecture", "mnist"),
    )
)
def nielsen_fc100(input_shape: Shape = (28, 28, 1), classes: int = 10) -> Graph:
    """784, 100 and 10 units."""
    return models.Sequential(
        [
            layers.Input(input_shape),
            layers.Flatten(),
            layers.Dense(100, activation="sigmoid"),
            layers.Dense(classes, activation="softmax"),
        ]
    )


@register(
    Card(
        title="A convolution and its pooling before the dense layers",
        source=_BOOK,
        params=289_630,
        claims=(Claim("accuracy", "98.78 %", on="MNIST"),),
        input=_INPUT,
        preprocessing=UNIT,
        stages=("max_pooling2d",),
        activation="sigmoid",
        recipe=_recipe(60, 0.1),
        tags=("lecture", "mnist"),
    )
)
def nielsen_conv_pool(input_shape: Shape = (28, 28, 1), classes: int = 10) -> Graph:
    """One convolution, one pooling, 100 hidden units."""
    return models.Sequential(
        [
            layers.Input(input_shape),
            *_conv_pool(20),
            layers.Flatten(),
            layers.Dense(100, activation="sigmoid"),
            layers.Dense(classes, activation="softmax"),
        ]
    )


@register(
    Card(
        title="Two convolutions with their poolings",
        source=_BOOK,
        params=85_670,
        claims=(
            Claim("accuracy", "99.06 %", on="MNIST"),
            Claim("accuracy", "99.23 %", on="MNIST", note="with ReLU, rate 0.03 and L2 of 0.1"),
            Claim("accuracy", "99.37 %", on="MNIST", note="the same on shifted images too"),
        ),
        input=_INPUT,
        preprocessing=UNIT,
        stages=("max_pooling2d", "max_pooling2d_1"),
        activation="sigmoid",
        recipe=_recipe(60, 0.1),
        tags=("lecture", "mnist"),
        notes=('The variant with ReLU is activation="relu".',),
    )
)
def nielsen_two_conv(input_shape: Shape = (28, 28, 1), classes: int = 10) -> Graph:
    """Two convolutions, two poolings, 100 hidden units."""
    return models.Sequential(
        [
            layers.Input(input_shape),
            *_conv_pool(20),
            *_conv_pool(40),
            layers.Flatten(),
            layers.Dense(100, activation="sigmoid"),
            layers.Dense(classes, activation="softmax"),
        ]
    )


@register(
    Card(
        title="Two convolutions and two dense layers with dropout",
        source=_BOOK,
        params=1_672_570,
        claims=(
            Claim("accuracy", "99.60 %", on="MNIST"),
            Claim("accuracy", "99.67 %", on="MNIST", note="a vote of five networks"),
        ),
        input=_INPUT,
        preprocessing=UNIT,
        stages=("max_pooling2d", "max_pooling2d_1"),
        recipe=_recipe(40, 0.03, "images shifted by a pixel in four directions added"),
        tags=("mnist",),
    )
)
def nielsen_dropout(input_shape: Shape = (28, 28, 1), classes: int = 10) -> Graph:
    """Two convolutions, two poolings, two times 1,000 hidden units."""
    return models.Sequential(
        [
            layers.Input(input_shape),
            layers.Conv2D(20, (5, 5), activation="relu"),
            layers.MaxPooling2D((2, 2)),
            layers.Conv2D(40, (5, 5), activation="relu"),
            layers.MaxPooling2D((2, 2)),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(1000, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(1000, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(classes, activation="softmax"),
        ]
    )
