"""Densely connected networks: each layer takes the outputs of all layers before it in its block.

Equals `DenseNet121`, `DenseNet169` and `DenseNet201` of `keras.applications`.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from convzoo import layers, models
from convzoo.zoo import Card, Claim, Source, register
from convzoo.zoo.cards import claimed_by_keras
from convzoo.zoo.preprocessing import IMAGENET_STANDARD

if TYPE_CHECKING:
    from convzoo.graph.dims import Shape
    from convzoo.graph.graph import Graph

_GROWTH = 32


def densenet(
    input_shape: Shape = (224, 224, 3), classes: int = 1000, *, blocks: tuple[int, ...]
) -> Graph:
    """Four dense blocks, of as many layers as are given for each, that halve in between."""
    inputs = layers.Input(input_shape)
    x = layers.ZeroPadding2D(3)(inputs)
    x = layers.Conv2D(64, 7, strides=2, use_bias=False, name="conv1_conv")(x)
    x = _norm_relu(x, "conv1_bn", "conv1_relu")
    x = layers.ZeroPadding2D(1)(x)
    x = layers.MaxPooling2D(3, strides=2, name="pool1")(x)
    for block, count in enumerate(blocks, 2):
        for number in range(1, count + 1):
            x = _grown(x, f"conv{block}_block{number}")
        if block < len(blocks) + 1:
            x = _halved(x, f"pool{block}")
    x = _norm_relu(x, "bn", "relu")
    x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
    x = layers.Dense(classes, activation="softmax", name="predictions")(x)
    return models.Model(inputs, x)


def _grown(x: Any, name: str) -> Any:
    """The input with new channels beside it, made through a bottleneck."""
    new = _norm_relu(x, f"{name}_0_bn", f"{name}_0_relu")
    new = layers.Conv2D(4 * _GROWTH, 1, use_bias=False, name=f"{name}_1_conv")(new)
    new = _norm_relu(new, f"{name}_1_bn", f"{name}_1_relu")
    new = layers.Conv2D(_GROWTH, 3, padding="same", use_bias=False, name=f"{name}_2_conv")(new)
    return layers.Concatenate(axis=3, name=f"{name}_concat")([x, new])


def _halved(x: Any, name: str) -> Any:
    """Half the channels at half the resolution."""
    x = _norm_relu(x, f"{name}_bn", f"{name}_relu")
    x = layers.Conv2D(x.shape[3] // 2, 1, use_bias=False, name=f"{name}_conv")(x)
    return layers.AveragePooling2D(2, strides=2, name=f"{name}_pool")(x)


def _norm_relu(x: Any, norm: str, relu: str) -> Any:
    x = layers.BatchNormalization(axis=3, epsilon=1.001e-5, name=norm)(x)
    return layers.Activation("relu", name=relu)(x)


# Depth, blocks, parameters that learn and all, and what the paper and Keras's table print.
_TABLE: tuple[tuple[int, tuple[int, ...], int, int, str, str, str], ...] = (
    (121, (6, 12, 24, 16), 7_978_856, 8_062_504, "25.02 %", "8.1 M", "75.0 %"),
    (169, (6, 12, 32, 32), 14_149_480, 14_307_880, "23.80 %", "14.3 M", "76.2 %"),
    (201, (6, 12, 48, 32), 20_013_928, 20_242_984, "22.58 %", "20.2 M", "77.3 %"),
)

for _depth, _blocks, _params, _total, _error, _printed, _accuracy in _TABLE:
    register(
        Card(
            title=f"Densely connected network with {_depth} layers of weights",
            source=Source(
                "G. Huang, Z. Liu, L. van der Maaten, K. Q. Weinberger",
                "Densely Connected Convolutional Networks",
                2016,
                "CVPR 2017, arXiv:1608.06993",
            ),
            params=_params,
            total_params=_total,
            claims=(
                Claim("error", _error, on="ImageNet", samples=50_000, note="top-1, one crop"),
                *claimed_by_keras(_printed, _accuracy),
            ),
            input="224x224 colour images",
            preprocessing=IMAGENET_STANDARD,
            stages=(
                *(f"conv{block}_block{count}_concat" for block, count in enumerate(_blocks[:3], 2)),
                "relu",
            ),
            tags=("imagenet", "dense-connections", "keras-application"),
            pretrained=f"DenseNet{_depth}",
            weights_licence="BSD-3-Clause",
        ),
        name=f"densenet{_depth}",
        aliases=(f"DenseNet{_depth}",),
    )(partial(densenet, blocks=_blocks))
