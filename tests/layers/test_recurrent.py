"""Recurrent layers: their work by a loop, their configs, and what Keras saves of them."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import keras
import pytest

from convzoo import Input, Model, calc, layers
from convzoo.analyses.report import Report
from convzoo.building import build
from convzoo.errors import ArgumentError, ShapeError
from convzoo.graph.config import graph_from_config
from convzoo.graph.config_writing import config_of
from convzoo.graph.naming import fresh_names
from tests.keras_oracle import assert_equal_to_keras, facts_of_model, facts_of_report
from tests.strategies import LayerCase, Spec

# ---------------------------------------------------------------------- work


class _Number:
    """A number that counts what is done with it."""

    counts: Counter[str] = Counter()

    def __add__(self, other: object) -> _Number:
        return self._did("element_ops")

    def __mul__(self, other: object) -> _Number:
        return self._did("element_ops")

    __rsub__ = __add__

    def _did(self, what: str) -> _Number:
        self.counts[what] += 1
        return self


def _dot(*vectors: list[_Number]) -> _Number:
    _Number.counts["macs"] += len(vectors[0])
    return _Number()


def _biased(number: _Number, biases: int = 1) -> _Number:
    _Number.counts["bias_adds"] += biases
    return number


def _function(number: _Number) -> _Number:
    return number._did("element_ops")


def _simple_rnn(x: list[_Number], h: list[_Number], _: list[_Number]) -> Any:
    made = [_function(_biased(_dot(x)) + _dot(h)) for _ in h]
    return made, h


def _lstm(x: list[_Number], h: list[_Number], c: list[_Number]) -> Any:
    """Keras's `LSTMCell.call`, number by number."""
    hidden, carry = [], []
    for kept in c:
        i, f, new, o = (_biased(_dot(x) + _dot(h)) for _ in range(4))
        carry.append(_function(f) * kept + _function(i) * _function(new))
        hidden.append(_function(o) * _function(carry[-1]))
    return hidden, carry


def _gru(x: list[_Number], h: list[_Number], c: list[_Number]) -> Any:
    """Keras's `GRUCell.call` with `reset_after`, number by number."""
    hidden = []
    for old in h:
        z, r = (_function(_biased(_dot(x)) + _biased(_dot(h))) for _ in range(2))
        new = _function(_biased(_dot(x)) + r * _biased(_dot(h)))
        hidden.append(z * old + (1 - z) * new)
    return hidden, c


def _gru_reset_before(x: list[_Number], h: list[_Number], c: list[_Number]) -> Any:
    resets = []
    updates = []
    for old in h:
        updates.append(_function(_biased(_dot(x)) + _dot(h)))
        resets.append(_function(_biased(_dot(x)) + _dot(h)) * old)
    hidden = []
    for z, old in zip(updates, h, strict=True):
        new = _function(_biased(_dot(x)) + _dot(resets))
        hidden.append(z * old + (1 - z) * new)
    return hidden, c


@pytest.mark.parametrize(
    ("layer", "step"),
    [
        (lambda units: layers.SimpleRNN(units), _simple_rnn),
        (lambda units: layers.RNN(layers.SimpleRNNCell(units)), _simple_rnn),
        (lambda units: layers.LSTM(units, return_sequences=True), _lstm),
        (lambda units: layers.GRU(units), _gru),
        (lambda units: layers.GRU(units, reset_after=False), _gru_reset_before),
    ],
)
@pytest.mark.parametrize(("steps", "features", "units"), [(1, 1, 1), (4, 3, 5), (6, 5, 2)])
def test_work_equals_a_loop(layer: Any, step: Any, steps: int, features: int, units: int) -> None:
    x = Input((steps, features))
    _Number.counts = Counter()
    h, c = [_Number()] * units, [_Number()] * units
    for _ in range(steps):
        h, c = step([_Number()] * features, h, c)
    assert _works(Model(x, layer(units)(x))) == dict(_Number.counts)


def _works(model: Any) -> dict[str, Any]:
    return calc(model).with_columns(["macs", "bias_adds", "element_ops"]).totals


