"""A small Xception that learns cats and dogs from 2,000 photographs.

Source: F. Chollet, "Deep Learning with Python", 2nd edition (2021), section 9.3.5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from convzoo import layers, models
from convzoo.zoo import Card, Claim, Recipe, Source, register
from convzoo.zoo.preprocessing import UNIT

if TYPE_CHECKING:
    from convzoo.graph.dims import Shape
    from convzoo.graph.graph import Graph
    from convzoo.graph.layer import Tensor


@register(
    Card(
        title="A small Xception: normalized, residual, depthwise separable",
        source=Source(
            "F. Chollet", "Deep Learning with Python, 2nd edition", 2021, "Manning, section 9.3.5"
        ),
        params=718_849,
        total_params=721_857,
        claims=(Claim("accuracy", "90.8 %", on="2,000 cats and dogs", samples=2000),),
        input="180x180 colour images",
        preprocessing=UNIT,
        stages=("stage1", "stage2", "stage3", "stage4", "stage5"),
        recipe=Recipe(
            "cats_vs_dogs",
            "RMSprop",
            epochs=100,
            batch_size=32,
            loss="binary_crossentropy",
            augmentation=("RandomFlip:horizontal", "RandomRotation:0.1", "RandomZoom:0.2"),
            notes=("1,000 images of each class to train on",),
        ),
        tags=("lecture", "small-data", "residual", "depthwise"),
        notes=(
            "The book has the augmentation and the scaling to values up to 1 within the model.",
        ),
    )
)
def mini_xception(input_shape: Shape = (180, 180, 3), classes: int = 1) -> Graph:
    """A convolution and five residual stages; one class is yes or no."""
    inputs = layers.Input(input_shape)
    x = layers.Conv2D(32, (5, 5), use_bias=False)(inputs)
    for stage, filters in enumerate((32, 64, 128, 256, 512), start=1):
        around = layers.Conv2D(filters, (1, 1), strides=(2, 2), padding="same", use_bias=False)(x)
        x = _separable(_separable(x, filters), filters)
        x = layers.MaxPooling2D((3, 3), strides=(2, 2), padding="same")(x)
        x = layers.Add(name=f"stage{stage}")([x, around])
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dropout(0.5)(x)
    activation = "sigmoid" if classes == 1 else "softmax"
    return models.Model(inputs, layers.Dense(classes, activation=activation)(x))


def _separable(x: Tensor, filters: int) -> Any:
    x = layers.Activation("relu")(layers.BatchNormalization()(x))
    return layers.SeparableConv2D(filters, (3, 3), padding="same", use_bias=False)(x)
