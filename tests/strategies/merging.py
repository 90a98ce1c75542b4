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

for _name in ("Subtract", "Multiply", "Average", "Maximum", "Minimum"):
    CASES[_name] = LayerCases(_broadcastable(), lambda _: st.just({}))


@st.composite
def _multipliable(draw: DrawFn) -> Any:
    """Two tensors that share a size; sometimes others."""
    first = draw(inputs_of_rank(1, 4))
    size = draw(mostly(st.sampled_from(first.shape), st.integers(1, 4)))
    rest = draw(st.lists(mostly_known(st.integers(1, 4)), max_size=2))
    place = draw(st.integers(0, len(rest)))
    batch = draw(mostly(st.just(first.shape[0]), st.sampled_from([None, 2])))
    second = Spec(
        (batch, *rest[:place], size, *rest[place:]),
        draw(st.sampled_from(["float32"] * 3 + ["int32"])),
    )
    pair = st.just([first, second])
    return draw(mostly(pair, st.sampled_from([first, [first], [first, second, second]])))


@st.composite
def _dot_arguments(draw: DrawFn, inputs: Any) -> Any:
    """Mostly axes of equal sizes, counted from either end, as one number or as two."""
    shapes = [spec.shape for spec in (inputs if isinstance(inputs, list) else [inputs])]
    pairs = [
        (first, second)
        for first, size in enumerate(shapes[0])
        for second, other in enumerate(shapes[-1])
        if size == other and (first, second) != (0, 0)
    ]
    right: Any = draw(st.sampled_from(pairs or [(1, 1)]))
    ranks = (len(shapes[0]), len(shapes[-1]))
    right = tuple(draw(st.sampled_from([a, a - n])) for a, n in zip(right, ranks, strict=True))
    if right[0] == right[1] and draw(st.booleans()):
        right = right[0]
    elif draw(st.booleans()):
        right = list(right) if isinstance(right, tuple) else right
    wrong = st.sampled_from([-1, 0, 1, (1, 2), (0, 1), 7, (-1, -5), "1", (1,), (1, 2.0), None])
    axes = draw(mostly(st.just(right), wrong))
    return {"axes": axes, **draw(some_of(normalize=st.booleans()))}


CASES["Dot"] = LayerCases(_multipliable(), _dot_arguments)
