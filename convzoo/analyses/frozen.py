"""Which layers training leaves as they are."""

from __future__ import annotations

from convzoo.analyses import Findings, Setting, analysis
from convzoo.graph.trace import Trace


@analysis(frozen="Frozen")
def frozen(trace: Trace, _: Setting) -> Findings:
    """Tell the layers that hold weights of which none is trained."""
    rows, graph = {}, trace.graph
    for layer in graph.unique_layers():
        weights = layer.variables or ()
        trained = layer.trainable and graph.trainable and any(map(layer.trains, weights))
        rows[layer] = {"frozen": "yes" if weights and not trained else "no" if weights else "-"}
    count = sum(row["frozen"] == "yes" for row in rows.values())
    return Findings(rows, {"frozen": f"{count} of {len(rows)} layers"})
