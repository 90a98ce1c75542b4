"""What a diagram has of an architecture: lines from the input down to the output.

Layers of one branch follow one another. Of a long architecture, layers that keep the shape stand on
the line of the layer before them, runs of the same block are there once, and lines are parted into
stages.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, TypeAlias

from convzoo.analyses.receptive_field import spatial_axes
from convzoo.analyses.report import Report, Row
from convzoo.graph.dims import Shape
from convzoo.graph.graph import Graph
from convzoo.graph.layer import Call, Layer, Tensor
from convzoo.graph.trace import Trace
from convzoo.rendering import printable
from convzoo.rendering.diagram.svg import TIMES

LONG = 40
"""With more layers than these, an outline is made shorter."""


class Node(NamedTuple):
    """One call of a layer.

    Args:
        layer: the layer.
        row: the layer's row of the report; `None` for the input of a stack, which has none.
        tensors: its outputs; empty where the layer is never called.
        level: how many models it is within.
        inputs: the places of the nodes whose outputs it takes.
        is_again: whether the layer was called before, so that its weights are counted already.
        runs_once: whether `tensors` are those of its only run, so that what they see is one thing.
        is_output: whether it gives one of several outputs of the architecture.
    """

    layer: Layer
    row: Row | None
    tensors: Sequence[Tensor]
    level: int
    inputs: tuple[int, ...]
    is_again: bool = False
    runs_once: bool = True
    is_output: bool = False

    @property
    def type(self) -> str:
        """The class of the layer with what matters most of its arguments: `Conv2D 3x3, relu`."""
        return _type_text(self.layer)

    @property
    def shape(self) -> str:
        """The sizes of its outputs without the batch, such as `26x26x32`."""
        shapes = (tensor.shape if tensor.is_known else None for tensor in self.tensors)
        return ", ".join(map(sizes_text, shapes)) or "unknown"

    @property
    def params(self) -> int | None:
        """The parameters that it adds to the architecture; `None` if unknown."""
        if self.is_again or self.row is None:
            return 0
        count: int | None = self.row.values["params"]
        return count

    @property
    def family(self) -> str:
        """What kind of layer it is, such as `"convolution"`."""
        layer = self.layer
        if layer.unknown_because is not None:
            return "unknown"
        if isinstance(layer, Graph):
            return "model"
        files = (kind.__module__.rpartition(".")[2] for kind in type(layer).__mro__)
        family = next((_FAMILY_OF_FILE[file] for file in files if file in _FAMILY_OF_FILE), None)
        return family or ("convolution" if layer.work_kind == "convolution" else "other")


# The families of layers, by the file that describes them.
_FAMILY_OF_FILE = {
    "input": "input",
    "convolution": "convolution",
    "pooling": "pooling",
    "dense": "dense",
    "einsum": "dense",
    "embedding": "dense",
    "recurrent": "recurrent",
    "recurrent_cells": "recurrent",
    "recurrent_convolution": "recurrent",
    "recurrent_wrappers": "recurrent",
    "attention": "attention",
    "merging": "merging",
    "normalization": "normalization",
    "activation": "activation",
    "activations": "activation",
    "regularization": "regularization",
}


class Line(NamedTuple):
    """One line of an outline.

    Args:
        repetitions: the nodes on it, once for each repetition of the block that it is part of.
        inputs: the places of the lines whose outputs it takes.
    """

    repetitions: tuple[tuple[Node, ...], ...]
    inputs: tuple[int, ...]

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The nodes on it, where it is repeated those of the first time."""
        return self.repetitions[0]

    @property
    def params(self) -> int | None:
        """The parameters of all its nodes; `None` if one of them is unknown."""
        counts = [node.params for nodes in self.repetitions for node in nodes]
        known = [count for count in counts if count is not None]
        return sum(known) if len(known) == len(counts) else None


class Frame(NamedTuple):
    """Lines that belong together.

    Args:
        kind: `"stage"`, `"run"` for a block that is repeated, or `"model"`.
        first: the place of the first line.
        last: the place of the last line.
        title: what it is called.
        times: how often it is there.
    """

    kind: str
    first: int
    last: int
    title: str
    times: int = 1


class Outline(NamedTuple):
    """The lines of a diagram.

    Args:
        lines: from the input down to the output.
        frames: what belongs together, what holds others before these.
        layers: how many layers there are, the repeated ones too.
    """

    lines: list[Line]
    frames: list[Frame]
    layers: int


