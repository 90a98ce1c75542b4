"""What the functions of Keras and TensorFlow do to tensors, in code.

Those of `keras.ops` become its operations. So do those of `keras.backend`, which Keras 2 had in
their place. A function of TensorFlow becomes the layer that tf.keras made of it.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
from inspect import Parameter, signature
from typing import TYPE_CHECKING, Any

from convzoo.errors import ArgumentError, SourceError
from convzoo.graph import dtypes, identifiers
from convzoo.graph.layer import REQUIRED, Constant, Layer, Tensor
from convzoo.graph.naming import snake_case
from convzoo.graph.structure import leaves
from convzoo.sources.python_code.attributes import attribute
from convzoo.sources.python_code.values import (
    SYMBOLIC,
    Keywords,
    Known,
    Parameters,
    Unknown,
    Variable,
)
from convzoo.zoo.padding import padding_before_stride_2
from convzoo.zoo.preprocessing import IMAGENET_MEAN, IMAGENET_STANDARD, RAW, SYMMETRIC

if TYPE_CHECKING:
    from convzoo.sources.python_code.expressions import Expressions as Interpreter

# ---------------------------------------------------------------------- keras.ops


def operation(interpreter: Interpreter, name: str, args: Parameters, kwargs: Keywords) -> Any:
    """What an operation gives, its arguments in the order of Keras's function."""
    from convzoo.operations import OPERATIONS

    kind = OPERATIONS.get(name)
    of_call = {x.name: x for x in [*signature(kind.output).parameters.values()][1:]}
    kinds = {x.kind for x in of_call.values()}
    given = {key: interpreter.usable(value) for key, value in kwargs.items()}
    positional = [interpreter.usable(value) for value in args]
    if Parameter.VAR_POSITIONAL in kinds:  # As `einsum(subscripts, *operands)`.
        own = [key for key in kind.positional if kind.arguments[key] is REQUIRED]
        given |= dict(zip(own, positional, strict=False))
        positional = positional[len(own) :]
    else:
        order = _order(kind, of_call)
        if len(positional) > len(order):
            raise ArgumentError(f"{kind.class_name}: takes at most {len(order)} arguments.")
        given |= dict(zip(order, positional, strict=False))
        positional = []
    if not any(isinstance(leaf, SYMBOLIC) for leaf in leaves([positional, list(given.values())])):
        found = _of_numbers(interpreter, snake_case(kind.class_name), list(given.values()))
        if found is not NotImplemented:
            return found
        return Unknown(f"{kind.class_name} of plain values is not computed.", "keras")
    any_name = Parameter.VAR_KEYWORD in kinds
    called = {
        key: given.pop(key)
        for key in list(given)
        if key in of_call or (any_name and key not in kind.arguments)
    }
    made = interpreter.made(kind(**given))
    positional += [called.pop(key) for key in _needed(of_call) if key in called]
    return interpreter.call_layer(made, positional, called)


def _needed(of_call: Mapping[str, Parameter]) -> list[str]:
    named = Parameter.POSITIONAL_OR_KEYWORD
    return [x.name for x in of_call.values() if x.default is Parameter.empty and x.kind is named]


def _order(kind: type[Layer], of_call: Mapping[str, Parameter]) -> list[str]:
    """The arguments by position: mostly what a call needs, the operation's own, and the rest."""
    if kind.class_name in _ORDERS:
        return _ORDERS[kind.class_name].split()
    return list(dict.fromkeys((*_needed(of_call), *kind.positional, *of_call)))


# Of those in which the operation's own arguments stand between those of the call.
_ORDERS = {
    "DotProductAttention": "query key value bias mask scale is_causal flash_attention "
    "attn_logits_soft_cap",
    "Full": "shape fill_value dtype",
    "Isclose": "x1 x2 rtol atol equal_nan",
}


