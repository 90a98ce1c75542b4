"""A description made real: the Keras model that it describes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from convzoo.errors import BuildError
from convzoo.graph.graph import Graph

if TYPE_CHECKING:
    import keras


def import_keras(what: str) -> Any:
    """The package Keras, with our own layers registered.

    Args:
        what: what needs it, the first word of the message where it is missing.

    Raises:
        BuildError: when Keras or a backend for it is missing.
    """
    try:
        import keras

        import convzoo.building.keras_layers  # noqa: F401
    except ImportError as error:
        raise BuildError(
            f"{what} needs Keras and a backend for it, and {error.name or error} is missing. "
            "Install one: pip install 'convzoo[tensorflow]', or jax or torch in its place."
        ) from error
    return keras


def build(graph: Graph) -> keras.Model:
    """Build the real Keras model, with fresh weights, not compiled.

    Args:
        graph: the description; its layers' names are kept.

    Raises:
        BuildError: when Keras or a backend for it is missing, or Keras refuses the model.
    """
    package = import_keras("Building")
    try:
        with _channels_last():
            model: keras.Model = package.saving.deserialize_keras_object(graph.to_config())
    except (ValueError, TypeError, NotImplementedError) as error:
        # Keras repeats the config at each level; the reason stands last.
        reason = str(error).strip().rpartition("\n")[2].removeprefix("Exception encountered: ")
        raise BuildError(f"Keras refuses to build '{graph.name}': {reason}") from error
    _freeze(graph, model)
    return model


@contextmanager
def _channels_last() -> Iterator[None]:
    """Give a layer that names no data format the one of the description, whatever Keras's is."""
    import keras

    users = keras.config.image_data_format()
    keras.config.set_image_data_format("channels_last")
    try:
        yield
    finally:
        keras.config.set_image_data_format(users)


def _freeze(graph: Graph, model: keras.Model) -> None:
    """Freeze what the description has frozen: Keras reads no `trainable` of a Sequential."""
    if model.trainable != graph.trainable:
        model.trainable = graph.trainable
    layers = {layer.name: layer for layer in model.layers}
    for described in graph.layers:
        layer = layers.get(described.name)
        if layer is None:
            continue  # An operation, which learns nothing and which Keras lists apart.
        if isinstance(described, Graph):
            _freeze(described, layer)
        elif layer.trainable != described.trainable:
            layer.trainable = described.trainable
