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

_QUANTIZED = st.sampled_from(
    [
        *("int8_from_float32", "int8_from_mixed_bfloat16", "int4_from_float16"),
        *("int4/128_from_bfloat16", "float8_from_mixed_float16", "gptq/4/128_from_float32"),
    ]
)
_LOW_RANK = st.fixed_dictionaries(
    {"lora_rank": mostly(st.integers(1, 3), st.sampled_from([None, 0, -1, 2.5, "two"]))},
    optional={"lora_alpha": st.sampled_from([None, 0.5, 1, 2, 16])},
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
            dtype=_QUANTIZED,
        )
    )
    arguments |= draw(st.one_of(st.just({}), _LOW_RANK))
    if arguments.get("lora_rank") and draw(st.integers(0, 3)) > 0:
        arguments.pop("kernel_constraint", None)
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


_SIZES = mostly(st.integers(1, 4), st.sampled_from([0, -2, None]))
_PADDINGS = mostly(st.sampled_from(["valid", "same", "SAME"]), st.sampled_from(["causal", "full"]))


def _weight_arguments(*kernels: str) -> SearchStrategy[Arguments]:
    """What changes no shape, for kernels by their name in the arguments."""
    drawn: dict[str, SearchStrategy[Any]] = {"activation": ACTIVATIONS, "dtype": _QUANTIZED}
    for weight in (*kernels, "bias"):
        drawn[f"{weight}_initializer"] = INITIALIZERS
        drawn[f"{weight}_regularizer"] = REGULARIZERS
        drawn[f"{weight}_constraint"] = CONSTRAINTS
    return some_of(
        use_bias=st.booleans(),
        data_format=DATA_FORMATS,
        padding=_PADDINGS,
        activity_regularizer=REGULARIZERS,
        **drawn,
    )


@st.composite
def _transposed_arguments(draw: DrawFn, rank: int) -> Arguments:
    stretched = draw(st.sampled_from([{}, {"strides"}, {"dilation_rate"}, {"strides"}]))
    if draw(st.integers(0, 11)) == 7:
        stretched = {"strides", "dilation_rate"}
    arguments = {name: draw(sizes(rank, most=4)) for name in sorted(stretched)}
    if draw(st.booleans()):
        strides = arguments.get("strides", 1)
        least = min(strides) if isinstance(strides, (list, tuple)) else strides or 1
        fitting = sizes(rank, least=0, most=max(least - 1, 0))
        arguments["output_padding"] = draw(mostly(fitting, sizes(rank, least=0, most=3)))
    return {
        "filters": draw(_SIZES),
        "kernel_size": draw(sizes(rank, most=5)),
        **arguments,
        **draw(_weight_arguments("kernel")),
    }


@st.composite
def _channelwise_arguments(draw: DrawFn, rank: int, kernels: tuple[str, ...]) -> Arguments:
    arguments = draw(
        some_of(
            strides=sizes(rank, most=3),
            dilation_rate=sizes(rank, most=2),
            depth_multiplier=_SIZES,
        )
    )
    filters = {"filters": draw(_SIZES)} if "pointwise" in kernels else {}
    return {
        **filters,
        "kernel_size": draw(sizes(rank)),
        **arguments,
        **draw(_weight_arguments(*kernels)),
    }


for _rank in (1, 2, 3):
    CASES[f"Conv{_rank}DTranspose"] = LayerCases(
        spatial_inputs(_rank),
        lambda _, rank=_rank: _transposed_arguments(rank),
        (_rank + 2,),
    )
for _rank in (1, 2):
    for _name, _kernels in (
        ("DepthwiseConv", ("depthwise",)),
        ("SeparableConv", ("depthwise", "pointwise")),
    ):
        CASES[f"{_name}{_rank}D"] = LayerCases(
            spatial_inputs(_rank),
            lambda _, rank=_rank, kernels=_kernels: _channelwise_arguments(rank, kernels),
            (_rank + 2,),
        )
