"""Activations."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from tests.strategies import CASES, Arguments, LayerCases, Spec
from tests.strategies._drawing import (
    ACTIVATIONS,
    INITIALIZERS,
    REGULARIZERS,
    inputs_of_rank,
    mostly,
    some_of,
)

_INPUTS = inputs_of_rank(1, 5)
_RANKS = (2, 3, 4, 5)
_SLOPE = mostly(st.sampled_from([0, 0.0, 0.1, 1, 2.5]), st.sampled_from([-0.1, None]))
_AXES = mostly(st.sampled_from([-1, 1, [-1], (1,)]), st.sampled_from([0, 5, (1, 2), [-1, 1]]))

CASES["Activation"] = LayerCases(
    _INPUTS,
    lambda _: st.fixed_dictionaries({"activation": ACTIVATIONS}),
    _RANKS,
)
CASES["ReLU"] = LayerCases(
    _INPUTS,
    lambda _: some_of(
        max_value=mostly(st.sampled_from([None, 0, 6.0]), st.just(-1.0)),
        negative_slope=_SLOPE,
        threshold=_SLOPE,
    ),
    _RANKS,
)
CASES["LeakyReLU"] = LayerCases(_INPUTS, lambda _: some_of(negative_slope=_SLOPE), _RANKS)
CASES["ELU"] = LayerCases(_INPUTS, lambda _: some_of(alpha=st.sampled_from([0.5, 1, -1.0])), _RANKS)
CASES["Softmax"] = LayerCases(_INPUTS, lambda _: some_of(axis=_AXES), _RANKS)


@st.composite
def _prelu_arguments(draw: DrawFn, spec: Spec) -> Arguments:
    rank = len(spec.shape)
    arguments = draw(
        some_of(
            alpha_initializer=INITIALIZERS,
            alpha_regularizer=REGULARIZERS,
        )
    )
    unknown = [axis for axis in range(1, rank) if spec.shape[axis] is None]
    axes: Any = draw(st.lists(st.integers(1, max(rank - 1, 1)), max_size=3))
    axes = draw(mostly(st.just(sorted({*axes, *unknown})), st.just(axes)))
    axes = draw(mostly(st.just(axes), st.sampled_from([1, [7], None])))
    if axes or draw(st.booleans()):
        arguments["shared_axes"] = axes
    return arguments


CASES["PReLU"] = LayerCases(_INPUTS, _prelu_arguments, _RANKS)
