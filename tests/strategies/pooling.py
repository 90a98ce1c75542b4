"""Pooling, that of Keras and our own."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from tests.strategies import CASES, Arguments, LayerCases
from tests.strategies._drawing import DATA_FORMATS, mostly, sizes, some_of, spatial_inputs

_PADDINGS = mostly(st.sampled_from(["valid", "same"]), st.sampled_from(["causal", "full"]))

for _rank in (1, 2, 3):
    _arguments = some_of(
        pool_size=sizes(_rank),
        strides=st.one_of(st.none(), sizes(_rank, most=3)),
        padding=_PADDINGS,
        data_format=DATA_FORMATS,
    )
    for _kind in ("Max", "Average", "L2"):
        CASES[f"{_kind}Pooling{_rank}D"] = LayerCases(
            spatial_inputs(_rank), lambda _, drawn=_arguments: drawn, (_rank + 2,)
        )
    _arguments = some_of(data_format=DATA_FORMATS, keepdims=st.booleans())
    for _kind in ("GlobalMax", "GlobalAverage"):
        CASES[f"{_kind}Pooling{_rank}D"] = LayerCases(
            spatial_inputs(_rank), lambda _, drawn=_arguments: drawn, (_rank + 2,)
        )


@st.composite
def _adaptive_arguments(draw: DrawFn, rank: int) -> Arguments:
    formats = mostly(DATA_FORMATS, st.sampled_from(["Channels_Last", "first"]))
    return {
        "output_size": draw(sizes(rank, least=0, most=7)),
        **draw(some_of(data_format=formats)),
    }


for _rank in (1, 2, 3):
    for _kind in ("Max", "Average"):
        CASES[f"Adaptive{_kind}Pooling{_rank}D"] = LayerCases(
            spatial_inputs(_rank), lambda _, rank=_rank: _adaptive_arguments(rank), (_rank + 2,)
        )
