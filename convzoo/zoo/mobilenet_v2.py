"""MobileNetV2: narrow residuals, widened for the depthwise convolution within each block.

Equals `MobileNetV2` of `keras.applications`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from convzoo import layers, models
from convzoo.zoo import Card, Claim, Source, register
from convzoo.zoo.cards import claimed_by_keras
from convzoo.zoo.padding import padding_before_stride_2
from convzoo.zoo.preprocessing import SYMMETRIC

if TYPE_CHECKING:
    from convzoo.graph.dims import Shape
    from convzoo.graph.graph import Graph

# How many times a block widens its input, filters, blocks, and the stride of the first of them.
_GROUPS = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)


@register(
    Card(
        title="Inverted residuals with linear bottlenecks",
        source=Source(
            "M. Sandler, A. Howard, M. Zhu, A. Zhmoginov, L.-C. Chen",
            "MobileNetV2: Inverted Residuals and Linear Bottlenecks",
            2018,
            "CVPR 2018, arXiv:1801.04381",
        ),
        params=3_504_872,
        total_params=3_538_984,
        claims=(
            Claim("macs", "300 M"),
            Claim("accuracy", "72.0 %", on="ImageNet", samples=50_000, note="top-1"),
            *claimed_by_keras("3.5 M", "71.3 %"),
        ),
        input="224x224 colour images",
        preprocessing=SYMMETRIC,
        stages=(
            "expanded_conv_project_BN",
            "block_2_add",
            "block_5_add",
            "block_12_add",
            "out_relu",
        ),
        activation="relu6",
        tags=("imagenet", "mobile", "depthwise", "residual", "keras-application"),
        pretrained="MobileNetV2",
        weights_licence="Apache-2.0",
    ),
    aliases=("MobileNetV2",),
)
def mobilenet_v2(input_shape: Shape = (224, 224, 3), classes: int = 1000) -> Graph:
    """A convolution, 17 blocks, and a 1x1 convolution to 1,280 channels."""
    inputs = layers.Input(input_shape)
    x = layers.Conv2D(32, 3, strides=2, padding="same", use_bias=False, name="Conv1")(inputs)
    x = _relu(_norm(x, "bn_Conv1"), "Conv1_relu")
    number = 0
    for widening, filters, count, stride in _GROUPS:
        for within in range(count):
            name = f"block_{number}" if number else "expanded_conv"
            x = _block(x, widening, filters, stride if within == 0 else 1, name)
            number += 1
    x = layers.Conv2D(1280, 1, use_bias=False, name="Conv_1")(x)
    x = _relu(_norm(x, "Conv_1_bn"), "out_relu")
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dense(classes, activation="softmax", name="predictions")(x)
    return models.Model(inputs, x)


def _block(x: Any, widening: int, filters: int, stride: int, name: str) -> Any:
    narrow, channels = x, x.shape[-1]
    if widening > 1:
        x = layers.Conv2D(
            widening * channels, 1, padding="same", use_bias=False, name=f"{name}_expand"
        )(x)
        x = _relu(_norm(x, f"{name}_expand_BN"), f"{name}_expand_relu")
    if stride == 2:
        x = layers.ZeroPadding2D(padding_before_stride_2(x, 3), name=f"{name}_pad")(x)
    x = layers.DepthwiseConv2D(
        3,
        strides=stride,
        padding="same" if stride == 1 else "valid",
        use_bias=False,
        name=f"{name}_depthwise",
    )(x)
    x = _relu(_norm(x, f"{name}_depthwise_BN"), f"{name}_depthwise_relu")
    x = layers.Conv2D(filters, 1, padding="same", use_bias=False, name=f"{name}_project")(x)
    x = _norm(x, f"{name}_project_BN")
    if stride == 1 and filters == channels:
        x = layers.Add(name=f"{name}_add")([narrow, x])
    return x


def _norm(x: Any, name: str) -> Any:
    return layers.BatchNormalization(epsilon=1e-3, momentum=0.999, name=name)(x)


def _relu(x: Any, name: str) -> Any:
    return layers.ReLU(6.0, name=name)(x)
