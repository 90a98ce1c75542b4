"""A base with a classifier on top: what of it is frozen, its names, and its weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import convzoo
from convzoo.building.verifying import differences
from convzoo.errors import UnknownNameError

_CLASSIFIER = ("flatten", "dense", "dense_1")


def _trained(model: Any) -> list[str]:
    """The layers that training changes, by name."""
    return [layer.name for layer in model.layers if layer.trainable_weights]


def test_base_is_frozen_and_keeps_its_names() -> None:
    graph = convzoo.describe("vgg16_features")
    base = convzoo.describe("vgg16", include_top=False, input_shape=(150, 150, 3))
    expected = [layer.name for layer in base.layers]
    assert [layer.name for layer in graph.layers] == [*expected, *_CLASSIFIER]
    report = convzoo.calc(graph)
    assert report.total("params") == 14_714_688 + 2_097_408 + 257
    assert report.total("trainable_params") == 2_097_408 + 257
    assert differences(report) == []


@pytest.mark.parametrize(
    ("base", "fine_tune_from", "trained"),
    [
        ("vgg16", None, ["dense", "dense_1"]),
        ("vgg16", "block5_conv3", ["block5_conv3", "dense", "dense_1"]),
        ("vgg16", "block5_pool", ["dense", "dense_1"]),
        ("mobilenet", "conv_pw_13", ["conv_pw_13", "conv_pw_13_bn", "dense", "dense_1"]),
    ],
)
def test_layers_from_the_named_one_on_are_trained_after_saving_too(
    base: str, fine_tune_from: str | None, trained: list[str], tmp_path: Path
) -> None:
    arguments = {"input_shape": (32, 32, 3), "base": base, "fine_tune_from": fine_tune_from}
    model = convzoo.get("vgg16_features", **arguments)
    assert _trained(model) == trained
    model.save(tmp_path / "model.keras")
    assert _trained(keras.saving.load_model(tmp_path / "model.keras")) == trained
    read = convzoo.calc(tmp_path / "model.keras")
    described = convzoo.calc(convzoo.describe("vgg16_features", **arguments))
    assert (
        read.graph.to_config()["config"]["layers"]
        == (described.graph.to_config()["config"]["layers"])
    )
    assert read.total("trainable_params") == described.total("trainable_params")


def test_whole_base_is_trained_from_its_first_layer() -> None:
    graph = convzoo.describe("vgg16_features", fine_tune_from="input_layer")
    assert convzoo.calc(graph).total("trainable_params") == 16_812_353


def test_layer_that_the_base_lacks_is_told_with_close_ones() -> None:
    message = r"Unknown layer of 'vgg16' 'block5_conv9'\. Did you mean block5_conv"
    with pytest.raises(UnknownNameError, match=message):
        convzoo.describe("vgg16_features", fine_tune_from="block5_conv9")
    with pytest.raises(
        UnknownNameError, match=r"Unknown model 'vgg61'\. Did you mean vgg19 or vgg16"
    ):
        convzoo.describe("vgg16_features", base="vgg61")


def test_several_classes_have_a_softmax() -> None:
    last = convzoo.describe("vgg16_features", classes=5).layers[-1]
    assert (last.units, last.activation_name) == (5, "softmax")


@pytest.mark.parametrize(
    ("overrides", "application"),
    [({}, "VGG16"), ({"base": "mobilenet", "fine_tune_from": "conv_dw_1"}, "MobileNet")],
)
def test_weights_are_those_of_the_base(
    overrides: dict[str, Any], application: str, tmp_path: Path
) -> None:
    base = getattr(keras.applications, application)(weights=None, include_top=False)
    base.save_weights(tmp_path / "base.weights.h5")
    path = str(tmp_path / "base.weights.h5")
    model = convzoo.get("vgg16_features", weights=path, input_shape=(64, 64, 3), **overrides)
    for layer in base.layers[1:]:
        for ours, theirs in zip(
            model.get_layer(layer.name).get_weights(), layer.get_weights(), strict=True
        ):
            np.testing.assert_array_equal(ours, theirs)
