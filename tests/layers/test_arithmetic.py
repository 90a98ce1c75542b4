"""The arithmetic of what the layers give, as it is explained."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from convzoo import Input, Model, layers
from convzoo.analyses.explain import explain


@pytest.mark.parametrize(
    ("make", "shape", "lines"),
    [
        (lambda: layers.Conv1D(2, 3, 2), (9, 3), ["floor((9 - 3) / 2) + 1 = 4"]),
        (lambda: layers.Conv1D(2, 3, 2, "same"), (9, 3), ["ceil(9 / 2) = 5"]),
        (
            lambda: layers.Conv1D(2, 3, dilation_rate=2),
            (9, 3),
            ["floor((9 - (2 x (3 - 1) + 1)) / 1) + 1 = 5"],
        ),
        (lambda: layers.Conv1DTranspose(2, 3, 2), (9, 3), ["(9 - 1) x 2 + 3 = 19"]),
        (lambda: layers.Conv1DTranspose(2, 3, 2, "same"), (9, 3), ["9 x 2 = 18"]),
        (lambda: layers.ZeroPadding1D((1, 2)), (9, 3), ["1 + 9 + 2 = 12"]),
        (lambda: layers.Cropping1D((1, 2)), (9, 3), ["9 - 1 - 2 = 6"]),
        (lambda: layers.UpSampling1D(2), (9, 3), ["9 x 2 = 18"]),
        (lambda: layers.DepthwiseConv1D(1, depth_multiplier=2), (9, 3), ["2 x 3 = 6"]),
        (lambda: layers.Flatten(), (9, 3), ["9 x 3 = 27"]),
        (lambda: layers.Reshape((-1, 9)), (9, 3), ["floor((9 x 3) / 9) = 3"]),
        (
            lambda: layers.STFTSpectrogram("log", 8, 4, 16),
            (16, 2),
            ["floor((16 - 8) / 4) + 1 = 3", "2 x (floor(16 / 2) + 1) = 18"],
        ),
        (
            lambda: layers.STFTSpectrogram("stft", 8, 4, 16),
            (16, 2),
            ["floor((16 - 8) / 4) + 1 = 3", "2 x (floor(16 / 2) + 1) x 2 = 36"],
        ),
        (lambda: layers.Discretization([0.1, 0.2], output_mode="one_hot"), (5,), ["2 + 1 = 3"]),
        (lambda: layers.Bidirectional(layers.LSTM(4)), (5, 3), ["2 x 4 = 8"]),
        (
            lambda: layers.Bidirectional(layers.ConvLSTM1D(4, 2, data_format="channels_first")),
            (5, 3, 8),
            ["2 x (floor((8 - 2) / 1) + 1) = 14"],
        ),
        (
            lambda: layers.TimeDistributed(layers.Conv1D(2, 3)),
            (4, 9, 3),
            ["floor((9 - 3) / 1) + 1 = 7"],
        ),
        (
            lambda: layers.ConnectionTableConv2D(3, 1, [[0], [1, 2], [0, 1]]),
            (2, 2, 3),
            # One filter sees a channel, and two see two.
            [
                "floor((2 - 1) / 1) + 1 = 2",
                "1 x 1 x (1 + 2 x 2) weights + 3 bias = 8",
            ],
        ),
    ],
)
def test_shape_is_explained_by_this(
    make: Callable[[], Any], shape: tuple[int, ...], lines: list[str]
) -> None:
    inputs = Input(shape)
    found = [str(line).partition(": ")[2] for line in explain(Model(inputs, make()(inputs)))]
    assert [line for line in found if line in lines] == lines, found


@pytest.mark.parametrize(
    ("layer", "axis"),
    [
        (layers.Bidirectional(layers.ConvLSTM1D(4, 2, data_format="channels_first")), "steps"),
        (layers.TimeDistributed(layers.Conv1D(4, 2, data_format="channels_first")), "width"),
        (layers.ConvLSTM1D(4, 2, data_format="channels_first"), "steps"),
    ],
    ids=lambda value: getattr(value, "class_name", value),
)
def test_axes_have_the_names_of_the_data_format(layer: Any, axis: str) -> None:
    """Along the last axis, of 8, windows slide: there are no channels."""
    inputs = Input((5, 3, 8))
    assert str(explain(Model(inputs, layer(inputs)))[0]).startswith(f"{axis}: ")