def outline(
    report: Report, trace: Trace, stages: Sequence[str] = (), expand: bool = False
) -> Outline:
    """The lines of a diagram of an architecture.

    Args:
        report: what is told of it.
        trace: a run of it.
        stages: the names of the layers that end its stages; without them a stage ends where the
            size changes.
        expand: whether every layer has a line of its own, however many there are.
    """
    nodes = _Walk(trace, report.with_columns(("params",)).rows).nodes
    layers = sum(node.row is not None and not node.is_again for node in nodes)
    if expand or len(nodes) <= LONG:
        lines = [Line(((node,),), node.inputs) for node in nodes]
        return Outline(lines, _models(lines), layers)
    axes = next((spatial_axes(tensor, trace) for tensor in trace.inputs), range(0))
    parts = _stages_by_name(nodes, stages) or _stages_by_size(nodes, axes)
    lines = _gathered(nodes, {end for end, _ in parts})
    ends = [(_line_of(lines, end), title) for end, title in parts]
    runs = _runs(lines, [end for end, _ in ends], axes)
    return _folded(lines, ends, runs, layers)


# ---------------------------------------------------------------------------------- nodes


class _Walk:
    """The nodes of an architecture, those of models within after the model's own."""

    def __init__(self, trace: Trace, rows: Sequence[Row]) -> None:
        self.nodes: list[Node] = []
        self._trace = trace
        outputs = trace.graph.output_tensors
        self._outputs = frozenset(outputs if len(outputs) > 1 else ())
        self._walk(trace.graph, rows, 0, None, True)

    def _walk(
        self, graph: Graph, rows: Sequence[Row], level: int, above: int | None, runs_once: bool
    ) -> dict[Tensor, int]:
        """Take in a graph, within the model of the node `above` where there is one.

        Returns:
            The place of the node that gives each tensor.
        """
        row_of = {row.layer: row for row in rows}
        calls = _branch_by_branch(graph)
        times = Counter(call.layer for call in calls)
        called: set[Layer] = set()
        source: dict[Tensor, int] = {}
        for call in calls:
            layer, row = call.layer, row_of.get(call.layer)
            if above is not None and row is None:  # A stack within begins where its model stands.
                source.update(dict.fromkeys(call.output_tensors, above))
                continue
            place = len(self.nodes)
            inputs = [source[tensor] for tensor in call.inputs if tensor in source]
            if not call.inputs and above is not None:
                inputs = [above]
            is_again, once = layer in called, runs_once and times[layer] == 1
            called.add(layer)
            # What a layer of the architecture itself gives at one call is one thing.
            tensors: Sequence[Tensor] = call.output_tensors
            if has_one := once or level == 0:
                tensors = [self._trace.current(tensor) for tensor in tensors]
            is_output = not self._outputs.isdisjoint(call.output_tensors)
            node = Node(layer, row, tensors, level, tuple(dict.fromkeys(inputs)))
            self.nodes.append(
                node._replace(is_again=is_again, runs_once=has_one, is_output=is_output)
            )
            source.update(dict.fromkeys(call.output_tensors, place))
            if isinstance(layer, Graph) and row is not None and not is_again:
                inner = self._walk(layer, row.layers, level + 1, place, once)
                given = [inner.get(tensor, place) for tensor in layer.output_tensors]
                source.update(zip(call.output_tensors, given, strict=False))
        for row in rows:
            if row.layer not in called:
                self.nodes.append(Node(row.layer, row, (), level, ()))
        return source


def _branch_by_branch(graph: Graph) -> list[Call]:
    """The calls of a graph, each after those it depends on, and those of a branch together.

    Of several branches the longest comes first, and the others where they are needed, so that what
    leads past the deepest part of a U-Net stands where it joins.
    """
    row = {layer: place for place, layer in enumerate(graph.layers)}
    takers: dict[Call, list[Call]] = {call: [] for call in graph.calls}
    missing: dict[Call, int] = {}
    for call in graph.calls:
        sources = dict.fromkeys(tensor.call for tensor in call.inputs)
        known = [source for source in sources if source is not None and source in takers]
        missing[call] = len(known)
        for source in known:
            takers[source].append(call)
    ahead: dict[Call, int] = {}
    for call in reversed(graph.calls):
        ahead[call] = 1 + max((ahead[taker] for taker in takers[call]), default=0)

    def shortest_first(calls: list[Call]) -> list[Call]:
        return sorted(calls, key=lambda call: (ahead[call], -row.get(call.layer, -1)))

    ready = shortest_first([call for call in graph.calls if not missing[call]])
    found: list[Call] = []
    while ready:
        call = ready.pop()
        found.append(call)
        for taker in takers[call]:
            missing[taker] -= 1
        ready += shortest_first([taker for taker in takers[call] if not missing[taker]])
    return found


