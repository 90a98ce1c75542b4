"""Dtypes and policies mean what they mean in Keras."""

from __future__ import annotations

from typing import Any

import keras
import pytest
import tensorflow as tf

from convzoo.graph import dtypes

_POLICIES = [
    "bfloat16",
    "float16",
    "float32",
    "float64",
    "mixed_bfloat16",
    "mixed_float16",
    "awq/4/128_from_float32",
    "awq/4/-1_from_mixed_bfloat16",
    "float8_from_bfloat16",
    "float8_from_mixed_float16",
    "gptq/2/64_from_float32",
    "gptq/3/-1_from_float32",
    "gptq/4/128_from_mixed_bfloat16",
    "gptq/8/1_from_float32",
    "int4_from_float32",
    "int4/128_from_float32",
    "int4/-1_from_mixed_bfloat16",
    "int8_from_bfloat16",
    "int8_from_float32",
    "int8_from_mixed_bfloat16",
]
_NO_POLICIES = [
    "",
    "awq/3/128_from_float32",
    "awq/4/0_from_float32",
    "awq/4_from_float32",
    "float31",
    "gptq/4/0_from_float32",
    "gptq/5/128_from_float32",
    "gptq/x/128_from_float32",
    "int4/0_from_float32",
    "int4/1/1_from_float32",
    "int8",
    "int8_from_float16",
    "int8_from_mixed_float16",
    "int8_from_nothing",
    "int8/1_from_float32",
    "mixed_float32",
]


@pytest.mark.parametrize("name", _POLICIES)
def test_policy_is_keras_s(name: str) -> None:
    policy = keras.dtype_policies.get(name)
    assert dtypes.is_policy(name)
    assert dtypes.compute_dtype(name) == policy.compute_dtype
    assert dtypes.variable_dtype(name) == policy.variable_dtype
    found = dtypes.quantization(name)
    assert (found and found.mode) == policy.quantization_mode
    if found and found.mode in ("gptq", "awq"):
        assert (found.bits, found.group) == (policy.weight_bits, policy.group_size)
    if found and found.mode == "int4":
        assert found.group == getattr(policy, "block_size", -1)


@pytest.mark.parametrize("name", _NO_POLICIES)
def test_what_keras_refuses_is_no_policy(name: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        keras.dtype_policies.get(name)
    assert not dtypes.is_policy(name)


def _saved(policy: Any) -> Any:
    return keras.dtype_policies.serialize(policy)


@pytest.mark.parametrize("name", [n for n in _POLICIES if "gptq" not in n and "awq" not in n])
def test_policy_that_keras_saves_has_its_name(name: str) -> None:
    policy = keras.dtype_policies.get(name)
    expected = None if name == "float32" else name
    assert dtypes.policy_name(policy) == expected
    assert dtypes.policy_name(_saved(policy)) == expected
    assert dtypes.policy_config(name) == name


@pytest.mark.parametrize(
    ("history", "name"), [(1024, "float8_from_float32"), (16, "float8/16_from_float32")]
)
def test_history_of_a_policy_is_kept(history: int, name: str) -> None:
    policy = keras.dtype_policies.QuantizedFloat8DTypePolicy("float8", "float32", history)
    saved = keras.saving.serialize_keras_object(policy)
    assert dtypes.policy_name(policy) == dtypes.policy_name(saved) == name
    found = dtypes.quantization(name)
    assert found is not None
    assert found.history == history
    config = dtypes.policy_config(name)
    read = keras.dtype_policies.get(config)
    assert (read.compute_dtype, read.amax_history_length) == ("float32", history)
    if history != 1024:
        assert config == saved


def test_policy_saved_without_what_keras_adds_has_its_defaults() -> None:
    assert dtypes.policy_name({"config": {"mode": "float8"}}) == "float8_from_float32"
    assert dtypes.policy_name({"config": {"name": "float16"}}) == "float16"
    assert dtypes.policy_name({"config": "nothing"}) is None


@pytest.mark.parametrize(
    ("given", "name"),
    [
        (None, None),
        ("float32", None),
        ("float", None),
        ("half", "float16"),
        ("double", "float64"),
        ("int", "int32"),
        ("long", "int64"),
        (float, None),
        ("strange", "strange"),
    ],
)
def test_other_ways_to_name_a_dtype(given: Any, name: str | None) -> None:
    assert dtypes.policy_name(given) == name


@pytest.mark.parametrize(
    "name",
    [
        "bfloat16", "bool", "complex128", "complex64", "float16", "float32", "float64",
        "float8_e4m3fn", "float8_e5m2", "int16", "int32", "int4", "int64", "int8", "uint16",
        "uint32", "uint64", "uint8",
    ],
)  # fmt: skip
def test_dtype_has_its_size_and_its_kind(name: str) -> None:
    dtype = tf.as_dtype(name)
    assert dtypes.is_dtype(name)
    assert dtypes.bits(name) == (4 if name == "int4" else 8 * dtype.size)
    assert dtypes.is_float(name) is dtype.is_floating


def test_string_has_no_size_and_nothing_else_is_a_dtype() -> None:
    assert dtypes.is_dtype("string")
    assert dtypes.bits("string") is None
    assert not dtypes.is_dtype("nothing")
    assert not dtypes.is_float(None)
