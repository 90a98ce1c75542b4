"""U-Net: down to the context and up again to the places.

Source: O. Ronneberger, P. Fischer, T. Brox, "U-Net: Convolutional Networks for Biomedical Image
Segmentation", MICCAI 2015, figure 1.
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
    from convzoo.graph.layer import Tensor

_FILTERS = (64, 128, 256, 512, 1024)


@register(
    Card(
        title="U-Net: segmentation of cells, 572x572 pixels in, 388x388 out",
        source=Source(
            "O. Ronneberger, P. Fischer, T. Brox",
            "U-Net: Convolutional Networks for Biomedical Image Segmentation",
            2015,
            "MICCAI",
        ),
        params=31_030_658,
        claims=(
            Claim("intersection over union", "92.03 %", on="PhC-U373"),
            Claim("intersection over union", "77.56 %", on="DIC-HeLa"),
        ),
        input="572x572 grey images",
        preprocessing=UNIT,
        stages=(
            "encoder1",
            "encoder2",
            "encoder3",
            "encoder4",
            "encoder5",
            "decoder4",
            "decoder3",
            "decoder2",
            "decoder1",
        ),
        recipe=Recipe(
            "isbi_2012",
            "SGD",
            epochs=2000,
            batch_size=1,
            optimizer_arguments={"learning_rate": 0.001, "momentum": 0.99},
            augmentation=(
                "RandomElasticTransform:1.0,1.0",
                "RandomRotation:0.5",
                "RandomFlip",
            ),
            notes=(
                "each pixel's loss has a weight that is larger between cells that touch",
                "rate and epochs are chosen here: the paper says ten hours for 30 images",
                "deformed by vectors on a 3x3 grid, of a deviation of 10 pixels",
            ),
        ),
        tags=("segmentation", "fully-convolutional"),
        notes=(
            "The convolutions have no padding, so the output is smaller; an input whose maps all "
            "have even sizes before they are pooled, such as 572 or 188, loses nothing else.",
        ),
    )
)
def unet(input_shape: Shape = (572, 572, 1), classes: int = 2) -> Graph:
    """Five levels down and four up again; each of these takes the same level's maps, cropped.

    Args:
        input_shape: height, width and channels of the images; the crops follow from them.
        classes: how many there are; a single one is yes or no.

    Raises:
        ArgumentError: when a size of the input is unknown.
    """
    if None in input_shape:
        raise ArgumentError(
            "input_shape must have known sizes, from which the crops follow. "
            f"Received {tuple(input_shape)}."
        )
    inputs = x = layers.Input(input_shape)
    skipped = []
    for level, filters in enumerate(_FILTERS, start=1):
        if level > 1:
            x = layers.MaxPooling2D((2, 2))(x)
        x = _convolutions(x, filters, f"encoder{level}")
        skipped.append(x)
        if level >= 4:
            x = layers.Dropout(0.5)(x)
    for level in (4, 3, 2, 1):
        filters = _FILTERS[level - 1]
        x = layers.Conv2DTranspose(filters, (2, 2), strides=(2, 2), activation="relu")(x)
        x = layers.Concatenate()([_cropped(skipped[level - 1], x), x])
        x = _convolutions(x, filters, f"decoder{level}")
    activation = "sigmoid" if classes == 1 else "softmax"
    return models.Model(inputs, layers.Conv2D(classes, (1, 1), activation=activation)(x))


def _convolutions(x: Tensor, filters: int, name: str) -> Any:
    for own_name in (f"{name}_conv1", name):
        x = layers.Conv2D(
            filters,
            (3, 3),
            activation="relu",
            kernel_initializer="he_normal",
            name=own_name,
        )(x)
    return x


def _cropped(x: Any, like: Any) -> Any:
    """The middle of the maps, as large as the others are."""
    left_over = [size - kept for size, kept in zip(x.shape[1:3], like.shape[1:3], strict=True)]
    return layers.Cropping2D([(size // 2, size - size // 2) for size in left_over])(x)
