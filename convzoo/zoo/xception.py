"""Xception: depthwise separable convolutions in residual blocks of three flows.

Equals `Xception` of `keras.applications`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from convzoo import layers, models
from convzoo.zoo import Card, Claim, Source, register
from convzoo.zoo.cards import claimed_by_keras
from convzoo.zoo.preprocessing import SYMMETRIC

if TYPE_CHECKING:
    from convzoo.graph.dims import Shape
    from convzoo.graph.graph import Graph


@register(
    Card(
        title="Depthwise separable convolutions with residuals",
        source=Source(
            "F. Chollet",
            "Xception: Deep Learning with Depthwise Separable Convolutions",
            2016,
            "CVPR 2017, arXiv:1610.02357",
        ),
        params=22_855_952,
        total_params=22_910_480,
        claims=(
            Claim("trainable_params", "22,855,952"),
            Claim("accuracy", "79.0 %", on="ImageNet", samples=50_000, note="top-1"),
            *claimed_by_keras("22.9 M", "79.0 %"),
        ),
        input="299x299 colour images",
        preprocessing=SYMMETRIC,
        stages=("block1_conv2_act", "add", "add_1", "add_10", "block14_sepconv2_act"),
        tags=("imagenet", "depthwise", "residual", "keras-application"),
        pretrained="Xception",
        weights_licence="MIT",
    ),
    aliases=("Xception",),
)
def xception(input_shape: Shape = (299, 299, 3), classes: int = 1000) -> Graph:
    """Two convolutions, three blocks that halve, eight that don't, one that does, and two more."""
    inputs = layers.Input(input_shape)
    x = layers.Conv2D(32, 3, strides=2, use_bias=False, name="block1_conv1")(inputs)
    x = _relu(_norm(x, "block1_conv1_bn"), "block1_conv1_act")
    x = layers.Conv2D(64, 3, use_bias=False, name="block1_conv2")(x)
    x = _relu(_norm(x, "block1_conv2_bn"), "block1_conv2_act")
    for block, filters in enumerate((128, 256, 728), 2):
        x = _halving(x, f"block{block}", filters, filters, begins_with_relu=block > 2)
    for block in range(5, 13):
        before = x
        for number in range(1, 4):
            name = f"block{block}_sepconv{number}"
            x = _separable(_relu(x, f"{name}_act"), name, 728)
        x = layers.Add()([x, before])
    x = _halving(x, "block13", 728, 1024)
    for number, filters in enumerate((1536, 2048), 1):
        name = f"block14_sepconv{number}"
        x = _relu(_separable(x, name, filters), f"{name}_act")
    x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
    x = layers.Dense(classes, activation="softmax", name="predictions")(x)
    return models.Model(inputs, x)


def _halving(x: Any, name: str, first: int, second: int, *, begins_with_relu: bool = True) -> Any:
    """Two separable convolutions and a pooling, and a shortcut that strides."""
    shortcut = layers.Conv2D(second, 1, strides=2, padding="same", use_bias=False)(x)
    shortcut = layers.BatchNormalization()(shortcut)
    if begins_with_relu:
        x = _relu(x, f"{name}_sepconv1_act")
    x = _separable(x, f"{name}_sepconv1", first)
    x = _separable(_relu(x, f"{name}_sepconv2_act"), f"{name}_sepconv2", second)
    x = layers.MaxPooling2D(3, strides=2, padding="same", name=f"{name}_pool")(x)
    return layers.Add()([x, shortcut])


def _separable(x: Any, name: str, filters: int) -> Any:
    x = layers.SeparableConv2D(filters, 3, padding="same", use_bias=False, name=name)(x)
    return _norm(x, f"{name}_bn")


def _norm(x: Any, name: str) -> Any:
    return layers.BatchNormalization(name=name)(x)


def _relu(x: Any, name: str) -> Any:
    return layers.Activation("relu", name=name)(x)
