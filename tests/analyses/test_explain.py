"""Every number is explained, and what is printed evaluates to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convzoo import calc, layers
from convzoo.analyses import ANALYSES
from convzoo.analyses.explain import Explanation, explain
from convzoo.errors import ConvzooError
from convzoo.graph.graph import Graph, Model
from convzoo.graph.layer import Layer, Tensor
from convzoo.graph.structure import leaves, map_leaves
from convzoo.sources import read
from tests.arithmetic import evaluate
from tests.keras_oracle import input_of
from tests.strategies import CASES, layer_cases, layer_of, our_class


def _lines(graph: Graph) -> list[str]:
    return [f"{found.layer}: {found}" for found in explain(graph)]


def test_convolution_is_explained_as_a_teacher_would() -> None:
    assert _lines(read("28x28x32 conv:64,3")) == [
        "conv2d: height, width: floor((28 - 3) / 1) + 1 = 26",
        "conv2d: params: 64 filters x (3 x 3 x 32 weights + 1 bias) = 18,496",
    ]


def test_lecture_s_first_layers_are_explained() -> None:
    found = [str(explanation) for explanation in explain(read("mnist_convnet"))]
    assert "params: 32 filters x (3 x 3 x 1 weights + 1 bias) = 320" in found
    assert "height, width: floor((11 - 2) / 2) + 1 = 5" in found
    assert "features: 3 x 3 x 64 = 576" in found
    assert "params: 64 units x (576 weights + 1 bias) = 36,928" in found


def test_every_question_is_explained_as_a_teacher_would() -> None:
    columns = ("macs", "backward_macs", "peak_activation_bytes", "receptive_field", "weight_bytes")
    found = [
        str(line) for line in explain(read("mnist_convnet"), columns) if line.layer == "conv2d_1"
    ]
    assert found == [
        "height, width: floor((13 - 3) / 1) + 1 = 11",
        "macs: 11 x 11 x 64 x 32 x 3 x 3 = 2,230,272",
        "backward_macs: 11 x 11 x 64 x 32 x 3 x 3 + 11 x 11 x 64 x 32 x 3 x 3 = 4,460,544",
        "peak_activation_bytes (max_pooling2d, conv2d_1): 21,632 + 30,976 = 52,608",
        "receptive_field size along axis 1, 2: 4 + (3 - 1) x 2 = 8",
        "receptive_field stride along axis 1, 2: 2 x 1 = 2",
        "receptive_field start along axis 1, 2: 0 - 0 x 2 = 0",
        "weight_bytes: 18,432 x 4 + 64 x 4 = 73,984",
    ]


def test_sizes_that_are_explained_above_are_numbers_below() -> None:
    found = [str(line) for line in explain(read("28x28x1 conv:32,5,2,same"), ("macs",))]
    assert found == [
        "height, width: ceil(28 / 2) = 14",
        "macs: 14 x 14 x 32 x 1 x 5 x 5 = 156,800",
    ]


def test_params_are_explained_where_no_column_is_named() -> None:
    assert [str(line) for line in explain(read("4 dense:3"))] == [
        "output shape: 3",
        "params: 3 units x (4 weights + 1 bias) = 15",
    ]


@pytest.mark.parametrize(
    ("stack", "lines"),
    [
        (
            "nonexnonex3 conv:4,3",
            [
                "output shape: ? x ? x 4",
                "macs: unknown",
                "peak_activation_bytes (input_layer, conv2d): unknown",
                "receptive_field size along axis 1, 2: 1 + (3 - 1) x 1 = 3",
                "receptive_field stride along axis 1, 2: 1 x 1 = 1",
                "receptive_field start along axis 1, 2: 0 - 0 x 1 = 0",
            ],
        ),
        (
            "8x1 Conv1DTranspose:1,3,2",
            [
                "steps: (8 - 1) x 2 + 3 = 17",
                "macs: 8 x 1 x 3 = 24",
                "peak_activation_bytes (input_layer, conv1d_transpose): 32 + 68 = 100",
                "receptive_field along axis 1: the union of what its taps see",
            ],
        ),
        (
            "3x9x7 conv:2,3,2,data_format=channels_first",
            [
                "height: floor((9 - 3) / 2) + 1 = 4",
                "width: floor((7 - 3) / 2) + 1 = 3",
                "macs: 2 x 4 x 3 x 3 x 3 x 3 = 648",
                "peak_activation_bytes (input_layer, conv2d): 756 + 96 = 852",
                "receptive_field size along axis 2, 3: 1 + (3 - 1) x 1 = 3",
                "receptive_field stride along axis 2, 3: 1 x 2 = 2",
                "receptive_field start along axis 2, 3: 0 - 0 x 1 = 0",
            ],
        ),
        (
            "4x5x6x3 flatten",
            [
                "features: 4 x 5 x 6 x 3 = 360",
                "macs: 0",
                "peak_activation_bytes (input_layer, flatten): 1,440 + 1,440 = 2,880",
                "receptive_field along axis 1, 2, 3: all that the units of its input see",
            ],
        ),
        (
            "4x5x6x3 maxpool:2",
            [
                "depth: floor((4 - 2) / 2) + 1 = 2",
                "height: floor((5 - 2) / 2) + 1 = 2",
                "width: floor((6 - 2) / 2) + 1 = 3",
                "macs: 0",
                "peak_activation_bytes (input_layer, max_pooling3d): 1,440 + 144 = 1,584",
                "receptive_field size along axis 1, 2, 3: 1 + (2 - 1) x 1 = 2",
                "receptive_field stride along axis 1, 2, 3: 1 x 2 = 2",
                "receptive_field start along axis 1, 2, 3: 0 - 0 x 1 = 0",
            ],
        ),
        (
            "7x8x6 relu",
            [
                "output shape: the input's",
                "macs: 0",
                "peak_activation_bytes (input_layer, re_lu): 1,344 + 1,344 = 2,688",
                "receptive_field along axis 1, 2: its input's",
            ],
        ),
        (
            "2x3x4x5x6x7 dense:3",
            [
                "output shape: 2 x 3 x 4 x 5 x 6 x 3",
                "macs: 2 x 3 x 4 x 5 x 6 x 3 x 7 = 15,120",
                "peak_activation_bytes (input_layer, dense): 20,160 + 8,640 = 28,800",
                "receptive_field along axis 1, 2, 3, 4, 5: its input's",
            ],
        ),
    ],
)
def test_words_say_what_is_not_calculated(stack: str, lines: list[str]) -> None:
    columns = ("macs", "peak_activation_bytes", "receptive_field")
    assert [str(line) for line in explain(read(stack), columns)] == lines


def _blocks(text: str) -> list[tuple[str, list[str]]]:
    """Each stack of a text with the lines that stand indented below it."""
    stacks: list[tuple[str, list[str]]] = []
    for line in text.strip("\n").splitlines():
        if line.startswith(" "):
            stacks[-1][1].append(line.strip())
        else:
            stacks.append((line, []))
    return stacks


_OF_SHAPES_AND_PARAMS = """
5x6x3 conv:4,3,dilation_rate=2
    height: floor((5 - (2 x (3 - 1) + 1)) / 1) + 1 = 1
    width: floor((6 - (2 x (3 - 1) + 1)) / 1) + 1 = 2
    params: 4 filters x (3 x 3 x 3 weights + 1 bias) = 112