def sizes_text(shape: Shape | None) -> str:
    """A shape without the batch, such as `26x26x32`."""
    if shape is None:
        return "unknown"
    return TIMES.join("?" if size is None else str(size) for size in shape[1:]) or "scalar"


def _type_text(layer: Layer) -> str:
    text = layer.class_name
    for argument in ("kernel_size", "pool_size", "size"):
        if sizes := _numbers(layer, argument):
            text += " " + TIMES.join(map(str, sizes))
            break
    parts = [text]
    strides = _numbers(layer, "strides")
    if any(stride != 1 for stride in strides) and strides != _numbers(layer, "pool_size"):
        parts.append(f"stride {_alike(strides)}")
    dilation = _numbers(layer, "dilation_rate")
    if any(rate != 1 for rate in dilation):
        parts.append(f"dilation {_alike(dilation)}")
    parts += [f"groups {count}" for count in _numbers(layer, "groups") if count > 1]
    if layer.activation_name is not None and "activation" in layer.arguments:
        parts.append(layer.activation_name)
    return printable(", ".join(parts))


def _numbers(layer: Layer, argument: str) -> tuple[int, ...]:
    """The sizes that a layer has as an argument; none where it has no such argument."""
    value: Any = getattr(layer, argument, ()) if argument in layer.arguments else ()
    values = value if isinstance(value, (tuple, list)) else (value,)
    return tuple(values) if all(type(size) is int for size in values) else ()


def _alike(numbers: Sequence[int]) -> str:
    return str(numbers[0]) if len(set(numbers)) == 1 else TIMES.join(map(str, numbers))


# --------------------------------------------------------------------------------- stages

_Ends: TypeAlias = "list[tuple[int, str]]"
"""The last place of each stage, and what the stage is called."""


def _stages_by_name(nodes: Sequence[Node], stages: Sequence[str]) -> _Ends:
    wanted = frozenset(stages)
    ends = [
        place for place, node in enumerate(nodes) if node.level == 0 and node.layer.name in wanted
    ]
    parts = [(end, f"Stage {number}") for number, end in enumerate(ends, 1)]
    if parts and ends[-1] < len(nodes) - 1:
        parts.append((len(nodes) - 1, "Head"))
    return parts


def _stages_by_size(nodes: Sequence[Node], axes: range) -> _Ends:
    """A stage ends where the size along the spatial axes changes, and no branch goes past."""
    parts: _Ends = []
    begin = 0
    before: tuple[int, tuple[Any, ...]] | None = None
    for place in _passed_by_none(nodes):
        size = _size(nodes[place], axes)
        if before is not None and size != before[1] and before[0] - begin >= _SHORTEST_STAGE:
            parts.append((before[0], _size_title(before[1])))
            begin = before[0] + 1
        before = place, size
    if before is not None:
        parts.append((len(nodes) - 1, _size_title(before[1])))
    # Where the size changes all the time, as in a net without padding, there are no stages.
    return parts if 1 < len(parts) <= len(nodes) / 4 else []


_SHORTEST_STAGE = 6


def _size(node: Node, axes: range) -> tuple[Any, ...]:
    """The sizes along the spatial axes; nothing where there is one place only."""
    if not node.tensors or not node.tensors[0].is_known or node.tensors[0].rank < axes.stop + 1:
        return ()
    size = node.tensors[0].shape[axes.start : axes.stop]
    return () if set(size) == {1} else size


def _size_title(size: tuple[Any, ...]) -> str:
    return sizes_text((None, *size)) if size else "One place"


def _passed_by_none(nodes: Sequence[Node]) -> Iterator[int]:
    """The places after which only the output of the node there is taken."""
    last_taken = list(range(len(nodes)))
    for place, node in enumerate(nodes):
        for source in node.inputs:
            last_taken[source] = place
    reach = 0
    for place in range(len(nodes)):
        is_outside = place + 1 == len(nodes) or nodes[place + 1].level == 0
        if reach <= place and is_outside:
            yield place
        reach = max(reach, last_taken[place])


