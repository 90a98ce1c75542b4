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

_COLUMNS = ("params", "trainable_params", "non_trainable_params", "weight_bytes")


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
            known = None if None in inside else _total(inside)
            rows[layer] = _columns(known, layer.trainable)
        else:
            rows[layer] = _columns(own[layer], layer.trainable)
    return Findings(rows, _columns(_total(own.values()), graph.trainable))


# Elements that are trained, elements that are not, and the bits of both.
_Count: TypeAlias = "tuple[int, int, int]"


def _count(layer: Layer) -> _Count | None:
    """What a layer holds; `None` where its variables are unknown."""
    if layer.variables is None:
        return None
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


def _total(counts: Iterable[_Count | None]) -> _Count:
    """The sum of what is known."""
    known = [count for count in counts if count is not None]
    trainable, non_trainable, bits = map(sum, zip((0, 0, 0), *known, strict=True))
    return (trainable, non_trainable, bits)


def _columns(count: _Count | None, train: bool) -> dict[str, Any]:
    """The columns for one layer or one model.

    As in Keras, a frozen model has nothing to train; within another model it is its layers that
    are frozen or not.
    """
    if count is None:
        return dict.fromkeys(_COLUMNS)
    trainable, non_trainable, bits = count
    if not train:
        trainable, non_trainable = 0, trainable + non_trainable
    values = (trainable + non_trainable, trainable, non_trainable, -(-bits // 8))
    return dict(zip(_COLUMNS, values, strict=True))
