"""Work as other tools count it: equal to what they say, not to what their formulas seem to be."""

from __future__ import annotations

import gc
from functools import cache
from typing import Any
from unittest import mock

import keras
import pytest
import tensorflow as tf

from convzoo import Input, Model, calc, layers
from convzoo.analyses.conventions import CONVENTIONS, columns_of_convention
from convzoo.analyses.report import Report
from convzoo.building import build
from convzoo.errors import UnknownNameError
from convzoo.graph.config import graph_from_config
from convzoo.layers import LAYERS
from convzoo.sources import read

# What the tools said of `keras.applications` at 224 x 224: in torch with the standard modules, as
# `benchmarks/in_torch.py` writes them (torch 2.13.0), in TensorFlow the graph at inference.
_SAID = {
    # fvcore 0.1.5.post20221221, FlopCountAnalysis(...).total()
    ("fvcore", "VGG16"): 15_470_264_320,
    ("fvcore", "ResNet50"): 3_879_247_872,
    ("fvcore", "MobileNetV2"): 314_193_216,
    # torchinfo 1.8.0, summary(...).total_mult_adds
    ("torchinfo", "VGG16"): 15_483_821_032,
    ("torchinfo", "ResNet50"): 3_868_614_504,
    ("torchinfo", "MobileNetV2"): 300_809_384,
    # ptflops 0.7.5, get_model_complexity_info(..., backend="pytorch")
    ("ptflops", "VGG16"): 15_523_176_400,
    ("ptflops", "ResNet50"): 3_909_764_560,
    ("ptflops", "MobileNetV2"): 320_363_728,
    # thop 0.1.1.post2209072238, profile(...)
    ("thop", "VGG16"): 15_470_267_319,
    ("thop", "ResNet50"): 3_900_427_191,
    ("thop", "MobileNetV2"): 327_553_719,
    # calflops 0.3.2, calculate_flops(...)
    ("deepspeed", "VGG16"): 30_973_754_344,
    ("deepspeed", "ResNet50"): 7_757_722_856,
    ("deepspeed", "MobileNetV2"): 614_968_488,
    # torch-scan 0.2.0, crawl_module(...)["totals"]["macs"]["known_value"]
    ("torchscan", "VGG16"): 15_474_855_424,
    ("torchscan", "ResNet50"): 3_880_855_552,
    ("torchscan", "MobileNetV2"): 314_194_496,
    # TensorFlow 2.21.0 and Keras 3.15.1, tf.compat.v1.profiler
    ("tensorflow", "VGG16"): 30_960_211_824,
    ("tensorflow", "ResNet50"): 7_755_299_312,
    ("tensorflow", "MobileNetV2"): 615_292_208,
}

# And of one module on a tensor of (8, 9, 10), channels last.
_SAID_OF_A_LAYER = {
    "bn": {"fvcore": 1440, "torchinfo": 20, "ptflops": 1440, "thop": 2880, "deepspeed": 1440},
    "ln": {"fvcore": 3600, "torchinfo": 20, "ptflops": 720, "thop": 2880, "deepspeed": 3600},
    "gn:2": {"fvcore": 3600, "torchinfo": 20, "ptflops": 1440, "thop": 0, "deepspeed": 3600},
    "relu": {"fvcore": 0, "torchinfo": 0, "ptflops": 1440, "thop": 0, "deepspeed": 720},
    "relu:6": {"fvcore": 0, "torchinfo": 0, "ptflops": 720, "thop": 0, "deepspeed": 0},
    "leakyrelu": {"fvcore": 0, "torchinfo": 0, "ptflops": 720, "thop": 0, "deepspeed": 720},
    "elu": {"fvcore": 0, "torchinfo": 0, "ptflops": 1440, "thop": 0, "deepspeed": 720},
    "act:swish": {"fvcore": 0, "torchinfo": 0, "ptflops": 720, "thop": 0, "deepspeed": 720},
    "act:gelu": {"fvcore": 0, "torchinfo": 0, "ptflops": 1440, "thop": 0, "deepspeed": 720},
    "softmax": {"fvcore": 0, "torchinfo": 0, "ptflops": 720, "thop": 2088, "deepspeed": 720},
    "act:sigmoid": {"fvcore": 0, "torchinfo": 0, "ptflops": 0, "thop": 0, "deepspeed": 0},
    "maxpool:2": {"fvcore": 0, "torchinfo": 0, "ptflops": 1440, "thop": 0, "deepspeed": 720},
    "avgpool:2": {"fvcore": 0, "torchinfo": 0, "ptflops": 1440, "thop": 160, "deepspeed": 720},
    "gap": {"fvcore": 720, "torchinfo": 0, "ptflops": 1440, "thop": 730, "deepspeed": 720},
    "gmp": {"fvcore": 0, "torchinfo": 0, "ptflops": 1440, "thop": 0, "deepspeed": 720},
    "up:2": {"fvcore": 2880, "torchinfo": 0, "ptflops": 5760, "thop": 2880},
    "up:2,interpolation=bilinear": {"fvcore": 11520, "ptflops": 5760, "thop": 31680},
    "conv:4,3": {
        "fvcore": 15120, "torchinfo": 15288, "ptflops": 15288, "thop": 15120, "deepspeed": 30408,
    },
    "conv:4,3,groups=2": {
        "fvcore": 7560, "torchinfo": 7728, "ptflops": 7728, "thop": 7560, "deepspeed": 15288,
    },
    "deconv:4,3,2": {"fvcore": 25920, "ptflops": 27212},
}  # fmt: skip


