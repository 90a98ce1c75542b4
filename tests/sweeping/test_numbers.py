"""The numbers of all points at once are those of each point alone."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import given

import convzoo
from convzoo.building import build
from convzoo.errors import ArgumentError, ConvzooError
from convzoo.sweeping import numbers as sweeping
from convzoo.sweeping.numbers import Numbers, blocks, numbers
from convzoo.sweeping.space import Space, Stack
from tests.sweeping.spaces import spaces

_COLUMNS = (
    "params", "trainable_params", "weight_bytes", "macs", "flops", "element_ops",
    "activation_bytes", "peak_activation_bytes", "training_bytes", "receptive_field",
)  # fmt: skip
_MOST_POINTS = 60


def _of_space(space: Space) -> dict[int, dict[str, int] | None]:
    """For each point its numbers; `None` where it is refused."""
    found: dict[int, dict[str, int] | None] = {}
    for place, stack in enumerate(space.stacks):
        known: dict[Any, Any] = {}
        for block in blocks(stack, place):
            one = numbers(stack, block, _COLUMNS, known)
            flat = {
                name: np.broadcast_to(values, block.shape).ravel()
                for name, values in one.columns.items()
            }
            refused = np.broadcast_to(one.refused, block.shape).ravel()
            for number in range(block.points):
                values = {name: int(column[number]) for name, column in flat.items()}
                found[block.first + number] = None if refused[number] else values
            assert sum(count for _, count, _ in one.reasons) == refused.sum()
            for _, _, index in one.reasons:
                assert refused[index - block.first]
    return found


def _alone(space: Space, index: int) -> dict[str, int] | None:
    try:
        report = convzoo.calc(space.text_of(index))
    except ConvzooError:
        return None
    field = report.receptive_field
    assert field is not None
    return {
        name: min(field.sizes, default=0) if name == "receptive_field" else report.total(name)
        for name in _COLUMNS
    }


@given(spaces)
def test_numbers_are_those_of_each_point(text: str) -> None:
    space = Space.of(text)
    found = _of_space(space)
    assert list(found) == list(range(space.count))
    for index in range(0, space.count, space.count // _MOST_POINTS + 1):
        assert found[index] == _alone(space, index), space.text_of(index)


@given(spaces)
def test_points_are_those_that_keras_builds(text: str) -> None:
    space = Space.of(text)
    found = _of_space(space)
    index = next((number for number, values in found.items() if values is not None), None)
    if index is None:
        return
    model: Any = build(space.graph(index))
    values = found[index]
    assert values is not None
    assert model.count_params() == values["params"]
    assert sum(keras.ops.size(w) for w in model.trainable_weights) == values["trainable_params"]


def test_blocks_hold_every_point_once(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "9x9x1 conv:1..5,1/2/3/10 0..1x(conv:2..8,1/9) flatten dense:1..6"
    whole = _of_space(Space.of(text))
    monkeypatch.setattr(sweeping, "_POINTS_OF_A_BLOCK", 7)
    assert _of_space(Space.of(text)) == whole
    assert max(b.points for s in Space.of(text).stacks for b in blocks(s, 0)) <= 7


def _one(text: str, *columns: str) -> Numbers:
    stack: Stack = Space.of(text).stacks[0]
    (block,) = blocks(stack, 0)
    return numbers(stack, block, columns, {})


def test_reason_of_a_refusal_is_the_layer() -> None:
    found = _one("5x5x1 conv:4/6,3/5/7 conv:2,2 flatten dense:3")
    assert [(place, count) for place, count, _ in found.reasons] == [(0, 2), (1, 2)]


def test_layer_that_refuses_all_values_refuses_all_points() -> None:
    found = _one("5x5x1 conv:4/6,7 flatten dense:3")
    assert found.refused.all()
    assert [(place, count) for place, count, _ in found.reasons] == [(0, 2)]


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("nonexnonex3 conv:2/3,3", "macs", "macs can't be swept: it is unknown at some points."),
        ("5x5x3 conv:2/3,3", "unit", "unit can't be swept: it is no whole number."),
        (
            "999999999x999999999x999 conv:999999..1000000,3",
            "macs",
            "The numbers of this space are too large to be swept: they may exceed 2^62.",
        ),
        (
            "9x9x9 conv:1/99999999999999999999,3 flatten dense:3",
            "params",
            "The numbers of this space are too large to be swept: they may exceed 2^62.",
        ),
        (
            "9x9x9 conv:1/2,3 flatten dense:99999999999999999999",
            "params",
            "The numbers of this space are too large to be swept: they may exceed 2^62.",
        ),
        (
            "9x9x9 upsampling:2/4000000000 upsampling:4000000000 flatten dense:3",
            "params",
            "The numbers of this space are too large to be swept: they may exceed 2^62.",
        ),
    ],
)
def test_column_that_has_no_number_is_told(text: str, column: str, message: str) -> None:
    with pytest.raises(ArgumentError) as error:
        _one(text, column)
    assert message in str(error.value)
