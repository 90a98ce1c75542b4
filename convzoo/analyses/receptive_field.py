"""Which part of the input a unit sees: size, stride, start and centre along each spatial axis.

Exact for every graph of windows; a layer whose outputs may see all of its input sees the union of
what all of its units see, as far as the input reaches.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from math import lcm
from typing import Any, NamedTuple, TypeAlias

from convzoo.analyses import Arithmetic, Findings, Setting, analysis
from convzoo.analyses.seen import MOST_PHASES, MOST_READS, Seen, through, union, whole
from convzoo.graph.dims import Dim
from convzoo.graph.layer import Layer, Tensor
from convzoo.graph.trace import Step, Trace

Number: TypeAlias = "int | float | None"

Sight: TypeAlias = "dict[tuple[Tensor, int], tuple[Seen, ...]]"
"""What the units of a tensor see: for each axis of each input, one entry for each pace."""


class Field(NamedTuple):
    """What the units of a layer see of one input, along each spatial axis; `None` where unknown.

    Args:
        size: inputs from the first to the last that a unit sees, the largest of all units.
        stride: inputs from one unit to the next; 0 where all see the same.
        start: the first input that unit 0 sees, negative inside the padding.
        centre: the middle of what unit 0 sees.
    """

    size: tuple[Number, ...]
    stride: tuple[Number, ...]
    start: tuple[Number, ...]
    centre: tuple[Number, ...]

    def to_json(self) -> dict[str, list[Number]]:
        """The object of the JSON contract."""
        return {name: list(values) for name, values in self._asdict().items()}

    def __str__(self) -> str:
        if not self.size:
            return "-"
        return ", ".join(
            (sizes_text(self.size), f"stride {_alike(self.stride)}", f"start {_alike(self.start)}")
        )


class ByInput(dict[str, Any]):
    """What is seen of each input of a model, by the name of the input."""

    def to_json(self) -> Any:
        """The object of the JSON contract: that of the input, or one for each by name."""
        found = {name: seen.to_json() for name, seen in self.items()}
        return next(iter(found.values())) if len(found) == 1 else found

    def __str__(self) -> str:
        if len(self) == 1:
            return str(next(iter(self.values())))
        return "; ".join(f"{name}: {seen}" for name, seen in self.items()) or "-"


class Fields(ByInput):
    """What the units of a layer see of each input."""

    @property
    def weight(self) -> float:
        """The largest size, by which rows are sorted."""
        return max((size or 0 for size in self.sizes), default=0)

    @property
    def sizes(self) -> list[Number]:
        """How far a unit sees along each axis of each input; `None` where that is unknown."""
        return [size for field in self.values() for size in field.size]


def _text(number: Number) -> str:
    return "?" if number is None else f"{number:g}" if isinstance(number, float) else f"{number:,}"


def sizes_text(numbers: Sequence[Number]) -> str:
    """Sizes along the axes, as `18x18`."""
    return "x".join(map(_text, numbers))


def _alike(numbers: Sequence[Number]) -> str:
    texts = [_text(number) for number in numbers]
    return texts[0] if len(set(texts)) == 1 else "x".join(texts)


@analysis(receptive_field="Receptive field")
def receptive_field(trace: Trace, setting: Setting) -> Findings:
    """Follow what the units of every call see."""
    axes = axes_of_inputs(trace)
    sights, notes = sights_of(trace)
    rows: dict[Layer, dict[str, Any]] = {}
    for call in trace.graph.calls:
        tensor = trace.current(call.output_tensors[0])
        rows[call.layer] = {"receptive_field": _fields(tensor, sights.get(tensor), axes)}
    last = [trace.current(tensor) for tensor in trace.graph.output_tensors][:1]
    total = _fields(last[0], sights.get(last[0]), axes) if last else None
    arithmetic = _arithmetic(trace, sights) if setting.explained else {}
    return Findings(rows, {"receptive_field": total}, notes, arithmetic=arithmetic)


def field_of_network(trace: Trace) -> Fields | None:
    """What a unit sees of the input just before the network puts all places together.

    Returns:
        That of the last layer that has more than one place; where no such layer looks at more than
        one place of the input, that of the output; `None` where it is unknown.
    """
    axes = axes_of_inputs(trace)
    first = max((spatial.start for spatial in axes.values()), default=1)
    sights, _ = sights_of(trace)
    for step in reversed(trace.steps):
        tensor = step.outputs[0]
        if _has_places(tensor, first):
            fields = _fields(tensor, sights.get(tensor), axes)
            if fields is None or fields.weight > 1:
                return fields
            break
    if not trace.outputs:  # A model's own code connects its layers, nobody knows how.
        return None
    output = trace.outputs[0]
    return _fields(output, sights.get(output), axes)


def fields_of(trace: Trace, tensors: Iterable[Tensor]) -> dict[Tensor, Fields | None]:
    """What the units of tensors of a run see, those within nested models too."""
    axes = axes_of_inputs(trace)
    sights, _ = sights_of(trace)
    return {tensor: _fields(tensor, sights.get(tensor), axes) for tensor in tensors}


def _has_places(tensor: Tensor, first: int) -> bool:
    """Whether the tensor has several places along its axes from the first spatial one on."""
    if not tensor.is_known:
        return True
    places = tensor.shape[first : tensor.rank + first - 2]
    return any(size != 1 for size in places)


def sights_of(trace: Trace) -> tuple[dict[Tensor, Sight | None], dict[Layer, list[str]]]:
    """What the units of every tensor see, and what a reader should know of layers.

    Returns:
        For each tensor what its units see, `None` where that is unknown; and notes.
    """
    axes = axes_of_inputs(trace)
    sights: dict[Tensor, Sight | None] = {
        tensor: {(tensor, axis): (Seen(axis),) for axis in own} for tensor, own in axes.items()
    }
    without_axes = sum(not own for own in axes.values())
    notes: dict[Layer, list[str]] = {}
    left = _MOST_STEPS
    for step in trace.steps:
        sight, found = _sight(step, sights) if left > 0 else (None, [_TOO_MANY])
        if sight is not None:
            left -= _STEPS_OF_AN_AXIS * (len(sight) + without_axes)
            left -= sum(map(_steps, sight.values()))
        if found:
            notes.setdefault(step.row, []).extend(found)
        sights.update(dict.fromkeys(step.outputs, sight))
    return sights, notes


# What all layers together may take, some seconds; those of real networks take a hundredth.
_MOST_STEPS = 1_000_000
# Each axis of each input that a layer sees takes memory too, as an input without axes does, and
# there may be as many inputs as layers.
_STEPS_OF_AN_AXIS = 10
_TOO_MANY = "what its units see has too many patterns to be told"


def _steps(several: Iterable[Seen]) -> int:
    """What it took to find what units see, or little more."""
    return sum(min(one.phases**2, MOST_READS) for one in several if one.phases > 1)


def _arithmetic(trace: Trace, sights: dict[Tensor, Sight | None]) -> dict[Layer, list[Arithmetic]]:
    """How each layer changes what its input's units see."""
    found: dict[Layer, list[Arithmetic]] = {}
    for step in trace.steps:
        lines: dict[Arithmetic, list[int]] = {}
        for axis, line in _changes(step, sights):
            lines.setdefault(line, []).append(axis)
        found[step.row] = [
            line._replace(quantity=f"{line.quantity} along axis {', '.join(map(str, axes))}")
            for line, axes in lines.items()
        ] or [Arithmetic("receptive_field", "there are no axes to see along")]
    return found


