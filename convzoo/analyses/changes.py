"""What changed, layer by layer, from one architecture to another.

Layers of one name are one layer, unless Keras numbered them; all others are matched in order, so
that as little as possible changed.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Hashable, Iterator, Sequence
from typing import Any, NamedTuple

from convzoo.analyses.report import Report, Row
from convzoo.graph.config_writing import argument_config
from convzoo.graph.graph import Graph
from convzoo.graph.input import InputLayer
from convzoo.graph.layer import Call, Constant, Layer, Tensor
from convzoo.graph.naming import snake_case
from convzoo.graph.structure import leaves, map_leaves

CHANGED, RENAMED, ADDED, REMOVED = "changed", "renamed", "added", "removed"

NUMBERS = ("params", "macs")
"""The columns that are compared."""


class Difference(NamedTuple):
    """What of a layer is another.

    Args:
        what: an argument's name, or `"name"`, `"class_name"`, `"inputs"`, `"outputs"`,
            `"output_shape"`, `"params"` or `"macs"`.
        before: its value in the first architecture; `None` where it has none or it is unknown.
        after: its value in the second.
    """

    what: str
    before: Any
    after: Any


class Change(NamedTuple):
    """What became of one layer.

    Args:
        kind: `"changed"`, `"renamed"`, `"added"` or `"removed"`.
        name: its name in the second architecture, or in the first where it was removed; within
            other models after their names.
        class_name: Keras's name of its class there.
        differences: what of it is another; of one added or removed, all that is known of it.
    """

    kind: str
    name: str
    class_name: str
    differences: tuple[Difference, ...]


class Changes(NamedTuple):
    """What became of all layers.

    Args:
        unchanged: how many are the same in both, inputs and models within models not counted.
        changes: the others, in order.
    """

    unchanged: int
    changes: tuple[Change, ...]

    def count(self, kind: str) -> int:
        """How many are of one kind."""
        return sum(change.kind == kind for change in self.changes)


class _Part(NamedTuple):
    """One layer as it is compared.

    Args:
        row: its row.
        settings: its arguments that are not defaults, and values its calls are given.
        inputs: the layers whose outputs it takes, and the number of the output.
        token: what equal layers have in common: class and arguments.
    """

    row: Row
    settings: dict[str, Any]
    inputs: tuple[tuple[str, int], ...]
    token: Hashable

    @property
    def name(self) -> str:
        return self.row.name

    @property
    def kind(self) -> str:
        """Its class; models within models are of one kind."""
        return "model" if isinstance(self.row.layer, Graph) else self.row.class_name

    @property
    def has_automatic_name(self) -> bool:
        """Whether it is named by its class and a number, which counts the layers of a session."""
        if isinstance(self.row.layer, InputLayer):
            return re.fullmatch(r"input(_layer)?(_\d+)?|.+_input", self.name) is not None
        stem = re.escape(snake_case(self.row.class_name))
        return re.fullmatch(rf"{stem}(_\d+)?", self.name) is not None


_Pair = tuple[_Part | None, _Part | None]


def changes_between(before: Report, after: Report) -> Changes:
    """What became of each layer of an architecture in another one.

    Args:
        before: what is told of the one.
        after: what is told of the other.
    """
    rows = [report.with_columns(NUMBERS).rows for report in (before, after)]
    found: list[Change] = []
    unchanged = 0
    for change in _compared(before.graph, rows[0], after.graph, rows[1], "", ""):
        if change is None:
            unchanged += 1
        else:
            found.append(change)
    return Changes(unchanged, tuple(found))


def _compared(
    before: Graph,
    rows_before: Sequence[Row],
    after: Graph,
    rows_after: Sequence[Row],
    above_before: str,
    above: str,
) -> Iterator[Change | None]:
    """A change for each layer that is not the same, `None` for each that is."""
    parts = _parts(before, rows_before), _parts(after, rows_after)
    pairs = _pairs(*parts)
    kept = {old.name: new.name for old, new in pairs if old is not None and new is not None}
    sources = (
        _sources(before, parts[0], kept),
        _sources(after, parts[1], {name: name for name in kept.values()}),
    )
    for old, new in pairs:
        if old is None or new is None:
            yield _come_or_gone(old, new, above_before, above)
            continue
        differences = [*_differences(old, new)]
        if _followed(old.inputs, sources[0]) != _followed(new.inputs, sources[1]):
            taken = _names(old.inputs), _names(new.inputs)
            differences.insert(0, Difference("inputs", *taken))
        if differences:
            kind = RENAMED if [found.what for found in differences] == ["name"] else CHANGED
            yield Change(kind, above + new.name, new.row.class_name, tuple(differences))
        if isinstance(old.row.layer, Graph) and isinstance(new.row.layer, Graph):
            yield from _compared(
                old.row.layer,
                old.row.layers,
                new.row.layer,
                new.row.layers,
                f"{above_before}{old.name}/",
                f"{above}{new.name}/",
            )
        elif not differences and not isinstance(new.row.layer, InputLayer):
            yield None
    given = _ends(before), _ends(after)
    if _followed(given[0], sources[0]) != _followed(given[1], sources[1]):
        outputs = Difference("outputs", *map(_names, given))
        yield Change(CHANGED, above + after.name, after.class_name, (outputs,))


# ------------------------------------------------------------------ what is compared


def _parts(graph: Graph, rows: Sequence[Row]) -> list[_Part]:
    calls: dict[Layer, list[Call]] = {}
    for call in graph.calls:
        calls.setdefault(call.layer, []).append(call)
    listed = {row.layer for row in rows}
    unlisted = [
        Row(tensor.call.layer, tensor.shape, values=dict.fromkeys(NUMBERS, 0))
        for tensor in graph.input_tensors
        if tensor.call is not None and tensor.call.layer not in listed
    ]
    return [_part(row, calls.get(row.layer, [])) for row in (*unlisted, *rows)]


def _part(row: Row, calls: Sequence[Call]) -> _Part:
    layer = row.layer
    inputs = tuple(
        (tensor.call.layer.name, tensor.index)
        for call in calls
        for tensor in call.inputs
        if tensor.call is not None
    )
    if isinstance(layer, Graph):
        settings = {} if layer.trainable else {"trainable": False}
        within = tuple(part.token for part in _parts(layer, row.layers))
        return _Part(row, settings, inputs, ("model", repr(settings), within))
    settings = {**layer.to_config(), **_call_settings(calls)}
    # The name is compared apart, and the shape of an input as that of its output.
    for apart in ("name", "batch_shape", "batch_input_shape"):
        settings.pop(apart, None)
    return _Part(row, settings, inputs, (row.class_name, repr(settings)))


def _call_settings(calls: Sequence[Call]) -> dict[str, Any]:
    """The arguments of calls that are no tensors, by name or place; a list for several calls."""
    several: dict[str, list[Any]] = {}
    for call in calls:
        given = {f"argument {place}": value for place, value in enumerate(call.args)} | call.kwargs
        for name, value in given.items():
            usual = call.layer.call_defaults.get(name)
            if value is not None and value != usual and not _is_tensors(value):
                several.setdefault(name, []).append(map_leaves(_plain, value))
    return {name: values[0] if len(values) == 1 else values for name, values in several.items()}


def _is_tensors(value: Any) -> bool:
    return all(isinstance(leaf, Tensor) for leaf in leaves(value))


def _plain(leaf: Any) -> Any:
    """The leaf in values that JSON knows."""
    if isinstance(leaf, Tensor):
        return "tensor"
    if isinstance(leaf, Constant):
        return f"constant of shape {leaf.shape}"
    return leaf if leaf is None or isinstance(leaf, (bool, int, float, str)) else str(leaf)


# ------------------------------------------------------------------ which layer is which


def _pairs(before: Sequence[_Part], after: Sequence[_Part]) -> list[_Pair]:
    """Each layer with what it became, in the order of the second, the removed in their places."""
    places = _named(before), _named(after)
    named = {name: (places[0][name], places[1][name]) for name in places[0] if name in places[1]}
    became = {new: old for old, new in named.values()}
    fixed = [*_increasing(sorted(named.values())), (len(before), len(after))]
    old_start = new_start = 0
    for old_end, new_end in fixed:
        old_gap = [i for i in range(old_start, old_end) if before[i].name not in named]
        new_gap = [i for i in range(new_start, new_end) if after[i].name not in named]
        aligned = _aligned([before[i] for i in old_gap], [after[i] for i in new_gap])
        became.update((new_gap[new], old_gap[old]) for old, new in aligned)
        old_start, new_start = old_end + 1, new_end + 1
    return [*_in_order(before, after, became)]


def _named(parts: Sequence[_Part]) -> dict[str, int]:
    """The places of the layers whose names somebody chose."""
    return {part.name: i for i, part in enumerate(parts) if not part.has_automatic_name}


def _increasing(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The most of these pairs, in order of their first place, whose second place rises too."""
    lowest: list[int] = []  # The lowest last second place of a rising sequence of each length.
    ends: list[int] = []
    previous: list[int | None] = []
    for number, (_, second) in enumerate(pairs):
        length = bisect_left(lowest, second)
        lowest[length : length + 1] = [second]
        ends[length : length + 1] = [number]
        previous.append(ends[length - 1] if length else None)
    found = []
    last = ends[-1] if ends else None
    while last is not None:
        found.append(pairs[last])
        last = previous[last]
    return found[::-1]


