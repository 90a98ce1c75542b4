"""What the things of the code have after a dot, by the kind of thing; nothing else is looked up."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from convzoo.errors import ArgumentError, SourceError
from convzoo.graph.dims import UNKNOWN
from convzoo.graph.graph import Graph, Sequential
from convzoo.graph.layer import Constant, Layer, Tensor
from convzoo.sources.python_code.classes import OwnLayer, Parent
from convzoo.sources.python_code.values import PLAIN, SYMBOLIC, Known, Unknown

if TYPE_CHECKING:
    from convzoo.sources.python_code.expressions import Expressions as Interpreter

# What a model has that leaves its architecture as it is.
_OF_TRAINING = frozenset(
    """
    adapt add_loss add_metric beta bias built call_count compile compile_from_config compiled
    compiled_metrics count_params dtype dtype_policy evaluate evaluate_generator export fit
    fit_generator gamma get_compile_config get_config get_metrics_result get_weights history
    input_names input_spec kernel load_weights loss losses make_predict_function
    make_test_function make_train_function metrics metrics_names moving_mean moving_variance
    non_trainable_variables non_trainable_weights optimizer output_names path predict
    predict_generator predict_on_batch reset_metrics reset_states run_eagerly save save_spec
    save_weights set_weights state_updates stop_training summary test_on_batch test_step to_json
    to_yaml train_on_batch train_step trainable_variables trainable_weights variables weights
    """.split()  # noqa: SIM905 - a list of so many names reads worse
)


def attribute(interpreter: Interpreter, owner: Any, name: str) -> Any:
    """What stands after a dot; `NotImplemented` where it isn't known."""
    if isinstance(owner, (OwnLayer, Parent)):
        found = owner.member(name)
        if found is not NotImplemented:
            return found
    if isinstance(owner, Parent):
        return attribute(interpreter, owner.layer, name)
    if isinstance(owner, Graph) and name in _OF_MODEL:
        return _OF_MODEL[name](interpreter, owner)
    if isinstance(owner, Layer):
        return _of_layer(interpreter, owner, name)
    if isinstance(owner, SYMBOLIC):
        return _of_tensor(owner, name)
    if isinstance(owner, Known):
        return owner.name if name == "__name__" else NotImplemented
    method = _METHODS.get(type(owner), {}).get(name)
    if method is None:
        return NotImplemented
    return Known(
        name, lambda to, args, kwargs: method(to, owner, *args, **kwargs), takes_unknown=True
    )


def set_attribute(interpreter: Interpreter, owner: Any, name: str, value: Any) -> None:
    """Assign to what stands after a dot.

    Raises:
        SourceError: when that may change the architecture in an unknown way.
    """
    if not isinstance(owner, (Layer, Tensor)):
        return  # What is unknown stays so.
    if name == "trainable" and isinstance(owner, Layer):
        if interpreter.change(owner):
            given = interpreter.usable(value)
            if not isinstance(given, (bool, int)):
                raise ArgumentError(f"trainable must be True or False. Received {given!r}.")
            owner.trainable = bool(given)
    elif name in ("name", "_name") and isinstance(owner, Layer):
        if interpreter.change(owner):
            owner.name = str(interpreter.usable(value))
    elif isinstance(owner, OwnLayer):
        if interpreter.change(owner):
            owner.attributes[name] = value
    elif name not in _OF_TRAINING and name not in ("supports_masking", "steps_per_execution"):
        raise SourceError(
            f"`.{name} = ...` of a layer or a model can't be read without running it. "
            "Give it as an argument where the layer is made."
        )


# ---------------------------------------------------------------------- layers, models, tensors


def _of_layer(interpreter: Interpreter, layer: Layer, name: str) -> Any:
    if name in ("name", "trainable", "compute_dtype", "variable_dtype"):
        return getattr(layer, name)
    if name in ("output", "input", "output_shape", "input_shape"):
        return _tensors_of(interpreter, layer, name)
    if name == "__class__":
        return class_of(layer)
    if name in _OF_TRAINING:
        return Unknown(
            f"`.{name}` of '{layer.name}' can't be read without running the code. "
            "Write the value that is needed from it in its place.",
            "keras",
        )
    if name in type(layer).arguments:
        value = layer.__dict__.get(name, type(layer).arguments[name])
        if isinstance(value, (*PLAIN, tuple, list, Layer)):
            return value
    return NotImplemented


def class_of(layer: Layer) -> Known:
    """The class of a layer, of which only its name can be asked."""

    def refuse(*_: Any) -> Any:
        raise SourceError(f"makes a {layer.class_name} by its class. Write its name.")

    return Known(layer.class_name, refuse, kind=type(layer))