# Those that are calculated of numbers, as Keras and TensorFlow name them.
_OF_NUMBERS: dict[str, Callable[..., Any]] = {
    "abs": abs,
    "cast": lambda number: number,
    "constant": lambda number: number,
    "equal": operator.eq,
    "exp": math.exp,
    "greater": operator.gt,
    "greater_equal": operator.ge,
    "less": operator.lt,
    "less_equal": operator.le,
    "log": math.log,
    "maximum": max,
    "minimum": min,
    "not_equal": operator.ne,
    "sqrt": math.sqrt,
    "square": lambda number: number * number,
}


def _of_numbers(interpreter: Interpreter, name: str, values: Sequence[Any]) -> Any:
    """What a function gives of numbers; `NotImplemented` where it is not calculated."""
    function = _OF_NUMBERS.get(name)
    numbers = [x for x in values if not (isinstance(x, str) and dtypes.is_dtype(x))]
    if function is None or not all(isinstance(x, (int, float)) for x in numbers):
        return NotImplemented
    return interpreter.checked(function(*numbers))


def _shape(interpreter: Interpreter, args: Parameters, kwargs: Keywords) -> Any:
    """The sizes of a tensor; that of the batch is `None`."""
    value = [*args, *kwargs.values()][0]
    if not isinstance(value, SYMBOLIC):
        raise SourceError("asks for the shape of what is no tensor.")
    return attribute(interpreter, value, "shape")


@lru_cache(maxsize=1024)
def of_ops(name: str) -> Known | None:
    """A function of `keras.ops`; `None` where there is none of the name.

    Its operation has its name, the words put together.
    """
    if name == "shape":
        return Known(name, _shape)
    from convzoo.operations import OPERATIONS

    words = {"swish": "silu"}.get(name, name).split("_")
    class_name = "".join(word.upper() if word in _ACRONYMS else word.capitalize() for word in words)
    for full_name in (f"{file}.{class_name}" for file in _FILES):
        if OPERATIONS.registered(full_name) is not None:
            return Known(name, partial(_operated, full_name))
    return None


def _operated(name: str, interpreter: Interpreter, args: Parameters, kwargs: Keywords) -> Any:
    return operation(interpreter, name, args, kwargs)


# Keras's files of operations, and the words of their names that are capitals only.
_FILES = ("numpy", "nn", "core", "math", "image", "linalg", "einops")
_ACRONYMS = frozenset(
    "ctc fft fft2 hsv ifft2 irfft istft psnr rfft rgb ssim stft svd".split()  # noqa: SIM905
)

# Activations of Keras by name, and their operations where it is not the one of that name.
ACTIVATIONS = {name: name for name in identifiers.names("activation")} | {
    "relu": "relu",
    "swish": "silu",
    "hard_swish": "hard_silu",
    "exponential": "exp",
}


@lru_cache(maxsize=256)
def activation(name: str) -> Known:
    """An activation: a name as an argument, an operation on a tensor."""

    def call(interpreter: Interpreter, args: Parameters, kwargs: Keywords) -> Any:
        known = of_ops(ACTIVATIONS[name])
        if name == "linear":
            return args[0]
        if known is None:
            raise SourceError(f"use the layer Activation({name!r}) in its place.")
        return known.call(interpreter, args, kwargs)

    return Known(name, call, activation=name)


# ---------------------------------------------------------------------- Keras 2 and TensorFlow

