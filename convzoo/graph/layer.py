"""What a layer is: a class name, arguments, and the facts it states about one call."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from itertools import count
from typing import Any, ClassVar, Self, dataclass_transform

from convzoo.errors import ArgumentError, ConvzooError, ShapeError
from convzoo.graph import dtypes, identifiers, legacy
from convzoo.graph.dims import UNKNOWN, Shape, UnknownShapeError
from convzoo.graph.facts import Weight, Window, Work
from convzoo.graph.naming import automatic_name, snake_case
from convzoo.graph.structure import leaves
from convzoo.limits import check_shape, count_tensor

WRONG_VALUES = (
    TypeError,
    ValueError,
    AttributeError,
    LookupError,
    ArithmeticError,
    RecursionError,
)
"""What a formula raises where an argument is of a kind that it was not made for."""


class Tensor:
    """A symbolic tensor: a shape and a dtype, and which call gives it.

    Args:
        shape: the dims, the batch first.
        dtype: the name of the dtype.
    """

    __slots__ = ("call", "dtype", "index", "is_recovered", "shape")

    def __init__(self, shape: Shape, dtype: str = "float32") -> None:
        count_tensor()
        if shape is not UNKNOWN:
            check_shape(shape)
        self.shape = shape
        self.dtype = dtype
        self.call: Call | None = None
        self.index = 0
        self.is_recovered = False
        """Whether the shape is told by what takes the tensor, not by what gives it."""

    @property
    def rank(self) -> int:
        """The number of dims, the batch included."""
        return len(self.shape)

    @property
    def is_known(self) -> bool:
        """Whether anything is known of the shape; single dims may be unknown all the same."""
        return self.shape is not UNKNOWN

    def recover(self, shape: Shape) -> None:
        """Take the shape from what takes the tensor, where none is known."""
        if not self.is_known and shape is not UNKNOWN:
            check_shape(shape)
            self.shape = shape
            self.is_recovered = True

    def __repr__(self) -> str:
        return f"<Tensor shape={self.shape}, dtype={self.dtype}>"


class Constant:
    """A tensor whose values are known: an argument of a call that no layer gives.

    Args:
        shape: the dims, the first one too.
        dtype: the name of the dtype.
        config: what Keras saves of it.
    """

    __slots__ = ("config", "dtype", "shape")

    def __init__(self, shape: Shape, dtype: str, config: Any = None) -> None:
        self.shape = shape
        self.dtype = dtype
        self.config = config

    def __repr__(self) -> str:
        return f"<Constant shape={self.shape}, dtype={self.dtype}>"


_call_numbers = count()


class Call:
    """One call of a layer: what it was given and what it gave.

    Args:
        layer: the layer.
        args: positional arguments, tensors within.
        kwargs: keyword arguments, tensors within.
        inputs: all tensors within both, in Keras's order.
        outputs: a tensor, or a structure of tensors.
    """

    __slots__ = ("args", "inputs", "kwargs", "layer", "number", "output_tensors", "outputs")

    def __init__(
        self,
        layer: Layer,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        inputs: Sequence[Tensor],
        outputs: Any,
    ) -> None:
        self.layer = layer
        self.number = next(_call_numbers)
        """Counts the calls in the order in which they are made."""
        self.args = args
        self.kwargs = kwargs
        self.inputs = inputs
        self.outputs = outputs
        tensors: list[Tensor] = [outputs] if type(outputs) is Tensor else leaves(outputs)
        self.output_tensors = tensors
        for index, tensor in enumerate(tensors):
            tensor.call = self
            tensor.index = index


REQUIRED: Any = object()
"""In place of a default: the argument must be given."""


def field(*, default: Any, kw_only: bool, init: bool = True) -> Any:  # noqa: ARG001
    """Tell type checkers of an argument, in the terms of `dataclass_transform`."""
    return default


# Arguments that every layer takes, by keyword only.
_KEYWORD_ONLY = ("name", "trainable", "dtype")

# Arguments that Keras takes for every layer and that change no fact.
_EVERYWHERE = frozenset({"activity_regularizer", "autocast"})

# What Keras saves in almost every layer.
_SAVED_DEFAULT_POLICY = {"name": "float32"}

_GIVING_AN_INPUT = frozenset({"input_shape", "input_dim", "batch_input_shape", "batch_shape"})

# Arguments of a call that change no fact: masks hide values, never shapes.
_NO_FACT_ARGUMENTS = frozenset({"training", "mask"})


@dataclass_transform(field_specifiers=(field,))
class _Described:
    """Tells type checkers that a subclass's annotations are the arguments of its `__init__`."""


