"""MobileNetV3: searched sizes, squeeze and excitation, and hard swish in the deeper half.

Equals `MobileNetV3Small` and `MobileNetV3Large` of `keras.applications`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from convzoo import layers, models
from convzoo.zoo import Card, Claim, Source, register
from convzoo.zoo.padding import padding_before_stride_2
from convzoo.zoo.preprocessing import RAW

if TYPE_CHECKING:
    from convzoo.graph.dims import Shape
    from convzoo.graph.graph import Graph

_Activation: TypeAlias = "Callable[[Any], Any]"


def _relu(x: Any) -> Any:
    return layers.ReLU()(x)


def _hard_swish(x: Any) -> Any:
    return layers.Activation("hard_swish")(x)


class _Block(NamedTuple):
    """A row of the paper's tables 1 and 2.

    Args:
        wide: channels within the block.
        filters: channels that it gives.
        kernel: taps of the depthwise convolution along each axis.
        stride: of the depthwise convolution.
        squeezes: whether the channels are weighed by squeeze and excitation.
        activation: what follows the convolutions within the block.
    """

    wide: int
    filters: int
    kernel: int
    stride: int
    squeezes: bool
    activation: _Activation


_SMALL = (
    _Block(16, 16, 3, 2, True, _relu),
    _Block(72, 24, 3, 2, False, _relu),
    _Block(88, 24, 3, 1, False, _relu),
    _Block(96, 40, 5, 2, True, _hard_swish),
    _Block(240, 40, 5, 1, True, _hard_swish),
    _Block(240, 40, 5, 1, True, _hard_swish),
    _Block(120, 48, 5, 1, True, _hard_swish),
    _Block(144, 48, 5, 1, True, _hard_swish),
    _Block(288, 96, 5, 2, True, _hard_swish),
    _Block(576, 96, 5, 1, True, _hard_swish),
    _Block(576, 96, 5, 1, True, _hard_swish),
)
_LARGE = (
    _Block(16, 16, 3, 1, False, _relu),
    _Block(64, 24, 3, 2, False, _relu),
    _Block(72, 24, 3, 1, False, _relu),
    _Block(72, 40, 5, 2, True, _relu),
    _Block(120, 40, 5, 1, True, _relu),
    _Block(120, 40, 5, 1, True, _relu),
    _Block(240, 80, 3, 2, False, _hard_swish),
    _Block(200, 80, 3, 1, False, _hard_swish),
    _Block(184, 80, 3, 1, False, _hard_swish),
    _Block(184, 80, 3, 1, False, _hard_swish),
    _Block(480, 112, 3, 1, True, _hard_swish),
    _Block(672, 112, 3, 1, True, _hard_swish),
    _Block(672, 160, 5, 2, True, _hard_swish),
    _Block(960, 160, 5, 1, True, _hard_swish),
    _Block(960, 160, 5, 1, True, _hard_swish),
)


def mobilenet_v3(
    input_shape: Shape = (224, 224, 3),
    classes: int = 1000,
    *,
    blocks: tuple[_Block, ...],
    units: int,
) -> Graph:
    """A convolution, the blocks, and a classifier of 1x1 convolutions through hidden units."""
    inputs = layers.Input(input_shape)
    x = layers.Rescaling(1 / 127.5, offset=-1.0)(inputs)
    x = layers.Conv2D(16, 3, strides=2, padding="same", use_bias=False, name="conv")(x)
    x = _hard_swish(_norm(x, "conv_bn"))
    for number, block in enumerate(blocks):
        x = _block(x, block, f"expanded_conv_{number}" if number else "expanded_conv", number > 0)
    x = layers.Conv2D(blocks[-1].wide, 1, padding="same", use_bias=False, name="conv_1")(x)
    x = _hard_swish(_norm(x, "conv_1_bn"))
    x = layers.GlobalAveragePooling2D(keepdims=True)(x)
    x = _hard_swish(layers.Conv2D(units, 1, padding="same", name="conv_2")(x))
    x = layers.Dropout(0.2)(x)
    x = layers.Conv2D(classes, 1, padding="same", name="logits")(x)
    x = layers.Flatten()(x)
    return models.Model(inputs, layers.Activation("softmax", name="predictions")(x))


def _block(x: Any, block: _Block, name: str, widens: bool) -> Any:
    narrow = x
    if widens:
        x = layers.Conv2D(block.wide, 1, padding="same", use_bias=False, name=f"{name}_expand")(x)
        x = block.activation(_norm(x, f"{name}_expand_bn"))
    if block.stride == 2:
        padding = padding_before_stride_2(x, block.kernel)
        x = layers.ZeroPadding2D(padding, name=f"{name}_depthwise_pad")(x)
    x = layers.DepthwiseConv2D(
        block.kernel,
        strides=block.stride,
        padding="same" if block.stride == 1 else "valid",
        use_bias=False,
        name=f"{name}_depthwise",
    )(x)
    x = block.activation(_norm(x, f"{name}_depthwise_bn"))
    if block.squeezes:
        x = _weighed(x, block.wide, f"{name}_squeeze_excite")
    x = layers.Conv2D(block.filters, 1, padding="same", use_bias=False, name=f"{name}_project")(x)
    x = _norm(x, f"{name}_project_bn")
    if block.stride == 1 and block.filters == narrow.shape[-1]:
        x = layers.Add(name=f"{name}_add")([narrow, x])
    return x


def _weighed(x: Any, channels: int, name: str) -> Any:
    """Squeeze and excitation: each channel times a weight that follows from all of them."""
    from convzoo.operations import OPERATIONS

    weights = layers.GlobalAveragePooling2D(keepdims=True, name=f"{name}_avg_pool")(x)
    weights = layers.Conv2D(_in_eights(channels / 4), 1, padding="same", name=f"{name}_conv")(
        weights
    )
    weights = layers.ReLU(name=f"{name}_relu")(weights)
    weights = layers.Conv2D(channels, 1, padding="same", name=f"{name}_conv_1")(weights)
    # A hard sigmoid, which Keras writes as operations.
    weights = OPERATIONS.get("numpy.Add")()(weights, 3.0)
    weights = OPERATIONS.get("numpy.Multiply")()(layers.ReLU(6.0)(weights), 1 / 6)
    return layers.Multiply(name=f"{name}_mul")([x, weights])


def _in_eights(channels: float) -> int:
    """The nearest number of channels that is a multiple of 8, or the next above where it is small.

    It is never less than nine tenths of the number given.
    """
    rounded = max(8, int(channels + 4) // 8 * 8)
    return rounded if rounded >= 0.9 * channels else rounded + 8


def _norm(x: Any, name: str) -> Any:
    return layers.BatchNormalization(epsilon=1e-3, momentum=0.999, name=name)(x)


def _register(
    size: str,
    blocks: tuple[_Block, ...],
    units: int,
    params: tuple[int, int],
    stages: tuple[str, ...],
    claims: tuple[Claim, ...],
) -> None:
    """Enter one of the sizes; its parameters are those that learn, and all."""
    card = Card(
        title=f"Searched inverted residuals, {size}",
        source=Source(
            "A. Howard, M. Sandler, G. Chu, L.-C. Chen, B. Chen, M. Tan, W. Wang, Y. Zhu, "
            "R. Pang, V. Vasudevan, Q. V. Le, H. Adam",
            "Searching for MobileNetV3",
            2019,
            "ICCV 2019, arXiv:1905.02244",
        ),
        params=params[0],
        total_params=params[1],
        claims=claims,
        input="224x224 colour images",
        preprocessing=RAW,
        stages=stages,
        activation="hard_silu",
        tags=("imagenet", "mobile", "depthwise", "residual", "keras-application"),
        pretrained=f"MobileNetV3{size.title()}",
        notes=(
            "The first layer brings the values to -1 to 1.",
            "An activation in place of hard swish leaves the ReLU of the first blocks alone.",
        ),
    )
    factory = partial(mobilenet_v3, blocks=blocks, units=units)
    register(card, name=f"mobilenet_v3_{size}", aliases=(card.pretrained,))(factory)


def _accuracy(value: str, by: str = "") -> Claim:
    return Claim("accuracy", value, on="ImageNet", by=by, samples=50_000, note="top-1")


_register(
    "small",
    _SMALL,
    1024,
    (2_542_856, 2_554_968),
    (
        "activation",
        "expanded_conv_project_bn",
        "expanded_conv_2_add",
        "expanded_conv_7_add",
        "activation_17",
    ),
    (
        Claim("trainable_params", "2.5 M"),
        Claim("macs", "56 M"),
        _accuracy("67.4 %"),
        _accuracy("68.1 %", by="keras.io"),
        Claim(
            "params",
            "2.9 M",
            by="keras.io",
            note="0.3 M more than counted: the paper's first versions print it, the last 2.5 M.",
        ),
        Claim(
            "macs",
            "66 M",
            by="keras.io",
            note="9.5 M more than counted: the paper's first versions print it, the last 56 M.",
        ),
    ),
)
_register(
    "large",
    _LARGE,
    1280,
    (5_483_032, 5_507_432),
    (
        "expanded_conv_add",
        "expanded_conv_2_add",
        "expanded_conv_5_add",
        "expanded_conv_11_add",
        "activation_19",
    ),
    (
        Claim("trainable_params", "5.4 M"),
        Claim(
            "macs",
            "219 M",
            note="2.4 M more than counted; the paper doesn't say what else it counts, and Keras "
            "prints 217 M for the same layers.",
        ),
        _accuracy("75.2 %"),
        Claim("macs", "217 M", by="keras.io"),
        _accuracy("75.6 %", by="keras.io"),
    ),
)
