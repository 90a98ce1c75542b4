"""How many parameters, and how many bytes they take.

Equals `count_params` and `weight_memory_size` of `keras/src/utils/summary_utils.py`: a shared
layer counts once.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import prod
from typing import Any

from convzoo.analyses import Findings, analysis
from convzoo.graph import dtypes
from convzoo.graph.graph import Graph
from convzoo.graph.layer import Layer


@analysis(
    params="Params",
    trainable_params="Trainable",
    non_trainable_params="Non-trainable",
    weight_bytes="Weight bytes",
)
def params(graph: Graph) -> Findings:
    """Count the elements of every weight."""
    rows: dict[Layer, dict[str, Any]] = {}
    trainable = non_trainable = weight_bytes = 0
    for layer in graph.layers:
        if layer not in rows:
            rows[layer] = row = _count([layer])
            trainable += row["trainable_params"]
            non_trainable += row["non_trainable_params"]
            weight_bytes += row["weight_bytes"]
    if not graph.trainable:
        non_trainable += trainable
        trainable = 0
    totals = {
        "params": trainable + non_trainable,
        "trainable_params": trainable,
        "non_trainable_params": non_trainable,
        "weight_bytes": weight_bytes,
    }
    return Findings(rows, totals)


def _count(layers: Iterable[Layer]) -> dict[str, int]:
    trainable = non_trainable = bits = 0
    for layer in layers:
        if isinstance(layer, Graph):
            layers_inside = [inner for inner in layer.walk() if not isinstance(inner, Graph)]
            inside = _count(layers_inside)
            bits += 8 * inside["weight_bytes"]
            frozen = 0 if layer.trainable else inside["trainable_params"]
            trainable += inside["trainable_params"] - frozen
            non_trainable += inside["non_trainable_params"] + frozen
            continue
        for weight in layer.variables or ():
            count = prod(weight.shape)  # type: ignore[arg-type]
            if weight.trainable and layer.trainable:
                trainable += count
            else:
                non_trainable += count
            bits += count * (dtypes.bits(weight.dtype or layer.variable_dtype) or 0)
    return {
        "params": trainable + non_trainable,
        "trainable_params": trainable,
        "non_trainable_params": non_trainable,
        "weight_bytes": -(-bits // 8),
    }
