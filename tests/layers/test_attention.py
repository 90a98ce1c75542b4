"""The work of attention, counted by loops over what Keras makes."""

from __future__ import annotations

from itertools import product
from math import prod
from typing import Any

import keras
import pytest

from convzoo import Input, layers
from convzoo.graph.facts import Work

_BATCH = 1


def _work(layer: Any, *inputs: Any, **kwargs: Any) -> Work:
    tensors = [Input(batch_shape=(_BATCH, *shape)) for shape in inputs]
    work: Work = layer.work(*tensors, **kwargs)
    return work


def _kernel_macs(layer: Any, positions: dict[str, int]) -> int:
    """Each element of a kernel once at each position that its projection sees."""
    return sum(
        positions[weight.path.split("/")[-2]] * prod(weight.shape)
        for weight in layer.weights
        if weight.name == "kernel"
    )


def _bias_adds(layer: Any, positions: dict[str, int]) -> int:
    return sum(
        positions[weight.path.split("/")[-2]] * prod(weight.shape)
        for weight in layer.weights
        if weight.name == "bias"
    )


def _pairs(query: tuple[int, ...], value: tuple[int, ...], axes: tuple[int, ...]) -> int:
    """The pairs of positions that see each other: those alike along all other axes."""
    pairs = 0
    for one in product(*map(range, query[:-1])):
        for other in product(*map(range, value[:-1])):
            apart = [axis for axis, (a, b) in enumerate(zip(one, other, strict=True), 1) if a != b]
            pairs += all(axis in axes for axis in apart)
    return pairs


@pytest.mark.parametrize("use_gate", [False, True])
@pytest.mark.parametrize(
    ("query", "value", "axes"),
    [
        ((4, 5), (3, 6), None),
        ((2, 3, 5), (2, 3, 5), (1,)),
        ((2, 3, 5), (2, 3, 5), (2,)),
        ((2, 3, 5), (4, 2, 5), None),
    ],
)
def test_multi_head_attention_counts_its_products(
    query: tuple[int, ...], value: tuple[int, ...], axes: Any, use_gate: bool
) -> None:
    arguments = {"value_dim": 3, "output_shape": 7, "attention_axes": axes, "use_gate": use_gate}
    theirs = keras.layers.MultiHeadAttention(2, 4, **arguments)
    theirs.build((_BATCH, *query), (_BATCH, *value))
    queries, values = prod(query[:-1]), prod(value[:-1])
    positions = {"query": queries, "gate": queries, "attention_output": queries}
    positions |= {"key": values, "value": values}
    pairs = 2 * _pairs(query, value, axes or tuple(range(1, len(query))))

    work = _work(layers.MultiHeadAttention(2, 4, **arguments), query, value)

    assert work.macs == _kernel_macs(theirs, positions) + pairs * (4 + 3)
    assert work.bias_adds == _bias_adds(theirs, positions)
    gate = 2 * queries * 2 * 3 if use_gate else 0
    assert work.element_ops == queries * 2 * 4 + pairs + gate


def test_group_query_attention_counts_its_products() -> None:
    theirs = keras.layers.GroupQueryAttention(4, 6, 2, use_gate=True)
    theirs.build((_BATCH, 5, 8), (_BATCH, 3, 8))
    positions = {"query": 5, "gate": 5, "attention_output": 5, "key": 3, "value": 3}
    work = _work(layers.GroupQueryAttention(4, 6, 2, use_gate=True), (5, 8), (3, 8))
    assert work.macs == _kernel_macs(theirs, positions) + 2 * 6 * 5 * 3 * 4
    assert work.bias_adds == _bias_adds(theirs, positions)


def test_dot_attention_counts_both_products() -> None:
    macs = 0
    for _ in product(range(4), range(3)):
        macs += 5  # The score of a query and a key.
        macs += 7  # The value, weighted by it.
    tensors = [Input(batch_shape=(_BATCH, *shape)) for shape in ((4, 5), (3, 7), (3, 5))]
    work = layers.Attention(use_scale=True).work(tensors)
    assert work == Work(macs=macs, element_ops=2 * 4 * 3, activation_macs=macs)


def test_additive_attention_adds_every_pair() -> None:
    tensors = [Input(batch_shape=(_BATCH, *shape)) for shape in ((4, 5), (3, 5))]
    pairs = sum(1 for _ in product(range(4), range(3), range(5)))
    assert layers.AdditiveAttention().work(tensors) == Work(
        macs=pairs + 4 * 3 * 5,
        element_ops=2 * pairs + 4 * 3,
        inner_macs=pairs,  # The scale is a weight.
        activation_macs=4 * 3 * 5,
    )


def test_grouped_attention_is_named_as_in_keras() -> None:
    keras.backend.clear_session()
    ours = layers.GroupQueryAttention(2, 2, 1).name
    assert ours.startswith(keras.layers.GroupQueryAttention(2, 2, 1).name)