def _aligned(before: Sequence[_Part], after: Sequence[_Part]) -> list[tuple[int, int]]:
    """The places of layers that are matched in order, at the least cost of all changes."""
    # Most of what is compared is the same at its start and end, which costs no search.
    shorter = min(len(before), len(after))
    tokens = [part.token for part in before], [part.token for part in after]
    start = next((i for i in range(shorter) if tokens[0][i] != tokens[1][i]), shorter)
    rest = range(1, shorter - start + 1)
    end = next((i - 1 for i in rest if tokens[0][-i] != tokens[1][-i]), len(rest))
    middle = before[start : len(before) - end], after[start : len(after) - end]
    return [
        *((i, i) for i in range(start)),
        *((start + old, start + new) for old, new in _least_changed(*middle)),
        *((len(before) - i, len(after) - i) for i in range(end, 0, -1)),
    ]


# What changes cost: so an argument changes in place, and a layer comes in between, as seen.
_CHANGE, _COME_OR_GONE, _NEVER = 1, 2, 10**9

# What became of a layer on the way of least cost.
_KEPT, _COME, _GONE = range(3)

# Pairs of layers above which no better match is looked for: these take some two seconds.
_MOST_PAIRS = 4_000_000


def _least_changed(before: Sequence[_Part], after: Sequence[_Part]) -> list[tuple[int, int]]:
    """The edit distance of E. Ukkonen, "Algorithms for approximate string matching", 1985.

    Only pairs of places near each other are looked at, and more where that can't be the best.
    """
    longer = len(after) - len(before)
    width = 16
    while True:
        cost, pairs = _least_within(before, after, min(longer, 0) - width, max(longer, 0) + width)
        # Farther apart than this, so many layers would have come and gone.
        least_outside = _COME_OR_GONE * (2 * (width + 1) + abs(longer))
        width *= 2
        is_all = width >= max(len(before), len(after))
        if cost <= least_outside or is_all or width * 2 * len(before) > _MOST_PAIRS:
            return pairs


