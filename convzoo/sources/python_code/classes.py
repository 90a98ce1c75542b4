"""Layers and models whose classes the code defines.

Their `__init__`, `build` and `call` are followed like any function of the code, so that such a
layer is a model of what its `call` does. Variables that it makes itself are counted among those of
what first calculates with them.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from convzoo.errors import ArgumentError, GraphError, SourceError
from convzoo.graph import dtypes
from convzoo.graph.dims import Shape
from convzoo.graph.facts import Weight
from convzoo.graph.graph import Graph
from convzoo.graph.input import Input, InputLayer, as_shape
from convzoo.graph.layer import Call, Layer, Tensor
from convzoo.graph.naming import fresh_names, names_set_aside
from convzoo.graph.order import keras_order
from convzoo.graph.structure import leaves, map_leaves
from convzoo.graph.unknown_layer import UnknownLayer
from convzoo.sources.python_code.values import (
    HARMLESS,
    SYMBOLIC,
    Class,
    Function,
    Keywords,
    Known,
    Own,
    Parameters,
    Partial,
    Unknown,
    Variable,
)

if TYPE_CHECKING:
    from convzoo.sources.python_code.expressions import Expressions as Interpreter

# Arguments that Keras takes for every layer and that change no number.
_IDLE = frozenset({"activity_regularizer", "autocast", "dynamic"})

# In place of a tensor, in the form of a call.
_TENSOR = object()


class OwnLayer(Graph):
    """A layer or a model of a class of the code: what its `call` does, once it is called.

    Args:
        definition: its class.
        interpreter: what reads the code.
    """

    def __init__(self, definition: Class, interpreter: Interpreter) -> None:
        self.__dict__["class_name"] = self.__dict__["_named_after"] = definition.name
        self.definition = definition
        self.attributes: dict[str, Any] = {}
        self.layers = []
        self.calls = []
        self.inputs = self.outputs = None
        self._own: list[Own] = []
        entry = {"class_name": definition.name, "config": {"name": "call"}}
        self._unknown = UnknownLayer.of_entry(entry)
        """In place of its layers, where these are unknown."""
        self._interpreter = interpreter
        self._form: Any = None
        """The arguments of its calls, without the tensors among them."""
        self._alike: set[tuple[Any, ...]] = set()
        """Shapes of inputs for which its call does the same as for the first ones."""

    @property
    def is_model(self) -> bool:
        """Whether it is a model, and no layer of one."""
        return self.definition.is_model

    # ------------------------------------------------------------------ what the code asks of it

    def begin(self, args: Parameters, kwargs: Keywords) -> None:
        """What the `__init__` of Keras's class does."""
        given = dict(zip(("inputs", "outputs"), args, strict=False)) | kwargs
        given = {key: self._interpreter.usable(value) for key, value in given.items()}
        ends = [given.pop(key) for key in ("inputs", "outputs") if key in given]
        name, trainable, dtype = (given.pop(key, None) for key in ("name", "trainable", "dtype"))
        if given.keys() - _IDLE or len(args) > 2 or (ends and not (self.is_model and ends[1:])):
            raise ArgumentError(
                f"{self.class_name}: Keras's class takes a name, trainable and dtype. "
                f"Received {', '.join(sorted(given)) or 'arguments by position'}."
            )
        self._begin(name, trainable)
        if dtype is not None:
            self.__dict__["dtype"] = dtype
            self._check_dtype()
        if ends:
            self._take(*ends)

    def member(self, name: str) -> Any:
        """An attribute, or a method of its class; `NotImplemented` where there is none."""
        if name in self.attributes:
            return self.attributes[name]
        if name == "add_weight":
            return Known(name, self._add_weight)
        found = self.definition.find(name)
        return Partial(found, [self], {}) if isinstance(found, Function) else found

    def _add_weight(self, interpreter: Interpreter, args: Parameters, kwargs: Keywords) -> Variable:
        # In Keras 2 the name came first.
        in_keras_2 = bool(args) and isinstance(args[0], str)
        order = ("name", "shape", "dtype") if in_keras_2 else ("shape", "initializer", "dtype")
        given = dict(zip(order, args, strict=False)) | kwargs
        shape = interpreter.usable(given.get("shape") or ())
        shape = as_shape((shape,) if type(shape) is int else shape, "add_weight: shape")
        dtype = given.get("dtype") or self.variable_dtype
        if None in shape or not dtypes.is_dtype(dtype):
            raise ArgumentError(
                f"add_weight: needs sizes and the name of a dtype. Received {shape} and {dtype!r}."
            )
        # What its constructor is told reaches these, and not the layers within.
        trainable = given.get("trainable") in (None, True) and self.trainable
        name = str(given.get("name") or "variable")
        self._own.append(Own(Weight(name, shape, trainable, dtype)))
        return Variable(shape, dtype, (self._own[-1],))

    # ------------------------------------------------------------------ its variables

    def tracked(self) -> Iterator[Layer]:
        """The layers among its attributes, which are those whose variables Keras counts."""
        return (leaf for leaf in leaves(self.attributes) if isinstance(leaf, Layer))

    def walk(self) -> Iterator[Layer]:
        return iter((self._unknown,)) if self.inputs is None else super().walk()

    def check_config(self) -> None:
        if self.inputs is None or not self._interpreter.users.isdisjoint(self.layers):
            raise GraphError(
                f"'{self.name}' is of a class of the code, {self.class_name}, and no config holds "
                "what that does. Give its input's shape in the code, or run the code and save the "
                "model with model.save('model.keras')."
            )

    @property
    def layers_within(self) -> Sequence[Layer]:
        return (*self.layers, *self.tracked())

    # ------------------------------------------------------------------ its call

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        given = [list(args), kwargs]
        tensors = [leaf for leaf in leaves(given) if isinstance(leaf, Tensor)]
        form = map_leaves(lambda leaf: _TENSOR if isinstance(leaf, Tensor) else leaf, given)
        if self.inputs is None:
            self._form = form
        elif form != self._form and self._form is not None:
            raise SourceError(f"'{self.name}' is called with other arguments than before.")
        return super().__call__(tensors[0] if len(tensors) == 1 else tensors)

    def output(self, inputs: Any, **kwargs: Any) -> Any:
        if self.inputs is None:
            self._follow(inputs)
        return super().output(inputs)

    def build_on(self, batch_shape: Any) -> None:
        """Call it on an input of the shape, the batch axis included, where it was not called."""
        shape = as_shape(batch_shape, f"{self.class_name} '{self.name}': the input shape")
        if self.inputs is None:
            self._follow(Input(batch_shape=shape))

    def with_input_shapes(self, shapes: Sequence[Shape]) -> Graph:
        if self.inputs is not None or len(shapes) != 1:
            return super().with_input_shapes(shapes)
        with self._interpreter.guarded():
            self.build_on((None, *shapes[0]))
        return self

    def _follow(self, inputs: Any) -> None:
        """Find out what a call does, on inputs that stand for those that are given."""
        made, args, kwargs = self._placeholders(inputs)
        try:
            with self._interpreter.within_a_layer():
                self._make_variables(args, kwargs)
                self._take(made, self._called(args, kwargs))
                self._check_variables()
        except (SourceError, GraphError) as error:
            self._take_unknown(made, f"{self._interpreter.place}: {error}")
        self._interpreter.grew(self, [call.layer for call in self.calls])

    def matched(self, inputs: Any) -> dict[Tensor, Tensor]:
        given = leaves(inputs)
        if len(given) == len(self.input_tensors) and all(x.is_known for x in given):
            pairs = zip(self.input_tensors, given, strict=True)
            if not all(super(OwnLayer, self).fits(own.shape, new.shape) for own, new in pairs):
                self._check_alike(inputs)
        return super().matched(inputs)

    def fits(self, own: Shape, new: Shape) -> bool:
        return True  # What its call does for another shape was looked at.

    def _check_alike(self, inputs: Any) -> None:
        """Refuse inputs of another shape for which the call does something else."""
        key = tuple((tuple(x.shape), x.dtype) for x in leaves(inputs))
        if key in self._alike:
            return
        made, args, kwargs = self._placeholders(inputs)
        with self._interpreter.within_a_layer():
            outputs = self._called(args, kwargs)
            _, calls = keras_order(leaves(made), leaves(outputs))
        kept = set(self.tracked())
        if _told(calls, kept) != _told(self.calls, kept):
            raise SourceError(
                f"'{self.name}' does something else for inputs of other shapes than those of its "
                "first call, which is not followed."
            )
        self._alike.add(key)

    def _placeholders(self, inputs: Any) -> tuple[Any, Parameters, Keywords]:
        """Tensors that stand for inputs, and the arguments of a call on them."""
        with fresh_names():
            made = map_leaves(self._placeholder, inputs)
        form = [[map_leaves(lambda _: _TENSOR, made)], {}] if self._form is None else self._form
        rest = iter(leaves(made))
        args, kwargs = map_leaves(lambda leaf: next(rest) if leaf is _TENSOR else leaf, form)
        return made, args, kwargs

    def _placeholder(self, tensor: Tensor) -> Tensor:
        return Input(batch_shape=tuple(tensor.shape), dtype=self.cast(tensor))

    def _make_variables(self, args: Parameters, kwargs: Keywords) -> None:
        build = self.definition.find("build")
        if isinstance(build, Function):
            shapes = [map_leaves(_shape_of, part) for part in args]
            named = {
                f"{key}_shape": map_leaves(_shape_of, part)
                for key, part in kwargs.items()
                if any(isinstance(leaf, SYMBOLIC) for leaf in leaves(part))
            }
            takes_one = len(build.arguments.args) <= 2
            given = (shapes[:1], {}) if takes_one and shapes else (shapes, named)
            self._interpreter.call(build, [self, *given[0]], given[1])

    def _called(self, args: Parameters, kwargs: Keywords) -> Any:
        call = self.definition.find("call")
        if not isinstance(call, Function):
            raise SourceError(f"the class {self.class_name} has no call() to be followed.")
        names = [x.arg for x in (*call.arguments.args, *call.arguments.kwonlyargs)]
        asked = [name for name in ("training", "mask") if name in names[len(args) + 1 :]]
        given: Keywords = {name: None for name in asked if name not in call.defaults}
        given |= kwargs
        with names_set_aside():
            outputs = self._interpreter.call(call, [self, *args], given)
        return self._interpreter.usable(outputs)

    def _take(self, inputs: Any, outputs: Any) -> None:
        """Be the model between these tensors."""
        ends = leaves(outputs)
        if not ends or not all(isinstance(leaf, Tensor) for leaf in ends):
            raise SourceError(f"call() of {self.class_name} gives what is no tensor.")
        self.layers, self.calls = keras_order(leaves(inputs), ends)
        self.inputs, self.outputs = inputs, outputs

    def _check_variables(self) -> None:
        """Refuse what would be counted in another way than Keras counts it.

        Keras counts the variables of layers that are attributes, whether a call uses them or not.
        """
        for leaf in leaves(self.attributes):
            is_made = isinstance(leaf, Unknown) and leaf.path is None
            if is_made and (leaf.root not in HARMLESS or leaf.root in ("keras", "tensorflow")):
                raise SourceError(f"An attribute may hold variables: {leaf.sentence}")
        if any(own.user is None for own in self._own):
            raise SourceError("its call does not use all of the variables that it makes.")
        tracked = {inner for layer in self.tracked() for inner in _inner(layer)}
        used = {inner for layer in self.layers for inner in _inner(layer)}
        for layer in used - tracked:
            if layer.variables and layer not in self._interpreter.users:
                raise SourceError(f"the layer '{layer.name}' is no attribute of '{self.name}'.")
        alone = self._interpreter.called_alone
        for layer in tracked:
            is_used = layer in used
            if layer in alone:
                is_used = not is_used and all(own.user is not None for own in alone[layer])
            if layer.variables and not is_used:
                raise SourceError(f"its call does not use the layer '{layer.name}' as others do.")

    def _take_unknown(self, inputs: Any, reason: str) -> None:
        """Be a model of one layer of which nothing is known."""
        self._unknown.unknown_because = f"its code can't be followed: {reason.rstrip('.')}"
        self._take(inputs, self._unknown(inputs))


