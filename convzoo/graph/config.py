"""An architecture from the config that Keras saves.

Equals `keras/src/saving/serialization_lib.py` and the `from_config` of `keras/src/models`, but
nothing that a config names is ever imported or executed.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from typing import Any, TypeAlias, TypeVar

from convzoo.errors import ConvzooError, GraphError, SourceError
from convzoo.graph.dims import Shape, UnknownShapeError
from convzoo.graph.graph import Graph, Model, Sequential
from convzoo.graph.input import InputLayer
from convzoo.graph.layer import WRONG_VALUES, Call, Constant, Layer, Tensor
from convzoo.graph.legacy import TENSORFLOW_CLASSES, class_in_keras_3, with_old_defaults
from convzoo.graph.structure import leaves
from convzoo.graph.unknown_layer import UnknownLayer
from convzoo.limits import count_layers, limited_layers

Config: TypeAlias = "dict[str, Any]"
_Read = TypeVar("_Read")

# Keras keeps some operations beside what they are for; its layers all have another module.
_OPERATION_MODULES = ("keras.src.ops.", "keras.src.activations.", "keras.src.quantizers.")

# The descriptions of classes of `keras.layers` that files have named so far: most entries of a
# large file name one of a few.
_keras_layers: dict[str, type[Layer]] = {}

_MODELS = {"Sequential": Sequential, "Functional": Model, "Model": Model}


def graph_from_config(config: Config) -> Graph:
    """Read a model from a config that Keras saved.

    Args:
        config: the object that `model.to_json()` writes and that `config.json` of a `.keras` file
            holds; those of Keras 1 and 2 too.

    Returns:
        The graph, with Keras's names and order of layers. A layer of an unknown class is in it, and
        what follows from it is unknown.

    Raises:
        SourceError: when it is no config of a model.
        ConvzooError: when a layer's arguments or its input can't be used, as in Keras.
    """
    with limited_layers():
        return _checked(_graph_from, config)


def _checked(read: Callable[[Config], _Read], entry: Config) -> _Read:
    """What is read from an entry; where a value is of another kind than Keras writes, an error."""
    try:
        return read(entry)
    except ConvzooError:
        raise
    except (*WRONG_VALUES, UnknownShapeError) as error:
        name = entry.get("name")
        config = entry.get("config")
        if name is None and isinstance(config, dict):
            name = config.get("name")
        place = entry.get("class_name") if name is None else f"{entry.get('class_name')} {name!r}"
        reason = (
            _TOO_DEEP if isinstance(error, RecursionError) else f"{type(error).__name__}: {error}"
        )
        raise SourceError(
            f"{place}: a value in its config is of a kind that does not belong there ({reason})."
        ) from error


_TOO_DEEP = "it is nested too deeply"


def _graph_from(config: Config) -> Graph:
    class_name = _entry(config, "class_name", str)
    body = config.get("config")
    if isinstance(body, list):
        body = {"layers": body}  # As Sequential models were before Keras 2.2.
    if isinstance(body, dict) and "layers" in body:
        graph = _functional_from(body) if "input_layers" in body else _sequential_from(body)
        if class_name not in _MODELS:
            graph.__dict__["class_name"] = class_name
        return graph
    if _is_layer(class_name):
        raise SourceError(
            f"The config is of a layer, {class_name}, not of a model. "
            "Save the model with model.to_json() or model.save('model.keras')."
        )
    return _unknown_model_from(config)


def _unknown_model_from(entry: Config) -> Graph:
    """A model of somebody's own class: one row, of which nothing is known."""
    layer = UnknownLayer.of_entry({**entry, "config": _entry(entry, "config", dict)})
    model = Sequential([layer], name=layer.name)
    shape = _build_shape(entry)
    if shape is not None:
        model.build_on(shape)
    return model


def _is_layer(class_name: str) -> bool:
    from convzoo.layers import LAYERS

    return LAYERS.find(class_name) is not None


def layer_from_config(entry: Config) -> Layer:
    """Read a layer from its entry in a config: class name and arguments.

    Raises:
        SourceError: when it is no entry of a layer.
        ArgumentError: when an argument can't be used.
    """
    return _layers_from([entry])[0]


def _layers_from(entries: list[Config]) -> list[Layer]:
    count_layers(len(entries))
    return [_checked(_layer_from, entry) for entry in entries]


def _layer_from(entry: Config) -> Layer:
    class_name, config = _entry(entry, "class_name", str), entry.get("config")
    kind = _keras_layers.get(class_name)
    if kind is not None and entry.get("module") == "keras.layers" and isinstance(config, dict):
        return kind.from_config(config)
    if class_name in TENSORFLOW_CLASSES and isinstance(config, dict):
        from convzoo.operations.tensorflow import TensorFlowFunction

        return TensorFlowFunction.of_entry(entry)
    if class_name in _MODELS or (isinstance(config, dict) and "input_layers" in config):
        return graph_from_config(entry)
    kind = _described_class(entry, class_in_keras_3(class_name, config))
    if kind is None:
        return UnknownLayer.of_entry(entry)
    arguments = _arguments(entry)
    if "module" not in entry:
        arguments = with_old_defaults(kind.class_name, arguments)
    elif entry["module"] == "keras.layers" and kind.class_name == class_name:
        _keras_layers[class_name] = kind
    return kind.from_config(arguments)


