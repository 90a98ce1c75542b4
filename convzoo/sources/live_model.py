"""A model that is alive in Keras."""

from __future__ import annotations

import json
from typing import Any

from convzoo.errors import SourceError
from convzoo.graph.config import graph_from_config
from convzoo.graph.dims import UNKNOWN
from convzoo.graph.facts import Weight
from convzoo.graph.graph import Graph
from convzoo.graph.layer import Call, Layer, Tensor
from convzoo.graph.unknown_layer import UnknownLayer


def read_live_model(model: Any) -> Graph:
    """The architecture of a live Keras model.

    Of a model with code of its own, a subclass of `keras.Model`, the layers are read as Keras has
    them; how they are connected is unknown.

    Raises:
        SourceError: when it is no Keras model.
    """
    if not hasattr(model, "to_json") or not hasattr(model, "layers"):
        raise SourceError(
            f"Can't read an architecture from {type(model).__name__!r}. Give a name of the zoo, a "
            "path, a typed stack, a Keras config or a Keras model."
        )
    config = _layers_config(model)
    return LiveLayers(model) if config is None else graph_from_config(config)


def _layers_config(model: Any) -> Any:
    """The config of a Sequential or functional model, which says all; `None` of another."""
    try:
        config = json.loads(model.to_json())
    except Exception:
        # Keras raises several errors where the author has written no get_config, and a get_config
        # of somebody's own may fail in any way.
        return None
    return config if "layers" in config.get("config", ()) else None


class LiveLayers(Graph):
    """The layers of a model whose own code connects them.

    Args:
        model: the Keras model.
    """

    def __init__(self, model: Any) -> None:
        self._begin(model.name, model.trainable)
        self.inputs = self.outputs = None
        self.__dict__["class_name"] = type(model).__name__
        self.layers = [_described(layer) for layer in model.layers]
        self.calls = [_shown_call(layer) for layer in self.layers]


def _described(layer: Any) -> Layer:
    """A layer with the weights and the output shape that Keras knows of it."""
    if hasattr(layer, "layers") and hasattr(layer, "to_json"):
        return read_live_model(layer)
    described = UnknownLayer(
        {
            "module": type(layer).__module__,
            "class_name": type(layer).__name__,
            "config": {"name": layer.name, "trainable": layer.trainable},
            "registered_name": None,
        }
    )
    if layer.built:
        described.unknown_because = "the model's own code calls it: its work is unknown"
        described.variables = tuple(
            Weight(w.name, tuple(w.shape), bool(w.trainable), str(w.dtype)) for w in layer.weights
        )
        if (shape := _output_shape(layer)) is not None:
            described.tell(0, shape)
    else:
        described.unknown_because = "it is not built: call the model on data once"
    return described


def _output_shape(layer: Any) -> Any:
    """The shape that `model.summary()` shows, or `None`."""
    try:
        shape = layer.compute_output_shape(**layer._build_shapes_dict)
    except Exception:
        return None  # Somebody's own code may fail in any way.
    flat = isinstance(shape, tuple) and all(dim is None or type(dim) is int for dim in shape)
    return shape if flat else None


def _shown_call(layer: Layer) -> Call:
    """A call that shows the layer's output, whatever it takes."""
    if isinstance(layer, Graph):
        outputs = [Tensor(tensor.shape, tensor.dtype) for tensor in layer.output_tensors]
        return Call(layer, (layer.inputs,), {}, (), outputs or [Tensor(UNKNOWN)])
    return Call(layer, (), {}, (), layer.output(None))
