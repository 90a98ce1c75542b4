"""What the names of the code mean: those of Keras that describe a model, and Python's own.

A dotted name is brought to Keras's one form first: `tf.keras.layers.Conv2D` is
`keras.layers.Conv2D`. A name that is not in these tables is unknown, and refused where the model
depends on it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from convzoo.errors import ArgumentError, GraphError, SourceError, UnknownNameError
from convzoo.graph import dtypes, identifiers, legacy
from convzoo.graph.graph import Graph, Model, Sequential
from convzoo.graph.input import Input, InputLayer
from convzoo.graph.layer import Call, Layer, Tensor
from convzoo.graph.naming import fresh_names, snake_case
from convzoo.graph.structure import leaves, map_leaves
from convzoo.layers import LAYERS, MERGING_FUNCTIONS
from convzoo.layers.foreign import Lambda
from convzoo.sources.python_code.attributes import attribute, class_of
from convzoo.sources.python_code.classes import OwnLayer, Parent
from convzoo.sources.python_code.functions import (
    ACTIVATIONS,
    OF_APPLICATIONS,
    activation,
    of_backend,
    of_ops,
    of_tensorflow,
)
from convzoo.sources.python_code.values import (
    HARMLESS,
    Class,
    Function,
    Inert,
    Keywords,
    Known,
    Parameters,
    Partial,
    Unknown,
)

if TYPE_CHECKING:
    from convzoo.sources.python_code.expressions import Expressions as Interpreter

# ---------------------------------------------------------------------- dotted names

# Names that code pasted without its imports uses, and what they mean.
_USUAL = {
    "K": "keras.backend",
    "convzoo": "convzoo",
    "keras": "keras",
    "layers": "keras.layers",
    "math": "math",
    "models": "keras.models",
    "np": "numpy",
    "numpy": "numpy",
    "regularizers": "keras.regularizers",
    "initializers": "keras.initializers",
    "applications": "keras.applications",
    "tensorflow": "tensorflow",
    "tf": "tensorflow",
    "partial": "functools.partial",
    "ops": "keras.ops",
}

# Where Keras and its predecessors are found, and what each is in Keras's one form.
_KERAS = (
    ("tensorflow", "python", "keras", "api"),
    ("tensorflow", "python", "keras"),
    ("tensorflow", "contrib", "keras"),
    ("tensorflow", "keras"),
    ("keras", "api"),
    ("keras", "src"),
    ("tf_keras",),
    ("convzoo",),
)

# Where TensorFlow has functions that serve as activations.
_OF_TENSORFLOW = (("tensorflow",), ("tensorflow", "math"), ("tensorflow", "nn"))

# What sets something for all layers, and the values that it has anyway.
_SETTINGS = frozenset(
    {"set_dtype_policy", "set_floatx", "set_global_policy", "set_image_data_format", "set_policy"}
)
_STANDARD_SETTINGS = ("float32", "channels_last")


def left_out(name: str) -> Any:
    """What a name means that nothing binds: code is often pasted without its imports."""
    if name in _USUAL:
        return resolve(_USUAL[name])
    for path in (f"keras.models.{name}", f"keras.layers.{name}"):
        is_of_keras = name[:1].isupper() or name in MERGING_FUNCTIONS
        if is_of_keras and isinstance(found := resolve(path), Known):
            return found
    return None


def resolve(path: str) -> Any:
    """What a dotted name means."""
    if len(path) > _LONGEST_PATH:
        return Unknown("A name of so many parts can't be read.", path.partition(".")[0][:40])
    return _resolved(path)


_LONGEST_PATH = 300


@lru_cache(maxsize=1024)
def _resolved(path: str) -> Any:
    parts = tuple(path.split("."))
    for prefix in _KERAS:
        if parts[: len(prefix)] == prefix:
            parts = ("keras", *parts[len(prefix) :])
            break
    name = parts[-1]
    if parts[0] == "keras" and len(parts) > 1:
        found = _in_keras(parts[1:-1], name)
        if found is not None:
            return found
    elif parts[:-1] in _OF_TENSORFLOW and name in ACTIVATIONS:
        return activation(name)
    elif parts[:-1] == ("math",) and name in _MATH:
        return _MATH[name]
    elif parts[:-1] in (("tensorflow",), ("numpy",)) and dtypes.is_dtype(name):
        return name
    elif path == "numpy.prod":
        return Known("prod", _product)
    elif parts[:-1] == ("tensorflow", "image", "ResizeMethod"):
        return name.lower().removesuffix("_neighbor")
    elif path in ("numpy.newaxis", "tensorflow.newaxis"):
        return None
    elif path == "functools.partial":
        return Known("partial", _partial, takes_unknown=True)
    canonical = ".".join(parts)
    section = ".".join(parts[:2])
    return Unknown(
        f"`{canonical}` can't be read without running it. "
        "Write the value that is needed from it in its place.",
        section if section in HARMLESS else parts[0],
        path=canonical,
    )


def _in_keras(within: Sequence[str], name: str) -> Any:
    """What a name of Keras means; `None` where it is nothing that describes a model."""
    section = within[0] if within else ""
    if name in _SETTINGS:
        return Known(name, partial(_set, name), takes_unknown=True)
    if name == "image_data_format":
        return Known(name, lambda *_: "channels_last")
    if name in ("DTypePolicy", "Policy"):
        return Known(name, _policy)
    if section == "layers" or (name == "Input" and section in ("", "engine")):
        return _in_layers(name)
    if section in ("", "models", "engine"):
        return _MODELS.get(name)
    if name == "get" and section in ("activations", *_IDENTIFIERS):
        return Known(name, partial(_get_identifier, section))
    if section == "activations":
        return activation(name) if name in ACTIVATIONS else None
    if section in _IDENTIFIERS:
        kind = _IDENTIFIERS[section]
        if identifiers.is_known(kind, name):
            return Known(name, partial(_identifier, section, name), takes_unknown=True)
        return None
    if section == "applications" and name[:1].isupper():
        from convzoo.zoo import ZOO

        if ZOO.registered(name) is not None:
            return Known(name, partial(_application, name), takes_unknown=True)
        return _unknown_name("model of keras.applications", name, _applications)
    if section == "applications" and name in OF_APPLICATIONS:
        return Known(name, partial(OF_APPLICATIONS[name], within[-1]))
    if section == "ops":
        return of_ops(name)
    return of_backend(name) if section == "backend" else None


def _in_layers(name: str) -> Any:
    if name == "Input":
        return Known(name, _input, takes_unknown=True)
    if name == "Layer":
        return Known(name, partial(_refuse, "is a class without code of its own."), kind=Layer)
    if name in MERGING_FUNCTIONS:
        return Known(name, partial(_merge, name), takes_unknown=True)
    if not name[:1].isupper():
        return None
    kind = LAYERS.registered(name)
    if kind is not None:
        make = _lambda if kind is Lambda else partial(_layer, kind)
        return Known(name, make, kind=kind, takes_unknown=True)
    return _unknown_name(
        "layer", name, lambda: [known for known in LAYERS.names() if known[0].isupper()]
    )


def _unknown_name(kind: str, name: str, known: Callable[[], list[str]]) -> Unknown:
    return Unknown(lambda: str(UnknownNameError(kind, name, known())), "keras")


def _applications() -> list[str]:
    from convzoo.zoo import ZOO

    return [name for name in ZOO.names() if name[0].isupper()]


def _refuse(sentence: str, *_: Any) -> Any:
    raise SourceError(sentence)


def _set(name: str, interpreter: Interpreter, args: Parameters, kwargs: Keywords) -> None:
    for value in (*args, *kwargs.values()):
        if value not in _STANDARD_SETTINGS:
            raise SourceError(
                f"{name}() changes every layer that follows, which is not followed. "
                "Give the layers their dtype or data_format."
            )


def _policy(interpreter: Interpreter, args: Parameters, kwargs: Keywords) -> Any:
    return interpreter.usable([*args, *kwargs.values()][0])


# ---------------------------------------------------------------------- layers

# Arguments that change no fact, and are left out where they are unknown.
_WITHOUT_FACTS = ("_initializer", "_regularizer", "_constraint")

_IDENTIFIERS = {
    "constraints": "constraint",
    "initializers": "initializer",
    "regularizers": "regularizer",
}

# The arguments of these in Keras's order, where they are given by position.
_ARGUMENTS = {
    "Constant": ("value",),
    "Identity": ("gain",),
    "L1": ("l1",),
    "L1L2": ("l1", "l2"),
    "L2": ("l2",),
    "MaxNorm": ("max_value", "axis"),
    "MinMaxNorm": ("min_value", "max_value", "rate", "axis"),
    "Orthogonal": ("gain", "seed"),
    "OrthogonalRegularizer": ("factor", "mode"),
    "RandomNormal": ("mean", "stddev", "seed"),
    "RandomUniform": ("minval", "maxval", "seed"),
    "TruncatedNormal": ("mean", "stddev", "seed"),
    "UnitNorm": ("axis",),
    "VarianceScaling": ("scale", "mode", "distribution", "seed"),
}
# fmt: off
_WITHOUT_ARGUMENTS = (
    "GlorotNormal", "GlorotUniform", "HeNormal", "HeUniform", "LecunNormal", "LecunUniform",
    "NonNeg", "Ones", "Zeros",
)
# fmt: on
_CLASSES = {snake_case(name).replace("_", ""): name for name in (*_ARGUMENTS, *_WITHOUT_ARGUMENTS)}


def _identifier(
    section: str, name: str, interpreter: Interpreter, args: Parameters, kwargs: Keywords
) -> Any:
    """An initializer, regularizer or constraint, as Keras's config has it."""
    plain = name.lower().replace("_", "").removesuffix("initializer")
    class_name = _CLASSES.get({"one": "ones", "zero": "zeros"}.get(plain, plain), name)
    given = dict(zip(_ARGUMENTS.get(class_name, ("seed",)), args, strict=False)) | kwargs
    unknown = next((value for value in given.values() if isinstance(value, Unknown)), None)
    if unknown is not None:
        return unknown
    config = {key: interpreter.usable(value) for key, value in given.items()}
    if "l" in config:  # In Keras 2 it had this name.
        config[class_name.lower()] = config.pop("l")
    return {
        "module": f"keras.{section}",
        "class_name": class_name,
        "config": config,
        "registered_name": None,
    }


