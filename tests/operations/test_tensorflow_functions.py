"""TensorFlow functions in files of tf.keras.

The nodes are what tf.keras 2.21 wrote, and the shapes, dtypes and parameters are what it says of
them; those of class `TensorFlowOpLayer` were written with the behaviour of TensorFlow 1.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import keras
import numpy as np
import pytest

from convzoo import calc
from convzoo.analyses.explain import explain
from convzoo.building import build
from convzoo.errors import ArgumentError
from convzoo.graph.graph import Graph
from convzoo.sources import read

_EVERYTHING = {"start": None, "stop": None, "step": None}
_SIZE = ["tf.compat.v1.shape", 0, 0]


def _model(*layers: dict[str, Any], shape: Any = (None, 24, 5), outputs: int = 1) -> Any:
    first = {"name": "input_1", "batch_input_shape": shape, "dtype": "float32"}
    entries = [
        {"class_name": "InputLayer", "config": first, "name": "input_1", "inbound_nodes": []}
    ]
    last = [[layers[-1]["name"], 0, number] for number in range(outputs)]
    config = {"name": "model", "layers": [*entries, *layers], "output_layers": last}
    return {
        "class_name": "Functional",
        "config": {**config, "input_layers": [["input_1", 0, 0]]},
        "keras_version": "2.21.0",
        "backend": "tensorflow",
    }


def _function(function: str, *nodes: Any, class_name: str = "TFOpLambda") -> dict[str, Any]:
    name = f"tf.{function}"
    config = {"name": name, "trainable": True, "dtype": "float32", "function": function}
    return {"class_name": class_name, "config": config, "name": name, "inbound_nodes": [*nodes]}


def _slicing(node: Any) -> dict[str, Any]:
    return _function("__operators__.getitem", node, class_name="SlicingOpLambda")


def _graph_operation(op: str, attributes: Any, constants: Any, node: Any) -> dict[str, Any]:
    node_def = {"name": op, "op": op, "input": ["input_1"], "attr": attributes}
    config = {"name": op, "trainable": True, "dtype": None, "node_def": node_def}
    return {
        "class_name": "TensorFlowOpLayer",
        "config": {**config, "constants": constants},
        "name": f"tf_op_layer_{op}",
        "inbound_nodes": [node],
    }


def _outputs(graph: Graph) -> Any:
    return [(tensor.shape, tensor.dtype) for tensor in graph.output_tensors]


@pytest.mark.parametrize(
    ("function", "node", "shape", "dtype"),
    [
        ("__operators__.add", ["input_1", 0, 0, {"y": 1.0, "name": None}], (None, 24, 5), ""),
        (
            "math.subtract",
            ["_CONSTANT_VALUE", -1, [[1.0]] * 24, {"y": ["input_1", 0, 0], "name": None}],
            (None, 24, 5),
            "",
        ),
        ("math.less", ["input_1", 0, 0, {"y": 0.5, "name": None}], (None, 24, 5), "bool"),
        ("math.argmax", ["input_1", 0, 0, {"axis": -1}], (None, 24), "int64"),
        ("math.reduce_mean", ["input_1", 0, 0, {"axis": [1], "keepdims": True}], (None, 1, 5), ""),
        ("cast", ["input_1", 0, 0, {"dtype": "float16"}], (None, 24, 5), "float16"),
        (
            "concat",
            [["input_1", 0, 0, {"axis": -1}], ["input_1", 0, 0, {"axis": -1}]],
            (None, 24, 10),
            "",
        ),
        ("compat.v1.transpose", ["input_1", 0, 0, {"perm": [0, 2, 1]}], (None, 5, 24), ""),
        (
            "linalg.matmul",
            ["input_1", 0, 0, {"b": ["input_1", 0, 0], "transpose_b": True}],
            (None, 24, 24),
            "",
        ),
        (
            "compat.v1.gather",
            ["input_1", 0, 0, {"indices": [0, 2], "axis": 1, "batch_dims": 0}],
            (None, 2, 5),
            "",
        ),
        ("nn.conv1d", ["input_1", 0, 0, {
            "filters": [[[0.0] * 7] * 5] * 3, "stride": 2, "padding": "SAME"
        }], (None, 12, 7), ""),
        ("reshape", ["input_1", 0, 0, {"shape": [-1, 120]}], (None, 120), ""),
    ],
)  # fmt: skip
def test_function_has_the_output_of_tensorflow(
    function: str, node: Any, shape: Any, dtype: str
) -> None:
    report = calc(_model(_function(function, node)))
    row = report.row(f"tf.{function}")
    assert (row.class_name, row.output_shape, row.params) == ("TFOpLambda", shape, 0)
    assert _outputs(report.graph) == [(shape, dtype or "float32")]
    assert report.complete


def test_function_has_the_work_of_the_operation_that_it_is() -> None:
    node = ["input_1", 0, 0, {"b": [[1.0, 1.0, 1.0]] * 5}]
    assert calc(_model(_function("linalg.matmul", node))).total("macs") == 24 * 3 * 5


@pytest.mark.parametrize(
    ("spec", "shape"),
    [
        ([_EVERYTHING, 0], (None, 5)),
        ([{"class_name": "__ellipsis__"}, None], (None, 24, 5, 1)),
        ([_EVERYTHING, {**_EVERYTHING, "start": 1, "stop": -1}], (None, 22, 5)),
        ({**_EVERYTHING, "stop": 2}, (None, 24, 5)),
        (None, (1, None, 24, 5)),
    ],
)
def test_slices_are_read(spec: Any, shape: Any) -> None:
    report = calc(_model(_slicing(["input_1", 0, 0, {"slice_spec": spec}])))
    assert report.row("tf.__operators__.getitem").output_shape == shape


def test_several_outputs_are_read() -> None:
    split = _function("split", ["input_1", 0, 0, {"num_or_size_splits": [2, -1], "axis": -1}])
    report = calc(_model(split, outputs=2))
    assert report.row("tf.split").output_shape == [(None, 24, 2), (None, 24, 3)]


def test_shape_that_follows_from_a_shape_is_known() -> None:
    report = calc(
        _model(
            _function("compat.v1.shape", ["input_1", 0, 0, {"out_type": "int32"}]),
            _slicing([*_SIZE, {"slice_spec": 1}]),
            _function("math.multiply", ["tf.__operators__.getitem", 0, 0, {"y": 5}]),
            _function("reshape", ["input_1", 0, 0, {"shape": [-1, ["tf.math.multiply", 0, 0]]}]),
        )
    )
    assert _outputs(report.graph) == [((None, 120), "float32")]


@pytest.mark.parametrize(
    ("op", "attributes", "constants", "shape"),
    [
        ("AddV2", {"T": {"type": "DT_FLOAT"}}, {"1": 1.0}, (None, 24, 5)),
        ("Sub", {"T": {"type": "DT_FLOAT"}}, {"0": 1.0}, (None, 24, 5)),
        ("Mean", {"keep_dims": {"b": False}}, {"1": 1}, (None, 5)),
        ("ExpandDims", {"Tdim": {"type": "DT_INT32"}}, {"1": 1}, (None, 1, 24, 5)),
        (
            "StridedSlice",
            {
                "begin_mask": {"i": "1"},
                "end_mask": {"i": "1"},
                "ellipsis_mask": {"i": "0"},
                "new_axis_mask": {"i": "0"},
                "shrink_axis_mask": {"i": "2"},
            },
            {"1": [0, 0], "2": [0, 1], "3": [1, 1]},
            (None, 5),
        ),
    ],
)
def test_operation_of_a_tensorflow_graph_is_read(
    op: str, attributes: Any, constants: Any, shape: Any
) -> None:
    layer = _graph_operation(op, attributes, constants, [["input_1", 0, 0, {}]])
    report = calc(_model(layer))
    row = report.row(f"tf_op_layer_{op}")
    assert (row.class_name, row.output_shape, row.params) == ("TensorFlowOpLayer", shape, 0)


def test_attributes_of_a_tensorflow_graph_are_read() -> None:
    attributes = {
        "ksize": {"list": {"i": ["1", "2", "2", "1"]}},
        "strides": {"list": {"i": ["1", "2", "2", "1"]}},
        "padding": {"s": "U0FNRQ=="},
        "data_format": {"s": "TkhXQw=="},
        "T": {"type": "DT_FLOAT"},
    }
    layer = _graph_operation("MaxPool", attributes, {}, [["input_1", 0, 0, {}]])
    assert _outputs(calc(_model(layer, shape=[None, 31, 30, 3])).graph) == [
        ((None, 16, 15, 3), "float32")
    ]


@pytest.mark.parametrize(
    ("function", "node", "reason"),
    [
        ("nn.crelu", ["input_1", 0, 0, {"axis": -1}], "convzoo has no rule for it"),
        ("__operators__.eq", ["input_1", 0, 0, {}], "the file does not hold its argument 'y'"),
        (
            "compat.v1.gather",
            ["input_1", 0, 0, {"indices": [[0]], "batch_dims": 1}],
            "it takes elements batch by batch",
        ),
    ],
)
def test_what_can_not_be_followed_is_unknown(function: str, node: Any, reason: str) -> None:
    report = calc(_model(_function(function, node)))
    row = report.row(f"tf.{function}")
    assert (row.output_shape, row.params, report.complete) == (None, None, False)
    assert row.notes == (f"what TensorFlow's {function} gives is unknown: {reason}",)


def test_tensors_that_tf_keras_has_lost_are_missed() -> None:
    # So tf.keras 2.21 saves tf.einsum("bij->bji", x).
    model = _model(_function("einsum", ["_CONSTANT_VALUE", -1, "bij->bji", {}]))
    with pytest.raises(ArgumentError, match=r"'tf\.einsum': was saved without the tensors it is"):
        calc(model)


def test_operation_of_an_unknown_graph_is_unknown() -> None:
    layer = _graph_operation("Roll2", {}, {}, [["input_1", 0, 0, {}]])
    layer["config"]["node_def"] = "\n\x05Roll2"  # As TensorFlow 2.0 wrote it.
    row = calc(_model(layer)).rows[1]
    assert row.notes == (
        "what TensorFlow's operation gives is unknown: convzoo has no rule for it",
    )


@pytest.mark.filterwarnings("ignore:The structure of `inputs`:UserWarning")
def test_keras_builds_the_operation_that_a_function_is() -> None:
    add = _function("__operators__.add", ["input_1", 0, 0, {"y": [1.0, 2.0, 3.0, 4.0, 5.0]}])
    mean = _function("math.reduce_mean", ["tf.__operators__.add", 0, 0, {"axis": 1}])
    graph = calc(_model(add, mean)).graph
    model = build(graph)
    x = np.ones((2, 24, 5), "float32")
    np.testing.assert_allclose(
        keras.ops.convert_to_numpy(model(x)), [[2.0, 3.0, 4.0, 5.0, 6.0]] * 2
    )
    assert [operation.name for operation in model.operations[1:]] == [
        "tf.__operators__.add",
        "tf.math.reduce_mean",
    ]


def test_other_input_shapes_keep_the_functions() -> None:
    node = ["input_1", 0, 0, {"slice_spec": [{"class_name": "__ellipsis__"}, 0]}]
    graph = calc(_model(_slicing(node))).graph.with_input_shapes([(7, 3)])
    assert calc(graph).rows[1].class_name == "SlicingOpLambda"
    assert _outputs(graph) == [((None, 7), "float32")]


def test_table_is_loaded_only_for_a_file_that_needs_it() -> None:
    code = (
        "import sys, json, convzoo\n"
        "convzoo.calc(json.loads(sys.argv[1]))\n"
        "print('convzoo.operations.tensorflow' in sys.modules)"
    )
    flatten = {"class_name": "Flatten", "name": "f", "config": {"name": "f"}}
    plain = _model({**flatten, "inbound_nodes": [[["input_1", 0, 0, {}]]]})
    add = _model(_function("__operators__.add", ["input_1", 0, 0, {"y": 1.0}]))
    for config, is_loaded in ((plain, "False"), (add, "True")):
        done = subprocess.run(
            [sys.executable, "-c", code, json.dumps(config)],
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        assert done.stdout.strip() == is_loaded


def test_function_with_keyword_tensors_is_explained() -> None:
    node = ["input_1", 0, 0, {"y": ["input_1", 0, 0], "name": None}]
    graph = read(_model(_function("math.multiply", node)))
    lines = [str(line) for line in explain(graph, ("params", "element_ops"))]
    assert lines == [
        "output shape: the input's",
        "params: none: nothing is learned",
        "element_ops: 24 x 5 = 120",
    ]
