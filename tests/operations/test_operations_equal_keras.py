"""Every operation states the output that Keras has, and refuses what Keras refuses."""

from __future__ import annotations

import inspect
import json
import pkgutil
import warnings
from importlib import import_module
from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convzoo.errors import ConvzooError
from convzoo.graph.config import graph_from_config
from convzoo.graph.config_writing import config_of
from convzoo.graph.input import Input
from convzoo.graph.layer import REQUIRED, Constant
from convzoo.graph.naming import fresh_names
from convzoo.graph.structure import leaves, map_leaves
from convzoo.operations import OPERATIONS
from tests.keras_oracle import operation_class
from tests.strategies import Spec
from tests.strategies.operations import OPERATION_CASES, OperationCase, Values

# Operations that a functional model can't hold or a file can't, and one that waits for a need.
_GAPS = {
    "core.AssociativeScan": "takes a function, which no config holds",
    "core.Cond": "takes functions, which no config holds",
    "core.ForiLoop": "takes a function, which no config holds",
    "core.Map": "takes a function, which no config holds",
    "core.Scan": "takes a function, which no config holds",
    "core.Switch": "takes functions, which no config holds",
    "core.VectorizedMap": "takes a function, which no config holds",
    "core.WhileLoop": "takes functions, which no config holds",
    "linalg.JVP": "takes a function, which no config holds",
    "function.Function": "is a graph of its own; a model is saved as its layers instead",
    "operation.Operation": "is the base class",
    "numpy.Arange": "Keras can't run it on a symbolic tensor",
    "numpy.Bincount": "its argument `weights` has the name of what every layer states",
}


def _facts(tensors: Any) -> Any:
    return [(tuple(tensor.shape), tensor.dtype) for tensor in tensors]


def _by_keras(case: OperationCase) -> tuple[Any, Any]:
    """The outputs' facts and the model's config; the error where Keras refuses the call."""
    inputs = []

    def operand(leaf: Any) -> Any:
        if isinstance(leaf, Values):
            return np.ones(leaf.shape, leaf.dtype)
        if isinstance(leaf, Spec):
            inputs.append(keras.Input(batch_shape=leaf.shape, dtype=leaf.dtype))
            return inputs[-1]
        return leaf

    args = map_leaves(operand, case.args)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            outputs = operation_class(case.name)(**case.arguments)(*args, **case.kwargs)
            model = keras.Model(inputs, outputs)
        except Exception as error:
            return error, None
        return _facts(keras.tree.flatten(outputs)), json.loads(model.to_json())


def _by_convzoo(case: OperationCase) -> Any:
    """The outputs' facts; the error where convzoo refuses the call."""

    def operand(leaf: Any) -> Any:
        if isinstance(leaf, Values):
            return Constant(leaf.shape, leaf.dtype)
        if isinstance(leaf, Spec):
            return Input(batch_shape=leaf.shape, dtype=leaf.dtype)
        return leaf

    try:
        operation = OPERATIONS.get(case.name)(**case.arguments)
        outputs = leaves(operation(*map_leaves(operand, case.args), **case.kwargs))
        args = map_leaves(operand, case.args)
        for fact in (operation.work, operation.windows):
            fact(*args, **case.kwargs)
    except ConvzooError as error:
        return error
    return _facts(outputs)


@pytest.mark.parametrize("name", sorted(OPERATION_CASES))
@given(data=st.data())
def test_outputs_and_refusals_are_those_of_keras(name: str, data: st.DataObject) -> None:
    case = data.draw(OPERATION_CASES[name])
    theirs, config = _by_keras(case)
    ours = _by_convzoo(case)
    if isinstance(theirs, Exception) or isinstance(ours, Exception):
        assert isinstance(theirs, Exception), (case, theirs, ours)
        assert isinstance(ours, Exception), (case, theirs, ours)
        return
    assert ours == theirs, case
    with fresh_names():
        graph = graph_from_config(config)
    assert _facts(graph.output_tensors) == theirs, case
    with fresh_names():
        assert config_of(graph_from_config(config_of(graph))) == config_of(graph)


def test_every_operation_has_a_strategy() -> None:
    assert set(OPERATIONS.names()) == OPERATION_CASES.keys()


def test_every_operation_of_keras_has_a_rule_or_a_reason_why_not() -> None:
    found = set()
    for module in pkgutil.iter_modules(keras.src.ops.__path__, "keras.src.ops."):
        if not module.name.endswith("_test"):
            found |= {
                f"{kind.__module__.rpartition('.')[2]}.{kind.__name__}"
                for _, kind in inspect.getmembers(import_module(module.name), inspect.isclass)
                if issubclass(kind, keras.Operation)
                and not issubclass(kind, keras.Layer)
                and kind.__module__ == module.name
            }
    beside = {"activations.Mish", "activations.ReLU", "quantizers.FakeQuantWithMinMaxVars"}
    assert found - set(OPERATIONS.names()) == _GAPS.keys()
    assert set(OPERATIONS.names()) - found == beside


@pytest.mark.parametrize("name", sorted(OPERATIONS.names()))
def test_arguments_and_their_defaults_are_those_of_keras(name: str) -> None:
    theirs = [
        (argument.name, REQUIRED if argument.default is argument.empty else argument.default)
        for argument in inspect.signature(operation_class(name).__init__).parameters.values()
        if argument.kind in (argument.POSITIONAL_OR_KEYWORD, argument.KEYWORD_ONLY)
        and argument.name not in ("self", "name")
    ]
    kind = OPERATIONS.get(name)
    assert [(key, kind.arguments[key]) for key in kind.positional] == theirs
