"""Work, LoRA and quantization of dense and embedding layers, against counts of another kind."""

from __future__ import annotations

import json
from itertools import product
from typing import Any

import keras
import pytest

from convzoo import Input, Model, Sequential, calc, layers
from convzoo.building import build
from convzoo.errors import ConvzooError
from convzoo.graph.config import graph_from_config
from convzoo.graph.config_writing import config_of
from convzoo.graph.layer import Tensor
from tests.keras_oracle import assert_equal_to_keras
from tests.strategies import LayerCase, Spec
from tests.strategies._drawing import QUANTIZATION_CONFIGS


def _macs_by_loop(equation: str, sizes: dict[str, int]) -> int:
    """One multiplication for each value of all letters but the batch's."""
    letters = sorted(set(equation) - set(",->") - {"a"})
    return sum(1 for _ in product(*(range(sizes[letter]) for letter in letters)))


@pytest.mark.parametrize(
    ("equation", "shape", "output"),
    [
        ("ab,bc->ac", (None, 3), 4),
        ("abc,cd->abd", (None, 3, 2), (None, 4)),
        ("abc,cde->abde", (None, 3, 2), (3, 4, 5)),
        ("abcd,cde->abe", (None, 3, 2, 4), (3, 5)),
        ("abc,bcd->abd", (None, 3, 2), (3, 4)),
    ],
)
def test_macs_of_an_einsum_equal_a_loop(equation: str, shape: Any, output: Any) -> None:
    layer = layers.EinsumDense(equation, output)
    inputs = Tensor(shape)
    given, kernel, result = equation.replace("->", ",").split(",")
    # Where the argument leaves a size open, so does Keras's output, whatever the input's is.
    sizes = dict(zip(result, layer.output(inputs).shape, strict=True))
    sizes |= dict(zip(given, shape, strict=True))
    work = layer.work(inputs)
    assert work is not None
    assert work.macs == _macs_by_loop(equation, sizes)
    assert layer.weights(inputs)[0].shape == tuple(sizes[letter] for letter in kernel)


def test_ellipsis_stands_for_the_axes_written_out() -> None:
    inputs = Tensor((None, 5, 3, 2))
    short = layers.EinsumDense("...c,cd->...d", 4, bias_axes="d")
    long = layers.EinsumDense("aefc,cd->aefd", (5, 3, 4), bias_axes="d")
    assert short.work(inputs) == long.work(inputs)
    assert short.work(inputs) == layers.Dense(4).work(inputs)


def test_low_rank_kernels_are_multiplied_once_per_call_beside_floats() -> None:
    # The product of (3, 2) and (2, 5) is scaled and added to the kernel.
    work = layers.Dense(5, lora_rank=2).work(Tensor((None, 7, 3)))
    assert (work.macs, work.element_ops) == (7 * 3 * 5 + 3 * 2 * 5, 2 * 15)


def test_low_rank_kernels_see_the_inputs_beside_integers() -> None:
    layer = layers.Dense(5, lora_rank=2, dtype="int8_from_float32")
    work = layer.work(Tensor((None, 7, 3)))
    assert (work.macs, work.element_ops) == (7 * (3 * 5 + 3 * 2 + 2 * 5), 2 * 35)
    einsum = layers.EinsumDense(
        "abc,cd->abd", (7, 5), bias_axes="d", lora_rank=2, dtype="int8_from_float32"
    )
    assert einsum.work(Tensor((None, 7, 3))) == work


def test_embedding_only_looks_up_and_its_reverse_multiplies() -> None:
    layer = layers.ReversibleEmbedding(11, 3, logit_soft_cap=30.0)
    assert layer.work(Tensor((None, 7), "int32"))[:3] == (0, 0, 0)
    # The way back divides, takes the tanh and multiplies.
    assert layer.work(Tensor((None, 7, 3)), reverse=True)[:3] == (7 * 3 * 11, 0, 3 * 77)


