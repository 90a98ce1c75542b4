"""From a card's recipe to what Keras trains with."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import keras
import numpy as np
import pytest

import convzoo
from convzoo import Input, Recipe, Sequential, layers
from convzoo.errors import ArgumentError, BuildError, ConvzooError, ShapeError
from convzoo.training.recipes import (
    DEFAULT,
    _front,
    _loss_and_metric,
    augmentation,
    compiled,
    fitted,
    optimizer,
    usual_epochs,
)
from convzoo.zoo import ZOO


def _recipe(name: str) -> Recipe:
    recipe = convzoo.card(name).recipe
    assert recipe is not None
    return recipe


def _names_with_recipe() -> list[str]:
    own = [name for name in convzoo.list_models() if not ZOO.package(name)]
    return [name for name in own if convzoo.card(name).recipe is not None]


def test_every_recipe_has_an_optimizer_with_its_first_rate() -> None:
    for name in _names_with_recipe():
        recipe = _recipe(name)
        made = optimizer(recipe, 10, recipe.epochs)
        assert type(made).__name__ == recipe.optimizer, name
        rate = recipe.optimizer_arguments.get("learning_rate", 0.001)
        assert float(made.learning_rate) == pytest.approx(rate), name


def test_every_augmentation_changes_images_in_training_only() -> None:
    shape = (32, 32, 3)
    images = np.random.default_rng(0).integers(0, 256, (4, *shape)).astype("float32")
    tried = set()
    for name in _names_with_recipe():
        graph = augmentation(_recipe(name), shape)
        if graph is None or _recipe(name).augmentation in tried:
            continue
        tried.add(_recipe(name).augmentation)
        layers_of_keras = convzoo.building.build(graph)
        changed = keras.ops.convert_to_numpy(layers_of_keras(images, training=True))
        assert changed.shape == images.shape, name
        assert 0 <= changed.min() < changed.max() < 256, name
        assert (changed != images).any(), name
        np.testing.assert_array_equal(layers_of_keras(images, training=False), images)
    assert len(tried) > 5


def test_augmentation_crops_to_the_images() -> None:
    graph = augmentation(_recipe("resnet20"), (48, 40, 3))
    assert graph is not None
    assert [tensor.shape for tensor in graph.output_tensors] == [(None, 48, 40, 3)]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("RandomFlop:horizontal",), "The recipe's augmentation: 'RandomFlop:horizontal': Unknown"),
        (("MaxPooling2D:2",), "makes images of (4, 4, 1) from images of (8, 8, 1)."),
    ],
)
def test_augmentation_that_is_none_is_refused(words: tuple[str, ...], message: str) -> None:
    with pytest.raises(ArgumentError) as error:
        augmentation(replace(DEFAULT, augmentation=words), (8, 8, 1))
    assert message in str(error.value)


def _rate(recipe: Recipe, epochs: int, step: int) -> float:
    made = optimizer(recipe, 7, epochs)
    made.iterations.assign(step)
    return float(made.learning_rate)


def test_steps_of_a_schedule_are_epochs() -> None:
    decaying, falling = _recipe("mnist_cdeotte"), _recipe("resnet20")
    for epoch in range(3):
        for step in (7 * epoch, 7 * epoch + 6):
            assert _rate(decaying, 30, step) == pytest.approx(0.001 * 0.95**epoch)
    assert _rate(falling, 164, 82 * 7 - 1) == pytest.approx(0.1)
    assert _rate(falling, 164, 82 * 7) == pytest.approx(0.01)


def test_schedule_is_as_long_as_the_training() -> None:
    falling = _recipe("resnet20")
    assert _rate(falling, 82, 41 * 7 - 1) == pytest.approx(0.1)
    assert _rate(falling, 82, 41 * 7) == pytest.approx(0.01)
    cosine = replace(
        DEFAULT,
        epochs=10,
        schedule="CosineDecay",
        schedule_arguments={
            "initial_learning_rate": 0.0,
            "warmup_target": 0.4,
            "warmup_steps": 2,
            "decay_steps": 8,
        },
    )
    assert _rate(cosine, 20, 4 * 7) == pytest.approx(0.4)
    assert _rate(cosine, 20, 20 * 7) == pytest.approx(0.0)


def test_small_data_is_gone_through_more_often() -> None:
    assert usual_epochs(_recipe("mnist_convnet"), 844) == 5
    assert usual_epochs(_recipe("mnist_convnet"), 21) == 24


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"optimizer": "Adom"}, BuildError, "has no 'Adom', which the recipe names"),
        ({"schedule": "Decay"}, BuildError, "has no 'Decay', which the recipe names"),
        ({"optimizer_arguments": {"rate": 1}}, ArgumentError, "The recipe's Adam: "),
    ],
)
def test_recipe_that_keras_can_not_follow_is_refused(
    change: dict[str, Any], error: type[ConvzooError], message: str
) -> None:
    with pytest.raises(error, match=message):
        optimizer(replace(DEFAULT, **change), 1, 1)


@pytest.mark.parametrize(
    ("name", "image_shape", "sizes", "input_shape"),
    [
        ("mnist_convnet", (8, 8, 1), (28, 28), (28, 28, 1)),
        ("dense_baseline", (8, 8, 1), (8, 8), (8, 8, 1)),
        ("mnist_convnet", (32, 40, 3), (32, 40), (32, 40, 3)),
        ("lenet5_dense", (28, 28, 1), (28, 28), (32, 32, 1)),
        ("lenet5_dense", (8, 8, 1), (28, 28), (32, 32, 1)),
        ("resnet20", (28, 28, 1), (28, 28), (28, 28, 3)),
    ],
)
def test_network_fits_the_images_or_they_are_enlarged(
    name: str,
    image_shape: tuple[int, int, int],
    sizes: tuple[int, int],
    input_shape: tuple[int, int, int],
) -> None:
    made = fitted(name, image_shape, 10)
    assert (made.sizes, made.channels) == (sizes, input_shape[-1])
    assert made.graph.input_shapes == [(None, *input_shape)]


def test_recipe_is_the_cards_or_a_given_or_the_usual_one() -> None:
    own = replace(DEFAULT, epochs=7)
    assert fitted("mnist_convnet", (28, 28, 1), 10).recipe == _recipe("mnist_convnet")
    assert fitted("mnist_convnet", (28, 28, 1), 10, own).recipe == own
    assert fitted("lenet5_dense", (28, 28, 1), 10).recipe == DEFAULT


@pytest.mark.parametrize(("classes", "units"), [(2, 1), (3, 3)])
def test_two_classes_need_one_output_where_the_recipe_is_for_two(classes: int, units: int) -> None:
    made = fitted("mini_xception", (64, 64, 3), classes)
    assert made.graph.output_tensors[0].shape == (None, units)
    assert fitted("mnist_convnet", (28, 28, 1), 2).graph.output_tensors[0].shape == (None, 2)


def test_penalties_of_lenet5_become_probabilities() -> None:
    made = fitted("lenet5", (28, 28, 1), 10)
    assert made.graph.layers[-1].class_name == "Softmax"


@pytest.mark.parametrize(
    ("name", "image_shape", "settings", "message"),
    [
        ("two_convs", (28, 28, 1), {}, "has no classifier that could be trained"),
        ("unet", (572, 572, 1), {}, "can't be trained on one label for each image: its output is"),
        ("resnet20", (32, 32, 4), {}, "'resnet20' takes images of 3 channels"),
        ("mnist_convnet", (28, 28, 1), {"overrides": {"classes": 3}}, "classes follows from the"),
        ("mnist_convnet", (28, 28, 1), {"overrides": {"depth": 3}}, "has no argument 'depth'"),
        ("mnist_convnet", (28, 28, 1), {"recipe": replace(DEFAULT, loss="mse")}, "the loss 'mse'"),
        ("lenet5", (28, 28, 1), {"overrides": {"activation": "x"}}, "activation"),
    ],
)
def test_entry_that_can_not_be_trained_is_refused(
    name: str, image_shape: tuple[int, int, int], settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConvzooError) as error:
        fitted(name, image_shape, 10, **settings)
    assert message in str(error.value)


def test_images_that_nothing_can_be_made_of_are_refused() -> None:
    with pytest.raises(ShapeError, match="can't be trained on images of 28x28x1"):
        fitted("inception_v3", (28, 28, 1), 10, overrides={"include_top": True, "activation": None})


@pytest.mark.parametrize(
    ("name", "image_shape"),
    [
        ("mnist_convnet", (28, 28, 1)),
        ("lenet5_dense", (28, 28, 1)),
        ("resnet20", (32, 32, 3)),
        ("squeezenet_1_1", (64, 64, 3)),
        ("mlperf_tiny_resnet8", (32, 32, 3)),
    ],
)
def test_front_prepares_images_as_the_card_says(
    name: str, image_shape: tuple[int, int, int]
) -> None:
    images = np.random.default_rng(0).integers(0, 256, (2, *image_shape), "uint8")
    front = keras.Model(*_front(fitted(name, image_shape, 10)))
    np.testing.assert_allclose(
        front(images, training=False), convzoo.preprocess(name)(images), atol=1e-4
    )


def test_front_enlarges_and_repeats_grey_images() -> None:
    made = replace(fitted("resnet20", (4, 4, 1), 10), sizes=(8, 8))
    images = np.full((1, 4, 4, 1), 100, "uint8")
    inputs = keras.Model(*_front(made))(images, training=False)
    expected = convzoo.preprocess("resnet20")(np.full((1, 8, 8, 3), 100))
    np.testing.assert_allclose(inputs, expected, atol=1e-5)


def test_loss_takes_scores_or_probabilities() -> None:
    def made(units: int, activation: str | None) -> tuple[Any, Any]:
        graph = Sequential([Input((4,)), layers.Dense(units, activation=activation)])
        return _loss_and_metric(graph)

    for activation, is_logits in (("softmax", False), (None, True)):
        loss, metric = made(3, activation)
        assert type(loss).__name__ == "SparseCategoricalCrossentropy"
        assert (loss.get_config()["from_logits"], metric.name) == (is_logits, "accuracy")
    for activation, threshold in (("sigmoid", 0.5), (None, 0.0)):
        loss, metric = made(1, activation)
        assert type(loss).__name__ == "BinaryCrossentropy"
        assert metric.get_config()["threshold"] == threshold


def test_compiled_model_holds_the_network_without_what_stands_before_it() -> None:
    made = fitted("mnist_cdeotte", (28, 28, 1), 10)
    network = convzoo.building.build(made.graph)
    model = compiled(made, network, 10, 30)
    assert model.count_params() == network.count_params() == 327_242
    assert not any("random" in layer.name for layer in network.layers)
    assert type(model.optimizer).__name__ == "Adam"
