"""Residual networks for CIFAR-10.

Source: K. He, X. Zhang, S. Ren, J. Sun, "Deep Residual Learning for Image Recognition", CVPR 2016,
section 4.2 and table 6.
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


def resnet_cifar(
    input_shape: Shape = (32, 32, 3),
    classes: int = 10,
    depth: int = 20,
    shortcut: str = "zeros",
) -> Graph:
    """Three stages of blocks of two 3x3 convolutions, with 16, 32 and 64 filters.

    Args:
        input_shape: height, width and channels of the images.
        classes: how many there are.
        depth: layers with weights on the way from input to output: 6 n + 2 with n blocks a stage.
        shortcut: what goes around the first block of the stages 2 and 3, where the maps halve and
            their number doubles: `"zeros"`, the paper's option A, takes every second place and adds
            maps of zeros; `"projection"`, its option B, is a 1x1 convolution.

    Raises:
        ArgumentError: when there is no network of that depth, or no such shortcut.
    """
    blocks, left = divmod(depth - 2, 6)
    if blocks < 1 or left:
        raise ArgumentError(f"depth must be 6 n + 2, such as 20 or 56. Received {depth!r}.")
    if shortcut not in ("zeros", "projection"):
        raise ArgumentError(f"shortcut must be 'zeros' or 'projection'. Received {shortcut!r}.")
    inputs = layers.Input(input_shape)
    x = layers.Activation("relu")(_normalized(inputs, 16, 3, 1))
    for stage, filters in enumerate((16, 32, 64), start=1):
        for block in range(1, blocks + 1):
            strides = 2 if stage > 1 and block == 1 else 1
            x = layers.Add()(
                [_around(x, filters, strides, shortcut), _through(x, filters, strides)]
            )
            name: Any = f"stage{stage}" if block == blocks else None
            x = layers.Activation("relu", name=name)(x)
    x = layers.GlobalAveragePooling2D()(x)
    return models.Model(inputs, layers.Dense(classes, activation="softmax")(x))


def _normalized(x: Tensor, filters: int, kernel_size: int, strides: int) -> Any:
    x = layers.Conv2D(
        filters,
        (kernel_size, kernel_size),
        strides=(strides, strides),
        padding="same",
        use_bias=False,
        kernel_initializer="he_normal",
    )(x)
    return layers.BatchNormalization()(x)


def _through(x: Tensor, filters: int, strides: int) -> Any:
    x = layers.Activation("relu")(_normalized(x, filters, 3, strides))
    return _normalized(x, filters, 3, 1)


def _around(x: Tensor, filters: int, strides: int, shortcut: str) -> Any:
    if strides == 1:
        return x
    if shortcut == "projection":
        return _normalized(x, filters, 1, strides)
    from convzoo.operations.numpy import Pad

    x = layers.AveragePooling2D((1, 1), strides=(strides, strides))(x)
    added = (filters // 4, filters // 4)
    return Pad(((0, 0), (0, 0), (0, 0), added))(x)


_RECIPE = Recipe(
    "cifar10",
    "SGD",
    epochs=164,
    batch_size=128,
    optimizer_arguments={"learning_rate": 0.1, "momentum": 0.9},
    schedule="PiecewiseConstantDecay",
    schedule_arguments={"boundaries": [82, 123], "values": [0.1, 0.01, 0.001]},
    augmentation=("ZeroPadding2D:4", "RandomCrop:32,32", "RandomFlip:horizontal"),
    notes=(
        "weight decay of 0.0001",
        "64,000 steps; the rate falls after 32,000 and 48,000",
        "the paper settled them on 45,000 images, with 5,000 held out",
    ),
)
_NOTES = (
    "The paper takes off the mean of each pixel, and doesn't divide; here it is the mean and the "
    "deviation of each channel.",
)
_OPTION_A = (
    "The shortcuts have no weights: every second place, and as many maps of zeros added, half of "
    "them on either side.",
)


def _enter(
    name: str,
    depth: int,
    shortcut: str,
    counts: tuple[int, int],
    claims: tuple[Claim, ...] = (),
    notes: tuple[str, ...] = (),
) -> None:
    params, total_params = counts
    shortcuts = "shortcuts without weights" if shortcut == "zeros" else "1x1 shortcuts"
    card = Card(
        title=f"Residual network of {depth} layers for CIFAR-10, {shortcuts}",
        source=Source(
            "K. He, X. Zhang, S. Ren, J. Sun",
            "Deep Residual Learning for Image Recognition",
            2016,
            "CVPR, section 4.2",
        ),
        params=params,
        total_params=total_params,
        claims=claims,
        input="32x32 colour images",
        preprocessing=CIFAR10_STANDARD,
        stages=("stage1", "stage2", "stage3"),
        recipe=_RECIPE,
        tags=("cifar", "residual"),
        notes=(*_NOTES, *notes),
    )
    register(card, name=name)(partial(resnet_cifar, depth=depth, shortcut=shortcut))


_PUBLISHED = (
    (20, (269_722, 271_098), "0.27 M", "8.75 %"),
    (32, (464_154, 466_426), "0.46 M", "7.51 %"),
    (44, (658_586, 661_754), "0.66 M", "7.17 %"),
    (56, (853_018, 857_082), "0.85 M", "6.97 %"),
    (110, (1_727_962, 1_736_058), "1.7 M", "6.43 %"),
)
_WARM_UP = (
    "The paper starts at a rate of 0.01, until the training error is below 80 %, after about 400 "
    "steps.",
)

for _depth, _counts, _params, _error in _PUBLISHED:
    _enter(
        f"resnet{_depth}",
        _depth,
        "zeros",
        _counts,
        claims=(
            Claim("trainable_params", _params),
            Claim(
                "error",
                _error,
                on="CIFAR-10",
                note="the best of five runs; their mean is 6.61 %" if _depth == 110 else "",
            ),
        ),
        notes=(*_OPTION_A, *(_WARM_UP if _depth == 110 else ())),
    )

for _depth, _counts in ((20, (272_474, 274_042)), (56, (855_770, 860_026))):
    _enter(
        f"resnet{_depth}_projection",
        _depth,
        "projection",
        _counts,
        notes=("The paper has no figures for it: on CIFAR-10 it takes option A only.",),
    )
