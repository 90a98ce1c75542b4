"""Words of a command line: names of the zoo, with arguments, and what is taken for a stack."""

from __future__ import annotations

from pathlib import Path

import pytest

import convzoo
from convzoo.errors import ConvzooError, ShapeError
from convzoo.graph.graph import Graph, Sequential
from convzoo.sources import read
from convzoo.zoo import ZOO
from tests.registries import keep


def test_name_of_the_zoo_takes_arguments() -> None:
    graph = read("mnist_convnet:classes=5,input_shape=32x32x3,activation=gelu")
    assert graph.name == "mnist_convnet"
    assert graph.input_shapes == [(None, 32, 32, 3)]
    assert graph.output_tensors[0].shape == (None, 5)
    assert graph.layer("conv2d").activation == "gelu"
    assert read("mnist_convnet:include_top=false").layers[-1].name == "conv2d_2"


def test_input_shape_goes_through_the_factory(monkeypatch: pytest.MonkeyPatch) -> None:
    keep(monkeypatch, ZOO)
    card = convzoo.Card("Mine", convzoo.Source("Me", "Mine", 2026))

    @convzoo.register(card)
    def halved(input_shape: tuple[int, ...] = (8,)) -> Graph:
        return Sequential([convzoo.Input(input_shape), convzoo.layers.Dense(input_shape[0] // 2)])

    assert convzoo.calc("halved", input_shape=(20,)).total("params") == 210
    assert read("halved:input_shape=20").output_tensors[0].shape == (None, 10)
    message = r"'mnist_convnet': the input must be 18x18x1 or larger\. Received 12x12x1\."
    with pytest.raises(ShapeError, match=message):
        convzoo.calc("mnist_convnet", input_shape=(12, 12, 1))


def test_input_shape_of_a_factory_without_it_is_given_to_its_layers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keep(monkeypatch, ZOO)

    @convzoo.register(convzoo.Card("Mine", convzoo.Source("Me", "Mine", 2026)))
    def fixed() -> Graph:
        return Sequential([convzoo.Input((8,)), convzoo.layers.Dense(4)])

    assert convzoo.calc("fixed", input_shape=(20,)).total("params") == 84


def test_path_may_hold_spaces(tmp_path: Path) -> None:
    path = tmp_path / "my net.txt"
    path.write_text("4 dense:3")
    assert read(str(path)).output_tensors[0].shape == (None, 3)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("mnist_convnet:5", "'mnist_convnet:5': a name of the zoo takes its arguments by keyword"),
        ("mnist_convnet:clases=5", "'mnist_convnet' has no argument 'clases'. It has input_shape"),
        ("mnist_convnet:classes=", "'mnist_convnet:classes=': has an empty argument."),
        ("mnist_convnet:classes=1,classes=2", "': gives classes twice."),
        ("mnist_convnet:input_shape=6x6x1", "the input must be 18x18x1 or larger."),
        ("mnist_convnt:classes=5", "Unknown model 'mnist_convnt'. Did you mean mnist_convnet "),
        ("conv:32,3", "'conv:32,3': a stack begins with the sizes of its input, such as 28x28x1."),
        ("Conv2D:32,3", "'Conv2D:32,3': a stack begins with the sizes of its input"),
        ("no/net.keras", "There is no file 'no/net.keras'."),
    ],
)
def test_word_that_is_none_is_refused(text: str, message: str) -> None:
    with pytest.raises(ConvzooError) as caught:
        read(text)
    assert message in str(caught.value)


def test_sizes_given_twice_are_refused() -> None:
    with pytest.raises(ConvzooError, match="the input's sizes are given twice"):
        read("mnist_convnet:input_shape=32x32x1", input_shape=(28, 28, 1))


def test_argument_that_a_factory_can_not_use_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    keep(monkeypatch, ZOO)

    @convzoo.register(convzoo.Card("Mine", convzoo.Source("Me", "Mine", 2026)))
    def wide(width: int = 2) -> Graph:
        return Sequential([convzoo.Input((8,)), convzoo.layers.Dense(8 // width)])

    for word in ("wide:width=a", "wide:width=0"):
        with pytest.raises(ConvzooError, match=f"'{word}': can't be described so: "):
            read(word)
