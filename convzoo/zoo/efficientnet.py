"""EfficientNet: one searched network, scaled in width, depth and resolution together.

Source: M. Tan, Q. V. Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks"
(2019).
"""

from __future__ import annotations

from functools import partial
from math import ceil
from typing import TYPE_CHECKING, NamedTuple

from convzoo import layers, models
from convzoo.zoo import Card, Claim, Source, register
from convzoo.zoo.padding import padding_before_stride_2

if TYPE_CHECKING:
    from convzoo.graph.dims import Shape
    from convzoo.graph.graph import Graph
    from convzoo.graph.layer import Tensor

CHANNELS = 3
"""The axis of the channels."""

CONV_INITIALIZER = {
    "class_name": "VarianceScaling",
    "config": {"scale": 2.0, "mode": "fan_out", "distribution": "truncated_normal"},
}
_DENSE_INITIALIZER = {
    "class_name": "VarianceScaling",
    "config": {"scale": 1 / 3, "mode": "fan_out", "distribution": "uniform"},
}
SQUEEZED = 0.25
"""Filters through which the factors of a block are decided, for each channel that it is given."""

DROPPED_BRANCHES = 0.2
"""How often the branch of the last block is left out; of the others less, the first never."""

_SOURCE = Source(
    "M. Tan, Q. V. Le",
    "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks",
    2019,
    "ICML 2019, arXiv:1905.11946",
)


class _Stage(NamedTuple):
    """Blocks of one size of the maps, before scaling: a row of table 1."""

    kernel_size: int
    strides: int
    expansion: int
    filters: int
    blocks: int


_STAGES = (
    _Stage(3, 1, 1, 16, 1),
    _Stage(3, 2, 6, 24, 2),
    _Stage(5, 2, 6, 40, 2),
    _Stage(3, 2, 6, 80, 3),
    _Stage(5, 1, 6, 112, 3),
    _Stage(5, 2, 6, 192, 4),
    _Stage(3, 1, 6, 320, 1),
)


class _Variant(NamedTuple):
    """One network of the family, as `keras.applications` has it.

    Args:
        name: what follows "EfficientNet".
        width: how much wider than B0.
        depth: how much deeper than B0.
        size: the height and width of its images.
        dropout: the share of the last features that is dropped.
        params: parameters that learn.
        total_params: all parameters.
        printed: the paper's parameters and multiply-adds, table 2.
        keras_io: the parameters and the accuracy that keras.io tells.
    """

    name: str
    width: float
    depth: float
    size: int
    dropout: float
    params: int
    total_params: int
    printed: tuple[str, str]
    keras_io: tuple[str, str]


# fmt: off
_VARIANTS = (
    _Variant("B0", 1.0, 1.0, 224, 0.2, 5_288_548, 5_330_571, ("5.3 M", "0.39 G"),
             ("5,330,571", "77.1 %")),
    _Variant("B1", 1.0, 1.1, 240, 0.2, 7_794_184, 7_856_239, ("7.8 M", "0.70 G"),
             ("7,856,239", "79.1 %")),
    _Variant("B2", 1.1, 1.2, 260, 0.3, 9_109_994, 9_177_569, ("9.2 M", "1.0 G"),
             ("9,177,569", "80.1 %")),
    _Variant("B3", 1.2, 1.4, 300, 0.3, 12_233_232, 12_320_535, ("12 M", "1.8 G"),
             ("12,320,535", "81.6 %")),
    _Variant("B4", 1.4, 1.8, 380, 0.4, 19_341_616, 19_466_823, ("19 M", "4.2 G"),
             ("19,466,823", "82.9 %")),
    _Variant("B5", 1.6, 2.2, 456, 0.4, 30_389_784, 30_562_527, ("30 M", "9.9 G"),
             ("30,562,527", "83.6 %")),
    _Variant("B6", 1.8, 2.6, 528, 0.5, 43_040_704, 43_265_143, ("43 M", "19 G"),
             ("43,265,143", "84.0 %")),
    _Variant("B7", 2.0, 3.1, 600, 0.5, 66_347_960, 66_658_687, ("66 M", "37 G"),
             ("66,658,687", "84.3 %")),
)
# fmt: on

