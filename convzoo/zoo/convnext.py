"""ConvNeXt: a residual network with the design of a vision transformer.

Source: Z. Liu et al., "A ConvNet for the 2020s" (2022).
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from convzoo import layers, models
from convzoo.zoo import Card, Claim, Source, register
from convzoo.zoo.overrides import check_pooling, global_pooling

if TYPE_CHECKING:
    from convzoo.graph.dims import Shape
    from convzoo.graph.graph import Graph
    from convzoo.graph.layer import Tensor

_EPSILON = 1e-6
_MEAN = (0.485, 0.456, 0.406)
_DEVIATION = (0.229, 0.224, 0.225)

_SOURCE = Source(
    "Z. Liu, H. Mao, C.-Y. Wu, C. Feichtenhofer, T. Darrell, S. Xie",
    "A ConvNet for the 2020s",
    2022,
    "CVPR 2022, arXiv:2201.03545",
)


class _Variant(NamedTuple):
    """One network of the family, as `keras.applications` has it.

    Args:
        name: what follows "ConvNeXt".
        blocks: residual blocks of each stage.
        filters: channels of each stage.
        params: parameters that learn.
        printed: the paper's parameters and multiply-adds, table 1.
        keras_io: the parameters and the accuracy that keras.io tells.
    """

    name: str
    blocks: tuple[int, int, int, int]
    filters: tuple[int, int, int, int]
    params: int
    printed: tuple[str, str]
    keras_io: tuple[str, str]


# fmt: off
_VARIANTS = (
    _Variant("Tiny", (3, 3, 9, 3), (96, 192, 384, 768), 28_589_128, ("29 M", "4.5 G"),
             ("28.6 M", "81.3 %")),
    _Variant("Small", (3, 3, 27, 3), (96, 192, 384, 768), 50_223_688, ("50 M", "8.7 G"),
             ("50.2 M", "82.3 %")),
    _Variant("Base", (3, 3, 27, 3), (128, 256, 512, 1024), 88_591_464, ("89 M", "15.4 G"),
             ("88.5 M", "85.3 %")),
    _Variant("Large", (3, 3, 27, 3), (192, 384, 768, 1536), 197_767_336, ("198 M", "34.4 G"),
             ("197.7 M", "86.3 %")),
    _Variant("XLarge", (3, 3, 27, 3), (256, 512, 1024, 2048), 350_196_968, ("350 M", "60.9 G"),
             ("350.1 M", "86.7 %")),
)
# fmt: on


def _normalization(name: str) -> layers.LayerNormalization:
    return layers.LayerNormalization(epsilon=_EPSILON, name=name)


def _standardized(x: Tensor, name: str) -> Tensor:
    """Colours with ImageNet's mean 0 and deviation 1."""
    mean = [255 * mean for mean in _MEAN]
    variance = [(255 * deviation) ** 2 for deviation in _DEVIATION]
    name = f"{name}_prestem_normalization"
    return layers.Normalization(mean=mean, variance=variance, name=name)(x)


def _stem(filters: int, name: str) -> Graph:
    steps = [
        layers.Conv2D(filters, 4, 4, name=f"{name}_stem_conv"),
        _normalization(f"{name}_stem_layernorm"),
    ]
    return models.Sequential(steps, name=f"{name}_stem")


def _halving(filters: int, number: int, name: str) -> Graph:
    steps = [
        _normalization(f"{name}_downsampling_layernorm_{number}"),
        layers.Conv2D(filters, 2, 2, name=f"{name}_downsampling_conv_{number}"),
    ]
    return models.Sequential(steps, name=f"{name}_downsampling_block_{number}")


def _block(x: Tensor, filters: int, name: str) -> Tensor:
    from convzoo.operations import OPERATIONS

    shortcut = x
    conv_name = f"{name}_depthwise_conv"
    x = layers.Conv2D(filters, 7, padding="same", groups=filters, name=conv_name)(x)
    x = _normalization(f"{name}_layernorm")(x)
    x = layers.Dense(4 * filters, name=f"{name}_pointwise_conv_1")(x)
    x = layers.Activation("gelu", name=f"{name}_gelu")(x)
    x = layers.Dense(filters, name=f"{name}_pointwise_conv_2")(x)
    x = layers.LAYERS.get("convnext.LayerScale")(1e-6, filters, name=f"{name}_layer_scale")(x)
    # Where blocks are left out in training: Keras's functions leave out none.
    x = layers.Activation("linear", name=f"{name}_identity")(x)
    return OPERATIONS.get("numpy.Add")()(shortcut, x)


def convnext(
    variant: _Variant,
    input_shape: Shape,
    classes: int = 1000,
    include_top: bool = True,
    pooling: str | None = None,
) -> Graph:
    """Four stages of residual blocks, each with one depthwise convolution.

    The network holds its own preprocessing.
    """
    check_pooling(pooling, include_top)
    name = f"convnext_{variant.name.lower()}"
    inputs = x = layers.Input(input_shape)
    if input_shape[-1] == len(_MEAN):
        x = _standardized(x, name)
    for stage, (blocks, filters) in enumerate(zip(variant.blocks, variant.filters, strict=True)):
        x = (_halving(filters, stage - 1, name) if stage else _stem(filters, name))(x)
        for block in range(blocks):
            x = _block(x, filters, f"{name}_stage_{stage}_block_{block}")
    if not include_top:
        if pooling:
            x = global_pooling(x, pooling)(x)
        return models.Model(inputs, layers.LayerNormalization(epsilon=_EPSILON)(x))
    x = layers.GlobalAveragePooling2D(name=f"{name}_head_gap")(x)
    x = _normalization(f"{name}_head_layernorm")(x)
    x = layers.Dense(classes, activation="softmax", name=f"{name}_head_dense")(x)
    return models.Model(inputs, x)


def _stage_ends(variant: _Variant) -> tuple[str, ...]:
    """The sums that end the last block of each stage."""
    return tuple(f"add_{sum(variant.blocks[:stage]) - 1}" for stage in (1, 2, 3, 4))


def _register(variant: _Variant) -> None:
    keras_name = f"ConvNeXt{variant.name}"
    params, accuracy = variant.keras_io
    card = Card(
        title=f"ConvNeXt-{variant.name}",
        source=_SOURCE,
        params=variant.params,
        claims=(
            Claim("params", variant.printed[0]),
            Claim("macs", variant.printed[1]),
            Claim("params", params, by="keras.io"),
            Claim("accuracy", accuracy, on="ImageNet", by="keras.io", samples=50_000),
        ),
        input="224x224 colour images",
        stages=_stage_ends(variant),
        activation="gelu",
        tags=("imagenet", "depthwise", "residual", "keras-application"),
        pretrained=keras_name,
        weights_licence="MIT",
        notes=(
            "As in Keras, the stem and the downsampling are models within the model, and what "
            "remains without the classifier is normalized once more, after any pooling.",
        ),
    )
    factory = partial(convnext, variant, input_shape=(224, 224, 3))
    register(card, name=f"convnext_{variant.name.lower()}", aliases=(keras_name,))(factory)


for _variant in _VARIANTS:
    _register(_variant)
