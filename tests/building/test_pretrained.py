"""The weights of `keras.applications` make the same predictions here as there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import URLError

import keras
import numpy as np
import pytest
from keras.src.utils import file_utils

import convzoo
from convzoo import layers
from convzoo.errors import ArgumentError, BuildError
from convzoo.graph.graph import Graph, Model
from convzoo.zoo import ZOO
from tests.applications import one_model_in_memory
from tests.registries import keep


@pytest.fixture(autouse=True)
def _in_a_session_of_its_own() -> Iterator[None]:
    """With layers in it already, so that Keras's automatic names are not those of a fresh one."""
    with one_model_in_memory():
        x = keras.layers.BatchNormalization()(keras.Input((8, 8, 3)))
        keras.layers.Add()([x, keras.layers.Conv2D(3, 1)(x)])
        yield


def _with_random_weights(function: str, **arguments: Any) -> Any:
    """A model of Keras with weights through which signals neither grow nor fade."""
    model = getattr(keras.applications, function)(weights=None, **arguments)
    rng = np.random.default_rng(0)
    for weight in model.weights:
        shape = weight.shape
        is_depthwise = len(shape) == 4 and shape[-1] == 1
        inputs = np.prod(shape[:2] if is_depthwise else shape[:-1])
        scale = 0.1 if len(shape) < 2 else (2 / inputs) ** 0.5
        values = np.asarray(weight) + scale * rng.normal(size=shape)
        weight.assign(np.abs(values) if "variance" in weight.path else values)
    return model


def _assert_equal_predictions(
    ours: Any, theirs: Any, size: tuple[int, int], scale: float = 1.0
) -> None:
    x = np.random.default_rng(1).normal(size=(3, *size, 3)) + np.reshape([-2, 0, 2], (3, 1, 1, 1))
    x *= scale
    expected = np.asarray(theirs(x))
    assert np.ptp(expected, axis=0).max() > 1e-3
    np.testing.assert_allclose(ours(x), expected, rtol=1e-4, atol=1e-5 * np.abs(expected).max())


_SMALL: Any = {"input_shape": (32, 32, 3), "classes": 7}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Path]:
    """A small model of Keras with its weights in a file."""
    model = _with_random_weights("MobileNet", alpha=0.25, **_SMALL)
    path = tmp_path_factory.mktemp("pretrained") / "small.weights.h5"
    model.save_weights(path)
    return model, path


def test_file_of_the_whole_model_is_loaded(small: tuple[Any, Path]) -> None:
    model, path = small
    ours = convzoo.get("mobilenet_025", weights=path, **_SMALL)
    _assert_equal_predictions(ours, model, (32, 32))


def test_file_is_loaded_without_the_classifier_on_another_input(small: tuple[Any, Path]) -> None:
    _, path = small
    arguments: Any = {"include_top": False, "input_shape": (96, 65, 3), "pooling": "avg"}
    theirs = keras.applications.MobileNet(alpha=0.25, weights=str(path), **arguments)
    ours = convzoo.get("mobilenet_025", weights=str(path), **arguments)
    _assert_equal_predictions(ours, theirs, (96, 65))


def test_file_is_loaded_for_the_outputs_of_all_stages(small: tuple[Any, Path]) -> None:
    model, path = small
    ours = convzoo.get("mobilenet_025", weights=path, features="stages", input_shape=(65, 32, 3))
    assert len(ours.outputs) == 5
    for layer in ours.layers[1:]:
        for number, weight in enumerate(layer.weights):
            np.testing.assert_array_equal(weight, model.get_layer(layer.name).weights[number])


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("xception", "Xception"),
        pytest.param("mobilenet_v3_small", "MobileNetV3Small", marks=pytest.mark.slow),
    ],
)
def test_layers_with_automatic_names_get_their_weights(
    name: str, function: str, tmp_path: Path
) -> None:
    arguments: Any = {"include_top": False, "input_shape": (71, 71, 3)}
    theirs = _with_random_weights(function, **arguments)
    theirs.save_weights(tmp_path / "model.weights.h5")
    ours = convzoo.get(name, weights=tmp_path / "model.weights.h5", **arguments)
    _assert_equal_predictions(ours, theirs, (71, 71))