def test_work_of_a_convolution_in_an_lstm_equals_that_of_its_convolutions() -> None:
    x, state = Input((5, 9, 8, 3)), Input((7, 6, 4))
    model = Model(x, layers.ConvLSTM2D(4, 3, return_sequences=True)(x))
    frame = Input((9, 8, 3))
    of_input = calc(Model(frame, layers.Conv2D(16, 3)(frame)))
    of_state = calc(Model(state, layers.Conv2D(16, 3, padding="same", use_bias=False)(state)))
    found = _works(model)
    assert found["macs"] == 5 * (of_input.total("macs") + of_state.total("macs"))
    assert found["bias_adds"] == 5 * of_input.total("bias_adds")
    units = Input((1, 3))
    of_units = calc(Model(units, layers.LSTM(4)(units))).total("element_ops")
    assert found["element_ops"] == 5 * 7 * 6 * of_units


def test_work_of_a_stack_is_that_of_layers_on_top_of_each_other() -> None:
    x = Input((5, 3))
    stacked = layers.RNN([layers.LSTMCell(4), layers.GRUCell(2)])(x)
    apart = layers.GRU(2)(layers.LSTM(4, return_sequences=True)(x))
    assert _works(Model(x, stacked)) == _works(Model(x, apart))


@pytest.mark.parametrize(
    ("mode", "merge"), [("concat", 0), ("sum", 20), ("mul", 20), ("ave", 40), (None, 0)]
)
def test_both_directions_work(mode: Any, merge: int) -> None:
    x = Input((5, 3))
    one = _works(Model(x, layers.GRU(4)(x)))
    both = layers.Bidirectional(layers.GRU(4, return_sequences=True), merge_mode=mode)
    found = _works(Model(x, both(x)))
    assert found["macs"] == 2 * one["macs"]
    assert found["element_ops"] == 2 * one["element_ops"] + merge


def test_layer_works_at_every_step() -> None:
    x, frame = Input((7, 6, 6, 2)), Input((6, 6, 2))
    one = _works(Model(frame, layers.Conv2D(3, 2)(frame)))
    found = _works(Model(x, layers.TimeDistributed(layers.Conv2D(3, 2))(x)))
    assert found == {part: 7 * count for part, count in one.items()}


@pytest.mark.parametrize(
    "layer",
    [
        layers.LSTM(4),
        layers.RNN([layers.GRUCell(4), layers.LSTMCell(2)]),
        layers.Bidirectional(layers.GRU(4)),
        layers.TimeDistributed(layers.Dense(4)),
    ],
)
def test_unknown_number_of_steps_makes_the_work_unknown_and_never_zero(layer: Any) -> None:
    x = Input((None, 3))
    report = calc(Model(x, layer(x))).with_columns(["macs", "bias_adds", "element_ops"])
    assert set(report.rows[-1].values.values()) == {None}
    assert not report.complete


# ---------------------------------------------------------------------- configs


def _encoder_and_decoder() -> Any:
    source, target = keras.Input((5, 3)), keras.Input((6, 2))
    _, h, c = keras.layers.LSTM(4, return_state=True)(source)
    y = keras.layers.LSTM(4, return_sequences=True)(target, initial_state=[h, c])
    return keras.Model([source, target], keras.layers.Dense(2)(y))


def _bidirectional() -> Any:
    x = keras.Input((5, 3))
    y = keras.layers.Bidirectional(keras.layers.LSTM(4, return_sequences=True), dtype="float16")(x)
    y, *states = keras.layers.Bidirectional(
        keras.layers.GRU(3, return_state=True),
        merge_mode=None,
        backward_layer=keras.layers.SimpleRNN(3, go_backwards=True, return_state=True),
    )(y)
    return keras.Model(x, [y, *states])


def _stacked_cells() -> Any:
    x = keras.Input((5, 3), batch_size=2)
    cells = [keras.layers.LSTMCell(4), keras.layers.GRUCell(3, trainable=False)]
    y, *states = keras.layers.RNN(
        keras.layers.StackedRNNCells(cells), return_sequences=True, return_state=True, stateful=True
    )(x)
    y = keras.layers.RNN(keras.layers.SimpleRNNCell(2))(y, initial_state=states[1])
    return keras.Model(x, [y, states])


def _nested_model_at_every_step() -> Any:
    frame = keras.Input((8, 8, 1))
    y = keras.layers.Flatten()(keras.layers.Conv2D(2, 3)(frame))
    seen = keras.Sequential([keras.Input((72,)), keras.layers.Dense(3)])
    model = keras.Model(frame, keras.layers.BatchNormalization()(seen(y)))
    clip = keras.Input((None, 8, 8, 1))
    y = keras.layers.TimeDistributed(model)(clip)
    y = keras.layers.TimeDistributed(keras.layers.TimeDistributed(keras.layers.Dense(2)))(
        keras.layers.Reshape((-1, 3, 1))(y)
    )
    return keras.Model(clip, y)


