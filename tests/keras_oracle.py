"""What Keras says of a layer, beside what convzoo says of it."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import keras

from convzoo import layers
from convzoo.errors import ConvzooError
from convzoo.graph.layer import Layer
from convzoo.graph.structure import leaves, map_leaves
from tests.strategies import LayerCase, Spec


@dataclass(frozen=True)
class Facts:
    """The facts of one call, as either side states them.

    Args:
        outputs: shape and dtype of every output.
        weights: name, shape, trainable and dtype of every weight.
    """

    outputs: tuple[tuple[tuple[int | None, ...], str], ...]
    weights: tuple[tuple[str, tuple[int, ...], bool, str], ...]


@dataclass(frozen=True)
class Refused:
    """The call raised an error."""

    message: str


def by_keras(case: LayerCase) -> Facts | Refused:
    """Build and call the layer in Keras."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            inputs = map_leaves(_keras_input, case.inputs)
            layer = keras_class(case.class_name)(**case.arguments)
            outputs = layer(inputs)
        except Exception as error:
            return Refused(f"{type(error).__name__}: {error}")
    return Facts(
        outputs=tuple((tuple(x.shape), x.dtype) for x in keras.tree.flatten(outputs)),
        weights=tuple(
            (w.name, tuple(w.shape), bool(w.trainable), keras.backend.standardize_dtype(w.dtype))
            for w in layer.weights
        ),
    )


def by_convzoo(case: LayerCase) -> Facts | Refused:
    """Describe and call the layer in convzoo."""
    try:
        layer = described(case)
        outputs = layer(map_leaves(_input, case.inputs))
    except ConvzooError as error:
        return Refused(str(error))
    return Facts(
        outputs=tuple((tensor.shape, tensor.dtype) for tensor in leaves(outputs)),
        weights=weights_of(layer),
    )


def described(case: LayerCase) -> Layer:
    """The layer of a case as convzoo describes it."""
    layer: Layer = getattr(layers, case.class_name)(**case.arguments)
    return layer


def weights_of(layer: Layer) -> tuple[tuple[str, Any, bool, str], ...]:
    """The weights of a layer that was called, in Keras's order of `layer.weights`."""
    # Keras lists the weights that were made to be trained before the others.
    return tuple(
        (w.name, w.shape, w.trainable and layer.trainable, w.dtype or layer.variable_dtype)
        for w in sorted(layer.variables or (), key=lambda w: not w.trainable)
    )


def keras_class(class_name: str) -> Any:
    """The Keras layer of that name, or ours where Keras has none."""
    if hasattr(keras.layers, class_name):
        return getattr(keras.layers, class_name)
    from convzoo.building import keras_layers

    return getattr(keras_layers, class_name)


def assert_equal_to_keras(case: LayerCase) -> None:
    """Fail unless both sides agree on the facts, or both refuse."""
    theirs, ours = by_keras(case), by_convzoo(case)
    if isinstance(theirs, Refused) or isinstance(ours, Refused):
        assert type(theirs) is type(ours), (case, theirs, ours)
    else:
        assert ours == theirs, case


def _keras_input(leaf: Any) -> Any:
    if isinstance(leaf, Spec):
        return keras.Input(batch_shape=leaf.shape, dtype=leaf.dtype)
    return leaf


def _input(leaf: Any) -> Any:
    if isinstance(leaf, Spec):
        return layers.Input(batch_shape=leaf.shape, dtype=leaf.dtype)
    return leaf
