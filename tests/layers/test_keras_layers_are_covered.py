"""Every class of `keras.layers` is described, or declared as having no static answer."""

from __future__ import annotations

import inspect
from contextlib import suppress
from typing import Any

import keras
import pytest

from convzoo.errors import ConvzooError
from convzoo.graph.layer import REQUIRED
from convzoo.layers import LAYERS
from tests.layers.needed import NEEDED

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


def test_defaults_of_arguments_that_a_signature_hides_are_keras_s() -> None:
    """What Keras takes from **kwargs is then an attribute of the layer, or of its cell."""
    found, different = set(), {}
    for name, kind in _keras_classes().items():
        described = LAYERS.get(name)
        named = inspect.signature(kind.__init__).parameters.keys() | {*_BY_KEYWORD}
        hidden = described.arguments.keys() - named - {"vocabulary_size"}
        if not hidden:
            continue
        needed = [key for key, default in described.arguments.items() if default is REQUIRED]
        layer = kind(**{key: NEEDED[key] for key in needed})
        for key in hidden:
            theirs = getattr(layer if hasattr(layer, key) else layer.cell, key)
            if key == "data_format" and theirs == "channels_last":
                theirs = None  # What is meant where none is given.
            found.add(key)
            if described.arguments[key] != theirs:
                different[name, key] = described.arguments[key], theirs
    assert different == {}
    assert found == {
        "bounding_box_format",
        "data_format",
        "implementation",
        "lora_alpha",
        "lora_rank",
        "oov_method",
        "quantization_config",
        "rms_scaling",
        "score_mode",
        "seed",
        "unroll",
        "zero_output_for_mask",
    }


_CHOICES: dict[str, list[Any]] = {
    "data_format": ["Channels_Last", "CHANNELS_FIRST", None, "x"],
    "fill_mode": ["reflect", "wrap", "constant", "nearest", "mirror", "x"],
    "interpolation": ["nearest", "bilinear", "bicubic", "x"],
    "mode": ["log", "magnitude", "psd", "real", "imag", "angle", "stft", "x"],
    "oov_method": ["floormod", "farmhash", "x"],
    "output_mode": [
        "int",
        "one_hot",
        "multi_hot",
        "count",
        "tf_idf",
        "tf-idf",
        "binary",
        "COUNT",
        "x",
    ],
    "padding": ["valid", "Same", "causal", "x"],
    "scaling": ["density", "spectrum", None, "x"],
    "score_mode": ["dot", "concat", "x"],
    "split": ["whitespace", "character", None, "x"],
    "standardize": ["lower_and_strip_punctuation", "lower", "strip_punctuation", None, "x"],
}
# Keras has a default for these and refuses it.
_MORE_NEEDED = {"CategoryEncoding": {"num_tokens"}, "Discretization": {"num_bins"}}
# What Keras refuses only in a call, and what is checked and dropped.
_TAKEN_OTHERWISE = {
    *((f"{kind}Pooling{rank}D", "padding") for kind in ("Average", "Max") for rank in (1, 2, 3)),
    *((f"ZeroPadding{rank}D", "padding") for rank in (1, 2, 3)),
    ("AdditiveAttention", "score_mode"),
}


@pytest.mark.parametrize("argument", sorted(_CHOICES))
def test_choices_of_an_argument_are_those_of_keras(argument: str) -> None:
    """Which are taken, and as which they are saved."""
    different = {}
    for name, kind in _keras_classes().items():
        described = LAYERS.get(name)
        if argument not in described.arguments or described.class_name != name:
            continue
        if (name, argument) in _TAKEN_OTHERWISE:
            continue
        needed = {key for key, default in described.arguments.items() if default is REQUIRED}
        needed |= _MORE_NEEDED.get(name, set())
        given = {key: NEEDED[key] for key in needed}
        for choice in _CHOICES[argument]:
            theirs = ours = "refused"
            with suppress(ValueError, TypeError, AttributeError, NotImplementedError):
                layer = kind(**given, **{argument: choice})
                theirs = layer.get_config().get(argument, choice)
            with suppress(ConvzooError):
                config = described(**given, **{argument: choice}).to_config()
                ours = config.get(argument, described.arguments[argument])
            if argument == "data_format" and ours is None:
                ours = "channels_last"
            if ours != theirs:
                different[name, choice] = ours, theirs
    assert different == {}
