"""What Keras 1 and 2 wrote, in the words of Keras 3."""

from __future__ import annotations

from typing import Any

import pytest

from convzoo import calc
from convzoo.errors import ArgumentError
from convzoo.graph.config import graph_from_config
from convzoo.graph.legacy import TENSORFLOW_CLASSES, arguments_in_keras_3, class_in_keras_3
from convzoo.layers import LAYERS, Conv2D


def _stack(*layers: dict[str, Any], class_name: str = "Sequential") -> Any:
    return graph_from_config({"class_name": class_name, "config": list(layers)})


def test_keras_1_names_are_read() -> None:
    graph = _stack(
        {
            "class_name": "Convolution2D",
            "config": {
                "name": "c",
                "nb_filter": 8,
                "nb_row": 3,
                "nb_col": 5,
                "subsample": [1, 1],
                "border_mode": "same",
                "dim_ordering": "tf",
                "init": "glorot_uniform",
                "bias": False,
                "batch_input_shape": [None, 32, 32, 3],
                "activation": "relu",
            },
        },
        {"class_name": "Dropout", "config": {"name": "d", "p": 0.5}},
        {"class_name": "Flatten", "config": {"name": "f"}},
        {"class_name": "Dense", "config": {"name": "e", "output_dim": 2, "input_dim": None}},
    )
    report = calc(graph)
    assert [(row.name, row.params) for row in report.rows] == [
        ("c", 3 * 5 * 3 * 8),
        ("d", 0),
        ("f", 0),
        ("e", 32 * 32 * 8 * 2 + 2),
    ]


def test_axis_as_a_list_is_one_axis() -> None:
    entry = {"class_name": "BatchNormalization", "config": {"name": "b", "axis": [3]}}
    first = {"class_name": "InputLayer", "config": {"name": "i", "batch_input_shape": [2, 4, 4, 3]}}
    report = calc(_stack(first, entry))
    assert (report.input_shapes, report.total("params")) == ([(2, 4, 4, 3)], 12)


def _functional(*layers: dict[str, Any], outputs: Any) -> Any:
    body = {"name": "m", "layers": [*layers], "input_layers": [["i", 0, 0]]}
    body["output_layers"] = outputs
    return graph_from_config({"class_name": "Model", "config": body})


_INPUT = {
    "class_name": "InputLayer",
    "name": "i",
    "config": {"name": "i", "batch_input_shape": [None, 4]},
    "inbound_nodes": [],
}


def _layer(class_name: str, name: str, nodes: Any, **config: Any) -> dict[str, Any]:
    config = {"name": name, **config}
    return {"class_name": class_name, "name": name, "config": config, "inbound_nodes": nodes}


def test_nodes_as_lists_are_calls() -> None:
    graph = _functional(
        _INPUT,
        _layer("Dense", "d", [[["i", 0, 0, {}]], [["d", 0, 0, {}]]], units=4),
        _layer("Add", "a", [[["d", 0, 0, {}], ["d", 1, 0]]]),
        outputs=[["a", 0, 0]],
    )
    report = calc(graph)
    assert (report.total("params"), report.total("macs")) == (20, 32)
    assert report.row("a").inputs == ("d",)


@pytest.mark.parametrize("node", [[["i", 0, 0, {}]], ["i", 0, 0, {"training": None}]])
def test_node_may_be_flat(node: Any) -> None:
    graph = _functional(_INPUT, _layer("Dense", "d", [node], units=2), outputs=[["d", 0, 0]])
    assert calc(graph).total("params") == 10


def test_calls_of_a_nested_model_count_from_its_definition() -> None:
    inner = {
        "name": "n",
        "layers": [_INPUT, _layer("Dense", "d", [[["i", 0, 0, {}]]], units=4)],
        "input_layers": [["i", 0, 0]],
        "output_layers": [["d", 0, 0]],
    }
    nested = {
        "class_name": "Model",
        "name": "n",
        "config": inner,
        "inbound_nodes": [[["i", 0, 0, {}]], [["n", 1, 0, {}]]],
    }
    report = calc(_functional(_INPUT, nested, outputs=[["n", 2, 0]]))
    assert (report.total("params"), report.total("macs")) == (20, 32)


