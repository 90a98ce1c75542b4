"""The calculation against Keras itself, row by row."""

from __future__ import annotations

import re
from typing import Any

from convzoo.analyses.report import Report, Row
from convzoo.building import build


def differences(report: Report, model: Any = None) -> list[str]:
    """Build the report's model with Keras, and say where the two disagree.

    Args:
        report: what is calculated.
        model: the model, where it is built already.

    Returns:
        One line for each difference; none when they agree.

    Raises:
        BuildError: when Keras or a backend for it is missing, or Keras refuses the model.
    """
    if model is None:
        model = build(report.graph)
    found = _compare_layers(report.rows, _layers(model), "")
    for total, theirs in (
        ("params", model.count_params()),
        ("trainable_params", _count(model.trainable_weights)),
        ("non_trainable_params", _count(model.non_trainable_weights)),
    ):
        ours = report.total(total)
        if ours != theirs:
            found.append(f"total {total}: convzoo {ours:,}, Keras {theirs:,}")
    return found


def _layers(model: Any) -> list[Any]:
    """The model's layers, and the operations among them, which `model.layers` leaves out."""
    layers: list[Any] = getattr(model, "operations", model.layers)
    return layers


def _compare_layers(rows: tuple[Row, ...], layers: list[Any], above: str) -> list[str]:
    found = []
    names = [row.name for row in rows], [layer.name for layer in layers]
    if names[0] != names[1]:
        return [f"{above or 'the model'}: rows convzoo {names[0]}, Keras {names[1]}"]
    for row, layer in zip(rows, layers, strict=True):
        place = above + row.name
        for what, ours, theirs in (
            ("class", row.class_name, type(layer).__name__),
            ("output shape", row.output_shape, _output_shape(layer)),
            ("params", row.params, _count(getattr(layer, "weights", []))),
            ("weights", *_weights(row, layer)),
        ):
            if ours != theirs:
                found.append(f"{place}: {what}: convzoo {ours}, Keras {theirs}")
        if row.layers:
            found += _compare_layers(row.layers, _layers(layer), f"{place}/")
    return found


def _output_shape(layer: Any) -> Any:
    import keras

    tensors = keras.tree.flatten(layer._inbound_nodes[-1].output_tensors)
    shapes = [tuple(tensor.shape) for tensor in tensors]
    return shapes[0] if len(shapes) == 1 else shapes


def _weights(row: Row, layer: Any) -> tuple[Any, Any]:
    ours = sorted((weight.name, weight.shape) for weight in row.layer.variables or ())
    weights = getattr(layer, "weights", [])
    theirs = sorted((_unnumbered(weight.name), tuple(weight.shape)) for weight in weights)
    return ours, theirs


def _unnumbered(name: str) -> str:
    """The name of a variable, without the number of one that its layer gives no name."""
    return "variable" if re.fullmatch(r"variable_\d+", name) else name


def _count(weights: list[Any]) -> int:
    from math import prod

    return sum(prod(weight.shape) for weight in weights)
