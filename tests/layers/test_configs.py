"""What layers write of themselves where it is not what they were given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from convzoo import layers


@pytest.mark.parametrize(
    ("made", "config"),
    [
        # Keras takes what is empty for no change of the brightness.
        (
            lambda: layers.RandomColorJitter(brightness_factor=(), name="l"),
            {"brightness_factor": []},
        ),
        (lambda: layers.LeakyReLU(alpha=0.2, name="l"), {"negative_slope": 0.2}),
        (
            lambda: layers.Lambda("f", arguments={"a": 1}, name="l"),
            {"function": "f", "arguments": {"a": 1}},
        ),
        (lambda: layers.Lambda("f", arguments={}, name="l"), {"function": "f"}),
        (lambda: layers.Lambda("f", mask=1, name="l"), {"function": "f", "mask": 1}),
        (lambda: layers.Lambda("f", name="l"), {"function": "f"}),
        (lambda: layers.LSTM(3, use_cudnn=False, name="l"), {"units": 3}),
        (
            lambda: layers.GRU(3, seed=3, dropout=0.5, name="l"),
            {"units": 3, "dropout": 0.5, "seed": 3},
        ),
        (lambda: layers.SimpleRNN(3, seed=3, dropout=0.5, name="l"), {"units": 3, "dropout": 0.5}),
        (lambda: layers.LSTMCell(3, seed=3, name="l"), {"units": 3, "seed": 3}),
        (lambda: layers.GRUCell(3, implementation=1, name="l"), {"units": 3}),
        (lambda: layers.Rescaling(0.5, name="l"), {"scale": 0.5, "offset": 0.0}),
        (
            lambda: layers.TextVectorization(name="l"),
            {"standardize": "lower_and_strip_punctuation", "split": "whitespace", "ngrams": None},
        ),
        (
            lambda: layers.TextVectorization(
                ngrams=2, split="character", standardize=None, name="l"
            ),
            {"standardize": None, "split": "character", "ngrams": 2},
        ),
        (lambda: layers.Discretization([1.0, 2.0], name="l"), {"bin_boundaries": [1.0, 2.0]}),
        (lambda: layers.ZeroPadding2D(-1, name="l"), {"padding": -1}),
        (lambda: layers.ZeroPadding2D(1, name="l"), {"padding": [[1, 1], [1, 1]]}),
        (lambda: layers.ZeroPadding2D(((1, 2), (3, 4)), name="l"), {"padding": [[1, 2], [3, 4]]}),
        (lambda: layers.SpatialDropout2D(0.5, name="l"), {"rate": 0.5}),
        (
            lambda: layers.SpatialDropout2D(0.5, seed=3, dtype="float16", name="l"),
            {"rate": 0.5, "seed": 3, "dtype": "float16"},
        ),
        (
            lambda: layers.SpatialDropout2D(0.5, data_format="channels_first", name="l"),
            {"rate": 0.5, "data_format": "channels_first"},
        ),
        (
            lambda: layers.Embedding(5, 3, input_length=7, name="l"),
            {"input_dim": 5, "output_dim": 3},
        ),
        (
            lambda: layers.Embedding(5, 3, mask_zero=True, name="l"),
            {"input_dim": 5, "output_dim": 3, "mask_zero": True},
        ),
        (
            lambda: layers.ConvLSTM2D(3, 3, seed=3, name="l"),
            {
                "filters": 3,
                "kernel_size": [3, 3],
                "strides": [1, 1],
                "dilation_rate": [1, 1],
                "seed": 3,
            },
        ),
        (lambda: layers.PReLU(shared_axes=1, name="l"), {"shared_axes": [1]}),
        (
            lambda: layers.Conv2D(3, 3, data_format="channels_last", name="l"),
            {"filters": 3, "kernel_size": [3, 3]},
        ),
        (
            lambda: layers.Conv2D(
                3,
                (3, 5),
                strides=2,
                padding="SAME",
                activation="swish",
                kernel_regularizer="l2",
                trainable=False,
                name="l",
            ),
            {
                "filters": 3,
                "kernel_size": [3, 5],
                "strides": [2, 2],
                "padding": "same",
                "activation": "silu",
                "kernel_regularizer": "l2",
                "trainable": False,
            },
        ),
        (
            lambda: layers.RandomFlip("horizontal", data_format="channels_first", name="l"),
            {"mode": "horizontal", "data_format": "channels_first"},
        ),
        (lambda: layers.RandomBrightness(0.2, name="l"), {"factor": [-0.2, 0.2]}),
        (
            lambda: layers.RandomContrast((0.1, 0.3), value_range=(0, 1), name="l"),
            {"factor": [0.1, 0.3], "value_range": [0, 1]},
        ),
        (
            lambda: layers.IntegerLookup(
                vocabulary=[1, 2], trainable=False, dtype="int32", name="l"
            ),
            {"vocabulary": [1, 2], "vocabulary_size": 3},
        ),
        (
            lambda: layers.HashedCrossing(3, trainable=False, name="l"),
            {"num_bins": 3, "dtype": "int64"},
        ),
        (
            lambda: layers.MaxNumBoundingBoxes("3", fill_value=2.7, name="l"),
            {"max_number": 3, "fill_value": 2},
        ),
    ],
)
def test_config_has_these_arguments(made: Callable[[], Any], config: dict[str, Any]) -> None:
    layer = made()
    assert layer.to_config() == {"name": "l", **config}
    assert type(layer).from_config(layer.to_config()).to_config() == layer.to_config()