def _get_identifier(
    section: str, interpreter: Interpreter, args: Parameters, kwargs: Keywords
) -> Any:
    """What `keras.activations.get` and its kin give: a function, or what layers take for one."""
    found = [*args, *kwargs.values()][0]
    if section == "activations" and (found is None or found in ACTIVATIONS):
        return activation(found or "linear")
    return found


def _layer(
    kind: type[Layer], interpreter: Interpreter, args: Parameters, kwargs: Keywords
) -> Layer:
    parameters = [interpreter.usable(value) for value in args]
    given = {}
    for key, value in kwargs.items():
        if key == "weights" and "weights" not in kind.arguments:
            continue  # They are the values of the weights.
        changes_nothing = key.endswith(_WITHOUT_FACTS) or key in ("seed", "activity_regularizer")
        if changes_nothing and isinstance(value, Unknown):
            continue
        if key == "output_shape" and isinstance(value, (Function, Partial)):
            given[key] = _called_later(interpreter, value)
        elif isinstance(value, Layer) and key.endswith("activation"):
            given[key] = Inert(value.name)
        else:
            given[key] = interpreter.usable(value)
    if kind is InputLayer:
        for old, new in (("input_shape", "shape"), ("batch_input_shape", "batch_shape")):
            if old in given:
                given[new] = given.pop(old)
    elif not given.keys() <= kind.arguments.keys():
        given = legacy.arguments_in_keras_3(kind.class_name, given, kind.arguments)
    held = [value for value in leaves([parameters, given]) if isinstance(value, Layer)]
    return interpreter.made(kind(*parameters, **given), held)  # type: ignore[no-any-return]


