"""Dtypes that meet are promoted as in Keras."""

from __future__ import annotations

from typing import Any

import keras
import pytest

from convzoo.graph.promotion import result_type

_DTYPES = (
    "bool", "uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64", "bfloat16",
    "float16", "float32", "float64", "complex64", "complex128",
)  # fmt: skip
_NUMBERS: dict[str, Any] = {"int": int, "float": float}


def _in_keras(*dtypes: str) -> str:
    found: str = keras.backend.result_type(*(_NUMBERS.get(dtype, dtype) for dtype in dtypes))
    return found


@pytest.mark.parametrize("one", [*_DTYPES, *_NUMBERS])
def test_two_dtypes_are_promoted_as_in_keras(one: str) -> None:
    for other in (*_DTYPES, *_NUMBERS):
        assert result_type(one, other) == _in_keras(one, other), other


def test_three_dtypes_are_promoted_as_in_keras() -> None:
    for dtypes in (
        ("int8", "uint8", "float"),
        ("bool", "int", "bfloat16"),
        ("int", "float", "int"),
    ):
        assert result_type(*dtypes) == _in_keras(*dtypes)


def test_what_has_no_common_dtype_has_no_result() -> None:
    assert result_type("float8_e4m3fn", "float32") is None
    assert result_type("string", "float32") is None
