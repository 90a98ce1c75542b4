"""An architecture from the config that Keras saves.

Equals `keras/src/saving/serialization_lib.py` and the `from_config` of `keras/src/models`, but
nothing that a config names is ever imported or executed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from convzoo.errors import GraphError, SourceError
from convzoo.graph.graph import Graph, Model, Sequential
from convzoo.graph.input import InputLayer
from convzoo.graph.layer import Call, Constant, Layer, Tensor
from convzoo.graph.structure import leaves

Config: TypeAlias = "dict[str, Any]"

_MODELS = {"Sequential": Sequential, "Functional": Model, "Model": Model}


def graph_from_config(config: Config) -> Graph:
    """Read a model from a config that Keras saved.

    Args:
        config: the object that `model.to_json()` writes and that `config.json` of a `.keras` file
            holds.

    Returns:
        The graph, with Keras's names and order of layers.

    Raises:
        SourceError: when it is no config of a model.
        ConvzooError: when a layer's arguments or its input can't be used, as in Keras.
    """
    class_name = _entry(config, "class_name", str)
    body = _entry(config, "config", dict)
    if class_name == "Sequential":
        return _sequential_from(body)
    if "layers" in body and "input_layers" in body:
        return _functional_from(body)
    raise SourceError(
        f"The config is of a class {class_name!r}, not of a Sequential or functional model. "
        "Save the model with model.to_json() or model.save('model.keras')."
    )


def layer_from_config(entry: Config) -> Layer:
    """Read a layer from its entry in a config: class name and arguments.

    Raises:
        UnknownNameError: when Keras has no layer of this class.
        ArgumentError: when an argument can't be used.
    """
    from convzoo.layers import LAYERS

    class_name = _entry(entry, "class_name", str)
    if class_name in _MODELS:
        return graph_from_config(entry)
    module = entry.get("module")
    if isinstance(module, str) and module.startswith("keras.src.ops."):
        from convzoo.operations import OPERATIONS

        kind = OPERATIONS.get(f"{module.rpartition('.')[2]}.{class_name}")
        return kind.from_config(_entry(entry, "config", dict))
    return LAYERS.get(class_name).from_config(_entry(entry, "config", dict))


def _entry(config: Config, key: str, kind: type) -> Any:
    value = config.get(key) if isinstance(config, dict) else None
    if not isinstance(value, kind):
        raise SourceError(
            f"The config has no {key!r} where one belongs. Save the model with model.to_json() "
            "or model.save('model.keras')."
        )
    return value


def _sequential_from(body: Config) -> Sequential:
    layers = map(layer_from_config, _entry(body, "layers", list))
    model = Sequential(layers, trainable=body.get("trainable", True), name=body.get("name"))
    shape = body.get("build_input_shape")
    if shape is not None and model.inputs is None:
        model.build_on(tuple(shape))
    return model


def _functional_from(body: Config) -> Model:
    reader = _NodeReader()
    for entry in _entry(body, "layers", list):
        layer = layer_from_config(entry)
        name = entry.get("name") or layer.name
        if name in reader.layers:
            raise GraphError(f"Two layers are named '{name}'. Names must be unique in a model.")
        reader.layers[name] = layer
        if isinstance(layer, InputLayer):
            reader.finish((name, 0), layer.tensor.call)
        for index, node in enumerate(_entry(entry, "inbound_nodes", list)):
            reader.read(name, index, node)
    reader.check_finished()
    return Model(
        reader.tensors(body["input_layers"]),
        reader.tensors(body.get("output_layers")),
        name=body.get("name"),
        trainable=body.get("trainable"),
    )


class _MissingError(Exception):
    """A node needs the output of another that is not read yet."""

    def __init__(self, key: tuple[str, int]) -> None:
        self.key = key


class _NodeReader:
    """Makes the calls of a functional model, each as soon as its inputs are there."""

    def __init__(self) -> None:
        self.layers: dict[str, Layer] = {}
        self._calls: dict[tuple[str, int], Call] = {}
        self._waiting: dict[tuple[str, int], list[tuple[str, int, Any]]] = {}

    def read(self, name: str, index: int, node: Any) -> None:
        """Call the layer of that name as its node says, now or when its inputs are there."""
        work = [(name, index, node)]
        while work:
            name, index, node = work.pop()
            try:
                if index and (name, index - 1) not in self._calls:
                    # The calls of one layer are made in their order, as in Keras.
                    raise _MissingError((name, index - 1))
                args, kwargs = self._arguments(node, self.layers[name])
            except _MissingError as missing:
                self._waiting.setdefault(missing.key, []).append((name, index, node))
                continue
            outputs = self.layers[name](*args, **kwargs)
            key = (name, index)
            self._calls[key] = leaves(outputs)[0].call
            work.extend(self._waiting.pop(key, ()))

    def finish(self, key: tuple[str, int], call: Call | None) -> None:
        """Enter a call that is made already."""
        assert call is not None
        self._calls[key] = call
        for waiting in self._waiting.pop(key, ()):
            self.read(*waiting)

    def check_finished(self) -> None:
        """Refuse nodes whose inputs never came."""
        for (missing, _), waiting in self._waiting.items():
            raise GraphError(
                f"Layer '{waiting[0][0]}' takes its input from '{missing}', which is "
                f"{'part of a cycle' if missing in self.layers else 'not in the model'}."
            )

    def tensors(self, structure: Any) -> Any:
        """The tensors that a structure of `[layer, node, tensor]` names."""
        try:
            return self._tensors(structure)
        except _MissingError as missing:
            raise GraphError(
                f"The model's inputs or outputs name the layer '{missing.key[0]}', "
                "which is not in the model or not called that often."
            ) from None

    def _tensors(self, structure: Any) -> Any:
        if isinstance(structure, list):
            if len(structure) >= 3 and isinstance(structure[0], str):
                name, index, position = structure[:3]
                if isinstance(self.layers.get(name), Model):
                    # Among inputs and outputs a functional model's definition is its call 0.
                    index -= 1
                return self._tensor(name, index, position)
            return [self._tensors(part) for part in structure]
        if isinstance(structure, dict):
            return {key: self._tensors(part) for key, part in structure.items()}
        raise SourceError(
            f"The config names a tensor by {structure!r}. Expected [layer, node, tensor]."
        )

    def _tensor(self, name: str, index: int, position: int) -> Tensor:
        call = self._calls.get((name, index))
        if call is None:
            raise _MissingError((name, index))
        outputs = call.output_tensors
        if not isinstance(position, int) or not 0 <= position < len(outputs):
            raise GraphError(
                f"Layer '{name}' has {len(outputs)} outputs; the config names {position!r}."
            )
        return outputs[position]

    def _arguments(self, node: Any, layer: Layer) -> tuple[list[Any], dict[str, Any]]:
        if isinstance(node, dict):
            args = [self._value(value) for value in _entry(node, "args", list)]
            kwargs = node.get("kwargs") or {}
            given = {
                key: value
                for key, value in kwargs.items()
                if value is not None and (key, value) not in layer.call_defaults.items()
            }
            return args, {key: self._value(value) for key, value in given.items()}
        raise SourceError(f"The config connects a layer by {node!r}. Expected its args and kwargs.")

    def _value(self, value: Any) -> Any:
        if isinstance(value, dict):
            class_name = value.get("class_name")
            if class_name == "__keras_tensor__":
                return self._tensor(*_entry(_entry(value, "config", dict), "keras_history", list))
            if class_name in _SPECIAL:
                return _SPECIAL[class_name](self, value)
            return {key: self._value(part) for key, part in value.items()}
        if isinstance(value, list):
            return [self._value(part) for part in value]
        return value


def _tuple_from(reader: _NodeReader, value: Config) -> tuple[Any, ...]:
    items = value.get("items") or _entry(value, "config", dict).get("value")
    return tuple(reader._value(part) for part in items or ())


def _slice_from(reader: _NodeReader, value: Config) -> slice:
    config = _entry(value, "config", dict)
    return slice(*(reader._value(config.get(key)) for key in ("start", "stop", "step")))


def _constant_from(_: _NodeReader, value: Config) -> Constant:
    config = _entry(value, "config", dict)
    dims = []
    nested = config.get("value")
    while isinstance(nested, list):
        dims.append(len(nested))
        nested = nested[0] if nested else None
    return Constant(tuple(dims), str(config.get("dtype", "float32")), value)


# What Keras writes of arguments that JSON has no form for.
_SPECIAL: dict[Any, Callable[[_NodeReader, Config], Any]] = {
    "__tuple__": _tuple_from,
    "__slice__": _slice_from,
    "__ellipsis__": lambda *_: Ellipsis,
    "__tensor__": _constant_from,
    "__numpy__": _constant_from,
}
