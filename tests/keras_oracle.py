"""What Keras says of a layer or of a model, beside what convzoo says of it."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import keras
import numpy as np

from convzoo import layers
from convzoo.analyses.report import Report, Row
from convzoo.errors import ConvzooError
from convzoo.graph.graph import Graph
from convzoo.graph.layer import Layer
from convzoo.graph.naming import fresh_names
from convzoo.graph.structure import leaves, map_leaves
from convzoo.operations import OPERATIONS, Operation
from tests.strategies import LayerCase, Spec, layer_of, our_class
from tests.strategies.models import OURS, Api, Program, make


@dataclass(frozen=True)
class Refused:
    """An error was raised."""

    message: str


# ---------------------------------------------------------------------- one layer


@dataclass(frozen=True)
class Facts:
    """The facts of one call, as either side states them.

    Args:
        outputs: shape and dtype of every output.
        weights: name, shape, trainable and dtype of every weight.
    """

    outputs: tuple[tuple[tuple[int | None, ...], str], ...]
    weights: tuple[tuple[str, tuple[int, ...], bool, str], ...]


def assert_equal_to_keras(case: LayerCase) -> None:
    """Fail unless both sides agree on the facts of a call, or both refuse it."""
    _assert_same(_facts_by_keras(case), _facts_by_convzoo(case), case)


def _assert_same(theirs: Any, ours: Any, case: Any) -> None:
    if isinstance(theirs, Refused) or isinstance(ours, Refused):
        assert type(theirs) is type(ours), (case, theirs, ours)
    else:
        assert ours == theirs, case


def _facts_by_keras(case: LayerCase) -> Facts | Refused:
    with _quiet():
        try:
            layer = layer_of(case.class_name, case.arguments, keras_class)
            call_arguments = map_leaves(_keras_input, case.call_arguments)
            outputs = layer(map_leaves(_keras_input, case.inputs), **call_arguments)
        except Exception as error:
            return Refused(f"{type(error).__name__}: {error}")
    return Facts(
        outputs=tuple((tuple(x.shape), x.dtype) for x in keras.tree.flatten(outputs)),
        weights=_weights_by_keras(layer),
    )


def _facts_by_convzoo(case: LayerCase) -> Facts | Refused:
    try:
        layer: Layer = layer_of(case.class_name, case.arguments, our_class)
        call_arguments = map_leaves(input_of, case.call_arguments)
        outputs = layer(map_leaves(input_of, case.inputs), **call_arguments)
    except ConvzooError as error:
        return Refused(str(error))
    return Facts(
        outputs=tuple((tensor.shape, tensor.dtype) for tensor in leaves(outputs)),
        weights=_weights(layer),
    )


def _weights_by_keras(layer: Any) -> tuple[tuple[str, Any, bool, str], ...]:
    return tuple(
        (
            # The number of a variable without a name counts on in a session.
            re.sub(r"^variable_\d+$", "variable", w.name),
            tuple(w.shape),
            bool(w.trainable),
            keras.backend.standardize_dtype(w.dtype),
        )
        for w in layer.weights
    )


def _weights(layer: Layer) -> tuple[tuple[str, Any, bool, str], ...]:
    return tuple(
        (w.name, w.shape, layer.trains(w), w.dtype or layer.variable_dtype)
        for w in layer.variables or ()
    )


def _keras_input(leaf: Any) -> Any:
    """The tensor of a spec; what is none stays as it is."""
    if not isinstance(leaf, Spec):
        return leaf
    return keras.Input(batch_shape=leaf.shape, dtype=leaf.dtype)


def input_of(leaf: Any) -> Any:
    """The description of the tensor of a spec; what is none stays as it is."""
    if not isinstance(leaf, Spec):
        return leaf
    return layers.Input(batch_shape=leaf.shape, dtype=leaf.dtype)


def keras_class(class_name: str) -> Any:
    """The Keras layer of that name, or ours where Keras has none."""
    return getattr(import_module(our_class(class_name).keras_module), class_name)


def operation_class(name: str) -> Any:
    """The Keras operation of that file and class."""
    kind = OPERATIONS.get(name)
    return getattr(import_module(kind.keras_module), kind.class_name)


@contextmanager
def _quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


# ---------------------------------------------------------------------- a whole model

THEIRS = Api(
    keras.Input,
    keras.Model,
    keras.Sequential,
    keras_class,
    operation_class,
    lambda values: np.ones(values.shape, values.dtype),
)


def model_by_keras(program: Program) -> Any:
    """The Keras model of a program, with the names of a fresh session; or why it is refused."""
    keras.backend.clear_session()
    with _quiet():
        try:
            return make(program, THEIRS)
        except Exception as error:
            return Refused(f"{type(error).__name__}: {error}")


def run_by_keras(model: Any) -> Any:
    """The model, if it runs on inputs of ones; or why it doesn't."""

    def ones(tensor: Any) -> Any:
        shape = [3 if dim is None else dim for dim in tensor.shape]
        return keras.ops.ones(shape, tensor.dtype)

    with _quiet():
        try:
            model(keras.tree.map_structure(ones, model.inputs))
        except Exception as error:
            return Refused(f"{type(error).__name__}: {error}")
    return model


def entries_of_layers(config: Any) -> Iterator[dict[str, Any]]:
    """Every entry of a layer in the config of a model, those within others too."""
    if isinstance(config, dict):
        if isinstance(config.get("class_name"), str) and isinstance(config.get("config"), dict):
            yield config
        config = list(config.values())
    if isinstance(config, list):
        for part in config:
            yield from entries_of_layers(part)


