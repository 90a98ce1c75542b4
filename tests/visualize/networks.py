"""Small networks to look into, with weights that follow from a seed."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import layers


def seeded(model: Any) -> Any:
    """The model with weights from -0.3 to 0.7, the same in every run and on every backend."""
    random = np.random.default_rng(0)
    for weight in model.weights:
        if not weight.path.endswith("variance"):
            weight.assign(random.random(weight.shape) - 0.3)
    return model


def flat(side: int = 12) -> Any:
    """Two convolutions with a pooling between, and three classes."""
    return seeded(keras.Sequential([layers.Input((side, side, 1)), *_base(), *_head()]))


def nested(side: int = 12) -> Any:
    """The same, the convolutions in a model of their own."""
    inputs = layers.Input((side, side, 1))
    x = inputs
    for layer in _base():
        x = layer(x)
    base = keras.Model(inputs, x, name="base")
    return seeded(keras.Sequential([layers.Input((side, side, 1)), base, *_head()]))


def tiny() -> Any:
    """One convolution in a model within a model, whose layers start at 0: quick to build."""
    inputs = layers.Input((8, 8, 1))
    conv = layers.Conv2D(4, 3, activation="relu", kernel_initializer="zeros", name="conv")
    base = keras.Model(inputs, conv(inputs), name="base")
    dense = layers.Dense(3, activation="softmax", kernel_initializer="zeros")
    return seeded(keras.Sequential([layers.Input((8, 8, 1)), base, layers.Flatten(), dense]))


def _base() -> list[Any]:
    return [
        layers.Conv2D(6, 3, activation="relu", name="c1"),
        layers.MaxPooling2D(2, name="pool"),
        layers.Conv2D(8, 3, padding="same", name="c2"),
        layers.BatchNormalization(name="bn"),
        layers.ReLU(name="relu"),
    ]


def _head() -> list[Any]:
    return [layers.Flatten(name="flatten"), layers.Dense(3, activation="softmax", name="dense")]


def photograph(height: int = 12, width: int = 12, channels: int = 1) -> Any:
    """An image with an edge in it, values from 0 to 255."""
    image = np.random.default_rng(1).integers(0, 120, (height, width, channels))
    image[height // 3 :, : width // 2] += 100
    return image.astype("uint8")
