"""What each layer computes for each element, counted by hand where no product is summed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from convzoo import Input, layers
from convzoo.graph.facts import Work
from convzoo.layers import LAYERS

# How many operations an output element takes, on images of 6 x 4 with 3 channels.
_PER_OUTPUT: dict[int, list[Callable[[], Any]]] = {
    0: [
        lambda: layers.Activation("linear"),
        lambda: layers.ActivityRegularization(0.1),
        lambda: layers.AlphaDropout(0.5),
        lambda: layers.AugMix(),
        lambda: layers.CenterCrop(4, 4),
        lambda: layers.Cropping2D(1),
        lambda: layers.CutMix(),
        lambda: layers.Dropout(0.5),
        lambda: layers.Equalization(),
        lambda: layers.Flatten(),
        lambda: layers.GaussianDropout(0.5),
        lambda: layers.GaussianNoise(0.5),
        lambda: layers.Identity(),
        lambda: layers.MaxNumBoundingBoxes(3),
        lambda: layers.MixUp(),
        lambda: layers.Permute((2, 1, 3)),
        lambda: layers.RandAugment(),
        lambda: layers.RandomBrightness(0.5),
        lambda: layers.RandomColorDegeneration(0.5),
        lambda: layers.RandomColorJitter(),
        lambda: layers.RandomContrast(0.5),
        lambda: layers.RandomElasticTransform(),
        lambda: layers.RandomErasing(),
        lambda: layers.RandomFlip(),
        lambda: layers.RandomGaussianBlur(),
        lambda: layers.RandomGrayscale(),
        lambda: layers.RandomHue(0.5),
        lambda: layers.RandomInvert(),
        lambda: layers.RandomPerspective(),
        lambda: layers.RandomPosterization(4),
        lambda: layers.RandomRotation(0.5),
        lambda: layers.RandomSaturation(0.5),
        lambda: layers.RandomSharpness(0.5),
        lambda: layers.RandomShear(),
        lambda: layers.RandomTranslation(0.5, 0.5),
        lambda: layers.RandomZoom(0.5),
        lambda: layers.Reshape((-1, 3)),
        lambda: layers.Solarization(),
        lambda: layers.SpatialDropout2D(0.5),
        lambda: layers.UpSampling2D(2),
        lambda: layers.ZeroPadding2D(1),
        lambda: LAYERS.get("convnext.StochasticDepth")(0.5),
    ],
    1: [
        lambda: layers.Activation("relu"),
        lambda: layers.AdaptiveAveragePooling2D(2),
        lambda: layers.AdaptiveMaxPooling2D(2),
        lambda: layers.AveragePooling2D(2),
        lambda: layers.CategoryEncoding(3),
        lambda: layers.CenterCrop(4, 9),
        lambda: layers.Discretization([0.5]),
        lambda: layers.ELU(),
        lambda: layers.GlobalAveragePooling2D(),
        lambda: layers.GlobalMaxPooling2D(keepdims=True),
        lambda: layers.Hashing(5),
        lambda: layers.IntegerLookup(vocabulary=[1]),
        lambda: layers.L2Pooling2D(2),
        lambda: layers.LayerNormalization(center=False, scale=False),
        lambda: layers.LeakyReLU(),
        lambda: layers.MaxPooling2D(2),
        lambda: layers.PReLU(),
        lambda: layers.RandomCrop(3, 3),
        lambda: layers.ReLU(),
        lambda: layers.Resizing(4, 9),
        lambda: layers.Softmax(),
        lambda: layers.StringLookup(vocabulary=["a"]),
        lambda: layers.UnitNormalization(),
        lambda: layers.UpSampling2D(2, interpolation="bilinear"),
        lambda: LAYERS.get("convnext.LayerScale")(0.1, 3),
    ],
    2: [
        lambda: layers.BatchNormalization(),
        lambda: layers.GroupNormalization(3, scale=False),
        lambda: layers.LayerNormalization(scale=False),
        lambda: layers.LayerNormalization(rms_scaling=True),
        lambda: layers.Masking(),
        lambda: layers.Normalization(mean=1.0, variance=1.0),
        lambda: layers.Pipeline([layers.Rescaling(2.0)]),
        lambda: layers.RMSNormalization(),
        lambda: layers.Rescaling(2.0),
    ],
    3: [lambda: layers.GroupNormalization(3), lambda: layers.LayerNormalization()],
}


@pytest.mark.parametrize(
    ("count", "make"),
    [(count, make) for count, several in _PER_OUTPUT.items() for make in several],
)
def test_layer_works_so_often_for_each_output(count: int, make: Callable[[], Any]) -> None:
    layer, image = make(), Input((6, 4, 3))
    outputs = 1
    for dim in layer.output(image).shape[1:]:
        outputs *= dim
    assert layer.work(image) == Work(element_ops=count * outputs)


def _dense(macs: int, outputs: int, ops: int = 0) -> Work:
    return Work(macs=macs, bias_adds=outputs, element_ops=ops)


@pytest.mark.parametrize(
    ("make", "shapes", "work"),
    [
        # Two of three inputs are added to the first.
        (lambda: layers.Add(), [(5, 3), (5, 3), (1, 3)], Work(element_ops=2 * 15)),
        (lambda: layers.Multiply(), [(5, 3), (5, 3), (5, 3)], Work(element_ops=2 * 15)),
        (lambda: layers.Maximum(), [(5, 3), (5, 3)], Work(element_ops=15)),
        (lambda: layers.Minimum(), [(5, 1), (1, 3)], Work(element_ops=15)),
        (lambda: layers.Subtract(), [(5, 3), (5, 3)], Work(element_ops=15)),
        # They are added, and the sum is divided.
        (lambda: layers.Average(), [(5, 3), (5, 3), (5, 3)], Work(element_ops=3 * 15)),
        (lambda: layers.Concatenate(), [(5, 3), (5, 2)], Work()),
        (lambda: layers.HashedCrossing(9), [(5, 1), (5, 1)], Work(element_ops=5 + 5)),
        (
            lambda: layers.Dot((2, 1), normalize=True),
            [(5, 3), (3, 2)],
            Work(macs=5 * 3 * 2, element_ops=5 * 3 + 3 * 2),
        ),
        # The second is scaled, and added.
        (
            lambda: LAYERS.get("inception_resnet_v2.CustomScaleLayer")(0.1),
            [(5, 3), (1, 3)],
            Work(element_ops=3 + 15),
        ),
        # Query and key meet, are added, bent and summed; each score is weighted, and in a softmax.
        (
            lambda: layers.Attention(score_mode="concat"),
            [(5, 3), (4, 3)],
            Work(macs=60, element_ops=3 * 60 + 20 + 20, activation_macs=60),
        ),
        (
            lambda: layers.Attention(score_mode="concat", use_scale=True),
            [(5, 3), (4, 3)],
            Work(macs=60, element_ops=4 * 60 + 20 + 20, activation_macs=60),
        ),
        (
            lambda: layers.AdditiveAttention(use_scale=False),
            [(5, 3), (4, 3)],
            Work(macs=60, element_ops=3 * 60 + 20, activation_macs=60),
        ),
    ],
)
def test_layer_of_several_inputs_works_so_often(
    make: Callable[[], Any], shapes: list[tuple[int, ...]], work: Work
) -> None:
    assert make().work([Input(shape) for shape in shapes]) == work


@pytest.mark.parametrize(
    ("make", "shape", "work"),
    [
        (lambda: layers.Embedding(9, 4), (5,), Work()),
        (lambda: layers.RepeatVector(5), (3,), Work()),
        (lambda: layers.Cropping1D(1), (5, 3), Work()),
        (lambda: layers.ZeroPadding3D(1), (5, 2, 2, 3), Work()),
        (lambda: layers.UpSampling1D(2), (5, 3), Work()),
        (lambda: layers.UpSampling3D(2), (5, 2, 2, 3), Work()),
        (lambda: layers.SpatialDropout1D(0.5), (5, 3), Work()),
        (lambda: layers.Dense(2, "relu"), (5, 3), _dense(30, 10, 10)),
        (
            lambda: layers.EinsumDense("abc,cd->abd", (5, 2), "relu", "d"),
            (5, 3),
            _dense(30, 10, 10),
        ),
        (lambda: layers.Conv1D(2, 2, activation="relu"), (5, 3), _dense(8 * 6, 8, 8)),
        (lambda: layers.Conv1DTranspose(2, 2, activation="relu"), (5, 3), _dense(60, 12, 12)),
        (lambda: layers.DepthwiseConv1D(2, activation="relu"), (5, 3), _dense(24, 12, 12)),
        (
            lambda: layers.SeparableConv1D(2, 2, activation="relu"),
            (5, 3),
            _dense(24 + 24, 8, 8)._replace(inner_macs=24),
        ),
        (
            lambda: layers.ConnectionTableConv2D(2, 2, [[0], [0, 2]], activation="relu"),
            (3, 3, 3),
            _dense(4 * 4 * 3, 8, 8),
        ),
        # Each patch is summed up and weighted.
        (
            lambda: layers.TrainableSubsampling2D(2, activation="relu"),
            (4, 4, 3),
            Work(bias_adds=12, element_ops=3 * 12),
        ),
        (
            lambda: layers.EuclideanRBF(2, [[1, 2, 3], [4, 5, 6]]),
            (5, 3),
            Work(macs=5 * 6, element_ops=5 * 6),
        ),
        (
            lambda: layers.TimeDistributed(layers.Dense(2, "relu")),
            (7, 5, 3),
            _dense(7 * 30, 7 * 10, 7 * 10),
        ),
        (lambda: layers.SpectralNormalization(layers.Dense(2)), (5, 3), _dense(30, 10)),
        (
            lambda: layers.Pipeline([layers.Rescaling(2.0), layers.Dense(2), layers.ReLU()]),
            (5, 3),
            _dense(30, 10, 2 * 15 + 10),
        ),
        *(
            (
                lambda mode=mode: layers.STFTSpectrogram(mode, 8, 4, 8),
                (16, 2),
                # 3 frames, 5 frequencies, 2 channels, 8 samples.
                Work(macs=30 * 8 * kernels, element_ops=30 * ops),
            )
            for mode, kernels, ops in [
                ("real", 1, 0),
                ("imag", 1, 0),
                ("stft", 2, 0),
                ("angle", 2, 1),
                ("psd", 2, 4),
                ("magnitude", 2, 5),
                ("log", 2, 7),
            ]
        ),
    ],
)
def test_layer_works_so_often(make: Callable[[], Any], shape: tuple[int, ...], work: Work) -> None:
    assert make().work(Input(shape)) == work


@pytest.mark.parametrize(
    ("make", "shape"),
    [
        (lambda: layers.AutoContrast(), (6, 4, 3)),
        (lambda: layers.ContrastLimitedAdaptiveHistogramEqualization(), (6, 4, 3)),
        (lambda: layers.MelSpectrogram(), (4000,)),
        (lambda: layers.TextVectorization(), (1,)),
        (lambda: layers.CenterCrop(4, 4), (None, 8, 3)),
        (lambda: layers.Pipeline([layers.AutoContrast(), layers.Rescaling(2.0)]), (6, 4, 3)),
        (lambda: layers.TimeDistributed(layers.AutoContrast()), (2, 6, 4, 3)),
    ],
)
def test_work_is_unknown(make: Callable[[], Any], shape: tuple[int | None, ...]) -> None:
    assert make().work(Input(shape)) is None