def _changes(step: Step, sights: dict[Tensor, Sight | None]) -> Iterator[tuple[int, Arithmetic]]:
    windows = {window.axis: window for window in step.windows or ()}
    name = "receptive_field"
    sight = sights.get(step.inputs[0]) if len(step.inputs) == 1 else None
    for (_, axis), several in (sight or {}).items():
        [seen, *others] = several
        window = windows.get(axis)
        is_simple = not others and seen.axis is not None and seen.phases == 1 and seen.lows
        if step.windows is None:
            yield axis, Arithmetic(name, "all that the units of its input see")
        elif window is None:
            yield axis, Arithmetic(name, "its input's")
        elif not is_simple or window.upsample != 1:
            yield axis, Arithmetic(name, "the union of what its taps see")
        else:
            [size] = seen.sizes()
            reach = window.dilation * (window.kernel - 1) + 1
            text = f"{size:,} + ({reach:,} - 1) x {seen.jump:,}"
            yield axis, Arithmetic(f"{name} size", text, size + (reach - 1) * seen.jump)
            text = f"{seen.jump:,} x {window.stride:,}"
            yield axis, Arithmetic(f"{name} stride", text, seen.jump * window.stride)
            low = seen.low(0)
            if window.before is not None and seen.origin is None and low is not None:
                before = f"{window.before:,}" if window.before >= 0 else f"({window.before:,})"
                text = f"{low:,} - {before} x {seen.jump:,}"
                yield axis, Arithmetic(f"{name} start", text, low - window.before * seen.jump)
    if sight is None and len(step.inputs) > 1:
        yield 0, Arithmetic(name, "the union of its inputs'")


