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


def _stage(number: int, filters: int, kernel: int, strides: int = 1) -> list[Any]:
    return [
        layers.Conv2D(filters, kernel, strides=strides, use_bias=False),
        # The next convolution scales its maps as it likes.
        layers.BatchNormalization(scale=False),
        layers.Activation("relu", name=f"stage{number}"),
    ]


def _five_convolutions(
    filters: Sequence[int], dropout: float, input_shape: Shape, classes: int
) -> Graph:
    """Five 3x3 convolutions, the second and the fourth of stride 2."""
    stages = [
        layer
        for number, count in enumerate(filters, start=1)
        for layer in _stage(number, count, 3, strides=2 if number in (2, 4) else 1)
    ]
    return models.Sequential(
        [
            layers.Input(input_shape),
            *stages,
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
    accuracy: str | None = None,
) -> Card:
    """A card whose claim is what `convzoo bench` measured here, with one seed."""
    claims: tuple[Claim, ...] = ()
    if accuracy is not None:
        claims = (Claim("accuracy", accuracy, on="MNIST", measured=accuracy, note="one seed"),)
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
        claims=claims,
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


_A_LITTLE = (
    "RandomRotation:0.02,fill_mode=constant",
    "RandomTranslation:0.07,0.07,fill_mode=constant",
)
_MUCH = (
    "RandomRotation:0.0278,fill_mode=constant",
    "RandomZoom:0.1,0.1,fill_mode=constant",
    "RandomTranslation:0.1,0.1,fill_mode=constant",
)


@register(_card("1,000", 996, 1_026, 3, _recipe(60, 0.02), "98.36 %"))
def tiny_mnist_1k(input_shape: Shape = (28, 28, 1), classes: int = 10) -> Graph:
    """Three convolutions and two poolings."""
    return models.Sequential(
        [
            layers.Input(input_shape),
            *_stage(1, 5, 5),
            layers.MaxPooling2D((2, 2)),
            *_stage(2, 6, 3),
            layers.MaxPooling2D((2, 2)),
            *_stage(3, 4, 3),
            layers.Flatten(),
            layers.Dense(classes, activation="softmax"),
        ]
    )


@register(_card("8,000", 7_956, 8_096, 5, _recipe(30, 0.01, _A_LITTLE), "99.31 %"))
def tiny_mnist_8k(input_shape: Shape = (28, 28, 1), classes: int = 10) -> Graph:
    """Five convolutions of 12 to 16 filters."""
    return _five_convolutions((12, 12, 14, 16, 16), 0.0, input_shape, classes)


@register(_card("100,000", 96_270, 96_766, 5, _recipe(20, 0.005, _MUCH)))
def tiny_mnist_100k(input_shape: Shape = (28, 28, 1), classes: int = 10) -> Graph:
    """Five convolutions of 28 to 72 filters."""
    return _five_convolutions((28, 36, 52, 60, 72), 0.2, input_shape, classes)


@register(_card("330,000", 317_538, 318_418, 5, _recipe(15, 0.003, _MUCH)))
def tiny_mnist_330k(input_shape: Shape = (28, 28, 1), classes: int = 10) -> Graph:
    """Five convolutions of 32 to 144 filters."""
    return _five_convolutions((32, 56, 88, 120, 144), 0.4, input_shape, classes)