def _tensors_of(interpreter: Interpreter, layer: Layer, name: str) -> Any:
    """The tensors that the first call of a layer takes or gives, or their shapes."""
    graph = isinstance(layer, Graph)
    found: Any = None
    if graph:
        found = layer.inputs if name.startswith("input") else layer.outputs  # type: ignore[attr-defined]
    else:
        call = interpreter.call_of(layer)
        if call is not None and name.startswith("output"):
            found = call.outputs
        elif call is not None:
            found = call.inputs[0] if len(call.inputs) == 1 else list(call.inputs)
    if found is None:
        raise SourceError(
            f"'{layer.name}' has no {name} before it is called on a tensor or has an input shape."
        )
    if not name.endswith("_shape"):
        return found
    return _shape(found) if isinstance(found, Tensor) else [_shape(part) for part in found]


def _shape(tensor: Tensor | Constant) -> Any:
    if tensor.shape is UNKNOWN:
        raise SourceError("asks for a shape that is unknown.")
    return tuple(tensor.shape)


def _of_tensor(tensor: Tensor | Constant, name: str) -> Any:
    if name in ("shape", "_keras_shape"):
        return _shape(tensor)
    if name == "get_shape":
        return Known(name, lambda *_: _shape(tensor))
    if name == "dtype":
        return tensor.dtype
    if name in ("ndim", "rank"):
        return len(_shape(tensor))
    if name == "name" and isinstance(tensor, Tensor) and tensor.call is not None:
        return tensor.call.layer.name
    return NotImplemented


def _add(interpreter: Interpreter, model: Graph) -> Known:
    def add(to: Interpreter, args: list[Any], kwargs: dict[str, Any]) -> None:
        if not isinstance(model, Sequential):
            raise SourceError("add() is a method of Sequential. Call the layer on a tensor.")
        if not to.change(model):
            return
        given = [*args, *(kwargs[key] for key in ("layer",) if key in kwargs)]
        if len(given) != 1:
            raise SourceError("add() takes one layer.")
        layer = to.usable(given[0])
        model.add(layer)
        to.grown(model, layer)

    return Known("add", add, takes_unknown=True)


def _build(interpreter: Interpreter, model: Graph) -> Known:
    def build(to: Interpreter, args: list[Any], kwargs: dict[str, Any]) -> None:
        given = [*args, *kwargs.values()]
        if given and isinstance(model, (Sequential, OwnLayer)) and to.change(model):
            shape = to.usable(given[0])
            model.build_on(tuple(shape) if isinstance(shape, (list, tuple)) else shape)

    return Known("build", build, takes_unknown=True)


def _get_layer(interpreter: Interpreter, model: Graph) -> Known:
    def get_layer(to: Interpreter, args: list[Any], kwargs: dict[str, Any]) -> Any:
        given = dict(zip(("name", "index"), args, strict=False)) | kwargs
        name, index = given.get("name"), given.get("index")
        if isinstance(name, str):
            return model.layer(name)
        if not isinstance(index, int):
            raise SourceError("get_layer() takes the name of a layer, or its index.")
        return _layers(to, model)[index]

    return Known("get_layer", get_layer)


def _layers(interpreter: Interpreter, model: Graph) -> list[Layer]:
    """The layers as Keras has them: a functional model's inputs are among them."""
    from convzoo.graph.input import InputLayer

    if isinstance(model, Sequential):
        return interpreter.listed(model.layers)
    layers = [layer for layer in model.layers if not isinstance(layer, InputLayer)]
    inputs = [tensor.call.layer for tensor in model.input_tensors if tensor.call]
    return interpreter.listed([*inputs, *layers])


def _structure(which: str, is_list: bool) -> Callable[[Interpreter, Graph], Any]:
    def found(interpreter: Interpreter, model: Graph) -> Any:
        tensors = _tensors_of(interpreter, model, which)
        return [tensors] if is_list and isinstance(tensors, Tensor) else tensors

    return found


_OF_MODEL: dict[str, Callable[[Any, Any], Any]] = {
    "add": _add,
    "build": _build,
    "get_layer": _get_layer,
    "layers": _layers,
    "inputs": _structure("input", is_list=True),
    "outputs": _structure("output", is_list=True),
}


# ---------------------------------------------------------------------- plain values


def _format(to: Interpreter, text: str, *args: Any, **kwargs: Any) -> Any:
    import string

    to.check_format(text)
    fields = [field for _, field, _, _ in string.Formatter().parse(text) if field is not None]
    if not all(
        field.isalnum() or field.replace("_", "").isalnum() or not field for field in fields
    ):
        raise SourceError("writes a part of a value into a text. Use an f-string.")
    for value in (*args, *kwargs.values()):
        if isinstance(value, Unknown):
            return value
        if not isinstance(value, PLAIN):
            return Unknown("a text with what is no number or text can't be read.", "builtins")
    return to.checked(text.format(*args, **kwargs))


