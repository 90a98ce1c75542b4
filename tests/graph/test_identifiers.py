"""Names of activations, initializers, regularizers and constraints are those that Keras knows."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import keras
import pytest

from convzoo.graph.config_writing import argument_config
from convzoo.graph.identifiers import canonical_name, close_to, is_known, kind_of_argument, names

_KINDS = ("activation", "initializer", "regularizer", "constraint")
_NAMES = [(kind, name) for kind in _KINDS for name in sorted(names(kind))]


def _in_keras(kind: str) -> dict[str, Any]:
    """What Keras knows by name, but what these are made from."""
    known = import_module(f"keras.src.{kind}s").ALL_OBJECTS_DICT
    return {name: thing for name, thing in known.items() if str(name).lower() != kind}


@pytest.mark.parametrize("kind", _KINDS)
def test_names_are_all_that_keras_knows(kind: str) -> None:
    assert names(kind) == {name for name in _in_keras(kind) if isinstance(name, str)}


@pytest.mark.parametrize(("kind", "name"), _NAMES)
def test_name_is_the_same_config_as_what_keras_saves_of_it(kind: str, name: str) -> None:
    argument = f"kernel_{kind}"
    written = argument_config(argument, name)
    thing = _in_keras(kind)[name]
    if kind != "activation":
        thing = thing()
    saved = getattr(keras, f"{kind}s").serialize(thing)
    assert argument_config(argument, saved) == written
    assert argument_config(argument, thing) == written
    assert canonical_name(written) == written
    assert written in names(kind)


@pytest.mark.parametrize(
    "name", ["glorot_normal", "glorot_uniform", "he_normal", "he_uniform", "lecun_uniform"]
)
def test_variance_scaling_that_is_written_out_has_its_name(name: str) -> None:
    thing = keras.initializers.get(name)
    written_out = keras.initializers.VarianceScaling(thing.scale, thing.mode, thing.distribution)
    assert argument_config("kernel_initializer", written_out) == name


@pytest.mark.parametrize(
    "thing",
    [
        keras.initializers.RandomNormal(stddev=0.1),
        keras.initializers.RandomUniform(maxval=1.0),
        keras.initializers.VarianceScaling(scale=3.0),
        keras.initializers.VarianceScaling(mode="fan_out"),
        keras.initializers.Constant(2.0),
        keras.regularizers.L2(0.5),
        keras.regularizers.OrthogonalRegularizer(mode="columns"),
        keras.constraints.MaxNorm(axis=1),
        keras.constraints.MinMaxNorm(rate=0.5),
    ],
)
def test_settings_that_are_no_defaults_are_kept(thing: Any) -> None:
    written = argument_config("kernel_initializer", thing)
    saved = keras.saving.serialize_keras_object(thing)
    assert argument_config("kernel_initializer", saved) == written
    kept = {key: value for key, value in saved["config"].items() if value is not None}
    assert kept.items() <= written["config"].items()
    assert written["class_name"] == type(thing).__name__


def test_argument_names_by_its_last_word() -> None:
    assert kind_of_argument("activation") == "activation"
    assert kind_of_argument("recurrent_kernel_initializer") == "initializer"
    assert kind_of_argument("initializer_range") is None


@pytest.mark.parametrize("kind", _KINDS)
def test_known_is_what_keras_takes(kind: str) -> None:
    assert all(is_known(kind, value) for value in (None, {"class_name": "Own"}, len))
    assert not is_known(kind, "nothing")
    assert not is_known(kind, 3)
    assert is_known(kind, "scaled_tanh") is (kind == "activation")


@pytest.mark.parametrize(
    ("kind", "name", "told"),
    [
        ("activation", "rellu", "Did you mean 'relu'?"),
        ("activation", 3, "Choose, for example, 'relu'."),
        ("initializer", "zzz", "Choose, for example, 'he_normal'."),
        ("regularizer", "zzz", "Choose, for example, 'l2'."),
        ("constraint", "zzz", "Choose, for example, 'max_norm'."),
    ],
)
def test_unknown_name_is_told_with_one_that_is_known(kind: str, name: Any, told: str) -> None:
    assert close_to(kind, name) == told
