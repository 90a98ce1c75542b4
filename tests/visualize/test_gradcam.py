"""Grad-CAM against gradients that are known another way."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers

from convzoo import visualize
from convzoo.errors import ArgumentError, NothingToShowError
from convzoo.visualize import Subject
from tests.visualize.networks import flat, nested, photograph, seeded


def test_map_of_a_linear_network_is_that_of_its_dense_weights() -> None:
    model = seeded(
        keras.Sequential(
            [
                layers.Input((8, 8, 1)),
                layers.Conv2D(4, 3, name="conv"),
                layers.GlobalAveragePooling2D(),
                layers.Dense(3, activation="softmax", name="dense"),
            ]
        )
    )
    subject = Subject.of(model, photograph(8, 8))
    maps = visualize.feature_maps(model, subject.inputs, ["conv"])["conv"][0]
    for class_index in range(3):
        heat = visualize.grad_cam(subject, "conv", class_index)
        # The class's score grows with each unit by the weight of its map over the number of units.
        weights = keras.ops.convert_to_numpy(model.layers[-1].kernel)[:, class_index] / 36
        expected = np.maximum((maps * weights).sum(-1), 0)
        np.testing.assert_allclose(heat.map, expected, rtol=1e-4, atol=1e-6)


def test_map_equals_differences_of_the_score() -> None:
    model = seeded(
        keras.Sequential(
            [
                layers.Input((6, 6, 1)),
                layers.Conv2D(3, 3, activation="relu", name="conv"),
                layers.Conv2D(4, 3, activation="tanh"),
                layers.Flatten(),
                layers.Dense(2),
            ]
        )
    )
    subject = Subject.of(model, photograph(6, 6))
    maps = visualize.feature_maps(model, subject.inputs, ["conv"])["conv"].astype("float64")
    rest = keras.Sequential(model.layers[1:])

    def score(x: np.ndarray) -> float:
        return float(keras.ops.convert_to_numpy(rest(x.astype("float32")))[0, 1])

    weights = np.zeros(3)
    for place in np.ndindex(maps.shape):
        step = np.zeros_like(maps)
        step[place] = 0.01
        weights[place[-1]] += (score(maps + step) - score(maps - step)) / 0.02 / 16
    expected = np.maximum(maps[0] @ weights, 0)
    heat = visualize.grad_cam(subject, "conv", 1)
    np.testing.assert_allclose(heat.map, expected, rtol=0.01, atol=0.01 * expected.max())


def test_nested_model_has_the_heat_of_the_flat_one() -> None:
    for layer in ("c1", "relu"):
        of_flat = visualize.grad_cam(Subject.of(flat(), photograph()), layer)
        of_nested = visualize.grad_cam(Subject.of(nested(), photograph()), layer)
        assert of_nested.layer == f"base/{layer}"
        assert of_nested.class_index == of_flat.class_index
        assert of_flat.map.max() > 0
        np.testing.assert_allclose(of_nested.map, of_flat.map, rtol=1e-5)


def test_default_is_the_last_layer_with_places_and_the_predicted_class() -> None:
    model = nested()
    subject = Subject.of(model, photograph())
    heat = visualize.grad_cam(subject)
    assert heat.layer == "base/relu"
    assert heat.class_index == int(keras.ops.argmax(subject.survey.output[0]))
    assert heat.on_image.shape == (12, 12)


def test_heat_lies_at_the_centres_of_what_units_see() -> None:
    # Units of a 3x3 map on 28x28 that see 18x18 from 0, 4 and 8 on: their centres are 8.5 to 16.5.
    from convzoo.building import build
    from convzoo.zoo import describe

    subject = Subject.of(build(describe("mnist_convnet_base")), photograph(28, 28))
    heat = visualize.grad_cam(subject, "conv2d_2")
    assert heat.map.shape == (3, 3)
    np.testing.assert_allclose(heat.on_image[:9, :9], heat.map[0, 0], rtol=1e-5)
    np.testing.assert_allclose(heat.on_image[17:, 17:], heat.map[2, 2], rtol=1e-5)


def test_gradient_is_taken_before_a_softmax_that_is_sure() -> None:
    model = flat()
    model.layers[-1].kernel.assign(1000 * model.layers[-1].kernel)
    heat = visualize.grad_cam(Subject.of(model, photograph()))
    assert heat.output == 1.0
    assert heat.map.max() > 0
    assert model.layers[-1].activation.__name__ == "softmax"


def test_softmax_layer_is_left_out_as_well() -> None:
    model = seeded(
        keras.Sequential(
            [
                layers.Input((6, 6, 1)),
                layers.Conv2D(3, 3, name="conv"),
                layers.GlobalMaxPooling2D(),
                layers.Rescaling(1e4),
                layers.Softmax(),
            ]
        )
    )
    heat = visualize.grad_cam(Subject.of(model, photograph(6, 6)))
    assert heat.output == 1.0
    assert heat.map.max() > 0


def test_one_number_has_two_classes() -> None:
    model = seeded(
        keras.Sequential(
            [
                layers.Input((6, 6, 1)),
                layers.Conv2D(3, 3, name="conv"),
                layers.GlobalAveragePooling2D(),
                layers.Dense(1, activation="sigmoid"),
            ]
        )
    )
    subject = Subject.of(model, photograph(6, 6))
    off, on = (visualize.grad_cam(subject, "conv", index) for index in (0, 1))
    assert off.output + on.output == pytest.approx(1)
    both = (off.map > 0) & (on.map > 0)
    assert not both.any()
    with pytest.raises(ArgumentError, match=r"class must be 0 to 1\. Received 2\."):
        visualize.grad_cam(subject, "conv", 2)


def test_model_without_places_has_nothing_to_show() -> None:
    model = keras.Sequential([layers.Input((6, 6, 1)), layers.Flatten(), layers.Dense(3)])
    with pytest.raises(NothingToShowError, match="no layer with spatial axes"):
        visualize.grad_cam(Subject.of(model, photograph(6, 6)))
    subject = Subject.of(flat(), photograph())
    with pytest.raises(ArgumentError, match=r"'dense' has no spatial axes: .* example, c1, relu\."):
        visualize.grad_cam(subject, "dense")
