"""Configs with any value in any place: what Keras reads, convzoo reads, and alike."""

from __future__ import annotations

import json
import warnings
from typing import Any

import keras
from hypothesis import given

from convzoo import calc
from convzoo.errors import ConvzooError
from tests.keras_oracle import Refused, facts_of_model, facts_of_report
from tests.strategies.hostile import SMALL_SOURCES, SMALL_VALUES, hostile_configs


def _by_keras(text: str) -> dict[str, Any] | Refused:
    keras.backend.clear_session()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return facts_of_model(keras.models.model_from_json(text))
        except Exception as error:
            return Refused(f"{type(error).__name__}: {error}")


def _by_convzoo(text: str) -> dict[str, Any] | Refused:
    try:
        return facts_of_report(calc(text.encode()))
    except ConvzooError as error:
        return Refused(str(error))


@given(hostile_configs(SMALL_SOURCES, SMALL_VALUES, most_changes=1))
def test_what_keras_reads_has_the_same_rows(config: Any) -> None:
    text = json.dumps(config)
    theirs = _by_keras(text)
    if not isinstance(theirs, Refused):  # convzoo may read more.
        assert _by_convzoo(text) == theirs
