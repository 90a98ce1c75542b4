"""Sizes that a file may state and that no network has: they are calculated with, never made."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject

from convzoo import Input, limits
from convzoo.errors import ConvzooError
from convzoo.graph.config import graph_from_config
from convzoo.graph.layer import Constant, Layer, windows_of, work_of
from convzoo.graph.naming import fresh_names
from convzoo.graph.structure import map_leaves
from convzoo.layers import LAYERS
from convzoo.operations import OPERATIONS
from tests.strategies import CASES, Inner, Spec, layer_cases, layer_of, our_class
from tests.strategies.operations import OPERATION_CASES, Values

_SIZES = (10_000_000, 20_000_000, 60_000_000)
_MOST_BYTES = 50_000_000
"""Less than a list of the smallest of these sizes has."""


def _peak_bytes(ask: Callable[[], Any]) -> int:
    """How much memory a question takes at most; an error of ours is an answer."""
    tracemalloc.start()
    try:
        with fresh_names(), limits.limited_layers(), suppress(ConvzooError):
            budget = limits._budget.get()
            assert budget is not None
            budget.tensors = 10_000  # As many as are allowed take a while to be counted.
            ask()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def _with_other_integers(structure: Any, changed: Callable[[int], int]) -> Any:
    """The same call, with other numbers in some places."""
    if isinstance(structure, int) and not isinstance(structure, bool):
        return changed(structure)
    if isinstance(structure, Spec):
        return Spec(_with_other_integers(structure.shape, changed), structure.dtype)
    if isinstance(structure, Inner):
        return Inner(structure.class_name, _with_other_integers(structure.arguments, changed))
    if isinstance(structure, (list, tuple)):
        return type(structure)([_with_other_integers(part, changed) for part in structure])
    if isinstance(structure, dict):
        return {key: _with_other_integers(part, changed) for key, part in structure.items()}
    return structure


def _operand(leaf: Any) -> Any:
    if isinstance(leaf, Spec):
        return Input(batch_shape=leaf.shape, dtype=leaf.dtype)
    return Constant(leaf.shape, leaf.dtype) if isinstance(leaf, Values) else leaf


def _ask(layer: Layer, args: Any, kwargs: Any) -> None:
    args, kwargs = map_leaves(_operand, args), map_leaves(_operand, kwargs)
    layer(*args, **kwargs)
    work_of(layer, *args, **kwargs)
    windows_of(layer, *args, **kwargs)


@settings(max_examples=20 * settings.default.max_examples)
@given(st.data())
def test_no_size_of_a_layer_takes_memory(data: DataObject) -> None:
    case = data.draw(st.sampled_from(sorted(CASES)).flatmap(layer_cases))
    changed = _changes(data)
    arguments = _with_other_integers(case.arguments, changed)
    inputs = _with_other_integers(case.inputs, changed)
    kwargs = _with_other_integers(case.call_arguments, changed)

    def ask() -> None:
        _ask(layer_of(case.class_name, arguments, our_class), (inputs,), kwargs)

    assert _peak_bytes(ask) < _MOST_BYTES, (case.class_name, arguments, inputs, kwargs)


@settings(max_examples=20 * settings.default.max_examples)
@given(st.data())
def test_no_size_of_an_operation_takes_memory(data: DataObject) -> None:
    case = data.draw(st.sampled_from(sorted(OPERATION_CASES)).flatmap(OPERATION_CASES.__getitem__))
    changed = _changes(data)
    args = _with_other_integers(case.args, changed)
    arguments = _with_other_integers(case.arguments, changed)
    kwargs = _with_other_integers(case.kwargs, changed)

    def ask() -> None:
        _ask(OPERATIONS.get(case.name)(**arguments), args, kwargs)

    assert _peak_bytes(ask) < _MOST_BYTES, (case.name, args, arguments, kwargs)


def _changes(data: DataObject) -> Callable[[int], int]:
    """A change of about every second number."""
    return lambda number: data.draw(st.sampled_from((number, number, number, *_SIZES)))


# ---------------------------------------------------------------------- what was found


def _saved(class_name: str, config: Any, shape: Any, dtype: str, module: str) -> dict[str, Any]:
    tensor = {"class_name": "__keras_tensor__", "config": {"keras_history": ["i", 0, 0]}}
    entries = [
        {
            "module": "keras.layers",
            "class_name": "InputLayer",
            "config": {"batch_shape": shape, "dtype": dtype},
            "name": "i",
            "inbound_nodes": [],
        },
        {
            "module": module,
            "class_name": class_name,
            "config": config,
            "name": "x",
            "inbound_nodes": [{"args": [tensor], "kwargs": {}}],
        },
    ]
    ends = {"input_layers": [["i", 0, 0]], "output_layers": [["x", 0, 0]]}
    return {"class_name": "Functional", "config": {"layers": entries, **ends}}


_LOOKUP = {"vocabulary": ["a", "b"], "num_oov_indices": 60_000_000}
_RESHAPE = {"function": "reshape", "name": "x"}


@pytest.mark.parametrize(
    "config",
    [
        _saved(
            "Split",
            {"indices_or_sections": 20_000_000, "axis": 1},
            [None, 60_000_000],
            "float32",
            "keras.src.ops.numpy",
        ),
        _saved("StringLookup", _LOOKUP, [None, 3], "string", "keras.layers"),
    ],
    ids=["split", "lookup"],
)
def test_what_was_found_takes_no_memory(config: Any) -> None:
    assert _peak_bytes(lambda: graph_from_config(config)) < _MOST_BYTES


def test_shape_that_is_a_large_tensor_takes_no_memory() -> None:
    entries = [
        {
            "class_name": "InputLayer",
            "config": {"batch_shape": shape, "dtype": dtype},
            "name": name,
            "inbound_nodes": [],
        }
        for name, shape, dtype in (("i", [None, 3], "float32"), ("s", [60_000_000], "int32"))
    ]
    node = ["i", 0, 0, {"shape": ["s", 0, 0]}]
    entries.append(
        {"class_name": "TFOpLambda", "config": _RESHAPE, "name": "x", "inbound_nodes": [node]}
    )
    ends = {"input_layers": [["i", 0, 0], ["s", 0, 0]], "output_layers": [["x", 0, 0]]}
    config = {"class_name": "Functional", "config": {"layers": entries, **ends}}
    assert _peak_bytes(lambda: graph_from_config(config)) < _MOST_BYTES


def test_vocabulary_begins_with_as_many_special_words_as_there_are() -> None:
    lookup = LAYERS.get("StringLookup")
    words = ["[UNK]", "[UNK]", "a"]
    assert lookup(vocabulary=words, num_oov_indices=2, output_mode="one_hot")(
        Input((), dtype="string")
    ).shape == (None, 3)
    assert lookup(vocabulary=["a"], num_oov_indices=4, output_mode="one_hot")(
        Input((), dtype="string")
    ).shape == (None, 5)