def test_both_directions_of_an_embedding_share_its_weights() -> None:
    x = Input((7,), dtype="int32")
    table = layers.ReversibleEmbedding(11, 3)
    model = Model(x, table(table(x), reverse=True))
    assert calc(model).total("params") == 33
    assert build(model).count_params() == 33


def test_quantized_kernels_take_fewer_bytes() -> None:
    # 8 x 6 weights, 6 floats of bias, 6 scales; int4 packs two weights in a byte.
    def size(dtype: str) -> Any:
        return calc(Sequential([Input((8,)), layers.Dense(6, dtype=dtype)])).total("weight_bytes")

    assert size("float32") == 48 * 4 + 24
    assert size("int8_from_float32") == 48 + 24 + 24
    assert size("int4_from_float32") == 24 + 24 + 24


POLICIES: list[Any] = [
    "mixed_bfloat16",
    "int8_from_mixed_bfloat16",
    "int4/2_from_float32",
    "float8_from_float32",
    "gptq/4/2_from_float32",
    "awq/4/-1_from_float32",
    keras.dtype_policies.QuantizedDTypePolicy("int4", "float32"),
    keras.dtype_policies.Int4DTypePolicy("int4/128", "bfloat16"),
    keras.dtype_policies.QuantizedFloat8DTypePolicy("float8", "float32", amax_history_length=16),
    keras.dtype_policies.DTypePolicyMap("float32"),
    keras.dtype_policies.DTypePolicyMap("float32", {"a": keras.DTypePolicy("float32")}),
]


@pytest.mark.parametrize("policy", POLICIES, ids=range(len(POLICIES)))
def test_policies_go_to_keras_and_come_back(policy: Any) -> None:
    graph = Sequential([Input((4,)), layers.Dense(3, dtype=policy, lora_alpha=2)], name="m")
    model = build(graph)
    ours = [(w.name, w.shape) for w in graph.layers[0].variables or ()]
    assert ours == [(w.name, tuple(w.shape)) for w in model.layers[0].weights]
    assert config_of(graph_from_config(keras.saving.serialize_keras_object(model))) == config_of(
        graph
    )


def test_map_that_tells_layers_apart_is_refused() -> None:
    other = {"a": keras.DTypePolicy("mixed_bfloat16")}
    with pytest.raises(ConvzooError, match="Received dtype='DTypePolicyMap'"):
        layers.Dense(3, dtype=keras.dtype_policies.DTypePolicyMap("float32", other))


@pytest.mark.parametrize("rank", [None, 2])
@pytest.mark.parametrize("mode", ["int8", "int4", "int4/2", "float8", "gptq/4/2", "awq/4/2"])
@pytest.mark.parametrize("class_name", ["Dense", "Embedding", "ReversibleEmbedding"])
def test_modes_that_a_layer_lacks_are_those_of_keras(class_name: str, mode: str, rank: Any) -> None:
    arguments = {"Dense": {"units": 3}}.get(class_name, {"input_dim": 5, "output_dim": 3})
    arguments = {**arguments, "dtype": f"{mode}_from_float32", "lora_rank": rank}
    assert_equal_to_keras(LayerCase(class_name, arguments, Spec((None, 4))))


@pytest.mark.parametrize("mode", ["int8", "int4", "int4/2"])
def test_second_table_is_quantized_as_in_keras(mode: str) -> None:
    arguments = {"input_dim": 5, "output_dim": 3, "tie_weights": False}
    arguments["dtype"] = f"{mode}_from_float32"
    assert_equal_to_keras(LayerCase("ReversibleEmbedding", arguments, Spec((None, 4))))


def test_float8_remembers_as_much_as_its_policy_says() -> None:
    policy = {
        "class_name": "QuantizedFloat8DTypePolicy",
        "config": {"mode": "float8", "source_name": None, "amax_history_length": 16},
    }
    assert_equal_to_keras(LayerCase("Dense", {"units": 3, "dtype": policy}, Spec((None, 4))))


