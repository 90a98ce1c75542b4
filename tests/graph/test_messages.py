"""What the errors of layers say, word for word."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from convzoo import Input, Model, Sequential, calc, layers
from convzoo.errors import ConvzooError
from convzoo.graph.config import graph_from_config, layer_from_config
from convzoo.graph.dims import UNKNOWN
from convzoo.graph.layer import Constant


def _shared() -> Any:
    dense = layers.Dense(3, name="d")
    dense(Input((4,)))
    return dense(Input((5,)))


def _shared_attention() -> Any:
    attention = layers.AdditiveAttention(name="a")
    attention([Input((4, 3)), Input((4, 3))])
    return attention([Input((4, 2)), Input((4, 2))])


def _model() -> Model:
    x = Input((4,), name="x")
    return Model(x, layers.Dense(2)(x), name="m")


def _sum(given: slice) -> Model:
    """The sum of two inputs, of which the model is given some."""
    inputs = [Input((4,), name="x"), Input((4,), name="y")]
    return Model(inputs[given], layers.Add(name="a")(inputs), name="m")


def _named_alike() -> Model:
    x = Input((4,))
    return Model(x, layers.Dense(3, name="same")(layers.Dense(3, name="same")(x)))


def _connected(node: Any, outputs: Any, name: Any = "d") -> None:
    """A model of an input and a layer of one output, connected as told."""
    first = {"class_name": "InputLayer", "name": "i", "config": {"batch_shape": [None, 4]}}
    dense = {"class_name": "Dense", "name": name, "config": {"units": 3, "name": "d"}}
    entries = [{**first, "inbound_nodes": []}, {**dense, "inbound_nodes": [node]}]
    body = {"name": "m", "layers": entries, "input_layers": [["i", 0, 0]], "output_layers": outputs}
    graph_from_config({"class_name": "Functional", "config": body})


def _node(*history: Any) -> Any:
    tensor = {"class_name": "__keras_tensor__", "config": {"keras_history": [*history]}}
    return {"args": [tensor], "kwargs": {}}


@pytest.mark.parametrize(
    ("cause", "message"),
    [
        (
            lambda: layers.Dense(3, dtype="float31", name="d"),
            "Dense 'd': dtype must name a dtype or a dtype policy. Received dtype='float31'. "
            "Choose float32, float16, bfloat16, mixed_float16 or mixed_bfloat16.",
        ),
        (
            lambda: layers.Dense(3, activation="rellu", name="d"),
            "Dense 'd': activation must be the name of a Keras activation. "
            "Received activation='rellu'. Did you mean 'relu'?",
        ),
        (
            lambda: layers.Dense(3, trainable=1, name="d"),  # type: ignore[arg-type]
            "Dense 'd': trainable must be True or False. Received trainable=1.",
        ),
        (
            lambda: layers.Dense(3, name="a/b"),
            "Dense 'a/b': a name must be a text without '/'. Received name='a/b'.",
        ),
        (
            lambda: layers.Dense(3, name=7),  # type: ignore[arg-type]
            "Dense: a name must be a text without '/'. Received name=7.",
        ),
        (
            lambda: layers.Flatten("channels_last", 3),  # type: ignore[call-arg]
            "Flatten: takes at most 1 positional arguments (data_format). Received 2.",
        ),
        (
            lambda: layers.Conv2D(),  # type: ignore[call-arg]
            "Conv2D: missing argument 'filters', 'kernel_size'. "
            "Write Conv2D(filters, kernel_size, ...).",
        ),
        (
            lambda: layers.Dense(3, units=4),  # type: ignore[misc]
            "Dense: got two values for argument 'units'.",
        ),
        (
            lambda: layers.Flatten(dataformat=None),  # type: ignore[call-arg]
            "Flatten: Unknown argument 'dataformat'. Did you mean data_format? "
            "Its arguments are data_format, name, trainable, dtype.",
        ),
        (
            lambda: layers.Conv2D(3, 3, name="c")(Input((8, 3))),
            "Conv2D 'c': expects an input of 3 axes besides the batch. "
            "Received input shape (None, 8, 3).",
        ),
        (
            lambda: layers.GlobalMaxPooling1D(name="g")(Input((8,))),
            "GlobalMaxPooling1D 'g': expects an input of 2 axes besides the batch. "
            "Received input shape (None, 8).",
        ),
        (
            lambda: layers.Dense(3, name="d")([1, 2]),  # type: ignore[list-item]
            "Dense 'd': must be called on tensors made from an Input. Received ([1, 2],).",
        ),
        (
            _shared,
            "Dense 'd': is shared, and its weights were made for another shape "
            "(kernel (4, 3), bias (3,)). Received input shape (None, 5).",
        ),
        (
            _shared_attention,
            "AdditiveAttention 'a': is shared, and its weights were made for another shape "
            "(scale (3,)). Received input shape [(None, 4, 2), (None, 4, 2)].",
        ),
        (
            lambda: layers.Dense(3, name="d")(Input((4,)), 5),  # type: ignore[call-arg]
            "Dense 'd': can't be called like this (Layer.output() takes 2 positional "
            "arguments but 3 were given). Received input shape (None, 4).",
        ),
        (
            lambda: layers.Flatten(name="f")([Input((4,)), Input((5,))]),
            "Flatten 'f': can't be called like this ('list' object has no attribute 'shape'). "
            "Received input shape [(None, 4), (None, 5)].",
        ),
        (
            lambda: Input(3),
            "Input: shape must be a tuple of sizes. Received 3. Write, for example, (28, 28, 1).",
        ),
        (
            lambda: Input((3, -1)),
            "Input: shape must hold sizes of 0 or more, or None where unknown. Received (3, -1). "
            "Write, for example, (28, 28, 1).",
        ),
        (
            lambda: Input((3, "x")),
            "Input: shape must hold sizes of 0 or more, or None where unknown. Received (3, 'x'). "
            "Write, for example, (28, 28, 1).",
        ),
        (
            lambda: Input(tensor=3),
            "Input: tensor must be a tensor. Received tensor=3.",
        ),
        (
            lambda: Input((3,), dtype="x"),
            "InputLayer: dtype must name a dtype. Received dtype='x'. Choose float32 or int32.",
        ),
        (
            lambda: Input((3,), batch_shape=(2, 3)),
            "Input: give shape and batch_size, or batch_shape, not both.",
        ),
        (
            lambda: Input(batch_size=2, batch_shape=(2, 3)),
            "Input: give shape and batch_size, or batch_shape, not both.",
        ),
        (
            lambda: Input(batch_shape=3),
            "Input: batch_shape must be a tuple of sizes. Received 3. Write, for example, (28, "
            "28, 1).",
        ),
        (
            lambda: Input(),
            "Input: missing argument 'shape'. Write, for example, Input((28, 28, 1)).",
        ),
        (
            lambda: Sequential([3], name="m"),
            "Sequential 'm': can only hold layers. Received 3.",
        ),
        (
            lambda: Sequential(
                [Input((4,)), layers.Dense(3, name="same"), layers.Dense(3, name="same")], name="m"
            ),
            "Sequential 'm': two layers are named 'same'. Rename one.",
        ),
        (
            lambda: Sequential([Input((4,)), Input((4,))], name="m"),
            "Sequential 'm': an Input can only come first, and once.",
        ),
        (
            lambda: Sequential(name=7),
            "A model's name must be a text. Received name=7.",
        ),
        (
            lambda: Model(Input((4,)), 5),
            "Model: outputs must be tensors made from an Input. Received 5.",
        ),
        (
            lambda: Model([], []),
            "Model: inputs must be tensors made from an Input. Received [].",
        ),
        (
            lambda: _model()([Input((4,)), Input((4,))]),
            "Functional 'm': expects 1 inputs. Received input shape [(None, 4), (None, 4)].",
        ),
        (
            lambda: _model()(Input((5,))),
            "Functional 'm': expects an input of shape (None, 4). Received input shape (None, 5).",
        ),
        (
            lambda: _model().layer("z"),
            "Unknown layer of 'm' 'z'.",
        ),
        (
            _named_alike,
            "Two layers are named 'same'. Names must be unique in a model: rename one.",
        ),
        (
            lambda: _sum(slice(1)),
            "The graph is disconnected at layer 'y': its input (None, 4) comes from no input of "
            "the model. Add the Input it depends on to the model's inputs.",
        ),
        (
            lambda: calc(_sum(slice(2)), input_shape=(3,)),
            "'m' has 2 inputs (x, y). Received 1 shapes: give one for each.",
        ),
        (
            lambda: graph_from_config(3),
            "The config has no 'class_name' where one belongs. Save the model with "
            "model.to_json() or model.save('model.keras').",
        ),
        (
            lambda: graph_from_config({"class_name": "Functional"}),
            "The config has no 'config' where one belongs. Save the model with model.to_json() or "
            "model.save('model.keras').",
        ),
        (
            lambda: graph_from_config({"class_name": "Dense", "config": {"units": 3}}),
            "The config is of a layer, Dense, not of a model. Save the model with model.to_json() "
            "or model.save('model.keras').",
        ),
        (
            lambda: graph_from_config(
                {"class_name": "Functional", "config": {"layers": 3, "input_layers": []}}
            ),
            "The config has no 'layers' where one belongs. Save the model with model.to_json() or "
            "model.save('model.keras').",
        ),
        (
            lambda: _connected(_node("i", 0, 0), [], name=3),
            "A layer's name must be a text. Received name=3.",
        ),
        (
            lambda: layer_from_config(
                {"class_name": "Dense", "config": {"units": 3, "name": "d", "batch_input_shape": 3}}
            ),
            "Dense 'd': a value in its config is of a kind that does not belong there (TypeError: "
            "'int' object is not iterable).",
        ),
        (
            lambda: layer_from_config(
                {"class_name": "Dense", "config": {"units": 3, "batch_input_shape": 3}}
            ),
            "Dense: a value in its config is of a kind that does not belong there (TypeError: "
            "'int' object is not iterable).",
        ),
        (
            lambda: layer_from_config({"class_name": 3}),
            "The config has no 'class_name' where one belongs. Save the model with "
            "model.to_json() or model.save('model.keras').",
        ),
        (
            lambda: layer_from_config({"class_name": "Dense", "config": 3}),
            "The config has no 'config' where one belongs. Save the model with model.to_json() or "
            "model.save('model.keras').",
        ),
    ],
)
def test_message_says_what_was_expected_and_what_was_received(
    cause: Callable[[], Any], message: str
) -> None:
    with pytest.raises(ConvzooError) as caught:
        cause()
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("node", "outputs", "message"),
    [
        (_node("i", 0, 0), 3, "The config names a tensor by 3. Expected [layer, node, tensor]."),
        (
            _node("i", 0, 0),
            ["d", "x", 0],
            "The config names a tensor by ['d', 'x', 0]. Expected [layer, node, tensor].",
        ),
        (_node("i", 0, 0), ["d", 0, 3], "Layer 'd' has 1 outputs; the config names 3."),
        (_node("i", 0, "x"), ["d", 0, 0], "Layer 'i' has 1 outputs; the config names 'x'."),
        (_node("i", 0, -1), ["d", 0, 0], "Layer 'i' has 1 outputs; the config names -1."),
        (
            _node("i", 0, 0),
            ["z", 0, 0],
            "The model's inputs or outputs name the layer 'z', which is not in the model or not "
            "called that often.",
        ),
        (
            _node("i", 0, 0),
            ["d", 1, 0],
            "The model's inputs or outputs name the layer 'd', which is not in the model or not "
            "called that often.",
        ),
        (3, [], "The config connects a layer by 3. Expected its args and kwargs."),
        ([], [], "The config connects a layer by []. Expected its args and kwargs."),
        (
            [["i", 0]],
            [],
            "The config connects a layer by ['i', 0]. Expected [layer, node, tensor].",
        ),
        (
            {"args": [], "kwargs": 3},
            [],
            "The config calls a layer with 3. Expected keywords.",
        ),
        (
            _node("i", 0),
            [],
            "The config names a tensor by ['i', 0]. Expected three entries.",
        ),
        (
            {"kwargs": {}},
            [],
            "The config has no 'args' where one belongs. Save the model with model.to_json() or "
            "model.save('model.keras').",
        ),
        (
            _node("z", 0, 0),
            [],
            "Layer 'd' takes its input from 'z', which is not in the model.",
        ),
        (_node("d", 0, 0), [], "Layer 'd' takes its input from 'd', which is part of a cycle."),
    ],
)
def test_message_says_how_a_config_connects(node: Any, outputs: Any, message: str) -> None:
    with pytest.raises(ConvzooError) as caught:
        _connected(node, outputs)
    assert str(caught.value) == message


class _Odd(layers.Layer):
    """A layer of which two facts can't be calculated."""

    def work(self, inputs: Any) -> Any:
        raise TypeError("no work")

    def windows(self, inputs: Any) -> Any:
        raise LookupError("no window")


@pytest.mark.parametrize(
    ("column", "message"),
    [
        ("macs", "_Odd 'o': its work can't be calculated (TypeError: no work)."),
        (
            "receptive_field",
            "_Odd 'o': its receptive field can't be calculated (LookupError: no window).",
        ),
    ],
)
def test_message_says_which_fact_cannot_be_calculated(column: str, message: str) -> None:
    report = calc(Sequential([Input((4, 4, 1)), _Odd(name="o")]), [column])
    with pytest.raises(ConvzooError) as caught:
        report.total(column)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("thing", "text"),
    [
        (Input((4,)), "<Tensor shape=(None, 4), dtype=float32>"),
        (Constant((2, 3), "int32"), "<Constant shape=(2, 3), dtype=int32>"),
        (layers.Dense(3, "relu", name="d"), "<Dense 'd' units=3, activation='relu'>"),
        (layers.Flatten(name="f"), "<Flatten 'f'>"),
        (UNKNOWN, "unknown"),
    ],
)
def test_representation_is_this_text(thing: Any, text: str) -> None:
    assert repr(thing) == text
