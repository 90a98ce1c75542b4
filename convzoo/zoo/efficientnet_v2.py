"""EfficientNetV2: fused blocks first, so that it trains faster.

Source: M. Tan, Q. V. Le, "EfficientNetV2: Smaller Models and Faster Training" (2021).
"""

from __future__ import annotations

from functools import partial
from math import ceil
from typing import TYPE_CHECKING, NamedTuple

from convzoo import layers, models
from convzoo.zoo import Card, Claim, Source, register
from convzoo.zoo.efficientnet import (
    CHANNELS,
    DROPPED_BRANCHES,
    SQUEEZED,
    added,
    block_name,
    channels_of,
    classified,
    conv,
    depthwise,
    rounded,
    squeezed_and_excited,
)

if TYPE_CHECKING:
    from convzoo.graph.dims import Shape
    from convzoo.graph.graph import Graph
    from convzoo.graph.layer import Tensor

_MOMENTUM = 0.9
_MEAN = [0.485, 0.456, 0.406]
_DEVIATION = [0.229, 0.224, 0.225]

_SOURCE = Source(
    "M. Tan, Q. V. Le",
    "EfficientNetV2: Smaller Models and Faster Training",
    2021,
    "ICML 2021, arXiv:2104.00298",
)
_README = "github.com/google/automl, efficientnetv2/README.md"


class _Stage(NamedTuple):
    """Blocks of one kind, before scaling: as a row of table 4."""

    is_fused: bool
    strides: int
    expansion: int
    filters: int
    blocks: int


_B = (
    _Stage(True, 1, 1, 16, 1),
    _Stage(True, 2, 4, 32, 2),
    _Stage(True, 2, 4, 48, 2),
    _Stage(False, 2, 4, 96, 3),
    _Stage(False, 1, 6, 112, 5),
    _Stage(False, 2, 6, 192, 8),
)
_S = (
    _Stage(True, 1, 1, 24, 2),
    _Stage(True, 2, 4, 48, 4),
    _Stage(True, 2, 4, 64, 4),
    _Stage(False, 2, 4, 128, 6),
    _Stage(False, 1, 6, 160, 9),
    _Stage(False, 2, 6, 256, 15),
)
_M = (
    _Stage(True, 1, 1, 24, 3),
    _Stage(True, 2, 4, 48, 5),
    _Stage(True, 2, 4, 80, 5),
    _Stage(False, 2, 4, 160, 7),
    _Stage(False, 1, 6, 176, 14),
    _Stage(False, 2, 6, 304, 18),
    _Stage(False, 1, 6, 512, 5),
)
_L = (
    _Stage(True, 1, 1, 32, 4),
    _Stage(True, 2, 4, 64, 7),
    _Stage(True, 2, 4, 96, 7),
    _Stage(False, 2, 4, 192, 10),
    _Stage(False, 1, 6, 224, 19),
    _Stage(False, 2, 6, 384, 25),
    _Stage(False, 1, 6, 640, 7),
)


class _Variant(NamedTuple):
    """One network of the family, as `keras.applications` has it.

    Args:
        name: what follows "EfficientNetV2".
        stages: its blocks before scaling.
        stem_filters: of the first convolution, before scaling.
        width: how much wider.
        depth: how much deeper.
        size: the height and width of its images.
        params: parameters that learn.
        total_params: all parameters.
        printed: the parameters and multiply-adds that its authors tell with their code.
        keras_io: the parameters and the accuracy that keras.io tells.
    """

    name: str
    stages: tuple[_Stage, ...]
    stem_filters: int
    width: float
    depth: float
    size: int
    params: int
    total_params: int
    printed: tuple[str, str]
    keras_io: tuple[str, str]


# fmt: off
_VARIANTS = (
    _Variant("B0", _B, 32, 1.0, 1.0, 224, 7_139_704, 7_200_312, ("7.1 M", "0.72 G"),
             ("7.2 M", "78.7 %")),
    _Variant("B1", _B, 32, 1.0, 1.1, 240, 8_141_052, 8_212_124, ("8.1 M", "1.2 G"),
             ("8.2 M", "79.8 %")),
    _Variant("B2", _B, 32, 1.1, 1.2, 260, 10_096_086, 10_178_374, ("10.1 M", "1.7 G"),
             ("10.2 M", "80.5 %")),
    _Variant("B3", _B, 32, 1.2, 1.4, 300, 14_358_406, 14_467_622, ("14.4 M", "3.0 G"),
             ("14.5 M", "82.0 %")),
    _Variant("S", _S, 24, 1.0, 1.0, 384, 21_458_488, 21_612_360, ("21.5 M", "8.4 G"),
             ("21.6 M", "83.9 %")),
    _Variant("M", _M, 24, 1.0, 1.0, 480, 54_139_356, 54_431_388, ("54.1 M", "24.7 G"),
             ("54.4 M", "85.3 %")),
    _Variant("L", _L, 32, 1.0, 1.0, 480, 118_515_272, 119_027_848, ("119.5 M", "56.3 G"),
             ("119.0 M", "85.7 %")),
)
# fmt: on

