"""Dtypes and dtype policies, by Keras's names.

Equals `keras/src/dtype_policies`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

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


class Quantization(NamedTuple):
    """What a quantized policy says.

    Args:
        mode: `"int8"`, `"int4"`, `"float8"`, `"gptq"` or `"awq"`.
        source: the policy of what is not quantized.
        bits: the size of a quantized weight, where the policy chooses it.
        group: inputs that share a scale; -1 for all.
        history: how many maxima a float8 layer remembers.
    """

    mode: str
    source: str
    bits: int = 0
    group: int = -1
    history: int = 1024


_MODES = ("int8", "int4", "float8", "gptq", "awq")


def quantization(policy: str | None) -> Quantization | None:
    """What a policy such as `"int4/128_from_float32"` says; `None` where it quantizes nothing."""
    if policy is None or "_from_" not in policy:
        return None
    name, _, source = policy.partition("_from_")
    mode, *texts = name.split("/")
    try:
        sizes = [int(text) for text in texts]
    except ValueError:
        return None
    if source not in _MIXED and not is_dtype(source):
        return None
    match mode, sizes:
        # Keras holds that int8 does not work well with float16.
        case "int8", [] if _MIXED.get(source, source) != "float16":
            return Quantization(mode, source)
        case (("int4" | "float8"), []):
            return Quantization(mode, source)
        case "float8", [history]:
            return Quantization(mode, source, history=history)
        case "int4", [group] if group == -1 or group > 0:
            return Quantization(mode, source, group=group)
        case "gptq", [(2 | 3 | 4 | 8) as bits, group] if group == -1 or group > 0:
            return Quantization(mode, source, bits, group)
        case "awq", [4 as bits, group] if group == -1 or group > 0:
            return Quantization(mode, source, bits, group)
    return None


def policy_name(dtype: Any) -> str | None:
    """The name of a policy or dtype given in any of the ways that Keras takes or saves.

    A float8 policy with a history of its own, which has no name in Keras, is named as in
    `"float8/16_from_float32"`.

    Returns:
        The name, or `None` for the default, float32. What is neither comes back as text.
    """
    if hasattr(dtype, "get_config"):
        dtype = {"config": dtype.get_config()}
    if isinstance(dtype, dict):
        config = dtype.get("config")
        dtype = _saved_name(config) if isinstance(config, dict) else None
    elif dtype is not None and not isinstance(dtype, str):
        dtype = getattr(dtype, "name", None) or getattr(dtype, "__name__", None) or str(dtype)
    dtype = _ALIASES.get(dtype, dtype)
    return None if dtype == "float32" else dtype


def _saved_name(config: dict[str, Any]) -> Any:
    """The name of a policy by its config."""
    if "policy_map" in config:
        default = policy_name(config.get("default_policy"))
        others = {policy_name(policy) for policy in config["policy_map"].values()}
        # A map that tells layers within apart has no name, and is refused as what it is.
        return default if others <= {default} else "DTypePolicyMap"
    if "mode" not in config:
        return config.get("name")
    mode, history = config["mode"], config.get("amax_history_length", 1024)
    name = mode if history == 1024 else f"{mode}/{history}"
    return f"{name}_from_{config.get('source_name') or 'float32'}"


def policy_config(policy: str) -> Any:
    """The policy as Keras takes it: by its name, or by its config where it has no name."""
    found = quantization(policy)
    if found is None or found.history == 1024:
        return policy
    return {
        "module": "keras.dtype_policies",
        "class_name": "QuantizedFloat8DTypePolicy",
        "config": {
            "mode": found.mode,
            "source_name": found.source,
            "amax_history_length": found.history,
        },
        "registered_name": None,
    }


def is_policy(name: str) -> bool:
    """Whether Keras knows a dtype policy of this name.

    It takes `"int8"` for a quantized policy without a source, though it is a dtype.
    """
    if name.startswith(_MODES):
        return quantization(name) is not None
    return name in _MIXED or is_dtype(name)


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
