"""Activations. Equals `keras/src/layers/activations`."""

from __future__ import annotations

from typing import Any

from convzoo.graph.dims import product
from convzoo.graph.facts import Weight, Window, Work
from convzoo.graph.layer import Layer, Tensor
from convzoo.graph.structure import map_leaves
from convzoo.layers import LAYERS
from convzoo.layers.arguments import activation_ops


class Elementwise(Layer):
    """One operation on each element, and the shape stays."""

    def work(self, inputs: Tensor) -> Work:
        return Work(element_ops=product(inputs.shape[1:]))

    def windows(self, inputs: Tensor) -> tuple[Window, ...] | None:
        return ()

    def check_not_negative(self, *names: str, optional: bool = False) -> None:
        """Refuse negative arguments, and `None` unless they are optional."""
        for name in names:
            value = getattr(self, name)
            if value is None and optional:
                continue
            if value is None or value < 0:
                raise self.error(f"{name} must be 0 or more", f"{name}={value!r}")


@LAYERS.register("Activation", "activation", "act")
class Activation(Elementwise):
    """A function by name, on each element. Equals `keras.layers.Activation`.

    Args:
        activation: the function's name.
    """

    activation: Any

    def work(self, inputs: Tensor) -> Work:
        return Work(element_ops=product((*inputs.shape[1:], activation_ops(self.activation))))


@LAYERS.register("ReLU", "relu")
class ReLU(Elementwise):
    """max(x, 0), bent and cut off where asked. Equals `keras.layers.ReLU`.

    Args:
        max_value: where the output is cut off.
        negative_slope: slope below the threshold.
        threshold: where the bend is.
    """

    max_value: float | None = None
    negative_slope: float = 0.0
    threshold: float = 0.0

    def check_arguments(self) -> None:
        self.check_not_negative("max_value", optional=True)
        self.check_not_negative("negative_slope", "threshold")

    @property
    def activation_name(self) -> str | None:
        if self.negative_slope:
            return "leaky_relu"
        return "relu6" if self.max_value == 6 else "relu"


@LAYERS.register("LeakyReLU", "leakyrelu", "leaky_relu")
class LeakyReLU(Elementwise):
    """x above 0, a fraction of it below. Equals `keras.layers.LeakyReLU`.

    Args:
        negative_slope: slope below 0.
    """

    activation = "leaky_relu"

    negative_slope: float = 0.3

    def _take_extra(self, key: str, value: Any) -> None:
        # The name that the argument had before Keras 3.
        if key == "alpha":
            self.__dict__["negative_slope"] = value
        else:
            super()._take_extra(key, value)

    def check_arguments(self) -> None:
        self.check_not_negative("negative_slope")


@LAYERS.register("PReLU", "prelu")
class PReLU(Elementwise):
    """x above 0, a learned fraction of it below. Equals `keras.layers.PReLU`.

    Args:
        shared_axes: axes along which the fraction is the same.
    """

    activation = "prelu"

    alpha_initializer: Any = "Zeros"
    alpha_regularizer: Any = None
    alpha_constraint: Any = None
    shared_axes: Any = None

    def check_arguments(self) -> None:
        axes = self.shared_axes
        if axes is not None:
            self.shared_axes = tuple(axes) if isinstance(axes, (list, tuple)) else (axes,)

    def weights(self, inputs: Tensor) -> tuple[Weight, ...]:
        shape = list(inputs.shape[1:])
        for axis in self.shared_axes or ():
            shape[axis - 1] = 1
        if None in shape:
            raise self.shape_error(
                "needs to know every axis that shared_axes leaves out",
                inputs.shape,
                "Share the axes of unknown size, for example shared_axes=(1, 2).",
            )
        return (Weight("alpha", tuple(shape)),)

    def serves(self, weights: tuple[Weight, ...], *args: Any) -> bool:
        # Without shared axes Keras looks at the rank alone, and broadcasts.
        return args[0].rank == self.built_rank and (
            not self.shared_axes or weights == self.variables
        )


@LAYERS.register("ELU", "elu")
class ELU(Elementwise):
    """x above 0, an exponential below. Equals `keras.layers.ELU`.

    Args:
        alpha: what the exponential falls to, negated.
    """

    activation = "elu"

    alpha: float = 1.0


@LAYERS.register("Softmax", "softmax")
class Softmax(Elementwise):
    """Exponentials that sum to 1 along an axis. Equals `keras.layers.Softmax`.

    Args:
        axis: the axis, or several.
    """

    activation = "softmax"

    axis: Any = -1

    def windows(self, inputs: Tensor) -> tuple[Window, ...] | None:
        axes = self.axis if isinstance(self.axis, (list, tuple)) else (self.axis,)
        return () if all(axis in (-1, inputs.rank - 1) for axis in axes) else None


@LAYERS.register("Identity", "identity")
class Identity(Layer):
    """The input, unchanged. Equals `keras.layers.Identity`."""

    def output(self, inputs: Any) -> Any:
        return map_leaves(lambda tensor: Tensor(tensor.shape, self.cast(tensor)), inputs)

    def work(self, inputs: Any) -> Work:
        return Work()

    def windows(self, inputs: Any) -> tuple[Window, ...]:
        return ()
