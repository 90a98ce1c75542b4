"""Dtypes and dtype policies, by Keras's names.

Equals `keras/src/dtype_policies/dtype_policy.py`.
"""

from __future__ import annotations

from typing import Any

_BITS = {
    "float64": 64, "float32": 32, "float16": 16, "bfloat16": 16,
    "float8_e4m3fn": 8, "float8_e5m2": 8,
    "int64": 64, "int32": 32, "int16": 16, "int8": 8, "int4": 4,
    "uint64": 64, "uint32": 32, "uint16": 16, "uint8": 8, "bool": 8,
    "complex64": 64, "complex128": 128,
}  # fmt: skip
_ALIASES = {
    "double": "float64",
    "float": "float32",
    "half": "float16",
    "int": "int32",
    "long": "int64",
}
_MIXED = {"mixed_float16": "float16", "mixed_bfloat16": "bfloat16"}


def is_dtype(name: object) -> bool:
    """Whether this is a name of a dtype of a tensor."""
    return name in _BITS or name == "string"


def is_float(dtype: str | None) -> bool:
    """Whether Keras casts tensors of this dtype to a layer's compute dtype."""
    return dtype is not None and ("float" in dtype)


def bits(dtype: str) -> int | None:
    """The size of an element in bits; `None` for a string."""
    return _BITS.get(dtype)


def policy_name(dtype: Any) -> str | None:
    """The name of a policy or dtype given in any of the ways that Keras takes or saves.

    Returns:
        The name, or `None` for the default, float32. What is neither comes back as text.
    """
    if isinstance(dtype, dict):
        config = dtype.get("config")
        dtype = _saved_name(config) if isinstance(config, dict) else None
    elif dtype is not None and not isinstance(dtype, str):
        dtype = getattr(dtype, "name", None) or getattr(dtype, "__name__", None) or str(dtype)
    dtype = _ALIASES.get(dtype, dtype)
    return None if dtype == "float32" else dtype


def _saved_name(config: dict[str, Any]) -> Any:
    """The name of a policy by its config, which for a quantized one holds the name's two parts."""
    if "mode" in config:
        return f"{config['mode']}_from_{config.get('source_name') or 'float32'}"
    return config.get("name")


def is_policy(name: str) -> bool:
    """Whether Keras knows a dtype policy of this name."""
    return name in _MIXED or is_dtype(name) or "_from_" in name


def compute_dtype(policy: str | None) -> str:
    """The dtype that a layer of this policy computes in."""
    if policy is None:
        return "float32"
    source = policy.partition("_from_")[2] or policy
    return _MIXED.get(source, source)


def variable_dtype(policy: str | None) -> str:
    """The dtype of the variables of a layer of this policy."""
    if policy is None:
        return "float32"
    source = policy.partition("_from_")[2] or policy
    return "float32" if source in _MIXED else source
