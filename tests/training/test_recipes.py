"""From a card's recipe to what Keras trains with."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import keras
import numpy as np
import pytest

import convzoo
from convzoo import Input, Recipe, Sequential, layers
from convzoo.building.keras_lenet import penalty_loss
from convzoo.errors import ArgumentError, BuildError, ConvzooError
from convzoo.training.recipes import (
    DEFAULT,
    Fitted,
    _loss_and_accuracy,
    _of_images,
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
        first = recipe.schedule_arguments.get("initial_learning_rate")
        rate = recipe.optimizer_arguments.get("learning_rate", 0.001) if first is None else first
        assert float(made.learning_rate) == pytest.approx(rate), name


def test_every_augmentation_changes_images() -> None:
    shape = (32, 32, 3)
    # So many that no chance leaves all of them as they are: half of them are flipped.
    images = np.random.default_rng(0).integers(0, 256, (16, *shape)).astype("float32")
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
        augmentation(DEFAULT._replace(augmentation=words), (8, 8, 1))
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
    cosine = DEFAULT._replace(
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
        optimizer(DEFAULT._replace(**change), 1, 1)


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


@pytest.mark.parametrize(
    ("stack", "classes", "sizes"),
    [
        ("8x8x1 conv:2,3 flatten dense:3,softmax", 3, (8, 8, 1)),
        ("9x7x3 conv:2,3 flatten dense:1,sigmoid", 2, (9, 7, 3)),
    ],
)
def test_images_are_resized_for_a_stack(
    stack: str, classes: int, sizes: tuple[int, int, int]
) -> None:
    made = fitted(stack, (8, 8, 1), classes)
    assert (made.name, *made.sizes, made.channels) == (stack, *sizes)
    images = np.full((2, 8, 8, 1), 51, "uint8")
    np.testing.assert_allclose(_inputs(made, images), np.full((2, *sizes), 0.2), atol=1e-6)


def test_recipe_is_the_cards_or_a_given_or_the_usual_one() -> None:
    own = DEFAULT._replace(epochs=7)
    assert fitted("mnist_convnet", (28, 28, 1), 10).recipe == _recipe("mnist_convnet")
    assert fitted("mnist_convnet", (28, 28, 1), 10, own).recipe == own
    assert fitted("lenet5_dense", (28, 28, 1), 10).recipe == DEFAULT


@pytest.mark.parametrize(("classes", "units"), [(2, 1), (3, 3)])
def test_two_classes_need_one_output_where_the_recipe_is_for_two(classes: int, units: int) -> None:
    made = fitted("mini_xception", (64, 64, 3), classes)
    assert made.graph.output_tensors[0].shape == (None, units)
    assert fitted("mnist_convnet", (28, 28, 1), 2).graph.output_tensors[0].shape == (None, 2)


@pytest.mark.parametrize(
    ("name", "image_shape", "settings", "message"),
    [
        ("two_convs", (28, 28, 1), {}, "has no classifier that could be trained"),
        ("unet", (572, 572, 1), {}, "can't be trained on one label for each image: its output is"),
        ("resnet20", (32, 32, 4), {}, "'resnet20' takes images of 3 channels"),
        ("mnist_convnet", (28, 28, 1), {"overrides": {"classes": 3}}, "classes follows from the"),
        ("mnist_convnet", (28, 28, 1), {"overrides": {"depth": 3}}, "has no argument 'depth'"),
        ("lenet5", (28, 28, 1), {"overrides": {"activation": "x"}}, "activation"),
        ("8x8x1 flatten dense:9", (8, 8, 1), {}, "can't tell 10 classes apart: its output is (No"),
        ("8x8x1 flatten dense:9", (8, 8, 3), {}, "'8x8x1' takes no images of 8x8x3, whatever"),
        ("8x1 flatten dense:9", (8, 8, 1), {}, "Let the stack begin with 8x8x1."),
        ("8x8x1 flatten", (8, 8, 1), {"overrides": {"depth": 3}}, "is a stack and has no argumen"),
    ],
)
def test_entry_that_can_not_be_trained_is_refused(
    name: str, image_shape: tuple[int, int, int], settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConvzooError) as error:
        fitted(name, image_shape, 10, **settings)
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("name", "image_shape"),
    [
        ("mnist_convnet", (28, 28, 1)),
        ("lenet5_dense", (28, 28, 1)),
        ("resnet20", (32, 32, 3)),
        ("vgg16", (32, 32, 3)),
    ],
)
def test_images_are_prepared_as_the_card_says(name: str, image_shape: tuple[int, int, int]) -> None:
    images = np.random.default_rng(0).integers(0, 256, (2, *image_shape), "uint8")
    made = fitted(name, image_shape, 10)
    expected = convzoo.preprocess(name)(images)
    np.testing.assert_allclose(_inputs(made, images), expected, atol=1e-4)


def test_images_are_enlarged_and_grey_ones_repeated() -> None:
    made = replace(fitted("resnet20", (4, 4, 1), 10), sizes=(8, 8))
    images = np.full((1, 4, 4, 1), 100, "uint8")
    expected = convzoo.preprocess("resnet20")(np.full((1, 8, 8, 3), 100))
    np.testing.assert_allclose(_inputs(made, images), expected, atol=1e-5)


def _inputs(made: Fitted, images: Any) -> Any:
    """What the network is given of images."""
    return keras.ops.convert_to_numpy(_of_images(made, lambda x: x, None)(images))


@pytest.mark.parametrize("is_logits", [False, True])
@pytest.mark.parametrize(
    ("name", "units", "loss"),
    [
        ("mnist_convnet", 3, "SparseCategoricalCrossentropy"),
        ("cats_vs_dogs_convnet", 1, "BinaryCrossentropy"),
    ],
)
def test_loss_takes_scores_or_probabilities(
    name: str, units: int, loss: str, is_logits: bool
) -> None:
    activation = None if is_logits else "sigmoid" if units == 1 else "softmax"
    graph = Sequential([Input((4,)), layers.Dense(units, activation=activation)])
    found, accuracy = _loss_and_accuracy(replace(fitted(name, (150, 150, 3), 2), graph=graph))
    assert type(found).__name__ == loss
    assert (found.from_logits, accuracy.name) == (is_logits, "accuracy")
    if units == 1:
        assert accuracy.get_config()["threshold"] == (0.0 if is_logits else 0.5)


def test_loss_of_one_hot_labels_takes_numbers_of_classes() -> None:
    made = fitted("lenet5", (28, 28, 1), 10)
    loss, accuracy = _loss_and_accuracy(made)
    penalties = np.random.default_rng(0).uniform(0, 9, (4, 10)).astype("float32")
    labels = penalties.argmin(axis=1)
    one_hot = np.eye(10, dtype="float32")[labels]
    np.testing.assert_allclose(loss(labels, penalties), penalty_loss(one_hot, penalties), rtol=1e-5)
    assert float(accuracy(labels, penalties)) == 1


def test_network_is_trained_without_what_stands_before_it() -> None:
    made = fitted("mnist_cdeotte", (28, 28, 1), 10)
    network = convzoo.building.build(made.graph)
    trained, tested = compiled(made, network, 10, 30)
    assert trained.count_params() - network.count_params() < 20  # The seeds of random layers.
    assert not any("random" in layer.name for layer in network.layers)
    assert not any("random" in layer.name for layer in tested._flatten_layers())
    assert type(trained.optimizer).__name__ == "Adam"