def _told(calls: Sequence[Call], kept: Container[Layer]) -> list[Any]:
    """What calls do, whatever the shapes of their tensors.

    Args:
        calls: in the order in which they run.
        kept: the layers that are the same whenever the code is followed.
    """
    place = {call: number for number, call in enumerate(calls)}

    def argument(leaf: Any) -> Any:
        if isinstance(leaf, Tensor) and leaf.call is not None:
            return place[leaf.call], leaf.index
        return repr(leaf)

    told: list[Any] = []
    for call in calls:
        layer = call.layer
        what: Any = layer
        if isinstance(layer, InputLayer):
            what = "input"
        elif layer not in kept:
            config = {key: value for key, value in layer.to_config().items() if key != "name"}
            what = layer.class_name, repr(config)
        told.append((what, map_leaves(argument, [call.args, call.kwargs])))
    return told


def _inner(layer: Layer) -> Iterator[Layer]:
    return layer.walk() if isinstance(layer, Graph) else iter((layer,))


def _shape_of(leaf: Any) -> Any:
    return tuple(leaf.shape) if isinstance(leaf, SYMBOLIC) else leaf


def made(
    definition: Class, interpreter: Interpreter, args: Parameters, kwargs: Keywords
) -> OwnLayer:
    """A layer or model of a class of the code, its `__init__` followed."""
    layer = OwnLayer(definition, interpreter)
    begin = definition.find("__init__")
    if isinstance(begin, Function):
        interpreter.call(begin, [layer, *args], kwargs)
    else:
        layer.begin(args, kwargs)
    if "name" not in layer.__dict__:
        raise SourceError(f"{definition.name}: its __init__() does not call super().__init__().")
    interpreter.made(layer, list(layer.tracked()))
    return layer


