"""The architecture: layers and the calls that connect them.

A graph is itself a layer, so that a model can be called in another model.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from convzoo.errors import GraphError
from convzoo.graph.dims import Shape, total
from convzoo.graph.facts import Weight, Work
from convzoo.graph.input import Input, InputLayer, as_shape
from convzoo.graph.layer import (
    Call,
    Layer,
    Tensor,
    fact_arguments,
    output_of,
    weights_within,
    work_of,
)
from convzoo.graph.naming import automatic_name, snake_case
from convzoo.graph.order import depth_first, keras_order
from convzoo.graph.structure import leaves, map_leaves
from convzoo.limits import count_layers


class Graph(Layer):
    """An architecture as data. Made by `Sequential`, by `Model`, or read from a source."""

    keras_module = "keras"
    holds_layers = True

    inputs: Any
    """The input tensors, in the structure that the model takes."""
    outputs: Any
    """The output tensors, in the structure that the model gives."""
    layers: list[Layer]
    """The layers that `model.summary()` lists, in its order."""
    calls: list[Call]
    """Every call, those of the inputs included, in the order in which Keras runs them."""

    def _begin(self, name: str | None, trainable: bool | None) -> None:
        if trainable is not None:
            # In Keras, too, this freezes the model and not its layers, as setting it later does.
            self.__dict__["trainable"] = trainable
        if name is not None and not isinstance(name, str):
            raise GraphError(f"A model's name must be a text. Received name={name!r}.")
        self.name = automatic_name(snake_case(self._named_after)) if name is None else name

    @property  # type: ignore[misc]
    def trainable(self) -> bool:
        """Whether training changes the model's weights. Setting it sets that of each layer."""
        given: bool = self.__dict__.get("trainable", True)
        return given

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self.__dict__["trainable"] = value
        for layer in self.layers_within:
            layer.trainable = value

    @property
    def layers_within(self) -> Sequence[Layer]:
        """The layers that are frozen with the model."""
        return self.layers

    @property
    def input_tensors(self) -> list[Tensor]:
        """The input tensors, flat."""
        return [] if self.inputs is None else leaves(self.inputs)

    @property
    def output_tensors(self) -> list[Tensor]:
        """The output tensors, flat."""
        return [] if self.outputs is None else leaves(self.outputs)

    @property
    def input_shapes(self) -> list[Shape]:
        """The shapes of the input tensors."""
        return [tensor.shape for tensor in self.input_tensors]

    def layer(self, name: str) -> Layer:
        """The layer of that name.

        Raises:
            UnknownNameError: when there is none.
        """
        from convzoo.errors import UnknownNameError

        for layer in self.layers:
            if layer.name == name:
                return layer
        raise UnknownNameError(
            f"layer of '{self.name}'", name, [layer.name for layer in self.layers]
        )

    def check_config(self) -> None:
        """Refuse a model that no config holds.

        Raises:
            GraphError: when it is one.
        """

    def to_config(self) -> dict[str, Any]:
        """The Keras config of the model, from which Keras builds it."""
        from convzoo.graph.config_writing import config_of

        return config_of(self)

    def with_input_shapes(self, shapes: Sequence[Shape]) -> Graph:
        """The same layers on inputs of other shapes (without the batch axis).

        Raises:
            ShapeError: when a layer can't take what then reaches it.
        """
        from convzoo.graph.config import graph_from_config
        from convzoo.graph.config_writing import reshaped_config

        return graph_from_config(reshaped_config(self, shapes))

    # ------------------------------------------------------------------ the facts of a layer

    def unique_layers(self) -> list[Layer]:
        """The layers, each once."""
        return list(dict.fromkeys(self.layers))

    def weights(self, *args: Any, **kwargs: Any) -> tuple[Weight, ...]:
        layers = dict.fromkeys(self.walk())
        return tuple(weight for layer in layers for weight in weights_within(layer))

    def build(self, *args: Any, **kwargs: Any) -> None:
        """Take the weights anew: layers may have been frozen since the last call."""
        self.variables = self.weights(*args, **kwargs) if self.calls else None

    def output(self, inputs: Any, **kwargs: Any) -> Any:
        return self.replay(inputs)[1]

    def replay(self, inputs: Any) -> tuple[list[tuple[Call, tuple[Any, ...], dict[str, Any]]], Any]:
        """Run the calls on other inputs.

        Args:
            inputs: tensors in the structure of `self.inputs`.

        Returns:
            The calls, each with the arguments it had for these inputs, and the outputs.

        Raises:
            ShapeError: when the inputs don't fit the model, or a layer can't take what reaches it.
        """
        count_layers(len(self.calls))
        tensors = {own: Tensor(x.shape, x.dtype) for own, x in self.matched(inputs).items()}

        def current(leaf: Any) -> Any:
            return tensors[leaf] if isinstance(leaf, Tensor) else leaf

        replayed = []
        for call in self.calls:
            if not call.inputs:
                continue
            args = map_leaves(current, call.args)
            kwargs = map_leaves(current, call.kwargs)
            outputs = output_of(call.layer, *args, **fact_arguments(kwargs))
            tensors.update(zip(call.output_tensors, leaves(outputs), strict=True))
            replayed.append((call, args, kwargs))
        return replayed, map_leaves(current, self.outputs)

    def matched(self, inputs: Any) -> dict[Tensor, Tensor]:
        """The tensors of a call in place of the model's own inputs.

        Raises:
            ShapeError: when they don't fit.
        """
        mine = self.input_tensors
        if isinstance(inputs, dict) and not isinstance(self.inputs, dict):
            names = [tensor.call.layer.name if tensor.call else "" for tensor in mine]
            if set(names) <= inputs.keys():
                inputs = [inputs[name] for name in names]
        given = leaves(inputs)
        if len(given) != len(mine):
            raise self.shape_error(f"expects {len(mine)} inputs", [x.shape for x in given])
        for own, new in zip(mine, given, strict=True):
            new.recover(own.shape)
            if not new.is_known:
                continue
            if not self.fits(own.shape, new.shape):
                raise self.shape_error(f"expects an input of shape {own.shape}", new.shape)
        return {
            own: new if new.dtype == own.dtype else Tensor(new.shape, own.dtype)
            for own, new in zip(mine, given, strict=True)
        }

    def fits(self, own: Shape, new: Shape) -> bool:
        """Whether the model can be called on a tensor of a shape in place of its own input."""
        return len(own) == len(new) and all(
            a is None or b is None or a == b for a, b in zip(own[1:], new[1:], strict=True)
        )

    def work(self, inputs: Any, **kwargs: Any) -> Work | None:
        if not self.calls:
            return None
        stated = [
            work_of(call.layer, *args, **fact_arguments(kwargs))
            for call, args, kwargs in self.replay(inputs)[0]
        ]
        return Work(
            *(
                total([None if work is None else getattr(work, part) for work in stated])
                for part in Work._fields
            )
        )

    def walk(self) -> Iterator[Layer]:
        """Every layer, those of nested models in the place of these."""
        for layer in self.unique_layers():
            if isinstance(layer, Graph):
                yield from layer.walk()
            else:
                yield layer