@pytest.mark.parametrize("alpha", [None, 2, 8.0])
@pytest.mark.parametrize("einsum", [True, False])
def test_low_rank_layers_go_to_keras_and_come_back(alpha: Any, einsum: bool) -> None:
    config = keras.quantizers.Int4QuantizationConfig(block_size=None)
    arguments = {"lora_rank": 2, "lora_alpha": alpha, "quantization_config": config}
    arguments["dtype"] = "int4_from_float32"
    layer = (
        layers.EinsumDense("ab,bc->ac", 3, **arguments) if einsum else layers.Dense(3, **arguments)
    )
    graph = Sequential([Input((4,)), layer], name="m")
    saved = keras.saving.serialize_keras_object(build(graph))
    assert config_of(graph_from_config(saved)) == config_of(graph)


@pytest.mark.parametrize("config", QUANTIZATION_CONFIGS, ids=lambda config: type(config).__name__)
def test_quantization_configs_go_to_keras_and_come_back(config: Any) -> None:
    graph = Sequential([Input((4,)), layers.Dense(3, quantization_config=config)], name="m")
    saved = json.loads(build(graph).to_json())
    assert config_of(graph_from_config(saved)) == config_of(graph)


def test_shared_einsum_is_refused_for_another_rank_only() -> None:
    layer = layers.EinsumDense("...x,xy->...y", 4)
    layer(Input((3, 5)))
    # Keras does not look at the sizes of a second input.
    assert layer(Input((2, 6))).shape == (None, 2, 4)
    with pytest.raises(ConvzooError, match="is shared, and was made for 3 axes"):
        layer(Input((5,)))


def test_wrapper_is_no_layer_to_call() -> None:
    with pytest.raises(ConvzooError, match="is a base class and can't be called"):
        layers.Wrapper(layers.Dense(3))(Input((4,)))


_WITH_KERNELS: list[tuple[str, dict[str, Any], Spec]] = [
    ("Dense", {"units": 5}, Spec((None, 4), "float32")),
    (
        "EinsumDense",
        {"equation": "abc,cd->abd", "output_shape": (3, 5), "bias_axes": "d"},
        Spec((None, 3, 4), "float32"),
    ),
    ("Embedding", {"input_dim": 5, "output_dim": 4}, Spec((None, 3), "int32")),
    ("ReversibleEmbedding", {"input_dim": 5, "output_dim": 4}, Spec((None, 3), "int32")),
]


@pytest.mark.parametrize("lora_rank", [None, 2])
@pytest.mark.parametrize(
    "dtype",
    [
        "float64",
        "mixed_bfloat16",
        "int8_from_bfloat16",
        "int4_from_bfloat16",
        "int4/2_from_float64",
        "float8_from_bfloat16",
        "gptq/4/2_from_bfloat16",
        "gptq/8/2_from_bfloat16",
        "awq/4/2_from_bfloat16",
    ],
)
@pytest.mark.parametrize(("class_name", "arguments", "given"), _WITH_KERNELS)
def test_every_variable_of_every_policy_is_keras_s(
    class_name: str, arguments: dict[str, Any], given: Spec, dtype: str, lora_rank: int | None
) -> None:
    more = {"lora_rank": lora_rank, "dtype": dtype}
    assert_equal_to_keras(LayerCase(class_name, {**arguments, **more}, given))


@pytest.mark.parametrize("equation", ["abc,bc->a", "abcd,bcd->a", "abcd,cbd->a"])
def test_scale_of_several_summed_axes_is_keras_s(equation: str) -> None:
    arguments = {"equation": equation, "output_shape": (), "dtype": "int8_from_float32"}
    shape = (None, 2, 3, 4)[: equation.index(",")]
    assert_equal_to_keras(LayerCase("EinsumDense", arguments, Spec(shape)))


def test_way_back_of_an_adapted_table_makes_it_anew() -> None:
    # The product of (11, 2) and (2, 3) is scaled and added to the table.
    layer = layers.ReversibleEmbedding(11, 3, lora_rank=2)
    work = layer.work(Tensor((None, 7, 3)), reverse=True)
    assert (work.macs, work.element_ops) == (7 * 3 * 11 + 11 * 2 * 3, 2 * 33)
