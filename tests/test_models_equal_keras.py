"""Whole models: every row and total equals Keras's, and what Keras refuses is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from inspect import signature
from typing import Any

import pytest
from hypothesis import given, settings

from convzoo import Input, Model, Sequential, layers
from convzoo.analyses.report import Report
from convzoo.building import build
from convzoo.graph.config import graph_from_config
from convzoo.graph.config_writing import config_of
from convzoo.graph.graph import Graph
from tests.keras_oracle import (
    Refused,
    entries_of_layers,
    expected_summary,
    facts_of_model,
    facts_of_report,
    graph_by_convzoo,
    is_called_beside,
    keras_class,
    model_by_keras,
    printed_summary,
    run_by_keras,
)
from tests.strategies.models import Program, Step, functional_models, stacks

pytestmark = [
    pytest.mark.filterwarnings("ignore:Layer .* was passed an input with a mask:UserWarning"),
    pytest.mark.filterwarnings("ignore:You passed `rms_scaling=True`:UserWarning"),
    pytest.mark.filterwarnings("ignore:`fft_length` is recommended:UserWarning"),
]

# Many models in one test, where a test of one layer has few.
_MANY = settings(max_examples=4 * settings.default.max_examples)


@_MANY
@given(stacks())
def test_stacks_have_the_rows_totals_and_refusals_of_keras(program: Program) -> None:
    _assert_equal_to_keras(program)


@_MANY
@given(functional_models())
def test_functional_models_have_the_rows_totals_and_refusals_of_keras(program: Program) -> None:
    _assert_equal_to_keras(program)


def _assert_equal_to_keras(program: Program) -> None:
    if _keras_names_masks(program):
        return
    model, graph = model_by_keras(program), graph_by_convzoo(program)
    if isinstance(graph, Refused) and not isinstance(model, Refused):
        # Keras makes some models, as a recurrent layer of the wrong rank in TimeDistributed, that
        # it refuses to run.
        model = run_by_keras(model)
    if isinstance(model, Refused) or isinstance(graph, Refused):
        assert type(model) is type(graph), (model, graph)
        return
    report = Report(graph)
    ours, theirs = facts_of_report(report), facts_of_model(model)
    assert ours == theirs, (ours, theirs)
    if not is_called_beside(model):
        ours, theirs = expected_summary(report.rows), printed_summary(model)
        assert ours == theirs, (ours, theirs)
    _assert_round_trip(graph)


def _assert_round_trip(graph: Graph) -> None:
    """Description to Keras model to config to description is the identity."""
    config = config_of(graph)
    if any(_keras_loses_some(entry) for entry in entries_of_layers(config)):
        return
    for entry in entries_of_layers(config):
        if entry["class_name"] == "Sequential":
            # Keras does not read whether it was frozen without its layers.
            entry["config"]["trainable"] = True
    model = build(graph)
    read_back = config_of(graph_from_config(json.loads(model.to_json())))
    for entry in entries_of_layers(read_back):
        if entry["class_name"] == "TextVectorization":
            # Keras counts what stands there without a vocabulary.
            del entry["config"]["vocabulary_size"]
    assert read_back == config, (read_back, config)


def _keras_loses_some(entry: dict[str, Any]) -> bool:
    """Whether Keras does not write all that it was given.

    Of some classes it writes the variables' dtype alone, of one a value is missing.
    """
    if entry["class_name"] == "MaxNumBoundingBoxes":
        return "fill_value" in entry["config"]
    return entry["class_name"] in ("Discretization", "HashedCrossing") and "mixed_" in str(
        entry["config"].get("dtype")
    )


def _keras_names_masks(program: Program) -> bool:
    """Whether a mask shows in Keras's model: a description has none, they change no fact.

    Where a layer takes it, the operations that make it are rows; where one is concatenated, the
    operation takes a number of `concatenate_1`.
    """
    steps = list(_steps(program))
    masked = any(step.class_name == "Masking" or step.arguments.get("mask_zero") for step in steps)
    return masked and any(map(_takes_mask, steps))


def _takes_mask(step: Step) -> bool:
    if step.model is not None or step.class_name == "Concatenate":
        return True
    is_layer = step.operands is None and step.shares is None
    return is_layer and "mask" in signature(keras_class(step.class_name).call).parameters


def _steps(program: Program) -> Iterator[Step]:
    """The steps of a program and of those within."""
    for step in program.steps:
        yield step
        if step.model is not None:
            yield from _steps(step.model)


def _contained(ours: Any, theirs: Any) -> bool:
    """Whether all that stands in the one stands in the other, which may hold more keys.

    Keras writes a dtype policy out, and a name of its own class, which it does not read.
    """
    if isinstance(ours, dict):
        keys = ours.keys() - {"registered_name"}
        return keys <= theirs.keys() and all(_contained(ours[key], theirs[key]) for key in keys)
    if isinstance(ours, str) and isinstance(theirs, dict):
        return bool(ours == theirs["config"]["name"])
    if isinstance(ours, list):
        return len(ours) == len(theirs) and all(map(_contained, ours, theirs))
    return bool(ours == theirs)


def test_config_says_what_keras_says() -> None:
    """Of a model with a shared one in it, several outputs and an argument of a call."""
    x = Input((4,), name="x", dtype="float16")
    inner = Sequential(
        [Input((4,), name="i"), layers.Dense(4, "relu", name="d", dtype="mixed_float16")],
        name="inner",
    )
    dropped = layers.Dropout(0.5, name="drop")(inner(x), training=True)
    states = layers.LSTM(4, return_state=True, name="lstm")(layers.RepeatVector(3, name="r")(x))
    total = layers.Add(name="sum")([inner(dropped), *states])
    graph = Model(x, [total, dropped], name="m", trainable=False)
    ours, theirs = config_of(graph), json.loads(build(graph).to_json())
    assert ours["class_name"] == "Functional"
    assert [entry["name"] for entry in ours["config"]["layers"]] == [
        "x", "inner", "drop", "r", "lstm", "sum",
    ]  # fmt: skip
    assert _contained(ours, theirs), (ours, theirs)
    read = graph_from_config(theirs)
    assert config_of(read) == ours
    assert (read.name, read.trainable) == ("m", False)