def graph_by_convzoo(program: Program) -> Graph | Refused:
    """The description of a program; or why it is refused."""
    with fresh_names():
        try:
            graph: Graph = make(program, OURS)
        except ConvzooError as error:
            return Refused(str(error))
    return graph


def facts_of_model(model: Any) -> dict[str, Any]:
    """Rows and totals of a Keras model, from its layers and operations."""
    return {
        "name": model.name,
        "rows": [_row_by_keras(layer, model) for layer in _rows_of(model)],
        "outputs": [(tuple(x.shape), x.dtype) for x in keras.tree.flatten(model.outputs)],
        "params": model.count_params(),
        "trainable": _elements(model.trainable_weights),
        "non_trainable": _elements(model.non_trainable_weights),
        "bytes": sum(
            _elements([w]) * keras.src.utils.dtype_utils.dtype_size(w.dtype) for w in model.weights
        )
        // 8,
    }


def _row_by_keras(layer: Any, model: Any) -> dict[str, Any]:
    nested = _rows_of(layer) if isinstance(layer, keras.Model) else []
    is_layer = isinstance(layer, keras.Layer)
    return {
        "name": layer.name,
        "class": type(layer).__name__,
        "outputs": [
            (tuple(x.shape), x.dtype)
            for x in keras.tree.flatten(_own_nodes(layer, model)[-1].output_tensors)
        ],
        "params": layer.count_params() if is_layer else 0,
        "trainable": layer.trainable if is_layer else None,
        "weights": _weights_by_keras(layer) if is_layer and not nested else (),
        "rows": [_row_by_keras(inner, layer) for inner in nested],
    }


def _rows_of(model: Any) -> list[Any]:
    """The layers of a model, and the operations among them."""
    rows: list[Any] = getattr(model, "operations", model.layers)
    return rows


def _own_nodes(layer: Any, model: Any) -> list[Any]:
    """The calls of the layer that the model holds; others may have been made beside it."""
    keys = getattr(model, "_functional", model)._nodes
    return [
        node
        for number, node in enumerate(layer._inbound_nodes)
        if f"{id(layer)}_ib-{number}" in keys
    ]


def is_called_beside(model: Any) -> bool:
    """Whether a layer's last call is none of the model's.

    Keras then prints the shape of that call, until the model is saved and loaded.
    """
    return any(
        _own_nodes(layer, model)[-1] is not layer._inbound_nodes[-1]
        or (isinstance(layer, keras.Model) and is_called_beside(layer))
        for layer in _rows_of(model)
    )


def _elements(weights: Any) -> int:
    from math import prod

    return sum(prod(w.shape) for w in weights)


def facts_of_report(report: Report) -> dict[str, Any]:
    """Rows and totals of a report, in the form of `facts_of_model`."""
    return {
        "name": report.name,
        "rows": [_row(row, report.graph) for row in report.rows],
        "outputs": [(t.shape, t.dtype) for t in report.graph.output_tensors],
        "params": report.total("params"),
        "trainable": report.total("trainable_params"),
        "non_trainable": report.total("non_trainable_params"),
        "bytes": report.total("weight_bytes"),
    }


def _row(row: Row, graph: Graph) -> dict[str, Any]:
    calls = [call for call in graph.calls if call.layer is row.layer]
    calls.sort(key=lambda call: call.number)
    nested = row.layer if isinstance(row.layer, Graph) else None
    return {
        "name": row.name,
        "class": row.class_name,
        "outputs": [(tensor.shape, tensor.dtype) for tensor in calls[-1].output_tensors],
        "params": row.params,
        "trainable": None if isinstance(row.layer, Operation) else row.layer.trainable,
        "weights": () if nested else _weights(row.layer),
        "rows": [_row(inner, nested) for inner in row.layers] if nested else [],
    }


def printed_summary(model: Any) -> list[tuple[str, ...]]:
    """The rows that `model.summary()` prints: layer and type, output shape, parameters."""
    lines: list[str] = []
    columns = os.environ.get("COLUMNS")
    os.environ["COLUMNS"] = "1000"
    try:
        model.summary(line_length=1000, expand_nested=True, print_fn=lines.append)
    finally:
        if columns is None:
            del os.environ["COLUMNS"]
        else:
            os.environ["COLUMNS"] = columns
    rows = []
    for line in "\n".join(lines).splitlines():
        cells = [cell.strip() for cell in line.split("│")[1:4]]
        if cells and any(cells[1:]):
            rows.append((cells[0].lstrip("└ "), *cells[1:]))
    return rows


def _printed(shape: Any) -> str:
    return f"({', '.join(map(str, shape))})"


def expected_summary(rows: tuple[Row, ...], is_nested: bool = False) -> list[tuple[str, ...]]:
    """The rows that `model.summary()` must print: of a nested model no operations."""
    expected = []
    for row in rows:
        if is_nested and isinstance(row.layer, Operation):
            continue
        if isinstance(row.output_shape, list):
            shape = f"[{', '.join(map(_printed, row.output_shape))}]"
        else:
            shape = _printed(row.output_shape)
        expected.append((f"{row.name} ({row.class_name})", shape, f"{row.params:,}"))
        expected += expected_summary(row.layers, is_nested=True)
    return expected
