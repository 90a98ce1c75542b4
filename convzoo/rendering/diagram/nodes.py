"""The layers of an architecture in the order in which a diagram has them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from convzoo.analyses.report import Row
from convzoo.graph.dims import Shape
from convzoo.graph.graph import Graph
from convzoo.graph.layer import Call, Layer, Tensor
from convzoo.graph.trace import Trace
from convzoo.rendering import printable
from convzoo.rendering.diagram.svg import TIMES


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
        return family or _FAMILY_OF_WORK.get(layer.work_kind, "other")


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


# Those of layers and operations that stand in other files.
_FAMILY_OF_WORK = {"convolution": "convolution", "merge": "merging"}


def nodes_of(trace: Trace, rows: Sequence[Row]) -> list[Node]:
    """The nodes of an architecture, those of a model within after the model's own.

    Args:
        trace: a run of it.
        rows: the rows of the report, with their parameters.
    """
    return _Walk(trace, rows).nodes


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

    It goes the longest way from the input to the end. Where the way meets others, what leads there
    comes first, so that what passes the deepest part of a U-Net stands where it joins; side heads
    come last.
    """
    known = set(graph.calls)
    sources: dict[Call, list[Call]] = {
        call: list(dict.fromkeys(x.call for x in call.inputs if x.call in known))
        for call in graph.calls
    }
    takers: dict[Call, list[Call]] = {call: [] for call in graph.calls}
    ahead: dict[Call, int] = {}
    for call in reversed(graph.calls):
        ahead[call] = 1 + max((ahead[taker] for taker in takers[call]), default=0)
        for source in sources[call]:
            takers[source].append(call)
    row = {layer: place for place, layer in enumerate(graph.layers)}

    def longest_first(call: Call) -> tuple[int, int]:
        return -ahead[call], row.get(call.layer, -1)

    found: dict[Call, None] = {}
    for start in sorted(graph.calls, key=longest_first):
        way: Call | None = start
        while way is not None and way not in found:
            _add_with_sources(way, sources, found)
            further = [taker for taker in takers[way] if taker not in found]
            way = min(further, key=longest_first, default=None)
    return list(found)


def _add_with_sources(
    call: Call, sources: Mapping[Call, Sequence[Call]], found: dict[Call, None]
) -> None:
    """Add a call after all those it depends on, one branch after the other."""
    waiting = [call]
    while waiting:
        missing = [one for one in sources[waiting[-1]] if one not in found]
        if missing:
            waiting.append(missing[0])
        else:
            found[waiting.pop()] = None


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