_NOTES = {
    "119.5 M": "118.5 M here, 0.8 % fewer; keras.io's count agrees with the one here",
    "24.7 G": "24.58 G here, 0.5 % fewer; they do not say what was counted",
    "56.3 G": "56.08 G here, 0.4 % fewer; they do not say what was counted",
}
"""Why a printed figure is not the one that is counted here."""


def _block(
    x: Tensor, stage: _Stage, strides: int, filters: int, drop_rate: float, name: str
) -> Tensor:
    shortcut, channels = x, channels_of(x)
    expanded = channels * stage.expansion
    if not stage.is_fused:
        x = conv(x, expanded, 1, f"{name}_expand", momentum=_MOMENTUM)
        x = depthwise(x, 3, strides, "same", name, conv_name="dwconv2", momentum=_MOMENTUM)
        x = squeezed_and_excited(x, max(1, int(channels * SQUEEZED)), name)
        x = conv(x, filters, 1, f"{name}_project", momentum=_MOMENTUM, activated=False)
    elif stage.expansion == 1:
        x = conv(x, filters, 3, f"{name}_project", strides=strides, momentum=_MOMENTUM)
    else:
        x = conv(x, expanded, 3, f"{name}_expand", strides=strides, momentum=_MOMENTUM)
        x = conv(x, filters, 1, f"{name}_project", momentum=_MOMENTUM, activated=False)
    if strides == 1 and channels == filters:
        return added(x, shortcut, drop_rate, name)
    return x


def _preprocessed(x: Tensor, variant: _Variant) -> Tensor:
    if variant.stages is _B and x.shape[CHANNELS] == len(_MEAN):
        variance = [deviation**2 for deviation in _DEVIATION]
        x = layers.Rescaling(1 / 255)(x)
        return layers.Normalization(CHANNELS, _MEAN, variance)(x)
    return layers.Rescaling(1 / 128, offset=-1)(x)


def efficientnet_v2(variant: _Variant, input_shape: Shape, classes: int = 1000) -> Graph:
    """A stem, stages of fused blocks, stages of inverted residuals, a last convolution.

    The network holds its own preprocessing.
    """
    inputs = layers.Input(input_shape)
    x = _preprocessed(inputs, variant)
    width = variant.width
    x = conv(x, rounded(variant.stem_filters * width), 3, "stem", strides=2, momentum=_MOMENTUM)

    # As in Keras, the share is of the blocks before scaling, so that it rises above the usual.
    blocks = sum(stage.blocks for stage in variant.stages)
    block = 0
    repeats = _repeats(variant)
    for number, (stage, repeat) in enumerate(zip(variant.stages, repeats, strict=True), 1):
        filters = rounded(stage.filters * width)
        for place in range(repeat):
            strides = 1 if place else stage.strides
            drop_rate = DROPPED_BRANCHES * block / blocks
            x = _block(x, stage, strides, filters, drop_rate, block_name(number, place))
            block += 1

    x = conv(x, rounded(1280 * width), 1, "top", momentum=_MOMENTUM)
    return models.Model(inputs, classified(x, classes, dropout=0.2))


def _repeats(variant: _Variant) -> list[int]:
    return [ceil(variant.depth * stage.blocks) for stage in variant.stages]


def _stage_ends(variant: _Variant) -> tuple[str, ...]:
    """The last layer before each that halves the size, and the last of all."""
    ends = []
    for number, repeat in enumerate(_repeats(variant)[:-1], 1):
        if variant.stages[number].strides == 2:
            last = "add" if repeat > 1 else "project_activation"
            ends.append(f"{block_name(number, repeat - 1)}_{last}")
    return (*ends, "top_activation")


def _register(variant: _Variant) -> None:
    keras_name = f"EfficientNetV2{variant.name}"
    size = variant.size
    printed = zip(("trainable_params", "macs"), variant.printed, strict=True)
    params, accuracy = variant.keras_io
    card = Card(
        title=f"EfficientNetV2-{variant.name}",
        source=_SOURCE,
        params=variant.params,
        total_params=variant.total_params,
        claims=(
            *(
                Claim(what, value, by=_README, note=_NOTES.get(value, ""))
                for what, value in printed
            ),
            Claim("params", params, by="keras.io"),
            Claim("accuracy", accuracy, on="ImageNet", by="keras.io", samples=50_000),
        ),
        input=f"{size}x{size} colour images",
        stages=_stage_ends(variant),
        activation="silu",
        tags=("imagenet", "depthwise", "residual", "keras-application"),
        pretrained=keras_name,
        weights_licence="Apache-2.0",
    )
    factory = partial(efficientnet_v2, variant, input_shape=(size, size, 3))
    register(card, name=f"efficientnet_v2_{variant.name.lower()}", aliases=(keras_name,))(factory)


for _variant in _VARIANTS:
    _register(_variant)
