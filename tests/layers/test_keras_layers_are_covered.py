"""Every class of `keras.layers` is described, or declared as having no static answer."""

from __future__ import annotations

import inspect

import keras

from convzoo.graph.layer import REQUIRED
from convzoo.layers import LAYERS

# What is in keras.layers and is no layer that a model can hold.
_NO_LAYERS = {"Layer", "InputSpec", "FeatureSpace"}

# What every layer takes by keyword only.
_BY_KEYWORD = {"name", "trainable", "dtype"}


def _keras_classes() -> dict[str, type]:
    return {
        name: kind
        for name, kind in vars(keras.layers).items()
        if inspect.isclass(kind) and name not in _NO_LAYERS
    }


def test_every_class_of_keras_layers_is_found() -> None:
    missing = {name for name in _keras_classes() if LAYERS.find(name) is None}
    assert missing == set()


def test_arguments_have_keras_s_names_order_and_defaults() -> None:
    """What Keras's signature names, in its order; it may hide more behind **kwargs."""
    different = {}
    for name, kind in _keras_classes().items():
        described = LAYERS.find(name)
        if described is None or name in ("InputLayer", "Lambda", "FlaxLayer", "TorchModuleWrapper"):
            continue
        theirs = {
            argument: parameter.default
            for argument, parameter in inspect.signature(kind.__init__).parameters.items()
            if parameter.kind is parameter.POSITIONAL_OR_KEYWORD
            # Initial values; in a description `weights` is a fact.
            and argument not in ("self", "weights")
        }
        ours = {
            argument: inspect.Parameter.empty if default is REQUIRED else default
            for argument, default in described.arguments.items()
            if argument in theirs
        }
        order = [argument for argument in described.positional if argument in theirs]
        expected = [argument for argument in theirs if argument not in _BY_KEYWORD]
        if ours != theirs or order != expected:
            different[name] = {
                argument: (ours.get(argument, "missing"), default)
                for argument, default in theirs.items()
                if ours.get(argument, "missing") != default
            } or (order, expected)
    assert different == {}
