"""Configs with any value in any place: what Keras reads, convzoo reads, and alike."""

from __future__ import annotations

import json
import warnings
from typing import Any

import keras
from hypothesis import given

from convzoo import calc
from convzoo.analyses.report import Report
from convzoo.errors import ConvzooError
from tests.keras_oracle import Refused, facts_of_model, facts_of_report, run_by_keras
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


@given(hostile_configs(SMALL_SOURCES, SMALL_VALUES, most_changes=1))
def test_what_keras_reads_and_runs_has_the_same_rows(config: Any) -> None:
    text = json.dumps(config)
    theirs, ours = _by_keras(text), _by_convzoo(text)
    if not isinstance(theirs, Refused):  # convzoo may read more.
        assert isinstance(ours, Report), ours
        assert facts_of_report(ours) == facts_of_model(theirs)