# And torch-scan of one; its figure for a pool of which torch is given one number is another.
_SAID_BY_TORCHSCAN = {
    "bn": 1440,
    **dict.fromkeys(("relu", "relu:6", "leakyrelu", "elu", "act:sigmoid"), 0),
    "maxpool:2": 480,
    "avgpool:2": 800,
    "gap": 730,
    "gmp": 710,
    "conv:4,3": 15120,
    "conv:4,3,groups=2": 7560,
}


@cache
def _report(network: str) -> Report:
    """The report of a network of Keras's, which is built with zeros: they are quicker."""

    def zeros(_: Any, shape: Any, dtype: Any = None, **__: Any) -> Any:
        return keras.ops.zeros(shape, dtype)

    with mock.patch.object(keras.initializers.VarianceScaling, "__call__", zeros):
        text = getattr(keras.applications, network)(weights=None).to_json()
    keras.backend.clear_session()
    gc.collect()
    return calc(text)


@pytest.mark.parametrize(("tool", "network"), _SAID)
def test_count_equals_what_the_tool_says_of_a_network(tool: str, network: str) -> None:
    assert _report(network).total(tool) == _SAID[tool, network]


def test_published_figures_of_vgg16_are_met() -> None:
    figures = {tool: f"{_report('VGG16').total(tool) / 1e9:.3f}" for tool in CONVENTIONS}
    assert figures == {
        "fvcore": "15.470",
        "torchinfo": "15.484",
        "ptflops": "15.523",
        "thop": "15.470",
        "deepspeed": "30.974",
        "torchscan": "15.475",
        "tensorflow": "30.960",
    }


@pytest.mark.parametrize("layer", _SAID_OF_A_LAYER)
def test_count_equals_what_the_tools_say_of_a_layer(layer: str) -> None:
    said = _SAID_OF_A_LAYER[layer]
    report = calc(f"8x9x10 {layer}")
    assert {tool: report.total(tool) for tool in said} == said


def test_slopes_count_where_a_tool_counts_them() -> None:
    # 720 outputs, each with a slope of its own.
    found = {tool: calc("8x9x10 prelu").total(tool) for tool in CONVENTIONS}
    assert found == {
        "fvcore": 0,
        "torchinfo": 720,
        "ptflops": 1440,
        "thop": 720,
        "deepspeed": 720,
        "torchscan": 0,
        "tensorflow": 2880,
    }


@pytest.mark.parametrize("layer", _SAID_BY_TORCHSCAN)
def test_count_equals_what_torchscan_says_of_a_layer(layer: str) -> None:
    assert calc(f"8x9x10 {layer}").total("torchscan") == _SAID_BY_TORCHSCAN[layer]


@pytest.mark.parametrize(
    "stack",
    [
        "8x9x10 conv:4,3",
        "8x9x10 conv:4,3,2,same,relu,use_bias=false",
        "8x9x10 dwconv:3",
        "8x9x10 sepconv:4,3",
        "8x9x10 maxpool:3,2",
        "8x9x10 avgpool:2",
        "8x9x10 gap",
        "8x9x10 bn",
        "8x9x10 bn:scale=false",
        "8x9x10 bn:center=false",
        "8x9x10 ln",
        "8x9x10 rescaling:0.5",
        "8x9x10 relu:6",
        "30 dense:7,softmax",
        "30 dense:7,silu",
        "30 dense:7,gelu",
        "30 dense:7,hard_silu",
        "30 dense:7,celu",
        "30 dense:7,hard_sigmoid",
        "30 dense:7,hard_shrink",
        "30 dense:7,hard_tanh",
        "30 dense:7,log_sigmoid",
        "30 dense:7,mish",
        "30 dense:7,soft_shrink",
        "30 dense:7,squareplus",
        "30 dense:7,tanh_shrink",
        "30 dense:7,sparse_plus",
        "30 dense:7,sparse_sigmoid",
        "30 dense:7,leaky_relu",
        "30 dense:7,elu",
        "30 dense:7,selu",
        "30 dense:7,exponential",
        "30 dense:7,sigmoid",
        "30 dense:7,tanh",
        "30 dense:7,softplus",
        "30 dense:7,softsign",
        "30 dense:7,log_softmax",
        "8x9x10 gmp",
        "8x9x10 up:2,interpolation=bilinear",
        "8x9x10 elu",
        "8x9x10 normalization",
        "8x9x10 prelu",
        "8x9x10 softmax",
    ],
)
def test_count_equals_what_the_profiler_of_tensorflow_says(stack: str) -> None:
    graph = read(stack)
    assert calc(graph).total("tensorflow") == _profiled(build(graph))


