"""`mnist_convnet`, as a user of Keras writes it."""

from __future__ import annotations

import keras
from keras import layers


def build() -> keras.Model:
    """The model, built."""
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(32, (3, 3), activation="relu"),
            layers.MaxPooling2D((2, 2)),
            layers.Conv2D(64, (3, 3), activation="relu"),
            layers.MaxPooling2D((2, 2)),
            layers.Conv2D(64, (3, 3), activation="relu"),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )


def build_and_summarise() -> list[str]:
    """Build the model, and keep what its summary prints."""
    lines: list[str] = []
    build().summary(print_fn=lines.append)
    return lines