def _arguments(entry: Config) -> Config:
    """The arguments of a layer: none where Keras takes what stands there for nothing."""
    if "config" in entry and not entry["config"]:
        return {}
    arguments: Config = _entry(entry, "config", dict)
    return arguments


def _described_class(entry: Config, class_name: str) -> type[Layer] | None:
    """The description of a class: a custom one by its registered name, Keras's by module."""
    from convzoo.layers import LAYERS

    module, registered_name = entry.get("module"), entry.get("registered_name")
    if not isinstance(module, str):
        return LAYERS.find(class_name)
    if module.startswith(_OPERATION_MODULES):
        from convzoo.operations import OPERATIONS

        return OPERATIONS.find(f"{module.rpartition('.')[2]}.{class_name}")
    if module == "keras" or module.startswith(("keras.", "tf_keras.", "tensorflow.")):
        if ".applications." in module:
            return LAYERS.find(f"{module.rpartition('.')[2]}.{entry['class_name']}")
        return LAYERS.find(class_name)
    return _custom_class(registered_name) if isinstance(registered_name, str) else None


def _custom_class(registered_name: str) -> type[Layer] | None:
    """The description of somebody's own class, which may have the name of one of Keras's."""
    from convzoo.layers import LAYERS

    kind = LAYERS.find(registered_name)
    if kind is None or ">" in registered_name:
        return kind
    # A class that is not registered with Keras is saved with its bare name there.
    return None if kind.__module__.startswith("convzoo.") else kind


def _entry(config: Config, key: str, kind: type) -> Any:
    value = config.get(key) if isinstance(config, dict) else None
    if not isinstance(value, kind):
        raise SourceError(
            f"The config has no {key!r} where one belongs. Save the model with model.to_json() "
            "or model.save('model.keras')."
        )
    return value


def _sequential_from(body: Config) -> Sequential:
    entries = _entry(body, "layers", list)
    layers = _layers_from(entries)
    for layer, following in zip(layers, entries[1:], strict=False):
        if isinstance(layer, UnknownLayer) and (shape := _build_shape(following)) is not None:
            layer.tell(0, shape, layer.compute_dtype)
    # Keras, too, forgets whether the model was frozen without its layers.
    model = Sequential(layers, name=body.get("name"))
    shape = body.get("build_input_shape")
    if isinstance(shape, list) and model.inputs is None:
        model.build_on(tuple(shape))
    return model


def _build_shape(entry: Config) -> Shape | None:
    """The shape of the input with which a layer was built, as Keras 3 saves it."""
    build_config = entry.get("build_config")
    shape = build_config.get("input_shape") if isinstance(build_config, dict) else None
    if isinstance(shape, list) and all(dim is None or type(dim) is int for dim in shape):
        return tuple(shape)
    return None