@pytest.mark.parametrize(
    "layer",
    ["gn:2", "rmsnormalization", "unitnormalization", "act:glu", "act:sparsemax", "resizing:4,5"],
)
def test_what_the_profiler_counts_by_no_known_rule_is_unknown(layer: str) -> None:
    report = calc(f"8x9x10 conv:10,1 {layer}", columns=["tensorflow", "fvcore"])
    assert [row.tensorflow for row in report.rows] == [72 * 10 * 10 * 2 + 720, None]
    assert report.rows[1].fvcore is not None


def test_recurrent_layers_are_unknown_beside_the_profiler() -> None:
    assert [row.tensorflow for row in calc("8x9 lstm:4", columns=["tensorflow"]).rows] == [None]


def test_functions_of_unknown_sizes_count_as_formulas() -> None:
    report = calc("nonex4 dense:3,relu bn", columns=["tensorflow"])
    assert report.total_formula("tensorflow") is not None
    assert report.knows_by_formula("tensorflow")


def test_scale_of_convnext_counts_in_the_profiler_of_tensorflow() -> None:
    start = Input((4, 6))
    graph = Model(start, LAYERS.get("convnext.LayerScale")(0.1, 6)(start))
    assert calc(graph).total("tensorflow") == _profiled(build(graph)) == 4 * 6


@pytest.mark.parametrize("merge", ["Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"])
def test_merge_counts_in_the_profiler_of_tensorflow(merge: str) -> None:
    one, other = Input((4, 6)), Input((4, 6))
    graph = Model([one, other], getattr(layers, merge)()([one, other]))
    assert calc(graph).total("tensorflow") == _profiled(build(graph))


def _profiled(model: Any) -> int:
    """What TensorFlow's profiler counts in a model at inference, for one sample."""
    given = [tf.TensorSpec((1, *tensor.shape[1:]), tensor.dtype) for tensor in model.inputs]
    run = tf.function(lambda one, *more: model([one, *more] if more else one, training=False))
    profiler = tf.compat.v1.profiler
    options = profiler.ProfileOptionBuilder
    silent = options(options.float_operation()).with_empty_output().build()
    graph = run.get_concrete_function(*given).graph
    return int(profiler.profile(graph, options=silent).total_float_ops)


@pytest.mark.parametrize(
    "stem", sorted({name[:-2] for name, _ in LAYERS.items() if name[-2:] == "2D"})
)
def test_layers_of_other_ranks_are_of_one_kind(stem: str) -> None:
    forms = [LAYERS.find(f"{stem}{rank}D") for rank in (1, 2, 3)]
    assert len({form.work_kind for form in forms if form is not None}) == 1


def test_frozen_normalization_counts_all_the_same() -> None:
    frozen = layers.BatchNormalization(trainable=False)
    start = Input((8, 9, 10))
    assert calc(Model(start, frozen(start))).total("torchinfo") == 20


@pytest.mark.parametrize("tool", CONVENTIONS)
def test_layer_of_an_unknown_class_is_unknown_and_never_zero(tool: str) -> None:
    entries = [
        {"class_name": "InputLayer", "config": {"name": "i", "batch_shape": [None, 4]}},
        {"class_name": "Dense", "config": {"name": "dense", "units": 3, "use_bias": False}},
        {"class_name": "Mine", "config": {"name": "mine"}},
    ]
    stack = {"class_name": "Sequential", "config": {"name": "s", "layers": entries}}
    report = calc(graph_from_config(stack), columns=[tool])
    assert [getattr(row, tool) for row in report.rows] == [12 * CONVENTIONS[tool].per_mac, None]
    assert not report.complete
    assert f"at least {12 * CONVENTIONS[tool].per_mac}" in str(report)


def test_each_tool_has_a_column_and_all_have_all() -> None:
    assert columns_of_convention("fvcore") == ("fvcore",)
    assert columns_of_convention("all") == tuple(CONVENTIONS)


def test_unknown_tool_is_refused() -> None:
    with pytest.raises(UnknownNameError) as caught:
        columns_of_convention("torchinf")
    assert str(caught.value) == (
        "Unknown convention 'torchinf'. Did you mean torchinfo or torchscan? "
        "Choose all, or one of fvcore, torchinfo, ptflops, thop, deepspeed, torchscan, tensorflow."
    )
