"""Weights of `keras.applications` compute in the zoo's models what they compute in Keras's.

The weights are random ones that Keras saves, in place of those that it would download.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import convzoo
from convzoo import layers
from convzoo.graph.graph import Graph, Model
from convzoo.zoo import ZOO
from tests.registries import keep

_SHAPE = (32, 32, 3)


def _made_by_keras(
    weights: str | None = None, include_top: bool = True, input_shape: Any = (8, 8, 3)
) -> keras.Model:
    """A model in the manner of `keras.applications`, its convolution with an automatic name."""
    inputs = keras.Input(input_shape)
    x = keras.layers.Normalization()(inputs)
    if weights == "imagenet":
        x = keras.layers.Rescaling([2.0, 3.0, 4.0])(x)
    x = keras.layers.Conv2D(2, 3)(x)
    if include_top:
        x = keras.layers.Flatten()(x)
        x = keras.layers.Dense(5, name="predictions")(x)
    model = keras.Model(inputs, x)
    if weights:
        values = np.random.default_rng(3)
        model.set_weights([values.uniform(1, 2, x.shape) for x in model.get_weights()])
        model.get_layer(index=1).finalize_state()
    return model


def _described(input_shape: Any = (8, 8, 3), classes: int = 5) -> Graph:
    inputs = layers.Input(input_shape)
    x = layers.Conv2D(2, 3)(layers.Normalization()(inputs))
    x = layers.Dense(classes, name="predictions")(layers.Flatten()(x))
    return Model(inputs, x)


@pytest.fixture
def make(monkeypatch: pytest.MonkeyPatch) -> Callable[..., keras.Model]:
    keep(monkeypatch, ZOO)
    source = convzoo.Source("Me", "Mine", 2026)
    card = convzoo.Card("Mine", source, stages=("conv2d",), pretrained="Mine")
    convzoo.register(card, name="mine")(_described)
    monkeypatch.setattr(keras.applications, "Mine", _made_by_keras, raising=False)
    return _made_by_keras


def _assert_equal_outputs(ours: keras.Model, theirs: keras.Model) -> None:
    shape = (2, *ours.input_shape[1:])
    images = np.random.default_rng(1).uniform(0, 255, shape).astype("float32")
    expected = np.asarray(theirs(images))
    assert np.ptp(expected) > 0
    np.testing.assert_allclose(np.asarray(ours(images)), expected, rtol=1e-4)


@pytest.mark.parametrize("weights", ["some.h5", "imagenet"])
@pytest.mark.parametrize(
    "arguments", [{}, {"include_top": False, "input_shape": (9, 7, 3)}], ids=["top", "no_top"]
)
def test_weights_reach_layers_whose_names_keras_numbers_otherwise(
    make: Callable[..., keras.Model], weights: str, arguments: dict[str, Any]
) -> None:
    for _ in range(2):
        ours = convzoo.get("mine", weights=weights, **arguments)
        _assert_equal_outputs(ours, make(weights, **arguments))
    assert [layer.name for layer in ours.layers][1:3] == ["normalization", "conv2d"]


@pytest.mark.slow
def test_efficientnet_computes_what_it_does_in_keras(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = keras.applications.EfficientNetB0
    arguments: dict[str, Any] = {"include_top": False, "input_shape": _SHAPE}
    model = make(weights=None, **arguments)
    random = np.random.default_rng(0)
    model.set_weights(
        [np.asarray(random.uniform(0.05, 0.1, x.shape), x.dtype) for x in model.get_weights()]
    )
    weights = str(tmp_path / "some.weights.h5")
    model.save_weights(weights)
    monkeypatch.setattr("keras.src.utils.file_utils.get_file", lambda *_, **__: weights)
    for given in (weights, "imagenet"):
        ours = convzoo.get("efficientnet_b0", weights=given, **arguments)
        theirs = make(weights=given, **arguments)
        _assert_equal_outputs(ours, theirs)
        assert len(theirs.layers) - len(ours.layers) == (given == "imagenet")