_NOTES = {
    "0.70 G": "0.687 G here, 1.9 % fewer; the paper does not say what was counted",
    "4.2 G": "4.39 G here, 4.6 % more; the paper does not say what was counted",
    "9.9 G": "10.27 G here, 3.7 % more; the paper does not say what was counted",
}
"""Why a printed figure is not the one that is counted here."""


def channels_of(x: Tensor) -> int:
    """How many channels there are."""
    channels = x.shape[CHANNELS]
    assert isinstance(channels, int)
    return channels


def conv(
    x: Tensor,
    filters: int,
    kernel_size: int,
    name: str,
    *,
    strides: int = 1,
    padding: str = "same",
    momentum: float = 0.99,
    activated: bool = True,
) -> Tensor:
    """A convolution, its normalization and its activation."""
    x = layers.Conv2D(
        filters,
        kernel_size,
        strides,
        padding,
        use_bias=False,
        kernel_initializer=CONV_INITIALIZER,
        name=f"{name}_conv",
    )(x)
    x = layers.BatchNormalization(CHANNELS, momentum, name=f"{name}_bn")(x)
    return layers.Activation("silu", name=f"{name}_activation")(x) if activated else x


def squeezed_and_excited(x: Tensor, filters: int, name: str) -> Tensor:
    """Each channel times a factor that all channels' means decide, through so many filters."""
    channels = channels_of(x)
    factors = layers.GlobalAveragePooling2D(name=f"{name}_se_squeeze")(x)
    factors = layers.Reshape((1, 1, channels), name=f"{name}_se_reshape")(factors)
    for width, activation, step in ((filters, "silu", "reduce"), (channels, "sigmoid", "expand")):
        factors = layers.Conv2D(
            width,
            1,
            padding="same",
            activation=activation,
            kernel_initializer=CONV_INITIALIZER,
            name=f"{name}_se_{step}",
        )(factors)
    return layers.Multiply(name=f"{name}_se_excite")([x, factors])


def added(x: Tensor, shortcut: Tensor, drop_rate: float, name: str) -> Tensor:
    """The sum of a branch, which is left out of some samples in training, and its shortcut."""
    if drop_rate:
        x = layers.Dropout(drop_rate, noise_shape=(None, 1, 1, 1), name=f"{name}_drop")(x)
    return layers.Add(name=f"{name}_add")([x, shortcut])


def classified(x: Tensor, classes: int, dropout: float) -> Tensor:
    """Classes from the last maps."""
    x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
    x = layers.Dropout(dropout, name="top_dropout")(x)
    return layers.Dense(
        classes, activation="softmax", kernel_initializer=_DENSE_INITIALIZER, name="predictions"
    )(x)


def block_name(stage: int, block: int) -> str:
    """Keras's name of a block: the stage counted from 1, and a letter."""
    return f"block{stage}{chr(ord('a') + block)}"


def depthwise(
    x: Tensor,
    kernel_size: int,
    strides: int,
    padding: str,
    name: str,
    *,
    conv_name: str = "dwconv",
    momentum: float = 0.99,
) -> Tensor:
    """A convolution of each channel on its own, its normalization and its activation."""
    x = layers.DepthwiseConv2D(
        kernel_size,
        strides,
        padding,
        use_bias=False,
        depthwise_initializer=CONV_INITIALIZER,
        name=f"{name}_{conv_name}",
    )(x)
    x = layers.BatchNormalization(CHANNELS, momentum, name=f"{name}_bn")(x)
    return layers.Activation("silu", name=f"{name}_activation")(x)


