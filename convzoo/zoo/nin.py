"""Network in Network: each convolution is followed by a small dense net at every place.

Source: M. Lin, Q. Chen, S. Yan, "Network In Network", ICLR 2014, and the CIFAR-10 model that its
authors published for Caffe, which has the sizes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from convzoo import layers, models
from convzoo.zoo import Card, Claim, Recipe, Source, register
from convzoo.zoo.preprocessing import UNIT

if TYPE_CHECKING:
    from convzoo.graph.dims import Shape
    from convzoo.graph.graph import Graph


def _convolution(filters: int, kernel_size: int, name: Any = None) -> Any:
    return layers.Conv2D(
        filters, (kernel_size, kernel_size), padding="same", activation="relu", name=name
    )


@register(
    Card(
        title="Convolutions with a small dense net at every place",
        source=Source("M. Lin, Q. Chen, S. Yan", "Network In Network", 2014, "ICLR"),
        params=966_986,
        claims=(
            Claim("error", "10.41 %", on="CIFAR-10", note="without augmentation"),
            Claim("error", "8.81 %", on="CIFAR-10", note="with shifted and flipped images"),
        ),
        input="32x32 colour images",
        preprocessing=UNIT,
        stages=("stage1", "stage2", "stage3"),
        recipe=Recipe(
            "cifar10",
            "SGD",
            epochs=307,
            batch_size=128,
            optimizer_arguments={"learning_rate": 0.1, "momentum": 0.9},
            schedule="PiecewiseConstantDecay",
            schedule_arguments={"boundaries": [256], "values": [0.1, 0.01]},
            augmentation=("ZeroPadding2D:4", "RandomCrop:32,32", "RandomFlip:horizontal"),
            notes=(
                "weight decay of 0.0001",
                "the paper divides the rate by 10 twice, each time when the accuracy on the "
                "training images stops improving; the epochs are those of a published Caffe run",
            ),
        ),
        tags=("cifar", "fully-convolutional"),
        notes=(
            "The paper whitens the images and normalizes their contrast first.",
            "The classifier is a 1x1 convolution with a ReLU, averaged over all places.",
        ),
    )
)
def nin(input_shape: Shape = (32, 32, 3), classes: int = 10) -> Graph:
    """Three convolutions, two 1x1 after each."""
    return models.Sequential(
        [
            layers.Input(input_shape),
            _convolution(192, 5),
            _convolution(160, 1),
            _convolution(96, 1),
            layers.MaxPooling2D((3, 3), strides=(2, 2), padding="same", name="stage1"),
            layers.Dropout(0.5),
            _convolution(192, 5),
            _convolution(192, 1),
            _convolution(192, 1),
            layers.AveragePooling2D((3, 3), strides=(2, 2), padding="same", name="stage2"),
            layers.Dropout(0.5),
            _convolution(192, 3),
            _convolution(192, 1, name="stage3"),
            _convolution(classes, 1),
            layers.GlobalAveragePooling2D(),
            layers.Activation("softmax"),
        ]
    )
