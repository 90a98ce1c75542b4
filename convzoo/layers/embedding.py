"""Sequences of numbers: their embedding, its reverse, and masks. Equals Keras's core layers."""

from __future__ import annotations

from typing import Any

from convzoo.graph import dtypes
from convzoo.graph.dims import Shape, product, refuse
from convzoo.graph.facts import Weight, Window, Work
from convzoo.graph.layer import Layer, Tensor
from convzoo.layers import LAYERS
from convzoo.layers.adapting import (
    adapted_work,
    check_adaptation,
    embedding_weights,
    reverse_weights,
)
from convzoo.layers.arguments import check_size


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
