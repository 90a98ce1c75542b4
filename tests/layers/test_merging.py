"""Work of merges, against numbers that are multiplied and added one by one."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from convzoo import layers
from convzoo.graph.layer import Tensor


def _dot_macs(one: tuple[int, ...], other: tuple[int, ...], first: int, second: int) -> int:
    """Pairs of elements of one sample that stand at the same place along the summed axes."""
    places = (range(n) for n in (*one, *other))
    return sum(1 for place in product(*places) if place[first] == place[len(one) + second])


@pytest.mark.parametrize(
    ("one", "other", "axes"),
    [((3,), (3,), 1), ((3, 2), (3, 4), (1, 1)), ((2, 3), (4, 3), -1), ((2, 3, 2), (3, 5), (2, 1))],
)
def test_macs_of_a_dot_equal_a_loop(one: Any, other: Any, axes: Any) -> None:
    layer = layers.Dot(axes)
    work = layer.work([Tensor((None, *one)), Tensor((None, *other))])
    first, second = axes if isinstance(axes, tuple) else (axes, axes)
    first, second = (axis - 1 if axis > 0 else axis for axis in (first, second))
    assert work.macs == _dot_macs(one, other, first % len(one), second % len(other))


def test_lengths_are_divided_out_of_both_inputs() -> None:
    inputs = [Tensor((None, 3, 2)), Tensor((None, 3, 4))]
    assert layers.Dot(1, normalize=True).work(inputs).element_ops == 3 * 2 + 3 * 4
    assert layers.Dot(1).work(inputs).element_ops == 0


def test_mean_divides_what_a_sum_leaves() -> None:
    inputs = [Tensor((None, 3, 2)), Tensor((None, 1, 2)), Tensor((None, 2))]
    assert layers.Multiply().work(inputs).element_ops == 2 * 6
    assert layers.Average().work(inputs).element_ops == 3 * 6