def _functional_from(body: Config) -> Model:
    reader = _NodeReader()
    entries = _entry(body, "layers", list)
    for entry, layer in zip(entries, _layers_from(entries), strict=True):
        name = entry.get("name") or layer.name
        if not isinstance(name, str):
            raise SourceError(f"A layer's name must be a text. Received name={name!r}.")
        if name in reader.layers:
            raise GraphError(f"Two layers are named '{name}'. Names must be unique in a model.")
        reader.layers[name] = layer
    reader.recover_shapes(entries, body.get("output_layers"))
    for name, entry in zip(reader.layers, entries, strict=True):
        layer = reader.layers[name]
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
        self._is_legacy = False

    def recover_shapes(self, entries: list[Config], outputs: Any) -> None:
        """Tell layers of unknown classes of their outputs what the nodes that take them say."""
        unknown = {
            name: layer for name, layer in self.layers.items() if isinstance(layer, UnknownLayer)
        }
        if not unknown:
            return
        nodes = [entry.get("inbound_nodes") for entry in entries]
        for name, position in _legacy_references([nodes, outputs], unknown):
            unknown[name].tell(position)
        for entry in entries:
            for config in _tensors_in(entry.get("inbound_nodes")):
                name, _, position = _history(config)
                shape = config.get("shape")
                if name in unknown and isinstance(shape, list) and isinstance(position, int):
                    dtype = str(config.get("dtype", "float32"))
                    unknown[name].tell(position, tuple(shape), dtype)

    def read(self, name: str, index: int, node: Any) -> None:
        """Call the layer of that name as its node says, now or when its inputs are there."""
        work = [(name, index, node)]
        while work:
            name, index, node = work.pop()
            try:
                if index and (name, index - 1) not in self._calls:
                    # The calls of one layer are made in their order, as in Keras.
                    raise _MissingError((name, index - 1))
                layer = self.layers[name]
                args, kwargs = self._arguments(node, layer)
            except _MissingError as missing:
                self._waiting.setdefault(missing.key, []).append((name, index, node))
                continue
            count_layers()
            outputs = layer(*args, **kwargs)
            first: Tensor = outputs if type(outputs) is Tensor else leaves(outputs)[0]
            key = (name, index)
            assert first.call is not None
            self._calls[key] = first.call
            if key in self._waiting:
                work.extend(self._waiting.pop(key))

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
                if isinstance(index, int) and isinstance(
                    self.layers.get(name), Graph if self._is_legacy else Model
                ):
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
        if not isinstance(name, str) or not isinstance(index, int):
            raise SourceError(
                f"The config names a tensor by {[name, index, position]!r}. "
                "Expected [layer, node, tensor]."
            )
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
            kwargs, defaults = node.get("kwargs"), layer.call_defaults
            if not kwargs:
                return args, {}
            if not isinstance(kwargs, dict):
                raise SourceError(f"The config calls a layer with {kwargs!r}. Expected keywords.")
            given = {
                key: self._value(value)
                for key, value in kwargs.items()
                if value is not None and (not defaults or (key, value) not in defaults.items())
            }
            return args, given
        if isinstance(node, list) and node:
            return self._legacy_arguments(node, layer)
        raise SourceError(f"The config connects a layer by {node!r}. Expected its args and kwargs.")

    def _legacy_arguments(self, node: list[Any], layer: Layer) -> tuple[list[Any], dict[str, Any]]:
        """Arguments as before Keras 3: `[name, call, tensor, kwargs]` for each input."""
        self._is_legacy = True
        inputs: list[Any] = []
        kwargs: dict[str, Any] = {}
        for part in node if isinstance(node[0], list) else [node]:
            inputs.append(self._legacy_input(part, kwargs))
        given = {
            key: self._legacy_value(value) for key, value in kwargs.items() if value is not None
        }
        if len(inputs) > 1 and layer.takes_states:
            # A recurrent layer took its states as further inputs.
            return [inputs[0]], {"initial_state": inputs[1:], **given}
        return [inputs[0] if len(inputs) == 1 else inputs], given

    def _legacy_input(self, part: Any, kwargs: dict[str, Any]) -> Any:
        """One input, or a list of some; the arguments that stand beside it go to `kwargs`."""
        if isinstance(part, list) and part and isinstance(part[0], list):
            return [self._legacy_input(inner, kwargs) for inner in part]
        if not isinstance(part, list) or len(part) < 3:
            raise SourceError(
                f"The config connects a layer by {part!r}. Expected [layer, node, tensor]."
            )
        if len(part) > 3 and isinstance(part[3], dict):
            kwargs.update(part[3])
        # A plain value stands in the place of the tensor's number.
        return part[2] if part[0] == "_CONSTANT_VALUE" else self._legacy_value(part[:3])

    def _legacy_value(self, value: Any) -> Any:
        if isinstance(value, list):
            if len(value) >= 3 and isinstance(value[0], str) and value[0] in self.layers:
                name, index, position = value[:3]
                if isinstance(self.layers[name], Graph) and index > 0:
                    # A model's definition was its call 0.
                    index -= 1
                return self._tensor(name, index, position)
            return [self._legacy_value(part) for part in value]
        if isinstance(value, dict):
            return {key: self._legacy_value(part) for key, part in value.items()}
        return value

    def _value(self, value: Any) -> Any:
        if isinstance(value, dict):
            class_name = value.get("class_name")
            if class_name == "__keras_tensor__":
                return self._tensor(*_history(value.get("config")))
            if isinstance(class_name, str) and class_name in _SPECIAL:
                return _SPECIAL[class_name](self, value)
            return {key: self._value(part) for key, part in value.items()}
        if isinstance(value, list):
            return [self._value(part) for part in value]
        return value


def _history(config: Any) -> list[Any]:
    """Layer, call and tensor of the config of a tensor."""
    history: list[Any] = _entry(config, "keras_history", list)
    if len(history) != 3:
        raise SourceError(f"The config names a tensor by {history!r}. Expected three entries.")
    return history


def _legacy_references(structure: Any, names: Container[str]) -> Iterator[tuple[str, int]]:
    """Layer and tensor of every `[layer, call, tensor, ...]` that names one of these layers."""
    if isinstance(structure, dict):
        structure = list(structure.values())
    if isinstance(structure, list):
        name, position = (structure[0], structure[2]) if len(structure) > 2 else (None, None)
        if isinstance(name, str) and name in names and type(position) is int:
            yield name, position
        for part in structure:
            yield from _legacy_references(part, names)


def _tensors_in(structure: Any) -> Iterator[Config]:
    """The configs of all tensors within the arguments of nodes."""
    if isinstance(structure, dict):
        if structure.get("class_name") == "__keras_tensor__":
            yield _entry(structure, "config", dict)
        else:
            for part in structure.values():
                yield from _tensors_in(part)
    elif isinstance(structure, list):
        for part in structure:
            yield from _tensors_in(part)


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
