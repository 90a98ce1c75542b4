"""The dtype of a result, from the dtypes of the operands.

Equals `keras/src/backend/common/dtypes.py`, with the dtypes of the TensorFlow backend.
"""

from __future__ import annotations

WEAK = {"int": "int64", "float": "float32"}
"""The dtype of a Python number, which yields to that of a tensor, and the one it has by itself."""

# Each dtype with the next higher ones.
_HIGHER = {
    "bool": ("int",),
    "int": ("uint8", "int8", "complex64"),
    "uint8": ("int16", "uint16"), "uint16": ("int32", "uint32"), "uint32": ("int64", "uint64"),
    "uint64": ("float",),
    "int8": ("int16",), "int16": ("int32",), "int32": ("int64",), "int64": ("float",),
    "float": ("bfloat16", "float16"),
    "bfloat16": ("float32",), "float16": ("float32",), "float32": ("float64", "complex64"),
    "float64": ("complex128",), "complex64": ("complex128",), "complex128": (),
}  # fmt: skip
_NARROWED = {"uint64": "uint32", "complex128": "complex64"}


def _bounds(dtype: str) -> frozenset[str]:
    higher = [_bounds(next_one) for next_one in _HIGHER[dtype]]
    return frozenset({dtype}).union(*higher)


_BOUNDS = {dtype: _bounds(dtype) for dtype in _HIGHER}


def result_type(*dtypes: str) -> str | None:
    """The dtype to which all of them are promoted.

    Args:
        dtypes: names of dtypes; `"int"` and `"float"` are those of Python numbers.

    Returns:
        The dtype, or `None` where there is none without a cast.
    """
    if any(dtype.startswith("float8") for dtype in dtypes):
        return None
    strong = {WEAK.get(dtype, dtype) for dtype in dtypes}
    weak = all(dtype in WEAK for dtype in dtypes)
    if len(strong) == 1:
        found = strong.pop()
    else:
        common = _common(strong if weak else set(dtypes))
        if common is None:
            return None
        found = common
    if weak or found in WEAK:
        found = "int32" if found.startswith("int") else "float32"
    return _NARROWED.get(found, found)


def _common(dtypes: set[str]) -> str | None:
    """The least dtype that is at least as high as each of them."""
    if not dtypes <= _BOUNDS.keys():
        return None
    bounds = frozenset.intersection(*(_BOUNDS[dtype] for dtype in dtypes))
    least = bounds & dtypes or {dtype for dtype in bounds if bounds <= _BOUNDS[dtype]}
    return next(iter(least))
