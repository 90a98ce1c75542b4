"""Dense blocks, in which each layer takes what all before it gave, for CIFAR-10.

Source: G. Huang, Z. Liu, L. van der Maaten, K. Q. Weinberger, "Densely Connected Convolutional
Networks", CVPR 2017, section 3 and table 2.
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


def densenet_cifar(
    input_shape: Shape = (32, 32, 3),
    classes: int = 10,
    depth: int = 40,
    growth: int = 12,
    bottleneck: bool = False,
) -> Graph:
    """Three dense blocks with a transition between each two.

    Args:
        input_shape: height, width and channels of the images.
        classes: how many there are.
        depth: layers with weights: 3 n + 4 with n layers a block, 6 n + 4 with bottlenecks.
        growth: how many maps each layer of a block adds.
        bottleneck: whether the network is a DenseNet-BC: a 1x1 convolution comes before each 3x3,
            and the transitions halve the number of maps.

    Raises:
        ArgumentError: when there is no network of that depth.
    """
    convolutions = 6 if bottleneck else 3
    blocks, left = divmod(depth - 4, convolutions)
    if blocks < 1 or left:
        raise ArgumentError(f"depth must be {convolutions} n + 4. Received {depth!r}.")
    inputs = layers.Input(input_shape)
    maps = 2 * growth if bottleneck else 16
    x = _convolution(inputs, maps, 3)
    for stage in (1, 2, 3):
        for layer in range(1, blocks + 1):
            # The last stage ends where the classifier begins: in the activation after it.
            is_end = layer == blocks and stage < 3
            x = _layer(x, growth, bottleneck, f"stage{stage}" if is_end else None)
        maps += blocks * growth
        if stage < 3:
            maps = maps // 2 if bottleneck else maps
            x = _convolution(_activated(x), maps, 1)
            x = layers.AveragePooling2D((2, 2))(x)
    x = _activated(x, name="stage3")
    x = layers.GlobalAveragePooling2D()(x)
    return models.Model(inputs, layers.Dense(classes, activation="softmax")(x))


def _layer(x: Tensor, growth: int, bottleneck: bool, name: Any) -> Any:
    new = _activated(x)
    if bottleneck:
        new = _activated(_convolution(new, 4 * growth, 1))
    return layers.Concatenate(name=name)([x, _convolution(new, growth, 3)])


def _activated(x: Tensor, name: Any = None) -> Any:
    return layers.Activation("relu", name=name)(layers.BatchNormalization()(x))


def _convolution(x: Tensor, filters: int, kernel_size: int) -> Any:
    return layers.Conv2D(
        filters,
        (kernel_size, kernel_size),
        padding="same",
        use_bias=False,
        kernel_initializer="he_normal",
    )(x)


_RECIPE = Recipe(
    "cifar10",
    "SGD",
    epochs=300,
    batch_size=64,
    optimizer_arguments={"learning_rate": 0.1, "momentum": 0.9, "nesterov": True},
    schedule="PiecewiseConstantDecay",
    schedule_arguments={"boundaries": [150, 225], "values": [0.1, 0.01, 0.001]},
    augmentation=("ZeroPadding2D:4", "RandomCrop:32,32", "RandomFlip:horizontal"),
    notes=(
        "weight decay of 0.0001",
        "without augmentation the paper adds a dropout of 0.2 after each convolution but the first",
    ),
)

_PUBLISHED = (
    ("densenet_40_12", 40, False, (1_019_722, 1_037_818), "1.0 M", "5.24 %"),
    ("densenet_bc_100_12", 100, True, (769_162, 793_150), "0.8 M", "4.51 %"),
)

for _name, _depth, _bottleneck, (_params, _total), _printed, _error in _PUBLISHED:
    register(
        Card(
            title=f"Dense blocks, {_depth} layers that add 12 maps each"
            + (", with bottlenecks" if _bottleneck else ""),
            source=Source(
                "G. Huang, Z. Liu, L. van der Maaten, K. Q. Weinberger",
                "Densely Connected Convolutional Networks",
                2017,
                "CVPR, table 2",
            ),
            params=_params,
            total_params=_total,
            claims=(
                Claim("trainable_params", _printed),
                Claim("error", _error, on="CIFAR-10", note="with shifted and flipped images"),
            ),
            input="32x32 colour images",
            preprocessing=CIFAR10_STANDARD,
            stages=("stage1", "stage2", "stage3"),
            recipe=_RECIPE,
            tags=("cifar", "dense-connections"),
        ),
        name=_name,
    )(partial(densenet_cifar, depth=_depth, bottleneck=_bottleneck))
