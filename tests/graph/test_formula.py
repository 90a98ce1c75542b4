"""Formulas in unknown sizes: what they print and what they leave undecided."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convzoo.graph.dims import ceil_div, largest
from convzoo.graph.formula import Formula, FormulaTooLongError
from tests.arithmetic import evaluate

H, W = Formula.named("H"), Formula.named("W")


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (H, "H"),
        (H - H, "0"),
        (0 * H + 1200, "1,200"),
        (H * 1200 - 5, "1,200 x H - 5"),
        (3 - H, "-H + 3"),
        (W * H * H - 2 * W, "H x H x W - 2 x W"),
        (1 + W + H, "H + W + 1"),
        (H // 2, "floor(H / 2)"),
        (H // 1, "H"),
        (2 * H // 3, "floor((2 x H) / 3)"),
        (4 * H // 3, "H + floor(H / 3)"),
        ((H + 1) // 2, "floor((H + 1) / 2)"),
        ((4 * H + 7) // 2, "2 x H + 3"),
        (ceil_div(4 * H + 7, 2), "2 x H + 4"),  # type: ignore[arg-type]
        (ceil_div(H - 1, 2000), "ceil((H + 1,999) / 2,000) - 1"),  # type: ignore[arg-type]
        (largest([H, 3]), "max(H, 3)"),
        (largest([H, H + W, 3, H]), "max(H + W, 3)"),
        (largest([H + 1, H]), "H + 1"),
        (largest([3, H + 3]), "H + 3"),
    ],
)
def test_formula_is_written_as_a_polynomial(formula: Any, text: str) -> None:
    assert str(formula) == repr(formula) == text


@st.composite
def _reckoned(draw: st.DrawFn, height: int, width: int) -> tuple[Any, int]:
    """A formula in H and W, and what it is for these."""
    formula: Any = H
    value = height
    for _ in range(draw(st.integers(1, 5))):
        number = draw(st.integers(1, 9))
        other, plain = draw(st.sampled_from([(H, height), (W, width), (number, number)]))
        how = draw(st.sampled_from(["+", "-", "r-", "*", "//", "ceil", "largest"]))
        if how == "+":
            formula, value = other + formula, plain + value
        elif how == "-":
            formula, value = formula - other, value - plain
        elif how == "r-":
            formula, value = other - formula, plain - value
        elif how == "*":
            formula, value = other * formula, plain * value
        elif how == "largest":
            formula, value = largest([formula, other]), max(value, plain)
        elif how == "//":
            formula, value = formula // number, value // number
        else:
            formula, value = ceil_div(formula, number), ceil_div(value, number)
    return formula, value


@given(data=st.data(), height=st.integers(0, 40), width=st.integers(0, 40))
def test_formula_has_the_value(data: st.DataObject, height: int, width: int) -> None:
    formula, value = data.draw(_reckoned(height, width))
    assert evaluate(str(formula), H=height, W=width) == value


def test_comparison_is_true_where_it_holds_whatever_the_dims_are() -> None:
    assert H < H + 1 <= H + 1 > H
    assert H + 1 >= H + 1
    assert not H < H
    assert not H > H
    for undecided in (H < W, H <= W, H > W, H >= W, H < 3, H > 3, H == 3, H != 3, H == W):
        assert not undecided
    assert H + W == W + H
    assert hash(H + W) == hash(W + H)
    assert H != H + 1
    assert H - H + 3 == 3
    assert H != "H"
    assert not H == "H"  # noqa: SIM201 - the other method.


def test_constant_depends_on_no_dim() -> None:
    assert ((H - H).constant, (H - H + 3).constant, H.constant) == (0, 3, None)
    assert H % 2 == 0


def test_formula_that_nobody_can_read_is_given_up() -> None:
    dims = [Formula.named(f"d{number}") for number in range(65)]
    assert len(sum(dims[:64]).terms) == 64  # type: ignore[attr-defined]
    with pytest.raises(FormulaTooLongError):
        sum(dims)
    with pytest.raises(FormulaTooLongError):
        largest([*dims])
    assert str(Formula.named("x" * 1000)) == "x" * 1000
    with pytest.raises(FormulaTooLongError):
        Formula.named("x" * 1001)
