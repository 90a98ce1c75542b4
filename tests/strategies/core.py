"""Core layers."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.strategies import CASES, LayerCases
from tests.strategies._drawing import (
    ACTIVATIONS,
    CONSTRAINTS,
    INITIALIZERS,
    REGULARIZERS,
    inputs_of_rank,
    mostly,
)

CASES["Dense"] = LayerCases(
    inputs_of_rank(1, 5),
    lambda _: st.fixed_dictionaries(
        {"units": mostly(st.integers(1, 12), st.sampled_from([0, -1, None]))},
        optional={
            "activation": ACTIVATIONS,
            "use_bias": st.booleans(),
            "kernel_initializer": INITIALIZERS,
            "bias_initializer": INITIALIZERS,
            "kernel_regularizer": REGULARIZERS,
            "bias_regularizer": REGULARIZERS,
            "kernel_constraint": CONSTRAINTS,
            "bias_constraint": CONSTRAINTS,
        },
    ),
    (2, 3, 4, 5),
)

CASES["Identity"] = LayerCases(inputs_of_rank(1, 5), lambda _: st.just({}), (2, 3, 4, 5))
