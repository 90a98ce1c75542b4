"""The zoo: names, cards, overrides, and what a factory can't do."""

from __future__ import annotations

import pytest

import convzoo
from convzoo.errors import ArgumentError, DuplicateNameError, ShapeError, UnknownNameError
from convzoo.graph.graph import Graph, Sequential
from convzoo.testing import check_model
from convzoo.zoo import ZOO
from tests.registries import keep


@pytest.mark.parametrize("name", convzoo.list_models())
def test_entry_has_a_full_card_and_its_counts(name: str) -> None:
    check_model(name, ["card"])


def test_roster_of_the_lecture_is_listed() -> None:
    assert convzoo.list_models("mnist_convnet*") == ["mnist_convnet", "mnist_convnet_base"]
    assert {"two_convs", "dense_baseline", "nielsen_feature_maps"} <= set(convzoo.list_models())


def test_models_are_found_by_tag_and_by_parameters() -> None:
    assert convzoo.list_models("nielsen*", tag="features") == ["nielsen_feature_maps"]
    assert convzoo.list_models("nielsen*", tag=["mnist", "features"]) == ["nielsen_feature_maps"]
    assert convzoo.list_models("nielsen*", min_params=79_510, max_params=85_670) == [
        "nielsen_fc100",
        "nielsen_two_conv",
    ]
    # Of 271,098 parameters 269,722 learn.
    assert convzoo.list_models("resnet20", max_params=270_000) == []
    assert convzoo.list_models("resnet20", max_params=272_000) == ["resnet20"]


def test_unknown_name_is_told_with_close_ones() -> None:
    with pytest.raises(UnknownNameError, match=r"Unknown model 'mnist_convnt'\. Did you mean mnis"):
        convzoo.card("mnist_convnt")
    with pytest.raises(UnknownNameError):
        convzoo.get("mnist_convnt")


def test_override_that_is_none_is_refused() -> None:
    message = r"'two_convs' has no argument 'clases'\. It has input_shape, include_top, pooling, "
    with pytest.raises(ArgumentError, match=message):
        convzoo.describe("two_convs", clases=5)


def test_overrides_reach_the_description() -> None:
    graph = convzoo.describe("mnist_convnet", input_shape=(32, 32, 3), classes=5)
    assert graph.input_shapes == [(None, 32, 32, 3)]
    assert graph.output_tensors[0].shape == (None, 5)
    message = r"'mnist_convnet': the input must be 18x18x1 or larger\. Received 17x30x1\. Conv2D"
    with pytest.raises(ShapeError, match=message):
        convzoo.describe("mnist_convnet", input_shape=(17, 30, 1))
    with pytest.raises(ArgumentError, match=r"pooling must be 'max' or 'average' or 'l2'"):
        convzoo.describe("mnist_convnet", pooling="min")


def test_registered_factory_is_in_the_zoo(monkeypatch: pytest.MonkeyPatch) -> None:
    keep(monkeypatch, ZOO)
    card = convzoo.Card("Mine", convzoo.Source("Me", "Mine", 2026))

    @convzoo.register(card)
    def my_net(units: int = 3) -> Graph:
        return Sequential([convzoo.Input((4,)), convzoo.layers.Dense(units)])

    assert convzoo.card("my_net") is card
    assert convzoo.calc(convzoo.describe("my_net", units=2)).total("params") == 10
    with pytest.raises(
        DuplicateNameError, match=r"The model name 'two_convs' is registered alread"
    ):
        convzoo.register(card, name="two_convs")(my_net)
