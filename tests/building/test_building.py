"""A description becomes the real model, and a disagreement with Keras is told precisely."""

from __future__ import annotations

import sys
from typing import Any

import keras
import pytest

import convzoo
from convzoo import Input, Model, Sequential, calc, layers
from convzoo.building import build
from convzoo.building.verifying import differences
from convzoo.errors import BuildError
from convzoo.graph.facts import Weight


def test_zoo_name_becomes_a_model_that_is_not_compiled() -> None:
    model = convzoo.get("mnist_convnet", input_shape=(32, 32, 3), classes=5)
    assert isinstance(model, keras.Sequential)
    assert (model.input_shape, model.output_shape) == ((None, 32, 32, 3), (None, 5))
    assert (model.name, model.compiled) == ("mnist_convnet", False)


@pytest.mark.parametrize("pooling", ["max", "average", "l2"])
def test_pooling_variants_have_the_same_parameters(pooling: str) -> None:
    assert convzoo.get("mnist_convnet", pooling=pooling).count_params() == 93_322


def test_frozen_layers_and_models_are_frozen_when_built() -> None:
    inner = Sequential([Input((4,)), layers.Dense(3), layers.Dense(3, trainable=False)])
    x = Input((4,))
    graph = Model(x, layers.Dense(2)(inner(x)))
    assert _trainable(build(graph)) == calc(graph).total("trainable_params") == 23
    inner.trainable = False
    assert _trainable(build(graph)) == calc(graph).total("trainable_params") == 8


def _trainable(model: Any) -> int:
    return sum(weight.numpy().size for weight in model.trainable_weights)


def test_missing_backend_is_told_with_a_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keras", None)
    with pytest.raises(BuildError, match=r"pip install 'convzoo\[tensorflow\]'"):
        convzoo.get("mnist_convnet")


def test_refusal_of_keras_is_passed_on() -> None:
    graph = Sequential([Input((4,)), layers.Dense(3, activation={"class_name": "mine"})])
    with pytest.raises(BuildError, match=r"Keras refuses to build 'sequential"):
        build(graph)


def test_agreement_finds_no_difference() -> None:
    assert differences(calc("mnist_convnet")) == []
    inner = Input((4,))
    x = Input((4,))
    nested = Model(inner, layers.Dense(3)(inner))
    assert differences(calc(Model(x, [nested(x), nested(x)]))) == []


def test_planted_fault_is_told_with_its_place_and_both_sides(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def wrong(self: Any, inputs: Any) -> tuple[Weight, ...]:
        return (Weight("kernel", (inputs.shape[-1], self.units + 1)),)

    monkeypatch.setattr(layers.Dense, "weights", wrong)
    assert differences(calc("4 dense:3")) == [
        "dense: params: convzoo 16, Keras 15",
        "dense: weights: convzoo [('kernel', (4, 4))], Keras [('bias', (3,)), ('kernel', (4, 3))]",
        "total params: convzoo 16, Keras 15",
        "total trainable_params: convzoo 16, Keras 15",
    ]