def _clips() -> Any:
    x = keras.Input((4, 8, 8, 1))
    layer = keras.layers.ConvLSTM2D(3, 3, return_sequences=True, trainable=False)
    y = keras.layers.Bidirectional(layer)(x)
    return keras.Model(x, keras.layers.ConvLSTM2D(2, 2, strides=2)(y))


_MODELS = [
    _encoder_and_decoder, _bidirectional, _stacked_cells, _nested_model_at_every_step, _clips,
]  # fmt: skip


@pytest.mark.parametrize("make", _MODELS)
@pytest.mark.parametrize("trainable", [True, False])
def test_saved_model_has_the_rows_of_keras(make: Any, trainable: bool) -> None:
    keras.backend.clear_session()
    model = make()
    graph = graph_from_config(json.loads(model.to_json()))
    if not trainable:
        model.trainable = graph.trainable = False
    assert facts_of_report(Report(graph)) == facts_of_model(model)


@pytest.mark.parametrize("make", _MODELS)
def test_description_is_built_and_read_back(make: Any) -> None:
    config = config_of(graph_from_config(json.loads(make().to_json())))
    model = build(graph_from_config(config))
    assert config_of(graph_from_config(json.loads(model.to_json()))) == config


def test_model_frozen_after_a_call_is_called_again() -> None:
    inner = Input((5, 3))
    model = Model(inner, layers.Bidirectional(layers.LSTM(4))(inner))
    x = Input((5, 3))
    first = model(x)
    model.trainable = False
    report = calc(Model(x, [first, model(x)]))
    assert report.total("trainable_params") == 0
    assert report.total("params") == 2 * 4 * 4 * (3 + 4 + 1)


def test_stack_is_typed_by_short_names() -> None:
    report = calc("10x8 lstm:16,return_sequences=true gru:4,relu dense:2")
    assert [row.output_shape for row in report.rows] == [(None, 10, 16), (None, 4), (None, 2)]
    assert calc("4x8x8x1 convlstm2d:3,3").rows[0].output_shape == (None, 6, 6, 3)


# ---------------------------------------------------------------------- what is refused


def test_messages_tell_a_way_out() -> None:
    message = r"Bidirectional: layer must be a recurrent layer\. Received .* Try LSTM\."
    with pytest.raises(ArgumentError, match=message):
        layers.Bidirectional(layers.Dense(3))
    message = r"RNN: cell must be a recurrent cell or a list of them\. .* Try LSTMCell\."
    with pytest.raises(ArgumentError, match=message):
        layers.RNN(layers.Dense(3))
    message = r"GRU 'gru_of_batches': is stateful and needs .* Give the input its batch_size\."
    with pytest.raises(ShapeError, match=message):
        layers.GRU(3, stateful=True, name="gru_of_batches")(Input((5, 3)))
    message = r"TimeDistributed 'td': needs a layer that gives one tensor"
    with pytest.raises(ShapeError, match=message):
        layers.TimeDistributed(layers.GRU(3, return_state=True), name="td")(Input((2, 5, 3)))


def test_names_are_those_of_keras() -> None:
    with fresh_names():
        keras.backend.clear_session()
        ours = layers.Bidirectional(layers.RNN([layers.GRUCell(3)]))
        theirs = keras.layers.Bidirectional(keras.layers.RNN([keras.layers.GRUCell(3)]))
        assert ours.layer.name == theirs.forward_layer.name
        assert ours.backward_layer.cell.name == theirs.backward_layer.cell.name
        again = keras.layers.StackedRNNCells([])
        assert layers.StackedRNNCells([]).name == again.name


# ---------------------------------------------------------------------- states


@pytest.mark.parametrize("state", [(3,), (1,), (2, 1), (2, 4), (5, 3), (2, None), (2, 2, 3)])
@pytest.mark.parametrize(
    ("class_name", "states"), [("SimpleRNNCell", 1), ("GRUCell", 1), ("LSTMCell", 2)]
)
def test_states_of_any_shape_are_taken_or_refused_as_by_keras(
    class_name: str, states: int, state: Any
) -> None:
    given = {"states": [Spec(state)] * states}
    assert_equal_to_keras(LayerCase(class_name, {"units": 3}, Spec((2, 4)), given))
