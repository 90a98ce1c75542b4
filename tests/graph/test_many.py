"""Many numbers at once reckon as each does alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convzoo.errors import ArgumentError
from convzoo.graph.dims import ceil_div, largest, product, refuse, total
from convzoo.graph.many import Many, Refusals, UndecidedError

_OPERATIONS: list[Callable[[Any, Any], Any]] = [
    lambda a, b: a + b,
    lambda a, b: a - b,
    lambda a, b: a * b,
    lambda a, b: a // b,
    lambda a, b: a % b,
    ceil_div,
    lambda a, b: largest([a, b, 2]),
    lambda a, b: product((a, b, 3)),
    lambda a, b: total((a, 3, b)),
    lambda a, b: -a - b,
]
_NUMBERS = st.lists(st.integers(-50, 50).filter(bool), min_size=1, max_size=4)


def _along(axis: int, numbers: list[int], refusals: Refusals | None = None) -> Many:
    values = np.expand_dims(np.array(numbers, np.int64), 1 - axis)
    return Many(values, refusals or Refusals(2), choices=1 << axis)


@given(_NUMBERS, _NUMBERS)
@pytest.mark.parametrize("number", range(len(_OPERATIONS)))
def test_operation_is_that_of_each(number: int, one: list[int], other: list[int]) -> None:
    operation = _OPERATIONS[number]
    expected = [[operation(a, b) for b in other] for a in one]
    found = operation(_along(0, one), _along(1, other))
    np.testing.assert_array_equal(np.broadcast_to(found.values, (len(one), len(other))), expected)
    assert abs(np.array(expected)).max() <= found.bound
    left = operation(_along(0, one), other[0]).values.ravel().tolist()
    assert left == [operation(a, other[0]) for a in one]
    if number != 5:
        right = operation(one[0], _along(1, other)).values.ravel().tolist()
        assert right == [operation(one[0], b) for b in other]


def test_unknown_makes_unknown() -> None:
    many = _along(0, [1, 2])
    assert product((many, None)) is None
    assert total((many, None)) is None
    assert many is not None
    assert (many == None) is False  # noqa: E711 - as `None in shape` asks.


def test_points_are_refused_where_it_holds() -> None:
    refusals = Refusals(2)

    def error() -> Any:
        raise AssertionError

    refuse(_along(0, [1, 5, 9], refusals) > 4, error)
    refusals.place = 1
    refuse(_along(1, [1, 2], refusals) == 2, error)
    refuse(_along(1, [1, 2], refusals) == 2, error)
    expected = [[False, True], [True, True], [True, True]]
    np.testing.assert_array_equal(refusals.where, expected)
    assert [(place, int(new.sum())) for place, new in refusals.found] == [(0, 2), (1, 1)]


def test_branch_on_what_differs_is_undecided() -> None:
    many = _along(1, [3, 5])
    assert many > 2
    assert not many > 5
    for ask in (lambda: bool(many > 4), lambda: range(many), lambda: int(many)):
        with pytest.raises(UndecidedError) as error:
            ask()  # type: ignore[no-untyped-call]
        assert error.value.axes == (1,)


def test_numbers_that_may_not_fit_are_refused() -> None:
    many = _along(0, [2**31, 1])
    with pytest.raises(ArgumentError, match=r"they may exceed 2\^62"):
        _ = many * many * many
