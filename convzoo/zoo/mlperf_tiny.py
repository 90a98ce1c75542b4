"""The networks of MLPerf Tiny, the benchmark of microcontrollers.

Source: C. Banbury et al., "MLPerf Tiny Benchmark", NeurIPS 2021, and the training scripts in
https://github.com/mlcommons/tiny.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from convzoo import layers, models
from convzoo.zoo import Card, Claim, Recipe, Source, register
from convzoo.zoo.preprocessing import UNIT

if TYPE_CHECKING:
    from convzoo.graph.dims import Shape
    from convzoo.graph.graph import Graph
    from convzoo.graph.layer import Tensor

_SOURCE = Source(
    "C. Banbury et al.", "MLPerf Tiny Benchmark", 2021, "NeurIPS; github.com/mlcommons/tiny"
)
_TARGET = "what a submission must reach"


@register(
    Card(
        title="Image classification: a residual network of eight layers",
        source=_SOURCE,
        params=78_186,
        total_params=78_666,
        claims=(
            Claim("params", "78,666"),
            Claim("accuracy", "85 %", on="CIFAR-10", samples=200, note=_TARGET),
        ),
        input="32x32 colour images",
        stages=("stage1", "stage2", "stage3"),
        recipe=Recipe(
            "cifar10",
            "Adam",
            epochs=500,
            batch_size=32,
            optimizer_arguments={"learning_rate": 0.001},
            schedule="ExponentialDecay",
            schedule_arguments={
                "initial_learning_rate": 0.001,
                "decay_steps": 1,
                "decay_rate": 0.99,
                "staircase": True,
            },
            augmentation=(
                "RandomRotation:0.0417,fill_mode=nearest",
                "RandomTranslation:0.1,0.1,fill_mode=nearest",
                "RandomFlip:horizontal",
            ),
            notes=("L2 penalty of 0.0001 on the kernels", "turned by up to 15 degrees"),
        ),
        tags=("cifar", "tiny", "residual"),
    )
)
def mlperf_tiny_resnet8(input_shape: Shape = (32, 32, 3), classes: int = 10) -> Graph:
    """Three blocks of 16, 32 and 64 filters, with biases, and 1x1 shortcuts not normalized."""
    inputs = layers.Input(input_shape)
    x = _activated(_convolution(inputs, 16, 3, 1))
    for stage, filters in enumerate((16, 32, 64), start=1):
        strides = 1 if stage == 1 else 2
        through = _activated(_convolution(x, filters, 3, strides))
        through = layers.BatchNormalization()(_convolution(through, filters, 3, 1))
        around = x if stage == 1 else _convolution(x, filters, 1, strides)
        x = layers.Activation("relu", name=f"stage{stage}")(layers.Add()([around, through]))
    x = layers.GlobalAveragePooling2D()(x)
    return models.Model(inputs, layers.Dense(classes, activation="softmax")(x))


def _convolution(x: Tensor, filters: int, kernel_size: int, strides: int) -> Any:
    return layers.Conv2D(
        filters,
        (kernel_size, kernel_size),
        strides=(strides, strides),
        padding="same",
        kernel_initializer="he_normal",
    )(x)


def _activated(x: Tensor) -> Any:
    return layers.Activation("relu")(layers.BatchNormalization()(x))


@register(
    Card(
        title="Keyword spotting: depthwise separable convolutions on spectra",
        source=_SOURCE,
        params=23_756,
        total_params=24_908,
        claims=(Claim("accuracy", "90 %", on="Speech Commands v2", samples=1000, note=_TARGET),),
        input="49 frames of 10 cepstral coefficients (MFCC): one second of speech",
        stages=("stage1", "stage2", "stage3", "stage4", "stage5"),
        recipe=Recipe(
            "speech_commands",
            "Adam",
            epochs=36,
            batch_size=100,
            optimizer_arguments={"learning_rate": 0.0005},
            schedule="PiecewiseConstantDecay",
            schedule_arguments={"boundaries": [12, 24], "values": [0.0005, 0.0001, 0.00002]},
            notes=("L2 penalty of 0.0001 on the kernels", "background noise mixed in"),
        ),
        tags=("tiny", "audio", "depthwise"),
        notes=("Ten words, silence and all else make 12 classes.",),
    )
)
def mlperf_tiny_dscnn(input_shape: Shape = (49, 10, 1), classes: int = 12) -> Graph:
    """A 10x4 convolution, four depthwise separable ones, all of 64 maps."""
    separable = [
        layer
        for stage in range(2, 6)
        for layer in (
            layers.DepthwiseConv2D((3, 3), padding="same"),
            layers.BatchNormalization(),
            layers.Activation("relu"),
            layers.Conv2D(64, (1, 1)),
            layers.BatchNormalization(),
            layers.Activation("relu", name=f"stage{stage}"),
        )
    ]
    return models.Sequential(
        [
            layers.Input(input_shape),
            layers.Conv2D(64, (10, 4), strides=(2, 2), padding="same"),
            layers.BatchNormalization(),
            layers.Activation("relu", name="stage1"),
            layers.Dropout(0.2),
            *separable,
            layers.Dropout(0.4),
            layers.GlobalAveragePooling2D(),
            layers.Dense(classes, activation="softmax"),
        ]
    )


# Filters and strides of the depthwise separable convolutions: a quarter of MobileNet's filters.
_SEPARABLE = (
    (16, 1),
    (32, 2),
    (32, 1),
    (64, 2),
    (64, 1),
    (128, 2),
    (128, 1),
    (128, 1),
    (128, 1),
    (128, 1),
    (128, 1),
    (256, 2),
    (256, 1),
)


@register(
    Card(
        title="Visual wake words: MobileNet of a quarter of the width, with biases",
        source=_SOURCE,
        params=216_322,
        total_params=221_794,
        claims=(
            Claim("params", "221,794"),
            Claim("accuracy", "80 %", on="Visual Wake Words", samples=1000, note=_TARGET),
        ),
        input="96x96 colour images",
        preprocessing=UNIT,
        stages=("block1", "block3", "block5", "block11", "block13"),
        recipe=Recipe(
            "visual_wake_words",
            "Adam",
            epochs=50,
            batch_size=32,
            optimizer_arguments={"learning_rate": 0.001},
            schedule="PiecewiseConstantDecay",
            schedule_arguments={"boundaries": [20, 30], "values": [0.001, 0.0005, 0.00025]},
            augmentation=(
                "RandomRotation:0.0278,fill_mode=nearest",
                "RandomTranslation:0.05,0.05,fill_mode=nearest",
                "RandomZoom:0.1,0.1,fill_mode=nearest",
                "RandomFlip:horizontal",
            ),
            notes=(
                "L2 penalty of 0.0001 on the kernels",
                "turned by up to 10 degrees",
                "a tenth of the images held out for validation",
                "the optimizer begins anew at each rate",
            ),
        ),
        tags=("tiny", "mobile", "depthwise"),
    )
)
def mlperf_tiny_mobilenet(input_shape: Shape = (96, 96, 3), classes: int = 2) -> Graph:
    """A convolution of 8 filters and 13 depthwise separable ones."""
    inputs = layers.Input(input_shape)
    x = _activated(_convolution(inputs, 8, 3, 2))
    for number, (filters, strides) in enumerate(_SEPARABLE, start=1):
        x = layers.DepthwiseConv2D((3, 3), strides=(strides, strides), padding="same")(x)
        x = layers.BatchNormalization()(_convolution(_activated(x), filters, 1, 1))
        x = layers.Activation("relu", name=f"block{number}")(x)
    x = layers.GlobalAveragePooling2D()(x)
    return models.Model(inputs, layers.Dense(classes, activation="softmax")(x))
