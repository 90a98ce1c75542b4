"""Dense layers, also by an Einstein sum. Equals `dense.py` and `einsum_dense.py` of Keras."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from convzoo.graph.dims import Shape, product
from convzoo.graph.facts import Weight, Window, Work
from convzoo.graph.layer import REQUIRED, Layer, Tensor
from convzoo.layers import LAYERS
from convzoo.layers.adapting import (
    adapted_weights,
    adapted_work,
    check_adaptation,
    quantization_of,
    quantized_matrix,
)
from convzoo.layers.arguments import activation_ops, check_size

if TYPE_CHECKING:
    from convzoo.layers.einsum import Einsum

_MODES = ("int8", "int4", "float8", "gptq", "awq")
_ADAPTED_MODES = ("int8", "int4", "float8")


@LAYERS.register("Dense", "dense")
class Dense(Layer):
    """Every unit sees all of the input's last axis. Equals `keras.layers.Dense`.

    Args:
        units: size of the output's last axis.
        activation: a function applied to the output.
        use_bias: whether a bias is added.
        lora_rank: the rank of a learned change to a kernel that is not trained itself.
        quantization_config: sizes for a quantized dtype policy.
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
    lora_rank: int | None = None
    lora_alpha: float | None = None
    quantization_config: Any = None

    def check_arguments(self) -> None:
        check_size(self, "units")
        check_adaptation(self, _MODES, _ADAPTED_MODES, "kernel_constraint")
        # Keras sets it back to the rank when it makes the weights.
        self.__dict__.pop("lora_alpha", None)

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
        kernel = (features, self.units)
        bias = (Weight("bias", (self.units,)),) if self.use_bias else ()
        whole = (kernel, (self.units,))
        quantized = quantized_matrix(quantization_of(self), *kernel, whole, "kernel_zero")
        return adapted_weights(self, kernel, bias, quantized)

    def work(self, inputs: Tensor) -> Work:
        outputs = product(self.output_shape(inputs.shape)[1:])
        work = Work(
            macs=product((outputs, inputs.shape[-1])),
            bias_adds=outputs if self.use_bias else 0,
            element_ops=product((outputs, activation_ops(self.activation))),
        )
        kernel = (inputs.shape[-1], self.units)
        return adapted_work(self, work, product(inputs.shape[1:-1]), kernel, outputs)

    def windows(self, inputs: Tensor) -> tuple[Window, ...] | None:
        # Every axis but the last is seen one to one.
        return () if len(inputs.shape) > 2 else None


@LAYERS.register("EinsumDense", "einsumdense")
class EinsumDense(Layer):
    """A kernel and the input, multiplied as an equation says. Equals `keras.layers.EinsumDense`.

    Args:
        equation: axes of input, kernel and output, such as `"abc,cd->abd"`.
        output_shape: the output's sizes without the batch; `None` where the input has them.
        activation: a function applied to the output.
        bias_axes: the output's axes along which a bias differs; no bias without.
        lora_rank: the rank of a learned change to a kernel that is not trained itself.
        quantization_config: sizes for a quantized dtype policy.
    """

    equation: str
    # On an instance the argument stands before the method of this name, which is not used.
    output_shape: Any = REQUIRED
    activation: Any = None
    bias_axes: str | None = None
    kernel_initializer: Any = "glorot_uniform"
    bias_initializer: Any = "zeros"
    kernel_regularizer: Any = None
    bias_regularizer: Any = None
    kernel_constraint: Any = None
    bias_constraint: Any = None
    lora_rank: int | None = None
    lora_alpha: float | None = None
    gptq_unpacked_column_size: int | None = None
    quantization_config: Any = None

    def check_arguments(self) -> None:
        if not isinstance(self.equation, str):
            raise self.error("equation must be a text", f"equation={self.equation!r}")
        sizes = self.output_shape
        sizes = (sizes,) if isinstance(sizes, int) else sizes
        if not isinstance(sizes, (list, tuple)):
            raise self.error(
                "output_shape must be an integer or several", f"output_shape={sizes!r}"
            )
        self.output_shape = tuple(sizes)
        check_adaptation(self, _MODES, _ADAPTED_MODES, "kernel_constraint")
        values = self.__dict__
        if values.get("lora_alpha") == self.lora_rank:
            values.pop("lora_alpha", None)
        # Keras works it out when it makes the weights.
        values.pop("gptq_unpacked_column_size", None)

    def analyse(self, shape: Shape) -> Einsum:
        """The shapes that the equation gives for an input."""
        from convzoo.layers.einsum import analyse

        if self.variables is not None and self._rank != len(shape):
            raise self.shape_error(f"is shared, and was made for {self._rank} axes", shape)
        return analyse(self, shape)

    def output(self, inputs: Tensor) -> Tensor:
        return Tensor(self.analyse(inputs.shape).output, self.compute_dtype)

    def build(self, *args: Any, **kwargs: Any) -> None:
        # Keras checks no later input against the kernel, only its rank.
        if self.variables is None:
            super().build(*args, **kwargs)
            self._rank = args[0].rank

    def weights(self, inputs: Tensor) -> tuple[Weight, ...]:
        found = self.analyse(inputs.shape)
        if None in found.kernel or None in (found.bias or ()):
            raise self.shape_error(
                f"needs to know the axes of its kernel in {self.equation!r}", inputs.shape
            )
        bias = () if found.bias is None else (Weight("bias", found.bias),)
        quantization = quantization_of(self)
        quantized: tuple[Weight, ...] = ()
        if quantization is not None and quantization.mode != "float8":
            rows, columns = found.matrix(self, quantization.mode)
            whole = (found.kernel, found.scale(self))
            quantized = quantized_matrix(quantization, rows, columns, whole, "zero_point")
        return adapted_weights(self, found.kernel, bias, quantized)

    def work(self, inputs: Tensor) -> Work:
        found = self.analyse(inputs.shape)
        outputs = product(found.output[1:])
        work = Work(
            macs=product((found.positions, *found.kernel)),
            bias_adds=0 if found.bias is None else outputs,
            element_ops=product((outputs, activation_ops(self.activation))),
        )
        return adapted_work(self, work, found.positions, found.kernel, outputs)