5x6x4 conv:4,3,groups=2
    height: floor((5 - 3) / 1) + 1 = 3
    width: floor((6 - 3) / 1) + 1 = 4
    params: 4 filters x (3 x 3 x floor(4 / 2) weights + 1 bias) = 76
7x4 conv:2,3,2,causal
    steps: ceil(7 / 2) = 4
    params: 2 filters x (3 x 4 weights + 1 bias) = 26
6x3 Conv1DTranspose:2,3,2,same
    steps: 6 x 2 = 12
    params: 3 x 2 x 3 weights + 2 bias = 20
6x6x3 dwconv:3,depth_multiplier=2
    height, width: floor((6 - 3) / 1) + 1 = 4
    channels: 2 x 3 = 6
    params: 3 x 3 x 3 x 2 weights + 2 x 3 bias = 60
6x6x3 sepconv:4,3
    height, width: floor((6 - 3) / 1) + 1 = 4
    params: 3 x 3 x 3 x 1 depthwise_kernel + 1 x 1 x 3 x 4 pointwise_kernel + 4 bias = 43
6 dense:4,lora_rank=2
    output shape: 4
    params: 6 x 4 weights + 4 bias + 6 x 2 lora_kernel_a + 2 x 4 lora_kernel_b = 48
9 embedding:10,4
    output shape: 9 x 4
    params: 4 features x 10 embeddings = 40
