"""The arithmetic behind a number, as a teacher would write it.

The layers' own formulas run on dims that remember where they came from (`Worked`), so what is
printed is what was calculated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from convzoo.graph.dims import Dim, Shape, Worked
from convzoo.graph.facts import Weight
from convzoo.graph.graph import Graph
from convzoo.graph.layer import Call, Layer, Tensor, fact_arguments
from convzoo.graph.structure import leaves, map_leaves

_AXES = {
    1: ("features",),
    2: ("steps", "channels"),
    3: ("height", "width", "channels"),
    4: ("depth", "height", "width", "channels"),
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """One number of one row, and its arithmetic.

    Args:
        layer: the layer's name; those of nested models before it, parted by `/`.
        quantity: what the number is, such as `"height, width"` or `"params"`.
        arithmetic: an expression, or words where nothing is calculated.
        result: its value; `None` where nothing is calculated.
    """

    layer: str
    quantity: str
    arithmetic: str
    result: int | None = None

    def __str__(self) -> str:
        end = "" if self.result is None else f" = {self.result:,}"
        return f"{self.quantity}: {self.arithmetic}{end}"


def explain(graph: Graph) -> list[Explanation]:
    """Explain the output shape and the parameters of every row.

    Returns:
        Explanations in the order of the rows; at least one for each row but the inputs.
    """
    calls: dict[Layer, Call] = {}
    for call in graph.calls:
        calls[call.layer] = call
    explanations = []
    for layer in graph.unique_layers():
        call_of_layer = calls.get(layer)
        if call_of_layer is None or not call_of_layer.inputs:
            continue
        if isinstance(layer, Graph):
            explanations += [
                Explanation(
                    f"{layer.name}/{inner.layer}", inner.quantity, inner.arithmetic, inner.result
                )
                for inner in explain(layer)
            ]
            continue
        explanations += _explain_call(call_of_layer)
    return explanations


def _explain_call(call: Call) -> list[Explanation]:
    layer = call.layer
    if layer.unknown_because is not None or not all(tensor.is_known for tensor in call.inputs):
        reason = layer.unknown_because or "the shape of its input is unknown"
        return [Explanation(layer.name, "output shape, params", f"unknown: {reason}")]
    args = map_leaves(_worked, call.args)
    kwargs = map_leaves(_worked, fact_arguments(call.kwargs))
    outputs = leaves(layer.output(*args, **kwargs))
    found = []
    for number, output in enumerate(outputs):
        which = f"output {number} " if len(outputs) > 1 else ""
        for axes, dim in _worked_axes(layer, output.shape):
            found.append(Explanation(layer.name, f"{which}{axes}", dim.text, int(dim)))
    if not found:
        unchanged = any(output.shape == call.inputs[0].shape for output in call.output_tensors)
        words = "the input's" if unchanged else _shape_text(outputs[0].shape)
        found.append(Explanation(layer.name, "output shape", words))
    weights = layer.weights(*args, **kwargs)
    if not weights:
        found.append(Explanation(layer.name, "params", "none: nothing is learned"))
    else:
        total = sum(weight.elements or 0 for weight in layer.variables or ())
        found.append(Explanation(layer.name, "params", _params_text(layer, weights), int(total)))
    return found


def _worked(leaf: Any) -> Any:
    """The tensor with its dims as operands; the batch is no part of the arithmetic."""
    if not isinstance(leaf, Tensor):
        return leaf
    dims = (dim if dim is None else Worked.leaf(dim) for dim in leaf.shape[1:])
    return Tensor((*leaf.shape[:1], *dims), leaf.dtype)


def _worked_axes(layer: Layer, shape: Shape) -> list[tuple[str, Worked]]:
    """The dims that were calculated, each with the names of the axes that share its arithmetic."""
    names: tuple[str, ...] = _AXES.get(len(shape) - 1, ())
    if getattr(layer, "data_format", None) == "channels_first" and len(names) > 1:
        names = (names[-1], *names[:-1])
    if not names:
        names = tuple(f"axis {axis}" for axis in range(1, len(shape)))
    by_text: dict[str, tuple[list[str], Worked]] = {}
    for name, dim in zip(names, shape[1:], strict=False):
        if isinstance(dim, Worked) and not dim.is_leaf:
            by_text.setdefault(dim.text, ([], dim))[0].append(name)
    return [(", ".join(axes), dim) for axes, dim in by_text.values()]


def _shape_text(shape: Shape) -> str:
    return " x ".join("?" if dim is None else f"{dim:,}" for dim in shape[1:]) or "one number"


def _params_text(layer: Layer, weights: Sequence[Weight]) -> str:
    """The sum of the weights' elements, the last axis factored out where all share it."""
    last = {weight.shape[-1] if weight.shape else None for weight in weights}
    shared = last.pop() if len(last) == 1 else None
    if shared is None or (len(weights) == 1 and len(weights[0].shape) == 1):
        return " + ".join(_weight_text(weight.name, weight.shape) for weight in weights)
    inside = " + ".join(_weight_text(weight.name, weight.shape[:-1]) for weight in weights)
    if len(weights) > 1:
        inside = f"({inside})"
    return f"{_dim_text(shared)} {layer.units_argument} x {inside}"


def _weight_text(name: str, shape: Shape) -> str:
    count = " x ".join(_dim_text(dim) for dim in shape) or "1"
    return f"{count} {'weights' if name == 'kernel' else name}"


def _dim_text(dim: Dim) -> str:
    if isinstance(dim, Worked):
        return dim.text if dim.binds_as_operand else f"({dim.text})"
    return f"{dim:,}"
