"""Training with convzoo against the same training by `fit` alone, in one process."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.timing import Comparison, compare

_IMAGES = 20_000
_EPOCHS = 2


def comparisons() -> Iterator[Comparison]:
    """`convzoo.train` with all that it writes against building, compiling and fitting."""
    import numpy as np

    import convzoo

    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (_IMAGES, 28, 28, 1), "uint8")
    labels = rng.integers(0, 10, _IMAGES)
    classes = tuple(str(number) for number in range(10))
    data = convzoo.Data("noise", images, labels, images[:64], labels[:64], classes)
    parts = data.held_out(0.1)
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "model.keras"
        yield compare(
            f"`train` of `mnist_convnet`, {_EPOCHS} epochs of {_IMAGES:,} images, checkpoints and "
            "curve written, against building, compiling and `fit`",
            lambda: convzoo.train("mnist_convnet", data, epochs=_EPOCHS, output=output, force=True),
            lambda: _fit(parts),
            "<= 1.03",
            runs=3,
        )


def _fit(parts: Any) -> None:
    """What a user of Keras writes."""
    import keras

    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Conv2D(32, 3, activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Conv2D(64, 3, activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Conv2D(64, 3, activation="relu"),
            keras.layers.Flatten(),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("rmsprop", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(
        parts.x_train.astype("float32") / 255,
        parts.y_train,
        batch_size=64,
        epochs=_EPOCHS,
        validation_data=(parts.x_test.astype("float32") / 255, parts.y_test),
        verbose=0,
    )