def rounded(filters: float) -> int:
    """The nearest multiple of 8, and at least 8."""
    return max(8, int(filters + 4) // 8 * 8)


def _widened(filters: int, width: float) -> int:
    widened = rounded(filters * width)
    return widened if widened >= 0.9 * filters * width else widened + 8


def _block(
    x: Tensor, stage: _Stage, strides: int, filters: int, drop_rate: float, name: str
) -> Tensor:
    shortcut, channels = x, channels_of(x)
    if stage.expansion != 1:
        x = conv(x, channels * stage.expansion, 1, f"{name}_expand")
    padding = "same"
    if strides == 2:
        zeros = padding_before_stride_2(x, stage.kernel_size)
        x = layers.ZeroPadding2D(zeros, name=f"{name}_dwconv_pad")(x)
        padding = "valid"
    x = depthwise(x, stage.kernel_size, strides, padding, name)
    x = squeezed_and_excited(x, max(1, int(channels * SQUEEZED)), name)
    x = conv(x, filters, 1, f"{name}_project", activated=False)
    if strides == 1 and channels == filters:
        return added(x, shortcut, drop_rate, name)
    return x


def efficientnet(variant: _Variant, input_shape: Shape, classes: int = 1000) -> Graph:
    """A stem, seven stages of inverted residuals with squeeze and excitation, a last convolution.

    The network holds its own preprocessing.
    """
    inputs = layers.Input(input_shape)
    x = layers.Rescaling(1 / 255)(inputs)
    x = layers.Normalization(CHANNELS)(x)
    x = layers.ZeroPadding2D(padding_before_stride_2(x, 3), name="stem_conv_pad")(x)
    x = conv(x, _widened(32, variant.width), 3, "stem", strides=2, padding="valid")

    repeats = _repeats(variant)
    blocks = sum(repeats)
    block = 0
    for number, (stage, repeat) in enumerate(zip(_STAGES, repeats, strict=True), 1):
        filters = _widened(stage.filters, variant.width)
        for place in range(repeat):
            strides = 1 if place else stage.strides
            drop_rate = DROPPED_BRANCHES * block / blocks
            x = _block(x, stage, strides, filters, drop_rate, block_name(number, place))
            block += 1

    x = conv(x, _widened(1280, variant.width), 1, "top")
    return models.Model(inputs, classified(x, classes, variant.dropout))


def _repeats(variant: _Variant) -> list[int]:
    return [ceil(variant.depth * stage.blocks) for stage in _STAGES]


def _stage_ends(variant: _Variant) -> tuple[str, ...]:
    """The last layer before each that halves the size, and the last of all."""
    ends = []
    for number, repeat in enumerate(_repeats(variant)[:-1], 1):
        if _STAGES[number].strides == 2:
            last = "add" if repeat > 1 else "project_bn"
            ends.append(f"{block_name(number, repeat - 1)}_{last}")
    return (*ends, "top_activation")


def _register(variant: _Variant) -> None:
    keras_name = f"EfficientNet{variant.name}"
    size = variant.size
    printed = zip(("trainable_params", "macs"), variant.printed, strict=True)
    params, accuracy = variant.keras_io
    card = Card(
        title=f"EfficientNet-{variant.name}",
        source=_SOURCE,
        params=variant.params,
        total_params=variant.total_params,
        claims=(
            *(Claim(what, value, note=_NOTES.get(value, "")) for what, value in printed),
            Claim("params", params, by="keras.io"),
            Claim("accuracy", accuracy, on="ImageNet", by="keras.io", samples=50_000),
        ),
        input=f"{size}x{size} colour images",
        stages=_stage_ends(variant),
        activation="silu",
        tags=("imagenet", "depthwise", "residual", "keras-application"),
        pretrained=keras_name,
        weights_licence="Apache-2.0",
        notes=(
            "With ImageNet's weights Keras adds a second Rescaling; here its factors are part of "
            "the variance that is loaded into the Normalization.",
        ),
    )
    factory = partial(efficientnet, variant, input_shape=(size, size, 3))
    register(card, name=f"efficientnet_{variant.name.lower()}", aliases=(keras_name,))(factory)


for _variant in _VARIANTS:
    _register(_variant)
