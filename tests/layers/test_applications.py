"""Layers that Keras has only inside its models: how they are found, and what they work."""

from __future__ import annotations

import json
from typing import Any

import keras
import pytest
from keras.src.applications import convnext, inception_resnet_v2

from convzoo import calc
from convzoo.building import build
from convzoo.building.verifying import differences
from convzoo.errors import ConvzooError
from convzoo.graph.config import graph_from_config, layer_from_config
from convzoo.graph.config_writing import config_of
from convzoo.graph.facts import Work
from convzoo.graph.layer import Tensor
from convzoo.graph.unknown_layer import UnknownLayer
from convzoo.layers.applications import CustomScaleLayer, LayerScale, StochasticDepth

_IMAGE = Tensor((None, 4, 5, 6))


@pytest.fixture
def model() -> Any:
    x = keras.Input((4, 5, 6))
    y = convnext.LayerScale(1e-6, 6)(convnext.StochasticDepth(0.1)(x))
    z = inception_resnet_v2.CustomScaleLayer(0.17)([x, y])
    return keras.Model(x, convnext.LayerScale(0.1, 6)(z))


def test_each_element_is_counted() -> None:
    elements = 4 * 5 * 6
    assert LayerScale(1e-6, 6).work(_IMAGE) == Work(element_ops=elements)
    assert StochasticDepth(0.1).work(_IMAGE) == Work()
    row = Tensor((None, 1, 5, 6))
    assert CustomScaleLayer(0.2).work([_IMAGE, _IMAGE]) == Work(element_ops=2 * elements)
    assert CustomScaleLayer(0.2).work([_IMAGE, row]) == Work(element_ops=5 * 6 + elements)


def test_one_position_is_seen() -> None:
    assert LayerScale(1e-6, 6).windows(_IMAGE) == ()
    assert StochasticDepth(0.1).windows(_IMAGE) == ()
    assert CustomScaleLayer(0.2).windows([_IMAGE, _IMAGE]) == ()


def test_saved_and_live_model_equal_keras(model: Any) -> None:
    for source in (model, model.to_json().encode()):
        report = calc(source).with_columns(["params", "macs"])
        assert report.complete
        assert report.total("params") == model.count_params() == 12
        assert differences(report) == []


def test_model_goes_to_keras_and_comes_back(model: Any) -> None:
    graph = graph_from_config(json.loads(model.to_json()))
    rebuilt = build(graph)
    assert [type(layer) for layer in rebuilt.layers] == [type(layer) for layer in model.layers]
    read_back = graph_from_config(json.loads(rebuilt.to_json()))
    assert config_of(read_back) == config_of(graph)


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [
        (LayerScale, {"init_values": 1e-6, "projection_dim": 6}),
        (StochasticDepth, {"drop_path_rate": 0.1}),
        (CustomScaleLayer, {"scale": 0.2}),
    ],
)
def test_class_is_found_by_its_file_or_by_its_arguments(kind: Any, arguments: Any) -> None:
    name = kind.class_name
    entry = {"class_name": name, "config": {"name": "x", "trainable": True, **arguments}}
    assert type(layer_from_config(entry)) is kind
    for module in (kind.keras_module, kind.keras_module.replace("keras.src", "tf_keras.src")):
        assert type(layer_from_config({**entry, "module": module})) is kind
    other_arguments = {"class_name": name, "config": {"dim": 6}}
    assert type(layer_from_config(other_arguments)) is UnknownLayer
    for own in ({"registered_name": name}, {"registered_name": f"mine>{name}"}):
        assert type(layer_from_config({**entry, "module": "mine", **own})) is UnknownLayer


def test_what_keras_refuses_is_refused() -> None:
    message = r"LayerScale 's': needs sizes that are equal or 1.* 6 and 5 don't fit\."
    with pytest.raises(ConvzooError, match=message):
        LayerScale(1e-6, 5, name="s")(_IMAGE)
    with pytest.raises(ConvzooError, match=r"must be called on a list of two tensors"):
        CustomScaleLayer(0.2)([_IMAGE])
    with pytest.raises(ConvzooError, match=r"needs two inputs of floats, or of one kind of int"):
        CustomScaleLayer(0.2)([_IMAGE, Tensor((None, 4, 5, 6), "int32")])
    with pytest.raises(ConvzooError, match=r"scale must be a number\. Received scale='a'"):
        CustomScaleLayer("a")
