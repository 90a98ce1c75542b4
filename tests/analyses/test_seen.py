"""What units see is what is found by following every tap."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convzoo.analyses import seen
from convzoo.analyses.seen import Seen, constant, inputs_read, through, union, whole
from convzoo.errors import ShapeError
from convzoo.graph.facts import Window

_MANY = settings(max_examples=60)
_WINDOWS = st.builds(
    Window,
    axis=st.just(1),
    kernel=st.integers(1, 6),
    stride=st.integers(1, 5),
    dilation=st.integers(1, 5),
    before=st.integers(-3, 4),
    upsample=st.integers(1, 5),
)
_CHAINS = st.lists(_WINDOWS, max_size=3)
_UNITS = st.integers(-30, 30)


def _read(window: Window, unit: int) -> list[int]:
    """The inputs that an output reads, tap by tap."""
    first = unit * window.stride - window.before
    places = [first + window.dilation * tap for tap in range(window.kernel)]
    return [place // window.upsample for place in places if place % window.upsample == 0]


def _inputs(chain: Sequence[Window], unit: int) -> set[int]:
    """The inputs that a unit behind all windows sees."""
    if not chain:
        return {unit}
    return {found for place in _read(chain[-1], unit) for found in _inputs(chain[:-1], place)}


def _seen(chain: Sequence[Window]) -> Seen:
    found = Seen(1)
    for window in chain:
        found = through(window, found)
    return found


@_MANY
@given(window=_WINDOWS, unit=_UNITS)
def test_inputs_read_are_those_that_taps_meet(window: Window, unit: int) -> None:
    read = inputs_read(window, unit * window.stride - window.before)
    assert list(read) == _read(window, unit)


@_MANY
@given(chain=_CHAINS, unit=_UNITS)
def test_ends_are_those_of_all_inputs_that_are_seen(chain: list[Window], unit: int) -> None:
    found, inputs = _seen(chain), _inputs(chain, unit)
    assert (found.low(unit), found.high(unit)) == (
        min(inputs, default=None),
        max(inputs, default=None),
    )
    assert found.sizes()[unit % found.phases] == (max(inputs) - min(inputs) + 1 if inputs else 0)


@_MANY
@given(chain=_CHAINS)
def test_stride_is_what_the_windows_multiply_to(chain: list[Window]) -> None:
    stride = Fraction(1)
    for window in chain:
        stride *= Fraction(window.stride, window.upsample)
    assert _seen(chain).stride == stride


@_MANY
@given(chain=_CHAINS)
def test_no_fewer_phases_would_do(chain: list[Window]) -> None:
    found = _seen(chain)
    for phases in range(1, found.phases):
        steps = {
            end(unit + phases) - place
            for end in (found.low, found.high)
            for unit in range(2 * found.phases)
            if (place := end(unit)) is not None and end(unit + phases) is not None
        }
        empty = [found.low(unit) is None for unit in range(3 * found.phases)]
        assert len(steps) != 1 or empty[phases:] != empty[:-phases]


@_MANY
@given(window=_WINDOWS, shift=st.integers(-9, 9), unit=_UNITS)
def test_union_has_the_ends_of_both(window: Window, shift: int, unit: int) -> None:
    other = window._replace(before=window.before + shift, kernel=window.kernel + 1)
    [found] = union([_seen([window]), _seen([other])])
    inputs = _inputs([window], unit) | _inputs([other], unit)
    assert (found.low(unit), found.high(unit)) == (
        min(inputs, default=None),
        max(inputs, default=None),
    )


def test_union_keeps_apart_what_moves_at_another_pace_or_along_another_axis() -> None:
    slow, other = Seen(1, jump=2), Seen(2)
    assert union([Seen(1), slow, other, Seen(1)]) == (Seen(1), slow, other)


@_MANY
@given(chain=_CHAINS, count=st.integers(1, 12), inputs=st.integers(1, 12))
def test_all_units_see_what_each_sees_of_the_input(
    chain: list[Window], count: int, inputs: int
) -> None:
    together = {place for unit in range(count) for place in _inputs(chain, unit)}
    found = whole([_seen(chain)], (None, count), inputs)
    if not together:
        assert found == constant(None, None)
    else:
        assert found == constant(max(min(together), 0), min(max(together), inputs - 1))


def test_what_starts_at_an_unknown_place_has_an_origin_of_its_own() -> None:
    same = Window(1, kernel=3, before=None)
    one, other = through(same, Seen(1)), through(same, Seen(1))
    assert (one.lows, one.highs) == ((0,), (2,))
    assert union([one, one]) == (one,)
    [both] = union([one, other])
    assert (both.lows, both.highs, both.stride) == (None, None, 1)
    assert whole([one], (None, 4), 9) == constant(None, None)


def test_constant_stays_what_it_is() -> None:
    assert through(Window(1, kernel=3, stride=2), constant(2, 5)) == constant(2, 5)
    assert whole([constant(2, 5)], (None,), 4) == constant(2, 3)
    assert constant(None, 5) == constant(2, None) == Seen(None, 1, 0, None, None)


def test_unknown_size_leaves_unknown_what_all_see() -> None:
    assert whole([Seen(1)], (None, None), 4) == constant(None, None)
    assert whole([Seen(1)], (None, 4), None) == constant(None, None)


@pytest.mark.parametrize(
    ("window", "told"),
    [
        (Window(1, upsample=seen.MOST_PHASES), True),
        (Window(1, upsample=seen.MOST_PHASES + 1), False),
    ],
)
def test_more_phases_than_the_limit_are_not_told(window: Window, told: bool) -> None:
    found = through(window, Seen(1))
    assert (found.lows is not None, found.highs is not None) == (told, told)
    assert found.stride == Fraction(1, window.upsample)


def test_strides_that_multiply_beyond_the_limit_are_refused() -> None:
    with pytest.raises(ShapeError, match=r"^The strides of the windows multiply to a number that"):
        _seen([Window(1, stride=10**50)] * 30)


def test_axis_stays_where_the_ends_are_unknown() -> None:
    unknown = Seen(1, lows=None, highs=None)
    assert through(Window(1, 3, stride=2), unknown) == Seen(1, 1, 2, None, None)
