"""L2 pooling as a real Keras layer: its values, its gradients, saving and loading."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from convzoo.building.keras_layers import L2Pooling1D, L2Pooling2D, L2Pooling3D

_LAYERS = {1: L2Pooling1D, 2: L2Pooling2D, 3: L2Pooling3D}


def _by_loop(x: np.ndarray, pool: int, stride: int, padding: str) -> np.ndarray:
    """The root of the sum of squares of each patch; channels last, zeros where padded."""
    rank = x.ndim - 2
    for axis in range(1, rank + 1):
        size = x.shape[axis]
        if padding == "same":
            needed = max((-(-size // stride) - 1) * stride + pool - size, 0)
            widths = [(0, 0)] * x.ndim
            widths[axis] = (needed // 2, needed - needed // 2)
            x = np.pad(x, widths)
    sizes = [(x.shape[axis] - pool) // stride + 1 for axis in range(1, rank + 1)]
    out = np.empty((x.shape[0], *sizes, x.shape[-1]))
    for place in product(*map(range, sizes)):
        patch = x[(slice(None), *(slice(o * stride, o * stride + pool) for o in place))]
        out[(slice(None), *place)] = np.sqrt((patch**2).sum(axis=tuple(range(1, rank + 1))))
    return out


@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize(("pool", "stride"), [(2, 2), (3, 1), (3, 2), (2, 3)])
def test_values_equal_a_loop(rank: int, padding: str, pool: int, stride: int) -> None:
    x = np.random.default_rng(0).normal(size=(2, *(5, 6, 4)[:rank], 3)).astype("float32")
    expected = _by_loop(x, pool, stride, padding)
    layer = _LAYERS[rank](pool, stride, padding)
    np.testing.assert_allclose(layer(x), expected, rtol=1e-5)
    assert layer.compute_output_shape(x.shape) == expected.shape
    first = _LAYERS[rank](pool, stride, padding, "channels_first")
    moved = np.moveaxis(x, -1, 1)
    np.testing.assert_allclose(first(moved), np.moveaxis(expected, -1, 1), rtol=1e-5)
    assert first.compute_output_shape(moved.shape) == np.moveaxis(expected, -1, 1).shape


def test_unknown_size_is_pooled() -> None:
    inputs = keras.Input((None, None, 2))
    model = keras.Model(inputs, L2Pooling2D(3, 2, "same")(inputs))
    assert model.output_shape == (None, None, None, 2)
    x = np.ones((1, 7, 4, 2), "float32")
    np.testing.assert_allclose(model.predict(x, verbose=0), _by_loop(x, 3, 2, "same"), rtol=1e-5)


def test_patch_of_zeros_has_a_gradient_of_zero() -> None:
    inputs = keras.Input((4, 1))
    model = keras.Model(inputs, keras.layers.Dense(1)(L2Pooling1D(2)(inputs)))
    model.compile("sgd", "mse")
    x = np.array([[[0.0], [0.0], [3.0], [4.0]]])
    model.fit(x, np.ones((1, 2, 1)), verbose=0)
    assert np.isfinite(model.get_weights()[0]).all()


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_saved_and_loaded_layer_is_the_same(tmp_path: Path, rank: int) -> None:
    inputs = keras.Input((6,) * rank + (2,))
    layer = _LAYERS[rank](3, strides=2, padding="same", name="l2")
    model = keras.Model(inputs, layer(inputs))
    model.save(tmp_path / "model.keras")
    loaded: Any = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.get_layer("l2").get_config() == layer.get_config()
    x = np.random.default_rng(0).normal(size=(1, *(6,) * rank, 2)).astype("float32")
    np.testing.assert_array_equal(loaded(x), model(x))


def test_mixed_precision_is_kept() -> None:
    layer = L2Pooling2D(2, dtype="mixed_float16")
    assert keras.backend.standardize_dtype(layer(np.ones((1, 4, 4, 1))).dtype) == "float16"
