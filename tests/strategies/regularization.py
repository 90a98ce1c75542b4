"""Regularization."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.strategies import CASES, LayerCases
from tests.strategies._drawing import inputs_of_rank, mostly

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
