"""Configs with any value in any place: an answer, or an error of ours, in bounded time."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given

from convzoo import calc
from convzoo.analyses import ANALYSES
from convzoo.analyses.explain import explain
from convzoo.errors import ConvzooError
from convzoo.plotting import plot
from convzoo.rendering import FORMATS
from tests.strategies.hostile import hostile_configs

_LONGEST_SECONDS = 20

_COLUMNS = [column for column in ANALYSES.names() if column != "unit"]


def _ask_all(config: Any) -> None:
    data = json.dumps(config).encode()
    report = calc(data)
    assert str(report.with_columns(_COLUMNS)).encode()
    assert json.dumps(report.to_dict())
    for style in ("csv", "markdown", "html", "latex"):
        assert FORMATS.get(style)(report).encode()
    lines = explain(report.graph, ["params", "macs"], report.setting)
    assert all(str(line) for line in lines)
    assert plot(data).encode()


@given(hostile_configs())
def test_any_value_in_any_place_is_answered_or_refused(config: Any) -> None:
    start = time.perf_counter()
    with suppress(ConvzooError):
        _ask_all(config)
    assert time.perf_counter() - start < _LONGEST_SECONDS


def _dense(**arguments: Any) -> dict[str, Any]:
    return {"class_name": "Dense", "config": {"units": 3, **arguments}}


def _model(*layers: Any, **arguments: Any) -> dict[str, Any]:
    first = {"class_name": "InputLayer", "config": {"batch_shape": [None, 4]}}
    return {"class_name": "Sequential", "config": {"layers": [first, *layers], **arguments}}


_UNKNOWN = {"class_name": "Mine", "module": "mine", "registered_name": "Mine", "config": {}}
_OUTER = {"class_name": "TimeDistributed", "config": {"layer": _UNKNOWN}}


@pytest.mark.parametrize(
    "config",
    [
        _model(_dense(), name=5),
        _model(_dense(), name=["m"]),
        _model(_dense(name={})),
        _model(_dense(dtype={"class_name": "DTypePolicy", "config": {"name": 3}})),
        _model(_dense(dtype={"class_name": "DTypePolicy", "config": {"name": []}})),
        _model(_dense(batch_input_shape=5)),
        _model({"class_name": "ReLU", "config": {"max_value": "a"}}),
        _model({"class_name": "Merge", "config": {"mode": []}}),
        _model({"class_name": "Conv2D", "config": {"filters": 3, "kernel_size": 3, "tf": []}}),
        _model({**_dense(), "build_config": {"input_shape": [[], 3]}}),
        _model(_UNKNOWN, {**_dense(), "build_config": {"input_shape": [-1, 3]}}),
        {**_UNKNOWN, "build_config": {"input_shape": [[], 3]}},
        _model(_OUTER),
        _model(_UNKNOWN, {"class_name": "UpSampling2D", "config": {}}),
        _model(_UNKNOWN, {"class_name": "Sequential", "config": {"layers": [_dense()]}}),
    ],
    ids=range(15),
)
def test_what_was_found_is_answered_or_refused(config: Any) -> None:
    with suppress(ConvzooError):
        _ask_all(config)
