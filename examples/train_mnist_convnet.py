"""Train `mnist_convnet` on MNIST as the lecture does: rmsprop, batches of 64, 5 epochs.

    python examples/train_mnist_convnet.py [mnist.npz]

Without a path Keras downloads MNIST and keeps it in its cache. About a minute on two cores; the
accuracy on the test images should be 0.988 or more.
"""

import sys

import keras
import numpy as np

import convzoo


def main(path: str | None = None) -> float:
    """Train the network, and return its accuracy on the test images."""
    if path is None:
        (x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
    else:
        with np.load(path) as data:
            x_train, y_train, x_test, y_test = (
                data[name] for name in ("x_train", "y_train", "x_test", "y_test")
            )
    keras.utils.set_random_seed(0)
    model = convzoo.get("mnist_convnet")
    model.compile("rmsprop", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(_images(x_train), y_train, batch_size=64, epochs=5, verbose=2)
    _, accuracy = model.evaluate(_images(x_test), y_test, verbose=0)
    print(f"accuracy on the test images: {accuracy:.4f}")
    return float(accuracy)


def _images(pixels: np.ndarray) -> np.ndarray:
    """Values from 0 to 1, with a channel axis: (images, 28, 28, 1)."""
    return pixels[..., np.newaxis].astype("float32") / 255


if __name__ == "__main__":
    main(*sys.argv[1:2])