def _join(to: Interpreter, text: str, parts: Any) -> Any:
    if isinstance(parts, Unknown):
        return parts
    found = to.listed(to.iterable(parts))
    unknown = next((part for part in found if isinstance(part, Unknown)), None)
    if unknown is not None:
        return unknown
    if sum(map(len, found)) + len(text) * len(found) > 10_000:
        raise SourceError("makes a text that is too long.")
    return text.join(found)


def _replace(to: Interpreter, text: str, old: str, new: str) -> str:
    if len(text) * (len(new) + 1) > 1_000_000:
        raise SourceError("makes a text that is too long.")
    found: str = to.checked(text.replace(old, new))
    return found


def _of_text(name: str) -> Callable[..., Any]:
    method = getattr(str, name)

    def call(to: Interpreter, text: str, *args: Any) -> Any:
        unknown = next((part for part in args if isinstance(part, Unknown)), None)
        return to.checked(method(text, *args)) if unknown is None else unknown

    return call


def _append(to: Interpreter, values: list[Any], value: Any) -> None:
    if to.change(values):
        values.append(value)
        if len(values) > 10_000:
            to.checked(values)


def _extend(to: Interpreter, values: list[Any], more: Any) -> None:
    if isinstance(more, Unknown):
        to.spoil(values, more)
    elif to.change(values):
        values.extend(to.listed(to.iterable(more)))
        to.checked(values)


def _insert(to: Interpreter, values: list[Any], index: int, value: Any) -> None:
    if to.change(values):
        values.insert(to.usable(index), value)
        to.checked(values)


def _pop(to: Interpreter, values: list[Any], index: int = -1) -> Any:
    return values.pop(to.usable(index)) if to.change(values) and values else None


def _reverse(to: Interpreter, values: list[Any]) -> None:
    if to.change(values):
        values.reverse()


def _clear(to: Interpreter, values: Any) -> None:
    if to.change(values):
        values.clear()


def _index(to: Interpreter, values: Any, value: Any) -> Any:
    to.weigh(values, value)
    return values.index(value)


def _count(to: Interpreter, values: Any, value: Any) -> Any:
    to.weigh(values, value)
    return values.count(value)


def _add_to_set(to: Interpreter, values: set[Any], value: Any) -> None:
    to.weigh(value)
    if to.change(values):
        values.add(value)
        to.checked(values)


def _copy(to: Interpreter, values: Any) -> Any:
    return to.checked(values.copy())


def _get(to: Interpreter, found: dict[Any, Any], key: Any, default: Any = None) -> Any:
    if isinstance(key, Unknown):
        return key
    to.weigh(key)
    return found.get(key, default)


def _pop_key(to: Interpreter, found: dict[Any, Any], key: Any, *default: Any) -> Any:
    to.weigh(key)
    return found.pop(key, *default) if to.change(found) else None


def _set_default(to: Interpreter, found: dict[Any, Any], key: Any, default: Any = None) -> Any:
    to.weigh(key)
    return found.setdefault(key, default) if to.change(found) else default


def _update(to: Interpreter, found: dict[Any, Any], *args: Any, **kwargs: Any) -> None:
    for more in (*args, kwargs):
        if isinstance(more, Unknown):
            to.spoil(found, more)
        elif to.change(found):
            found.update(more if isinstance(more, dict) else to.listed(to.iterable(more)))
            to.checked(found)


# fmt: off
_OF_TEXT = (
    "capitalize", "count", "endswith", "find", "index", "isdigit", "lower", "lstrip", "rstrip",
    "split", "startswith", "strip", "title", "upper",
)
# fmt: on

_METHODS: dict[type, dict[str, Callable[..., Any]]] = {
    str: {
        "format": _format,
        "join": _join,
        "replace": _replace,
        **{name: _of_text(name) for name in _OF_TEXT},
    },
    list: {
        "append": _append,
        "clear": _clear,
        "copy": _copy,
        "count": _count,
        "extend": _extend,
        "index": _index,
        "insert": _insert,
        "pop": _pop,
        "reverse": _reverse,
    },
    set: {"add": _add_to_set},
    tuple: {
        "as_list": lambda _, values: list(values),  # A shape of TensorFlow has it.
        "count": _count,
        "index": _index,
    },
    dict: {
        "clear": _clear,
        "copy": _copy,
        "get": _get,
        "items": lambda to, found: to.listed(found.items()),
        "keys": lambda to, found: to.listed(found),
        "pop": _pop_key,
        "setdefault": _set_default,
        "update": _update,
        "values": lambda to, found: to.listed(found.values()),
    },
}
