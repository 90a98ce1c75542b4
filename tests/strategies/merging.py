"""Merging."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from tests.strategies import CASES, LayerCases, Spec
from tests.strategies._drawing import inputs_of_rank, mostly, mostly_known, some_of


@st.composite
def _broadcastable(draw: DrawFn) -> Any:
    """Tensors that fit one shape: each axis has its size, 1, or is left out from the left."""
    first = draw(inputs_of_rank(1, 5))
    inputs = [first]
    for _ in range(draw(st.integers(0, 2))):
        batch, *dims = draw(st.sampled_from(inputs)).shape
        dims = [draw(st.sampled_from([dim, dim, 1])) for dim in dims]
        dims = dims[draw(st.sampled_from([0, 0, 1])) :]
        if dims and draw(st.integers(0, 9)) == 0:
            dims[0] = draw(st.integers(1, 4))
        batch = draw(mostly(st.just(batch), st.sampled_from([None, 2])))
        inputs.append(Spec((batch, *dims), draw(st.sampled_from([first.dtype, "int32"]))))
    return draw(mostly(st.just(inputs), st.just(first)))


CASES["Add"] = LayerCases(_broadcastable(), lambda _: st.just({}))


@st.composite
def _joinable(draw: DrawFn) -> Any:
    """Tensors that differ along one axis; sometimes along more."""
    first = draw(inputs_of_rank(2, 5))
    axis = draw(st.integers(1, len(first.shape) - 1))
    inputs = [first]
    for _ in range(draw(st.integers(0, 2))):
        shape = list(first.shape)
        shape[axis] = draw(mostly_known(st.integers(1, 4)))
        if draw(st.integers(0, 9)) == 0:
            shape[draw(st.integers(0, len(shape) - 1))] = draw(st.integers(1, 4))
        if draw(st.integers(0, 14)) == 0:
            shape.append(2)
        inputs.append(Spec(tuple(shape), draw(st.sampled_from([first.dtype, "int32"]))))
    return draw(mostly(st.just(inputs), st.just(first)))


def _axes(inputs: Any) -> Any:
    rank = len((inputs[0] if isinstance(inputs, list) else inputs).shape)
    return mostly(st.integers(1, rank - 1), st.integers(-rank - 1, rank + 1))


CASES["Concatenate"] = LayerCases(_joinable(), lambda inputs: some_of(axis=_axes(inputs)))
