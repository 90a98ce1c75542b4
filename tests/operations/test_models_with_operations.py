"""Functional models with operations among their layers: read, written, built again."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from keras import ops

from convzoo import calc
from convzoo.building import build
from convzoo.building.verifying import differences
from convzoo.graph.config import graph_from_config
from convzoo.graph.config_writing import config_of
from convzoo.graph.graph import Graph
from convzoo.graph.naming import fresh_names
from tests.keras_oracle import expected_summary, printed_summary


def _arithmetic(x: Any) -> Any:
    y = 1 - x / 2.0 + np.arange(6, dtype="float32")
    return [-(y**2) % 3, abs(x) > 0.5, ~ops.isnan(y)]


def _slices(x: Any) -> Any:
    return [x[:, 0], x[..., None], x[:, 1:-1, ::2], x[:, -1, 2], ops.flip(x, axis=1)]


def _attention(x: Any) -> Any:
    heads = ops.reshape(x, (-1, 4, 2, 3))
    heads = ops.transpose(heads, (0, 2, 1, 3))
    scores = ops.matmul(heads, ops.swapaxes(heads, -1, -2)) / 3**0.5
    mixed = ops.einsum("bhqk,bhkd->bqhd", ops.softmax(scores), heads)
    fused = ops.dot_product_attention(mixed, mixed, mixed)
    return ops.concatenate([ops.reshape(fused, (-1, 4, 6)), x], axis=-1)


def _normalization(x: Any) -> Any:
    mean, variance = ops.moments(x, axes=[-1], keepdims=True)
    y = (x - mean) * ops.rsqrt(variance + 1e-3)
    z = ops.where(y > 0, y, ops.zeros_like(y))
    return ops.layer_normalization(ops.clip(z, 0, 1), np.ones(6, "float32"))


def _images(x: Any) -> Any:
    y = ops.expand_dims(x, -1)
    y = ops.pad(y, [[0, 0], [1, 1], [1, 1], [0, 0]])
    y = ops.conv(y, np.ones((3, 3, 1, 2), "float32"), padding="same")
    y = ops.max_pool(ops.relu(y), 2)
    y = ops.image.resize(y, (6, 8))
    return ops.squeeze(ops.mean(y, axis=(1, 2), keepdims=True), axis=(1, 2))


def _several_outputs(x: Any) -> Any:
    left, right = ops.split(x, 2, axis=-1)
    values, places = ops.top_k(ops.stack([left, right], axis=1), 2)
    return {"values": values, "classes": ops.one_hot(places, 3), "all": ops.unstack(x, axis=1)}


def _layers_between(x: Any) -> Any:
    y = keras.layers.Dense(6, activation="relu")(ops.sum(x, axis=1))
    y = keras.activations.relu(y, max_value=6.0) + keras.layers.Dense(6)(y)
    return keras.activations.gelu(keras.layers.Dropout(0.5)(y))


def _patches(x: Any) -> Any:
    # Its config holds no name.
    return ops.image.extract_patches(x[..., None], (2, 2))


def _called_twice(x: Any) -> Any:
    add = keras.src.ops.numpy.Add()
    return add(add(x, 1), add(x, x))


def _nested(x: Any) -> Any:
    inner = keras.Input((4, 6))
    model = keras.Model(inner, ops.tanh(keras.layers.Dense(3)(inner * 2)))
    return ops.maximum(model(x), model(x + 1))


_PROGRAMS: list[Callable[[Any], Any]] = [
    _arithmetic,
    _slices,
    _attention,
    _normalization,
    _images,
    _several_outputs,
    _layers_between,
    _patches,
    _called_twice,
    _nested,
]


@pytest.fixture(params=_PROGRAMS, ids=lambda program: program.__name__.lstrip("_"))
def model(request: pytest.FixtureRequest) -> Any:
    keras.backend.clear_session()
    x = keras.Input((4, 6))
    return keras.Model(x, request.param(x))


def _read(model: Any) -> Graph:
    with fresh_names():
        return graph_from_config(json.loads(model.to_json()))


def test_rows_are_those_of_keras(model: Any) -> None:
    report = calc(_read(model))
    # Of each row, since Keras prints no operations of a nested model.
    printed = [(row[0], row[2]) for row in printed_summary(model)]
    assert set(printed) <= {(row[0], row[2]) for row in expected_summary(report.rows)}
    assert [row.name for row in report.rows] == [layer.name for layer in model.operations]
    assert report.total("params") == model.count_params()
    assert differences(report) == []


def test_keras_builds_the_same_model_from_what_is_written(model: Any) -> None:
    graph = _read(model)
    rebuilt = build(graph)
    rebuilt.set_weights(model.get_weights())
    x = np.random.default_rng(0).normal(size=(2, 4, 6)).astype("float32")
    theirs = keras.tree.flatten(model(x))
    ours = keras.tree.flatten(rebuilt(x))
    for one, two in zip(theirs, ours, strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-6, atol=1e-6)
    assert config_of(_read(rebuilt)) == config_of(graph)
