"""What the units along one axis see of an input: intervals that repeat from unit to unit.

The arithmetic of receptive fields. A unit `o` reads the interval from its low to its high end. Both
move on by `jump` inputs every `phases` units: mostly there is one phase, and after a transposed
convolution or an upsampling there are several, which see different intervals.

Source: the closed form is that of Araujo, Norris, Sim, "Computing Receptive Fields of Convolutional
Neural Networks", Distill 2019; the phases make it exact where it only bounds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import gcd, lcm
from typing import NamedTuple

from convzoo.errors import ShapeError
from convzoo.graph.dims import Dim
from convzoo.graph.facts import Window
from convzoo.limits import largest_integer

Ends = tuple["int | None", ...]

MOST_PHASES = 10_000
"""More phases than any sensible network has; what has more is not told."""
MOST_READS = 10_000
"""What the units of all phases may read together; likewise."""


class Seen(NamedTuple):
    """What the units along an axis of a tensor see along an axis of an input.

    Args:
        axis: the axis of the tensor along which the intervals move; `None` where every unit sees
            the same.
        phases: how many units it takes until the pattern repeats.
        jump: inputs from a unit to the one `phases` later.
        lows: the first input that each of the first units sees, one for each phase; `None` for a
            unit that sees nothing. No list at all where not even the size is known.
        highs: the last input, likewise.
        origin: something that stands for an unknown number that is to be added to all of them.
    """

    axis: int | None
    phases: int = 1
    jump: int = 1
    lows: Ends | None = (0,)
    highs: Ends | None = (0,)
    origin: object = None

    @property
    def stride(self) -> Fraction:
        """Inputs from one unit to the next, on average."""
        return Fraction(self.jump, self.phases)

    def low(self, unit: int) -> int | None:
        """The first input that a unit sees."""
        return _end(self.lows, unit, self)

    def high(self, unit: int) -> int | None:
        """The last input that a unit sees."""
        return _end(self.highs, unit, self)

    def sizes(self) -> list[int]:
        """How many inputs lie from the first to the last that a unit sees, for each phase."""
        ends = zip(self.lows or (), self.highs or (), strict=True)
        return [0 if low is None or high is None else high - low + 1 for low, high in ends]


def _end(ends: Ends | None, unit: int, seen: Seen) -> int | None:
    end = None if ends is None else ends[unit % seen.phases]
    return None if end is None else end + unit // seen.phases * seen.jump


def constant(low: int | None, high: int | None) -> Seen:
    """The same interval for every unit; unknown where an end is."""
    if low is None or high is None:
        return Seen(None, 1, 0, None, None)
    return Seen(None, 1, 0, (low,), (high,))


def through(window: Window, seen: Seen) -> Seen:
    """What the outputs of a window see of what its inputs see."""
    stride, spread = window.stride, window.upsample * seen.phases
    shared = gcd(stride, spread)
    phases, jump = spread // shared, stride // shared * seen.jump
    if seen.axis is None:
        return seen
    if jump > largest_integer():
        raise ShapeError(
            "The strides of the windows multiply to a number that is too large to be told."
        )
    reads = phases * min(window.kernel, seen.phases)
    if seen.lows is None or seen.highs is None or reads > MOST_READS or phases > MOST_PHASES:
        return Seen(seen.axis, phases, jump, None, None)
    before, origin = (0, object()) if window.before is None else (window.before, seen.origin)
    lows: list[int | None] = []
    highs: list[int | None] = []
    for unit in range(phases):
        read = inputs_read(window, unit * stride - before)
        cycle = seen.phases  # After so many inputs the pattern of their intervals repeats.
        lows.append(_least(seen.low(place) for place in read[:cycle]))
        highs.append(_most(seen.high(place) for place in read[-cycle:]))
    return _simplest(Seen(seen.axis, phases, jump, tuple(lows), tuple(highs), origin))


def inputs_read(window: Window, first: int) -> range:
    """The inputs that a window reads whose first tap stands at a place."""
    dilation, upsample = window.dilation, window.upsample
    shared = gcd(dilation, upsample)
    if first % shared:
        return range(0)
    step = upsample // shared
    # The first tap that meets an input, and then every `step` taps.
    tap = -first // shared * pow(dilation // shared, -1, step) % step if step > 1 else 0
    count = max(0, -((tap - window.kernel) // step))
    start = (first + dilation * tap) // upsample
    return range(start, start + count * (dilation // shared), dilation // shared)


def _least(ends: Iterable[int | None]) -> int | None:
    return min((end for end in ends if end is not None), default=None)


def _most(ends: Iterable[int | None]) -> int | None:
    return max((end for end in ends if end is not None), default=None)


def _simplest(seen: Seen) -> Seen:
    """The same with as few phases as tell it."""
    for phases in range(1, seen.phases):
        if seen.phases % phases or seen.jump * phases % seen.phases:
            continue
        fewer = seen._replace(
            phases=phases,
            jump=seen.jump * phases // seen.phases,
            lows=seen.lows[:phases] if seen.lows else None,
            highs=seen.highs[:phases] if seen.highs else None,
        )
        if all(
            fewer.low(unit) == seen.low(unit) and fewer.high(unit) == seen.high(unit)
            for unit in range(seen.phases)
        ):
            return fewer
    return seen


def union(several: Iterable[Seen]) -> tuple[Seen, ...]:
    """What units see that see all of these: one for each pace at which they move."""
    paces: dict[tuple[int | None, Fraction], Seen] = {}
    for seen in several:
        pace = (seen.axis, seen.stride)
        paces[pace] = _both(paces[pace], seen) if pace in paces else seen
    return tuple(paces.values())


def _both(one: Seen, other: Seen) -> Seen:
    if one == other:
        return one
    phases = lcm(one.phases, other.phases)
    jump = one.jump * (phases // one.phases)
    if (
        phases > MOST_PHASES
        or one.lows is None
        or other.lows is None
        or one.origin is not other.origin
    ):
        return Seen(one.axis, phases, jump, None, None)
    units = range(phases)
    lows = tuple(_least((one.low(unit), other.low(unit))) for unit in units)
    highs = tuple(_most((one.high(unit), other.high(unit))) for unit in units)
    return _simplest(Seen(one.axis, phases, jump, lows, highs, one.origin))


def whole(several: Sequence[Seen], sizes: Sequence[Dim], inputs: Dim) -> Seen:
    """What all units together see, as far as the input reaches.

    Args:
        several: what they see.
        sizes: the dims of the tensor that they make up.
        inputs: the size of the input.
    """
    if inputs is None:
        return constant(None, None)
    lows: list[int | None] = []
    highs: list[int | None] = []
    for seen in several:
        count = 1 if seen.axis is None else sizes[seen.axis]
        if seen.lows is None or seen.origin is not None or count is None:
            return constant(None, None)
        ends = {*range(min(count, seen.phases)), *range(max(0, count - seen.phases), count)}
        lows += [seen.low(unit) for unit in ends]
        highs += [seen.high(unit) for unit in ends]
    low, high = _least(lows), _most(highs)
    if low is None or high is None:
        return constant(None, None)
    return constant(max(low, 0), min(high, inputs - 1))
