"""What a model computes for one sample: multiply-accumulates and the rest.

A shared layer counts once per call. A layer without a rule makes its row unknown, never 0.
"""

from __future__ import annotations

from typing import Any

from convzoo.analyses import Findings, analysis
from convzoo.graph.graph import Graph
from convzoo.graph.layer import Layer, fact_arguments

_PARTS = ("macs", "bias_adds", "element_ops")


@analysis(macs="MACs", bias_adds="Bias adds", element_ops="Element ops", flops="FLOPs")
def work(graph: Graph) -> Findings:
    """Add up the work of every call."""
    rows: dict[Layer, dict[str, Any]] = {}
    notes: dict[Layer, list[str]] = {}
    for call in graph.calls:
        stated = call.layer.work(*call.args, **fact_arguments(call.kwargs))
        row = rows.setdefault(call.layer, dict.fromkeys(_PARTS, 0))
        for part in _PARTS:
            value = None if stated is None else getattr(stated, part)
            row[part] = None if value is None or row[part] is None else row[part] + value
        if stated is None:
            notes.setdefault(call.layer, []).append("its work is unknown: it has no rule")
    for row in rows.values():
        row["flops"] = _flops(row)
    totals = {part: sum(row[part] or 0 for row in rows.values()) for part in _PARTS}
    return Findings(rows, {**totals, "flops": _flops(totals)}, notes)


def _flops(row: dict[str, Any]) -> int | None:
    if any(row[part] is None for part in _PARTS):
        return None
    flops: int = 2 * row["macs"] + row["bias_adds"] + row["element_ops"]
    return flops
