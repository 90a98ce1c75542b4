"""The layers of LeNet-5 as real Keras layers: values, gradients, work, saving and loading."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import convzoo
from convzoo import layers
from convzoo.building.keras_layers import (
    ConnectionTableConv2D,
    EuclideanRBF,
    TrainableSubsampling2D,
    penalty_accuracy,
    penalty_loss,
    scaled_tanh,
)
from convzoo.graph.layer import REQUIRED
from tests import brute_force as loops

_TABLE = [[0, 2], [1], [3, 1, 0], [2, 3]]


def _numbers(*shape: int, seed: int = 0) -> Any:
    return np.random.default_rng([seed, *shape]).normal(size=shape).astype("float32")


def _randomized(layer: Any, shape: tuple[int, ...]) -> Any:
    """The layer, built, with weights that are all different."""
    layer.build((None, *shape))
    for number, weight in enumerate(layer.weights):
        weight.assign(_numbers(*weight.shape, seed=number))
    return layer


def _assert_close(ours: Any, expected: Any) -> None:
    ours = keras.ops.convert_to_numpy(ours)
    np.testing.assert_allclose(ours, expected, rtol=1e-4, atol=1e-5)


def _moved(data_format: str, x: Any) -> Any:
    """The batch of an image, channels last, in the data format."""
    return np.moveaxis(x[None], -1, 1) if data_format == "channels_first" else x[None]


# ---------------------------------------------------------------------- the connection table


def _by_connections(
    x: Any, kernel: Any, bias: Any, stride: int, padding: str, times: loops.Products
) -> Any:
    """Each filter, which sees the channels of its entry in the table and no others."""
    outputs, first = [], 0
    for number, seen in enumerate(_TABLE):
        own = kernel[..., first : first + len(seen), None]
        first += len(seen)
        meetings = list(loops.convolution(x[..., seen], own, (stride,) * 2, (1, 1), padding))
        shape = tuple(1 + max(axis) for axis in zip(*(one.output for one in meetings), strict=True))
        outputs.append(loops.sums(meetings, x[..., seen], own, shape, times) + bias[number])
    return np.concatenate(outputs, axis=-1)


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
@pytest.mark.parametrize(("stride", "padding"), [(1, "valid"), (2, "valid"), (2, "same")])
def test_filters_see_the_channels_of_the_table_only(
    stride: int, padding: str, data_format: str
) -> None:
    x = _numbers(6, 7, 4)
    arguments = (4, (3, 2), _TABLE, stride, padding, data_format)
    moved = _moved(data_format, x)
    layer = _randomized(ConnectionTableConv2D(*arguments), moved.shape[1:])
    kernel, bias = map(keras.ops.convert_to_numpy, layer.weights)
    times = loops.Products()
    expected = _moved(data_format, _by_connections(x, kernel, bias, stride, padding, times))
    _assert_close(layer(moved), expected)
    assert layer.compute_output_shape(moved.shape) == expected.shape
    inputs = convzoo.Input(moved.shape[1:])
    described = layers.ConnectionTableConv2D(*arguments)
    report = convzoo.calc(convzoo.Model(inputs, described(inputs)))
    assert report.total("macs") == times.count
    assert report.total("bias_adds") == expected.size


def test_gradients_are_those_of_a_convolution_without_the_other_connections() -> None:
    x, y = _numbers(3, 6, 6, 4), _numbers(3, 4, 4, 4, seed=1)
    ours = _randomized(ConnectionTableConv2D(4, 3, _TABLE), (6, 6, 4))
    whole = keras.layers.Conv2D(4, 3)
    whole.build((None, 6, 6, 4))
    places = [(channel, number) for number, seen in enumerate(_TABLE) for channel in seen]
    at = tuple(zip(*places, strict=True))
    kernel = np.zeros((3, 3, 4, 4), "float32")
    kernel[..., at[0], at[1]] = ours.get_weights()[0]
    whole.set_weights([kernel, ours.get_weights()[1]])
    for layer in (ours, whole):
        model = keras.Sequential([keras.Input((6, 6, 4)), layer])
        model.compile(keras.optimizers.SGD(0.5), "mse")
        model.train_on_batch(x, y)
    _assert_close(ours.get_weights()[0], whole.get_weights()[0][..., at[0], at[1]])
    _assert_close(ours.get_weights()[1], whole.get_weights()[1])
    assert not np.allclose(ours.get_weights()[0], kernel[..., at[0], at[1]])


def test_kernel_begins_as_that_of_a_convolution_with_all_connections() -> None:
    keras.utils.set_random_seed(0)
    table = [list(range(16))] * 40
    layer = ConnectionTableConv2D(40, 5, table)
    layer.build((None, 9, 9, 16))
    limit = (6 / (25 * 16 + 25 * 40)) ** 0.5
    kernel = layer.get_weights()[0]
    assert 0.99 * limit < np.abs(kernel).max() <= limit


# ---------------------------------------------------------------------- trainable sub-sampling


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
@pytest.mark.parametrize(
    ("pool", "stride", "padding"), [(2, 2, "valid"), (3, 2, "valid"), (2, 3, "same")]
)
def test_patches_are_added_scaled_and_shifted(
    pool: int, stride: int, padding: str, data_format: str
) -> None:
    x = _numbers(6, 7, 3)
    arguments = (pool, stride, padding, data_format)
    moved = _moved(data_format, x)
    layer = _randomized(TrainableSubsampling2D(*arguments, activation="tanh"), moved.shape[1:])
    coefficient, bias = map(keras.ops.convert_to_numpy, layer.weights)
    sums = loops.pooling(x, (pool, pool), (stride, stride), padding, np.sum)
    expected = _moved(data_format, np.tanh(coefficient * sums + bias))
    _assert_close(layer(moved), expected)
    assert layer.compute_output_shape(moved.shape) == expected.shape


def test_subsampling_begins_as_average_pooling_and_learns() -> None:
    x = _numbers(4, 6, 6, 2)
    layer = TrainableSubsampling2D()
    _assert_close(layer(x), keras.ops.convert_to_numpy(keras.layers.AveragePooling2D(2)(x)))
    model = keras.Sequential([keras.Input((6, 6, 2)), layer])
    model.compile(keras.optimizers.SGD(0.5), "mse")
    means = keras.ops.convert_to_numpy(layer(x))
    model.train_on_batch(x, means + 1)
    coefficient, bias = layer.get_weights()
    # The error is -1 everywhere: its gradient is -2 / 2 for each bias, of two channels.
    _assert_close(bias, [0.5, 0.5])
    _assert_close(coefficient, 0.25 + 0.5 * 4 * means.mean(axis=(0, 1, 2)))


# ---------------------------------------------------------------------- distances


def test_outputs_are_squared_distances_from_the_prototypes() -> None:
    x, prototypes = _numbers(2, 5, 3), [[1, -1, 1], [0.5, 2, -1]]
    layer = EuclideanRBF(2, prototypes)
    expected = np.zeros((2, 5, 2))
    for place in np.ndindex(*expected.shape):
        for number, component in enumerate(prototypes[place[-1]]):
            expected[place] += (x[(*place[:-1], number)] - component) ** 2
    _assert_close(layer(x), expected)
    assert layer.compute_output_shape(x.shape) == expected.shape
    assert layer.trainable_weights == []


def test_distances_pull_the_layer_before_to_the_prototype() -> None:
    dense = keras.layers.Dense(2, kernel_initializer="zeros")
    model = keras.Sequential([keras.Input((3,)), dense, EuclideanRBF(1, [[1, -1]])])
    model.compile(keras.optimizers.SGD(0.25), "mae")
    model.train_on_batch(_numbers(1, 3), np.zeros((1, 1)))
    # From 0 down the gradient of (b - 1)^2 + (b + 1)^2, which is (-2, 2).
    _assert_close(dense.get_weights()[1], [0.5, -0.5])


def test_penalty_of_the_right_class_competes_with_the_others_and_with_none() -> None:
    penalties = np.array([[1.0, 3.0, 0.5], [200.0, 300.0, 900.0]], "float32")
    right = np.array([[0, 1, 0], [1, 0, 0]], "float32")
    expected = [
        3 + np.log(np.exp(-1) + np.exp(-3) + np.exp(-0.5) + np.exp(-2)),
        # All others are as good as infinite beside that of no class.
        200 - 2,
    ]
    _assert_close(penalty_loss(right, penalties, rubbish=2.0), expected)
    _assert_close(penalty_accuracy(right, penalties), [0, 1])


def test_penalties_are_learned() -> None:
    keras.utils.set_random_seed(0)
    x, classes = _numbers(60, 4), 3
    y = np.eye(classes)[x[:, :classes].argmax(axis=-1)]
    prototypes = [[1, 1, -1, -1], [-1, 1, 1, -1], [1, -1, 1, 1]]
    hidden = keras.layers.Dense(4, activation=scaled_tanh)
    model = keras.Sequential([keras.Input((4,)), hidden, EuclideanRBF(classes, prototypes)])
    loss = keras.saving.get_registered_object("convzoo>penalty_loss")
    model.compile(keras.optimizers.SGD(0.05), loss, metrics=[penalty_accuracy])
    model.fit(x, y, epochs=40, batch_size=10, verbose=0)
    assert model.evaluate(x, y, verbose=0)[1] > 0.9


# ---------------------------------------------------------------------- all of them


@pytest.mark.parametrize(
    "layer", [ConnectionTableConv2D, TrainableSubsampling2D, EuclideanRBF], ids=lambda x: x.__name__
)
def test_arguments_are_those_of_the_description(layer: Any) -> None:
    described = getattr(layers, layer.__name__)
    parameters = list(inspect.signature(layer.__init__).parameters.values())[1:-1]
    assert [parameter.name for parameter in parameters] == list(described.positional)
    for parameter in parameters:
        default = described.arguments[parameter.name]
        assert parameter.default == (parameter.empty if default is REQUIRED else default)


def test_scaled_tanh_is_one_at_one() -> None:
    x = np.array([-100.0, -1.0, 0.0, 1.0, 100.0], "float32")
    _assert_close(scaled_tanh(x), [-1.7159, -1.0, 0.0, 1.0, 1.7159])


def _lenet_like(dtype: str = "float32") -> Any:
    """A model of all layers of ours."""
    inputs = keras.Input((8, 8, 4))
    x = keras.layers.Conv2D(4, 1, activation=scaled_tanh, dtype=dtype)(inputs)
    x = ConnectionTableConv2D(
        4, 3, _TABLE, activation=scaled_tanh, kernel_regularizer="l2", name="c3", dtype=dtype
    )(x)
    x = TrainableSubsampling2D(activation=scaled_tanh, name="s4", dtype=dtype)(x)
    x = keras.layers.Flatten(dtype=dtype)(x)
    return keras.Model(inputs, EuclideanRBF(2, [[1, -1] * 18] * 2, name="rbf", dtype=dtype)(x))


def test_saved_and_loaded_layers_are_the_same(tmp_path: Path) -> None:
    model = _lenet_like()
    model.save(tmp_path / "model.keras")
    loaded: Any = keras.saving.load_model(tmp_path / "model.keras")
    for name in ("c3", "s4", "rbf"):
        assert loaded.get_layer(name).get_config() == model.get_layer(name).get_config()
    x = _numbers(2, 8, 8, 4)
    expected = keras.ops.convert_to_numpy(model(x))
    _assert_close(loaded(x), expected)
    read = convzoo.calc(tmp_path / "model.keras")
    assert read.complete
    assert read.total("params") == model.count_params()
    assert read.graph.layer("c3").activation_name == "scaled_tanh"
    assert read.graph.to_config() == convzoo.calc(model).graph.to_config()


def test_mixed_precision_is_kept() -> None:
    model = _lenet_like("mixed_float16")
    outputs = model(_numbers(2, 8, 8, 4))
    assert keras.backend.standardize_dtype(outputs.dtype) == "float16"
    assert {keras.backend.standardize_dtype(w.dtype) for w in model.weights} == {"float32"}


def test_unknown_sizes_are_taken() -> None:
    inputs = keras.Input((None, None, 4))
    x = ConnectionTableConv2D(4, 3, _TABLE, padding="same")(inputs)
    model = keras.Model(inputs, TrainableSubsampling2D()(x))
    assert model.output_shape == (None, None, None, 4)
    assert model.predict(_numbers(1, 7, 5, 4), verbose=0).shape == (1, 3, 2, 4)
