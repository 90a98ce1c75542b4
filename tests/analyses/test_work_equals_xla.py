"""Multiply-accumulates equal half of the operations that XLA counts of Keras's models on JAX."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from convzoo import Input, Model, Sequential, calc, layers
from convzoo.graph.graph import Graph
from convzoo.graph.layer import Tensor
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

_MANY = settings(max_examples=2 * settings().max_examples)


def _macs(graph: Graph) -> Any:
    return calc(graph).total("macs")


@_MANY
@given(program=contraction_stacks(Style(is_linear=True, zeros=False)))
def test_macs_of_linear_stacks_are_half_of_the_whole_program(xla: Xla, program: Program) -> None:
    # XLA counts the products with inputs, not those with the zeros between them, and of a valid
    # transposed convolution nothing is cropped off.
    graph = make(program, OURS)
    assert _macs(graph) == xla.program_macs(graph)


@_MANY
@given(program=contraction_stacks(Style()))
def test_macs_of_stacks_are_those_of_their_contractions(xla: Xla, program: Program) -> None:
    graph = make(program, OURS)
    assert _macs(graph) == xla.macs(graph)


@_MANY
@given(program=contraction_stacks(Style(("valid", "same"), transposed=False, low_rank=True)))
def test_macs_of_padded_stacks_are_those_with_the_zeros(xla: Xla, program: Program) -> None:
    graph = make(program, OURS)
    assert _macs(graph) == xla.macs(graph, padding=True)


@_MANY
@given(program=recurrent_stacks())
def test_macs_of_recurrent_layers_are_those_of_every_step(xla: Xla, program: Program) -> None:
    # The state of a recurrent convolution is always padded.
    graph = make(program, OURS)
    assert _macs(graph) == xla.macs(graph, padding=True)


@_MANY
@given(case=attention_cases())
def test_macs_of_products_of_inputs_are_those_of_xla(xla: Xla, case: LayerCase) -> None:
    graph = _model(case)
    assert _macs(graph) == xla.macs(graph)


def _model(case: LayerCase) -> Graph:
    """A model of one layer."""

    def tensor(leaf: Any) -> Any:
        return Input(batch_shape=leaf.shape) if isinstance(leaf, Spec) else leaf

    inputs, call = map_leaves(tensor, case.inputs), map_leaves(tensor, case.call_arguments)
    layer = layer_of(case.class_name, case.arguments, OURS.layer_class)
    return Model(leaves([inputs, call]), layer(inputs, **call))


@pytest.mark.parametrize(
    ("name", "shapes", "arguments"),
    [
        ("numpy.Matmul", [(None, 4, 3), (None, 3, 5)], {}),
        ("numpy.Matmul", [(None, 2, 4, 3), (3, 5)], {}),
        ("numpy.Dot", [(None, 4, 3), (3, 5)], {}),
        ("numpy.Tensordot", [(None, 4, 3), (4, 3, 5)], {"axes": 2}),
        ("numpy.Einsum", [(None, 4, 3), (None, 5, 3)], {"subscripts": "bij,bkj->bik"}),
        ("nn.Conv", [(None, 7, 3), (3, 3, 5)], {"strides": 2, "padding": "valid"}),
        ("nn.DepthwiseConv", [(None, 7, 3), (3, 3, 2)], {"padding": "valid"}),
        ("nn.SeparableConv", [(None, 7, 3), (3, 3, 2), (1, 6, 5)], {"padding": "valid"}),
        ("nn.DotProductAttention", [(None, 4, 2, 3), *[(None, 5, 2, 3)] * 2], {}),
    ],
)
def test_macs_of_operations_are_those_of_xla(
    xla: Xla, name: str, shapes: list[Any], arguments: Any
) -> None:
    operands = [
        Input(batch_shape=shape) if shape[0] is None else OURS.constant(Values(shape))
        for shape in shapes
    ]
    inputs = [operand for operand in operands if isinstance(operand, Tensor)]
    graph = Model(inputs, OURS.operation_class(name)(**arguments)(*operands))
    assert _macs(graph) == xla.macs(graph)


def test_macs_of_a_shared_layer_are_those_of_every_call(xla: Xla) -> None:
    a, b = Input((5, 5, 2)), Input((6, 4, 2))
    shared = Sequential([Input((None, None, 2)), layers.Conv2D(3, 2), layers.Dense(4)])
    graph = Model([a, b], [shared(a), shared(b)])
    assert _macs(graph) == xla.macs(graph)