def _lambda(interpreter: Interpreter, args: Parameters, kwargs: Keywords) -> Layer:
    """A function as a layer, which is followed where the layer is called."""
    given = dict(zip(Lambda.positional, args, strict=False)) | kwargs
    function = given.pop("function", None)
    # A function of another package has a name, at least.
    is_named = isinstance(function, Unknown) and function.path is not None
    layer = _layer(Lambda, interpreter, [Inert(function.path) if is_named else function], given)
    assert isinstance(layer, Lambda)
    layer.follow(_followed(interpreter, function, given.get("arguments") or {}))
    return layer


def _followed(
    interpreter: Interpreter, function: Any, arguments: Keywords
) -> Callable[[Any], Graph | None]:
    """What a function does to tensors, as a model of its operations."""
    found: dict[tuple[Any, ...], Graph | None] = {}

    def follow(inputs: Any) -> Graph | None:
        key = tuple((tuple(x.shape), x.dtype) for x in leaves(inputs))
        if key not in found:
            found[key] = None
            with fresh_names(), interpreter.within_a_layer(), suppress(SourceError, GraphError):
                found[key] = made_of(inputs)
        return found[key]

    def made_of(inputs: Any) -> Graph | None:
        tensors = map_leaves(lambda x: Input(batch_shape=x.shape, dtype=x.dtype), inputs)
        if isinstance(function, Unknown):
            outputs = of_tensorflow(interpreter, str(function.path), [tensors], dict(arguments))
        else:
            outputs = interpreter.usable(interpreter.call(function, [tensors], dict(arguments)))
        graph = Model(tensors, outputs)
        # Keras does not know of what is made or called within.
        return None if graph.weights() else graph

    return follow


