"""Multiply-accumulates of `keras.applications` equal half of what TensorFlow's profiler counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import keras
import pytest
import tensorflow as tf

from convzoo import calc
from convzoo.analyses.report import Row
from tests.applications import applications, one_model_in_memory

_QUICK = {"MobileNetV3Small", "VGG16"}

_CONTRACTIONS = {"Conv2D", "DepthwiseConv2dNative", "MatMul"}
# It counts none of these, or not as they run; of the models none but ConvNeXt has one: a grouped
# convolution, which Keras compiles by itself, into the last of them.
_MISCOUNTED = {"BatchMatMulV2", "Conv2DBackpropInput", "Conv3D", "Einsum", "While"}
_GROUPED = "StatefulPartitionedCall"


@pytest.fixture(autouse=True)
def _one_model_in_memory() -> Iterator[None]:
    with one_model_in_memory():
        yield


@pytest.mark.parametrize("name", applications(_QUICK))
def test_macs_of_application_are_half_of_the_operations_of_the_profiler(name: str) -> None:
    # Two leave the size of the image open, and then neither side would count anything.
    size = {"input_shape": (224, 224, 3)} if name.startswith("MobileNetV3") else {}
    model = getattr(keras.applications, name)(weights=None, **size)
    graph = _forward_pass(model)
    types = {operation.type for operation in graph.get_operations()}
    assert not types & _MISCOUNTED
    report = calc(model).with_columns(["macs"])
    assert report.knows("macs")
    grouped = sum(row.macs for row in _rows(report.rows) if getattr(row.layer, "groups", 1) > 1)
    assert (grouped > 0) == (_GROUPED in types)
    counted = _operations_by_type(graph)
    assert 2 * (report.total("macs") - grouped) == sum(counted[kind] for kind in _CONTRACTIONS)


def _rows(rows: tuple[Row, ...]) -> Iterator[Row]:
    """The rows and those of models within."""
    for row in rows:
        yield row
        yield from _rows(row.layers)


def _forward_pass(model: Any) -> Any:
    """The graph of a model at inference, for one sample."""
    run = tf.function(lambda x: model(x, training=False))
    return run.get_concrete_function(tf.TensorSpec((1, *model.input_shape[1:]))).graph


def _operations_by_type(graph: Any) -> Counter[str]:
    """The floating-point operations that the profiler counts, by the type of the operation."""
    builder = tf.compat.v1.profiler.ProfileOptionBuilder
    options = builder(builder.float_operation()).with_empty_output().build()
    counted: Counter[str] = Counter()
    nodes = [tf.compat.v1.profiler.profile(graph, cmd="scope", options=options)]
    while nodes:
        node = nodes.pop()
        nodes += node.children
        if node.float_ops:
            counted[graph.get_operation_by_name(node.name).type] += node.float_ops
    return counted


def test_the_default_run_profiles_models_that_keras_has() -> None:
    assert {name for name in _QUICK if not hasattr(keras.applications, name)} == set()
