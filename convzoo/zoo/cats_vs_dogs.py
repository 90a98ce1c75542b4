"""The convnet of the book that learns cats and dogs from 2,000 photographs.

Source: F. Chollet, "Deep Learning with Python", 1st edition (2017), chapter 5, listings 5.5 to
5.14.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from convzoo import layers, models
from convzoo.zoo import Card, Claim, Recipe, Source, register
from convzoo.zoo.preprocessing import UNIT

if TYPE_CHECKING:
    from convzoo.graph.dims import Shape
    from convzoo.graph.graph import Graph

_ON = "2,000 cats and dogs"


@register(
    Card(
        title="A convnet for little data: augmentation and dropout within it",
        source=Source(
            "F. Chollet", "Deep Learning with Python", 2017, "Manning, listings 5.5 to 5.14"
        ),
        params=3_453_121,
        claims=(
            Claim("params", "3,453,121"),
            Claim("accuracy", "82 %", on=_ON, samples=1000, note="on the validation images"),
            Claim("accuracy", "71 %", on=_ON, samples=1000, note="on the same, augment=False"),
        ),
        input="150x150 colour images",
        preprocessing=UNIT,
        stages=("max_pooling2d", "max_pooling2d_1", "max_pooling2d_2", "max_pooling2d_3"),
        recipe=Recipe(
            "cats_vs_dogs",
            "RMSprop",
            epochs=100,
            batch_size=32,
            optimizer_arguments={"learning_rate": 0.0001},
            loss="binary_crossentropy",
            notes=(
                "1,000 images of each class to train on",
                "an epoch has 100 steps",
                "with augment=False the book takes 30 epochs of 100 steps of 20 images",
            ),
        ),
        tags=("lecture", "small-data"),
        notes=(
            "augment=False leaves out the random layers and the dropout, none of which learns.",
            "The book also shears by 0.2, which Keras took as degrees: half a pixel at the edge. "
            "That is left out.",
        ),
    )
)
def cats_vs_dogs_convnet(
    input_shape: Shape = (150, 150, 3), classes: int = 1, augment: bool = True
) -> Graph:
    """Four convolutions with their poolings, two dense layers; one class is yes or no."""
    augmentation = [
        layers.RandomRotation(40 / 360, fill_mode="nearest"),
        layers.RandomTranslation(0.2, 0.2, fill_mode="nearest"),
        layers.RandomZoom(0.2, 0.2, fill_mode="nearest"),
        layers.RandomFlip("horizontal"),
    ]
    return models.Sequential(
        [
            layers.Input(input_shape),
            *(augmentation if augment else ()),
            layers.Conv2D(32, (3, 3), activation="relu"),
            layers.MaxPooling2D((2, 2)),
            layers.Conv2D(64, (3, 3), activation="relu"),
            layers.MaxPooling2D((2, 2)),
            layers.Conv2D(128, (3, 3), activation="relu"),
            layers.MaxPooling2D((2, 2)),
            layers.Conv2D(128, (3, 3), activation="relu"),
            layers.MaxPooling2D((2, 2)),
            layers.Flatten(),
            *([layers.Dropout(0.5)] if augment else ()),
            layers.Dense(512, activation="relu"),
            layers.Dense(classes, activation="sigmoid" if classes == 1 else "softmax"),
        ]
    )