def _mine(
    weights: str | None = None,
    include_top: bool = True,
    input_shape: Any = (8, 8, 3),
    classes: int = 5,
) -> Any:
    """A model in the manner of `keras.applications`, its convolution with an automatic name."""
    inputs = keras.Input(input_shape)
    x = keras.layers.Normalization()(inputs)
    if weights == "imagenet":
        x = keras.layers.Rescaling([2.0, 3.0, 4.0])(x)
    x = keras.layers.Conv2D(2, 3)(x)
    if include_top:
        x = keras.layers.Flatten()(x)
        x = keras.layers.Dense(classes, name="predictions")(x)
    model = keras.Model(inputs, x)
    if weights:
        values = np.random.default_rng(3)
        model.set_weights([values.uniform(1, 2, x.shape) for x in model.get_weights()])
        model.get_layer(index=1).finalize_state()
    return model


def _described(input_shape: Any = (8, 8, 3), classes: int = 5) -> Graph:
    inputs = layers.Input(input_shape)
    x = layers.Conv2D(2, 3)(layers.Normalization()(inputs))
    x = layers.Dense(classes, name="predictions")(layers.Flatten()(x))
    return Model(inputs, x)


@pytest.fixture
def mine(monkeypatch: pytest.MonkeyPatch) -> None:
    keep(monkeypatch, ZOO)
    source = convzoo.Source("Me", "Mine", 2026)
    card = convzoo.Card("Mine", source, stages=("conv2d",), pretrained="Mine")
    convzoo.register(card, name="mine")(_described)
    monkeypatch.setattr(keras.applications, "Mine", _mine, raising=False)


@pytest.mark.parametrize("weights", ["some.h5", "imagenet"])
@pytest.mark.parametrize(
    "arguments", [{}, {"include_top": False, "input_shape": (9, 7, 3)}], ids=["top", "no_top"]
)
@pytest.mark.usefixtures("mine")
def test_a_second_rescaling_of_keras_is_part_of_the_normalization(
    weights: str, arguments: dict[str, Any]
) -> None:
    ours, theirs = convzoo.get("mine", weights=weights, **arguments), _mine(weights, **arguments)
    assert [layer.name for layer in ours.layers][1:3] == ["normalization", "conv2d"]
    assert len(theirs.layers) - len(ours.layers) == (weights == "imagenet")
    _assert_equal_predictions(ours, theirs, ours.input_shape[1:3])


