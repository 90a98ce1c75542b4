"""How many parameters, and how many bytes they take.

Equals `count_params` and `weight_memory_size` of `keras/src/utils/summary_utils.py`: a shared
layer counts once.
"""

from __future__ import annotations

from math import prod

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
    rows = {layer: _count(layer) for layer in graph.unique_layers()}
    return Findings(rows, _count(graph))


def _count(layer: Layer) -> dict[str, int]:
    """What a layer or a whole model holds, each layer within it once.

    As in Keras, a frozen model has nothing to train; within another model it is its layers that
    are frozen or not.
    """
    trainable = non_trainable = bits = 0
    for inner in dict.fromkeys(layer.walk()) if isinstance(layer, Graph) else (layer,):
        for weight in inner.variables or ():
            elements = prod(weight.shape)  # type: ignore[arg-type]
            if weight.trainable and inner.trainable and layer.trainable:
                trainable += elements
            else:
                non_trainable += elements
            bits += elements * (dtypes.bits(weight.dtype or inner.variable_dtype) or 0)
    return {
        "params": trainable + non_trainable,
        "trainable_params": trainable,
        "non_trainable_params": non_trainable,
        "weight_bytes": -(-bits // 8),
    }
