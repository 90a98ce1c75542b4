"""Regularization: layers that work in training only."""

from __future__ import annotations

import keras
import pytest

from convzoo import Input, Sequential, layers
from convzoo.building import build
from convzoo.errors import ConvzooError
from convzoo.graph.layer import Tensor


def test_spatial_dropout_of_a_frozen_model_goes_to_keras() -> None:
    graph = Sequential([Input((4, 5)), layers.SpatialDropout1D(0.5), layers.Dense(3)])
    graph.trainable = False
    model = build(graph)
    assert isinstance(model.layers[0], keras.layers.SpatialDropout1D)
    assert model.trainable_weights == []


def test_nothing_is_worked_at_inference() -> None:
    for layer in (layers.GaussianNoise(0.1), layers.AlphaDropout(0.5), layers.SpatialDropout1D(0)):
        assert layer.work(Tensor((None, 4, 5)))[:3] == (0, 0, 0)


def test_second_activity_regularizer_is_refused() -> None:
    with pytest.raises(ConvzooError, match="has its own activity_regularizer"):
        layers.ActivityRegularization(0.1, activity_regularizer="l2")
