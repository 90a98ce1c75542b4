"""Values that depend on an input's size that is unknown, as formulas in it."""

from __future__ import annotations

from typing import Any

from convzoo.analyses import Analysis, Findings, Setting
from convzoo.analyses.receptive_field import axes_of_inputs
from convzoo.errors import ConvzooError
from convzoo.graph.formula import Formula
from convzoo.graph.graph import Graph
from convzoo.graph.layer import Tensor
from convzoo.graph.trace import Trace

_NAMES = {1: ("T",), 2: ("H", "W"), 3: ("D", "H", "W")}


def formulas(graph: Graph, analysis: Analysis, setting: Setting) -> Findings | None:
    """Answer once more, with a name for every size of an input that is unknown.

    Returns:
        What the analysis finds, formulas among it; `None` where it can't answer like that.
    """
    trace = named_trace(graph) if analysis.adds_up else None
    if trace is None:
        return None
    try:
        return analysis.run(trace, setting)
    except (ConvzooError, TypeError, ValueError, AttributeError):
        return None  # A layer asks more of a size than a formula can tell.


def named_trace(graph: Graph) -> Trace | None:
    """A run on inputs whose unknown sizes have names; `None` where every size is known."""
    inputs = graph.input_tensors
    unknown = [x for x in inputs if x.is_known and None in x.shape[1:]]
    if not unknown:
        return None
    axes = axes_of_inputs(Trace(graph))
    suffixes = {x: str(number) if len(unknown) > 1 else "" for number, x in enumerate(unknown, 1)}
    named = [_named(x, axes[x], suffixes[x]) if x in suffixes else x for x in inputs]
    return Trace(graph, named)


def _named(tensor: Tensor, spatial: range, suffix: str) -> Tensor:
    names = dict(zip(spatial, _NAMES.get(len(spatial), ()), strict=False))
    shape: list[Any] = [tensor.shape[0]]
    for axis, size in enumerate(tensor.shape[1:], 1):
        name = names.get(axis, "C" if spatial else f"N{axis if tensor.rank > 2 else ''}")
        shape.append(Formula.named(name + suffix) if size is None else size)
    made = Tensor(tuple(shape), tensor.dtype)
    made.call = tensor.call
    return made
