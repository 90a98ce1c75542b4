"""The MNIST network whose accuracy is known best: it was trained 1,500 times.

Source: C. Deotte, "25 Million Images! [0.99757] MNIST", Kaggle (2018).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from convzoo import layers, models
from convzoo.zoo import Card, Claim, Recipe, Source, register
from convzoo.zoo.preprocessing import UNIT

if TYPE_CHECKING:
    from convzoo.graph.dims import Shape
    from convzoo.graph.graph import Graph


def _stage(filters: int, name: str) -> list[Any]:
    """Two convolutions, and one that halves the maps in place of a pooling."""
    return [
        layers.Conv2D(filters, (3, 3), activation="relu"),
        layers.BatchNormalization(),
        layers.Conv2D(filters, (3, 3), activation="relu"),
        layers.BatchNormalization(),
        layers.Conv2D(filters, (5, 5), strides=(2, 2), padding="same", activation="relu"),
        layers.BatchNormalization(name=name),
        layers.Dropout(0.4),
    ]


@register(
    Card(
        title="Seven convolutions, normalized, with strides in place of poolings",
        source=Source("C. Deotte", "25 Million Images! [0.99757] MNIST", 2018, "Kaggle"),
        params=326_410,
        total_params=327_242,
        claims=(
            Claim(
                "accuracy",
                "99.641 %",
                on="MNIST",
                note="the mean of 1,500 runs; their standard deviation is 0.047",
            ),
            Claim("accuracy", "99.81 %", on="MNIST", note="the best of these runs"),
        ),
        input="28x28 grey images",
        preprocessing=UNIT,
        stages=("stage1", "stage2", "stage3"),
        recipe=Recipe(
            "mnist",
            "Adam",
            epochs=30,
            batch_size=64,
            optimizer_arguments={"learning_rate": 0.001},
            schedule="ExponentialDecay",
            schedule_arguments={
                "initial_learning_rate": 0.001,
                "decay_steps": 1,
                "decay_rate": 0.95,
                "staircase": True,
            },
            augmentation=(
                "RandomRotation:0.0278,fill_mode=nearest",
                "RandomZoom:0.1,0.1,fill_mode=nearest",
                "RandomTranslation:0.1,0.1,fill_mode=nearest",
            ),
            notes=("turned by up to 10 degrees",),
        ),
        tags=("mnist",),
    )
)
def mnist_cdeotte(input_shape: Shape = (28, 28, 1), classes: int = 10) -> Graph:
    """Twice three convolutions, one over all that is left, one dense layer."""
    return models.Sequential(
        [
            layers.Input(input_shape),
            *_stage(32, "stage1"),
            *_stage(64, "stage2"),
            layers.Conv2D(128, (4, 4), activation="relu"),
            layers.BatchNormalization(name="stage3"),
            layers.Flatten(),
            layers.Dropout(0.4),
            layers.Dense(classes, activation="softmax"),
        ]
    )
