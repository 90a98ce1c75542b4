"""The names by which Keras knows activations, initializers, regularizers and constraints.

Equals `ALL_OBJECTS_DICT` of `keras/src/activations`, `initializers`, `regularizers` and
`constraints`.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from convzoo.graph.naming import snake_case

# fmt: off
_KNOWN = {
    "activation": frozenset({
        "celu", "elu", "exponential", "gelu", "glu", "hard_shrink", "hard_sigmoid", "hard_silu",
        "hard_swish", "hard_tanh", "leaky_relu", "linear", "log_sigmoid", "log_softmax", "mish",
        "relu", "relu6", "selu", "sigmoid", "silu", "soft_shrink", "softmax", "softplus",
        "softsign", "sparse_plus", "sparse_sigmoid", "sparsemax", "squareplus", "swish", "tanh",
        "tanh_shrink", "threshold",
    }),
    "initializer": frozenset({
        "constant", "Constant", "glorot_normal", "GlorotNormal", "glorot_uniform", "GlorotUniform",
        "he_normal", "HeNormal", "he_uniform", "HeUniform", "identity", "Identity",
        "IdentityInitializer", "lecun_normal", "LecunNormal", "lecun_uniform", "LecunUniform",
        "normal", "one", "ones", "Ones", "orthogonal", "Orthogonal", "OrthogonalInitializer",
        "random_normal", "RandomNormal", "random_uniform", "RandomUniform", "stft", "STFT",
        "STFTInitializer", "truncated_normal", "TruncatedNormal", "uniform", "variance_scaling",
        "VarianceScaling", "zero", "zeros", "Zeros",
    }),
    "regularizer": frozenset({
        "l1", "L1", "l2", "L2", "l1l2", "L1L2", "orthogonal_regularizer", "OrthogonalRegularizer",
    }),
    "constraint": frozenset({
        "max_norm", "MaxNorm", "min_max_norm", "MinMaxNorm", "non_neg", "NonNeg", "unit_norm",
        "UnitNorm",
    }),
}
# fmt: on

_OURS = frozenset({"scaled_tanh"})
"""Activations that Keras does not have, registered with it in `convzoo.building`."""

_PACKAGE = "convzoo>"


@cache
def kind_of_argument(argument: str) -> str | None:
    """What an argument names, by its last word: `kernel_initializer` names an initializer."""
    kind = argument.rpartition("_")[2]
    return kind if kind in _KNOWN else None


def is_known(kind: str, value: Any) -> bool:
    """Whether Keras takes the value: nothing, a name it knows, a config, or what can be called.

    The name of an activation of ours is known too.
    """
    if isinstance(value, str):
        return value in _KNOWN[kind] or (kind == "activation" and value in _OURS)
    return value is None or isinstance(value, dict) or callable(value)


def names(kind: str) -> frozenset[str]:
    """The names that Keras knows of a kind, such as `"activation"`."""
    return _KNOWN[kind]


def canonical_name(value: str) -> str:
    """The one name that Keras saves for a thing that has several."""
    name = snake_case(value.removeprefix(_PACKAGE))
    return _SAVED_AS.get(name, name)


def saved_activation(name: str) -> str | dict[str, str]:
    """What Keras saves of an activation: a name, or the config of one of ours."""
    if name not in _OURS:
        return name
    return {
        "module": "builtins",
        "class_name": "function",
        "config": _PACKAGE + name,
        "registered_name": "function",
    }


_SAVED_AS = {
    "swish": "silu",
    "hard_swish": "hard_silu",
    "zero": "zeros",
    "one": "ones",
    "normal": "random_normal",
    "uniform": "random_uniform",
    "identity_initializer": "identity",
    "orthogonal_initializer": "orthogonal",
    "stft_initializer": "stft",
}


def close_to(kind: str, value: Any) -> str:
    """A sentence with the closest known name."""
    from difflib import get_close_matches

    close = get_close_matches(str(value), sorted(_KNOWN[kind]), n=1)
    return f"Did you mean {close[0]!r}?" if close else f"Choose, for example, {_EXAMPLES[kind]!r}."


_EXAMPLES = {
    "activation": "relu",
    "initializer": "he_normal",
    "regularizer": "l2",
    "constraint": "max_norm",
}
