"""Configs with any value in any place: what Keras reads, convzoo reads, and alike."""

from __future__ import annotations

import json
import re
import warnings
from typing import Any

import keras
import pytest
from hypothesis import assume, given

from convzoo import calc
from convzoo.analyses.report import Report
from convzoo.errors import ConvzooError
from tests.keras_oracle import (
    Refused,
    entries_of_layers,
    facts_of_model,
    facts_of_report,
    run_by_keras,
)
from tests.strategies.hostile import SMALL_SOURCES, SMALL_VALUES, hostile_configs


def _by_keras(text: str) -> Any:
    """The model that Keras reads, if it runs; or why it doesn't."""
    keras.backend.clear_session()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            model = keras.models.model_from_json(text)
        except Exception as error:
            return Refused(f"{type(error).__name__}: {error}")
    return run_by_keras(model)


def _by_convzoo(text: str) -> Report | Refused:
    try:
        return calc(text.encode())
    except ConvzooError as error:
        return Refused(str(error))


def _is_of_one_version(config: Any) -> bool:
    """Whether all layers are written as Keras 3 does, or none is."""
    return len({"module" in entry for entry in entries_of_layers(config)}) < 2


@given(hostile_configs(SMALL_SOURCES, SMALL_VALUES, most_changes=1))
def test_what_keras_reads_and_runs_has_the_same_rows(config: Any) -> None:
    assume(_is_of_one_version(config))
    text = json.dumps(config)
    theirs, ours = _by_keras(text), _by_convzoo(text)
    if isinstance(theirs, Refused):
        return  # convzoo may read more.
    if isinstance(ours, Refused):
        # Keras takes some truth values and texts for numbers.
        assert re.search(r"must (be|hold) .*(integer|sizes)", ours.message), ours
    else:
        assert facts_of_report(ours) == facts_of_model(theirs)


@pytest.mark.parametrize("trainable", [0, "", None, 1, False, True])
def test_stack_is_not_frozen_by_what_its_config_says(trainable: Any) -> None:
    layer = {"class_name": "Dense", "module": "keras.layers", "config": {"units": 3}}
    start = {"class_name": "InputLayer", "module": "keras.layers", "config": {"shape": [4]}}
    body = {"name": "m", "trainable": trainable, "layers": [start, layer]}
    text = json.dumps({"class_name": "Sequential", "module": "keras", "config": body})
    theirs, ours = _by_keras(text), _by_convzoo(text)
    assert not isinstance(theirs, Refused)
    assert not isinstance(ours, Refused)
    assert facts_of_report(ours) == facts_of_model(theirs)
