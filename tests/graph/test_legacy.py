"""What Keras 1 and 2 wrote, in the words of Keras 3."""

from __future__ import annotations

from typing import Any

import pytest

from convzoo import calc
from convzoo.errors import ArgumentError
from convzoo.graph.config import graph_from_config
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