# Functions of `keras.backend` that are an operation of the same name, and those that differ from
# theirs: the operation, and the arguments after the first, with the operation's names for them and
# with the defaults that the operation has not.
_ALIKE = """
    abs concatenate cos elu equal exp greater greater_equal less less_equal log max maximum mean min
    minimum not_equal prod relu round shape sigmoid sign sin softmax softplus softsign sqrt square
    stack std stop_gradient sum tanh transpose var
"""
_BACKEND = {name: name for name in _ALIKE.split()} | {
    "argmax": "argmax axis/-1",
    "argmin": "argmin axis/-1",
    "cast": "cast dtype",
    "clip": "clip min_value=x_min max_value=x_max",
    "expand_dims": "expand_dims axis/-1",
    "int_shape": "shape",
    "l2_normalize": "normalize axis",
    "permute_dimensions": "transpose pattern=axes",
    "pow": "power a=x2",
    "repeat_elements": "repeat rep=repeats axis",
    "reshape": "reshape shape=newshape",
    "reverse": "flip axes=axis",
    "squeeze": "squeeze axis",
    "tile": "tile n=repeats",
}
_CONSTANTS_OF_BACKEND = {"epsilon": 1e-7, "floatx": "float32"}


@lru_cache(maxsize=256)
def of_backend(name: str) -> Known | None:
    """A function of `keras.backend`; `None` where it is no operation."""
    if name in _CONSTANTS_OF_BACKEND:
        return Known(name, lambda *_: _CONSTANTS_OF_BACKEND[name])
    if name not in _BACKEND:
        return None
    operation_name, *arguments = _BACKEND[name].split()
    known = of_ops(operation_name)
    assert known is not None
    own = [argument.partition("=")[0].partition("/")[0] for argument in arguments]
    renamed = dict(argument.split("=") for argument in arguments if "=" in argument)
    defaults = {a.partition("/")[0]: int(a.partition("/")[2]) for a in arguments if "/" in a}

    def call(interpreter: Interpreter, args: Parameters, kwargs: Keywords) -> Any:
        given = defaults | dict(zip(own, args[1:], strict=False)) | kwargs
        given = {renamed.get(key, key): value for key, value in given.items()}
        return known.call(interpreter, args[:1] if own else args, given)

    return Known(name, call)


def of_tensorflow(interpreter: Interpreter, path: str, args: Parameters, kwargs: Keywords) -> Any:
    """What a function of TensorFlow gives that is called on tensors, as in tf.keras, or on numbers.

    Args:
        interpreter: what reads the code.
        path: the function's dotted name.
        args: its arguments by position.
        kwargs: its arguments by name.

    Returns:
        `NotImplemented` where nothing is known of the function.
    """
    from convzoo.operations.tensorflow import layer_of_call

    package, _, name = path.partition(".")
    if package != "tensorflow":
        return NotImplemented
    if not any(isinstance(leaf, SYMBOLIC) for leaf in leaves([args, kwargs])):
        short = name.removeprefix("math.")
        return _of_numbers(interpreter, short, [*args, *kwargs.values()])
    if name in ("shape", "compat.v1.shape"):
        return _shape(interpreter, args, kwargs)
    found = layer_of_call(name, args, kwargs)
    if found is None:
        return NotImplemented
    layer, parameters, given = found
    return interpreter.call_layer(interpreter.made(layer), parameters, given)


# What makes a tensor of a shape, the first argument.
_OF_SHAPE = frozenset(
    f"{package}.{name}"
    for package, names in (
        ("keras.backend", "ones random_normal random_uniform truncated_normal zeros"),
        ("keras.ops", "ones zeros"),
        ("keras.random", "normal truncated_normal uniform"),
        ("tensorflow", "ones zeros"),
        ("tensorflow.random", "normal truncated_normal uniform"),
    )
    for name in names.split()
)


# What makes a tensor of the numbers in a range.
_OF_RANGE = frozenset(("keras.backend.arange", "keras.ops.arange", "tensorflow.range"))


