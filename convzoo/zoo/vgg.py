"""VGG: 3x3 convolutions in blocks, each followed by a pooling, and three large dense layers.

Equals `VGG16` and `VGG19` of `keras.applications`.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from convzoo import layers, models
from convzoo.zoo import Card, Claim, Source, register
from convzoo.zoo.cards import claimed_by_keras
from convzoo.zoo.preprocessing import IMAGENET_MEAN

if TYPE_CHECKING:
    from convzoo.graph.dims import Shape
    from convzoo.graph.graph import Graph

_FILTERS = (64, 128, 256, 512, 512)


def vgg(
    input_shape: Shape = (224, 224, 3), classes: int = 1000, *, convolutions: tuple[int, ...]
) -> Graph:
    """Five blocks, of as many convolutions as are given for each."""
    inputs = x = layers.Input(input_shape)
    for block, (filters, count) in enumerate(zip(_FILTERS, convolutions, strict=True), 1):
        for number in range(1, count + 1):
            name = f"block{block}_conv{number}"
            x = layers.Conv2D(filters, 3, padding="same", activation="relu", name=name)(x)
        x = layers.MaxPooling2D(2, strides=2, name=f"block{block}_pool")(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(4096, activation="relu", name="fc1")(x)
    x = layers.Dense(4096, activation="relu", name="fc2")(x)
    x = layers.Dense(classes, activation="softmax", name="predictions")(x)
    return models.Model(inputs, x)


def _register(depth: int, convolutions: tuple[int, ...], params: int, claims: list[Claim]) -> None:
    card = Card(
        title=f"VGG with {depth} layers of weights",
        source=Source(
            "K. Simonyan, A. Zisserman",
            "Very Deep Convolutional Networks for Large-Scale Image Recognition",
            2014,
            "ICLR 2015, arXiv:1409.1556",
        ),
        params=params,
        claims=tuple(claims),
        input="224x224 colour images",
        preprocessing=IMAGENET_MEAN,
        stages=tuple(f"block{block}_pool" for block in range(1, 6)),
        tags=("imagenet", "keras-application"),
        pretrained=f"VGG{depth}",
        weights_licence="CC BY 4.0",
    )
    factory = partial(vgg, convolutions=convolutions)
    register(card, name=f"vgg{depth}", aliases=(f"VGG{depth}",))(factory)


_RESNET_PAPER = "K. He et al., arXiv:1512.03385"

_register(
    16,
    (2, 2, 3, 3, 3),
    138_357_544,
    [
        Claim("params", "138 M"),
        Claim(
            "macs",
            "15.3 G",
            by=_RESNET_PAPER,
            note="0.17 G less than counted: 15.35 G are in the convolutions, 0.12 G in the dense "
            "layers, which the source seems to leave out.",
        ),
        Claim("error", "25.6 %", on="ImageNet", samples=50_000, note="top-1, one test scale"),
        *claimed_by_keras("138.4 M", "71.3 %"),
    ],
)
_register(
    19,
    (2, 2, 4, 4, 4),
    143_667_240,
    [
        Claim("params", "144 M"),
        Claim("macs", "19.6 G", by=_RESNET_PAPER),
        Claim("error", "25.5 %", on="ImageNet", samples=50_000, note="top-1, one test scale"),
        *claimed_by_keras("143.7 M", "71.3 %"),
    ],
)
