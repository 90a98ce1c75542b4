"""MobileNet: a depthwise convolution for the places and a 1x1 convolution for the channels.

Equals `MobileNet` of `keras.applications`, in the widths for which it has weights.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from convzoo import layers, models
from convzoo.zoo import Card, Claim, Source, register
from convzoo.zoo.cards import claimed_by_keras
from convzoo.zoo.preprocessing import SYMMETRIC

if TYPE_CHECKING:
    from convzoo.graph.dims import Shape
    from convzoo.graph.graph import Graph

# Filters and stride of each pair of convolutions.
_PAIRS = (
    (64, 1),
    (128, 2),
    (128, 1),
    (256, 2),
    (256, 1),
    (512, 2),
    *[(512, 1)] * 5,
    (1024, 2),
    (1024, 1),
)


def mobilenet(
    input_shape: Shape = (224, 224, 3), classes: int = 1000, *, alpha: float = 1.0
) -> Graph:
    """A convolution and 13 pairs of convolutions, `alpha` times as wide as published."""
    inputs = layers.Input(input_shape)
    x = layers.Conv2D(int(32 * alpha), 3, strides=2, padding="same", use_bias=False, name="conv1")(
        inputs
    )
    x = _norm_relu(x, "conv1")
    for number, (filters, stride) in enumerate(_PAIRS, 1):
        if stride == 2:
            x = layers.ZeroPadding2D(((0, 1), (0, 1)), name=f"conv_pad_{number}")(x)
        x = layers.DepthwiseConv2D(
            3,
            strides=stride,
            padding="same" if stride == 1 else "valid",
            use_bias=False,
            name=f"conv_dw_{number}",
        )(x)
        x = _norm_relu(x, f"conv_dw_{number}")
        x = layers.Conv2D(
            int(filters * alpha), 1, padding="same", use_bias=False, name=f"conv_pw_{number}"
        )(x)
        x = _norm_relu(x, f"conv_pw_{number}")
    x = layers.GlobalAveragePooling2D(keepdims=True)(x)
    x = layers.Dropout(0.001, name="dropout")(x)
    x = layers.Conv2D(classes, 1, padding="same", name="conv_preds")(x)
    x = layers.Reshape((classes,), name="reshape_2")(x)
    x = layers.Activation("softmax", name="predictions")(x)
    return models.Model(inputs, x)


def _norm_relu(x: Any, name: str) -> Any:
    x = layers.BatchNormalization(name=f"{name}_bn")(x)
    return layers.ReLU(6.0, name=f"{name}_relu")(x)


# Ending of the name, width, parameters that learn and all, and what the paper prints.
_TABLE = (
    ("", 1.0, 4_231_976, 4_253_864, "4.2 M", "569 M", "70.6 %"),
    ("_075", 0.75, 2_585_560, 2_601_976, "2.6 M", "325 M", "68.4 %"),
    ("_050", 0.5, 1_331_592, 1_342_536, "1.3 M", "149 M", "63.7 %"),
    ("_025", 0.25, 470_072, 475_544, "0.5 M", "41 M", "50.6 %"),
)

for _ending, _alpha, _params, _total, _printed, _macs, _accuracy in _TABLE:
    register(
        Card(
            title="Depthwise separable convolutions"
            + (f", {_alpha:g} times as wide" if _ending else ""),
            source=Source(
                "A. G. Howard, M. Zhu, B. Chen, D. Kalenichenko, W. Wang, T. Weyand, "
                "M. Andreetto, H. Adam",
                "MobileNets: Efficient Convolutional Neural Networks for Mobile Vision "
                "Applications",
                2017,
                "arXiv:1704.04861",
            ),
            params=_params,
            total_params=_total,
            claims=(
                Claim("trainable_params", _printed),
                Claim("macs", _macs),
                Claim("accuracy", _accuracy, on="ImageNet", samples=50_000, note="top-1"),
                *(() if _ending else claimed_by_keras("4.3 M", "70.4 %")),
            ),
            input="224x224 colour images",
            preprocessing=SYMMETRIC,
            stages=tuple(f"conv_pw_{number}_relu" for number in (1, 3, 5, 11, 13)),
            activation="relu6",
            tags=("imagenet", "mobile", "depthwise", "keras-application"),
            pretrained="MobileNet",
            pretrained_arguments={"alpha": _alpha},
            weights_licence="Apache-2.0",
        ),
        name=f"mobilenet{_ending}",
        aliases=() if _ending else ("MobileNet",),
    )(partial(mobilenet, alpha=_alpha))
