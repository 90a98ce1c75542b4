"""Every entry of the zoo stands the checks of `convzoo.testing`.

It runs with every backend: `KERAS_BACKEND=jax python -m pytest tests/zoo/test_conformance.py`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

import convzoo
from convzoo.graph.graph import Graph
from convzoo.testing import CHECKS, check_model
from tests.applications import function_of

# What the checks take grows with the layers, and a little with the weights.
_QUICK_LAYERS, _QUICK_PARAMS = 100, 2_000_000

# Of a network that has more of the same layers than another one of its family, these suffice.
_OF_LARGER_ONES = ("card", "rows", "training")


def _cases() -> Iterator[Any]:
    graphs = {name: convzoo.describe(name) for name in convzoo.list_models()}
    for name, graph in graphs.items():
        family = [other for other in graphs if function_of(other) is function_of(name)]
        quick = len(graph.layers) <= _QUICK_LAYERS and _params(name) <= _QUICK_PARAMS
        if os.environ.get("KERAS_BACKEND", "tensorflow") != "tensorflow":
            quick = "lecture" in convzoo.card(name).tags
        is_larger = name != min(family, key=lambda other: _size(graphs[other]))
        checks = _OF_LARGER_ONES if is_larger and not quick else None
        yield pytest.param(name, checks, id=name, marks=() if quick else pytest.mark.slow)


def _params(name: str) -> int:
    return convzoo.card(name).params or 0


def _size(graph: Graph) -> tuple[int, int]:
    return len(graph.layers), _params(graph.name)


@pytest.mark.parametrize(("name", "checks"), [*_cases()])
def test_entry_stands_the_checks(name: str, checks: tuple[str, ...] | None) -> None:
    results = check_model(name, checks)
    assert [result.check for result in results] == list(checks or CHECKS.names())