# ------------------------------------------------------------------------- lines and runs


def _gathered(nodes: Sequence[Node], ends: set[int]) -> list[Line]:
    """Lines in which each layer that keeps the shape stands beside the one before it.

    Args:
        nodes: all nodes.
        ends: the last places of the stages, after which a line begins.
    """
    taken = Counter(source for node in nodes for source in node.inputs)
    line_of: list[int] = []
    gathered: list[list[Node]] = []
    for place, node in enumerate(nodes):
        is_next = node.inputs == (place - 1,) and taken[place - 1] == 1 and place - 1 not in ends
        if is_next and _stands_beside(node, nodes[place - 1]):
            gathered[-1].append(node)
        else:
            gathered.append([node])
        line_of.append(len(gathered) - 1)
    return [
        Line((tuple(line),), tuple(dict.fromkeys(line_of[place] for place in line[0].inputs)))
        for line in gathered
    ]


def _stands_beside(node: Node, before: Node) -> bool:
    """Whether a node that takes from another stands on the line of that."""
    families = _BESIDE if before.family != "merging" else _BESIDE - {"normalization"}
    return (
        node.family in families
        and before.family not in ("input", "model")
        and node.level == before.level
        and node.shape == before.shape
    )


_BESIDE = frozenset({"normalization", "activation", "regularization"})


def _line_of(lines: Sequence[Line], node: int) -> int:
    """The place of the line on which a node stands."""
    return bisect_left(list(_last_nodes(lines)), node)


def _last_nodes(lines: Sequence[Line]) -> Iterator[int]:
    place = -1
    for line in lines:
        place += len(line.nodes)
        yield place


class _Run(NamedTuple):
    """Lines that are repeated: `times` times as many lines as `period`."""

    start: int
    period: int
    times: int

    @property
    def stop(self) -> int:
        """The place after the last line."""
        return self.start + self.period * self.times


# Longer blocks than this are not looked for.
_LONGEST_PERIOD = 200


def _runs(lines: Sequence[Line], ends: Sequence[int], axes: range) -> list[_Run]:
    """Which lines are repeated, in the order of the lines; none across the end of a stage."""
    exact = _signs(lines, _exactly)
    alike = _signs(lines, lambda node: _but_channels(node, axes))
    found: list[_Run] = []
    begin = 0
    for end in ends or [len(lines) - 1]:
        open_parts = [(begin, end + 1)]
        begin = end + 1
        while open_parts:
            start, stop = open_parts.pop()
            run = _longest_run(lines, exact, start, stop, 2) or _longest_run(
                lines, alike, start, stop, _LEAST_ALIKE
            )
            if run is not None:
                found.append(run)
                open_parts += [(start, run.start), (run.stop, stop)]
    return sorted(found)


# So often a block must follow itself where the channels change, as in a DenseNet.
_LEAST_ALIKE = 4
_LEAST_LINES_SAVED = 3


def _signs(lines: Sequence[Line], sign: Callable[[Node], Any]) -> list[int]:
    """A number for each line, the same for lines that show the same and take from as far above."""
    numbers: dict[Any, int] = {}
    return [
        numbers.setdefault(
            (
                tuple(map(sign, line.nodes)),
                tuple(place - source for source in line.inputs),
            ),
            len(numbers),
        )
        for place, line in enumerate(lines)
    ]


def _exactly(node: Node) -> Any:
    return node.level, node.type, node.shape, node.params, node.is_again


def _but_channels(node: Node, axes: range) -> Any:
    shapes = [
        (tensor.rank, tensor.shape[axes.start : axes.stop])
        if tensor.is_known and tensor.rank > 2
        else node.shape
        for tensor in node.tensors
    ]
    return node.level, node.type, tuple(shapes), node.is_again


