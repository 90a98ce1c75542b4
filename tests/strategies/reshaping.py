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


def _edges(rank: int, most: int = 3) -> SearchStrategy[Any]:
    """How much is added to or taken from both ends of each axis."""
    size = st.integers(0, most)
    if rank == 1:
        return sizes(2, least=0, most=most)
    pair = st.tuples(size, size)
    right = st.one_of(
        size,
        st.lists(size, min_size=rank, max_size=rank).map(tuple),
        st.lists(st.one_of(size, pair), min_size=rank, max_size=rank),
    )
    wrong = st.sampled_from([None, (1,), -1, ((1, 2), (-1, 1), 1)[:rank], (1, 2, 3, 4), "same"])
    return mostly(right, wrong)


for _rank in (1, 2, 3):
    _arguments = some_of(padding=_edges(_rank), data_format=DATA_FORMATS)
    CASES[f"ZeroPadding{_rank}D"] = LayerCases(
        spatial_inputs(_rank, most=6), lambda _, drawn=_arguments: drawn, (_rank + 2,)
    )
    _arguments = some_of(
        cropping=mostly(_edges(_rank, most=1), _edges(_rank)),
        **({"data_format": DATA_FORMATS} if _rank > 1 else {}),
    )
    CASES[f"Cropping{_rank}D"] = LayerCases(
        spatial_inputs(_rank, most=9), lambda _, drawn=_arguments: drawn, (_rank + 2,)
    )

CASES["UpSampling1D"] = LayerCases(
    spatial_inputs(1),
    lambda _: some_of(size=mostly(st.integers(1, 4), st.sampled_from([0, -1, (2,), [2], None]))),
    (3,),
)
_INTERPOLATIONS = mostly(
    st.sampled_from(["nearest", "bilinear", "Bicubic", "lanczos3", "lanczos5", "area"]),
    st.sampled_from([None, 1]),
)
CASES["UpSampling2D"] = LayerCases(
    spatial_inputs(2),
    lambda _: some_of(size=sizes(2), data_format=DATA_FORMATS, interpolation=_INTERPOLATIONS),
    (4,),
)
CASES["UpSampling3D"] = LayerCases(
    spatial_inputs(3), lambda _: some_of(size=sizes(3), data_format=DATA_FORMATS), (5,)
)


def _permutations(spec: Spec) -> SearchStrategy[Arguments]:
    axes = list(range(1, len(spec.shape)))
    right = st.permutations(axes)
    wrong = st.sampled_from([[0, 1], [1, 1], [1, 3], [2, 1], [1], "12", None, 1])
    dims = mostly(st.one_of(right, right.map(tuple)), wrong)
    return st.fixed_dictionaries({"dims": dims})


CASES["Permute"] = LayerCases(inputs_of_rank(1, 5), _permutations, (2, 3, 4, 5))
CASES["RepeatVector"] = LayerCases(
    mostly(inputs_of_rank(2, 2), inputs_of_rank(1, 4)),
    lambda _: st.fixed_dictionaries(
        {"n": mostly(st.integers(1, 5), st.sampled_from([0, -1, 2.0, None]))}
    ),
    (2,),
)
