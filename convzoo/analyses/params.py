"""How many parameters, and how many bytes they take.

Equals `count_params` and `weight_memory_size` of `keras/src/utils/summary_utils.py`: a shared
layer counts once.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import prod
from typing import Any, TypeAlias

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
    own = {layer: _count(layer) for layer in dict.fromkeys(graph.walk())}
    rows: dict[Layer, dict[str, Any]] = {}
    for layer in graph.layers:
        if isinstance(layer, Graph):
            inside = [own[inner] for inner in dict.fromkeys(layer.walk())]
            rows[layer] = _columns(_total(inside), layer.trainable)
        else:
            rows[layer] = _columns(own[layer], layer.trainable)
    return Findings(rows, _columns(_total(own.values()), graph.trainable))


# Elements that are trained, elements that are not, and the bits of both.
_Count: TypeAlias = "tuple[int, int, int]"


def _count(layer: Layer) -> _Count:
    if not layer.variables:
        return (0, 0, 0)
    trainable = non_trainable = bits = 0
    for weight in layer.variables:
        elements = prod(weight.shape)  # type: ignore[arg-type]
        if layer.trains(weight):
            trainable += elements
        else:
            non_trainable += elements
        bits += elements * (dtypes.bits(weight.dtype or layer.variable_dtype) or 0)
    return (trainable, non_trainable, bits)


def _total(counts: Iterable[_Count]) -> _Count:
    trainable, non_trainable, bits = map(sum, zip((0, 0, 0), *counts, strict=True))
    return (trainable, non_trainable, bits)


def _columns(count: _Count, train: bool = True) -> dict[str, int]:
    """The columns for one layer or one model.

    As in Keras, a frozen model has nothing to train; within another model it is its layers that
    are frozen or not.
    """
    trainable, non_trainable, bits = count
    if not train:
        trainable, non_trainable = 0, trainable + non_trainable
    return {
        "params": trainable + non_trainable,
        "trainable_params": trainable,
        "non_trainable_params": non_trainable,
        "weight_bytes": -(-bits // 8),
    }
