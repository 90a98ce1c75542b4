"""What layers share whose variables are those of layers within them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from convzoo.graph.facts import Weight
from convzoo.graph.graph import Graph
from convzoo.graph.layer import Layer
from convzoo.layers import LAYERS
from convzoo.layers.arguments import check_layer


class Holder(Layer, ABC):
    """A layer that has no variables of its own, only those of the layers within it.

    As in Keras, `trainable` given to the constructor does not reach the layers within; changing it
    later does.
    """

    holds_layers = True

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.arguments["trainable"] = True  # The property below hides the default.

    @property
    @abstractmethod
    def layers_within(self) -> Sequence[Layer]:
        """The layers within, in the order in which Keras lists their weights."""

    @property
    def data_format(self) -> str | None:
        """Where the channels stand: as for the first layer within."""
        within = self.layers_within
        return getattr(within[0], "data_format", None) if within else None

    @property  # type: ignore[misc]
    def trainable(self) -> bool:
        """Whether training changes the layer's weights. Changing it sets that of each within."""
        given: bool = self.__dict__.get("trainable", True)
        return given

    @trainable.setter
    def trainable(self, value: bool) -> None:
        if value == self.trainable:
            return  # With TensorFlow, Keras then does nothing.
        self.__dict__["trainable"] = value
        for layer in self.layers_within:
            layer.trainable = value

    @property  # type: ignore[misc]
    def variables(self) -> tuple[Weight, ...] | None:  # type: ignore[override]
        """The weights of the layers within, once these have some."""
        # Each is asked once: asking twice doubles the time with every holder within a holder.
        held = {layer: layer.variables for layer in self.layers_within}
        known = {layer: weights for layer, weights in held.items() if weights is not None}
        return tuple(self._variables(known)) if len(known) == len(held) else None

    def _variables(self, held: Mapping[Layer, tuple[Weight, ...]]) -> Iterator[Weight]:
        for layer, variables in held.items():
            # A model may have been frozen since it was called.
            weights = layer.weights() if isinstance(layer, Graph) else variables
            for weight in weights:
                dtype = weight.dtype or layer.variable_dtype
                yield weight._replace(trainable=layer.trains(weight), dtype=dtype)

    def build(self, *args: Any, **kwargs: Any) -> None:
        """Nothing more: `output` makes the variables of the layers within."""

    def weights(self, *args: Any, **kwargs: Any) -> tuple[Weight, ...]:
        return self.variables or ()


@LAYERS.register("Wrapper", "wrapper")
class Wrapper(Holder):
    """A layer around another; a base class that can't be called. Equals `keras.layers.Wrapper`.

    Args:
        layer: the layer within.
    """

    layer: Any

    def check_arguments(self) -> None:
        self.__dict__["work_kind"] = check_layer(self, "layer").work_kind

    @property
    def layers_within(self) -> Sequence[Layer]:
        return (self.layer,)

    def output(self, inputs: Any) -> Any:
        raise self.error(
            "is a base class and can't be called",
            "a call",
            "Use a layer made from it, such as TimeDistributed.",
        )
