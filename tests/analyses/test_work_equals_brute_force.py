"""Multiply-accumulates equal the products of loops that make the very numbers that Keras makes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings

from convzoo import Input, Model, calc, layers
from tests import brute_force as loops
from tests.brute_force import Meeting, Products
from tests.keras_oracle import keras_class
from tests.strategies import Inner, LayerCase, layer_of
from tests.strategies.contractions import Style, contraction_cases
from tests.strategies.models import OURS

_MANY = settings(max_examples=4 * settings().max_examples)
_STYLE = Style(("valid", "same"), is_linear=True, in_tensorflow=True)


def _numbers(*shape: int, seed: int = 0) -> Any:
    return np.random.default_rng([seed, *shape]).normal(size=shape).astype("float32")


def _assert_close(ours: Any, theirs: Any) -> None:
    np.testing.assert_allclose(ours, np.asarray(theirs), rtol=1e-3, atol=1e-4)


def _macs(layer: Any, *shapes: tuple[int, ...]) -> Any:
    """Ours, of a layer on one input, on several, or on a list of them where it takes one."""
    inputs = [Input(shape) for shape in shapes]
    takes_list = isinstance(layer, (layers.Attention, layers.AdditiveAttention, layers.Dot))
    return calc(Model(inputs, layer(inputs) if takes_list else layer(*inputs))).total("macs")


# ---------------------------------------------------------------------- layers with a kernel


@_MANY
@given(case=contraction_cases(_STYLE))
def test_macs_of_layers_with_a_kernel_are_products(case: LayerCase) -> None:
    x, layer, expected = _run_by_keras(case)
    times = Products()
    for meetings, kernel, shape in _stages(case, x, layer, expected.shape):
        x = loops.sums(meetings, x, kernel, shape, times)
    _assert_close(x, expected)
    ours = layer_of(case.class_name, case.arguments, OURS.layer_class)
    assert _macs(ours, case.inputs.shape[1:]) == times.count


@_MANY
@given(case=contraction_cases(replace(_STYLE, separable=False)))
def test_gradients_of_layers_with_a_kernel_are_products(case: LayerCase) -> None:
    x, layer, expected = _run_by_keras(case)
    gradient = _numbers(*expected.shape, seed=1)
    with tf.GradientTape() as tape:
        given = tf.constant(x[None])
        tape.watch(given)
        output = layer(given)
    [kernel] = layer.trainable_variables
    of_input, of_kernel = tape.gradient(output, [given, kernel.value], gradient[None])
    [(meetings, weights, _)] = _stages(case, x, layer, expected.shape)
    meetings = list(meetings)
    of_inputs, of_weights = Products(), Products()
    found = loops.input_gradient(meetings, weights, gradient, x.shape, of_inputs)
    _assert_close(found, of_input[0])
    found = loops.kernel_gradient(meetings, x, gradient, weights.shape, of_weights)
    _assert_close(found.reshape(kernel.shape), of_kernel)
    ours = layer_of(case.class_name, case.arguments, OURS.layer_class)
    inputs = Input(x.shape)
    report = calc(Model(inputs, ours(layers.Dense(x.shape[-1])(inputs))))
    row = report.with_columns(["input_gradient_macs", "weight_gradient_macs"]).rows[-1]
    assert row.input_gradient_macs == of_inputs.count
    assert row.weight_gradient_macs == of_weights.count


def _run_by_keras(case: LayerCase) -> tuple[Any, Any, Any]:
    """An input, Keras's layer and what that makes of it; of one sample, without the batch."""
    layer = layer_of(case.class_name, case.arguments, keras_class)
    x = _numbers(*case.inputs.shape[1:])
    return x, layer, np.asarray(layer(x[None]))[0]