def _least_within(
    before: Sequence[_Part], after: Sequence[_Part], lowest: int, highest: int
) -> tuple[int, list[tuple[int, int]]]:
    """The least cost, and the pairs, where places differ by the lowest to the highest."""
    numbers: dict[Hashable, int] = {}
    old_tokens, new_tokens, old_kinds, new_kinds = (
        [numbers.setdefault(key, len(numbers)) for key in keys]
        for keys in (
            [part.token for part in before],
            [part.token for part in after],
            [part.kind for part in before],
            [part.kind for part in after],
        )
    )
    count = len(after)
    costs = [_COME_OR_GONE * new if new <= highest else _NEVER for new in range(count + 1)]
    steps = [bytearray([_COME] * (count + 1))]
    starts = [0]
    for old, (token, kind) in enumerate(zip(old_tokens, old_kinds, strict=True)):
        first, last = max(0, old + 1 + lowest), min(count, old + 1 + highest)
        row = bytearray()
        diagonal = costs[first - 1] if first else _NEVER
        left = _NEVER
        for new in range(first, last + 1):
            above = costs[new]
            least, step = above + _COME_OR_GONE, _GONE
            if left + _COME_OR_GONE < least:
                least, step = left + _COME_OR_GONE, _COME
            if new and diagonal <= least:
                if token == new_tokens[new - 1]:
                    least, step = diagonal, _KEPT
                elif diagonal + _CHANGE <= least and kind == new_kinds[new - 1]:
                    least, step = diagonal + _CHANGE, _KEPT
            row.append(step)
            diagonal = above
            costs[new] = left = least
        if first:
            costs[first - 1] = _NEVER
        steps.append(row)
        starts.append(first)
    pairs = []
    old, new = len(before), count
    while old or new:
        step = steps[old][new - starts[old]]
        if step == _KEPT:
            pairs.append((old - 1, new - 1))
        old -= step != _COME
        new -= step != _GONE
    return costs[count], pairs[::-1]