def test_gru_of_old_files_resets_before_the_product() -> None:
    pytest.importorskip("convzoo.layers.recurrent")
    first = {"class_name": "InputLayer", "config": {"name": "i", "batch_input_shape": [2, 4, 3]}}
    gru = {"class_name": "GRU", "config": {"name": "g", "units": 5, "implementation": 1}}
    assert calc(_stack(first, gru)).total("params") == 3 * 5 * (3 + 5 + 1)


def test_name_may_have_a_slash_in_a_file() -> None:
    first = {"filters": 4, "kernel_size": [3, 3], "name": "block/conv"}
    layers = [{"class_name": "Conv2D", "config": {**first, "batch_input_shape": [None, 8, 8, 3]}}]
    report = calc({"class_name": "Sequential", "config": {"name": "a/b", "layers": layers}})
    assert [(row.name, row.params) for row in report.rows] == [("block/conv", 112)]
    with pytest.raises(ArgumentError, match="'block/conv': a name must be a text without '/'"):
        Conv2D(**first)


@pytest.mark.parametrize(
    ("class_name", "arguments"),
    [
        ("Conv2D", {"b_learning_rate_multiplier": 1.0}),
        ("LSTM", {"consume_less": "cpu", "input_length": 5, "time_major": False}),
        ("GRU", {"implementation": 2}),
        ("BatchNormalization", {"adjustment": None, "fused": True, "virtual_batch_size": 8}),
        ("BatchNormalization", {"mode": 0}),
        ("Flatten", {"input_dtype": "float32"}),
        ("Dropout", {"node_indices": [0], "tensor_indices": [0]}),
    ],
)
def test_argument_that_says_nothing_of_numbers_is_left_out(
    class_name: str, arguments: dict[str, Any]
) -> None:
    needed = {
        "Conv2D": {"filters": 2, "kernel_size": 1},
        "Dropout": {"rate": 0.5},
        "GRU": {"units": 2},
        "LSTM": {"units": 2},
    }
    own = {"name": "x", **needed.get(class_name, {})}
    described = LAYERS.get(class_name)
    assert described.from_config({**own, **arguments}).to_config() == described(**own).to_config()


# Every argument that had another name, with a class that had it, and its name in Keras 3.
_RENAMED = """
    Dense W_constraint kernel_constraint
    Dense W_regularizer kernel_regularizer
    LSTM U_regularizer recurrent_regularizer
    Dense b_constraint bias_constraint
    Dense b_regularizer bias_regularizer
    Conv2D atrous_rate dilation_rate
    BatchNormalization beta_init beta_initializer
    Dense bias use_bias
    MaxPooling2D border_mode padding
    LSTM dropout_U recurrent_dropout
    LSTM dropout_W dropout
    Conv1D filter_length kernel_size
    BatchNormalization gamma_init gamma_initializer
    Dense init kernel_initializer
    LSTM inner_activation recurrent_activation
    LSTM inner_init recurrent_initializer
    MaxPooling2D nb_feature nb_feature
    Conv1D nb_filter filters
    Dropout p rate
    MaxPooling1D pool_length pool_size
    MaxPooling1D stride strides
    Conv2D subsample strides
    Conv1D subsample_length strides
    Dense output_dim units
    GRU output_dim units
    LSTM output_dim units
    SimpleRNN output_dim units
    Embedding output_dim output_dim
    Concatenate concat_axis axis
    Dot dot_axes axes
    GaussianNoise sigma stddev
    InputLayer batch_input_shape batch_shape
    LeakyReLU alpha negative_slope
    ELU alpha alpha
    Reshape dims target_shape
    Permute dims dims
    UpSampling1D length size
    RepeatVector length length
"""


