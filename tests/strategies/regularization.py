"""Regularization."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tests.strategies import CASES, Arguments, LayerCases
from tests.strategies._drawing import (
    DATA_FORMATS,
    inputs_of_rank,
    mostly,
    some_of,
    spatial_inputs,
)

CASES["Dropout"] = LayerCases(
    inputs_of_rank(1, 5),
    lambda spec: st.fixed_dictionaries(
        {"rate": mostly(st.sampled_from([0, 0.0, 0.25, 0.5, 1]), st.sampled_from([-0.1, 1.5]))},
        optional={
            "noise_shape": mostly(
                st.sampled_from([None, (None, *(1 for _ in spec.shape[1:])), [1, None]]),
                st.sampled_from([(0, 1), "ab", 3, (1.5, 2)]),
            ),
            "seed": st.sampled_from([None, 0, 1337]),
        },
    ),
    (2, 3, 4, 5),
)

_FRACTIONS = mostly(
    st.sampled_from([0, 0.0, 0.25, 0.5, 1]), st.sampled_from([-0.1, 1.5, None, "0.5"])
)
_SEEDS = mostly(st.sampled_from([None, 0, 1337]), st.sampled_from(["a", 1.5]))


def _random(name: str, **more: SearchStrategy[Any]) -> SearchStrategy[Arguments]:
    return st.fixed_dictionaries({name: _FRACTIONS}, optional={"seed": _SEEDS, **more})


for _rank in (1, 2, 3):
    _arguments = _random("rate", **({"data_format": DATA_FORMATS} if _rank > 1 else {}))
    CASES[f"SpatialDropout{_rank}D"] = LayerCases(
        spatial_inputs(_rank), lambda _, drawn=_arguments: drawn
    )

_RANKS = (2, 3, 4, 5)
_NOISE_SHAPES = st.sampled_from([None, (None, 1), [1, None]])
CASES["GaussianNoise"] = LayerCases(inputs_of_rank(1, 5), lambda _: _random("stddev"), _RANKS)
CASES["GaussianDropout"] = LayerCases(inputs_of_rank(1, 5), lambda _: _random("rate"), _RANKS)
CASES["AlphaDropout"] = LayerCases(
    inputs_of_rank(1, 5), lambda _: _random("rate", noise_shape=_NOISE_SHAPES), _RANKS
)
_FACTORS = mostly(
    st.sampled_from([0, 0.0, 0.5, 1, None]),
    st.sampled_from([-0.1, float("inf"), float("nan"), "1"]),
)
CASES["ActivityRegularization"] = LayerCases(
    inputs_of_rank(1, 5),
    lambda _: some_of(l1=_FACTORS, l2=_FACTORS),
    _RANKS,
)