def _called_later(interpreter: Interpreter, function: Any) -> Callable[..., Any]:
    """A function of the code that a layer calls."""
    return lambda *args: interpreter.usable(interpreter.call(function, list(args), {}))


def _merge(name: str, interpreter: Interpreter, args: Parameters, kwargs: Keywords) -> Any:
    """A merging layer by the function of its name: `add([x, y])`."""
    most = 2 if name in ("concatenate", "dot") else 1
    if len(args) > most:
        raise ArgumentError(f"{name}: takes {most} by position, the rest by name.")
    inputs = args[0] if args else kwargs.pop("inputs", None)
    if name == "dot" and len(args) < 2:
        kwargs.setdefault("axes", -1)  # What the function takes for granted, and the layer not.
    layer = _layer(LAYERS.get(name), interpreter, args[1:], kwargs)
    return interpreter.call_layer(layer, [inputs], {})


def _input(interpreter: Interpreter, args: Parameters, kwargs: Keywords) -> Tensor:
    given = {key: interpreter.usable(value) for key, value in kwargs.items()}
    if "batch_input_shape" in given:
        given["batch_shape"] = given.pop("batch_input_shape")
    tensor = Input(*[interpreter.usable(value) for value in args], **given)
    assert tensor.call is not None
    interpreter.made(tensor.call.layer)
    return tensor


# ---------------------------------------------------------------------- models


def _sequential(interpreter: Interpreter, args: Parameters, kwargs: Keywords) -> Sequential:
    given = dict(zip(("layers", "trainable", "name"), args, strict=False)) | kwargs
    if isinstance(given.get("trainable"), str):
        given["name"] = given.pop("trainable")  # Its place in Keras 2.
    values = {key: interpreter.usable(value) for key, value in given.items()}
    layers = values.pop("layers", None) or ()
    if not isinstance(layers, (list, tuple)):
        raise ArgumentError("Sequential takes a list of layers.")
    model = Sequential(interpreter.lines_of(layers), **values)
    return interpreter.made(model, model.layers)  # type: ignore[no-any-return]


def _model(interpreter: Interpreter, args: Parameters, kwargs: Keywords) -> Model:
    given = dict(zip(("inputs", "outputs", "name"), args, strict=False)) | kwargs
    for old, new in (("input", "inputs"), ("output", "outputs")):
        if old in given:
            given[new] = given.pop(old)
    missing = [name for name in ("inputs", "outputs") if name not in given]
    if missing:
        raise ArgumentError(
            f"Model: missing argument {' and '.join(map(repr, missing))}. "
            "Write keras.Model(inputs, outputs)."
        )
    values = {key: interpreter.usable(value) for key, value in given.items()}
    model = Model(**values)
    return interpreter.made(model, [call.layer for call in model.calls])  # type: ignore[no-any-return]