6x6x4 bn
    output shape: the input's
    params: 4 channels x (1 gamma + 1 beta + 1 moving_mean + 1 moving_variance) = 16
6x6x4 ln
    output shape: the input's
    params: 4 channels x (1 gamma + 1 beta) = 8
6x6x4 rmsnorm
    output shape: the input's
    params: 4 scale = 4
6x6x4 prelu
    output shape: the input's
    params: 4 channels x 6 x 6 alpha = 144
7x4 lstm:3
    output shape: 3
    params: 12 gate units x (4 weights + 3 recurrent_kernel + 1 bias) = 96
7x4 gru:3
    output shape: 3
    params: 9 gate units x (4 weights + 3 recurrent_kernel + 2 bias) = 81
7x4 gru:3,reset_after=false
    output shape: 3
    params: 9 gate units x (4 weights + 3 recurrent_kernel + 1 bias) = 72
7x4 SimpleRNN:3
    output shape: 3
    params: 3 units x (4 weights + 3 recurrent_kernel + 1 bias) = 24
7x6x6x2 ConvLSTM2D:3,3
    height, width: floor((6 - 3) / 1) + 1 = 4
    params: 12 gate filters x (3 x 3 x 2 weights + 3 x 3 x 3 recurrent_kernel + 1 bias) = 552
6x6x4 TrainableSubsampling2D:2
    height, width: floor((6 - 2) / 2) + 1 = 3
    params: 4 channels x (1 coefficient + 1 bias) = 8
6x6x4 maxpool:3,2,same
    height, width: ceil(6 / 2) = 3
    params: none: nothing is learned
6x6x4 gap
    output shape: 4
    params: none: nothing is learned
6x6x4 gap:keepdims=true
    output shape: 1 x 1 x 4
    params: none: nothing is learned
6x6x4 AdaptiveAveragePooling2D:2
    output shape: 2 x 2 x 4
    params: none: nothing is learned
6x6x4 up:2
    height, width: 6 x 2 = 12
    params: none: nothing is learned
6x6x4 pad:1
    height, width: 1 + 6 + 1 = 8
    params: none: nothing is learned
6x6x4 crop:1
    height, width: 6 - 1 - 1 = 4
    params: none: nothing is learned
6x6x4 flatten
    features: 6 x 6 x 4 = 144
    params: none: nothing is learned
6 RepeatVector:3
    output shape: 3 x 6
    params: none: nothing is learned
6x6x4 CenterCrop:3,5
    output shape: 3 x 5 x 4
    params: none: nothing is learned
20 CategoryEncoding:5
    output shape: 5
    params: none: nothing is learned
6x6x4 normalization
    output shape: the input's
    params: 4 mean + 4 variance + 1 count = 9
