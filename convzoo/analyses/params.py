"""How many parameters, and how many bytes they take.

Equals `count_params` and `weight_memory_size` of `keras/src/utils/summary_utils.py`: a shared
layer counts once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import prod
from typing import Any, TypeAlias

from convzoo.analyses import Arithmetic, Findings, Setting, analysis
from convzoo.graph.dims import accumulated
from convzoo.graph.facts import Weight
from convzoo.graph.graph import Graph
from convzoo.graph.layer import Layer
from convzoo.graph.trace import Trace

_COLUMNS = ("params", "trainable_params", "non_trainable_params", "weight_bytes")


@analysis(
    adds_up=True,
    params="Params",
    trainable_params="Trainable",
    non_trainable_params="Non-trainable",
    weight_bytes="Weight bytes",
)
def params(trace: Trace, setting: Setting) -> Findings:
    """Count the elements of every weight."""
    graph = trace.graph
    own = {layer: _count(layer, setting) for layer in dict.fromkeys(graph.walk())}
    repeated = _repeated(own, setting)
    rows: dict[Layer, dict[str, Any]] = {}
    for layer in graph.layers:
        if isinstance(layer, Graph):
            within = dict.fromkeys(layer.walk())
            inside = [own[inner] for inner in within]
            known = None if None in inside else _total(inside, _repeated(within, setting))
            rows[layer] = _columns(known, layer.trainable)
        else:
            rows[layer] = _columns(own[layer], layer.trainable)
    arithmetic = {x: _arithmetic(x, setting) for x in graph.layers} if setting.explained else {}
    totals = _columns(_total(own.values(), repeated), graph.trainable)
    return Findings(rows, totals, arithmetic=arithmetic)


# Elements that are trained, elements that are not, and the bits of both.
_Count: TypeAlias = "tuple[int, int, int]"
_NOTHING: _Count = (0, 0, 0)


def _count(layer: Layer, setting: Setting) -> _Count | None:
    """What a layer holds; `None` where its variables are unknown."""
    if layer.variables is None:
        return None
    return _count_weights(layer, layer.variables, setting)


def _repeated(layers: Iterable[Layer], setting: Setting) -> _Count:
    """What layers of a live model hold that a layer before them holds too."""
    seen: set[int] = set()
    counts = []
    for layer in layers:
        if layer.shared_variables and layer.variables:
            again = [p for p, number in layer.shared_variables.items() if number in seen]
            weights = [layer.variables[place] for place in again]
            counts.append(_count_weights(layer, weights, setting))
            seen.update(layer.shared_variables.values())
    return _total(counts, _NOTHING) if counts else _NOTHING


def _count_weights(layer: Layer, weights: Sequence[Weight], setting: Setting) -> _Count:
    """What these weights of a layer hold."""
    if not weights:
        return _NOTHING
    trainable = non_trainable = bits = 0
    own_bits = setting.bits(layer.variable_dtype) or 0
    for weight in weights:
        elements = prod(weight.shape)  # type: ignore[arg-type]
        if layer.trains(weight):
            trainable += elements
        else:
            non_trainable += elements
        bits += elements * (own_bits if weight.dtype is None else setting.bits(weight.dtype) or 0)
    return (trainable, non_trainable, bits)


def _arithmetic(layer: Layer, setting: Setting) -> list[Arithmetic]:
    """How the numbers of a layer came about from its weights."""
    trained: list[str] = []
    fixed: list[str] = []
    sizes: list[str] = []
    found = None if isinstance(layer, Graph) else _count(layer, setting)
    if found is None:
        return [
            Arithmetic("weight_bytes", "those of its layers" if layer.holds_layers else "unknown")
        ]
    for weight in layer.variables or ():
        elements = f"{weight.elements:,}"
        (trained if layer.trains(weight) else fixed).append(elements)
        bits = setting.bits(weight.dtype or layer.variable_dtype) or 0
        size = f"{elements} x {bits // 8}" if bits % 8 == 0 else f"ceil({elements} x {bits} / 8)"
        sizes.append(size)
    values = (found[0], found[1], -(-found[2] // 8))
    texts = (" + ".join(parts) for parts in (trained, fixed, sizes))
    return [
        Arithmetic(column, text, value) if text else Arithmetic(column, "0")
        for column, text, value in zip(_COLUMNS[1:], texts, values, strict=True)
    ]


def _total(counts: Iterable[_Count | None], repeated: _Count) -> _Count:
    """The sum of what is known, less what is counted more than once."""
    known = [count for count in counts if count is not None]
    sums = map(accumulated, zip(_NOTHING, *known, strict=True))
    trainable, non_trainable, bits = (s - r for s, r in zip(sums, repeated, strict=True))
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
    return {
        "params": trainable + non_trainable,
        "trainable_params": trainable,
        "non_trainable_params": non_trainable,
        "weight_bytes": -(-bits // 8),
    }
