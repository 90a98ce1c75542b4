"""Networks for MNIST that are as accurate as can be within a budget of parameters that learn.

All end in a dense layer over maps that have places still: with an average over the places the same
number of parameters reaches less. Whatever was chosen was chosen by images held out of the training
images.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from convzoo import layers, models
from convzoo.zoo import Card, Claim, Recipe, Source, register
from convzoo.zoo.preprocessing import UNIT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from convzoo.graph.dims import Shape
    from convzoo.graph.graph import Graph


def _stage(number: int, filters: int, kernel: int) -> list[Any]:
    return [
        layers.Conv2D(filters, kernel, use_bias=False),
        # The next convolution scales its maps as it likes.
        layers.BatchNormalization(scale=False),
        layers.Activation("relu", name=f"stage{number}"),
    ]


def _separable_stage(number: int, filters: int) -> list[Any]:
    return [layers.DepthwiseConv2D(3, use_bias=False), *_stage(number, filters, 1)]


def _five_convolutions(
    filters: Sequence[int], dropout: float, input_shape: Shape, classes: int
) -> Graph:
    """Five 3x3 convolutions, and a pooling after the second and the fourth."""
    return models.Sequential(
        [
            layers.Input(input_shape),
            *_stage(1, filters[0], 3),
            *_stage(2, filters[1], 3),
            layers.MaxPooling2D((2, 2)),
            *_stage(3, filters[2], 3),
            *_stage(4, filters[3], 3),
            layers.MaxPooling2D((2, 2)),
            *_stage(5, filters[4], 3),
            layers.Flatten(),
            *([layers.Dropout(dropout)] if dropout else []),
            layers.Dense(classes, activation="softmax"),
        ]
    )


def _card(
    budget: str,
    params: int,
    total_params: int,
    stages: int,
    recipe: Recipe,
    accuracy: str,
    note: str,
) -> Card:
    """A card whose claim is what was measured here by its recipe."""
    return Card(
        title=f"A network for MNIST of at most {budget} parameters",
        source=Source("The authors of convzoo", "convzoo", 2026),
        params=params,
        total_params=total_params,
        input="28x28 grey images",
        preprocessing=UNIT,
        stages=tuple(f"stage{number}" for number in range(1, stages + 1)),
        recipe=recipe,
        tags=("mnist", "tiny"),
        claims=(Claim("accuracy", accuracy, on="MNIST", measured=accuracy, note=note),),
    )


def _recipe(epochs: int, learning_rate: float, augmentation: tuple[str, ...] = ()) -> Recipe:
    return Recipe(
        "mnist",
        "Adam",
        epochs=epochs,
        batch_size=128,
        schedule="CosineDecay",
        schedule_arguments={
            "initial_learning_rate": 0.0,
            "warmup_target": learning_rate,
            "warmup_steps": 1,
            "decay_steps": epochs - 1,
        },
        augmentation=augmentation,
    )


def _mean(seeds: int) -> str:
    return f"mean of {seeds} seeds, no images held out"


_A_LITTLE = (
    "RandomRotation:0.02,fill_mode=constant",
    "RandomTranslation:0.07,0.07,fill_mode=constant",
)
_MUCH = (
    "RandomRotation:0.0278,fill_mode=constant",
    "RandomZoom:0.1,0.1,fill_mode=constant",
    "RandomTranslation:0.1,0.1,fill_mode=constant",
)


@register(_card("1,000", 970, 1_050, 4, _recipe(60, 0.02), "98.78 %", "one seed"))
def tiny_mnist_1k(input_shape: Shape = (28, 28, 1), classes: int = 10) -> Graph:
    """A convolution and three depthwise separable ones, and a weight for each place of a map."""
    return models.Sequential(
        [
            layers.Input(input_shape),
            *_stage(1, 10, 3),
            *_separable_stage(2, 10),
            layers.MaxPooling2D((2, 2)),
            *_separable_stage(3, 10),
            *_separable_stage(4, 10),
            layers.MaxPooling2D((2, 2)),
            # One window over the whole map: a dense layer alone would need ten times the weights.
            layers.DepthwiseConv2D(4, use_bias=False),
            layers.Flatten(),
            layers.Dense(classes, activation="softmax"),
        ]
    )


@register(_card("8,000", 7_928, 8_068, 5, _recipe(40, 0.01, _A_LITTLE), "99.41 %", _mean(7)))
def tiny_mnist_8k(input_shape: Shape = (28, 28, 1), classes: int = 10) -> Graph:
    """Five convolutions of 11 to 18 filters."""
    return _five_convolutions((11, 11, 15, 15, 18), 0.0, input_shape, classes)


@register(_card("100,000", 97_280, 97_784, 5, _recipe(30, 0.005, _MUCH), "99.59 %", _mean(6)))
def tiny_mnist_100k(input_shape: Shape = (28, 28, 1), classes: int = 10) -> Graph:
    """Five convolutions of 30 to 76 filters."""
    return _five_convolutions((30, 30, 58, 58, 76), 0.3, input_shape, classes)


@register(_card("330,000", 322_474, 323_394, 5, _recipe(30, 0.003, _MUCH), "99.59 %", _mean(6)))
def tiny_mnist_330k(input_shape: Shape = (28, 28, 1), classes: int = 10) -> Graph:
    """Five convolutions of 52 to 140 filters."""
    return _five_convolutions((52, 52, 108, 108, 140), 0.4, input_shape, classes)