class Layer(_Described):
    """A description of a Keras layer.

    A subclass declares Keras's arguments as annotated class attributes, in Keras's order and with
    Keras's defaults. A default that a subclass changes is assigned without an annotation and keeps
    its place. An instance stores only what it was given, so its `__dict__` is its difference from
    the defaults.

    The facts of a call are stated by `output` (or `output_shape`), `weights`, `work` and `windows`.
    Each takes what Keras's `call` takes, with a `Tensor` where Keras has a tensor.

    Args:
        name: Keras's name of the layer; automatic where it is not given.
        trainable: whether training changes the layer's trainable weights.
        dtype: the name of a dtype or dtype policy.
    """

    name: str = field(default=None, kw_only=True)
    trainable: bool = field(default=True, kw_only=True)
    dtype: str | None = field(default=None, kw_only=True)

    variables: tuple[Weight, ...] | None = field(default=None, kw_only=True, init=False)
    """The weights, once the layer was called."""
    shared_variables: dict[int, int] | None = field(default=None, kw_only=True, init=False)
    """In a live model: by place among the weights, the numbers of those that others hold too."""

    arguments: ClassVar[dict[str, Any]] = {}
    """Every argument with its default, in Keras's order; keyword-only ones last."""
    positional: ClassVar[tuple[str, ...]] = ()
    """The arguments that may be given by position."""
    class_name: ClassVar[str] = "Layer"
    """Keras's name of the class."""
    keras_module: ClassVar[str] = "keras.layers"
    """The module that Keras's serialization names."""
    built_rank: int | None = field(default=None, kw_only=True, init=False)
    """The rank of the input of the first call, where it has one input."""
    unknown_because: str | None = field(default=None, kw_only=True, init=False)
    """Why nothing can be known of it, where that is so."""
    registered_name: ClassVar[str | None] = None
    """The name under which Keras has registered a class of ours."""
    units_argument: ClassVar[str] = "channels"
    """What the last axis of the weights counts, in an explanation."""
    work_kind: ClassVar[str] = ""
    """What its work is, where the tools that count work tell such layers from others."""
    status: ClassVar[str] = "exact"
    """How much is known of the layers of this class, for the reference."""
    holds_layers: ClassVar[bool] = False
    """Whether its weights are those of layers within, which its own `trainable` does not reach."""
    takes_states: ClassVar[bool] = False
    """Whether a call takes an `initial_state` beside its input."""
    call_defaults: ClassVar[dict[str, Any]] = {}
    """Arguments of a call that Keras saves with these values though nobody gave them."""
    _required: ClassVar[frozenset[str]] = frozenset()
    _identifiers: ClassVar[dict[str, str]] = {}
    _named_after: ClassVar[str] = "Layer"

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        own = [
            name
            for name, kind in cls.__annotations__.items()
            if not name.startswith("_") and not str(kind).startswith("ClassVar")
        ]
        inherited = [name for name in cls.positional if name not in own]
        cls.positional = (*inherited, *own)
        cls.arguments = {
            name: getattr(cls, name, REQUIRED) for name in (*cls.positional, *_KEYWORD_ONLY)
        }
        cls._required = frozenset(
            name for name, default in cls.arguments.items() if default is REQUIRED
        )
        cls._identifiers = {
            name: kind for name in cls.arguments if (kind := identifiers.kind_of_argument(name))
        }
        cls.class_name = cls.__name__
        cls._named_after = cls.__name__

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        values = self.__dict__
        cls = type(self)
        if args:
            if len(args) > len(cls.positional):
                raise self._too_many(args)
            values.update(zip(cls.positional, args, strict=False))
        for key, value in kwargs.items():
            if key not in cls.arguments:
                self._take_extra(key, value)
            elif key in values:
                raise ArgumentError(f"{cls.class_name}: got two values for argument '{key}'.")
            else:
                values[key] = value
        if not cls._required <= values.keys():
            raise self._missing()
        for key in values:
            if key in cls._identifiers:
                self._check_identifier(key)
        self._finish()
        if "/" in self.name:  # In a file it may stand: Keras 2 took it.
            raise self._unusable_name()

    def _check_identifier(self, argument: str) -> None:
        """Refuse a name that Keras does not know; one read from a file may be its author's own."""
        kind, value = type(self)._identifiers[argument], self.__dict__[argument]
        if not identifiers.is_known(kind, value):
            raise self.error(
                f"{argument} must be the name of a Keras {kind}",
                f"{argument}={value!r}",
                identifiers.close_to(kind, value),
            )

    def _finish(self) -> None:
        """Check the arguments and name the layer."""
        values = self.__dict__
        if "dtype" in values:
            self._check_dtype()
        if "trainable" in values and not isinstance(values["trainable"], bool):
            raise self.error("trainable must be True or False", f"trainable={self.trainable!r}")
        try:
            self.check_arguments()
        except ConvzooError:
            raise
        except WRONG_VALUES as error:
            raise ArgumentError(
                f"{self.class_name}: an argument is of a kind that does not belong there "
                f"({type(error).__name__}: {error})."
            ) from error
        if values.get("name") is None:
            values["name"] = automatic_name(snake_case(self._named_after))
        elif not isinstance(self.name, str):
            raise self._unusable_name()

    def _unusable_name(self) -> ArgumentError:
        return self.error("a name must be a text without '/'", f"name={self.name!r}")

    def _check_dtype(self) -> None:
        dtype = self.__dict__.pop("dtype")
        if type(dtype) is dict and dtype.get("config") == _SAVED_DEFAULT_POLICY:
            return
        policy = dtypes.policy_name(dtype)
        if policy is not None:
            if not dtypes.is_policy(policy):
                raise self.error(
                    "dtype must name a dtype or a dtype policy",
                    f"dtype={policy!r}",
                    "Choose float32, float16, bfloat16, mixed_float16 or mixed_bfloat16.",
                )
            self.dtype = policy

    def _take_extra(self, key: str, value: Any) -> None:
        if key in _EVERYWHERE:
            self.__dict__[key] = value
        elif key in _GIVING_AN_INPUT:
            # Keras's older ways of giving a Sequential model its input.
            shape = (value,) if key == "input_dim" else tuple(value)
            self.__dict__["_batch_shape"] = shape if key.startswith("batch") else (None, *shape)
        else:
            from convzoo.errors import UnknownNameError

            raise ArgumentError(
                f"{self.class_name}: "
                + str(UnknownNameError("argument", key, type(self).arguments))
                + f" Its arguments are {', '.join(type(self).arguments)}."
            )

    def _too_many(self, args: tuple[Any, ...]) -> ArgumentError:
        positional = type(self).positional
        return ArgumentError(
            f"{self.class_name}: takes at most {len(positional)} positional arguments "
            f"({', '.join(positional) or 'none'}). Received {len(args)}."
        )

    def _missing(self) -> ArgumentError:
        missing = [
            name for name in type(self).arguments if name in self._required - self.__dict__.keys()
        ]
        given = ", ".join(name for name in type(self).arguments if name in self._required)
        return ArgumentError(
            f"{self.class_name}: missing argument {', '.join(map(repr, missing))}. "
            f"Write {self.class_name}({given}, ...)."
        )

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """A layer from the config that Keras saved of it.

        Raises:
            ArgumentError: when an argument is unknown or can't be used.
        """
        known = cls.arguments
        layer = cls.__new__(cls)
        values = layer.__dict__
        if legacy.is_in_keras_3(cls.class_name, config, known):
            values.update(config)
        else:
            config = legacy.arguments_in_keras_3(cls.class_name, config, known)
            for key, value in config.items():
                if key in known:
                    values[key] = value
                elif value is not None:
                    layer._take_extra(key, value)
        if not cls._required <= values.keys():
            raise layer._missing()
        layer._finish()
        return layer

    def to_config(self) -> dict[str, Any]:
        """The arguments that differ from Keras's defaults, as Keras's config has them."""
        from convzoo.graph.config_writing import argument_config

        config: dict[str, Any] = {"name": self.name}
        for key, default in type(self).arguments.items():
            value = self.__dict__.get(key, default)
            if key != "name" and value is not default:
                value = argument_config(key, value)
                if value != argument_config(key, default):
                    config[key] = value
        return config

    # ------------------------------------------------------------------ facts, for subclasses

    def check_arguments(self) -> None:
        """Bring the arguments to one form, and refuse what Keras refuses.

        Raises:
            ArgumentError: when an argument can't be used.
        """

    def output(self, inputs: Any) -> Any:
        """The output of a call: a tensor or a structure of tensors.

        The default is Keras's: `output_shape`, in the layer's compute dtype.
        """
        return Tensor(self.output_shape(inputs.shape), self.compute_dtype)

    def output_shape(self, shape: Shape) -> Shape:
        """The output's shape, for layers with one input and one output."""
        return shape

    def weights(self, *args: Any, **kwargs: Any) -> tuple[Weight, ...]:
        """The variables that the first call makes, in the order of Keras's `layer.weights`.

        There the trainable ones stand before the others, and those of layers within come last.
        """
        return ()

    def work(self, *args: Any, **kwargs: Any) -> Work | None:
        """What a call computes for one sample; `None` where no rule is known."""
        return None

    def windows(self, *args: Any, **kwargs: Any) -> tuple[Window, ...] | None:
        """How the output sees the input, one window per axis that isn't seen one to one.

        `None` where an output may see all of the input.
        """
        return None

    # ------------------------------------------------------------------ the same for all layers

    @property
    def compute_dtype(self) -> str:
        """The dtype the layer computes in and casts its float inputs to."""
        return "float32" if self.dtype is None else dtypes.compute_dtype(self.dtype)

    @property
    def variable_dtype(self) -> str:
        """The dtype of the layer's variables."""
        return "float32" if self.dtype is None else dtypes.variable_dtype(self.dtype)

    @property
    def activation_name(self) -> str | None:
        """The name of the function applied to the output; `None` where there is none."""
        activation = getattr(self, "activation", None)
        if isinstance(activation, dict):
            config = activation.get("config")
            activation = config if isinstance(config, str) else activation.get("class_name")
        activation = getattr(activation, "__name__", activation)
        name = None if activation is None else identifiers.canonical_name(str(activation))
        return None if name == "linear" else name

    def trains(self, weight: Weight) -> bool:
        """Whether training changes this weight of the layer."""
        return weight.trainable and (self.trainable or self.holds_layers)

    def cast(self, inputs: Tensor) -> str:
        """The dtype that an input has inside the layer: floats are cast, others are kept."""
        return self.compute_dtype if dtypes.is_float(inputs.dtype) else inputs.dtype

    def error(self, expected: str, received: str, way_out: str = "") -> ArgumentError:
        """An error about an argument of this layer."""
        return ArgumentError(_message(self, expected, received, way_out))

    def shape_error(self, expected: str, shape: Any, way_out: str = "") -> ShapeError:
        """An error about the shape this layer was called on."""
        return ShapeError(_message(self, expected, f"input shape {shape}", way_out))

    def require_rank(self, shape: Shape, rank: int, at_least: bool = False) -> None:
        """Refuse an input of another rank, the batch axis counted."""
        if len(shape) < rank or (not at_least and len(shape) != rank):
            least = "at least " if at_least else ""
            axes = "1 axis" if rank == 2 else f"{rank - 1} axes"
            raise self.shape_error(f"expects an input of {least}{axes} besides the batch", shape)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the layer on symbolic tensors, as in Keras's functional style.

        Returns:
            A tensor, or a structure of tensors.

        Raises:
            ShapeError: when the layer can't take the shapes.
        """
        inputs: list[Tensor]
        if len(args) == 1 and not kwargs and type(args[0]) is Tensor:
            inputs = [args[0]]
        else:
            inputs = [leaf for leaf in leaves([args, kwargs]) if isinstance(leaf, Tensor)]
            if not inputs:
                raise self.error(
                    "must be called on tensors made from an Input", f"{args or kwargs}"
                )
        try:
            outputs = run_within(self, *args, **kwargs)
        except ConvzooError:
            raise
        except WRONG_VALUES as error:
            raise self._miscalled(error, inputs) from error
        Call(self, args, kwargs, inputs, outputs)
        return outputs

    def in_keras(self, call: Call) -> tuple[Layer, tuple[Any, ...], dict[str, Any]]:
        """What is called in Keras 3, and its arguments: mostly the layer itself."""
        return self, call.args, call.kwargs

    def build(self, *args: Any, **kwargs: Any) -> None:
        """Make the variables on the first call; later calls must need the same ones."""
        weights = self.weights(*args, **kwargs)
        if self.variables is None:
            self.variables = weights
            self.built_rank = args[0].rank if args and type(args[0]) is Tensor else None
        elif not self.serves(weights, *args):
            shapes = [leaf.shape for leaf in leaves([args, kwargs]) if isinstance(leaf, Tensor)]
            raise self.shape_error(
                "is shared, and its weights were made for another shape "
                f"({', '.join(f'{weight.name} {weight.shape}' for weight in self.variables)})",
                shapes[0] if len(shapes) == 1 else shapes,
            )

    def serves(self, weights: tuple[Weight, ...], *args: Any) -> bool:
        """Whether the variables serve a call that asks for these weights."""
        return weights == self.variables

    def _miscalled(self, error: Exception, inputs: list[Tensor]) -> ConvzooError:
        shapes = [tensor.shape for tensor in inputs]
        return self.shape_error(
            f"can't be called like this ({error})", shapes[0] if len(shapes) == 1 else shapes
        )

    def __repr__(self) -> str:
        given = ", ".join(
            f"{key}={value!r}"
            for key, value in self.__dict__.items()
            if key in type(self).arguments and key != "name"
        )
        return f"<{self.class_name} '{self.name}'{given and f' {given}'}>"


def run_within(layer: Layer, *args: Any, **kwargs: Any) -> Any:
    """What a layer gives that stands within another one, its variables made as in a call."""
    facts = fact_arguments(kwargs) if kwargs else kwargs
    try:
        outputs = layer.output(*args, **facts)
        layer.build(*args, **facts)
    except UnknownShapeError:
        outputs = output_of(layer, *args, **facts)
        with suppress(UnknownShapeError):  # Then the variables stay unknown.
            layer.build(*args, **facts)
    return outputs


def output_of(layer: Layer, *args: Any, **kwargs: Any) -> Any:
    """What a layer gives; a tensor of unknown shape where that follows from an unknown one.

    Args:
        layer: the layer.
        args: as in its call.
        kwargs: those of its call that facts depend on.
    """
    try:
        return layer.output(*args, **kwargs)
    except UnknownShapeError:
        return Tensor(UNKNOWN, layer.compute_dtype)


def work_of(layer: Layer, *args: Any, **kwargs: Any) -> Work | None:
    """What a call of a layer computes; `None` where no rule or no shape is known."""
    try:
        return layer.work(*args, **kwargs)
    except UnknownShapeError:
        return None
    except ConvzooError:
        raise
    except WRONG_VALUES as error:
        raise _uncalculated(layer, "work", error) from error


def windows_of(layer: Layer, *args: Any, **kwargs: Any) -> tuple[Window, ...] | None:
    """How the output of a call sees its input; `None` where it may see all of it."""
    try:
        return layer.windows(*args, **kwargs)
    except UnknownShapeError:
        return None
    except ConvzooError:
        raise
    except WRONG_VALUES as error:
        raise _uncalculated(layer, "receptive field", error) from error


def _uncalculated(layer: Layer, fact: str, error: Exception) -> ShapeError:
    kind = type(error).__name__
    return ShapeError(
        f"{layer.class_name} {layer.name!r}: its {fact} can't be calculated ({kind}: {error})."
    )


def weights_within(layer: Layer) -> tuple[Weight, ...]:
    """The variables of a layer that stands within another one, after `run_within`."""
    return tuple(
        weight._replace(trainable=layer.trains(weight), dtype=weight.dtype or layer.variable_dtype)
        for weight in layer.variables or ()
    )


def fact_arguments(kwargs: dict[str, Any]) -> dict[str, Any]:
    """Those keyword arguments of a call that facts depend on."""
    return {
        key: value
        for key, value in kwargs.items()
        if key not in _NO_FACT_ARGUMENTS and not key.endswith("_mask")
    }


def _message(layer: Layer, expected: str, received: str, way_out: str) -> str:
    name = layer.__dict__.get("name")
    place = f"{layer.class_name} {name!r}" if isinstance(name, str) else layer.class_name
    return f"{place}: {expected}. Received {received}.{f' {way_out}' if way_out else ''}"