def of_shape(path: str | None, args: Parameters, kwargs: Keywords) -> Any:
    """A tensor of a given shape, whatever is in it; `NotImplemented` where it is not known."""
    if path in _OF_RANGE:
        named = {"limit": "stop", "delta": "step"}
        given = {named.get(key, key): value for key, value in kwargs.items()}
        ends = [*args, *(given[key] for key in ("start", "stop", "step") if key in given)]
        if not all(type(end) is int for end in ends) or not 1 <= len(ends) <= 3:
            return NotImplemented
        return Variable((len(range(*ends)),), "int32")
    shape = [*args, kwargs.get("shape")][0]
    dims = tuple(shape) if isinstance(shape, (list, tuple)) else ()
    known = dims and all(dim is None or type(dim) is int for dim in dims)
    dtype = kwargs.get("dtype", "float32")
    if path not in _OF_SHAPE or not known or not dtypes.is_dtype(dtype):
        return NotImplemented
    return Variable(dims, dtype)


# ---------------------------------------------------------------------- keras.applications

# What `preprocess_input` of the modules of `keras.applications` does to images.
_PREPROCESSING = {
    **dict.fromkeys(("inception_resnet_v2", "inception_v3", "mobilenet", "mobilenet_v2"), "tf"),
    **dict.fromkeys(("nasnet", "resnet_v2", "xception"), "tf"),
    **dict.fromkeys(("resnet", "resnet50", "vgg16", "vgg19"), "caffe"),
    "densenet": "torch",
    **dict.fromkeys(("convnext", "efficientnet", "efficientnet_v2", "mobilenet_v3"), ""),
}
_MODES = {"": RAW, "caffe": IMAGENET_MEAN, "tf": SYMMETRIC, "torch": IMAGENET_STANDARD}


def _preprocessed(module: str, interpreter: Interpreter, args: Parameters, kwargs: Keywords) -> Any:
    """What `preprocess_input` of a module of `keras.applications` makes of a tensor."""
    given: Keywords = dict(zip(("x", "data_format", "mode"), args, strict=False)) | kwargs
    x, mode = given.get("x"), _PREPROCESSING.get(module, str(given.get("mode", "caffe")))
    if not isinstance(x, Tensor):
        return Unknown(f"`{module}.preprocess_input` of data is not computed.", "keras")
    preprocessing = _MODES.get(mode)
    if preprocessing is None or given.get("data_format") not in (None, "channels_last"):
        raise SourceError("preprocesses images in another way than the models of Keras.")

    def apply(name: str, *operands: Any) -> Any:
        return operation(interpreter, name, list(operands), {})

    if preprocessing.bgr:
        channels = [apply("numpy.GetItem", x, (Ellipsis, channel)) for channel in (2, 1, 0)]
        x = apply("numpy.Stack", channels, -1)
    if preprocessing.scale != 1:
        x = apply("numpy.TrueDivide", x, 1 / preprocessing.scale)
    if isinstance(preprocessing.mean, tuple):
        x = apply("numpy.Add", x, _of_channels(x, [-mean for mean in preprocessing.mean]))
    elif preprocessing.mean:
        x = apply("numpy.Subtract", x, preprocessing.mean)
    if isinstance(preprocessing.deviation, tuple):
        x = apply("numpy.TrueDivide", x, _of_channels(x, preprocessing.deviation))
    return x


def _of_channels(tensor: Tensor, values: Sequence[float]) -> Constant:
    """A constant with a value for each channel of a tensor."""
    nested: Any = list(values)
    for _ in tensor.shape[1:]:
        nested = [nested]
    config = {"class_name": "__tensor__", "config": {"value": nested, "dtype": tensor.dtype}}
    return Constant((*(1,) * (tensor.rank - 1), len(values)), tensor.dtype, config)


def _corrected_padding(
    module: str, interpreter: Interpreter, args: Parameters, kwargs: Keywords
) -> Any:
    """The zeros before a strided convolution: `correct_pad` of `imagenet_utils`."""
    tensor, kernel_size = [*args, *kwargs.values()]
    if not isinstance(tensor, Tensor) or type(kernel_size) is not int:
        raise SourceError("takes a tensor and the size of a kernel.")
    return padding_before_stride_2(tensor, kernel_size)


OF_APPLICATIONS = {"correct_pad": _corrected_padding, "preprocess_input": _preprocessed}
