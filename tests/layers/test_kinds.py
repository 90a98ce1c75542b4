"""Of which kind the layers are, for the tools that count work and for what Keras saves of them."""

from __future__ import annotations

import inspect
from collections import defaultdict
from typing import Any

import pytest

from convzoo.layers import LAYERS
from tests.keras_oracle import keras_class

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
    "its output is known where output_shape states it, or Keras code has the function": "Lambda",
    "no static answer: it runs a SavedModel, in which the layers are gone": "TFSMLayer",
    "no static answer: it runs a JAX function": "JaxLayer",
    "no static answer: it runs a Flax module": "FlaxLayer",
    "no static answer: it runs a PyTorch module": "TorchModuleWrapper",
}

# All others are in `keras.layers`.
_MODULES = {
    "keras.src.applications.convnext": "LayerScale StochasticDepth",
    "keras.src.applications.inception_resnet_v2": "CustomScaleLayer",
    "convzoo.building.keras_layers": "ConnectionTableConv2D EuclideanRBF L2Pooling{n}D "
    "TrainableSubsampling2D",
}
_HOLDERS = (
    "Bidirectional ConvLSTM{n}D GRU GroupQueryAttention LSTM MultiHeadAttention Pipeline RNN "
    "SimpleRNN SpectralNormalization StackedRNNCells TimeDistributed Wrapper"
)

# Keras saves no `training` of these.
_WITHOUT_TRAINING = {
    "AdditiveAttention",
    "Attention",
    "FlaxLayer",
    "GRUCell",
    "JaxLayer",
    "LSTMCell",
    "SimpleRNNCell",
    "StackedRNNCells",
    "TFSMLayer",
}


@pytest.mark.parametrize(
    ("fact", "usual", "expected"),
    [
        ("work_kind", "", _KINDS),
        ("units_argument", "channels", _UNITS),
        ("status", "exact", _STATUS),
        ("keras_module", "keras.layers", _MODULES),
        ("holds_layers", False, {True: _HOLDERS}),
        ("takes_states", False, {True: "Bidirectional ConvLSTM{n}D GRU LSTM RNN SimpleRNN"}),
    ],
)
def test_fact_of_a_class_is_this(fact: str, usual: Any, expected: dict[Any, str]) -> None:
    found = defaultdict(set)
    for _, layer in LAYERS.items():
        if layer.class_name != "InputLayer" and getattr(layer, fact) != usual:
            found[getattr(layer, fact)].add(layer.class_name)
    assert found == {
        kind: {name.format(n=rank) for name in names.split() for rank in (1, 2, 3)}
        for kind, names in expected.items()
    }


def test_registered_name_is_that_of_convzoo_s_own_classes() -> None:
    named = {layer.registered_name: layer for _, layer in LAYERS.items() if layer.registered_name}
    own = _MODULES["convzoo.building.keras_layers"].split()
    assert named.keys() == {f"convzoo>{name}".format(n=rank) for name in own for rank in (1, 2, 3)}
    assert all(name == f"convzoo>{layer.class_name}" for name, layer in named.items())


def test_arguments_that_nobody_gave_are_those_that_keras_s_calls_have() -> None:
    different = {}
    for name in {layer.class_name for _, layer in LAYERS.items()} - {"InputLayer"}:
        given = inspect.signature(keras_class(name).call).parameters.get("training")
        usual = None if given is None or name in _WITHOUT_TRAINING else given.default
        expected = {"training": usual} if isinstance(usual, bool) else {}
        [ours] = {id(kind): kind for _, kind in LAYERS.items() if kind.class_name == name}.values()
        if ours.call_defaults != expected:
            different[name] = ours.call_defaults, expected
    assert different == {}