"""


@pytest.mark.parametrize(("stack", "lines"), _blocks(_OF_SHAPES_AND_PARAMS))
def test_shapes_and_params_are_explained_in_these_words(stack: str, lines: list[str]) -> None:
    assert [str(line) for line in explain(read(stack))] == lines


_OF_ALL_COLUMNS = """
5x6x3 conv:4,3,2,same,activation=relu
    height: ceil(5 / 2) = 3
    width: ceil(6 / 2) = 3
    params: 4 filters x (3 x 3 x 3 weights + 1 bias) = 112
    trainable_params: 108 + 4 = 112
    non_trainable_params: 0
    weight_bytes: 108 x 4 + 4 x 4 = 448
    macs: 3 x 3 x 4 x 3 x 3 x 3 = 972
    bias_adds: 3 x 3 x 4 = 36
    element_ops: 3 x 3 x 4 = 36
    flops: 2 x 3 x 3 x 4 x 3 x 3 x 3 + 3 x 3 x 4 + 3 x 3 x 4 = 2,016
    input_gradient_macs: 0
    weight_gradient_macs: 3 x 3 x 4 x 3 x 3 x 3 = 972
    backward_macs: 3 x 3 x 4 x 3 x 3 x 3 = 972
    backward_flops: 2 x 3 x 3 x 4 x 3 x 3 x 3 + 3 x 3 x 4 + 3 x 3 x 4 = 2,016
    fvcore: 3 x 3 x 4 x 3 x 3 x 3 = 972
    torchinfo: 3 x 3 x 4 x 3 x 3 x 3 + 3 x 3 x 4 = 1,008
    ptflops: 3 x 3 x 4 x 3 x 3 x 3 + 3 x 3 x 4 + 2 x 3 x 3 x 4 = 1,080
    thop: 3 x 3 x 4 x 3 x 3 x 3 = 972
    deepspeed: 2 x 3 x 3 x 4 x 3 x 3 x 3 + 3 x 3 x 4 + 3 x 3 x 4 = 2,016
    torchscan: 3 x 3 x 4 x 3 x 3 x 3 = 972
    tensorflow: 2 x 3 x 3 x 4 x 3 x 3 x 3 + 3 x 3 x 4 = 1,980
    activation_bytes: 3 x 3 x 4 x 4 = 144
    peak_activation_bytes (input_layer, conv2d): 360 + 144 = 504
    training_bytes: 1,792 + 3 x 3 x 4 x 4 = 1,936
    frozen: no
    receptive_field size along axis 1, 2: 1 + (3 - 1) x 1 = 3
    receptive_field stride along axis 1, 2: 1 x 2 = 2
    receptive_field start along axis 1: 0 - 1 x 1 = -1
    receptive_field start along axis 2: 0 - 0 x 1 = 0
6x6x4 bn
    output shape: the input's
    params: 4 channels x (1 gamma + 1 beta + 1 moving_mean + 1 moving_variance) = 16
    trainable_params: 4 + 4 = 8
    non_trainable_params: 4 + 4 = 8
    weight_bytes: 4 x 4 + 4 x 4 + 4 x 4 + 4 x 4 = 64
    macs: 0
    bias_adds: 0
    element_ops: 2 x 6 x 6 x 4 = 288
    flops: 2 x 6 x 6 x 4 = 288
    input_gradient_macs: 0
    weight_gradient_macs: 0
    backward_macs: 0
    backward_flops: 2 x 6 x 6 x 4 = 288
    fvcore: 2 x 6 x 6 x 4 = 288
    torchinfo: 8
    ptflops: 2 x 6 x 6 x 4 = 288
    thop: 4 x 6 x 6 x 4 = 576
    deepspeed: 2 x 6 x 6 x 4 = 288
    torchscan: 2 x 6 x 6 x 4 = 288
    tensorflow: 2 x 6 x 6 x 4 + 4 + 8 + 12 = 312
    activation_bytes: 6 x 6 x 4 x 4 = 576
    peak_activation_bytes (input_layer, batch_normalization): 576 + 576 = 1,152
    training_bytes: 160 + 6 x 6 x 4 x 4 = 736
    frozen: no
    receptive_field along axis 1, 2: its input's
6x6x4 maxpool:3,2,same
    height, width: ceil(6 / 2) = 3
    params: none: nothing is learned
    trainable_params: 0
    non_trainable_params: 0
    weight_bytes: 0
    macs: 0
    bias_adds: 0
    element_ops: 3 x 3 x 4 = 36
    flops: 3 x 3 x 4 = 36
    input_gradient_macs: 0
    weight_gradient_macs: 0
    backward_macs: 0
    backward_flops: 0
    fvcore: 0
    torchinfo: 0
    ptflops: 2 x 6 x 6 x 4 = 288
    thop: 0
    deepspeed: 6 x 6 x 4 = 144
    torchscan: 9 x 3 x 3 x 4 - 1 x 3 x 3 x 4 = 288
    tensorflow: 9 x 3 x 3 x 4 = 324
    activation_bytes: 3 x 3 x 4 x 4 = 144
    peak_activation_bytes (input_layer, max_pooling2d): 576 + 144 = 720
    training_bytes: 0
    frozen: -
    receptive_field size along axis 1, 2: 1 + (3 - 1) x 1 = 3
    receptive_field stride along axis 1, 2: 1 x 2 = 2
    receptive_field start along axis 1, 2: 0 - 0 x 1 = 0
