"""Reshaping."""

from __future__ import annotations

from math import prod
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from tests.strategies import CASES, Arguments, LayerCases, Spec
from tests.strategies._drawing import (
    DATA_FORMATS,
    inputs_of_rank,
    mostly,
    sizes,
    some_of,
    spatial_inputs,
)

CASES["Flatten"] = LayerCases(
    inputs_of_rank(1, 5), lambda _: some_of(data_format=DATA_FORMATS), (2, 3, 4, 5)
)


@st.composite
def _reshape_arguments(draw: DrawFn, spec: Spec) -> Arguments:
    dims = spec.shape[1:]
    remaining = prod(dim for dim in dims if dim is not None)
    target: list[Any] = []
    while remaining > 1 and len(target) < 3:
        size = draw(st.sampled_from([n for n in range(1, remaining + 1) if remaining % n == 0]))
        target.append(size)
        remaining //= size
    target.append(remaining)
    target = draw(st.permutations(target))
    if None in dims or draw(st.booleans()):
        target[draw(st.integers(0, len(target) - 1))] = -1
    wrong = st.lists(st.sampled_from([-2, -1, 0, 1, 2, 5, None]), max_size=3)
    return {"target_shape": draw(mostly(st.sampled_from([target, tuple(target)]), wrong))}


CASES["Reshape"] = LayerCases(inputs_of_rank(1, 5), _reshape_arguments, (2, 3, 4, 5))


def _paddings(rank: int) -> SearchStrategy[Any]:
    size = st.integers(0, 3)
    if rank == 1:
        return sizes(2, least=0, most=3)
    pair = st.tuples(size, size)
    right = st.one_of(
        size,
        st.lists(size, min_size=rank, max_size=rank).map(tuple),
        st.lists(st.one_of(size, pair), min_size=rank, max_size=rank),
    )
    wrong = st.sampled_from([None, (1,), -1, ((1, 2), (-1, 1), 1)[:rank], (1, 2, 3, 4), "same"])
    return mostly(right, wrong)


for _rank in (1, 2, 3):
    _arguments = some_of(padding=_paddings(_rank), data_format=DATA_FORMATS)
    CASES[f"ZeroPadding{_rank}D"] = LayerCases(
        spatial_inputs(_rank, most=6), lambda _, drawn=_arguments: drawn, (_rank + 2,)
    )
