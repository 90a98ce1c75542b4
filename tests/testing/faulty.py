"""A layer of somebody's own with a fault where one is asked for, and a small network with it."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from convzoo import Card, Graph, Input, Sequential, Source, layers
from convzoo.graph.dims import Shape
from convzoo.graph.facts import Weight


@keras.saving.register_keras_serializable(package="tests")
class Gain(keras.layers.Layer):
    """Each channel times a learned number and a given one.

    Args:
        factor: the given number.
        fault: what is wrong with it: `"dtype"`, `"weight_dtype"`, `"shape"`, `"seed"`, `"random"`,
            `"config"`, or nothing.
    """

    def __init__(self, factor: float = 1.0, fault: str = "", **kwargs: Any) -> None:
        super().__init__(**(kwargs | {"dtype": "float32"} if fault == "dtype" else kwargs))
        self.factor = factor
        self.fault = fault

    def build(self, input_shape: Any) -> None:
        start = np.random.default_rng().random() if self.fault == "seed" else 1.0
        self.gain = self.add_weight(
            name="gain",
            shape=(input_shape[-1],),
            initializer=keras.initializers.Constant(start),
            dtype="float64" if self.fault == "weight_dtype" else None,
        )

    def call(self, inputs: Any) -> Any:
        factor = np.random.default_rng().random() if self.fault == "random" else self.factor
        output = inputs * keras.ops.cast(self.gain, inputs.dtype) * factor
        return output[:, :, :1] if self.fault == "shape" else output

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        kept = {} if self.fault == "config" else {"factor": self.factor}
        return {**super().get_config(), **kept, "fault": self.fault}


class DescribedGain(layers.Layer):
    """The description of `Gain`; a test registers it with `convzoo.register_layer`."""

    factor: float = 1.0
    fault: str = ""

    def weights(self, inputs: Any) -> tuple[Weight, ...]:
        return (Weight("gain", (inputs.shape[-1],)),)


DescribedGain.class_name = "Gain"
GAIN = "tests>Gain"

CARD = Card(
    title="Mine",
    source=Source("Me", "Mine", 2026),
    params=69,
    input="4x4 grey images",
    stages=("gain",),
    tags=("tiny",),
)


def net(input_shape: Shape = (4, 4, 1), classes: int = 3, fault: str = "") -> Graph:
    """A convolution, the layer, and a dense one."""
    return Sequential(
        [
            Input(input_shape),
            layers.Conv2D(2, 2, activation="relu"),
            DescribedGain(3.0, fault, name="gain"),
            layers.Flatten(),
            layers.Dense(classes, activation="softmax"),
        ]
    )


def features(input_shape: Shape = (4, 4, 1), fault: str = "") -> Graph:
    """The same without the dense layer."""
    return Sequential([Input(input_shape), DescribedGain(3.0, fault, name="gain")])