"""


@pytest.mark.parametrize(("stack", "lines"), _blocks(_OF_ALL_COLUMNS))
def test_columns_are_explained_in_these_words(stack: str, lines: list[str]) -> None:
    told = dict.fromkeys(line.replace(":", " ").split()[0] for line in lines)
    columns = [name for name in told if ANALYSES.find(name) is not None]
    assert [str(line) for line in explain(read(stack), columns)] == lines


def test_layers_of_a_nested_model_have_its_name_before_theirs() -> None:
    inner = layers.Input((4,))
    x = layers.Input((4,))
    nested = Model(inner, layers.Dense(3, name="inside")(inner), name="nested")
    assert {found.layer for found in explain(Model(x, nested(x)))} == {"nested/inside"}


@pytest.mark.parametrize("class_name", sorted(CASES))
@given(data=st.data())
def test_printed_arithmetic_gives_the_printed_number(class_name: str, data: st.DataObject) -> None:
    case = data.draw(layer_cases(class_name))
    try:
        layer = layer_of(class_name, case.arguments, our_class)
        inputs = map_leaves(input_of, case.inputs)
        call_arguments = map_leaves(input_of, case.call_arguments)
        tensors = [leaf for leaf in leaves([inputs, call_arguments]) if isinstance(leaf, Tensor)]
        graph = Model(tensors, layer(inputs, **call_arguments))
    except ConvzooError:
        return
    found = explain(graph, ("params", *_OTHER_COLUMNS))
    for explanation in found:
        if explanation.result is not None:
            assert evaluate(explanation.arithmetic) == explanation.result, explanation
    _assert_covers_columns(graph, found)
    _assert_covers_params(graph, found)
    _assert_covers_shape(graph, found)


_OTHER_COLUMNS = (
    "weight_bytes", "macs", "bias_adds", "element_ops", "flops", "backward_macs", "training_flops",
    "tensorflow", "activation_bytes", "peak_activation_bytes", "training_bytes", "receptive_field",
)  # fmt: skip


def _assert_covers_columns(graph: Graph, found: list[Explanation]) -> None:
    """Every column has a line, and its number is that of the report."""
    row = calc(graph, _OTHER_COLUMNS).row(graph.calls[-1].layer.name)
    for column in _OTHER_COLUMNS:
        lines = [line for line in found if line.quantity.split()[0] == column]
        assert lines, (column, found)
        value = getattr(row, column)
        if isinstance(value, int):
            assert [line.result or 0 for line in lines if line.result != value] in ([], [0])


def _assert_covers_params(graph: Graph, found: list[Explanation]) -> None:
    params = [e.result or 0 for e in found if e.quantity == "params"]
    assert params == [calc(graph).total("params")]


def _assert_covers_shape(graph: Graph, found: list[Explanation]) -> None:
    explained = {e.result for e in found if e.result is not None}
    given_dims = {dim for tensor in graph.input_tensors for dim in tensor.shape}
    arguments = set(_arguments(graph.calls[-1].layer))
    for dim in (dim for output in graph.output_tensors for dim in output.shape[1:]):
        known = dim in explained or dim in given_dims or dim == 1 or dim in arguments
        assert dim is None or known, (graph.output_tensors, found)


def _arguments(layer: Layer) -> Iterator[Any]:
    """The values of the layer's arguments, and of those of the layers within."""
    for value in leaves(list(layer.__dict__.values())[:40]):
        if isinstance(value, Layer):
            yield from _arguments(value)
        else:
            yield value
