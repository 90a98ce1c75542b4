"""Normalization: what is worked, what is seen, and the layer that is wrapped."""

from __future__ import annotations

from typing import Any

import keras
import pytest

from convzoo import Input, Sequential, layers
from convzoo.building import build
from convzoo.errors import ConvzooError
from convzoo.graph.config import graph_from_config
from convzoo.graph.config_writing import config_of
from convzoo.graph.layer import Tensor
from tests.keras_oracle import assert_equal_to_keras
from tests.strategies import LayerCase, Spec

_IMAGE = Tensor((None, 4, 5, 6))


def test_each_step_of_a_normalization_is_counted() -> None:
    elements = 4 * 5 * 6
    for layer, steps in (
        (layers.UnitNormalization(), 1),
        (layers.RMSNormalization(), 2),
        (layers.LayerNormalization(), 3),
        (layers.LayerNormalization(center=False, scale=False), 1),
        (layers.GroupNormalization(3, center=False), 2),
    ):
        work = layer.work(_IMAGE)
        assert work is not None
        assert work.element_ops == steps * elements


def test_normalization_along_channels_sees_one_position() -> None:
    assert layers.LayerNormalization().windows(_IMAGE) == ()
    assert layers.LayerNormalization(axis=3).windows(_IMAGE) == ()
    assert layers.LayerNormalization(axis=(1, 3)).windows(_IMAGE) is None
    assert layers.GroupNormalization(3).windows(_IMAGE) is None


@pytest.mark.parametrize("shape", [(None, 6), (None, 4, 5, 3), (None, None)])
def test_one_group_per_channel_is_that_of_keras(shape: Any) -> None:
    assert_equal_to_keras(LayerCase("GroupNormalization", {"groups": -1}, Spec(shape)))


def test_wrapped_layer_works_and_sees_as_without() -> None:
    conv = layers.Conv2D(3, 2)
    wrapped = layers.SpectralNormalization(layers.Conv2D(3, 2))
    assert wrapped.work(_IMAGE) == conv.work(_IMAGE)
    assert wrapped.windows(_IMAGE) == conv.windows(_IMAGE)


def test_wrapped_layer_goes_to_keras_and_comes_back() -> None:
    wrapped = layers.SpectralNormalization(layers.Conv2D(3, 2), power_iterations=2)
    graph = Sequential([Input((4, 5, 6)), wrapped, layers.LayerNormalization(axis=[-1])], name="m")
    model = build(graph)
    assert model.count_params() == sum(w.elements or 0 for x in graph.layers for w in x.variables)
    saved = keras.saving.serialize_keras_object(model)
    assert config_of(graph_from_config(saved)) == config_of(graph)


def test_layer_without_a_kernel_is_not_wrapped() -> None:
    for layer in (layers.ReLU(), layers.BatchNormalization(), layers.Wrapper(layers.Dense(3))):
        with pytest.raises(ConvzooError):
            layers.SpectralNormalization(layer)(Input((4,)))


def test_layer_that_is_wrapped_is_frozen_with_the_model() -> None:
    graph = Sequential([Input((4,)), layers.SpectralNormalization(layers.Dense(3))])
    graph.trainable = False
    weights = build(graph).layers[0].weights
    assert [bool(weight.trainable) for weight in weights] == [False] * 3
    assert [weight.trainable for weight in graph.layers[0].variables or ()] == [False] * 3
