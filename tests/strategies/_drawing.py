"""Small draws that several families share."""

from __future__ import annotations

from typing import Any

import keras
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from tests.strategies import Arguments, Spec

QUANTIZATION_CONFIGS = [
    None,
    keras.quantizers.Int8QuantizationConfig(),
    keras.quantizers.Int4QuantizationConfig(block_size=2),
    keras.quantizers.Int4QuantizationConfig(block_size=None),
    keras.quantizers.Float8QuantizationConfig(),
    keras.quantizers.GPTQConfig(None, None, weight_bits=4, group_size=2),
    keras.quantizers.GPTQConfig(None, None, weight_bits=8, group_size=-1),
    keras.quantizers.AWQConfig(None, None, group_size=3),
]
DATA_FORMATS = st.sampled_from([None, "channels_last", "channels_first"])
DTYPES = st.sampled_from(["float32"] * 6 + ["float16", "int32", "uint8"])


def mostly(good: SearchStrategy[Any], bad: SearchStrategy[Any]) -> SearchStrategy[Any]:
    """One draw in twelve is bad."""
    return st.integers(0, 11).flatmap(lambda n: bad if n == 7 else good)


def _one_of(*names: str | None) -> SearchStrategy[str | None]:
    return mostly(st.sampled_from(names), st.just("no_such_name"))


ACTIVATIONS = _one_of(
    None, "linear", "relu", "softmax", "sigmoid", "tanh", "gelu", "swish", "hard_silu", "relu6"
)
INITIALIZERS = _one_of(
    "zeros", "Ones", "glorot_uniform", "he_normal", "LecunNormal", "random_normal", "one", "normal"
)
REGULARIZERS = _one_of(None, "l1", "L2", "l1l2")
CONSTRAINTS = _one_of(None, "max_norm", "NonNeg", "unit_norm")


def mostly_known(sizes: SearchStrategy[int]) -> SearchStrategy[int | None]:
    """A size, or sometimes an unknown one."""
    return mostly(sizes, st.none())


def sizes(rank: int, least: int = 1, most: int = 4) -> SearchStrategy[Any]:
    """An argument such as `kernel_size`: an int, a tuple, a list; sometimes what Keras refuses."""
    size = st.integers(least, most)
    several = st.lists(size, min_size=rank, max_size=rank)
    wrong = st.one_of(
        st.just(least - 1),
        st.lists(size, min_size=rank + 1, max_size=rank + 1).map(tuple),
        st.lists(st.integers(least - 1, most), min_size=rank, max_size=rank).map(tuple),
        st.none(),
    )
    return mostly(st.one_of(size, several, several.map(tuple)), wrong)


def inputs_of_rank(low: int, high: int, most: int = 6) -> SearchStrategy[Spec]:
    """Any input with so many axes, the batch counted."""
    dims = st.lists(mostly_known(st.integers(1, most)), min_size=low - 1, max_size=high - 1)
    return st.builds(
        lambda batch, rest, dtype: Spec((batch, *rest), dtype),
        st.sampled_from([None, None, 1, 3]),
        dims,
        DTYPES,
    )


def spatial_inputs(rank: int, most: int = 12) -> SearchStrategy[Spec]:
    """An input with so many spatial axes; sometimes of another rank."""
    right = inputs_of_rank(rank + 2, rank + 2, most)
    return mostly(right, inputs_of_rank(1, 6, most))


def channels_of(spec: Spec, data_format: str | None) -> int | None:
    """The channels of an input."""
    if len(spec.shape) < 2:
        return None
    return spec.shape[1 if data_format == "channels_first" else -1]


def some_of(**arguments: SearchStrategy[Any]) -> SearchStrategy[Arguments]:
    """Each of the arguments, or its default."""
    return st.fixed_dictionaries({}, optional=arguments)


INTEGERS = ["int8", "int8", "int4", "int4/-1", "int4/2", "int4/128"]
ALL_MODES = [*INTEGERS, "float8", "gptq/4/2", "gptq/8/-1", "gptq/2/3", "awq/4/2", "awq/4/-1"]
_SOURCES = ["float32", "bfloat16", "mixed_bfloat16", "float16", "mixed_float16"]
_NOT_QUANTIZED = st.sampled_from(
    [
        *("int8", "int4", "float8_e4m3fn", "fp8_from_float32", "int8_from_nothing"),
        *("int8/3_from_float32", "int8_from_int8_from_float32", "int4/0_from_float32"),
        *("int4/a_from_float32", "gptq_from_float32", "gptq/5/2_from_float32"),
        *("awq/8/2_from_float32", "awq/4/0_from_float32"),
    ]
)
_OTHER_POLICIES = st.sampled_from(
    [
        {"class_name": "DTypePolicy", "config": {"name": "mixed_bfloat16"}},
        {
            "class_name": "QuantizedDTypePolicy",
            "config": {"mode": "int8", "source_name": "float32"},
        },
        {
            "class_name": "Int4DTypePolicy",
            "config": {"mode": "int4/2", "source_name": "mixed_bfloat16"},
        },
    ]
)
LORA_RANKS = mostly(st.sampled_from([None, 1, 2, 3]), st.sampled_from([0, -1, 1.5]))


@st.composite
def adaptation(draw: DrawFn, modes: list[str]) -> Arguments:
    """The arguments of LoRA and quantization: mostly none of them.

    Those whose lack Keras tells by a `NotImplementedError` are left out, since a Sequential model
    takes that for a layer without shapes and goes on.
    """
    if draw(st.booleans()):
        return {}
    names = st.builds("{}_from_{}".format, st.sampled_from(modes), st.sampled_from(_SOURCES))
    policies = mostly(st.one_of(names, names, _OTHER_POLICIES), _NOT_QUANTIZED)
    drawn: Arguments = draw(
        some_of(
            lora_rank=LORA_RANKS,
            lora_alpha=st.sampled_from([None, 2, 8.0]),
            dtype=policies,
            quantization_config=st.sampled_from(QUANTIZATION_CONFIGS),
        )
    )
    if str(drawn.get("dtype")).startswith("gptq"):
        drawn.pop("lora_rank", None)
    return drawn
