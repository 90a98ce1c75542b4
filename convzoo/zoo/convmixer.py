"""ConvMixer: patches, mixed along places and along channels in turn.

Source: A. Trockman, J. Z. Kolter, "Patches Are All You Need?", TMLR 2023, and
https://github.com/locuslab/convmixer-cifar10.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from convzoo import layers, models
from convzoo.zoo import Card, Claim, Recipe, Source, register
from convzoo.zoo.preprocessing import CIFAR10_STANDARD

if TYPE_CHECKING:
    from convzoo.graph.dims import Shape
    from convzoo.graph.graph import Graph
    from convzoo.graph.layer import Tensor


def convmixer(
    input_shape: Shape = (32, 32, 3),
    classes: int = 10,
    filters: int = 256,
    depth: int = 8,
    kernel_size: int = 5,
    patch_size: int = 2,
) -> Graph:
    """Patches, and blocks of a depthwise convolution with a shortcut and a 1x1 convolution.

    Args:
        input_shape: height, width and channels of the images.
        classes: how many there are.
        filters: the maps everywhere.
        depth: how many blocks there are.
        kernel_size: the size of the depthwise convolutions.
        patch_size: height and width of a patch.
    """
    patches = (patch_size, patch_size)
    inputs = layers.Input(input_shape)
    x = _normalized(layers.Conv2D(filters, patches, strides=patches)(inputs), name="patches")
    for block in range(1, depth + 1):
        mixed = layers.DepthwiseConv2D((kernel_size, kernel_size), padding="same")(x)
        x = layers.Add()([_normalized(mixed), x])
        x = _normalized(layers.Conv2D(filters, (1, 1))(x), name=f"block{block}")
    x = layers.GlobalAveragePooling2D()(x)
    return models.Model(inputs, layers.Dense(classes, activation="softmax")(x))


def _normalized(x: Tensor, name: Any = None) -> Any:
    return layers.BatchNormalization(name=name)(layers.Activation("gelu")(x))


_AUGMENTATION = ("RandomFlip:horizontal", "RandAugment:num_ops=2,factor=0.4")
_RECIPE = Recipe(
    "cifar10",
    "AdamW",
    epochs=25,
    batch_size=512,
    optimizer_arguments={"learning_rate": 0.05, "weight_decay": 0.005},
    augmentation=_AUGMENTATION,
    notes=(
        "the rate rises from 0 in 10 epochs, falls to a twentieth in 10 more and to 0 in the last",
        "of the random changes the published script takes 2, of magnitude 12 of 30",
    ),
)
_LONG_RECIPE = Recipe(
    "cifar10",
    "AdamW",
    epochs=200,
    batch_size=512,
    optimizer_arguments={"learning_rate": 0.01, "weight_decay": 0.01},
    augmentation=_AUGMENTATION,
    notes=(
        "the rate rises from 0 and falls to 0 again in straight lines",
        "images are also erased in part, and mixed by mixup and CutMix; gradients are clipped",
        "rate, batch size and weight decay are the defaults of the published script",
    ),
)


def _card(
    title: str, params: int, total_params: int, claims: tuple[Claim, ...], recipe: Recipe
) -> Card:
    return Card(
        title=title,
        source=Source(
            "A. Trockman, J. Z. Kolter",
            "Patches Are All You Need?",
            2023,
            "TMLR; github.com/locuslab/convmixer-cifar10",
        ),
        params=params,
        total_params=total_params,
        claims=claims,
        input="32x32 colour images",
        preprocessing=CIFAR10_STANDARD,
        stages=("block4", "block8"),
        activation="gelu",
        recipe=recipe,
        tags=("cifar", "depthwise", "residual"),
    )


register(
    _card(
        "ConvMixer of 8 blocks: patches of 2x2, kernels of 5x5",
        594_186,
        602_890,
        (Claim("accuracy", "92.5 %", on="CIFAR-10", note="about, after 25 epochs"),),
        _RECIPE,
    ),
    name="convmixer_256_8",
)(convmixer)

register(
    _card(
        "ConvMixer of 8 blocks: every pixel a patch, kernels of 9x9",
        706_570,
        715_274,
        (
            Claim("params", "0.7 M"),
            Claim("accuracy", "96 %", on="CIFAR-10", note="after 200 epochs"),
        ),
        _LONG_RECIPE,
    ),
    name="convmixer_256_8_k9_p1",
)(partial(convmixer, kernel_size=9, patch_size=1))