class Model(Graph):
    """A functional model: what lies between input and output tensors.

    Equals `keras.Model(inputs, outputs)`.

    Args:
        inputs: a tensor, or a list or dict of tensors.
        outputs: a tensor, or a list or dict of tensors.
        name: the model's name; automatic where it is not given.
        trainable: whether training changes its weights.

    Raises:
        GraphError: when the outputs depend on a tensor that no input gives.
    """

    def __init__(
        self, inputs: Any, outputs: Any, name: str | None = None, trainable: bool | None = None
    ) -> None:
        for kind, structure in (("inputs", inputs), ("outputs", outputs)):
            tensors = leaves(structure)
            if not tensors or not all(isinstance(tensor, Tensor) for tensor in tensors):
                raise GraphError(
                    f"Model: {kind} must be tensors made from an Input. Received {structure!r}."
                )
        self._begin(name, trainable)
        self.inputs, self.outputs = _from_inputs(inputs, outputs)
        self.layers, self.calls = keras_order(self.input_tensors, self.output_tensors)


Model.class_name = "Functional"
Model._named_after = "Functional"
Model.keras_module = "keras.src.models.functional"  # Keras exports the class under no name.


class Sequential(Graph):
    """A stack of layers. Equals `keras.Sequential`.

    Args:
        layers: the layers, an `Input` or `InputLayer` first. Without one the model has no shapes
            until it is called, or until `build` is.
        trainable: whether training changes its weights.
        name: the model's name; automatic where it is not given.
    """

    def __init__(
        self,
        layers: Iterable[Layer | Tensor] | None = None,
        trainable: bool = True,
        name: str | None = None,
    ) -> None:
        self._begin(name, trainable)
        self.layers = []
        self.calls = []
        self._named: dict[str, Layer] = {}
        self.inputs = self.outputs = None
        for layer in layers or ():
            self._add(layer)
        self._name_definition()

    def add(self, layer: Layer | Tensor) -> None:
        """Put a layer on top.

        Raises:
            GraphError: when it is no layer, or its name is taken.
            ShapeError: when it can't take the output of the layer below.
        """
        self._add(layer)
        self._name_definition()

    def _name_definition(self) -> None:
        """Use up the name of the functional model that Keras makes here."""
        if self.layers and self.inputs is not None:
            automatic_name(snake_case(Model._named_after))

    def _add(self, layer: Layer | Tensor) -> None:
        if isinstance(layer, Tensor) and layer.call is not None:
            layer = layer.call.layer
        if not isinstance(layer, Layer):
            raise GraphError(f"Sequential '{self.name}': can only hold layers. Received {layer!r}.")
        if self._named.setdefault(layer.name, layer) is not layer:
            raise GraphError(
                f"Sequential '{self.name}': two layers are named '{layer.name}'. Rename one."
            )
        if isinstance(layer, InputLayer):
            if self.inputs is not None or self.layers:
                raise GraphError(
                    f"Sequential '{self.name}': an Input can only come first, and once."
                )
            self._start(layer.tensor)
            return
        if not self.layers and self.inputs is None:
            shape = layer.__dict__.get("_batch_shape")
            if shape is not None:
                self._start(Input(batch_shape=shape))
            elif isinstance(layer, Graph) and layer.inputs is not None:
                tensor = layer.input_tensors[0]
                self._start(Input(batch_shape=tensor.shape, dtype=layer.compute_dtype))
        self.layers.append(layer)
        if self.outputs is not None:
            self._stack(layer)

    def _start(self, tensor: Tensor) -> None:
        assert tensor.call is not None
        self.inputs = self.outputs = tensor
        self.calls = [tensor.call]
        for layer in self.layers:
            self._stack(layer)

    def _stack(self, layer: Layer) -> None:
        if "_batch_shape" in layer.__dict__:
            self.outputs.recover(layer.__dict__["_batch_shape"])
        outputs = self.outputs = layer(self.outputs)
        first: Tensor = outputs if type(outputs) is Tensor else leaves(outputs)[0]
        assert first.call is not None
        self.calls.append(first.call)

    def build_on(self, batch_shape: Shape) -> None:
        """Give the model its input's shape, the batch axis included, where it has none yet."""
        if self.inputs is None and self.layers:
            shape = as_shape(batch_shape, f"Sequential '{self.name}': the input shape")
            self._start(Input(batch_shape=shape, dtype=self.layers[0].compute_dtype))
            self._name_definition()

    def output(self, inputs: Any, **kwargs: Any) -> Any:
        if self.inputs is None and isinstance(inputs, Tensor):
            self.build_on(inputs.shape)
        return super().output(inputs, **kwargs)


def _from_inputs(inputs: Any, outputs: Any) -> tuple[Any, Any]:
    """The inputs and outputs, with an `Input` in place of every input that another layer gives.

    Keras does the same: a model may begin at an intermediate tensor, and its layers are shared.
    """
    given = leaves(inputs)
    if all(tensor.call is not None and not tensor.call.inputs for tensor in given):
        return inputs, outputs
    order = _calls_between(given, leaves(outputs))
    tensors: dict[Tensor, Tensor] = {}
    for tensor in given:
        source = tensor.call
        starts = source is not None and not source.inputs
        tensors[tensor] = tensor if starts else Input(batch_shape=tensor.shape, dtype=tensor.dtype)

    def current(leaf: Any) -> Any:
        return tensors.get(leaf, leaf) if isinstance(leaf, Tensor) else leaf

    for call in order:
        new = call.layer(*map_leaves(current, call.args), **map_leaves(current, call.kwargs))
        for old_output, new_output in zip(call.output_tensors, leaves(new), strict=True):
            tensors.setdefault(old_output, new_output)
    return map_leaves(current, inputs), map_leaves(current, outputs)


def _calls_between(inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> list[Call]:
    calls, _ = depth_first(inputs, outputs)
    return [call for call in calls if call.inputs]
