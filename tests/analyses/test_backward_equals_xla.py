"""What gradients cost equals what XLA counts of the gradients of Keras's models on JAX."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given

from convzoo import Input, Model, Sequential, calc, layers
from convzoo.graph.graph import Graph
from convzoo.graph.structure import leaves, map_leaves
from tests.strategies import LayerCase, Spec, layer_of
from tests.strategies.contractions import (
    Style,
    attention_cases,
    contraction_stacks,
    recurrent_stacks,
)
from tests.strategies.models import OURS, Program, make
from tests.strategies.operations import Values
from tests.xla_oracle import Xla


def _gradient_macs(graph: Graph) -> tuple[Any, Any]:
    report = calc(graph)
    return report.total("input_gradient_macs"), report.total("weight_gradient_macs")


def _backward_macs(graph: Graph) -> Any:
    return calc(graph).total("backward_macs")


@given(program=contraction_stacks(Style(separable=False, is_trained=True)))
def test_gradients_of_stacks_cost_what_xla_counts(xla: Xla, program: Program) -> None:
    graph = make(program, OURS)
    assert _gradient_macs(graph) == xla.gradient_macs(graph)


@given(program=contraction_stacks(Style(low_rank=True, is_trained=True)))
def test_backward_macs_of_stacks_are_those_of_xla(xla: Xla, program: Program) -> None:
    # Not every kernel has a bias beside it, so that inputs and weights can't be told apart.
    graph = make(program, OURS)
    assert _backward_macs(graph) == xla.backward_macs(graph)


@given(program=recurrent_stacks(is_trained=True))
def test_gradients_of_recurrent_layers_cost_what_xla_counts(xla: Xla, program: Program) -> None:
    graph = make(program, OURS)
    assert _gradient_macs(graph) == xla.gradient_macs(graph)


@given(case=attention_cases())
def test_gradients_of_products_of_inputs_cost_what_xla_counts(xla: Xla, case: LayerCase) -> None:
    """Every input comes from a trained layer."""

    def tensor(leaf: Any) -> Any:
        return Input(batch_shape=leaf.shape) if isinstance(leaf, Spec) else leaf

    def trained(leaf: Any) -> Any:
        return layers.Dense(leaf.shape[-1])(leaf) if leaf in inputs else leaf

    args, call = map_leaves(tensor, case.inputs), map_leaves(tensor, case.call_arguments)
    inputs = leaves([args, call])
    layer = layer_of(case.class_name, case.arguments, OURS.layer_class)
    graph = Model(inputs, layer(map_leaves(trained, args), **map_leaves(trained, call)))
    assert _backward_macs(graph) == xla.backward_macs(graph)


# ---------------------------------------------------------------------- single models


def _called(layer: Any, *trained: bool) -> Graph:
    """A layer called on as many inputs, some of which come from a trained layer."""
    inputs = [Input((4, 3)) for _ in trained]
    tensors = [
        layers.Dense(3)(x) if is_trained else x
        for x, is_trained in zip(inputs, trained, strict=True)
    ]
    takes_list = isinstance(layer, (layers.Attention, layers.Dot))
    return Model(inputs, layer(tensors) if takes_list else layer(*tensors))


def _operation(name: str, *operands: tuple[int, ...] | None, **arguments: Any) -> Graph:
    """An operation on what a trained layer gives, and on constants of these shapes."""
    x = Input((4, 3))
    given = layers.Dense(3)(x)
    taken = [given if shape is None else OURS.constant(Values(shape)) for shape in operands]
    return Model(x, OURS.operation_class(name)(**arguments)(*taken))


def _shared() -> Graph:
    x, shared = Input((4, 3)), layers.Dense(3)
    return Model(x, layers.Add()([shared(x), shared(shared(x))]))


def _branches(is_trained: bool) -> Graph:
    """The gradient goes back along one of two branches only."""
    x = Input((4, 3))
    one = layers.Dense(5, trainable=is_trained)(layers.Dense(4)(x))
    other = layers.Dense(5, trainable=False)(layers.Dense(4, trainable=False)(x))
    return Model(x, layers.Dense(2)(layers.Add()([one, other])))


_MODELS: dict[str, Callable[[], Graph]] = {
    "shared": _shared,
    "branches": lambda: _branches(True),
    "branches_of_frozen": lambda: _branches(False),
    "squared": lambda: _operation("numpy.Einsum", None, None, subscripts="bij,bkj->bik"),
    # The input has no gradient, but what the first cell makes of it has one.
    "stacked_cells": lambda: Sequential(
        [Input((4, 3)), layers.RNN([layers.LSTMCell(5), layers.SimpleRNNCell(2)])]
    ),
    "dot_of_one_trained": lambda: _called(layers.Dot(-1), True, False),
    "heads_of_nothing_trained": lambda: _called(layers.MultiHeadAttention(2, 3), False, False),
    "heads_of_all_trained": lambda: _called(layers.MultiHeadAttention(2, 3), True, True, True),
    "attention_of_all_trained": lambda: _called(layers.Attention(), True, True),
    "attention_operation": lambda: Model(
        (x := Input((4, 2, 3))),
        OURS.operation_class("nn.DotProductAttention")()(*[layers.Dense(3)(x)] * 3),
    ),
    # A constant has no gradient.
    "product_with_constant": lambda: _operation("numpy.Matmul", None, (3, 5)),
    "einsum_with_constant": lambda: _operation(
        "numpy.Einsum", None, (3, 5), subscripts="bij,jk->bik"
    ),
    "convolution_with_constant": lambda: _operation("nn.Conv", None, (2, 3, 5)),
    # Of the frozen layer neither the kernel nor the small matrices are trained.
    "frozen_low_rank": lambda: Sequential(
        [Input((4, 3)), layers.Dense(5), layers.Dense(6, lora_rank=2, trainable=False)]
    ),
}


@pytest.mark.parametrize("name", _MODELS)
def test_backward_macs_are_those_of_xla(xla: Xla, name: str) -> None:
    graph = _MODELS[name]()
    assert _backward_macs(graph) == xla.backward_macs(graph)


# Only some of the inputs of these have a gradient, or no factor of a product but a scale: which
# gradients are calculated then does not follow from how many there are.
_PARTLY: dict[str, Callable[[], Graph]] = {
    "attention_of_trained_query": lambda: _called(layers.Attention(), True, False),
    "attention_of_trained_value": lambda: _called(layers.Attention(), False, True),
    "attention_of_trained_key": lambda: _called(layers.Attention(), False, False, True),
    "scaled_attention": lambda: _called(layers.Attention(use_scale=True), False, False),
    "heads_of_trained_query": lambda: _called(layers.MultiHeadAttention(2, 3), True, False),
    "heads_of_trained_value": lambda: _called(layers.MultiHeadAttention(2, 3), False, True),
    "frozen_heads_of_trained_query": lambda: _called(
        layers.MultiHeadAttention(2, 3, trainable=False), True, False
    ),
}


@pytest.mark.parametrize("name", _PARTLY)
def test_gradients_that_are_needed_in_part_are_unknown(name: str) -> None:
    report = calc(_PARTLY[name](), ["macs", "backward_macs", "training_flops"])
    assert report.row(report.graph.calls[-1].layer.name).backward_macs is None
    assert report.knows("macs")
    assert not report.knows("backward_macs")
