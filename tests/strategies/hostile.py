"""Configs that Keras saved, with values in them that it never writes."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from convzoo.graph.config_writing import config_of
from convzoo.sources import read

SMALL_SOURCES = (
    "mnist_convnet",
    "lenet5",
    "two_convs",
    "10x8 lstm:4,return_sequences=true gru:3 dense:2",
    "10x8 conv1d:4,3 layernormalization globalmaxpooling1d dropout:0.5",
    "8x8x3 conv2dtranspose:4,3,strides=2 depthwiseconv2d:3 separableconv2d:4,3 upsampling2d:2 bn",
    "8x8x3 zeropadding2d:1 cropping2d:1 reshape:-1x4 permute:2x1 flatten repeatvector:3",
)
SOURCES = (*SMALL_SOURCES, "mlperf_tiny_dscnn", "squeezenet_1_1")

VALUES: tuple[Any, ...] = (
    *(None, True, 0, 1, -1, 2, 7, 10**6, 10**9, 10**30, -(10**30), 10**200, 1.5, 0.0, 1e308),
    *(float("nan"), float("inf"), "", "a", "a/b", "\ud800", "\x1b[31m", "same", "float16", "1"),
    *([], [1], [None], [0, 0], [-1], [[1, 2], [3, 4]], [[]], [1] * 70, ["x", 0, 0]),
    *({}, {"a": 1}, {"class_name": "Dense", "config": {"units": 3}}),
    {"class_name": "__keras_tensor__", "config": {}},
    {"class_name": "__keras_tensor__", "config": {"keras_history": ["x", 0, 10**9]}},
    {"class_name": "__tuple__", "items": [1, 2]},
    {"class_name": "__numpy__", "config": {"value": [1, 2], "dtype": "float32"}},
    {"class_name": "__slice__", "config": {"start": 0, "stop": None, "step": 0}},
    {"class_name": "DTypePolicy", "config": {"name": 3}},
)
"""Values that may stand anywhere in a file of a stranger."""

SMALL_VALUES = tuple(
    value
    for value in VALUES
    if not isinstance(value, (int, float)) or (abs(value) < 100 and value is not True)
)
"""Those with which a network can be built, without truth values, which Keras takes for 1."""


@cache
def _config(source: str) -> Any:
    return config_of(read(source))


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every list or object within a value, with each of its indices or keys."""
    if isinstance(value, (dict, list)):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield value, key
            yield from _places(value[key])


@st.composite
def hostile_configs(
    draw: DrawFn,
    sources: Sequence[str] = SOURCES,
    values: Sequence[Any] = VALUES,
    most_changes: int = 3,
) -> Any:
    """A valid config in which some values are replaced, taken away, doubled or moved.

    Args:
        sources: what the configs are of.
        values: what may be put in.
        most_changes: how many values are changed at most; one at least.
    """
    config = copy.deepcopy(_config(draw(st.sampled_from(sources))))
    for _ in range(draw(st.integers(1, most_changes))):
        places = list(_places(config))
        if not places:
            break
        parent, key = places[draw(st.integers(0, len(places) - 1))]
        change = draw(st.sampled_from(["replace", "replace", "replace", "drop", "double", "move"]))
        if change == "replace":
            parent[key] = copy.deepcopy(draw(st.sampled_from(values)))
        elif change == "drop":
            del parent[key]
        elif change == "double" and isinstance(parent, list):
            parent.insert(key, copy.deepcopy(parent[key]))
        else:
            other, place = places[draw(st.integers(0, len(places) - 1))]
            parent[key] = copy.deepcopy(other[place])
    return config
