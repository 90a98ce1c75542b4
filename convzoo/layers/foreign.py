"""Layers that run somebody's own code, of which a file says little and convzoo runs nothing.

Equals `keras/src/layers/core/lambda_layer.py` and the wrappers in `keras/src/utils` and
`keras/src/export`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convzoo.errors import ConvzooError
from convzoo.graph.dims import UNKNOWN
from convzoo.graph.facts import Weight, Window, Work
from convzoo.graph.graph import Graph
from convzoo.graph.layer import Layer, Tensor, field, windows_of
from convzoo.graph.structure import leaves, map_leaves
from convzoo.layers import LAYERS


@LAYERS.register("Lambda")
class Lambda(Layer):
    """A function as a layer. Equals `keras.layers.Lambda`.

    Its output is known where its shape is stated, or where the function's code can be followed.

    Args:
        function: the function; never called here.
        output_shape: the dims without the batch, or a function from the input's dims to those of
            the output, which is called if it is given in code.
        mask: a mask, or a function that makes one.
    """

    status = "its output is known where output_shape states it, or Keras code has the function"

    function: Any
    output_shape: Any = None
    mask: Any = None

    _follow: Callable[[Any], Graph | None] | None = field(default=None, kw_only=True, init=False)

    def follow(self, function: Callable[[Any], Graph | None]) -> None:
        """Take what the layer's function does to tensors from what can tell it.

        Args:
            function: gives, for the inputs of a call, the model of what the function does; `None`
                where that is unknown.
        """
        self._follow = function

    def _take_extra(self, key: str, value: Any) -> None:
        if key == "arguments":
            self.__dict__["_function_arguments"] = value
        else:
            super()._take_extra(key, value)

    def check_arguments(self) -> None:
        self._tell(self._is_stated)

    def _tell(self, is_known: bool) -> None:
        self.unknown_because = (
            None
            if is_known
            else "what its function gives is unknown; state its output_shape where it is made"
        )

    @property
    def _is_stated(self) -> bool:
        return callable(self.output_shape) or _is_shape(self.output_shape)

    def output(self, inputs: Any) -> Any:
        if callable(self.output_shape):
            given = inputs.shape if isinstance(inputs, Tensor) else [x.shape for x in inputs]
            return Tensor(tuple(self.output_shape(given)), self.compute_dtype)
        if self._is_stated:
            batch = leaves(inputs)[0].shape[0]
            return Tensor((batch, *self.output_shape), self.compute_dtype)
        graph = self._graph(inputs)
        self._tell(graph is not None)
        if graph is None:
            return Tensor(UNKNOWN, self.compute_dtype)
        # Whatever the function gives, Keras says so.
        return map_leaves(lambda x: Tensor(x.shape, self.compute_dtype), graph.outputs)

    def _graph(self, inputs: Any) -> Graph | None:
        """What the function does to the inputs; `None` where that is unknown."""
        if self._follow is None:
            return None
        try:
            return self._follow(map_leaves(lambda x: Tensor(x.shape, self.cast(x)), inputs))
        except ConvzooError:
            if self._is_stated:  # Then Keras, too, does not look into the function.
                return None
            raise

    def weights(self, inputs: Any) -> tuple[Weight, ...]:
        return ()

    def work(self, inputs: Any) -> Work | None:
        graph = self._graph(inputs)
        return None if graph is None else graph.work(graph.inputs)

    def windows(self, inputs: Any) -> tuple[Window, ...] | None:
        graph = self._graph(inputs)
        if graph is None:
            return None
        # One that slides may stand between operations on single elements.
        within = [windows_of(c.layer, *c.args, **c.kwargs) for c in graph.calls if c.inputs]
        sliding = [windows for windows in within if windows != ()]
        return sliding[0] if len(sliding) == 1 else None if sliding else ()

    def to_config(self) -> dict[str, Any]:
        config = super().to_config()
        given = self.__dict__.get("_function_arguments")
        return {**config, "arguments": given} if given else config


def _is_shape(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and all(
        dim is None or type(dim) is int for dim in value
    )


class Foreign(Layer):
    """A layer whose computation lies outside Keras: nothing of it is known without running it."""

    def check_arguments(self) -> None:
        self.unknown_because = self.status

    def output(self, *args: Any, **kwargs: Any) -> Tensor:
        return Tensor(UNKNOWN, self.compute_dtype)

    def build(self, *args: Any, **kwargs: Any) -> None:
        """Its variables stay unknown."""


@LAYERS.register("TFSMLayer")
class TFSMLayer(Foreign):
    """A SavedModel as a layer. Equals `keras.layers.TFSMLayer`.

    Args:
        filepath: the folder of the SavedModel; never opened here.
        call_endpoint: the name of the function that is called.
        call_training_endpoint: the one that is called in training.
    """

    status = "no static answer: it runs a SavedModel, in which the layers are gone"

    filepath: Any
    call_endpoint: Any = "serve"
    call_training_endpoint: Any = None


@LAYERS.register("JaxLayer")
class JaxLayer(Foreign):
    """A JAX function as a layer. Equals `keras.layers.JaxLayer`.

    Args:
        call_fn: the function.
        init_fn: what makes its parameters.
        params: its parameters.
        state: its state.
        seed: the seed of the parameters.
        native_serialization_platforms: where an exported model is to run.
    """

    status = "no static answer: it runs a JAX function"

    call_fn: Any
    init_fn: Any = None
    params: Any = None
    state: Any = None
    seed: Any = None
    native_serialization_platforms: Any = None


@LAYERS.register("FlaxLayer")
class FlaxLayer(Foreign):
    """A Flax module as a layer. Equals `keras.layers.FlaxLayer`.

    Args:
        module: the module.
        method: the method that is called.
        variables: its variables.
    """

    status = "no static answer: it runs a Flax module"

    module: Any
    method: Any = None

    def _take_extra(self, key: str, value: Any) -> None:
        # Here a layer's `variables` are its weights.
        if key != "variables":
            super()._take_extra(key, value)


@LAYERS.register("TorchModuleWrapper")
class TorchModuleWrapper(Foreign):
    """A PyTorch module as a layer. Equals `keras.layers.TorchModuleWrapper`.

    Args:
        module: the module.
        output_shape: the dims of its output.
    """

    status = "no static answer: it runs a PyTorch module"

    module: Any

    def _take_extra(self, key: str, value: Any) -> None:
        if key != "output_shape":
            super()._take_extra(key, value)
