"""The peak of activations beside the arena that the interpreter of TensorFlow Lite plans.

Run it with `python -m benchmarks.tflite_arena`. The arena is the memory from the first to the last
byte that the interpreter gives to tensors which operations write.
"""

from __future__ import annotations

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from typing import Any

import keras
import tensorflow as tf
from keras import layers
from tabulate import tabulate

import convzoo


def resnet8() -> Any:
    """The ResNet of MLPerf Tiny for images of 32 by 32."""
    inputs = layers.Input((32, 32, 3))
    x = layers.Conv2D(16, 3, padding="same")(inputs)
    x = layers.Activation("relu")(layers.BatchNormalization()(x))
    for filters in (16, 32, 64):
        stride = 1 if filters == 16 else 2
        y = layers.Conv2D(filters, 3, stride, padding="same")(x)
        y = layers.Activation("relu")(layers.BatchNormalization()(y))
        y = layers.BatchNormalization()(layers.Conv2D(filters, 3, padding="same")(y))
        if stride > 1:
            x = layers.Conv2D(filters, 1, stride, padding="same")(x)
        x = layers.Activation("relu")(layers.Add()([x, y]))
    x = layers.Flatten()(layers.AveragePooling2D(8)(x))
    return keras.Model(inputs, layers.Dense(10, activation="softmax")(x))


def mobilenet() -> Any:
    """MobileNet of a quarter of the width on images of 96 by 96."""
    return keras.applications.MobileNet((96, 96, 3), alpha=0.25, weights=None, classes=2)


def arena_bytes(model: Any) -> tuple[int, int]:
    """What the interpreter plans for a batch of one, and the sum of all that it plans.

    Returns:
        The bytes from the first to the last, and those of all tensors one after another.
    """
    fixed = keras.Sequential([keras.Input(batch_shape=(1, *model.input_shape[1:])), model])
    converted = tf.lite.TFLiteConverter.from_keras_model(fixed).convert()
    interpreter = tf.lite.Interpreter(
        model_content=converted,
        # A delegate keeps its tensors to itself.
        experimental_op_resolver_type=(
            tf.lite.experimental.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
        ),
    )
    interpreter.allocate_tensors()
    written = {detail["index"] for detail in interpreter.get_input_details()}
    for operation in interpreter._get_ops_details():
        written.update(int(index) for index in operation["outputs"])
    spans = []
    for index in sorted(written):
        try:
            view = interpreter.tensor(index)()
        except ValueError:
            continue  # Fused into another operation: it has no memory.
        start = view.__array_interface__["data"][0]
        spans.append((start, start + view.nbytes))
    first, last = min(start for start, _ in spans), max(end for _, end in spans)
    return last - first, sum(end - start for start, end in spans)


def main() -> None:
    """Print the table."""
    rows = []
    for name, model in (
        ("mnist_convnet", convzoo.get("mnist_convnet")),
        ("MobileNet 0.25 at 96", mobilenet()),
        ("ResNet8", resnet8()),
    ):
        report = convzoo.calc(model, ["peak_activation_bytes"])
        arena, planned = arena_bytes(model)
        ours = report.total("peak_activation_bytes")
        rows.append([name, f"{ours:,}", f"{arena:,}", f"{arena / ours:.3f}", f"{planned:,}"])
        print(report.remarks[0])
    headers = ["Network", "peak_activation_bytes", "arena", "ratio", "all tensors"]
    print(tabulate(rows, headers, tablefmt="github", disable_numparse=True))


if __name__ == "__main__":
    main()
