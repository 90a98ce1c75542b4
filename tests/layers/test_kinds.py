"""Of which kind the layers are for the tools that count work, and what their weights count."""

from __future__ import annotations

from collections import defaultdict

import pytest

from convzoo.layers import LAYERS

# All others are of no kind.
_KINDS = {
    "convolution": "Conv{n}D Conv{n}DTranspose ConnectionTableConv2D DepthwiseConv1D "
    "DepthwiseConv2D SeparableConv1D SeparableConv2D",
    "max_pooling": "MaxPooling{n}D",
    "average_pooling": "AveragePooling{n}D",
    "global_max_pooling": "GlobalMaxPooling{n}D AdaptiveMaxPooling{n}D",
    "global_average_pooling": "GlobalAveragePooling{n}D AdaptiveAveragePooling{n}D",
    "nearest_upsampling": "UpSampling{n}D",
    "batch_normalization": "BatchNormalization",
    "layer_normalization": "LayerNormalization",
    "group_normalization": "GroupNormalization",
    "rescaling": "LayerScale Normalization Rescaling",
    "merge": "Add Average Concatenate CustomScaleLayer Dot Maximum Minimum Multiply Subtract",
}

# Those of all others are channels.
_UNITS = {
    "filters": "Conv{n}D DepthwiseConv1D DepthwiseConv2D",
    "units": "Dense SimpleRNN SimpleRNNCell",
    "features": "Embedding ReversibleEmbedding",
    "components": "EuclideanRBF",
    "gate units": "GRU GRUCell LSTM LSTMCell",
    "gate filters": "ConvLSTM{n}D",
}

# All others are exact.
_STATUS = {
    "its output is known where output_shape states it": "Lambda",
    "no static answer: it runs a SavedModel, in which the layers are gone": "TFSMLayer",
    "no static answer: it runs a JAX function": "JaxLayer",
    "no static answer: it runs a Flax module": "FlaxLayer",
    "no static answer: it runs a PyTorch module": "TorchModuleWrapper",
}


@pytest.mark.parametrize(
    ("fact", "usual", "expected"),
    [
        ("work_kind", "", _KINDS),
        ("units_argument", "channels", _UNITS),
        ("status", "exact", _STATUS),
    ],
)
def test_fact_of_a_class_is_this(fact: str, usual: str, expected: dict[str, str]) -> None:
    found = defaultdict(set)
    for _, layer in LAYERS.items():
        if layer.class_name != "InputLayer" and getattr(layer, fact) != usual:
            found[getattr(layer, fact)].add(layer.class_name)
    assert found == {
        kind: {name.format(n=rank) for name in names.split() for rank in (1, 2, 3)}
        for kind, names in expected.items()
    }
