"""A model that is alive in Keras."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from convzoo.errors import SourceError
from convzoo.graph.config import graph_from_config
from convzoo.graph.dims import UNKNOWN, Shape
from convzoo.graph.facts import Weight
from convzoo.graph.graph import Graph
from convzoo.graph.layer import Call, Layer, Tensor
from convzoo.graph.structure import leaves
from convzoo.graph.unknown_layer import UnknownLayer


def read_live_model(model: Any) -> Graph:
    """The architecture of a live Keras model.

    Of a layer of an unknown class, weights and output shapes are read as Keras has them. Of a model
    with code of its own, a subclass of `keras.Model`, all layers are; how they are connected is
    unknown.

    Raises:
        SourceError: when it is no Keras model.
    """
    if not hasattr(model, "to_json") or not hasattr(model, "layers"):
        raise SourceError(
            f"Can't read an architecture from {type(model).__name__!r}. Give a name of the zoo, a "
            "path, a typed stack, a Keras config or a Keras model."
        )
    graph = _read(model)
    _tell_shared_variables(graph, model)
    return graph


def _read(model: Any) -> Graph:
    config = _layers_config(model)
    if config is None:
        return LiveLayers(model)
    graph = graph_from_config(config)
    _tell_unknown_layers(graph, model)
    return graph


def _layers_config(model: Any) -> Any:
    """The config of a Sequential or functional model, which says all; `None` of another."""
    try:
        config = json.loads(model.to_json())
    except Exception:
        # Keras raises several errors where the author has written no get_config, and a get_config
        # of somebody's own may fail in any way.
        return None
    return config if "layers" in config.get("config", ()) else None


def _rows(model: Any) -> list[Any]:
    """What `model.summary()` shows: layers, and operations, which `model.layers` leaves out."""
    is_functional = hasattr(model, "operations") and hasattr(model, "_nodes_by_depth")
    rows: list[Any] = model.operations if is_functional else model.layers
    return rows


def _tell_unknown_layers(graph: Graph, model: Any) -> None:
    """Tell the layers of unknown classes what Keras knows of them."""
    live = {layer.name: layer for layer in _rows(model)}
    for layer in graph.layers:
        if isinstance(layer, Graph):
            _tell_unknown_layers(layer, live[layer.name])
        elif isinstance(layer, UnknownLayer) and layer.name in live:
            layer.variables = _weights(live[layer.name])
    for call in graph.calls:
        if isinstance(call.layer, UnknownLayer) and call.layer.name in live:
            # What takes an output has told its shape already; what is left goes to nobody.
            shapes = _output_shapes(live[call.layer.name])
            for tensor, shape in zip(call.output_tensors, shapes, strict=False):
                if not tensor.is_known:
                    tensor.shape = shape


def _tell_shared_variables(graph: Graph, model: Any) -> None:
    """Tell layers of the variables that others of them hold too: configs don't."""
    pairs = dict(_pairs(graph, model))
    holders = Counter(id(weight) for live in pairs.values() for weight in _live_weights(live))
    for layer, live in pairs.items():
        weights = [id(weight) for weight in _live_weights(live)]
        shared = {place: held for place, held in enumerate(weights) if holders[held] > 1}
        if shared and len(weights) == len(layer.variables or ()):
            layer.shared_variables = shared


def _pairs(graph: Graph, model: Any) -> Iterator[tuple[Layer, Any]]:
    """Every layer that is no model, with the one in Keras."""
    live = {layer.name: layer for layer in _rows(model)}
    for layer in graph.layers:
        if isinstance(layer, Graph):
            yield from _pairs(layer, live[layer.name])
        elif layer.name in live:
            yield layer, live[layer.name]


def _live_weights(layer: Any) -> list[Any]:
    return list(getattr(layer, "weights", ()))


class LiveLayers(Graph):
    """The layers of a model whose own code connects them.

    Args:
        model: the Keras model.
    """

    def __init__(self, model: Any) -> None:
        self._begin(model.name, model.trainable)
        self.inputs = self.outputs = None
        self.__dict__["class_name"] = type(model).__name__
        self.layers = [*map(_described, _rows(model)), *_beside_layers(model)]
        self.calls = [_shown_call(layer) for layer in self.layers]


def _described(layer: Any) -> Layer:
    """A layer with the weights and the output shape that Keras knows of it."""
    if hasattr(layer, "layers") and hasattr(layer, "to_json"):
        return _read(layer)
    described = _unknown(layer)
    described.variables = _weights(layer)
    if described.variables is None:
        described.unknown_because = "it is not built: call the model on data once"
    else:
        described.unknown_because = "the model's own code calls it: its work is unknown"
        for number, shape in enumerate(_output_shapes(layer)):
            described.tell(number, shape)
    return described


def _unknown(layer: Any) -> UnknownLayer:
    return UnknownLayer.of_entry(
        {
            "module": type(layer).__module__,
            "class_name": type(layer).__name__,
            "config": {"name": layer.name, "trainable": getattr(layer, "trainable", True)},
            "registered_name": None,
        }
    )


def _beside_layers(model: Any) -> list[Layer]:
    """A row for the weights that the model holds beside its layers.

    Keras counts them in the total and shows them in no row.
    """
    shown = {id(weight) for layer in _rows(model) for weight in getattr(layer, "weights", ())}
    held = [weight for weight in model.weights if id(weight) not in shown] if model.built else []
    if not held:
        return []
    row = _unknown(model)
    row.unknown_because = "weights that the model holds beside its layers"
    row.variables = tuple(map(_weight, held))
    return [row]


def _weights(layer: Any) -> tuple[Weight, ...] | None:
    """The variables, or `None` where they are not made yet; an operation has none."""
    if not getattr(layer, "built", True):
        return None
    return tuple(map(_weight, _live_weights(layer)))


def _weight(weight: Any) -> Weight:
    return Weight(weight.name, tuple(weight.shape), bool(weight.trainable), str(weight.dtype))


def _output_shapes(layer: Any) -> list[Shape]:
    """The shapes that `model.summary()` shows, as far as they are known."""
    try:
        if nodes := layer._inbound_nodes:
            return [tuple(tensor.shape) for tensor in nodes[-1].output_tensors]
        shape = layer.compute_output_shape(**layer._build_shapes_dict)
    except Exception:
        return []  # Somebody's own code may fail in any way.
    flat = isinstance(shape, tuple) and all(dim is None or type(dim) is int for dim in shape)
    return [shape] if flat else []


def _shown_call(layer: Layer) -> Call:
    """A call that shows the layer's output, whatever it takes."""
    if isinstance(layer, Graph):
        outputs = [Tensor(tensor.shape, tensor.dtype) for tensor in layer.output_tensors]
        return Call(layer, (layer.inputs,), {}, (), outputs or [Tensor(UNKNOWN)])
    outputs = layer.output(None)
    for tensor in leaves(outputs):
        tensor.is_recovered = False
    return Call(layer, (), {}, (), outputs)
