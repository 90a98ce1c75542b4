"""What images go through is what `keras.applications` does to them, and it can be undone."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import keras
import numpy as np
import pytest

import convzoo
from convzoo.errors import ShapeError
from convzoo.zoo.preprocessing import (
    IMAGENET_MEAN,
    IMAGENET_STANDARD,
    RAW,
    SYMMETRIC,
    UNIT,
    Preprocessing,
)

_APPLICATIONS = [name for name in convzoo.list_models() if convzoo.card(name).pretrained]
_ENTRIES = convzoo.list_models()


def _images(*shape: int) -> Any:
    return np.random.default_rng(0).integers(0, 256, shape, "uint8")


@pytest.mark.parametrize("name", _APPLICATIONS)
def test_preprocessing_equals_that_of_the_application(name: str) -> None:
    function = getattr(keras.applications, convzoo.card(name).pretrained)
    family = import_module(function.__module__)
    images = _images(2, 9, 7, 3)
    # Keras changes its argument where it has the right type already.
    expected = family.preprocess_input(images.astype("float32"))
    np.testing.assert_allclose(convzoo.preprocess(name)(images), expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", _ENTRIES)
def test_inverse_gives_the_images_back(name: str) -> None:
    preprocess = convzoo.preprocess(name)
    channels = convzoo.describe(name).input_shapes[0][-1]
    images = _images(2, 5, 4, channels or 1)
    np.testing.assert_allclose(preprocess.inverse(preprocess(images)), images, atol=1e-3)


@pytest.mark.parametrize(
    ("preprocess", "expected"),
    [
        (RAW, [255, 0, 51]),
        (UNIT, [1, 0, 0.2]),
        (SYMMETRIC, [1, -1, -0.6]),
        (IMAGENET_MEAN, [51 - 103.939, -116.779, 255 - 123.68]),
        (IMAGENET_STANDARD, [2.2489083, -2.0357143, -0.9155556]),
    ],
    ids=["raw", "unit", "symmetric", "imagenet_mean", "imagenet_standard"],
)
def test_pixel_becomes(preprocess: Preprocessing, expected: list[float]) -> None:
    inputs = preprocess(np.array([[[255, 0, 51]]], "uint8"))
    assert inputs.dtype == np.float32
    np.testing.assert_allclose(inputs[0, 0], expected, rtol=1e-6, atol=1e-6)


def test_images_are_left_as_they_are() -> None:
    images = _images(1, 2, 2, 3).astype("float32")
    before = images.copy()
    IMAGENET_MEAN(images)
    np.testing.assert_array_equal(images, before)


def test_one_image_and_a_batch_and_lists_are_taken() -> None:
    batch = _images(2, 3, 4, 3)
    one_by_one = np.stack([SYMMETRIC(image) for image in batch])
    np.testing.assert_array_equal(SYMMETRIC(batch), one_by_one)
    np.testing.assert_array_equal(SYMMETRIC(batch.tolist()), one_by_one)


def test_padding_is_of_black_before_everything_else_and_is_taken_off_again() -> None:
    preprocess = Preprocessing(scale=1 / 127.5, mean=1.0, padding=2)
    images = np.full((1, 28, 28, 1), 255, "uint8")
    inputs = preprocess(images)
    assert inputs.shape == (1, 32, 32, 1)
    assert inputs[0, :, 0, 0].tolist() == [-1] * 32
    assert inputs[0, 16, :, 0].tolist() == [-1, -1, *[1] * 28, -1, -1]
    np.testing.assert_allclose(preprocess.inverse(inputs), images)


def test_grey_image_has_an_axis_for_its_channel() -> None:
    message = (
        r"^preprocess: expects images of shape \(\.\.\., height, width, channels\)\. "
        r"Received \(28, 28\)\. A grey image needs an axis for its channel: x\[\.\.\., None\]\.$"
    )
    with pytest.raises(ShapeError, match=message):
        UNIT(_images(28, 28))
    np.testing.assert_allclose(UNIT(_images(28, 28)[..., None])[..., 0], _images(28, 28) / 255.0)


@pytest.mark.parametrize("preprocess", [IMAGENET_MEAN, IMAGENET_STANDARD], ids=["mean", "standard"])
def test_means_of_three_channels_need_three(preprocess: Preprocessing) -> None:
    message = r"shape \(\.\.\., height, width, 3\)\. Received \(2, 8, 8, 1\)"
    for function in (preprocess, preprocess.inverse):
        with pytest.raises(ShapeError, match=message):
            function(_images(2, 8, 8, 1))


def test_card_tells_it_in_words() -> None:
    assert str(RAW) == "values from 0 to 255"
    assert str(SYMMETRIC) == "values from 0 to 255, divided by 127.5, less 1"
    assert str(IMAGENET_MEAN) == (
        "values from 0 to 255, as blue, green, red, less 103.939 116.779 123.68"
    )
    assert str(IMAGENET_STANDARD) == (
        "values from 0 to 255, divided by 255, less 0.485 0.456 0.406, divided by 0.229 0.224 0.225"
    )
