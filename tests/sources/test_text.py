"""Typed stacks: how they are read, and what is said of a word that can't be."""

from __future__ import annotations

import pytest

from convzoo import calc
from convzoo.errors import ConvzooError
from convzoo.graph.graph import Sequential
from convzoo.sources import read
from convzoo.sources.text import read_stack


def _layer(word: str, before: str = "28x28x1") -> dict[str, object]:
    graph = read_stack([before, word])
    return graph.layers[-1].to_config()


@pytest.mark.parametrize(
    ("word", "arguments"),
    [
        ("conv:32,3", {"filters": 32, "kernel_size": [3, 3]}),
        ("conv:32,3x5", {"filters": 32, "kernel_size": [3, 5]}),
        ("conv:32,3,relu", {"filters": 32, "kernel_size": [3, 3], "activation": "relu"}),
        ("conv:32,3,same", {"filters": 32, "kernel_size": [3, 3], "padding": "same"}),
        ("conv:32,3,2,relu", {"strides": [2, 2], "activation": "relu"}),
        ("conv:filters=8,kernel_size=3,use_bias=false", {"filters": 8, "use_bias": False}),
        ("Conv2D:8,3", {"filters": 8}),
        ("conv2d:8,3", {"filters": 8}),
        ("maxpool:2", {}),
        ("maxpool:3,strides=2", {"pool_size": [3, 3]}),
        ("bn:axis=1", {"axis": 1}),
        ("dropout:0.5", {"rate": 0.5}),
        ("zeropad:1-2x3-0", {"padding": [[1, 2], [3, 0]]}),
        ("dense:10,softmax", {"units": 10, "activation": "softmax"}),
        ("act:relu", {"activation": "relu"}),
    ],
)
def test_word_is_a_layer_with_arguments(word: str, arguments: dict[str, object]) -> None:
    config = _layer(word)
    assert {key: config.get(key) for key in arguments} == arguments


@pytest.mark.parametrize(
    ("before", "class_name"), [("28x1", "Conv1D"), ("28x28x1", "Conv2D"), ("8x8x8x1", "Conv3D")]
)
def test_short_name_takes_its_form_from_the_input(before: str, class_name: str) -> None:
    assert read_stack([before, "conv:8,3"]).layers[-1].class_name == class_name


def test_input_may_have_unknown_sizes_a_batch_and_a_dtype() -> None:
    assert read("nonex28x1 conv:8,3").input_shapes == [(None, None, 28, 1)]
    graph = read("input:28x28x1,batch_size=4,dtype=uint8 flatten")
    assert graph.input_shapes == [(4, 28, 28, 1)]
    assert graph.input_tensors[0].dtype == "uint8"
    assert read("input:10 dense:2").input_shapes == [(None, 10)]


def test_text_is_a_stack_with_comments_and_lines() -> None:
    graph = read(b"# a small one\n28x28x1\nconv:8,3  # first\nflatten\n")
    assert isinstance(graph, Sequential)
    assert [layer.class_name for layer in graph.layers] == ["Conv2D", "Flatten"]


@pytest.mark.parametrize(
    ("stack", "message"),
    [
        ("28x28x1 conv3:8", "'conv3:8': Unknown layer 'conv3'. Did you mean conv3d or "),
        (
            "28x28x1 conv:8",
            "'conv:8': Conv2D: missing argument 'kernel_size'. "
            "Write Conv2D(filters, kernel_size, ...).",
        ),
        (
            "28x28x1 conv:0,3",
            "'conv:0,3': Conv2D: filters must be an integer of 1 or more. Received filters=0.",
        ),
        (
            "28x28x1 conv:8,30",
            "'conv:8,30': Conv2D 'conv2d': its window of 30 must fit into an axis of 28. Received "
            "input shape (None, 28, 28, 1). Choose a window of 28 at most, a larger input or "
            "padding='same'.",
        ),
        (
            "32x32x6 conv:8,3,groups=4",
            "'conv:8,3,groups=4': Conv2D 'conv2d': groups must divide the input channels. Received "
            "groups=4 with 6 channels (input shape (None, 32, 32, 6)). Choose 1, 2, 3 or 6.",
        ),
        (
            "32x32x4 conv:6,3,groups=4",
            "'conv:6,3,groups=4': Conv2D: groups must divide the filters. Received groups=4 with "
            "filters=6. Choose 1, 2, 3 or 6.",
        ),
        (
            "28x28x1 conv:8,3,rleu",
            "'conv:8,3,rleu': Conv2D: activation must be the name of a Keras activation. Received "
            "activation='rleu'. Did you mean 'relu'?",
        ),
        (
            "28x28x1 conv:8,3,filter=3",
            "'conv:8,3,filter=3': Conv2D: Unknown argument 'filter'. Did you mean filters? ",
        ),
        ("28x28x1 flatten:1,2", "Flatten takes at most 1 arguments: data_format."),
        ("28x28x1 conv:8,,3", "'conv:8,,3': has an empty argument. Write, for example, 28x28x1 "),
        ("28x28x1 conv:8,3,filters=8", "'conv:8,3,filters=8': gives filters twice."),
        ("28x28x1 dense:units=3,units=4", "'dense:units=3,units=4': gives units twice."),
        (
            "28x28x1 flatten maxpool:2",
            "'maxpool:2': maxpool needs an input of 2, 3 or 4 axes, channels included; "
            "it has 1 here.",
        ),
        ("5 lambda:x conv:8,3", "conv needs an input of 2, 3 or 4 axes, channels included; "),
        ("9x4 lstm:8,return_state=true conv:8,3", "it has an unknown number here."),
        (
            "32 relu:8,wide",
            "'relu:8,wide': ReLU: an argument is of a kind that does not belong there (TypeError: ",
        ),
        ("28x28x1", "The stack has an input and no layers. Write, for example, "),
        (
            "conv:8,3 dense:3",
            "'conv:8,3': a stack begins with the sizes of its input, such as 28x28x1. ",
        ),
        ("input:shape=5 dense:3", "'input:shape=5': Input: shape must be a tuple of sizes. "),
        (
            "input:8,tensor=5 dense:3",
            "'input:8,tensor=5': Input: tensor must be a tensor. Received ",
        ),
        ("input:8,bogus=5 dense:3", "'input:8,bogus=5': an input takes sizes, batch_size, dtype "),
    ],
)
def test_bad_word_is_named_with_a_way_out(stack: str, message: str) -> None:
    with pytest.raises(ConvzooError) as caught:
        calc(stack)
    assert message in str(caught.value)
