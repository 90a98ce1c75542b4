"""Core layers. Equals `keras/src/layers/core`."""

from __future__ import annotations

from typing import Any

from convzoo.graph.dims import Shape, product
from convzoo.graph.facts import Weight, Window, Work
from convzoo.graph.layer import Layer, Tensor
from convzoo.graph.structure import map_leaves
from convzoo.layers import LAYERS
from convzoo.layers.arguments import activation_ops, check_size


@LAYERS.register("Dense", "dense")
class Dense(Layer):
    """Every unit sees all of the input's last axis. Equals `keras.layers.Dense`.

    Args:
        units: size of the output's last axis.
        activation: a function applied to the output.
        use_bias: whether a bias is added.
    """

    units_argument = "units"

    units: int
    activation: Any = None
    use_bias: bool = True
    kernel_initializer: Any = "glorot_uniform"
    bias_initializer: Any = "zeros"
    kernel_regularizer: Any = None
    bias_regularizer: Any = None
    activity_regularizer: Any = None
    kernel_constraint: Any = None
    bias_constraint: Any = None

    def check_arguments(self) -> None:
        check_size(self, "units")

    def output_shape(self, shape: Shape) -> Shape:
        if len(shape) < 2:
            self.require_rank(shape, 2, at_least=True)
        return (*shape[:-1], self.units)

    def weights(self, inputs: Tensor) -> tuple[Weight, ...]:
        features = inputs.shape[-1]
        if features is None:
            raise self.shape_error(
                "needs to know the last axis of its input",
                inputs.shape,
                "Give the input its sizes, or pool it globally before.",
            )
        if not self.use_bias:
            return (Weight("kernel", (features, self.units)),)
        return (Weight("kernel", (features, self.units)), Weight("bias", (self.units,)))

    def work(self, inputs: Tensor) -> Work:
        outputs = product(self.output_shape(inputs.shape)[1:])
        return Work(
            macs=product((outputs, inputs.shape[-1])),
            bias_adds=outputs if self.use_bias else 0,
            element_ops=product((outputs, activation_ops(self.activation))),
        )

    def windows(self, inputs: Tensor) -> tuple[Window, ...] | None:
        # Every axis but the last is seen one to one.
        return () if len(inputs.shape) > 2 else None


@LAYERS.register("Identity", "identity")
class Identity(Layer):
    """The input, unchanged. Equals `keras.layers.Identity`."""

    def output(self, inputs: Any) -> Any:
        return map_leaves(lambda tensor: Tensor(tensor.shape, self.cast(tensor)), inputs)

    def work(self, inputs: Any) -> Work:
        return Work()

    def windows(self, inputs: Any) -> tuple[Window, ...]:
        return ()