def _longest_run(
    lines: Sequence[Line], signs: Sequence[int], start: int, stop: int, least: int
) -> _Run | None:
    """The run between two places that saves the most lines, if there is one."""
    best: tuple[int, int, int] | None = None
    for period in range(1, min((stop - start) // least, _LONGEST_PERIOD) + 1):
        alike = 0
        for place in range(stop - period - 1, start - 1, -1):
            alike = alike + 1 if signs[place] == signs[place + period] else 0
            count = alike // period + 1
            if count < least or (best is not None and (count - 1) * period < best[0]):
                continue
            if best is None or (count - 1) * period > best[0] or period == best[1]:
                best = (count - 1) * period, period, place
    if best is None or best[0] < _LEAST_LINES_SAVED:
        return None
    saved, period, first = best
    count = saved // period + 1
    # The same run may begin at several places; `first` is the first of them.
    starts = [
        place
        for place in range(first, first + period)
        if place + saved + period <= stop
        and all(signs[each] == signs[each + period] for each in range(place, place + saved))
        and _is_whole(lines, place, period, count)
    ]
    if not starts:
        return None
    return _Run(min(starts, key=lambda place: _unfitness(lines, place, period)), period, count)


def _is_whole(lines: Sequence[Line], start: int, period: int, count: int) -> bool:
    """Whether no model begins in the block and ends outside, or the other way round."""
    level = lines[start].nodes[0].level
    stop = start + period * count
    after = lines[stop].nodes[0].level if stop < len(lines) else 0
    return after <= level and all(
        line.nodes[0].level >= level for line in lines[start : start + period]
    )


def _unfitness(lines: Sequence[Line], start: int, period: int) -> tuple[int, int, int, int]:
    """How badly a block begins at a place: few should go past it, and the names should change."""
    if start == 0:
        return 0, 0, 0, 0
    block = lines[start : start + period]
    taken = {source for line in block for source in line.inputs if source < start}
    consumers = sum(start - 1 in line.inputs for line in block)
    before, after = lines[start - 1].nodes[-1].layer.name, lines[start].nodes[0].layer.name
    return len(taken), len(_common_words([before, after])), -min(consumers, 2), start


def _common_words(names: Sequence[str]) -> list[str]:
    """The words, parted by underscores, with which all names begin."""
    words = [name.split("_") for name in names]
    common = []
    for several in zip(*words, strict=False):
        if len(set(several)) > 1:
            break
        common.append(several[0])
    return common


def _folded(lines: Sequence[Line], ends: _Ends, runs: Sequence[_Run], layers: int) -> Outline:
    """The lines without those that repeat others."""
    shown: list[int] = []
    place_of: list[int] = []
    repetitions: dict[int, tuple[tuple[Node, ...], ...]] = {}
    waiting = list(reversed(runs))
    frames: list[Frame] = []
    place = 0
    while place < len(lines):
        run = waiting.pop() if waiting and waiting[-1].start == place else _Run(place, 1, 1)
        first = len(shown)
        for offset in range(run.period):
            same = range(place + offset, run.stop, run.period)
            repetitions[place + offset] = tuple(lines[each].nodes for each in same)
            shown.append(place + offset)
        place_of += [*range(first, first + run.period)] * run.times
        if run.times > 1:
            title = _run_title(lines, run)
            frames.append(Frame("run", first, len(shown) - 1, title, run.times))
        place = run.stop
    folded = [
        Line(
            repetitions[place],
            tuple(dict.fromkeys(place_of[source] for source in lines[place].inputs)),
        )
        for place in shown
    ]
    begin = 0
    for end, title in ends:
        frames.append(Frame("stage", begin, place_of[end], title))
        begin = place_of[end] + 1
    frames += _models(folded)
    return Outline(folded, sorted(frames, key=_outer_first), layers)


def _outer_first(frame: Frame) -> tuple[int, int, int]:
    return frame.first, -frame.last, ("stage", "run", "model").index(frame.kind)


def _run_title(lines: Sequence[Line], run: _Run) -> str:
    """From what to what the names of the repeated blocks go, where these have names."""
    names = []
    for begin in (run.start, run.stop - run.period):
        block = lines[begin : begin + run.period]
        common = _common_words([node.layer.name for line in block for node in line.nodes])
        names.append("_".join(common))
    return f"{names[0]} … {names[1]}" if all(names) and names[0] != names[1] else ""


def _models(lines: Sequence[Line]) -> list[Frame]:
    """A frame around each model that has lines of its own."""
    levels = [line.nodes[0].level for line in lines] + [0]
    frames = []
    open_models: list[int] = []
    for place, level in enumerate(levels):
        while open_models and levels[open_models[-1]] >= level:
            first = open_models.pop()
            frames.append(Frame("model", first, place - 1, lines[first].nodes[0].layer.name))
        if place + 1 < len(levels) and levels[place + 1] > level:
            open_models.append(place)
    return sorted(frames, key=_outer_first)
