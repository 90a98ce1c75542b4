"""Regularization. Equals `keras/src/layers/regularization`."""

from __future__ import annotations

from math import inf
from typing import Any, ClassVar

from convzoo.graph.dims import Shape
from convzoo.graph.facts import Window, Work
from convzoo.graph.layer import Layer, Tensor
from convzoo.layers import LAYERS
from convzoo.layers.arguments import check_data_format


class TrainingOnly(Layer):
    """A layer that changes its input in training only: it costs nothing at inference."""

    call_defaults = {"training": False}

    def work(self, inputs: Tensor) -> Work:
        return Work()

    def windows(self, inputs: Tensor) -> tuple[Window, ...]:
        return ()

    def check_random(self, name: str) -> None:
        """Refuse an argument that is not from 0 to 1, and a seed that is not an integer."""
        value, seed = getattr(self, name), self.__dict__.get("seed")
        if not isinstance(value, (int, float)) or not 0 <= value <= 1:
            raise self.error(f"{name} must be from 0 to 1", f"{name}={value!r}", "Try 0.5.")
        if value > 0 and seed is not None and not isinstance(seed, int):
            raise self.error("seed must be an integer", f"seed={seed!r}", "Try 1337.")


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
        self.check_random("rate")
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


class SpatialDropout(TrainingOnly):
    """Sets whole channels to 0 in training.

    Args:
        rate: the fraction set to 0, from 0 to 1.
    """

    rank: ClassVar[int] = 0

    rate: float

    def check_arguments(self) -> None:
        self.check_random("rate")
        if "trainable" in self.__dict__:
            raise self.error("has no argument 'trainable'", f"trainable={self.trainable}")

    def to_config(self) -> dict[str, Any]:
        # Keras takes no `trainable` here, not even that of a model that is frozen as a whole.
        config = super().to_config()
        config.pop("trainable", None)
        return config

    def output_shape(self, shape: Shape) -> Shape:
        self.require_rank(shape, self.rank + 2)
        return shape


@LAYERS.register("SpatialDropout1D", "spatialdropout1d")
class SpatialDropout1D(SpatialDropout):
    """Sets whole channels of a sequence to 0. Equals `keras.layers.SpatialDropout1D`."""

    rank = 1

    seed: Any = None


class SpatialDropoutWithFormat(SpatialDropout):
    """Sets whole channels to 0, which stand first or last.

    Args:
        data_format: `"channels_last"` or `"channels_first"`.
    """

    data_format: str | None = None
    seed: Any = None

    def check_arguments(self) -> None:
        super().check_arguments()
        check_data_format(self)


@LAYERS.register("SpatialDropout2D", "spatialdropout2d")
class SpatialDropout2D(SpatialDropoutWithFormat):
    """Sets whole channels of an image to 0. Equals `keras.layers.SpatialDropout2D`."""

    rank = 2


@LAYERS.register("SpatialDropout3D", "spatialdropout3d")
class SpatialDropout3D(SpatialDropoutWithFormat):
    """Sets whole channels of a volume to 0. Equals `keras.layers.SpatialDropout3D`."""

    rank = 3


@LAYERS.register("GaussianNoise", "gaussiannoise")
class GaussianNoise(TrainingOnly):
    """Adds random numbers in training. Equals `keras.layers.GaussianNoise`.

    Args:
        stddev: their standard deviation, from 0 to 1.
    """

    stddev: float
    seed: Any = None

    def check_arguments(self) -> None:
        self.check_random("stddev")


@LAYERS.register("GaussianDropout", "gaussiandropout")
class GaussianDropout(TrainingOnly):
    """Multiplies by random numbers around 1 in training. Equals `keras.layers.GaussianDropout`.

    Args:
        rate: as that of `Dropout`, from 0 to 1.
    """

    rate: float
    seed: Any = None

    def check_arguments(self) -> None:
        self.check_random("rate")


@LAYERS.register("AlphaDropout", "alphadropout")
class AlphaDropout(TrainingOnly):
    """Dropout that keeps mean and deviation, in training. Equals `keras.layers.AlphaDropout`.

    Args:
        rate: the fraction that is dropped, from 0 to 1.
        noise_shape: the shape of the mask, where it is to be broadcast.
    """

    rate: float
    noise_shape: Any = None
    seed: Any = None

    def check_arguments(self) -> None:
        self.check_random("rate")


@LAYERS.register("ActivityRegularization", "activityregularization")
class ActivityRegularization(Layer):
    """Adds the size of its input to the loss. Equals `keras.layers.ActivityRegularization`.

    Args:
        l1: factor of the absolute values.
        l2: factor of the squares.
    """

    l1: float | None = 0.0
    l2: float | None = 0.0

    def check_arguments(self) -> None:
        for name in ("l1", "l2"):
            value = getattr(self, name)
            number = isinstance(value, (int, float)) and 0 <= value < inf
            if value is not None and not number:
                raise self.error(f"{name} must be 0 or more", f"{name}={value!r}", "Try 0.01.")
        if "activity_regularizer" in self.__dict__:
            raise self.error("has its own activity_regularizer", "another", "Leave it out.")

    def work(self, inputs: Tensor) -> Work:
        return Work()

    def windows(self, inputs: Tensor) -> tuple[Window, ...]:
        return ()
