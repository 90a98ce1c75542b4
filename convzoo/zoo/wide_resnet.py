"""Residual networks that are wide instead of deep.

Source: S. Zagoruyko, N. Komodakis, "Wide Residual Networks", BMVC 2016.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from convzoo import layers, models
from convzoo.errors import ArgumentError
from convzoo.zoo import Card, Claim, Recipe, Source, register
from convzoo.zoo.preprocessing import CIFAR10_STANDARD

if TYPE_CHECKING:
    from convzoo.graph.dims import Shape
    from convzoo.graph.graph import Graph
    from convzoo.graph.layer import Tensor


def wide_resnet(
    input_shape: Shape = (32, 32, 3), classes: int = 10, depth: int = 28, width: int = 10
) -> Graph:
    """Three stages of blocks that normalize and activate before each of two 3x3 convolutions.

    Args:
        input_shape: height, width and channels of the images.
        classes: how many there are.
        depth: convolutions, those of the shortcuts included: 6 n + 4 with n blocks a stage.
        width: how many times the filters of a thin network, which are 16, 32 and 64.

    Raises:
        ArgumentError: when there is no network of that depth.
    """
    blocks, left = divmod(depth - 4, 6)
    if blocks < 1 or left:
        raise ArgumentError(f"depth must be 6 n + 4, such as 16 or 28. Received {depth!r}.")
    inputs = layers.Input(input_shape)
    x = _convolution(inputs, 16, 3, 1)
    for stage, filters in enumerate((16 * width, 32 * width, 64 * width), start=1):
        for block in range(1, blocks + 1):
            strides = 2 if stage > 1 and block == 1 else 1
            # The last stage ends where the classifier begins: in the activation after it.
            is_end = block == blocks and stage < 3
            x = _block(x, filters, strides, f"stage{stage}" if is_end else None)
    x = _activated(x, name="stage3")
    x = layers.GlobalAveragePooling2D()(x)
    return models.Model(inputs, layers.Dense(classes, activation="softmax")(x))


def _block(x: Tensor, filters: int, strides: int, name: Any) -> Any:
    before = _activated(x)
    # Where the number of maps changes, the shortcut takes what is normalized and activated, too.
    around = x if x.shape[-1] == filters else _convolution(before, filters, 1, strides)
    through = _convolution(before, filters, 3, strides)
    through = _convolution(_activated(through), filters, 3, 1)
    return layers.Add(name=name)([around, through])


def _activated(x: Tensor, name: Any = None) -> Any:
    return layers.Activation("relu", name=name)(layers.BatchNormalization()(x))


def _convolution(x: Tensor, filters: int, kernel_size: int, strides: int) -> Any:
    return layers.Conv2D(
        filters,
        (kernel_size, kernel_size),
        strides=(strides, strides),
        padding="same",
        use_bias=False,
        kernel_initializer="he_normal",
    )(x)


_RECIPE = Recipe(
    "cifar10",
    "SGD",
    epochs=200,
    batch_size=128,
    optimizer_arguments={"learning_rate": 0.1, "momentum": 0.9, "nesterov": True},
    schedule="PiecewiseConstantDecay",
    schedule_arguments={
        "boundaries": [60, 120, 160],
        "values": [0.1, 0.02, 0.004, 0.0008],
    },
    augmentation=("ZeroPadding2D:4", "RandomCrop:32,32", "RandomFlip:horizontal"),
    notes=("weight decay of 0.0005", "the paper pads with reflected pixels"),
)

_MEDIAN = "the median of five runs"
_PUBLISHED: tuple[tuple[int, int, tuple[int, int], tuple[Claim, ...]], ...] = (
    (16, 4, (2_748_890, 2_752_506), (Claim("error", "5.02 %", on="CIFAR-10", note=_MEDIAN),)),
    (
        40,
        4,
        (8_949_210, 8_959_994),
        (
            Claim("trainable_params", "8.9 M"),
            Claim("error", "4.53 %", on="CIFAR-10", note=_MEDIAN),
        ),
    ),
    (
        28,
        10,
        (36_479_194, 36_497_146),
        (
            Claim("trainable_params", "36.5 M"),
            Claim("error", "4.00 %", on="CIFAR-10", note=_MEDIAN),
        ),
    ),
)

for _depth, _width, (_params, _total), _claims in _PUBLISHED:
    register(
        Card(
            title=f"Residual network of {_depth} layers, {_width} times as wide",
            source=Source("S. Zagoruyko, N. Komodakis", "Wide Residual Networks", 2016, "BMVC"),
            params=_params,
            total_params=_total,
            claims=_claims,
            input="32x32 colour images",
            preprocessing=CIFAR10_STANDARD,
            stages=("stage1", "stage2", "stage3"),
            recipe=_RECIPE,
            tags=("cifar", "residual"),
        ),
        name=f"wrn_{_depth}_{_width}",
    )(partial(wide_resnet, depth=_depth, width=_width))