@pytest.mark.parametrize("row", _RENAMED.strip().splitlines())
def test_argument_has_its_name_in_keras_3(row: str) -> None:
    class_name, old, new = row.split()
    known = LAYERS.get(class_name).arguments
    assert arguments_in_keras_3(class_name, {old: "value"}, known) == {new: "value"}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ({"dim_ordering": "tf"}, {"data_format": "channels_last"}),
        ({"dim_ordering": "th"}, {"data_format": "channels_first"}),
        ({"dim_ordering": "default"}, {"data_format": None}),
        ({"nb_row": 3, "nb_col": 5}, {"kernel_size": [3, 5]}),
        ({"kernel_dim1": 1, "kernel_dim2": 2, "kernel_dim3": 3}, {"kernel_size": [1, 2, 3]}),
        ({"nb_row": 3}, {"nb_row": 3}),
    ],
)
def test_value_has_its_form_in_keras_3(written: dict[str, Any], read: dict[str, Any]) -> None:
    assert arguments_in_keras_3("Conv3D", written, LAYERS.get("Conv3D").arguments) == read


_DROPPED = """
    adjustment b_learning_rate_multiplier consume_less fused implementation input_dtype input_length
    mode node_indices tensor_indices time_major virtual_batch_size
"""


@pytest.mark.parametrize("argument", _DROPPED.split())
def test_argument_that_says_nothing_is_dropped_for_every_class(argument: str) -> None:
    assert arguments_in_keras_3("Dense", {argument: 1}, LAYERS.get("Dense").arguments) == {}


@pytest.mark.parametrize(
    ("class_name", "arguments"),
    [
        (
            "DepthwiseConv2D",
            "filters groups kernel_constraint kernel_initializer kernel_regularizer",
        ),
        ("Lambda", "module function_type output_shape_type output_shape_module"),
        ("MultiHeadAttention", "query_shape key_shape value_shape"),
    ],
)
def test_argument_that_says_nothing_is_dropped_for_one_class(
    class_name: str, arguments: str
) -> None:
    known = LAYERS.get(class_name).arguments
    for argument in arguments.split():
        assert arguments_in_keras_3(class_name, {argument: 1}, known) == {}
        assert arguments_in_keras_3("Flatten", {argument: 1}, {}) == {argument: 1}


# Classes that had another name.
_CLASSES = """
    AtrousConvolution1D Conv1D
    AtrousConvolution2D Conv2D
    BatchNormalizationV1 BatchNormalization
    BatchNormalizationV2 BatchNormalization
    SyncBatchNormalization BatchNormalization
    CuDNNGRU GRU
    CuDNNLSTM LSTM
    Deconvolution2D Conv2DTranspose
    Deconvolution3D Conv3DTranspose
    DenseV1 Dense
    GRUV1 GRU
    GRUV2 GRU
    LSTMV1 LSTM
    LSTMV2 LSTM
    SeparableConvolution1D SeparableConv1D
    SeparableConvolution2D SeparableConv2D
    Dense Dense
    Merge Merge
"""


@pytest.mark.parametrize("row", _CLASSES.strip().splitlines())
def test_class_has_its_name_in_keras_3(row: str) -> None:
    old, new = row.split()
    assert class_in_keras_3(old, {}) == new


@pytest.mark.parametrize(
    ("mode", "class_name"),
    [
        ("ave", "Average"),
        ("concat", "Concatenate"),
        ("dot", "Dot"),
        ("max", "Maximum"),
        ("mul", "Multiply"),
        ("sum", "Add"),
        ("cos", "Merge"),
    ],
)
def test_merge_is_the_class_of_its_mode(mode: str, class_name: str) -> None:
    assert class_in_keras_3("Merge", {"mode": mode}) == class_name


@pytest.mark.parametrize(
    ("class_name", "arguments", "name"),
    [
        ("LayerScale", ("init_values", "projection_dim"), "convnext.LayerScale"),
        ("LayerScale", ("init_values",), "LayerScale"),
        ("StochasticDepth", ("drop_path_rate",), "convnext.StochasticDepth"),
        ("CustomScaleLayer", ("scale",), "inception_resnet_v2.CustomScaleLayer"),
        ("CustomScaleLayer", ("scale", "more"), "CustomScaleLayer"),
    ],
)
def test_class_of_an_application_is_known_by_its_arguments(
    class_name: str, arguments: tuple[str, ...], name: str
) -> None:
    config = dict.fromkeys(("name", "trainable", "dtype", *arguments))
    assert class_in_keras_3(class_name, config) == name


def test_functions_of_tensorflow_are_three_classes() -> None:
    assert {"SlicingOpLambda", "TFOpLambda", "TensorFlowOpLayer"} == TENSORFLOW_CLASSES
