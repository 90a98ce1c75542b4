"""Which pixels of the input one unit sees, the edges of the image included.

For every place along an axis of a tensor the inputs that it sees are one integer, a bit for each:
so what a window reads is what its taps read, put together, whatever lies in the padding.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import Any, NamedTuple, TypeAlias

from convzoo.analyses import Findings, Setting, analysis
from convzoo.analyses.receptive_field import ByInput, axes_of_inputs
from convzoo.analyses.seen import inputs_read
from convzoo.errors import ArgumentError
from convzoo.graph.dims import Dim
from convzoo.graph.facts import Window
from convzoo.graph.layer import Layer, Tensor
from convzoo.graph.trace import Step, Trace

# Along one axis of an input: the axis of a tensor and the bits for each place along it. Without an
# axis there is one set of bits, for all places.
_Along: TypeAlias = "tuple[int | None, list[int]]"

# A box for each unit, by the axes of the input: what it sees on one way through the network.
_Boxes: TypeAlias = "tuple[_Along, ...]"

# For each input of the model the boxes that units see on different ways.
_Sight: TypeAlias = "dict[Tensor, list[_Boxes]]"

# Ways above which boxes are put into one that holds them all, and so perhaps more than is seen.
_MOST_WAYS = 32

# Bits of one axis of one tensor above which the answer would take seconds.
_MOST_BITS = 200_000_000

# Bits of all tensors together, 100 MB; those of EfficientNetV2L for images of 480 by 480 take a
# quarter. What holds bits takes memory too.
_MOST_BITS_OF_ALL = 800_000_000
_BITS_OF_AN_INTEGER = 256
_BITS_OF_AN_AXIS = 4_000


class Region(NamedTuple):
    """The inputs along each spatial axis that a unit sees.

    Args:
        start: the first; `None` where it sees nothing.
        end: the last.
        seen: how many it sees: fewer than from start to end where a dilation leaves some out.
    """

    start: tuple[int | None, ...]
    end: tuple[int | None, ...]
    seen: tuple[int, ...]

    def to_json(self) -> dict[str, list[int | None]]:
        """The object of the JSON contract."""
        return {name: list(values) for name, values in self._asdict().items()}

    def __str__(self) -> str:
        spans = zip(self.start, self.end, self.seen, strict=True)
        return (
            " x ".join(
                "nothing"
                if a is None or b is None
                else f"{a}-{b}"
                if count == b - a + 1
                else f"{a}-{b} ({count} of {b - a + 1})"
                for a, b, count in spans
            )
            or "-"
        )


def check_place(place: Sequence[int], trace: Trace) -> None:
    """Refuse a place that no unit of an architecture can have.

    Raises:
        ArgumentError: when none of its inputs has so many spatial axes.
    """
    counts = {*map(len, axes_of_inputs(trace).values())}
    if len(place) not in counts:
        raise ArgumentError(
            f"unit must be a place along {' or '.join(map(str, sorted(counts)))} spatial axes. "
            f"Received {tuple(place)}."
        )


@analysis(unit="Unit sees")
def unit(trace: Trace, setting: Setting) -> Findings:
    """Tell the inputs that the unit at `setting.unit` of each layer's output sees.

    Raises:
        ArgumentError: when an input's size is unknown, or too large.
    """
    sights = _sights(trace)
    rows: dict[Layer, dict[str, Any]] = {}
    for call in trace.graph.calls:
        sight = sights.get(trace.current(call.output_tensors[0]))
        rows[call.layer] = {"unit": _regions(sight, setting.unit)}
    # A model's own code may connect its layers, nobody knows how.
    total = _regions(sights.get(trace.outputs[0]), setting.unit) if trace.outputs else None
    return Findings(rows, {"unit": total})


def region_seen(trace: Trace, tensor: Tensor, place: Sequence[int]) -> ByInput | None:
    """The inputs that the unit at a place of any tensor of a run sees; `None` where unknown.

    Raises:
        ArgumentError: when an input's size is unknown, or too large.
    """
    return _regions(_sights(trace).get(tensor), place)


def _sights(trace: Trace) -> dict[Tensor, _Sight | None]:
    axes = axes_of_inputs(trace)
    sights: dict[Tensor, _Sight | None] = {}
    for tensor, spatial in axes.items():
        sights[tensor] = {tensor: [tuple((axis, _own_bits(tensor, axis)) for axis in spatial)]}
    left = _MOST_BITS_OF_ALL
    for step in trace.steps:
        sight = _sight(step, sights, axes)
        left -= 0 if sight is None else _weight(sight, axes)
        if left < 0:
            raise ArgumentError(
                f"What a unit sees takes too much memory from {step.layer.name!r} on. "
                "Give a smaller --input-shape."
            )
        sights.update(dict.fromkeys(step.outputs, sight))
    return sights


def _weight(sight: _Sight, axes: dict[Tensor, range]) -> int:
    """How many bits are kept for the outputs of a call, or little more."""
    return sum(
        _BITS_OF_AN_AXIS + len(bits) * (_BITS_OF_AN_INTEGER + (source.shape[axis] or 0))
        for source, ways in sight.items()
        for boxes in ways
        for axis, (_, bits) in zip(axes[source], boxes, strict=True)
    )


def _own_bits(tensor: Tensor, axis: int) -> list[int]:
    size = tensor.shape[axis]
    if size is None:
        raise ArgumentError(
            f"What a unit sees follows from the size of the input, which is {tensor.shape}. "
            "Give it with --input-shape."
        )
    _refuse_large(size, size)
    return [1 << place for place in range(size)]


def _sight(
    step: Step, sights: dict[Tensor, _Sight | None], spatial: dict[Tensor, range]
) -> _Sight | None:
    """What the outputs of a call see; `None` where something is unknown."""
    tensors = [*step.inputs, *step.outputs]
    if step.layer.unknown_because is not None or not all(x.is_known for x in tensors):
        return None
    windows = step.windows
    by_axis = None if windows is None else {window.axis: window for window in windows}
    target = step.outputs[0].shape
    found: _Sight = {}
    for tensor in dict.fromkeys(step.inputs):
        own = sights.get(tensor, {})
        if own is None:
            return None
        for source, ways in own.items():
            for boxes in ways:
                if tensor.rank == source.rank:
                    boxes = _spread(boxes, spatial[source], by_axis, tensor.shape)
                moved = tuple(_moved(along, by_axis, target) for along in boxes)
                _add(found.setdefault(source, []), moved)
    return found


def _spread(
    boxes: _Boxes, axes: range, windows: dict[int, Window] | None, shape: Sequence[Dim]
) -> _Boxes:
    """The boxes with bits for each place along the axes on which windows move.

    Even where all places see the same, what is padded to them sees nothing.
    """
    spread = []
    for axis, (own, bits) in zip(axes, boxes, strict=True):
        size = shape[axis]
        if own is None and windows and axis in windows and size is not None:
            _refuse_large(size, 1)
            own, bits = axis, bits * size
        spread.append((own, bits))
    return tuple(spread)


def _refuse_large(count: int, size: int) -> None:
    if count * size > _MOST_BITS:
        raise ArgumentError(
            f"A size of {max(count, size):,} is too large to tell what a unit sees."
        )


def _within(places: range, size: int) -> range:
    """Those of some places that are from 0 on and below a size; a kernel may be far larger."""
    step = places.step
    start = max(0, -(places.start // step))
    stop = max(start, -((places.start - size) // step))
    return places[start:stop]


def _moved(along: _Along, windows: dict[int, Window] | None, target: Sequence[Dim]) -> _Along:
    """What the outputs of a call see of what its inputs see."""
    axis, bits = along
    if axis is None:
        return along
    count = target[axis] if len(target) > axis else None
    if windows is None or count is None:
        return None, [reduce(or_, bits, 0)]
    window = windows.get(axis)
    if window is None:
        _refuse_large(count, 1)
        return axis, bits * count if len(bits) == 1 else bits
    _refuse_large(count, len(bits))
    made = []
    for place in range(count):
        assert window.before is not None
        read = inputs_read(window, place * window.stride - window.before)
        made.append(reduce(or_, (bits[tap] for tap in _within(read, len(bits))), 0))
    return axis, made


def _add(ways: list[_Boxes], boxes: _Boxes) -> None:
    """Add the boxes of one more way, unless another way has them all."""
    if any(_holds(way, boxes) for way in ways):
        return
    ways[:] = [way for way in ways if not _holds(boxes, way)]
    ways.append(boxes)
    if len(ways) > _MOST_WAYS:
        first, second, *others = ways
        ways[:] = [*others, tuple(map(_hull, first, second))]


def _holds(boxes: _Boxes, others: _Boxes) -> bool:
    """Whether each unit's box holds that of the others."""
    return all(map(_holds_along, boxes, others))


