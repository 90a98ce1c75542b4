"""Convolutions: their work counted by a loop, low-rank adaptation, and names in a stack."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product

import keras
import pytest

from convzoo import calc, layers
from convzoo.errors import ArgumentError
from convzoo.graph.config import graph_from_config


def _multiplications(*loops: Iterable[int]) -> int:
    """How often the innermost statement of so many loops runs."""
    return sum(1 for _ in product(*loops))


def _starts(size: int, kernel: int, stride: int) -> range:
    return range(0, size - kernel + 1, stride)


@pytest.mark.parametrize(("size", "kernel", "stride"), [(6, 3, 1), (7, 2, 2), (5, 5, 1), (8, 3, 2)])
def test_work_of_a_depthwise_convolution_equals_a_loop(size: int, kernel: int, stride: int) -> None:
    inputs = layers.Input((size, size + 1, 3))
    layer = layers.DepthwiseConv2D(kernel, stride, depth_multiplier=2, activation="relu")
    rows, columns = _starts(size, kernel, stride), _starts(size + 1, kernel, stride)
    taps, channels, multiplier = range(kernel), range(3), range(2)
    outputs = _multiplications(rows, columns, channels, multiplier)
    assert layer.work(inputs)[:3] == (
        _multiplications(rows, columns, taps, taps, channels, multiplier),
        outputs,
        outputs,
    )


def test_work_of_a_separable_convolution_equals_two_loops() -> None:
    layer = layers.SeparableConv1D(5, 3, 2, depth_multiplier=2, use_bias=False, activation="tanh")
    places, between = _starts(9, 3, 2), range(2 * 4)
    depthwise = _multiplications(places, range(3), between)
    pointwise = _multiplications(places, between, range(5))
    outputs = _multiplications(places, range(5))
    assert layer.work(layers.Input((9, 4)))[:3] == (depthwise + pointwise, 0, outputs)


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize(("kernel", "stride"), [(3, 1), (3, 2), (2, 3)])
def test_work_of_a_transposed_convolution_equals_a_loop_over_inputs(
    padding: str, kernel: int, stride: int
) -> None:
    layer = layers.Conv2DTranspose(4, kernel, stride, padding)
    work = layer.work(layers.Input((3, 5, 2)))
    taps = range(kernel)
    assert work.macs == _multiplications(range(3), range(5), range(2), taps, taps, range(4))
    _, height, width, _ = layer.output_shape((None, 3, 5, 2))
    assert height is not None
    assert width is not None
    assert work.bias_adds == _multiplications(range(height), range(width), range(4))
    assert work.element_ops == 0


def test_transposed_convolution_has_the_work_of_the_one_it_turns_round() -> None:
    forth = layers.Conv2D(2, 3, 2, use_bias=False)
    back = layers.Conv2DTranspose(4, 3, 2, use_bias=False)
    image = layers.Input((9, 9, 4))
    small = forth(image)
    assert back(small).shape == image.shape
    assert back.work(small) == forth.work(image)


def test_low_rank_adaptation_makes_its_kernel_anew_in_each_call() -> None:
    inputs = layers.Input((6, 3))
    plain = layers.Conv1D(4, 2).work(inputs)
    adapted = layers.Conv1D(4, 2, lora_rank=5).work(inputs)
    kernel = (range(2), range(3), range(4))
    assert adapted.macs is not None
    assert adapted.macs - (plain.macs or 0) == _multiplications(*kernel, range(5))
    assert adapted.element_ops == 2 * _multiplications(*kernel)


def test_low_rank_adaptation_trains_two_small_matrices_and_the_bias() -> None:
    report = calc("8x8x4 conv:6,3,lora_rank=2")
    assert report.total("non_trainable_params") == 3 * 3 * 4 * 6
    assert report.total("trainable_params") == 6 + 3 * 3 * 4 * 2 + 2 * 6


def test_low_rank_adaptation_excludes_a_constraint() -> None:
    with pytest.raises(ArgumentError, match="exclude each other"):
        layers.Conv2D(4, 3, lora_rank=2, kernel_constraint="max_norm")


@pytest.mark.parametrize("alpha", [None, 2, 5.0])
def test_low_rank_adaptation_survives_keras_s_config(alpha: float | None) -> None:
    arguments = {"lora_rank": 2, "lora_alpha": alpha}
    theirs = keras.Sequential(
        [keras.Input((8, 8, 4)), keras.layers.Conv2D(6, 3, **arguments, name="conv")], name="model"
    )
    [read] = graph_from_config({"class_name": "Sequential", "config": theirs.get_config()}).layers
    assert read.to_config() == layers.Conv2D(6, 3, **arguments, name="conv").to_config()


@pytest.mark.parametrize(
    ("stack", "class_name", "shape"),
    [
        ("7x3 deconv:2,3,2", "Conv1DTranspose", (None, 15, 2)),
        ("7x7x3 deconv:2,3,2,same", "Conv2DTranspose", (None, 14, 14, 2)),
        ("7x7x3 convtranspose:2,3,2,output_padding=1", "Conv2DTranspose", (None, 16, 16, 2)),
        ("7x7x7x3 Convolution3DTranspose:2,3", "Conv3DTranspose", (None, 9, 9, 9, 2)),
        ("7x3 dwconv:3", "DepthwiseConv1D", (None, 5, 3)),
        ("7x7x3 depthwiseconv:3,depth_multiplier=2", "DepthwiseConv2D", (None, 5, 5, 6)),
        ("7x3 sepconv:4,3", "SeparableConv1D", (None, 5, 4)),
        ("7x7x3 separableconv:4,3,relu", "SeparableConv2D", (None, 5, 5, 4)),
    ],
)
def test_short_names_take_their_form_from_the_input(
    stack: str, class_name: str, shape: tuple[int | None, ...]
) -> None:
    [row] = calc(stack).rows
    assert (row.class_name, row.output_shape) == (class_name, shape)