def _application(name: str, interpreter: Interpreter, args: Parameters, kwargs: Keywords) -> Graph:
    """A model of `keras.applications`, which is an entry of the zoo."""
    from convzoo.zoo import describe, takes

    if args:
        raise ArgumentError(f"{name}: give its arguments by keyword, as in {name}(weights=None).")
    given = {
        key: interpreter.usable(value)
        for key, value in kwargs.items()
        if key != "weights" and value is not None
    }
    tensor, own_name = given.pop("input_tensor", None), given.pop("name", None)
    last = given.pop("classifier_activation", "softmax") if "include_top" not in given else None
    given.pop("classifier_activation", None)
    if given.get("include_preprocessing") is True and not takes(name, "include_preprocessing"):
        del given["include_preprocessing"]
    if tensor is not None:
        given["input_shape"] = tensor.shape[1:]
    elif given.get("include_top") is False:
        given.setdefault("input_shape", (None, None, 3))
    if "input_shape" in given:
        given["input_shape"] = tuple(given["input_shape"])
    graph = describe(name, **given)
    interpreter.charge(30 * len(graph.calls))
    if last not in (None, "softmax"):
        graph.layers[-1].activation = last  # type: ignore[attr-defined]
    if tensor is not None:
        graph = _on(graph, tensor)
    if own_name is not None:
        graph.name = own_name
    return interpreter.made(graph, [call.layer for call in graph.calls])  # type: ignore[no-any-return]


def _on(graph: Graph, tensor: Tensor) -> Model:
    """A model on another input tensor, which begins where that does."""
    tensors = {graph.input_tensors[0]: tensor}

    def current(leaf: Any) -> Any:
        return tensors.get(leaf, leaf) if isinstance(leaf, Tensor) else leaf

    for call in graph.calls:
        if call.inputs:
            new = call.layer(*map_leaves(current, call.args), **map_leaves(current, call.kwargs))
            tensors.update(zip(call.output_tensors, leaves(new), strict=True))
    return Model(_source_of(tensor), map_leaves(current, graph.outputs), name=graph.name)


def _source_of(tensor: Tensor) -> Any:
    """The inputs that a tensor comes from."""
    found: dict[Tensor, None] = {}
    seen: set[Call | None] = set()
    stack = [tensor]
    while stack:
        one = stack.pop()
        if one.call is None or not one.call.inputs:
            found[one] = None
        elif one.call not in seen:
            seen.add(one.call)
            stack.extend(one.call.inputs)
    return next(iter(found)) if len(found) == 1 else list(found)


def _describe(interpreter: Interpreter, args: Parameters, kwargs: Keywords) -> Graph:
    """An entry of the zoo: `convzoo.describe`."""
    from convzoo.zoo import describe

    kwargs.pop("weights", None)
    graph = describe(
        *[interpreter.usable(value) for value in args],
        **{key: interpreter.usable(value) for key, value in kwargs.items()},
    )
    return interpreter.made(graph, [call.layer for call in graph.calls])  # type: ignore[no-any-return]


_MODELS = {
    "Model": Known("Model", _model, kind=Graph, takes_unknown=True),
    "Functional": Known("Functional", _model, kind=Model, takes_unknown=True),
    "Sequential": Known("Sequential", _sequential, kind=Sequential, takes_unknown=True),
    "describe": Known("describe", _describe, takes_unknown=True),
    "get": Known("get", _describe, takes_unknown=True),
    "Layer": Known("Layer", partial(_refuse, "is a class without code of its own."), kind=Layer),
}


# ---------------------------------------------------------------------- Python's own


def _plain(function: Callable[..., Any], name: str, kind: type | None = None) -> Known:
    """A function of plain values."""

    def call(interpreter: Interpreter, args: Parameters, kwargs: Keywords) -> Any:
        for value in (*args, *kwargs.values()):
            if not interpreter.is_plain(value):
                return _unknown_within(value)
        return interpreter.checked(function(*args, **kwargs))

    return Known(name, call, kind)


def _unknown_within(value: Any) -> Any:
    """What is unknown among values that are not all plain."""
    stack = [value]
    for part in stack:
        if isinstance(part, Unknown):
            return part
        if isinstance(part, (list, tuple)):
            stack.extend(part)
        elif isinstance(part, dict):
            stack.extend(part.values())
    return Unknown("a layer, tensor or function is no plain value.", "builtins")


