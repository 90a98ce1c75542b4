"""Inception v3: large kernels factored into small ones, side by side.

Source: C. Szegedy et al., "Rethinking the Inception Architecture for Computer Vision" (2015).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from convzoo import layers, models
from convzoo.zoo import Card, Claim, Source, register
from convzoo.zoo.preprocessing import SYMMETRIC

if TYPE_CHECKING:
    from convzoo.graph.dims import Shape
    from convzoo.graph.graph import Graph
    from convzoo.graph.layer import Tensor

_CHANNELS = 3  # The axis.


def _conv(
    x: Tensor, filters: int, kernel_size: Any, strides: int = 1, padding: str = "same"
) -> Tensor:
    x = layers.Conv2D(filters, kernel_size, strides, padding, use_bias=False)(x)
    x = layers.BatchNormalization(axis=_CHANNELS, scale=False)(x)
    return layers.Activation("relu")(x)


def _convs(x: Tensor, *steps: tuple[int, Any]) -> Tensor:
    """One convolution after the other, each with its filters and its kernel."""
    for filters, kernel_size in steps:
        x = _conv(x, filters, kernel_size)
    return x


def _halving(x: Tensor, filters: int) -> Tensor:
    return _conv(x, filters, 3, 2, "valid")


def _pooled(x: Tensor, filters: int) -> Tensor:
    return _conv(layers.AveragePooling2D(3, 1, "same")(x), filters, 1)


def _concatenated(branches: list[Tensor], name: str) -> Tensor:
    return layers.Concatenate(axis=_CHANNELS, name=name)(branches)


def _with_small_kernels(x: Tensor, pool_filters: int, name: str) -> Tensor:
    """Figure 5: the 5x5 kernel beside two 3x3 ones."""
    branches = [
        _convs(x, (64, 1)),
        _convs(x, (48, 1), (64, 5)),
        _convs(x, (64, 1), (96, 3), (96, 3)),
        _pooled(x, pool_filters),
    ]
    return _concatenated(branches, name)


def _with_lines(x: Tensor, filters: int, name: str) -> Tensor:
    """Figure 6: 7x7 kernels as a row and a column."""
    row, column = (1, 7), (7, 1)
    thin_row, thin_column = (filters, row), (filters, column)
    branches = [
        _convs(x, (192, 1)),
        _convs(x, (filters, 1), thin_row, (192, column)),
        _convs(x, (filters, 1), thin_column, thin_row, thin_column, (192, row)),
        _pooled(x, 192),
    ]
    return _concatenated(branches, name)


def _fan(x: Tensor) -> list[Tensor]:
    return [_conv(x, 384, (1, 3)), _conv(x, 384, (3, 1))]


def _with_fans(x: Tensor, name: str, fan_name: str) -> Tensor:
    """Figure 7: 3x3 kernels as a row beside a column."""
    branches = [
        _convs(x, (320, 1)),
        _concatenated(_fan(_convs(x, (384, 1))), fan_name),
        layers.Concatenate(axis=_CHANNELS)(_fan(_convs(x, (448, 1), (384, 3)))),
        _pooled(x, 192),
    ]
    return _concatenated(branches, name)


@register(
    Card(
        title="Inception v3",
        source=Source(
            "C. Szegedy, V. Vanhoucke, S. Ioffe, J. Shlens, Z. Wojna",
            "Rethinking the Inception Architecture for Computer Vision",
            2015,
            "CVPR 2016, arXiv:1512.00567",
        ),
        params=23_817_352,
        total_params=23_851_784,
        claims=(
            Claim("params", "23,851,784", by="keras.io"),
            Claim("accuracy", "77.9 %", on="ImageNet", by="keras.io", samples=50_000),
        ),
        input="299x299 colour images",
        preprocessing=SYMMETRIC,
        stages=("mixed2", "mixed7", "mixed10"),
        tags=("imagenet", "keras-application"),
        pretrained="InceptionV3",
        weights_licence="Apache-2.0",
    ),
    aliases=("InceptionV3",),
)
def inception_v3(input_shape: Shape = (299, 299, 3), classes: int = 1000) -> Graph:
    """A stem of five convolutions, and eleven blocks of branches at three resolutions."""
    inputs = layers.Input(input_shape)
    x = _halving(inputs, 32)
    x = _conv(x, 32, 3, padding="valid")
    x = _conv(x, 64, 3)
    x = layers.MaxPooling2D(3, 2)(x)
    x = _conv(x, 80, 1, padding="valid")
    x = _conv(x, 192, 3, padding="valid")
    x = layers.MaxPooling2D(3, 2)(x)

    for number, pool_filters in enumerate((32, 64, 64)):
        x = _with_small_kernels(x, pool_filters, f"mixed{number}")

    branches = [_halving(x, 384), _halving(_convs(x, (64, 1), (96, 3)), 96)]
    x = _concatenated([*branches, layers.MaxPooling2D(3, 2)(x)], "mixed3")
    for number, filters in enumerate((128, 160, 160, 192), 4):
        x = _with_lines(x, filters, f"mixed{number}")

    branches = [
        _halving(_convs(x, (192, 1)), 320),
        _halving(_convs(x, (192, 1), (192, (1, 7)), (192, (7, 1))), 192),
    ]
    x = _concatenated([*branches, layers.MaxPooling2D(3, 2)(x)], "mixed8")
    x = _with_fans(x, "mixed9", "mixed9_0")
    x = _with_fans(x, "mixed10", "mixed9_1")

    x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
    return models.Model(inputs, layers.Dense(classes, activation="softmax", name="predictions")(x))
