"""Dims: unknown ones propagate, and worked ones remember their arithmetic."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convzoo.graph.dims import Worked, ceil_div, product, total
from tests.arithmetic import evaluate


def test_product_of_an_unknown_is_unknown() -> None:
    assert product([2, None, 3]) is None
    assert product([2, 3]) == 6
    assert product([]) == 1


def test_total_of_an_unknown_is_unknown() -> None:
    assert total([2, None]) is None
    assert total([2, 3]) == 5


def test_ceil_div_rounds_up() -> None:
    assert [ceil_div(n, 3) for n in (0, 1, 3, 4)] == [0, 1, 1, 2]


def test_worked_dim_prints_as_a_teacher_writes() -> None:
    outputs = (Worked.leaf(28) - 3) // 1 + 1
    assert (outputs, outputs.text) == (26, "floor((28 - 3) / 1) + 1")
    assert (Worked.leaf(1000) * 2).text == "1,000 x 2"


_A = Worked.leaf(1200)


@pytest.mark.parametrize(
    ("worked", "text", "value"),
    [
        (_A + 0, "1,200", 1200),
        (0 + _A, "1,200", 1200),
        (_A - 0, "1,200", 1200),
        (Worked.leaf(0) + 5, "5", 5),
        (Worked.leaf(0) + (_A + 1), "1,200 + 1", 1201),
        (_A + (_A - 1200), "1,200 + 1,200 - 1,200", 1200),
        (5 + _A, "5 + 1,200", 1205),
        (_A + -5, "1,200 - 5", 1195),
        (_A + Worked.leaf(-1) * 3, "1,200 - 1 x 3", 1197),
        (5 + (Worked.leaf(-7) + 1), "5 - 7 + 1", -1),
        (5 - _A, "5 - 1,200", -1195),
        (5 - (_A + 1), "5 - (1,200 + 1)", -1196),
        (_A - (_A - 1), "1,200 - (1,200 - 1)", 1),
        (_A - _A * 2, "1,200 - 1,200 x 2", -1200),
        (_A * 1, "1,200", 1200),
        (1 * _A, "1,200", 1200),
        (_A * 0, "0", 0),
        (0 * _A, "0", 0),
        (_A * 2 * 3, "1,200 x 2 x 3", 7200),
        ((_A + 1) * 2, "(1,200 + 1) x 2", 2402),
        (2 * (_A + 1), "2 x (1,200 + 1)", 2402),
        (_A * -3, "1,200 x (-3)", -3600),
        (_A * 2 // 7, "floor((1,200 x 2) / 7)", 342),
        (_A // 7 * 2, "floor(1,200 / 7) x 2", 342),
        (ceil_div(_A, 7), "ceil(1,200 / 7)", 172),
        (_A // (Worked.leaf(7) + 1), "floor(1,200 / (7 + 1))", 150),
    ],
)
def test_text_has_the_brackets_it_needs(worked: Worked, text: str, value: int) -> None:
    assert (worked.text, worked) == (text, value)
    assert worked.is_leaf is text.replace(",", "").isdigit()


_OPERATIONS = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "//": lambda a, b: a // b,
    "ceil": ceil_div,
}


@given(st.data())
def test_printed_arithmetic_has_the_value(data: st.DataObject) -> None:
    numbers = st.integers(1, 2000)
    worked: Worked = Worked.leaf(data.draw(numbers))
    for _ in range(data.draw(st.integers(1, 6))):
        name = data.draw(st.sampled_from(sorted(_OPERATIONS)))
        other = data.draw(numbers) * (data.draw(st.sampled_from((1, -1))) if name in "+-*" else 1)
        if data.draw(st.booleans()):
            other = Worked.leaf(other) + data.draw(numbers)
        swap = name in "+-*" and data.draw(st.booleans())
        operands = (other, worked) if swap else (worked, other)
        worked = _OPERATIONS[name](*operands)
        assert evaluate(worked.text) == int(worked)