class Parent:
    """What `super()` gives.

    Args:
        layer: the layer.
        definition: the class after which to look.
    """

    def __init__(self, layer: OwnLayer, definition: Class) -> None:
        self.layer = layer
        self.definition = definition

    def member(self, name: str) -> Any:
        """A method of a base; `NotImplemented` where there is none."""
        found = self.layer.definition.find(name, self.definition)
        if isinstance(found, Function):
            return Partial(found, [self.layer], {})
        if name == "__init__":
            return Known(name, lambda _, args, kwargs: self.layer.begin(args, kwargs))
        if name in ("build", "__setattr__"):
            return Known(name, lambda *_: None)
        return NotImplemented


def own_class(name: str, bases: Sequence[Any], members: dict[str, Any]) -> Class | None:
    """A class of layers or models; `None` where it is another one.

    Args:
        name: its name.
        bases: the values of its bases.
        members: its functions and what else stands in it.
    """
    own = [base for base in bases if isinstance(base, Class)]
    kinds = {base.kind for base in bases if isinstance(base, Known)}
    if len({*own}) + len(kinds) != len(bases) or not bases or not kinds <= {Layer, Graph}:
        return None
    # One that several are made from comes after all of these.
    order = [kind for base in own for kind in (base, *base.bases)]
    lineage = tuple(dict.fromkeys(reversed(order)))[::-1]
    is_model = Graph in kinds or any(base.is_model for base in own)
    return Class(name, lineage, is_model, members)
