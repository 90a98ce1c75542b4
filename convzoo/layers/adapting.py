"""What low-rank adaptation (LoRA) and quantization make of a layer's kernel.

Equals `enable_lora` and `quantized_build` of `keras/src/layers/core`, for a layer that is
constructed with `lora_rank` or with a quantized dtype policy.
"""

from __future__ import annotations

from typing import Any

from convzoo.graph import dtypes
from convzoo.graph.dims import Dim, Shape, ceil_div, product, total
from convzoo.graph.dtypes import Quantization
from convzoo.graph.facts import Weight, Work
from convzoo.layers.arguments import check_size

# The class of the config that goes with each mode, and its name for the size of a group.
_CONFIGS = {
    "int4": ("Int4QuantizationConfig", "block_size"),
    "gptq": ("GPTQConfig", "group_size"),
    "awq": ("AWQConfig", "group_size"),
}


def check_adaptation(
    layer: Any, modes: tuple[str, ...], adapted_modes: tuple[str, ...], constraint: str
) -> None:
    """Bring the arguments of LoRA and quantization to one form, and refuse what Keras refuses.

    Args:
        layer: the layer.
        modes: the modes of quantization that it knows.
        adapted_modes: those of them that LoRA works with.
        constraint: the argument that excludes LoRA.
    """
    values = layer.__dict__
    if "quantization_config" in values:
        _check_quantization_config(layer)
    found = dtypes.quantization(layer.dtype)
    if found is not None and found.mode not in modes:
        raise layer.error(
            f"can be quantized as {' or '.join(modes)}",
            f"dtype={layer.dtype!r}",
            f"Write, for example, dtype='{modes[0]}_from_float32'.",
        )
    if not values.get("lora_rank"):
        values.pop("lora_rank", None)
        values.pop("lora_alpha", None)
        return
    check_size(layer, "lora_rank")
    received = f"lora_rank={layer.lora_rank!r}"
    if values.get(constraint) is not None:
        raise layer.error(
            f"lora_rank and {constraint} exclude each other", received, "Leave out one of them."
        )
    if found is not None and found.mode not in adapted_modes:
        raise layer.error(
            f"lora_rank does not go with {found.mode}", f"{received} with dtype={layer.dtype!r}"
        )


def _check_quantization_config(layer: Any) -> None:
    """Bring the config to the form in which Keras saves it."""
    value = layer.__dict__.pop("quantization_config")
    if value is None:
        return
    if hasattr(value, "get_config"):
        value = {
            "module": "keras.quantizers",
            "class_name": type(value).__name__,
            "config": value.get_config(),
            "registered_name": None,
        }
    if not isinstance(value, dict) or not isinstance(value.get("config"), dict):
        raise layer.error(
            "quantization_config must be one of keras.quantizers, or its config",
            f"quantization_config={value!r}",
        )
    layer.quantization_config = value


def quantization_of(layer: Any) -> Quantization | None:
    """How the layer's policy quantizes it, with the sizes of its `quantization_config`."""
    found = dtypes.quantization(layer.dtype)
    config = layer.quantization_config
    if found is None or config is None or found.mode not in _CONFIGS:
        return found
    class_name, group = _CONFIGS[found.mode]
    if config.get("class_name") != class_name:
        return found
    settings = config["config"]
    size, bits = settings.get(group), settings.get("weight_bits", found.bits)
    return found._replace(group=-1 if size is None else size, bits=bits)


def adapted_weights(
    layer: Any, kernel: Shape, bias: tuple[Weight, ...], quantized: tuple[Weight, ...]
) -> tuple[Weight, ...]:
    """The variables of a layer with a kernel.

    Args:
        layer: the layer.
        kernel: the kernel's shape before it is quantized.
        bias: the bias, if there is one.
        quantized: what stands for the kernel when it is quantized to integers.
    """
    low_rank: tuple[Weight, ...] = ()
    if layer.lora_rank:
        low_rank = (
            Weight("lora_kernel_a", (*kernel[:-1], layer.lora_rank), dtype="float32"),
            Weight("lora_kernel_b", (layer.lora_rank, kernel[-1]), dtype="float32"),
        )
    if quantized:
        return (*bias, *low_rank, *quantized)
    found = quantization_of(layer)
    scales: tuple[Weight, ...] = ()
    if found is not None:
        # Training overwrites these with their gradients, so Keras counts them as trainable.
        scales = tuple(
            Weight(f"{part}_{what}", shape, dtype="float32")
            for part in ("inputs", "kernel", "outputs_grad")
            for what, shape in (("scale", ()), ("amax_history", (found.history,)))
        )
    return (*scales, Weight("kernel", kernel, trainable=not low_rank), *bias, *low_rank)