def _stages(
    case: LayerCase, x: Any, layer: Any, shape: tuple[int, ...]
) -> Iterable[tuple[Iterable[Meeting], Any, tuple[int, ...]]]:
    """Which elements meet, the kernel and the output's shape, one product after the other."""
    name, arguments = case.class_name, case.arguments
    kernel, *more = (np.asarray(weight) for weight in layer.weights)
    if not name.endswith(("D", "Transpose")):
        equation = arguments.get("equation", "...x,xy->...y")
        # The batch is the first axis of an equation.
        batch = loops.einsum(equation, x[None], kernel)
        yield (_of_sample(one) for one in batch), kernel, shape
        return
    rank = x.ndim - 1
    ones = (1,) * rank
    strides, dilations = (
        (value,) * rank if isinstance(value := arguments.get(key, 1), int) else value
        for key in ("strides", "dilation_rate")
    )
    padding = arguments["padding"]
    if name.endswith("Transpose"):
        spread = loops.transposed_convolution(x, kernel, strides, dilations, padding, shape[:-1])
        yield spread, kernel, shape
    elif name.startswith("Conv"):
        groups = arguments["groups"]
        yield loops.convolution(x, kernel, strides, dilations, padding, groups), kernel, shape
    else:
        # A group for each channel.
        channels = x.shape[-1]
        alone = kernel.reshape(*kernel.shape[:rank], 1, -1)
        between = (*shape[:-1], alone.shape[-1])
        yield loops.convolution(x, alone, strides, dilations, padding, channels), alone, between
        for mixing in more:
            place = np.zeros(between)
            yield loops.convolution(place, mixing, ones, ones, "valid"), mixing, shape


def _of_sample(one: Meeting) -> Meeting:
    assert one.input is not None
    assert one.output is not None
    return Meeting(one.input[1:], one.kernel, one.output[1:])


@pytest.mark.parametrize(
    ("class_name", "arguments"),
    [
        ("Dense", {"units": 4}),
        ("EinsumDense", {"equation": "abc,cd->abd", "output_shape": (5, 4)}),
        ("Conv1D", {"filters": 4, "kernel_size": 2}),
    ],
)
def test_low_rank_matrices_are_multiplied_before_they_are_applied(
    class_name: str, arguments: dict[str, Any]
) -> None:
    x, layer = _numbers(5, 3), keras_class(class_name)(**arguments, lora_rank=2)
    layer(x[None])
    found = [_numbers(*weight.shape, seed=n) for n, weight in enumerate(layer.weights)]
    for weight, value in zip(layer.weights, found, strict=True):
        weight.assign(value)
    kernel, bias, left, right = found[0], sum(found[1:-2]), *found[-2:]
    times = Products()
    change = times.matrix(left.reshape(-1, 2), right).reshape(kernel.shape)
    whole = kernel + change
    if class_name == "Conv1D":
        meetings, size = loops.convolution(x, whole, (1,), (1,), "valid"), 4
    else:
        batch = loops.einsum("abc,cd->abd", x[None], whole)
        meetings, size = (_of_sample(one) for one in batch), 5
    output = loops.sums(meetings, x, whole, (size, 4), times)
    _assert_close(output + bias, layer(x[None])[0])
    ours = layer_of(class_name, {**arguments, "lora_rank": 2}, OURS.layer_class)
    assert _macs(ours, x.shape) == times.count


# ---------------------------------------------------------------------- recurrent layers


def _conv_lstm(rank: int, padding: str, stride: int) -> tuple[str, dict[str, Any], Any]:
    arguments = {"filters": 2, "kernel_size": 3, "padding": padding, "strides": stride}
    by_loops = partial(loops.conv_lstm, strides=(stride,) * rank, padding=padding)
    return f"ConvLSTM{rank}D", arguments, by_loops


_RECURRENT: list[tuple[str, dict[str, Any], Any]] = [
    ("SimpleRNN", {"units": 5}, loops.simple_rnn),
    ("LSTM", {"units": 5}, loops.lstm),
    ("GRU", {"units": 5}, partial(loops.gru, reset_after=True)),
    ("GRU", {"units": 5, "reset_after": False}, partial(loops.gru, reset_after=False)),
    _conv_lstm(1, "valid", 1),
    _conv_lstm(1, "same", 2),
    _conv_lstm(2, "valid", 2),
    _conv_lstm(2, "same", 1),
]


@pytest.mark.parametrize(("class_name", "arguments", "by_loops"), _RECURRENT)
def test_macs_of_recurrent_layers_are_those_of_every_step(
    class_name: str, arguments: dict[str, Any], by_loops: Callable[..., Any]
) -> None:
    rank = int(class_name[-2]) if class_name.startswith("Conv") else 0
    x, times = _numbers(4, *(5, 6)[:rank], 3), Products()
    layer = keras_class(class_name)(**arguments)
    expected = layer(x[None])[0]
    _assert_close(by_loops(x, [np.asarray(w) for w in layer.weights], times), expected)
    assert _macs(layer_of(class_name, arguments, OURS.layer_class), x.shape) == times.count


