"""Every entry of the zoo stands the checks of `convzoo.testing`.

It runs with every backend: `KERAS_BACKEND=jax python -m pytest tests/zoo/test_conformance.py`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

import convzoo
from convzoo.testing import CHECKS, check_model
from tests.applications import smallest_of_families

# What the checks take grows with the layers, and a little with the weights.
_QUICK_LAYERS, _QUICK_PARAMS = 30, 250_000

# Of a network that has more of the same layers than another one of its family, these suffice in the
# time that .ci/run has; the deep run has all. Those of `keras.applications` are built in
# test_applications.
_OF_LARGER_ONES = ("card", "rows")


def _cases() -> Iterator[Any]:
    graphs = {name: convzoo.describe(name) for name in convzoo.list_models()}
    for name, graph in graphs.items():
        quick = len(graph.layers) <= _QUICK_LAYERS and _params(name) <= _QUICK_PARAMS
        if os.environ.get("KERAS_BACKEND", "tensorflow") != "tensorflow":
            quick = "lecture" in convzoo.card(name).tags
        if quick or name in smallest_of_families():
            yield pytest.param(name, None, id=name, marks=() if quick else pytest.mark.slow)
        else:
            if not convzoo.card(name).pretrained:
                yield pytest.param(name, _OF_LARGER_ONES, id=name, marks=pytest.mark.slow)
            yield pytest.param(name, None, id=f"{name}-all", marks=pytest.mark.deep)


def _params(name: str) -> int:
    return convzoo.card(name).params or 0


@pytest.mark.parametrize(("name", "checks"), [*_cases()])
def test_entry_stands_the_checks(name: str, checks: tuple[str, ...] | None) -> None:
    results = check_model(name, checks)
    assert [result.check for result in results] == list(checks or CHECKS.names())
