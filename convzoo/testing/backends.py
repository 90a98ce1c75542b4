"""What a model computes, and its gradients: the one thing for which Keras has no common words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import keras


def forward(model: keras.Model, inputs: Any, training: bool = False) -> list[Any]:
    """The outputs of a model.

    Args:
        model: the model.
        inputs: a batch in the structure that the model takes.
        training: whether it runs as in training: random layers do something then, and batches are
            normalized by their own statistics.

    Returns:
        The outputs, flat, as arrays of NumPy.
    """
    import keras

    outputs: Any
    if keras.backend.backend() == "jax":
        import jax

        # Compiled as one: every single operation would be compiled for itself.
        run = jax.jit(lambda *state: model.stateless_call(*state, inputs, training=training)[0])
        outputs = run(_values(model.trainable_variables), _values(model.non_trainable_variables))
    elif keras.backend.backend() == "torch":
        import torch

        with torch.no_grad(), _unchanged(model):
            outputs = model(inputs, training=training)
    else:
        with _unchanged(model):
            outputs = model(inputs, training=training)
    return [keras.ops.convert_to_numpy(output) for output in keras.tree.flatten(outputs)]


def gradients(model: keras.Model, inputs: Any) -> list[Any]:
    """The gradient of the mean square of all outputs, for each weight that learns.

    Args:
        model: the model; it runs as in training.
        inputs: a batch in the structure that the model takes.

    Returns:
        The backend's tensor for each of `model.trainable_variables`, or `None` where the outputs
        don't depend on it; JAX gives zeros there.
    """
    import keras

    weights = model.trainable_variables
    found: Any
    if not weights:
        return []
    if keras.backend.backend() == "jax":
        import jax

        def loss(trained: Any, others: Any) -> Any:
            return _mean_square(model.stateless_call(trained, others, inputs, training=True)[0])

        found = jax.jit(jax.grad(loss))(_values(weights), _values(model.non_trainable_variables))
    elif keras.backend.backend() == "torch":
        import torch

        with _unchanged(model):
            loss_value = _mean_square(model(inputs, training=True))
        found = torch.autograd.grad(loss_value, _values(weights), allow_unused=True)
    else:
        import tensorflow as tf

        with tf.GradientTape() as tape, _unchanged(model):
            loss_value = _mean_square(model(inputs, training=True))
        found = tape.gradient(loss_value, _values(weights))
    return list(found)


@contextmanager
def _unchanged(model: keras.Model) -> Iterator[None]:
    """Put statistics and seeds back, which a run as in training changes."""
    import keras

    variables = model.non_trainable_variables
    before = [keras.ops.copy(variable.value) for variable in variables]
    yield
    for variable, value in zip(variables, before, strict=True):
        variable.assign(value)


def _values(variables: list[Any]) -> list[Any]:
    return [variable.value for variable in variables]


def _mean_square(outputs: Any) -> Any:
    from keras import ops, tree

    means = [ops.mean(ops.square(ops.cast(x, "float32"))) for x in tree.flatten(outputs)]
    return sum(means)


def runs_channels_first() -> bool:
    """Whether convolutions of channels_first run where this program does."""
    import keras

    if keras.backend.backend() != "tensorflow":
        return True
    import tensorflow as tf

    return bool(tf.config.list_physical_devices("GPU"))
