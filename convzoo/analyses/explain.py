"""The arithmetic behind a number, as a teacher would write it.

The layers' own formulas run on dims that remember where they came from (`Worked`), so what is
printed is what was calculated.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from convzoo.analyses import ANALYSES, STANDARD, Arithmetic, Setting
from convzoo.graph.dims import Dim, Shape, UnknownShapeError, Worked
from convzoo.graph.facts import Weight
from convzoo.graph.graph import Graph
from convzoo.graph.layer import Call, Layer, Tensor, fact_arguments
from convzoo.graph.structure import leaves, map_leaves
from convzoo.graph.trace import Trace

_AXES = {
    1: ("features",),
    2: ("steps", "channels"),
    3: ("height", "width", "channels"),
    4: ("depth", "height", "width", "channels"),
}


class Explanation(NamedTuple):
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


def explain(
    graph: Graph, columns: Sequence[str] = ("params",), setting: Setting = STANDARD
) -> list[Explanation]:
    """Explain the output shape of every row, and its value in each column.

    Args:
        graph: the architecture.
        columns: the columns.
        setting: what the values depend on beside the architecture.

    Returns:
        Explanations in the order of the rows; at least one for each row but the inputs.
    """
    calls: dict[Layer, Call] = {}
    for call in graph.calls:
        calls[call.layer] = call
    more = [column for column in columns if column != "params"]
    found = _in_columns(graph, more, setting._replace(explained=True)) if more else {}
    explanations: list[Explanation] = []
    for layer in graph.unique_layers():
        call_of_layer = calls.get(layer)
        if call_of_layer is None or not call_of_layer.inputs:
            continue
        own = [] if isinstance(layer, Graph) else _of_shape_and_params(call_of_layer, columns)
        others = [_shortened(one, own) for one in found.get(layer, ())]
        explanations += [Explanation(layer.name, *one) for one in (*own, *others)]
        if isinstance(layer, Graph):
            explanations += [
                Explanation(
                    f"{layer.name}/{inner.layer}", inner.quantity, inner.arithmetic, inner.result
                )
                for inner in explain(layer, columns, setting)
            ]
    return explanations


def _in_columns(
    graph: Graph, columns: Sequence[str], setting: Setting
) -> dict[Layer, list[Arithmetic]]:
    """The arithmetic of every layer's values, as the analyses themselves have it.

    They run on dims that remember where they came from.
    """
    trace = Trace(graph).restated(_worked)
    rows: dict[Layer, list[Arithmetic]] = {}
    told: set[tuple[Layer, int]] = set()
    for column in columns:
        analysis = ANALYSES.get(column)
        findings = analysis.run(trace, setting)
        for layer, values in findings.rows.items():
            if layer not in findings.arithmetic:
                rows.setdefault(layer, []).append(_of_value(column, values[column]))
            elif (layer, id(analysis)) not in told:
                rows.setdefault(layer, []).extend(
                    one for one in findings.arithmetic[layer] if one.quantity.split()[0] in columns
                )
                told.add((layer, id(analysis)))
    return rows


def _shortened(value: Arithmetic, dims: Sequence[Arithmetic]) -> Arithmetic:
    """The arithmetic with the sizes of the output, which are explained above it, as numbers."""
    text = value.text
    for dim in dims:
        if dim.result is not None and value.result is not None:
            factor = re.escape(dim.text)
            text = re.sub(rf"\({factor}\)|(?<!\S){factor}(?= )", f"{dim.result:,}", text)
    return value._replace(text=text)


def _of_value(column: str, value: Any) -> Arithmetic:
    if isinstance(value, Worked) and not value.is_leaf:
        return Arithmetic(column, value.text, int(value))
    return Arithmetic(column, "unknown" if value is None else _text_of(value))


def _text_of(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


def _of_shape_and_params(call: Call, columns: Sequence[str]) -> list[Arithmetic]:
    try:
        return _of_known(call, columns)
    except UnknownShapeError:
        return [Arithmetic("output shape, params", "unknown: a shape within it is unknown")]


def _of_known(call: Call, columns: Sequence[str]) -> list[Arithmetic]:
    layer = call.layer
    if layer.unknown_because is not None or not all(tensor.is_known for tensor in call.inputs):
        reason = layer.unknown_because or "the shape of its input is unknown"
        return [Arithmetic("output shape, params", f"unknown: {reason}")]
    args = map_leaves(_worked_leaf, call.args)
    kwargs = map_leaves(_worked_leaf, fact_arguments(call.kwargs))
    outputs = leaves(layer.output(*args, **kwargs))
    found = []
    for number, output in enumerate(outputs):
        which = f"output {number} " if len(outputs) > 1 else ""
        for axes, dim in _worked_axes(layer, output.shape):
            found.append(Arithmetic(f"{which}{axes}", dim.text, int(dim)))
    if not found:
        unchanged = any(output.shape == call.inputs[0].shape for output in call.output_tensors)
        words = "the input's" if unchanged else _shape_text(outputs[0].shape)
        found.append(Arithmetic("output shape", words))
    if "params" not in columns:
        return found
    # An operation has some where it is the first to calculate with variables of the code.
    weights = layer.weights(*args, **kwargs) or layer.variables
    if not weights:
        found.append(Arithmetic("params", "none: nothing is learned"))
    else:
        total = sum(weight.elements or 0 for weight in layer.variables or ())
        found.append(Arithmetic("params", _params_text(layer, weights), int(total)))
    return found


def _worked_leaf(leaf: Any) -> Any:
    return _worked(leaf) if isinstance(leaf, Tensor) else leaf


def _worked(tensor: Tensor) -> Tensor:
    """The tensor with its dims as operands; the batch is no part of the arithmetic."""
    if not tensor.is_known:
        return Tensor(tensor.shape, tensor.dtype)
    dims = (dim if dim is None else Worked.leaf(dim) for dim in tensor.shape[1:])
    return Tensor((*tensor.shape[:1], *dims), tensor.dtype)


def _worked_axes(layer: Layer, shape: Shape) -> list[tuple[str, Worked]]:
    """The dims that were calculated, each with the names of the axes that share its arithmetic."""
    names: tuple[str, ...] = _AXES.get(len(shape) - 1, ())
    if getattr(layer, "data_format", None) == "channels_first" and len(names) > 1:
        names = (names[-1], *names[:-1])
    if not names:
        names = tuple(f"axis {axis}" for axis in range(1, len(shape)))
    by_text: dict[str, tuple[list[str], Worked]] = {}
    for name, dim in zip(names, shape[1:], strict=True):
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
