"""An architecture whose tensors have the channels first, with the same weights and values."""

from __future__ import annotations

from typing import Any

from convzoo.errors import ArgumentError
from convzoo.graph.config import graph_from_config
from convzoo.graph.dims import Shape
from convzoo.graph.graph import Graph
from convzoo.graph.input import InputLayer
from convzoo.graph.layer import Call, Layer
from convzoo.operations.families import Elementwise

# What does the same to each element, wherever it stands.
_TO_EACH_ELEMENT = frozenset(
    {
        "Activation", "ActivityRegularization", "Add", "AlphaDropout", "Average",
        "CustomScaleLayer", "Dropout", "ELU", "GaussianDropout", "GaussianNoise", "Identity",
        "LeakyReLU", "Maximum", "Minimum", "Multiply", "ReLU", "Rescaling", "StochasticDepth",
        "Subtract",
    }
)  # fmt: skip

# What works along the axis that an argument names.
_ALONG_AN_AXIS = frozenset(
    {
        "BatchNormalization", "Concatenate", "GroupNormalization", "LayerNormalization",
        "Normalization", "RMSNormalization", "Softmax", "UnitNormalization",
    }
)  # fmt: skip

# Activations that always work along the last axis.
_ALONG_THE_LAST_AXIS = frozenset({"glu", "log_softmax", "softmax", "sparsemax"})


def in_channels_first(graph: Graph) -> Graph:
    """The same architecture with the channels as the first axis after the batch.

    It gives the same outputs, those with places with their axes in the new order, for inputs in the
    new order and the same weights.

    Raises:
        ArgumentError: when it has no channels, or a layer needs them last.
    """
    if all(len(shape) < 3 for shape in graph.input_shapes):
        raise ArgumentError(
            "data_format='channels_first': its input has no axis for channels beside others. "
            "Leave data_format out."
        )
    config = graph.to_config()
    entries = {entry["config"]["name"]: entry for entry in config["config"]["layers"]}
    for call in graph.calls:
        entries[call.layer.name]["config"].update(_changed_arguments(call))
    changed = graph_from_config(config)
    for call, new_call in zip(graph.calls, changed.calls, strict=True):
        for tensor, new in zip(call.output_tensors, new_call.output_tensors, strict=True):
            if new.shape != _channels_first(tensor.shape):
                raise _needs_them_last(call.layer)
    return changed


def _channels_first(shape: Shape) -> Shape:
    return shape if len(shape) < 3 else (shape[0], shape[-1], *shape[1:-1])


def _axis(axis: int, rank: int) -> int:
    """The place to which an axis goes."""
    place = axis % rank
    return place if place == 0 else 1 if place == rank - 1 else place + 1


def _needs_them_last(layer: Layer, why: str = "") -> ArgumentError:
    return ArgumentError(
        f"data_format='channels_first': {layer.class_name} {layer.name!r} needs the channels as "
        f"the last axis{why}. Leave data_format out."
    )


def _changed_arguments(call: Call) -> dict[str, Any]:
    """The arguments of the layer that differ when channels come first."""
    layer: Any = call.layer
    kind = layer.class_name
    shapes = [tensor.shape for tensor in call.inputs]
    if isinstance(layer, InputLayer):
        return {"batch_shape": list(_channels_first(layer.tensor.shape))}
    ranks = {len(shape) for shape in shapes}
    if kind == "Reshape":
        return _reshape(layer, shapes[0], call.output_tensors[0].shape)
    if max(ranks) < 3:
        return {}
    if len(ranks) > 1:
        raise _needs_them_last(layer)
    if layer.activation_name in _ALONG_THE_LAST_AXIS and kind not in _ALONG_AN_AXIS:
        raise _needs_them_last(layer, f" for its {layer.activation_name}")
    if "data_format" in type(layer).arguments:
        return {"data_format": "channels_first"}
    if kind in _ALONG_AN_AXIS:
        return {"axis": _axes(layer, ranks.pop())}
    if kind == "Pad" and len(layer.pad_width) == len(shapes[0]):
        batch, *places, channels = layer.pad_width
        return {"pad_width": [batch, channels, *places]}
    noise_shape = getattr(layer, "noise_shape", None)
    if kind == "Dropout" and noise_shape is not None:
        return {"noise_shape": list(_channels_first(tuple(noise_shape)))}
    if kind == "Rescaling" and not all(
        isinstance(value, (int, float)) for value in (layer.scale, layer.offset)
    ):
        raise _needs_them_last(layer)
    if kind in _TO_EACH_ELEMENT or isinstance(layer, Elementwise):
        return {}
    raise _needs_them_last(layer)


def _axes(layer: Any, rank: int) -> Any:
    if not isinstance(layer.axis, (list, tuple)):
        return None if layer.axis is None else _axis(layer.axis, rank)
    if len(layer.axis) > 1 and layer.variables:
        # The axes of the weights would change places too.
        raise _needs_them_last(layer)
    return [_axis(axis, rank) for axis in layer.axis]


def _reshape(layer: Layer, shape: Shape, output_shape: Shape) -> dict[str, Any]:
    """The target of a Reshape whose elements come out in the order that they should have."""
    stays = _is_in_one_order(shape) and _is_in_one_order(output_shape)
    keeps_channels = min(len(shape), len(output_shape)) > 2 and shape[-1] == output_shape[-1]
    if not stays and not keeps_channels:
        raise _needs_them_last(layer)
    target = [-1 if size is None else size for size in _channels_first(output_shape)[1:]]
    return {"target_shape": target}


def _is_in_one_order(shape: Shape) -> bool:
    """Whether the elements of a sample are in one order, be the channels first or last."""
    *places, channels = shape[1:]
    return channels == 1 or all(size == 1 for size in places)
