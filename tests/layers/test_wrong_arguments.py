"""A value of a wrong kind is refused, argument by argument, where Keras refuses it."""

from __future__ import annotations

from typing import Any

import pytest

from convzoo.errors import ConvzooError
from convzoo.graph.layer import REQUIRED
from convzoo.layers import LAYERS
from tests.keras_oracle import keras_class
from tests.layers.needed import NEEDED
from tests.strategies import our_class

_MORE: dict[str, dict[str, Any]] = {
    "CategoryEncoding": {"num_tokens": 5},
    "Discretization": {"num_bins": 5},
    "STFTSpectrogram": {"frame_length": 8},  # Keras makes the window, each time.
}
# Nobody looks at these, and Keras makes fifteen layers each time.
_UNCHECKED = {"alpha", "bounding_box_format", "chain_depth", "num_chains", "num_ops"}
# What Keras refuses when the layer is built or called, and no sooner.
_LATER: dict[Any, str] = {
    "x": """
        AveragePooling{n}D:padding MaxPooling{n}D:padding Concatenate:axis Conv{n}D:lora_rank
        ConvLSTM{n}D:filters CustomScaleLayer:scale Dense:lora_rank Dense:quantization_config
        EinsumDense:lora_rank EinsumDense:output_shape EinsumDense:quantization_config
        Embedding:lora_rank Embedding:quantization_config GroupNormalization:axis
        GroupQueryAttention:dropout LayerScale:projection_dim MultiHeadAttention:dropout
        MultiHeadAttention:output_shape Normalization:axis RMSNormalization:axis
        Reshape:target_shape ReversibleEmbedding:lora_rank ReversibleEmbedding:quantization_config
    """,
    -7: """
        AdaptiveAveragePooling{n}D:output_size AdaptiveMaxPooling{n}D:output_size
        AveragePooling{n}D:padding MaxPooling{n}D:padding Conv{n}D:lora_rank ConvLSTM{n}D:filters
        Dense:lora_rank Dense:quantization_config EinsumDense:equation EinsumDense:lora_rank
        EinsumDense:quantization_config Embedding:lora_rank Embedding:quantization_config
        GroupQueryAttention:dropout LayerScale:projection_dim MultiHeadAttention:dropout
        ReversibleEmbedding:lora_rank ReversibleEmbedding:quantization_config
        TextVectorization:output_sequence_length
    """,
}
# Numbers that change no fact, and names of files that are not opened.
_NOT_LOOKED_AT: dict[Any, set[str]] = {
    "x": {
        *("BatchNormalization:epsilon", "BatchNormalization:momentum"),
        *(f"{name}:vocabulary" for name in ("IntegerLookup", "StringLookup", "TextVectorization")),
    },
    -7: set(),
}


def _message(make: Any, arguments: dict[str, Any]) -> str:
    """What is said against the arguments; nothing where they are taken."""
    try:
        make(**arguments)
    except (ConvzooError, ValueError, TypeError, AttributeError, NotImplementedError) as error:
        return str(error)
    return ""


@pytest.mark.parametrize("value", ["x", -7])
def test_argument_is_refused_where_keras_refuses_it_and_is_named(value: Any) -> None:
    later, not_looked_at, unnamed = set(), set(), {}
    names = {kind.class_name for _, kind in LAYERS.items()} - {"InputLayer"}
    for name in names:
        ours = our_class(name)
        needed = {key for key, default in ours.arguments.items() if default is REQUIRED}
        if not needed <= NEEDED.keys():
            continue
        given = {**{key: NEEDED[key] for key in needed}, **_MORE.get(name, {})}
        for argument, default in ours.arguments.items():
            if isinstance(default, bool) or argument in ("name", "dtype", *_UNCHECKED):
                continue
            if argument.endswith(("initializer", "regularizer", "constraint")):
                continue  # Their names are tested elsewhere.
            theirs = _message(keras_class(name), {**given, argument: value})
            message = _message(ours, {**given, argument: value})
            if message and not theirs:
                later.add(f"{name}:{argument}")
            if theirs and not message:
                not_looked_at.add(f"{name}:{argument}")
            # Prototypes are too many to be written out.
            forms = (f"{argument}={value!r}", "of a kind that does not belong there", "of type")
            if message and not any(form in message for form in forms):
                unnamed[name, argument] = message
    assert later == {each.format(n=rank) for each in _LATER[value].split() for rank in (1, 2, 3)}
    assert not_looked_at == _NOT_LOOKED_AT[value]
    assert unnamed == {}
