"""Regularization. Equals `keras/src/layers/regularization`."""

from __future__ import annotations

from typing import Any

from convzoo.graph.facts import Window, Work
from convzoo.graph.layer import Layer, Tensor
from convzoo.layers import LAYERS


class TrainingOnly(Layer):
    """A layer that changes its input in training only: it costs nothing at inference."""

    call_defaults = {"training": False}

    def work(self, inputs: Tensor) -> Work:
        return Work()

    def windows(self, inputs: Tensor) -> tuple[Window, ...]:
        return ()


@LAYERS.register("Dropout", "dropout")
class Dropout(TrainingOnly):
    """Sets random elements to 0 in training. Equals `keras.layers.Dropout`.

    Args:
        rate: the fraction set to 0, from 0 to 1.
        noise_shape: the shape of the mask, where it is to be broadcast.
    """

    rate: float
    noise_shape: Any = None
    seed: Any = None

    def check_arguments(self) -> None:
        if not isinstance(self.rate, (int, float)) or not 0 <= self.rate <= 1:
            raise self.error("rate must be from 0 to 1", f"rate={self.rate!r}", "Try 0.5.")
        shape = self.noise_shape
        if shape is None:
            return
        fits = isinstance(shape, (tuple, list)) and all(
            dim is None or (isinstance(dim, int) and dim > 0) for dim in shape
        )
        if not fits:
            raise self.error(
                "noise_shape must hold integers of 1 or more, or None", f"noise_shape={shape!r}"
            )
        self.noise_shape = tuple(shape)