def _of_elements(function: Callable[[Any], Any], name: str, kind: type | None = None) -> Known:
    """A function of the elements of one value, whatever they are."""

    def call(interpreter: Interpreter, args: Parameters, kwargs: Keywords) -> Any:
        values = interpreter.listed(interpreter.iterable(args[0])) if args else []
        return interpreter.checked(function(values))

    return Known(name, call, kind)


def _sum(interpreter: Interpreter, args: Parameters, kwargs: Keywords) -> Any:
    values = interpreter.listed(interpreter.iterable(args[0]))
    unknown = next((value for value in values if isinstance(value, Unknown)), None)
    if unknown is not None:
        return unknown
    total = [*args[1:], *kwargs.values(), 0][0]
    for value in values:
        total = interpreter.added(total, value)
    return total


def _dict(interpreter: Interpreter, args: Parameters, kwargs: Keywords) -> Any:
    found: dict[Any, Any] = {}
    for value in args:
        if isinstance(value, dict):
            found.update(value)
        else:
            pairs = interpreter.listed(interpreter.iterable(value))
            interpreter.weigh([pair[0] for pair in pairs])
            found.update(pairs)
    return interpreter.checked({**found, **kwargs})


def _set_of(interpreter: Interpreter, args: Parameters, kwargs: Keywords) -> Any:
    values = interpreter.listed(interpreter.iterable(args[0])) if args else []
    interpreter.weigh(values)
    return set(values)


def _length(interpreter: Interpreter, args: Parameters, kwargs: Keywords) -> int:
    return len(interpreter.iterable(args[0]))


def _range(interpreter: Interpreter, args: Parameters, kwargs: Keywords) -> Any:
    return range(*[interpreter.usable(value) for value in args])


def _zip(interpreter: Interpreter, args: Parameters, kwargs: Keywords) -> list[Any]:
    return interpreter.listed(zip(*map(interpreter.iterable, args), strict=False))


def _enumerate(interpreter: Interpreter, args: Parameters, kwargs: Keywords) -> list[Any]:
    start = [*args[1:], *kwargs.values(), 0][0]
    return interpreter.listed(enumerate(interpreter.iterable(args[0]), interpreter.usable(start)))


def _map(interpreter: Interpreter, args: Parameters, kwargs: Keywords) -> list[Any]:
    columns = zip(*map(interpreter.iterable, args[1:]), strict=False)
    return [interpreter.call(args[0], list(row), {}) for row in interpreter.listed(columns)]


def _filter(interpreter: Interpreter, args: Parameters, kwargs: Keywords) -> Any:
    values = interpreter.listed(interpreter.iterable(args[1]))
    kept = [interpreter.call(args[0], [value], {}) if args[0] else value for value in values]
    unknown = next((value for value in kept if isinstance(value, Unknown)), None)
    if unknown is not None:
        return unknown
    return [value for value, keep in zip(values, kept, strict=True) if keep]


def _extreme(function: Callable[[list[Any]], Any]) -> Callable[..., Any]:
    def call(interpreter: Interpreter, args: Parameters, kwargs: Keywords) -> Any:
        values = interpreter.listed(interpreter.iterable(args[0])) if len(args) == 1 else args
        if kwargs or not interpreter.is_plain(values):
            return _unknown_within(values)
        return function(list(values))

    return call


def _product(interpreter: Interpreter, args: Parameters, kwargs: Keywords) -> Any:
    values = interpreter.listed(interpreter.iterable(args[0]))
    if not all(isinstance(value, (int, float)) for value in values):
        return _unknown_within(values)
    return interpreter.checked(math.prod(values))


def _partial(interpreter: Interpreter, args: Parameters, kwargs: Keywords) -> Any:
    return args[0] if isinstance(args[0], Unknown) else Partial(args[0], args[1:], kwargs)


def _is_instance(interpreter: Interpreter, args: Parameters, kwargs: Keywords) -> Any:
    value, kinds = args
    found = [
        kind.kind if isinstance(kind, Known) else None
        for kind in (kinds if isinstance(kinds, (tuple, list)) else (kinds,))
    ]
    if isinstance(value, Unknown):
        return value
    # Nothing that is known here is of a class of somebody's own.
    return isinstance(value, tuple(kind for kind in found if kind is not None))