@pytest.mark.slow
def test_efficientnet_with_its_second_rescaling_predicts_what_it_does_in_keras(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments: Any = {"include_top": False, "input_shape": (32, 32, 3)}
    path = str(tmp_path / "efficientnet.weights.h5")
    _with_random_weights("EfficientNetB0", **arguments).save_weights(path)
    monkeypatch.setattr(file_utils, "get_file", lambda *_, **__: path)
    for weights in (path, "imagenet"):
        ours = convzoo.get("efficientnet_b0", weights=weights, **arguments)
        theirs = keras.applications.EfficientNetB0(weights=weights, **arguments)
        assert len(theirs.layers) - len(ours.layers) == (weights == "imagenet")
        _assert_equal_predictions(ours, theirs, (32, 32), scale=3000.0)


@pytest.mark.parametrize(
    ("include_top", "file"),
    [
        (True, "mobilenet_2_5_224_tf.h5"),
        pytest.param(False, "mobilenet_2_5_224_tf_no_top.h5", marks=pytest.mark.slow),
    ],
)
def test_imagenet_asks_keras_for_the_file_of_the_width(
    include_top: bool, file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = _with_random_weights(
        "MobileNet", alpha=0.25, include_top=include_top, input_shape=(224, 224, 3)
    )
    theirs.save_weights(tmp_path / "imagenet.weights.h5")
    asked = []

    def get_file(name: str, *_: Any, **__: Any) -> str:
        asked.append(name)
        return str(tmp_path / "imagenet.weights.h5")

    monkeypatch.setattr(file_utils, "get_file", get_file)
    ours = convzoo.get("mobilenet_025", weights="imagenet", include_top=include_top)
    assert asked == [file]
    _assert_equal_predictions(ours, theirs, (224, 224))


def test_warning_of_keras_is_passed_on(
    small: tuple[Any, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_utils, "get_file", lambda *_, **__: str(small[1]))
    with pytest.warns(UserWarning, match=r"Weights for input shape \(224, 224\) will be loaded"):
        convzoo.get("mobilenet_025", weights="imagenet", include_top=False, input_shape=(96, 96, 3))


def test_without_a_network_there_is_one_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_network(*_: Any, **__: Any) -> None:
        raise URLError("no network")

    monkeypatch.setattr(file_utils, "urlretrieve", no_network)
    message = (
        r"^keras\.applications\.MobileNet can't load 'imagenet': URL fetch failure on https://\S+: "
        r"None -- no network\. Where there is no network, give the path of a file in place of "
        r"'imagenet'\.$"
    )
    with pytest.raises(BuildError, match=message) as caught:
        convzoo.get("mobilenet_025", weights="imagenet", input_shape=(224, 224, 3))
    assert caught.value.__suppress_context__


def test_classes_that_imagenet_has_not_are_refused_before_anything_is_downloaded() -> None:
    message = r"`classes` should be 1000\. Received classes=7\.$"
    with pytest.raises(BuildError, match=message):
        convzoo.get("mobilenet_025", weights="imagenet", classes=7)


def test_file_of_another_model_is_refused(small: tuple[Any, Path]) -> None:
    message = (
        r"^keras\.applications\.MobileNet can't load '.*small\.weights\.h5': A total of 55 objects "
        r"could not be loaded.* variable\.shape=\(3, 3, 3, 16\), Received: value\.shape="
        r"\(3, 3, 3, 8\)\. The file must have the weights of this model, for as many classes\.$"
    )
    with pytest.raises(BuildError, match=message):
        convzoo.get("mobilenet_050", weights=small[1], **_SMALL)


def test_model_with_other_arguments_than_its_weights_is_refused(small: tuple[Any, Path]) -> None:
    message = r"^'mobilenet_025': '.*' doesn't fit the layer 'conv1': .*Its arguments must be those"
    with pytest.raises(BuildError, match=message):
        convzoo.get("mobilenet_025", weights=small[1], **_SMALL, alpha=0.5)


def test_file_that_is_not_there_is_told() -> None:
    message = r"can't load 'none\.weights\.h5': The `weights` argument should be either"
    with pytest.raises(BuildError, match=message):
        convzoo.get("mobilenet_025", weights="none.weights.h5")


def test_model_that_keras_has_no_weights_of_is_told() -> None:
    message = r"^'mnist_convnet' has no weights in keras\.applications\. Leave weights out"
    with pytest.raises(ArgumentError, match=message):
        convzoo.get("mnist_convnet", weights="imagenet")


def test_keras_with_other_layers_is_told(
    small: tuple[Any, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def other(**_: Any) -> Any:
        x = keras.Input((32, 32, 3))
        return keras.Model(x, keras.layers.Flatten()(x))

    monkeypatch.setattr(keras.applications, "MobileNet", other)
    message = r"^'mobilenet_025': this Keras makes the model that has the weights of other layers"
    with pytest.raises(BuildError, match=message):
        convzoo.get("mobilenet_025", weights=small[1], **_SMALL)