def axes_of_inputs(trace: Trace) -> dict[Tensor, range]:
    """The axes of each input that are neither batch nor channels."""
    sequences: set[Tensor] = set()
    by_rank: dict[int, range] = {}
    for step in trace.steps:
        windows = step.windows
        if windows is None:
            continue
        if all(output.is_known and output.rank > 2 for output in step.outputs):
            # Numbers that each become a vector are steps of a sequence.
            sequences.update(taken for taken in step.inputs if taken.is_known and taken.rank == 2)
        for rank in {taken.rank for taken in step.inputs if taken.is_known} if windows else ():
            # The first windows tell: a later layer may pad the channels.
            is_last = any(window.axis == rank - 1 for window in windows)
            by_rank.setdefault(rank, range(2, rank) if is_last else range(1, rank - 1))
    axes = {}
    for tensor in trace.inputs:
        if not tensor.is_known:
            axes[tensor] = range(0)
        elif tensor.rank == 2:
            axes[tensor] = range(1, 2) if tensor in sequences else range(1, 1)
        else:
            axes[tensor] = by_rank.get(tensor.rank, range(1, tensor.rank - 1))
    return axes


def _sight(step: Step, sights: dict[Tensor, Sight | None]) -> tuple[Sight | None, list[str]]:
    """What the outputs of a call see, and what a reader should know of it; `None` if unknown."""
    tensors = [*step.inputs, *step.outputs]
    if step.layer.unknown_because is not None or not all(x.is_known for x in tensors):
        return None, []
    windows = step.windows
    by_axis = {window.axis: window for window in windows or ()}
    shape = step.outputs[0].shape
    several: dict[tuple[Tensor, int], list[Seen]] = {}
    for tensor in dict.fromkeys(step.inputs):
        sight = sights.get(tensor, {})
        if sight is None:
            return None, []
        for (source, axis), seen in sight.items():
            if windows is None:
                now: Sequence[Seen] = [whole(seen, tensor.shape, source.shape[axis])]
            else:
                now = [
                    _moved(each, tensor.shape, shape, by_axis, source.shape[axis]) for each in seen
                ]
            several.setdefault((source, axis), []).extend(now)
    found = {key: union(seen) for key, seen in several.items()}
    return found, [*_misaligned(several), *_blind(found)]


