"""Inception-ResNet v2: blocks of branches whose sum is scaled and added to their input.

Source: C. Szegedy et al., "Inception-v4, Inception-ResNet and the Impact of Residual Connections
on Learning" (2016).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from convzoo import layers, models
from convzoo.zoo import Card, Claim, Source, register
from convzoo.zoo.preprocessing import SYMMETRIC

if TYPE_CHECKING:
    from convzoo.graph.dims import Shape
    from convzoo.graph.graph import Graph
    from convzoo.graph.layer import Tensor

_CHANNELS = 3  # The axis.

_Convs = tuple[tuple[int, Any], ...]
"""Convolutions one after the other, each with its filters and its kernel."""


class _Stage(NamedTuple):
    """Residual blocks of one resolution: their name, their number, their scale and branches."""

    name: str
    blocks: int
    scale: float
    branches: tuple[_Convs, ...]


_BLOCK35 = _Stage(
    "block35",
    10,
    0.17,
    (((32, 1),), ((32, 1), (32, 3)), ((32, 1), (48, 3), (64, 3))),
)
_BLOCK17 = _Stage(
    "block17",
    20,
    0.1,
    (((192, 1),), ((128, 1), (160, (1, 7)), (192, (7, 1)))),
)
_BLOCK8 = _Stage(
    "block8",
    10,
    0.2,
    (((192, 1),), ((192, 1), (224, (1, 3)), (256, (3, 1)))),
)


def _conv(
    x: Tensor, filters: int, kernel_size: Any, strides: int = 1, padding: str = "same"
) -> Tensor:
    x = layers.Conv2D(filters, kernel_size, strides, padding, use_bias=False)(x)
    x = layers.BatchNormalization(axis=_CHANNELS, scale=False)(x)
    return layers.Activation("relu")(x)


def _convs(x: Tensor, *steps: tuple[int, Any]) -> Tensor:
    for filters, kernel_size in steps:
        x = _conv(x, filters, kernel_size)
    return x


def _halving(x: Tensor, filters: int) -> Tensor:
    return _conv(x, filters, 3, 2, "valid")


def _concatenated(branches: list[Tensor], name: str) -> Tensor:
    return layers.Concatenate(axis=_CHANNELS, name=name)(branches)


def _residual(x: Tensor, branches: tuple[_Convs, ...], scale: float, name: str) -> Tensor:
    mixed = _concatenated([_convs(x, *steps) for steps in branches], f"{name}_mixed")
    filters: Any = x.shape[_CHANNELS]
    added = layers.Conv2D(filters, 1, padding="same", name=f"{name}_conv")(mixed)
    return layers.LAYERS.get("inception_resnet_v2.CustomScaleLayer")(scale)([x, added])


def _residuals(x: Tensor, stage: _Stage, blocks: int) -> Tensor:
    for number in range(1, blocks + 1):
        name = f"{stage.name}_{number}"
        x = _residual(x, stage.branches, stage.scale, name)
        x = layers.Activation("relu", name=f"{name}_ac")(x)
    return x


@register(
    Card(
        title="Inception-ResNet v2",
        source=Source(
            "C. Szegedy, S. Ioffe, V. Vanhoucke, A. Alemi",
            "Inception-v4, Inception-ResNet and the Impact of Residual Connections on Learning",
            2016,
            "AAAI 2017, arXiv:1602.07261",
        ),
        params=55_813_192,
        total_params=55_873_736,
        claims=(
            Claim("params", "55,873,736", by="keras.io"),
            Claim("accuracy", "80.3 %", on="ImageNet", by="keras.io", samples=50_000),
        ),
        input="299x299 colour images",
        preprocessing=SYMMETRIC,
        stages=("block35_10_ac", "block17_20_ac", "conv_7b_ac"),
        tags=("imagenet", "residual", "keras-application"),
        pretrained="InceptionResNetV2",
        weights_licence="Apache-2.0",
    ),
    aliases=("InceptionResNetV2",),
)
def inception_resnet_v2(input_shape: Shape = (299, 299, 3), classes: int = 1000) -> Graph:
    """A stem of five convolutions, and forty residual blocks at three resolutions."""
    inputs = layers.Input(input_shape)
    x = _halving(inputs, 32)
    x = _conv(x, 32, 3, padding="valid")
    x = _conv(x, 64, 3)
    x = layers.MaxPooling2D(3, 2)(x)
    x = _conv(x, 80, 1, padding="valid")
    x = _conv(x, 192, 3, padding="valid")
    x = layers.MaxPooling2D(3, 2)(x)

    branches = [
        _convs(x, (96, 1)),
        _convs(x, (48, 1), (64, 5)),
        _convs(x, (64, 1), (96, 3), (96, 3)),
        _convs(layers.AveragePooling2D(3, 1, "same")(x), (64, 1)),
    ]
    x = _concatenated(branches, "mixed_5b")
    x = _residuals(x, _BLOCK35, _BLOCK35.blocks)

    branches = [_halving(x, 384), _halving(_convs(x, (256, 1), (256, 3)), 384)]
    x = _concatenated([*branches, layers.MaxPooling2D(3, 2)(x)], "mixed_6a")
    x = _residuals(x, _BLOCK17, _BLOCK17.blocks)

    branches = [
        _halving(_convs(x, (256, 1)), 384),
        _halving(_convs(x, (256, 1)), 288),
        _halving(_convs(x, (256, 1), (288, 3)), 320),
    ]
    x = _concatenated([*branches, layers.MaxPooling2D(3, 2)(x)], "mixed_7a")
    x = _residuals(x, _BLOCK8, _BLOCK8.blocks - 1)
    # The last block is neither scaled down nor activated.
    x = _residual(x, _BLOCK8.branches, 1.0, f"{_BLOCK8.name}_{_BLOCK8.blocks}")

    x = layers.Conv2D(1536, 1, padding="same", use_bias=False, name="conv_7b")(x)
    x = layers.BatchNormalization(axis=_CHANNELS, scale=False, name="conv_7b_bn")(x)
    x = layers.Activation("relu", name="conv_7b_ac")(x)
    x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
    return models.Model(inputs, layers.Dense(classes, activation="softmax", name="predictions")(x))
