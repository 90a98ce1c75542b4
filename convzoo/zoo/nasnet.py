"""NASNet-A: two cells that were searched for on CIFAR-10, stacked for ImageNet.

Source: B. Zoph et al., "Learning Transferable Architectures for Scalable Image Recognition" (2017).
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from convzoo import layers, models
from convzoo.zoo import Card, Claim, Source, register
from convzoo.zoo.overrides import check_pooling, global_pooling
from convzoo.zoo.padding import padding_before_stride_2
from convzoo.zoo.preprocessing import SYMMETRIC

if TYPE_CHECKING:
    from convzoo.graph.dims import Shape
    from convzoo.graph.graph import Graph
    from convzoo.graph.layer import Tensor


class _Variant(NamedTuple):
    """What tells one NASNet-A from the other.

    Args:
        filters: of the cells of the first stage; each stage has twice as many.
        cells: normal cells of each stage.
        stem_filters: of the first convolution.
        reductions_are_skipped: whether the cell that follows a reduction has, as its second input,
            that of the reduction; otherwise it has the first.
    """

    filters: int
    cells: int
    stem_filters: int
    reductions_are_skipped: bool


def _normalized(x: Tensor, name: str) -> Tensor:
    return layers.BatchNormalization(momentum=0.9997, epsilon=1e-3, name=name)(x)


def _conv(x: Tensor, filters: int, name: str) -> Tensor:
    return layers.Conv2D(
        filters, 1, padding="same", use_bias=False, kernel_initializer="he_normal", name=name
    )(x)


def _projected(x: Tensor, filters: int, conv_name: str, normalization_name: str) -> Tensor:
    x = _conv(layers.Activation("relu")(x), filters, conv_name)
    return _normalized(x, normalization_name)


def _separable(x: Tensor, filters: int, kernel_size: int, name: str, strides: int = 1) -> Tensor:
    """Two separable convolutions, the strides in the first."""
    padding = "same"
    x = layers.Activation("relu")(x)
    if strides == 2:
        zeros = padding_before_stride_2(x, kernel_size)
        x = layers.ZeroPadding2D(zeros, name=f"separable_conv_1_pad_{name}")(x)
        padding = "valid"
    x = layers.SeparableConv2D(
        filters, kernel_size, strides, padding, use_bias=False, name=f"separable_conv_1_{name}"
    )(x)
    x = layers.Activation("relu")(_normalized(x, f"separable_conv_1_bn_{name}"))
    x = layers.SeparableConv2D(
        filters, kernel_size, padding="same", use_bias=False, name=f"separable_conv_2_{name}"
    )(x)
    return _normalized(x, f"separable_conv_2_bn_{name}")


def _shifted(x: Tensor) -> Tensor:
    """The maps without their first row and column, and zeros behind the last ones."""
    x = layers.ZeroPadding2D(((0, 1), (0, 1)))(x)
    return layers.Cropping2D(((1, 0), (1, 0)))(x)


def _sampled(x: Tensor, filters: int, number: int, name: str) -> Tensor:
    x = layers.AveragePooling2D(1, 2, name=f"adjust_avg_pool_{number}_{name}")(x)
    return _conv(x, filters, f"adjust_conv_{number}_{name}")


def _adjusted(before: Tensor | None, x: Tensor, filters: int, name: str) -> Tensor:
    """The second input of a cell, with the width of the first and so many channels."""
    if before is None:
        return x
    if before.shape[2] != x.shape[2]:
        before = layers.Activation("relu", name=f"adjust_relu_1_{name}")(before)
        halves = [
            _sampled(before, filters // 2, 1, name),
            _sampled(_shifted(before), filters // 2, 2, name),
        ]
        return _normalized(layers.Concatenate()(halves), f"adjust_bn_{name}")
    if before.shape[3] != filters:
        return _projected(before, filters, f"adjust_conv_projection_{name}", f"adjust_bn_{name}")
    return before


def _normal(x: Tensor, before: Tensor | None, filters: int, name: str) -> Tensor:
    """Figure 4, left: the cell that keeps the size."""
    p = _adjusted(before, x, filters, name)
    h = _projected(x, filters, f"normal_conv_1_{name}", f"normal_bn_1_{name}")

    def separable(tensor: Tensor, kernel_size: int, place: str) -> Tensor:
        return _separable(tensor, filters, kernel_size, f"normal_{place}_{name}")

    def pooled(tensor: Tensor, place: str) -> Tensor:
        return layers.AveragePooling2D(3, 1, "same", name=f"normal_{place}_{name}")(tensor)

    pairs = [
        [separable(h, 5, "left1"), separable(p, 3, "right1")],
        [separable(p, 5, "left2"), separable(p, 3, "right2")],
        [pooled(h, "left3"), p],
        [pooled(p, "left4"), pooled(p, "right4")],
        [separable(h, 3, "left5"), h],
    ]
    sums = [
        layers.Add(name=f"normal_add_{number}_{name}")(pair) for number, pair in enumerate(pairs, 1)
    ]
    return layers.Concatenate(name=f"normal_concat_{name}")([p, *sums])


def _reduction(x: Tensor, before: Tensor | None, filters: int, name: str) -> Tensor:
    """Figure 4, right: the cell that halves the size."""
    p = _adjusted(before, x, filters, name)
    h = _projected(x, filters, f"reduction_conv_1_{name}", f"reduction_bn_1_{name}")
    zeros = padding_before_stride_2(h, 3)
    padded = layers.ZeroPadding2D(zeros, name=f"reduction_pad_1_{name}")(h)

    def separable(tensor: Tensor, kernel_size: int, place: str, strides: int = 2) -> Tensor:
        return _separable(tensor, filters, kernel_size, f"reduction_{place}_{name}", strides)

    def added(one: Tensor, other: Tensor, place: str) -> Tensor:
        return layers.Add(name=f"reduction_{place}_{name}")([one, other])

    first = added(separable(h, 5, "left1"), separable(p, 7, "right1"), "add_1")
    pooled = layers.MaxPooling2D(3, 2, name=f"reduction_left2_{name}")(padded)
    second = added(pooled, separable(p, 7, "right2"), "add_2")
    pooled = layers.AveragePooling2D(3, 2, name=f"reduction_left3_{name}")(padded)
    third = added(pooled, separable(p, 5, "right3"), "add3")
    pooled = layers.AveragePooling2D(3, 1, "same", name=f"reduction_left4_{name}")(first)
    fourth = layers.Add()([second, pooled])
    smoothed = separable(first, 3, "left4", strides=1)
    pooled = layers.MaxPooling2D(3, 2, name=f"reduction_right5_{name}")(padded)
    fifth = added(smoothed, pooled, "add4")
    return layers.Concatenate(name=f"reduction_concat_{name}")([second, third, fourth, fifth])


def nasnet(
    variant: _Variant,
    input_shape: Shape,
    classes: int = 1000,
    include_top: bool = True,
    pooling: str | None = None,
) -> Graph:
    """A stem of one convolution and two reductions, and three stages of normal cells."""
    check_pooling(pooling, include_top)
    inputs = layers.Input(input_shape)
    x = layers.Conv2D(
        variant.stem_filters,
        3,
        2,
        use_bias=False,
        kernel_initializer="he_normal",
        name="stem_conv1",
    )(inputs)
    x = _normalized(x, "stem_bn1")
    before = None
    filters = variant.filters
    for number, part in ((1, 4), (2, 2)):
        x, before = _reduction(x, before, filters // part, f"stem_{number}"), x
    for stage in range(3):
        number = stage * variant.cells
        if stage:
            filters *= 2
            reduced = _reduction(x, before, filters, f"reduce_{number}")
            x, before = reduced, before if variant.reductions_are_skipped else x
            number += 1
        for name in range(number, number + variant.cells):
            x, before = _normal(x, before, filters, str(name)), x
    x = layers.Activation("relu")(x)
    # Its number depends on the input's shape, so that a card can't name it as the last stage.
    if not include_top:
        return models.Model(inputs, global_pooling(x, pooling)(x) if pooling else x)
    x = layers.GlobalAveragePooling2D()(x)
    return models.Model(inputs, layers.Dense(classes, activation="softmax", name="predictions")(x))


_SOURCE = Source(
    "B. Zoph, V. Vasudevan, J. Shlens, Q. V. Le",
    "Learning Transferable Architectures for Scalable Image Recognition",
    2017,
    "CVPR 2018, arXiv:1707.07012",
)

register(
    Card(
        title="NASNet-A (4 @ 1056), for phones",
        source=_SOURCE,
        params=5_289_978,
        total_params=5_326_716,
        claims=(
            Claim("params", "5.3 M"),
            Claim("macs", "564 M"),
            Claim("accuracy", "74.0 %", on="ImageNet", samples=50_000),
            Claim("accuracy", "74.4 %", on="ImageNet", by="keras.io", samples=50_000),
        ),
        input="224x224 colour images",
        preprocessing=SYMMETRIC,
        stages=("normal_concat_3", "normal_concat_8", "normal_concat_12"),
        tags=("imagenet", "mobile", "depthwise", "keras-application"),
        pretrained="NASNetMobile",
        weights_licence="Apache-2.0",
    ),
    name="nasnet_mobile",
    aliases=("NASNetMobile",),
)(
    partial(
        nasnet,
        _Variant(filters=44, cells=4, stem_filters=32, reductions_are_skipped=False),
        input_shape=(224, 224, 3),
    )
)

register(
    Card(
        title="NASNet-A (6 @ 4032)",
        source=_SOURCE,
        params=88_753_150,
        total_params=88_949_818,
        claims=(
            Claim("params", "88.9 M"),
            Claim("macs", "23.8 G"),
            Claim("accuracy", "82.7 %", on="ImageNet", samples=50_000),
            Claim("accuracy", "82.5 %", on="ImageNet", by="keras.io", samples=50_000),
        ),
        input="331x331 colour images",
        preprocessing=SYMMETRIC,
        stages=("normal_concat_5", "normal_concat_12", "normal_concat_18"),
        tags=("imagenet", "depthwise", "keras-application"),
        pretrained="NASNetLarge",
        weights_licence="Apache-2.0",
    ),
    name="nasnet_large",
    aliases=("NASNetLarge",),
)(
    partial(
        nasnet,
        _Variant(filters=168, cells=6, stem_filters=96, reductions_are_skipped=True),
        input_shape=(331, 331, 3),
    )
)
