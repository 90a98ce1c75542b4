"""Core layers. Equals `keras/src/layers/core`."""

from __future__ import annotations

from typing import Any

from convzoo.graph import dtypes
from convzoo.graph.dims import Shape, product, refuse
from convzoo.graph.facts import Weight, Window, Work
from convzoo.graph.layer import REQUIRED, Layer, Tensor
from convzoo.graph.structure import map_leaves
from convzoo.layers import LAYERS
from convzoo.layers.adapting import (
    adapted_weights,
    adapted_work,
    check_adaptation,
    embedding_weights,
    quantization_of,
    quantized_matrix,
    reverse_weights,
)
from convzoo.layers.arguments import activation_ops, check_layer, check_size
from convzoo.layers.einsum import Einsum, analyse

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


@LAYERS.register("Identity", "identity")
class Identity(Layer):
    """The input, unchanged. Equals `keras.layers.Identity`."""

    def output(self, inputs: Any) -> Any:
        return map_leaves(lambda tensor: Tensor(tensor.shape, self.cast(tensor)), inputs)

    def work(self, inputs: Any) -> Work:
        return Work()

    def windows(self, inputs: Any) -> tuple[Window, ...]:
        return ()


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


@LAYERS.register("Embedding", "embedding")
class Embedding(Layer):
    """Every number is looked up in a learned table. Equals `keras.layers.Embedding`.

    The table's first values, Keras's `weights`, are taken by keyword only, and are not kept.

    Args:
        input_dim: rows of the table.
        output_dim: numbers in a row.
        mask_zero: whether 0 hides a step from the layers behind.
        lora_rank: the rank of a learned change to a table that is not trained itself.
        quantization_config: sizes for a quantized dtype policy.
    """

    units_argument = "features"

    input_dim: int
    output_dim: int
    embeddings_initializer: Any = "uniform"
    embeddings_regularizer: Any = None
    embeddings_constraint: Any = None
    mask_zero: bool = False
    lora_rank: int | None = None
    lora_alpha: float | None = None
    quantization_config: Any = None

    def _take_extra(self, key: str, value: Any) -> None:
        if key == "weights":
            self.__dict__["_first_values"] = value
        elif key != "input_length":
            # Keras takes `input_length` for old models' sake, and does nothing with it.
            super()._take_extra(key, value)

    def check_arguments(self) -> None:
        check_size(self, "input_dim")
        check_size(self, "output_dim")
        check_adaptation(self, ("int8", "int4"), ("int8", "int4"), "embeddings_constraint")
        # Keras sets it back to the rank when it makes the weights.
        self.__dict__.pop("lora_alpha", None)
        values = self.__dict__.pop("_first_values", None)
        if values is not None:
            self._check_first_values(values)

    def _check_first_values(self, values: Any) -> None:
        value = values[0] if isinstance(values, list) and len(values) == 1 else values
        shape = getattr(value, "shape", None)
        adapted = self.lora_rank or dtypes.quantization(self.dtype) is not None
        if shape is None or tuple(shape) != (self.input_dim, self.output_dim) or adapted:
            raise self.error(
                f"weights must be one array of shape {(self.input_dim, self.output_dim)}, "
                "for a layer without LoRA and quantization",
                f"an array of shape {shape}",
            )

    def output_shape(self, shape: Shape) -> Shape:
        return (*shape, self.output_dim)

    def weights(self, inputs: Tensor) -> tuple[Weight, ...]:
        return embedding_weights(self)

    def work(self, inputs: Tensor) -> Work:
        # Looking up is no arithmetic.
        outputs = product(self.output_shape(inputs.shape)[1:])
        positions = product((*inputs.shape[1:], 0))
        return adapted_work(self, Work(), positions, (self.input_dim, self.output_dim), outputs)

    def windows(self, inputs: Tensor) -> tuple[Window, ...]:
        return ()


@LAYERS.register("ReversibleEmbedding", "reversibleembedding")
class ReversibleEmbedding(Embedding):
    """A table that is also used backwards. Equals `keras.layers.ReversibleEmbedding`.

    A call with `reverse=True` projects features to one number for each row of the table.

    Args:
        tie_weights: whether both directions share one table.
        reverse_dtype: the dtype of the way back.
        logit_soft_cap: where the way back saturates.
    """

    input_dim: int
    output_dim: int
    tie_weights: bool = True
    embeddings_initializer: Any = "uniform"
    embeddings_regularizer: Any = None
    embeddings_constraint: Any = None
    mask_zero: bool = False
    reverse_dtype: Any = None
    logit_soft_cap: float | None = None
    lora_rank: int | None = None
    lora_alpha: float | None = None
    quantization_config: Any = None

    def check_arguments(self) -> None:
        if "_first_values" in self.__dict__:
            raise self.error("takes no weights", "weights", "Give an embeddings_initializer.")
        super().check_arguments()
        refuse(
            bool(self.lora_rank) and not self.tie_weights and self._is_float,
            lambda: self.error(
                "lora_rank goes with tied weights only",
                f"lora_rank={self.lora_rank} with tie_weights=False",
            ),
        )

    @property
    def _is_float(self) -> bool:
        return dtypes.quantization(self.dtype) is None

    def output(self, inputs: Tensor, reverse: bool = False) -> Tensor:
        if reverse:
            return Tensor((*inputs.shape[:-1], self.input_dim), self.compute_dtype)
        return Tensor(self.output_shape(inputs.shape), self.compute_dtype)

    def weights(self, inputs: Tensor, reverse: bool = False) -> tuple[Weight, ...]:
        if self.tie_weights:
            return embedding_weights(self)
        return (*embedding_weights(self), *reverse_weights(self))

    def work(self, inputs: Tensor, reverse: bool = False) -> Work:
        if not reverse:
            return super().work(inputs)
        outputs = product((*inputs.shape[1:-1], self.input_dim))
        capped = 0 if self.logit_soft_cap is None else 3
        work = Work(
            macs=product((outputs, self.output_dim)), element_ops=product((outputs, capped))
        )
        # The way back from a quantized table leaves LoRA out.
        if not self.lora_rank or not self._is_float:
            return work
        kernel = (self.input_dim, self.output_dim)
        return adapted_work(self, work, 0, kernel, outputs)

    def windows(self, inputs: Tensor, reverse: bool = False) -> tuple[Window, ...]:
        return ()


@LAYERS.register("Masking", "masking")
class Masking(Layer):
    """Hides the steps whose features all have one value. Equals `keras.layers.Masking`.

    Args:
        mask_value: the value.
    """

    mask_value: Any = 0.0

    def work(self, inputs: Tensor) -> Work:
        # Each element is compared, and each is kept or set to 0.
        return Work(element_ops=product((2, *inputs.shape[1:])))

    def windows(self, inputs: Tensor) -> tuple[Window, ...]:
        return ()


@LAYERS.register("Wrapper", "wrapper")
class Wrapper(Layer):
    """A layer around another; a base class that can't be called. Equals `keras.layers.Wrapper`.

    Args:
        layer: the layer within.
    """

    holds_layers = True

    layer: Layer

    def check_arguments(self) -> None:
        check_layer(self, "layer")

    def output(self, inputs: Any) -> Any:
        raise self.error(
            "is a base class and can't be called",
            "a call",
            "Use a layer made from it, such as TimeDistributed.",
        )
