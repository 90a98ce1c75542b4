"""Networks of convolutions only, strides in place of poolings.

Source: J. T. Springenberg, A. Dosovitskiy, T. Brox, M. Riedmiller, "Striving for Simplicity: The
All Convolutional Net", ICLR 2015 workshop, tables 1 and 2.
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
        title="Nine convolutions and nothing else that learns",
        source=Source(
            "J. T. Springenberg, A. Dosovitskiy, T. Brox, M. Riedmiller",
            "Striving for Simplicity: The All Convolutional Net",
            2015,
            "ICLR workshop",
        ),
        params=1_369_738,
        claims=(
            Claim("params", "1.4 M"),
            Claim("error", "9.08 %", on="CIFAR-10", note="without augmentation"),
            Claim("error", "7.25 %", on="CIFAR-10", note="with shifted and flipped images"),
        ),
        input="32x32 colour images",
        preprocessing=UNIT,
        stages=("stage1", "stage2", "stage3"),
        recipe=Recipe(
            "cifar10",
            "SGD",
            epochs=350,
            batch_size=128,
            optimizer_arguments={"learning_rate": 0.05, "momentum": 0.9},
            schedule="PiecewiseConstantDecay",
            schedule_arguments={
                "boundaries": [200, 250, 300],
                "values": [0.05, 0.005, 0.0005, 0.00005],
            },
            augmentation=(
                "RandomTranslation:0.15625,0.15625,fill_mode=constant",
                "RandomFlip:horizontal",
            ),
            notes=(
                "weight decay of 0.001",
                "shifted by up to 5 pixels",
                "the rate is the best of 0.25, 0.1, 0.05 and 0.01; the paper names neither the one "
                "nor the batch size",
            ),
        ),
        tags=("cifar", "fully-convolutional"),
        notes=(
            "The paper whitens the images and normalizes their contrast first.",
            "The classifier is a 1x1 convolution with a ReLU, averaged over all places.",
        ),
    )
)
def all_cnn_c(input_shape: Shape = (32, 32, 3), classes: int = 10) -> Graph:
    """All-CNN-C: seven 3x3 convolutions, two of them with strides, and two 1x1."""
    return models.Sequential(
        [
            layers.Input(input_shape),
            layers.Dropout(0.2),
            layers.Conv2D(96, (3, 3), padding="same", activation="relu"),
            layers.Conv2D(96, (3, 3), padding="same", activation="relu"),
            layers.Conv2D(96, (3, 3), (2, 2), padding="same", activation="relu", name="stage1"),
            layers.Dropout(0.5),
            layers.Conv2D(192, (3, 3), padding="same", activation="relu"),
            layers.Conv2D(192, (3, 3), padding="same", activation="relu"),
            layers.Conv2D(192, (3, 3), (2, 2), padding="same", activation="relu", name="stage2"),
            layers.Dropout(0.5),
            layers.Conv2D(192, (3, 3), activation="relu"),
            layers.Conv2D(192, (1, 1), activation="relu", name="stage3"),
            layers.Conv2D(classes, (1, 1), activation="relu"),
            layers.GlobalAveragePooling2D(),
            layers.Activation("softmax"),
        ]
    )
