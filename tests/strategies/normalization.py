"""Normalization."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.strategies import CASES, LayerCases
from tests.strategies._drawing import (
    CONSTRAINTS,
    INITIALIZERS,
    REGULARIZERS,
    inputs_of_rank,
    mostly,
    some_of,
)

_CLIPPING = mostly(
    st.sampled_from([None, {}, {"rmax": 3.0, "rmin": 0.1, "dmax": 2.0}]),
    st.sampled_from([{"rmax": 1.0, "rmin": 2.0}, {"dmax": -1.0}, {"max": 1.0}]),
)

CASES["BatchNormalization"] = LayerCases(
    inputs_of_rank(1, 5),
    lambda _: some_of(
        axis=mostly(st.sampled_from([-1, 1]), st.integers(-6, 6)),
        momentum=st.sampled_from([0.9, 0.99]),
        epsilon=st.sampled_from([1e-3, 1e-5]),
        center=st.booleans(),
        scale=st.booleans(),
        beta_initializer=INITIALIZERS,
        gamma_initializer=INITIALIZERS,
        moving_mean_initializer=INITIALIZERS,
        moving_variance_initializer=INITIALIZERS,
        beta_regularizer=REGULARIZERS,
        gamma_regularizer=REGULARIZERS,
        beta_constraint=CONSTRAINTS,
        gamma_constraint=CONSTRAINTS,
        renorm=st.booleans(),
        renorm_clipping=_CLIPPING,
        renorm_momentum=st.sampled_from([0.9, 0.99]),
        synchronized=st.booleans(),
    ),
    (2, 3, 4, 5),
)