def quantized_matrix(
    found: Quantization | None, rows: Dim, columns: Dim, whole: tuple[Shape, Shape], zero: str
) -> tuple[Weight, ...]:
    """What stands for a kernel of so many inputs (rows) and outputs (columns); none for float8.

    Args:
        found: how it is quantized.
        rows: the elements of the axes that are summed over.
        columns: the elements of the other axes.
        whole: the shapes of kernel and scale in int8, which keeps the kernel's axes.
        zero: Keras's name of the zero points of GPTQ and AWQ.
    """
    if found is None or found.mode == "float8" or rows is None or columns is None:
        return ()
    if found.mode == "int8":
        kernel, scale = whole
        return (_fixed("kernel", kernel, "int8"), _fixed("kernel_scale", scale))
    groups = 1 if found.group == -1 else ceil_div(rows, found.group)
    index = _fixed("g_idx", (rows,), "float32")
    if found.mode == "int4":
        kernel = (rows, ceil_div(columns, 2))
        if found.group == -1:
            return (_fixed("kernel", kernel, "int8"), _fixed("kernel_scale", (columns,)))
        return (
            _fixed("kernel", kernel, "int8"),
            _fixed("kernel_scale", (groups, columns)),
            _fixed("kernel_zero", (groups, columns), "int8"),
            index,
        )
    packed = ceil_div(columns, 2) if found.bits == 4 else columns
    importance = (_fixed("awq_scales", (rows,)),) if found.mode == "awq" else ()
    return (
        _fixed("kernel", (packed, rows), "uint8"),
        _fixed("kernel_scale", (columns, groups)),
        _fixed(zero, (columns, groups), "uint8"),
        *importance,
        index,
    )


def embedding_weights(layer: Any) -> tuple[Weight, ...]:
    """The variables of a table of embeddings."""
    size, features, rank = layer.input_dim, layer.output_dim, layer.lora_rank
    low_rank: tuple[Weight, ...] = ()
    if rank:
        low_rank = (
            Weight("lora_embeddings_a", (size, rank), dtype="float32"),
            Weight("lora_embeddings_b", (rank, features), dtype="float32"),
        )
    found = quantization_of(layer)
    if found is None:
        return (Weight("embeddings", (size, features), trainable=not low_rank), *low_rank)
    if found.mode == "int8":
        return (
            *low_rank,
            _fixed("embeddings", (size, features), "int8"),
            _fixed("embeddings_scale", (size,)),
        )
    table = _fixed("embeddings", (size, ceil_div(features, 2)), "int8")
    if found.group == -1:
        return (*low_rank, table, _fixed("embeddings_scale", (size,)))
    groups = ceil_div(features, found.group)
    return (
        *low_rank,
        table,
        _fixed("embeddings_scale", (size, groups)),
        _fixed("embeddings_zero", (size, groups), "int8"),
        _fixed("g_idx", (features,), "float32"),
    )


def reverse_weights(layer: Any) -> tuple[Weight, ...]:
    """The variables of a second table, from features back to the vocabulary."""
    size, features = layer.input_dim, layer.output_dim
    found = quantization_of(layer)
    if found is None:
        return (Weight("reverse_embeddings", (features, size)),)
    if found.mode == "int8":
        return (
            _fixed("reverse_embeddings", (features, size), "int8"),
            _fixed("reverse_embeddings_scale", (size,)),
        )
    table = _fixed("reverse_embeddings", (ceil_div(features, 2), size), "int8")
    if found.group == -1:
        return (table, _fixed("reverse_embeddings_scale", (size,)))
    scale = (ceil_div(features, found.group), size)
    return (
        table,
        _fixed("reverse_embeddings_scale", scale),
        # Unlike the other zero points Keras keeps these as floats.
        _fixed("reverse_embeddings_zero", scale),
    )


def _fixed(name: str, shape: Shape, dtype: str | None = None) -> Weight:
    return Weight(name, shape, trainable=False, dtype=dtype)


def adapted_work(layer: Any, work: Work, positions: Dim, kernel: Shape, outputs: Dim) -> Work:
    """The work of a layer with LoRA.

    Beside a kernel of integers the low-rank kernels see the inputs; to one of floats their product
    is added at every call. How quantized numbers are scaled is not counted.

    Args:
        layer: the layer.
        work: its work without LoRA.
        positions: how often a sample's inputs meet the first low-rank kernel's rows.
        kernel: the kernel's shape.
        outputs: the elements of a sample's output.
    """
    rank = layer.lora_rank
    found = dtypes.quantization(layer.dtype)
    if not rank:
        return work if found is None or found.mode == "float8" else _frozen(work)
    if found is None or found.mode == "float8":
        # Two weights make a third.
        macs = product((*kernel, rank))
        return work._replace(
            macs=total((work.macs, macs)),
            element_ops=total((work.element_ops, product((2, *kernel)))),
            weight_macs=macs,
        )
    down, up = product((positions, *kernel[:-1], rank)), product((outputs, rank))
    return _frozen(work)._replace(
        macs=total((work.macs, down, up)),
        element_ops=total((work.element_ops, product((2, outputs)))),
        inner_macs=up,
    )


def _frozen(work: Work) -> Work:
    return work._replace(frozen_macs=work.macs)
