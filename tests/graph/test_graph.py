"""Describing models in Keras's two styles, and what is refused."""

from __future__ import annotations

from typing import Any

import keras
import pytest

from convzoo import Input, Model, Sequential, calc, layers
from convzoo.errors import ArgumentError, GraphError, ShapeError
from convzoo.graph.naming import automatic_name, fresh_names, snake_case


def test_code_that_only_describes_is_the_same_for_both() -> None:
    def describe(api_layers: Any, input_: Any, model: Any) -> Any:
        x = input_(shape=(28, 28, 1), name="image")
        y = api_layers.Conv2D(8, 3, activation="relu", name="c")(x)
        a = api_layers.MaxPooling2D()(y)
        b = api_layers.AveragePooling2D(2)(y)
        z = api_layers.Concatenate()([a, b])
        z = api_layers.Flatten()(z)
        return model(x, api_layers.Dense(10)(z), name="both")

    keras.backend.clear_session()
    theirs = describe(keras.layers, keras.Input, keras.Model)
    with fresh_names():
        ours = calc(describe(layers, Input, Model))
    assert [(row.name, row.params) for row in ours.rows] == [
        (layer.name, layer.count_params()) for layer in theirs.layers
    ]


def test_sequential_takes_layers_one_by_one() -> None:
    model = Sequential(name="grown")
    model.add(Input((4,)))
    model.add(layers.Dense(3))
    assert calc(model).total("params") == 15


def test_sequential_takes_its_input_from_the_first_layer() -> None:
    assert calc(Sequential([layers.Dense(3, input_shape=(4,))])).total("params") == 15
    assert calc(Sequential([layers.Dense(3, input_dim=4)])).total("params") == 15


def test_model_may_begin_at_a_layer_s_output() -> None:
    x = Input((4,))
    middle = layers.Dense(3)(x)
    end = layers.Dense(2)(middle)
    assert calc(Model(middle, end)).total("params") == 8
    assert calc(Model(x, end)).total("params") == 23


def test_disconnected_model_is_refused() -> None:
    x, other = Input((4,)), Input((4,))
    with pytest.raises(GraphError, match=r"The graph is disconnected at layer 'input_layer"):
        Model(x, layers.Add()([x, other]))


def test_two_layers_of_one_name_are_refused() -> None:
    x = Input((4,))
    y = layers.Dense(3, name="same")(layers.Dense(3, name="same")(x))
    with pytest.raises(GraphError, match=r"Two layers are named 'same'"):
        Model(x, y)
    with pytest.raises(GraphError, match=r"two layers are named 'same'. Rename one"):
        Sequential([Input((4,)), layers.Dense(3, name="same"), layers.Dense(3, name="same")])


def test_shared_layer_on_another_shape_is_refused() -> None:
    dense = layers.Dense(3, name="d")
    dense(Input((4,)))
    with pytest.raises(ShapeError, match=r"Dense 'd': is shared, and its weights were made for "):
        dense(Input((5,)))


def test_call_without_a_tensor_is_refused() -> None:
    with pytest.raises(ArgumentError, match=r"must be called on tensors made from an Input"):
        layers.Dense(3)(5)
    with pytest.raises(GraphError, match=r"Model: outputs must be tensors made from an Input"):
        Model(Input((3,)), 5)


def test_nested_model_refuses_another_shape() -> None:
    inner = Input((4, 4, 1))
    nested = Model(inner, layers.Flatten()(inner), name="nested")
    with pytest.raises(ShapeError, match=r"Functional 'nested': expects an input of shape \(None,"):
        nested(Input((5, 5, 1)))


def test_input_shape_can_be_replaced_for_several_inputs() -> None:
    a, b = Input((4,), name="a"), Input((4,), name="b")
    graph = Model([a, b], layers.Dense(2)(layers.Concatenate()([a, b])))
    assert calc(graph, input_shape=[(3,), (5,)]).total("params") == 18
    with pytest.raises(GraphError, match=r"has 2 inputs \(a, b\)\. Received 1 shapes: give one fo"):
        calc(graph, input_shape=(3,))


def test_arguments_follow_keras_s_order_and_are_checked() -> None:
    conv = layers.Conv2D(8, 3, 2, "same", None, 1, 2, "relu", False)
    assert (conv.strides, conv.padding, conv.groups, conv.use_bias) == ((2, 2), "same", 2, False)
    with pytest.raises(ArgumentError, match=r"Conv2D: got two values for argument 'filters'\."):
        layers.Conv2D(8, 3, filters=4)
    with pytest.raises(ArgumentError, match=r"Flatten: takes at most 1 positional arguments"):
        layers.Flatten(None, 2)
    with pytest.raises(AttributeError, match=r"has no layer 'Conv9D'"):
        layers.Conv9D  # noqa: B018


def test_automatic_names_are_keras_s() -> None:
    assert [snake_case(name) for name in ("Conv2D", "MaxPooling2D", "ReLU", "PReLU")] == [
        "conv2d",
        "max_pooling2d",
        "re_lu",
        "p_re_lu",
    ]
    with fresh_names():
        assert [automatic_name("dense") for _ in range(3)] == ["dense", "dense_1", "dense_2"]


def test_optional_input_is_kept_as_one() -> None:
    given, other = Input((4,), optional=True), Input((4,))
    assert given.call is not None
    assert other.call is not None
    assert given.call.layer.to_config()["optional"] is True
    assert "optional" not in other.call.layer.to_config()
