"""Convolutions."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from tests.strategies import CASES, Arguments, LayerCases, Spec
from tests.strategies._drawing import (
    ACTIVATIONS,
    CONSTRAINTS,
    DATA_FORMATS,
    INITIALIZERS,
    REGULARIZERS,
    channels_of,
    mostly,
    sizes,
    some_of,
    spatial_inputs,
)


@st.composite
def _arguments(draw: DrawFn, rank: int, spec: Spec) -> Arguments:
    data_format = draw(DATA_FORMATS)
    channels = channels_of(spec, data_format) or 1
    divisors = [groups for groups in range(1, channels + 1) if channels % groups == 0]
    groups = draw(mostly(st.sampled_from(divisors), st.integers(0, 4)))
    filters: Any = draw(st.integers(1, 4)) * max(groups, 1)
    filters = draw(mostly(st.just(filters), st.sampled_from([0, -2, None, 3])))
    arguments = draw(
        some_of(
            activation=ACTIVATIONS,
            use_bias=st.booleans(),
            kernel_initializer=INITIALIZERS,
            bias_initializer=INITIALIZERS,
            kernel_regularizer=REGULARIZERS,
            bias_regularizer=REGULARIZERS,
            kernel_constraint=CONSTRAINTS,
            bias_constraint=CONSTRAINTS,
        )
    )
    if draw(st.booleans()):
        stretched = draw(st.sampled_from(["strides", "dilation_rate"]))
        arguments[stretched] = draw(sizes(rank, most=3))
    elif draw(st.booleans()):
        arguments["strides"] = draw(sizes(rank, most=2))
        arguments["dilation_rate"] = draw(sizes(rank, most=2))
    paddings = ["valid", "same", "VALID"] + (["causal"] if rank == 1 else [])
    wrong = st.sampled_from(["causal" if rank > 1 else "full", "full"])
    arguments["padding"] = draw(mostly(st.sampled_from(paddings), wrong))
    if groups != 1 or draw(st.booleans()):
        arguments["groups"] = groups
    if data_format is not None or draw(st.booleans()):
        arguments["data_format"] = data_format
    return {"filters": filters, "kernel_size": draw(sizes(rank)), **arguments}


def _cases(rank: int) -> LayerCases:
    def arguments(spec: Spec) -> SearchStrategy[Arguments]:
        return _arguments(rank, spec)

    return LayerCases(spatial_inputs(rank), arguments, (rank + 2,))


for _rank in (1, 2, 3):
    CASES[f"Conv{_rank}D"] = _cases(_rank)
