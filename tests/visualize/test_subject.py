"""Images of all kinds, and models that take them or don't."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers
from PIL import Image

import convzoo
from convzoo.errors import ArgumentError, ConvzooError, ShapeError, SourceError
from convzoo.visualize import Subject
from convzoo.visualize.images import fitted
from tests.visualize.networks import flat, nested, photograph


def test_image_is_resized_and_made_grey_or_coloured(tmp_path: Path) -> None:
    Image.fromarray(photograph(20, 30, 3)).save(tmp_path / "photo.jpg")
    assert fitted(tmp_path / "photo.jpg", 12, 14, 1).shape == (12, 14, 1)
    assert fitted(str(tmp_path / "photo.jpg"), 12, 14, 3).shape == (12, 14, 3)
    assert fitted(tmp_path / "photo.jpg", None, None, 3).shape == (20, 30, 3)
    assert fitted(np.zeros((2048, 1024)), None, None, 1).shape == (512, 256, 1)


def test_array_of_the_right_size_is_left_as_it_is() -> None:
    image = photograph(5, 7, 3)
    assert np.array_equal(fitted(image, 5, 7, 3), image)
    assert np.array_equal(fitted(image.astype("float64"), None, None, 3), image)


def test_transparent_pixels_are_white_and_deep_greys_keep_their_share(tmp_path: Path) -> None:
    Image.new("RGBA", (4, 4), (0, 0, 0, 0)).save(tmp_path / "clear.png")
    assert fitted(tmp_path / "clear.png", 4, 4, 1).min() == 255
    Image.fromarray(np.full((4, 4), 257 * 40, "uint16")).save(tmp_path / "deep.png")
    assert set(fitted(tmp_path / "deep.png", 4, 4, 3).ravel()) == {40}


def test_what_is_no_image_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.png").write_text("hello")
    with pytest.raises(SourceError, match=r"is not an image\. Give a PNG or a JPEG\."):
        fitted(tmp_path / "text.png", 4, 4, 1)
    Image.fromarray(photograph(40, 40, 3)).save(tmp_path / "whole.png")
    (tmp_path / "half.png").write_bytes((tmp_path / "whole.png").read_bytes()[:900])
    with pytest.raises(SourceError, match=r"half\.png: "):
        fitted(tmp_path / "half.png", 4, 4, 1)
    with pytest.raises(SourceError, match="No such file"):
        fitted(tmp_path / "none.png", 4, 4, 1)
    with pytest.raises(ShapeError, match="Received \\(4,\\)"):
        fitted(np.zeros(4), 4, 4, 1)
    with pytest.raises(ArgumentError, match="values from 0 to 255"):
        fitted(np.full((4, 4), -1.0), 4, 4, 1)
    with pytest.raises(ArgumentError, match="the model takes 5 channels"):
        fitted(np.zeros((4, 4)), 4, 4, 5)


def test_entry_of_the_zoo_has_its_own_values_and_stages() -> None:
    subject = Subject.of(convzoo.get("lenet5_dense"), photograph(28, 28))
    assert subject.preprocessing == convzoo.preprocess("lenet5_dense")
    assert subject.image.shape == (32, 32, 1)  # Its card has two rows of zeros on each side.
    assert [ran.path for ran in subject.chosen(None)] == ["s2", "s4"]


def test_other_models_have_values_from_0_to_1_and_stages_by_size() -> None:
    subject = Subject.of(nested(), photograph())
    assert subject.entry is None
    assert 0.5 < subject.inputs.max() <= 1
    assert [ran.path for ran in subject.chosen(None)] == ["base/c1", "base/relu"]


def test_padding_and_gates_end_no_stage() -> None:
    inputs = layers.Input((16, 16, 1))
    x = layers.Conv2D(4, 3, padding="same", name="stage1")(inputs)
    x = layers.ZeroPadding2D(1)(x)
    x = layers.Conv2D(4, 3, strides=2, name="conv")(x)
    gate = layers.Dense(4)(layers.GlobalAveragePooling2D(keepdims=True)(x))
    x = layers.Multiply(name="stage2")([x, gate])
    x = layers.MaxPooling2D(name="stage3")(x)
    model = keras.Model(inputs, layers.GlobalAveragePooling2D()(x))
    chosen = Subject.of(model, photograph(16, 16)).chosen(None)
    assert [ran.path for ran in chosen] == ["stage1", "stage2", "stage3"]


def test_layer_is_found_by_name_or_path() -> None:
    subject = Subject.of(nested(), photograph())
    assert subject.find("c1") is subject.find("base/c1")
    with pytest.raises(ConvzooError, match=r"Unknown layer of .* 'pol'\. Did you mean pool\?"):
        subject.find("pol")
    two = [keras.Sequential([layers.Conv2D(2, 1, name="c")], name=name) for name in "ab"]
    subject = Subject.of(keras.Sequential([layers.Input((4, 4, 1)), *two]), photograph(4, 4))
    with pytest.raises(ArgumentError, match=r"several layers\. Give a/c or b/c\."):
        subject.find("c")


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (lambda: keras.Sequential([layers.Dense(2)]), "has no input shape"),
        (lambda: keras.Sequential([layers.Input((4,)), layers.Dense(2)]), "which are no images"),
        (lambda: _of_two_inputs(), "takes 2 inputs, where one image is shown"),
        (lambda: 3, "Received 'int'"),
    ],
)
def test_model_that_takes_no_image_is_refused(model: object, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        Subject.of(model(), photograph())  # type: ignore[operator]


def _of_two_inputs() -> keras.Model:
    first, second = layers.Input((4, 4, 1)), layers.Input((4, 4, 1))
    return keras.Model([first, second], layers.Add()([first, second]))


def test_layers_are_left_as_they_were() -> None:
    model = flat()
    before = [dict(layer.__dict__) for layer in model.layers]
    Subject.of(model, photograph())
    assert ["call" in layer.__dict__ for layer in model.layers] == ["call" in own for own in before]