def _moved(
    seen: Seen,
    shape: tuple[Dim, ...],
    target: tuple[Dim, ...],
    windows: dict[int, Any],
    inputs: Dim,
) -> Seen:
    """What the outputs along an axis see of what the inputs along it see."""
    if seen.axis is None:
        return seen
    is_stretched = len(target) <= seen.axis or (shape[seen.axis] == 1 and target[seen.axis] != 1)
    if is_stretched and seen.axis not in windows:
        return whole([seen], shape, inputs)  # One unit is seen by all outputs.
    return through(windows[seen.axis], seen) if seen.axis in windows else seen


def _misaligned(several: dict[tuple[Tensor, int], list[Seen]]) -> Iterator[str]:
    """What is told of inputs of one call that don't fit together."""
    for (_, axis), seen in several.items():
        moving = [one for one in seen if one.axis is not None and one.lows and one.origin is None]
        strides = sorted({one.stride for one in moving})
        if len(strides) > 1:
            paces = " and ".join(f"{float(stride):g}" for stride in strides)
            yield f"its inputs have strides of {paces} along axis {axis}"
            continue
        centres = sorted({c for one in moving if (c := _centre(one)) is not None})
        if len(centres) > 1:
            apart = centres[-1] - centres[0]
            yield f"its inputs are centred up to {apart:g} apart along axis {axis}"


def _blind(sight: Sight) -> Iterator[str]:
    """What is told of units that see nothing."""
    for (_, axis), seen in sight.items():
        if any(one.lows and None in one.lows for one in seen) and len(seen) == 1:
            [one] = seen
            count = (one.lows or ()).count(None)
            yield f"{count} of {one.phases} units see nothing along axis {axis}"


def _centre(seen: Seen) -> float | None:
    low, high = seen.low(0), seen.high(0)
    return None if low is None or high is None else (low + high) / 2


def _fields(tensor: Tensor, sight: Sight | None, axes: dict[Tensor, range]) -> Fields | None:
    if sight is None or not tensor.is_known:
        return None
    fields = Fields()
    seen = {source for source, _ in sight}
    for number, (source, spatial) in enumerate(axes.items()):
        if spatial and source not in seen:
            continue
        found = [_along(sight.get((source, axis)), tensor, source.shape[axis]) for axis in spatial]
        name = source.call.layer.name if source.call is not None else f"input {number}"
        fields[name] = Field(*zip(*found, strict=True)) if found else Field((), (), (), ())
    return fields


def _along(
    seen: tuple[Seen, ...] | None, tensor: Tensor, inputs: Dim
) -> tuple[Number, Number, Number, Number]:
    """Size, stride, start and centre along one axis."""
    if not seen:
        return 0, 0, None, None
    if len(seen) > 1:
        return _of_several(seen, tensor, inputs)
    [one] = seen
    stride = int(one.stride) if one.stride.denominator == 1 else float(one.stride)
    size = None if one.lows is None else max(one.sizes())
    if one.lows is None or one.origin is not None:
        return size, stride, None, None
    return size, stride, one.low(0), _centre(one)


def _of_several(
    seen: Sequence[Seen], tensor: Tensor, inputs: Dim
) -> tuple[Number, Number, Number, Number]:
    """The same where the interval changes from unit to unit, as far as the input reaches."""
    axis = next(one.axis for one in seen if one.axis is not None)
    count = tensor.shape[axis]
    if count is None or inputs is None or any(one.lows is None or one.origin for one in seen):
        return None, None, None, None
    repeat = lcm(*(one.phases for one in seen))
    if min(count, repeat) > MOST_PHASES:
        return None, None, None, None
    ends = [
        whole([_at(one, unit) for one in seen], tensor.shape, inputs)
        for unit in {*range(min(count, repeat)), *range(max(0, count - repeat), count)}
    ]
    first = ends[0]
    size = max(max(one.sizes(), default=0) for one in ends)
    stride = 0 if all(one == first for one in ends) else None
    return size, stride, first.low(0), _centre(first)


def _at(seen: Seen, unit: int) -> Seen:
    """What one unit sees."""
    return Seen(None, 1, 0, (seen.low(unit),), (seen.high(unit),))
