"""How many bytes the outputs of each layer take, for one sample."""

from __future__ import annotations

from typing import Any

from convzoo.analyses import Findings, analysis
from convzoo.graph import dtypes
from convzoo.graph.dims import product, total
from convzoo.graph.graph import Graph
from convzoo.graph.layer import Layer


@analysis(activation_bytes="Activation bytes")
def activation_bytes(graph: Graph) -> Findings:
    """Size the output tensors of every call."""
    rows: dict[Layer, dict[str, Any]] = {}
    for call in graph.calls:
        sizes = []
        for tensor in call.output_tensors:
            bits = dtypes.bits(tensor.dtype)
            elements = product(tensor.shape[1:]) if tensor.is_known else None
            sizes.append(None if bits is None or elements is None else -(-elements * bits // 8))
        before = rows[call.layer]["activation_bytes"] if call.layer in rows else 0
        rows[call.layer] = {"activation_bytes": total([before, *sizes])}
    known_rows = [row["activation_bytes"] or 0 for row in rows.values()]
    return Findings(rows, {"activation_bytes": sum(known_rows)})
