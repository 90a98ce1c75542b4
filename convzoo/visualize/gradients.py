"""The one place that asks a backend for a gradient."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

from convzoo.errors import BuildError

_GradientAt: TypeAlias = "Callable[[Any], tuple[Any, Any]]"
_Gradient: TypeAlias = "Callable[[Callable[[Any], Any], Any], tuple[Any, Any]]"


class Slope(NamedTuple):
    """A value and its gradient.

    Args:
        value: the value of a scalar function.
        gradient: its gradient in the function's argument, an array of that shape.
    """

    value: float
    gradient: Any


class _Backend(NamedTuple):
    """What a backend does.

    Args:
        gradient: the value and the gradient of a function at a tensor, as its tensors.
        compiled: a function made faster for many calls.
    """

    gradient: _Gradient
    compiled: Callable[[_GradientAt], _GradientAt]


def slope(function: Callable[[Any], Any], at: Any) -> Slope:
    """The value and the gradient of a scalar function of a tensor, on the backend that Keras has.

    Args:
        function: gives a tensor of shape () for a tensor, by the backend's or Keras's operations.
        at: the array at which it is taken.

    Raises:
        BuildError: when the backend has no gradients.
    """
    backend = _backend()
    return _taken(lambda tensor: backend.gradient(function, tensor), at)


def slopes(function: Callable[[Any], Any]) -> Callable[[Any], Slope]:
    """The same for many arrays of one shape: the backend compiles it where it can.

    Raises:
        BuildError: when the backend has no gradients.
    """
    backend = _backend()
    compiled = backend.compiled(lambda tensor: backend.gradient(function, tensor))
    return lambda at: _taken(compiled, at)


def _taken(gradient_of: _GradientAt, at: Any) -> Slope:
    import keras

    value, gradient = gradient_of(keras.ops.convert_to_tensor(at))
    number = float(keras.ops.convert_to_numpy(value))
    return Slope(number, keras.ops.convert_to_numpy(gradient).astype("float32"))


def _backend() -> _Backend:
    import keras

    name = keras.config.backend()
    if name not in _BACKENDS:
        raise BuildError(
            f"Gradients need a backend that has them, and Keras runs on {name}. "
            "Set KERAS_BACKEND to tensorflow, jax or torch."
        )
    return _BACKENDS[name]


def _in_tensorflow(function: Callable[[Any], Any], at: Any) -> tuple[Any, Any]:
    import tensorflow as tf

    with tf.GradientTape() as tape:
        tape.watch(at)
        value = function(at)
    gradient = tape.gradient(value, at, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    return value, gradient


def _in_jax(function: Callable[[Any], Any], at: Any) -> tuple[Any, Any]:
    import jax

    found: tuple[Any, Any] = jax.value_and_grad(function)(at)
    return found


def _in_torch(function: Callable[[Any], Any], at: Any) -> tuple[Any, Any]:
    import torch

    at = at.detach().requires_grad_()
    value = function(at)
    if not value.requires_grad:
        return value, torch.zeros_like(at)  # The value doesn't depend on anything.
    [gradient] = torch.autograd.grad(value, [at], allow_unused=True)
    return value, torch.zeros_like(at) if gradient is None else gradient


def _compiled_by_tensorflow(function: _GradientAt) -> _GradientAt:
    import tensorflow as tf

    traced = tf.function(function, autograph=False)

    def compiled(at: Any) -> tuple[Any, Any]:
        # Not `traced(at)`: TensorFlow warns where several functions are traced one after the other.
        concrete = traced.get_concrete_function(tf.TensorSpec(at.shape, at.dtype))
        value, gradient = concrete(at)
        return value, gradient

    return compiled


def _compiled_by_jax(function: _GradientAt) -> _GradientAt:
    import jax

    compiled: _GradientAt = jax.jit(function)
    return compiled


_BACKENDS = {
    "tensorflow": _Backend(_in_tensorflow, _compiled_by_tensorflow),
    "jax": _Backend(_in_jax, _compiled_by_jax),
    "torch": _Backend(_in_torch, lambda function: function),
}
