"""An architecture as the config from which Keras builds it.

Equals `get_config` of `keras/src/models` and `keras/src/saving/serialization_lib.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isclose
from typing import Any

from convzoo.errors import GraphError
from convzoo.graph.config import Config
from convzoo.graph.dims import Shape
from convzoo.graph.dtypes import policy_config
from convzoo.graph.graph import Graph, Model, Sequential
from convzoo.graph.identifiers import canonical_name, kind_of_argument, saved_activation
from convzoo.graph.input import InputLayer
from convzoo.graph.layer import Call, Constant, Layer, Tensor
from convzoo.graph.structure import map_leaves

# The defaults of Keras's initializers, regularizers and constraints, so that one written by name
# and the same one saved by Keras are the same config. Equals the files of
# `keras/src/initializers`, `keras/src/regularizers` and `keras/src/constraints`.
_DEFAULTS: dict[str, Config] = {
    "RandomNormal": {"mean": 0.0, "stddev": 0.05},
    "TruncatedNormal": {"mean": 0.0, "stddev": 0.05},
    "RandomUniform": {"minval": -0.05, "maxval": 0.05},
    "VarianceScaling": {"scale": 1.0, "mode": "fan_in", "distribution": "truncated_normal"},
    "Orthogonal": {"gain": 1.0},
    "Identity": {"gain": 1.0},
    "Constant": {"value": 0.0},
    "STFT": {"side": "real", "window": "hann", "periodic": False, "scaling": "density"},
    "L1": {"l1": 0.01},
    "L2": {"l2": 0.01},
    "L1L2": {"l1": 0.0, "l2": 0.0},
    "OrthogonalRegularizer": {"factor": 0.01, "mode": "rows"},
    "MaxNorm": {"max_value": 2, "axis": 0},
    "MinMaxNorm": {"min_value": 0.0, "max_value": 1.0, "rate": 1.0, "axis": 0},
    "UnitNorm": {"axis": 0},
}


def config_of(graph: Graph, in_keras: bool = True) -> Config:
    """The config from which Keras builds the model, and from which `graph_from_config` reads it.

    An argument that has its default is left out, so that equal architectures have equal configs.

    Args:
        graph: the architecture.
        in_keras: whether a layer that Keras 3 has no more is written as the operation that it is.
    """
    graph.check_config()
    body: Config = {"name": graph.name, "trainable": graph.trainable}
    if isinstance(graph, Sequential):
        inputs = [] if graph.inputs is None else [graph.inputs.call.layer]
        body["layers"] = [_layer_entry(layer, in_keras) for layer in (*inputs, *graph.layers)]
    else:
        nodes = _NodeWriter(graph, in_keras)
        body["layers"] = [nodes.entry(layer) for layer in graph.layers]
        body["input_layers"] = map_leaves(nodes.end, graph.inputs)
        body["output_layers"] = map_leaves(nodes.end, graph.outputs)
    return {
        "module": graph.keras_module,
        "class_name": graph.class_name,
        "config": body,
        "registered_name": None,
    }


def _layer_entry(layer: Layer, in_keras: bool = True) -> Config:
    if isinstance(layer, Graph):
        return config_of(layer, in_keras)
    return {
        "module": layer.keras_module,
        "class_name": layer.class_name,
        "config": layer.to_config(),
        "registered_name": layer.registered_name,
    }


class _NodeWriter:
    """Numbers the calls of a functional model by layer, as Keras saves them."""

    def __init__(self, graph: Graph, in_keras: bool) -> None:
        self._in_keras = in_keras
        self._index: dict[Call, int] = {}
        self._calls: dict[Layer, list[Call]] = {}
        for call in sorted(graph.calls, key=lambda call: call.number):
            calls = self._calls.setdefault(call.layer, [])
            self._index[call] = len(calls)
            calls.append(call)

    def entry(self, layer: Layer) -> Config:
        nodes = []
        entry = None
        for call in self._calls[layer]:
            called, args, kwargs = layer, call.args, call.kwargs
            if self._in_keras:
                called, args, kwargs = layer.in_keras(call)
            found = _layer_entry(called, self._in_keras)
            if entry not in (None, found):
                raise GraphError(
                    f"{layer.class_name} '{layer.name}' is another operation of Keras 3 in each of "
                    "its calls. Save the model with one call of it."
                )
            entry = found
            if call.inputs:
                nodes.append(
                    {
                        "args": [self._value(value) for value in args],
                        "kwargs": {key: self._value(value) for key, value in kwargs.items()},
                    }
                )
        assert entry is not None
        return {**entry, "name": layer.name, "inbound_nodes": nodes}

    def end(self, tensor: Tensor) -> list[Any]:
        """What names an input or an output of the model."""
        name, index, position = self._history(tensor)
        # Here a functional model's definition counts as its call 0, and only here.
        nested = tensor.call is not None and isinstance(tensor.call.layer, Model)
        return [name, index + 1 if nested else index, position]

    def _history(self, tensor: Tensor) -> list[Any]:
        assert tensor.call is not None
        return [tensor.call.layer.name, self._index[tensor.call], tensor.index]

    def _value(self, value: Any) -> Any:
        if isinstance(value, (list, tuple)):
            return [self._value(part) for part in value]
        if isinstance(value, dict):
            return {key: self._value(part) for key, part in value.items()}
        return self._leaf(value)

    def _leaf(self, leaf: Any) -> Any:
        if isinstance(leaf, Tensor):
            return self._tensor(leaf)
        if isinstance(leaf, Constant):
            return leaf.config
        if isinstance(leaf, slice):
            config = {"start": leaf.start, "stop": leaf.stop, "step": leaf.step}
            return {"class_name": "__slice__", "config": config}
        return {"class_name": "__ellipsis__", "config": {}} if leaf is Ellipsis else leaf

    def _tensor(self, tensor: Tensor) -> Config:
        return {
            "class_name": "__keras_tensor__",
            "config": {
                "shape": list(tensor.shape) if tensor.is_known else None,
                "dtype": tensor.dtype,
                "keras_history": self._history(tensor),
            },
        }


def argument_config(key: str, value: Any) -> Any:
    """The one form in which an argument is written to a config.

    Lists stand for tuples, a Keras object with its default settings by its snake-case name, and no
    activation is the one that Keras calls "linear".
    """
    if isinstance(value, (list, tuple)):
        return [argument_config("", part) for part in value]
    if isinstance(value, Layer):
        return _layer_entry(value)
    if key == "dtype" and isinstance(value, str):
        return policy_config(value)
    if key == "quantization_config":
        # Keras knows these by their configs only, never by a name.
        return _with_lists(value)
    if isinstance(value, dict):
        return _object_config(value)
    if hasattr(value, "get_config"):
        module = type(value).__module__.partition("keras.src.")[2].partition(".")[0]
        return _object_config(
            {
                "module": f"keras.{module}",
                "class_name": type(value).__name__,
                "config": value.get_config(),
                "registered_name": None,
            }
        )
    if callable(value):
        value = getattr(value, "__name__", str(value))
    kind = kind_of_argument(key)
    if kind == "activation" and value is None:
        return "linear"
    if kind and isinstance(value, str):
        value = canonical_name(value)
        return saved_activation(value) if kind == "activation" else value
    return value


def _with_lists(value: Any) -> Any:
    """The value with lists in place of tuples, as JSON has it."""
    if isinstance(value, dict):
        return {key: _with_lists(part) for key, part in value.items()}
    return [_with_lists(part) for part in value] if isinstance(value, (list, tuple)) else value


def _object_config(value: Config) -> Config | str:
    class_name, config = value.get("class_name"), value.get("config")
    if isinstance(class_name, str) and isinstance(config, dict):
        settings = {key: part for key, part in config.items() if part is not None}
        if not settings or _are_the_same(settings, _DEFAULTS.get(class_name, {})):
            return canonical_name(class_name)
        if class_name == "VarianceScaling" and (name := _variance_scaling_name(settings)):
            return name
    # A file numbers the objects that several layers share; the number says nothing of them.
    kept = {key: part for key, part in value.items() if key != "shared_object_id"}
    return {key: argument_config("", part) for key, part in kept.items()}


def _are_the_same(settings: Config, defaults: Config) -> bool:
    """Whether the settings are these; some pass through a float32 when Keras saves them."""
    return settings.keys() == defaults.keys() and all(
        value == defaults[key]
        or (isinstance(value, float) and isclose(value, defaults[key], rel_tol=1e-6))
        for key, value in settings.items()
    )


def _variance_scaling_name(settings: Config) -> str | None:
    for name, scale, mode, distribution in (
        ("glorot_uniform", 1.0, "fan_avg", "uniform"),
        ("glorot_normal", 1.0, "fan_avg", "truncated_normal"),
        ("he_uniform", 2.0, "fan_in", "uniform"),
        ("he_normal", 2.0, "fan_in", "truncated_normal"),
        ("lecun_uniform", 1.0, "fan_in", "uniform"),
    ):
        if settings == {"scale": scale, "mode": mode, "distribution": distribution}:
            return name
    return None


def reshaped_config(graph: Graph, shapes: Sequence[Shape]) -> Config:
    """The model's config with other input shapes (without the batch axis).

    Raises:
        GraphError: when the model has another number of inputs.
    """
    config = config_of(graph, in_keras=False)
    entries = config["config"]["layers"]
    if graph.inputs is None:
        if len(shapes) != 1:
            raise GraphError(f"'{graph.name}' has one input. Received {len(shapes)} shapes.")
        entries.insert(0, _layer_entry(InputLayer(shape=shapes[0], name="input_layer")))
        return config
    names = [tensor.call.layer.name for tensor in graph.input_tensors if tensor.call is not None]
    if len(names) != len(shapes):
        raise GraphError(
            f"'{graph.name}' has {len(names)} inputs ({', '.join(names)}). "
            f"Received {len(shapes)} shapes: give one for each."
        )
    new = dict(zip(names, shapes, strict=True))
    for entry in entries:
        arguments = entry["config"]
        if entry["class_name"] == "InputLayer" and arguments["name"] in new:
            arguments["batch_shape"] = [arguments["batch_shape"][0], *new[arguments["name"]]]
    return config