def _type(interpreter: Interpreter, args: Parameters, kwargs: Keywords) -> Any:
    if isinstance(args[0], Layer):
        return class_of(args[0])
    return BUILTINS.get(type(args[0]).__name__) or Unknown(
        "`type()` can't be read without running it.", "builtins"
    )


def _get_attribute(interpreter: Interpreter, args: Parameters, kwargs: Keywords) -> Any:
    owner, name, *default = args
    if isinstance(name, Unknown) or (isinstance(owner, Unknown) and owner.path is None):
        return name if isinstance(name, Unknown) else owner
    if not isinstance(name, str):
        raise SourceError("getattr() takes a name.")
    found = (
        resolve(f"{owner.path}.{name}")
        if isinstance(owner, Unknown)
        else attribute(interpreter, owner, name)
    )
    if found is NotImplemented:
        if default:
            return default[0]
        raise SourceError(f"there is no {name!r} that can be read without running the code.")
    return found


def _super(interpreter: Interpreter, args: Parameters, kwargs: Keywords) -> Parent:
    definition, layer = args if len(args) == 2 else interpreter.method()
    if not isinstance(definition, Class) or not isinstance(layer, OwnLayer):
        raise SourceError("super() is followed in the methods of layers and models only.")
    return Parent(layer, definition)


def _nothing(interpreter: Interpreter, args: Parameters, kwargs: Keywords) -> None:
    return None


def _running(name: str) -> Known:
    sentence = f"{name}() runs code, which is never done. Write what it does in its place."
    return Known(name, partial(_refuse, sentence), takes_unknown=True)


_MATH: dict[str, Any] = {
    name: _plain(getattr(math, name), name)
    for name in ("ceil", "exp", "floor", "gcd", "log", "log10", "log2", "sqrt", "isqrt")
} | {"e": math.e, "inf": math.inf, "pi": math.pi, "prod": Known("prod", _product)}
_MATH["pow"] = _plain(math.pow, "pow")

_RUNNING = ("__import__", "compile", "delattr", "eval", "exec", "globals", "locals", "setattr")
# fmt: off
_UNREAD = (
    "callable", "chr", "dir", "exit", "format", "hasattr", "hash", "help", "id", "input",
    "iter", "next", "object", "open", "ord", "pow", "quit", "repr", "slice", "vars",
)
# fmt: on

BUILTINS: dict[str, Any] = {
    "abs": _plain(abs, "abs"),
    "all": _of_elements(all, "all"),
    "any": _of_elements(any, "any"),
    "bool": _plain(bool, "bool", bool),
    "dict": Known("dict", _dict, dict),
    "divmod": _plain(divmod, "divmod"),
    "enumerate": Known("enumerate", _enumerate),
    "filter": Known("filter", _filter),
    "float": _plain(float, "float", float),
    "getattr": Known("getattr", _get_attribute, takes_unknown=True),
    "int": _plain(int, "int", int),
    "isinstance": Known("isinstance", _is_instance, takes_unknown=True),
    "len": Known("len", _length),
    "list": _of_elements(list, "list", list),
    "map": Known("map", _map),
    "max": Known("max", _extreme(max)),
    "min": Known("min", _extreme(min)),
    "print": Known("print", _nothing, takes_unknown=True),
    "range": Known("range", _range, range),
    "reversed": _of_elements(lambda values: values[::-1], "reversed"),
    "round": _plain(round, "round"),
    "set": Known("set", _set_of, set),
    "sorted": _of_elements(sorted, "sorted"),
    "str": _plain(str, "str", str),
    "sum": Known("sum", _sum),
    "super": Known("super", _super, takes_unknown=True),
    "tuple": _of_elements(tuple, "tuple", tuple),
    "type": Known("type", _type),
    "zip": Known("zip", _zip),
    **{name: _running(name) for name in _RUNNING},
    **{
        name: Unknown(
            f"{name}() can't be read without running it. Write the value in its place.", "builtins"
        )
        for name in _UNREAD
    },
}
"""Python's own functions and classes."""