def _in_order(
    before: Sequence[_Part], after: Sequence[_Part], became: dict[int, int]
) -> Iterator[_Pair]:
    removed = iter(sorted(set(range(len(before))) - set(became.values())))
    waiting = next(removed, None)
    following = [len(before)] * (len(after) + 1)
    for new in reversed(range(len(after))):
        following[new] = became.get(new, following[new + 1])
    for new in range(len(after) + 1):
        while waiting is not None and waiting < following[new]:
            yield before[waiting], None
            waiting = next(removed, None)
        if new < len(after):
            yield before[became[new]] if new in became else None, after[new]


# ------------------------------------------------------------------ where inputs come from


def _sources(
    graph: Graph, parts: Sequence[_Part], kept: dict[str, str]
) -> dict[str, tuple[Hashable, ...] | str]:
    """By name of a layer what stands for it in both: for one that is in one only, its inputs."""
    found: dict[str, Any] = {}
    for number, tensor in enumerate(graph.input_tensors):
        if tensor.call is not None:
            found[tensor.call.layer.name] = (number,)
    for part in parts:
        if part.name not in found:
            own = kept.get(part.name)
            # Alike ways lead to one source, so that they don't multiply from layer to layer.
            through = tuple(dict.fromkeys(_followed(part.inputs, found)))
            found[part.name] = through if own is None else own
    return found


def _followed(inputs: Sequence[tuple[str, int]], sources: dict[str, Any]) -> tuple[Any, ...]:
    followed: list[Any] = []
    for name, index in inputs:
        source = sources.get(name, name)
        followed += source if isinstance(source, tuple) else [(source, index)]
    return tuple(followed)


def _ends(graph: Graph) -> tuple[tuple[str, int], ...]:
    """The layers that give the model's outputs."""
    return tuple(
        (tensor.call.layer.name, tensor.index)
        for tensor in graph.output_tensors
        if tensor.call is not None
    )


def _names(inputs: Sequence[tuple[str, int]]) -> list[str]:
    return [f"{name}[{index}]" if index else name for name, index in inputs]


# ------------------------------------------------------------------ what is another


def _differences(old: _Part, new: _Part) -> Iterator[Difference]:
    if old.name != new.name and not (old.has_automatic_name and new.has_automatic_name):
        yield Difference("name", old.name, new.name)
    if old.row.class_name != new.row.class_name:
        yield Difference("class_name", old.row.class_name, new.row.class_name)
    for name in dict.fromkeys([*old.settings, *new.settings]):
        values = _setting(old, name), _setting(new, name)
        yield from _within(name, *values)
    if not isinstance(new.row.layer, Graph):  # What it gives follows from the layers within.
        yield from _facts(old.row, new.row)


def _setting(part: _Part, name: str) -> Any:
    default = type(part.row.layer).arguments.get(name)
    return part.settings.get(name, argument_config(name, default))


def _within(name: str, old: Any, new: Any, deepest: int = 8) -> Iterator[Difference]:
    """The differences of an argument; of objects and layers within, those of their arguments."""
    if old == new:
        return
    if deepest and isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys([*old, *new]):
            if key == "name":  # Of a layer within: it follows from the outer one's.
                continue
            inner = name if key == "config" else f"{name}.{key}"
            yield from _within(inner, old.get(key), new.get(key), deepest - 1)
    else:
        yield Difference(name, old, new)


def _facts(old: Row, new: Row) -> Iterator[Difference]:
    if old.output_shape != new.output_shape:
        yield Difference("output_shape", old.output_shape, new.output_shape)
    for column in NUMBERS:
        if old.values[column] != new.values[column]:
            yield Difference(column, old.values[column], new.values[column])


def _come_or_gone(old: _Part | None, new: _Part | None, above_before: str, above: str) -> Change:
    """A layer that only one of the two has, with all that is known of it."""
    part = new or old
    assert part is not None
    facts = {"output_shape": part.row.output_shape}
    facts |= {column: part.row.values[column] for column in NUMBERS}
    kind, place = (ADDED, above) if new else (REMOVED, above_before)
    differences = tuple(
        Difference(what, *((None, value) if new else (value, None)))
        for what, value in {**part.settings, **facts}.items()
    )
    return Change(kind, place + part.name, part.row.class_name, differences)
