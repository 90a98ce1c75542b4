"""Residual networks: bottleneck blocks whose outputs are added to their inputs.

Equals `ResNet50` to `ResNet152` and `ResNet50V2` to `ResNet152V2` of `keras.applications`. In the
second version normalization and activation stand before each convolution, so that what is added
up passes from block to block unchanged.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from convzoo import layers, models
from convzoo.zoo import Card, Claim, Source, register
from convzoo.zoo.cards import claimed_by_keras
from convzoo.zoo.preprocessing import IMAGENET_MEAN, SYMMETRIC

if TYPE_CHECKING:
    from convzoo.graph.dims import Shape
    from convzoo.graph.graph import Graph

_FILTERS = (64, 128, 256, 512)


def resnet(
    input_shape: Shape = (224, 224, 3), classes: int = 1000, *, blocks: tuple[int, ...]
) -> Graph:
    """Four stages, of as many blocks as are given for each; the first block of a stage strides."""
    inputs = layers.Input(input_shape)
    x = layers.ZeroPadding2D(3, name="conv1_pad")(inputs)
    x = layers.Conv2D(64, 7, strides=2, name="conv1_conv")(x)
    x = _relu(_norm(x, "conv1_bn"), "conv1_relu")
    x = _first_pool(x)
    for stage, (filters, count) in enumerate(zip(_FILTERS, blocks, strict=True), 2):
        for block in range(1, count + 1):
            stride = 2 if block == 1 and stage > 2 else 1
            x = _block(x, filters, stride, block == 1, f"conv{stage}_block{block}")
    return models.Model(inputs, _classified(x, classes))


def _block(x: Any, filters: int, stride: int, widens: bool, name: str) -> Any:
    shortcut = x
    if widens:
        shortcut = layers.Conv2D(4 * filters, 1, strides=stride, name=f"{name}_0_conv")(x)
        shortcut = _norm(shortcut, f"{name}_0_bn")
    x = layers.Conv2D(filters, 1, strides=stride, name=f"{name}_1_conv")(x)
    x = _relu(_norm(x, f"{name}_1_bn"), f"{name}_1_relu")
    x = layers.Conv2D(filters, 3, padding="same", name=f"{name}_2_conv")(x)
    x = _relu(_norm(x, f"{name}_2_bn"), f"{name}_2_relu")
    x = layers.Conv2D(4 * filters, 1, name=f"{name}_3_conv")(x)
    x = layers.Add(name=f"{name}_add")([shortcut, _norm(x, f"{name}_3_bn")])
    return _relu(x, f"{name}_out")


def resnet_v2(
    input_shape: Shape = (224, 224, 3), classes: int = 1000, *, blocks: tuple[int, ...]
) -> Graph:
    """Four stages, of as many blocks as are given for each; the last block of a stage strides."""
    inputs = layers.Input(input_shape)
    x = layers.ZeroPadding2D(3, name="conv1_pad")(inputs)
    x = layers.Conv2D(64, 7, strides=2, name="conv1_conv")(x)
    x = _first_pool(x)
    for stage, (filters, count) in enumerate(zip(_FILTERS, blocks, strict=True), 2):
        for block in range(1, count + 1):
            stride = 2 if block == count and stage < 5 else 1
            x = _block_v2(x, filters, stride, block == 1, f"conv{stage}_block{block}")
    x = _relu(_norm(x, "post_bn"), "post_relu")
    return models.Model(inputs, _classified(x, classes))


def _block_v2(x: Any, filters: int, stride: int, widens: bool, name: str) -> Any:
    shortcut = x
    x = _relu(_norm(x, f"{name}_preact_bn"), f"{name}_preact_relu")
    if widens:
        shortcut = layers.Conv2D(4 * filters, 1, strides=stride, name=f"{name}_0_conv")(x)
    elif stride > 1:
        shortcut = layers.MaxPooling2D(1, strides=stride)(shortcut)
    x = layers.Conv2D(filters, 1, use_bias=False, name=f"{name}_1_conv")(x)
    x = _relu(_norm(x, f"{name}_1_bn"), f"{name}_1_relu")
    x = layers.ZeroPadding2D(1, name=f"{name}_2_pad")(x)
    x = layers.Conv2D(filters, 3, strides=stride, use_bias=False, name=f"{name}_2_conv")(x)
    x = _relu(_norm(x, f"{name}_2_bn"), f"{name}_2_relu")
    x = layers.Conv2D(4 * filters, 1, name=f"{name}_3_conv")(x)
    return layers.Add(name=f"{name}_out")([shortcut, x])


def _norm(x: Any, name: str) -> Any:
    return layers.BatchNormalization(axis=3, epsilon=1.001e-5, name=name)(x)


def _relu(x: Any, name: str) -> Any:
    return layers.Activation("relu", name=name)(x)


def _first_pool(x: Any) -> Any:
    x = layers.ZeroPadding2D(1, name="pool1_pad")(x)
    return layers.MaxPooling2D(3, strides=2, name="pool1_pool")(x)


def _classified(x: Any, classes: int) -> Any:
    x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
    return layers.Dense(classes, activation="softmax", name="predictions")(x)


_INPUT = "224x224 colour images"
_TAGS = ("imagenet", "residual", "keras-application")

# Depth, blocks, parameters that learn and all, and what the paper and Keras's table print.
_TABLE: tuple[tuple[int, tuple[int, ...], int, int, str, str, str, str], ...] = (
    (50, (3, 4, 6, 3), 25_583_592, 25_636_712, "3.8 G", "22.85 %", "25.6 M", "74.9 %"),
    (101, (3, 4, 23, 3), 44_601_832, 44_707_176, "7.6 G", "21.75 %", "44.7 M", "76.4 %"),
    (152, (3, 8, 36, 3), 60_268_520, 60_419_944, "11.3 G", "21.43 %", "60.4 M", "76.6 %"),
)

for _depth, _blocks, _params, _total, _macs, _error, _printed, _accuracy in _TABLE:
    register(
        Card(
            title=f"Residual network with {_depth} layers of weights",
            source=Source(
                "K. He, X. Zhang, S. Ren, J. Sun",
                "Deep Residual Learning for Image Recognition",
                2015,
                "CVPR 2016, arXiv:1512.03385",
            ),
            params=_params,
            total_params=_total,
            claims=(
                Claim("macs", _macs),
                Claim("error", _error, on="ImageNet", samples=50_000, note="top-1, ten crops"),
                *claimed_by_keras(_printed, _accuracy),
            ),
            input=_INPUT,
            preprocessing=IMAGENET_MEAN,
            stages=tuple(f"conv{stage}_block{count}_out" for stage, count in enumerate(_blocks, 2)),
            tags=_TAGS,
            pretrained=f"ResNet{_depth}",
            weights_licence="MIT",
        ),
        name=f"resnet{_depth}",
        aliases=(f"ResNet{_depth}",),
    )(partial(resnet, blocks=_blocks))

# Depth, blocks, parameters that learn and all, and what Keras's table prints.
_TABLE_V2: tuple[tuple[int, tuple[int, ...], int, int, str, str], ...] = (
    (50, (3, 4, 6, 3), 25_568_360, 25_613_800, "25.6 M", "76.0 %"),
    (101, (3, 4, 23, 3), 44_577_896, 44_675_560, "44.7 M", "77.2 %"),
    (152, (3, 8, 36, 3), 60_236_904, 60_380_648, "60.4 M", "78.0 %"),
)

for _depth, _blocks, _params, _total, _printed, _accuracy in _TABLE_V2:
    register(
        Card(
            title=f"Residual network with {_depth} layers of weights, activations first",
            source=Source(
                "K. He, X. Zhang, S. Ren, J. Sun",
                "Identity Mappings in Deep Residual Networks",
                2016,
                "ECCV 2016, arXiv:1603.05027",
            ),
            params=_params,
            total_params=_total,
            claims=claimed_by_keras(_printed, _accuracy),
            input=_INPUT,
            preprocessing=SYMMETRIC,
            stages=(
                *(f"conv{stage}_block{count}_out" for stage, count in enumerate(_blocks[:-1], 2)),
                "post_relu",
            ),
            tags=_TAGS,
            pretrained=f"ResNet{_depth}V2",
            weights_licence="BSD",
            notes=("A stage strides in its last block: the first ends at an eighth of the input.",),
        ),
        name=f"resnet{_depth}_v2",
        aliases=(f"ResNet{_depth}V2",),
    )(partial(resnet_v2, blocks=_blocks))