def test_macs_of_a_bidirectional_layer_are_those_of_both() -> None:
    x, times = _numbers(4, 3), Products()
    layer = keras.layers.Bidirectional(keras.layers.LSTM(5))
    expected = layer(x[None])[0]
    weights = [np.asarray(w) for w in layer.weights]
    halves = loops.lstm(x, weights[:3], times), loops.lstm(x[::-1], weights[3:], times)
    _assert_close(np.concatenate(halves), expected)
    ours = layer_of("Bidirectional", {"layer": Inner("LSTM", {"units": 5})}, OURS.layer_class)
    assert _macs(ours, x.shape) == times.count


def test_macs_of_stacked_cells_are_those_of_each() -> None:
    x, times = _numbers(1, 3), Products()
    layer = keras.layers.RNN([keras.layers.LSTMCell(5), keras.layers.SimpleRNNCell(2)])
    expected = layer(x[None])[0]
    weights = [np.asarray(w) for w in layer.weights]
    between = loops.lstm(x, weights[:3], times)
    _assert_close(loops.simple_rnn(between[None], weights[3:], times), expected)
    ours = layers.RNN([layers.LSTMCell(5), layers.SimpleRNNCell(2)])
    assert _macs(ours, x.shape) == times.count


# ---------------------------------------------------------------------- products of inputs


def test_macs_of_attention_are_products_with_keys_and_with_values() -> None:
    query, value, key = _numbers(4, 3), _numbers(5, 2), _numbers(5, 3)
    times = Products()
    given = [x[None] for x in (query, value, key)]
    expected = keras.layers.Attention()(given)[0]
    _assert_close(loops.attention(query, value, key, times), expected)
    shapes = query.shape, value.shape, key.shape
    assert _macs(layers.Attention(), *shapes) == times.count


def test_macs_of_additive_attention_are_products_with_its_scale() -> None:
    query, value, key = _numbers(4, 3), _numbers(5, 2), _numbers(5, 3)
    times = Products()
    layer = keras.layers.AdditiveAttention()
    expected = layer([x[None] for x in (query, value, key)])[0]
    scale = np.asarray(layer.weights[0])
    _assert_close(loops.additive_attention(query, value, key, scale, times), expected)
    shapes = query.shape, value.shape, key.shape
    assert _macs(layers.AdditiveAttention(), *shapes) == times.count


@pytest.mark.parametrize(
    ("class_name", "arguments"),
    [
        ("MultiHeadAttention", {"num_heads": 2, "key_dim": 3}),
        ("MultiHeadAttention", {"num_heads": 2, "key_dim": 3, "value_dim": 4, "output_shape": 5}),
        ("GroupQueryAttention", {"head_dim": 3, "num_query_heads": 4, "num_key_value_heads": 2}),
    ],
)
def test_macs_of_heads_are_products(class_name: str, arguments: dict[str, Any]) -> None:
    query, value, times = _numbers(4, 3), _numbers(5, 3), Products()
    layer = getattr(keras.layers, class_name)(**arguments, use_bias=False)
    expected = layer(query[None], value[None])[0]
    weights = [np.asarray(w) for w in layer.weights]
    _assert_close(loops.grouped_attention(query, value, weights, times), expected)
    ours = getattr(layers, class_name)(**arguments, use_bias=False)
    assert _macs(ours, query.shape, value.shape) == times.count


# ---------------------------------------------------------------------- pooling


@pytest.mark.parametrize("name", ["Max", "Average"])
@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize(
    ("size", "stride"), [((2,), (2,)), ((3, 2), (2, 1)), ((2, 3, 1), (1, 2, 3))]
)
def test_pooling_is_one_operation_for_each_window(
    name: str, padding: str, size: tuple[int, ...], stride: tuple[int, ...]
) -> None:
    x = _numbers(*(5, 6, 4)[: len(size)], 3)
    class_name = f"{name}Pooling{len(size)}D"
    arguments = {"pool_size": size, "strides": stride, "padding": padding}
    expected = keras_class(class_name)(**arguments)(x[None])[0]
    windows = []

    def pool(window: Any) -> Any:
        windows.append(window)
        return window.max() if name == "Max" else window.mean()

    _assert_close(loops.pooling(x, size, stride, padding, pool), expected)
    inputs = Input(x.shape)
    report = calc(Model(inputs, layer_of(class_name, arguments, OURS.layer_class)(inputs)))
    assert (report.total("macs"), report.total("element_ops")) == (0, len(windows))