def _holds_along(one: _Along, other: _Along) -> bool:
    if one[0] != other[0] or len(one[1]) != len(other[1]):
        return one[0] is None and all(bits & ~one[1][0] == 0 for bits in other[1])
    return all(small & ~large == 0 for large, small in zip(one[1], other[1], strict=True))


def _hull(one: _Along, other: _Along) -> _Along:
    if one[0] != other[0] or len(one[1]) != len(other[1]):
        return None, [reduce(or_, (*one[1], *other[1]), 0)]
    return one[0], list(map(or_, one[1], other[1]))


def _regions(sight: _Sight | None, place: Sequence[int]) -> ByInput | None:
    if sight is None:
        return None
    regions = ByInput()
    for number, (source, ways) in enumerate(sight.items()):
        boxes = [box for way in ways if (box := _at(way, place)) is not None]
        if boxes:
            name = source.call.layer.name if source.call is not None else f"input {number}"
            regions[name] = _region(boxes)
    return regions


def _at(way: _Boxes, place: Sequence[int]) -> tuple[int, ...] | None:
    """The box of a unit; `None` where the place has no unit."""
    if len(place) != len(way) or not way:
        return None
    box = []
    for index, (axis, bits) in zip(place, way, strict=True):
        if axis is not None and not 0 <= index < len(bits):
            return None
        box.append(bits[0 if axis is None else index])
    return tuple(box)


def _region(boxes: Sequence[tuple[int, ...]]) -> Region:
    """What lies in any of the boxes, along each axis; one without height has no width either."""
    rank = len(boxes[0])
    filled = [box for box in boxes if all(box)]
    seen = [reduce(or_, (box[axis] for box in filled), 0) for axis in range(rank)]
    return Region(
        tuple((bits & -bits).bit_length() - 1 if bits else None for bits in seen),
        tuple(bits.bit_length() - 1 if bits else None for bits in seen),
        tuple(bits.bit_count() for bits in seen),
    )
