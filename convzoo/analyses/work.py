"""What a model computes for one sample: multiply-accumulates and the rest.

A shared layer counts once per call. A layer without a rule makes its row unknown, never 0.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from convzoo.analyses import Findings, analysis
from convzoo.graph.dims import Dim, product, total
from convzoo.graph.facts import Work
from convzoo.graph.graph import Graph
from convzoo.graph.layer import Layer, fact_arguments, work_of


@analysis(macs="MACs", bias_adds="Bias adds", element_ops="Element ops", flops="FLOPs")
def work(graph: Graph) -> Findings:
    """Add up the work of every call."""
    stated: dict[Layer, list[Work | None]] = {}
    least: list[Work] = []
    for call in graph.calls:
        facts = fact_arguments(call.kwargs)
        stated.setdefault(call.layer, []).append(work_of(call.layer, *call.args, **facts))
        least += _known(call.layer, call.args, facts)
    rows = {layer: _columns(_sum(works)) for layer, works in stated.items()}
    notes = {
        call.layer: ["its work is unknown: it has no rule"]
        for call in graph.calls
        if None in stated[call.layer]
        and call.layer.unknown_because is None
        and all(tensor.is_known for tensor in call.inputs)
    }
    return Findings(rows, _columns(_sum(least)), notes)


def _known(layer: Layer, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Iterator[Work]:
    """What is known of a call's work, each call within a nested model on its own."""
    if isinstance(layer, Graph):
        for call, inner_args, inner_kwargs in layer.replay(*args)[0]:
            yield from _known(call.layer, inner_args, fact_arguments(inner_kwargs))
    else:
        stated = work_of(layer, *args, **kwargs) or Work()
        yield Work(stated.macs or 0, stated.bias_adds or 0, stated.element_ops or 0)


def _sum(works: Sequence[Work | None]) -> Work:
    """The sum of each part; unknown where a summand is."""
    known = [work or Work(None, None, None) for work in works]
    return Work(*map(total, zip(*known, strict=True)))


def _columns(work: Work) -> dict[str, Dim]:
    return {**work._asdict(), "flops": total([product([2, work.macs]), *work[1:]])}
