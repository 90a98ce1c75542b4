"""Data sets: what is read, what is chosen of it, what is refused."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convzoo.errors import BuildError, ConvzooError, DataError
from convzoo.training.datasets import Data, load_data


def _arrays(**changes: Any) -> dict[str, Any]:
    """Forty images to train on and eight to test with, of four classes in turn."""
    rng = np.random.default_rng(0)
    arrays = {
        "x_train": rng.integers(0, 256, (40, 6, 5), "uint8"),
        "y_train": np.arange(40, dtype="uint8") % 4,
        "x_test": rng.integers(0, 256, (8, 6, 5), "uint8"),
        "y_test": np.arange(8, dtype="uint8") % 4,
    }
    return {name: array for name, array in {**arrays, **changes}.items() if array is not None}


def _saved(folder: Path, **changes: Any) -> str:
    path = folder / "images.npz"
    np.savez(path, **_arrays(**changes))
    return str(path)


def test_npz_is_read_with_an_axis_for_the_channel(tmp_path: Path) -> None:
    path = _saved(tmp_path, y_train=_arrays()["y_train"][:, None])
    data = load_data(path)
    assert (data.name, data.classes) == (path, ("0", "1", "2", "3"))
    assert (data.x_train.shape, data.x_train.dtype) == ((40, 6, 5, 1), np.uint8)
    assert (data.y_train.shape, data.y_train.dtype) == ((40,), np.int64)
    assert data.image_shape == (6, 5, 1)
    np.testing.assert_array_equal(data.x_test[..., 0], _arrays()["x_test"])


def test_whole_numbers_of_any_dtype_are_images(tmp_path: Path) -> None:
    images = _arrays()["x_train"]
    data = load_data(_saved(tmp_path, x_train=images.astype("float32")))
    np.testing.assert_array_equal(data.x_train[..., 0], images)


def test_digits_are_scaled_and_a_fifth_is_to_test_with() -> None:
    data = load_data("digits")
    assert data.image_shape == (8, 8, 1)
    assert data.x_train.max() == data.x_test.max() == 255
    assert len(data.y_train) + len(data.y_test) == 1797
    shares = np.bincount(data.y_test) / np.bincount(np.r_[data.y_train, data.y_test])
    assert np.all(abs(shares - 0.2) < 0.005)
    assert load_data("digits").fingerprint() == data.fingerprint()


def test_classes_are_numbered_in_the_order_given(tmp_path: Path) -> None:
    path = _saved(tmp_path)
    whole, some = load_data(path), load_data(f"{path}[3,1]")
    assert some.classes == ("3", "1")
    np.testing.assert_array_equal(some.y_train, [1, 0] * 10)
    np.testing.assert_array_equal(some.x_test[some.y_test == 0], whole.x_test[whole.y_test == 3])


def test_first_images_are_as_many_of_each_class_as_can_be(tmp_path: Path) -> None:
    labels = np.array([0] * 20 + [1] * 3 + [2] * 9 + [3] * 8)
    path = _saved(tmp_path, y_train=labels)
    data = load_data(f"{path}:14")
    assert np.bincount(data.y_train).tolist() == [4, 3, 4, 3]
    np.testing.assert_array_equal(data.x_train[:4, ..., 0], _arrays()["x_train"][:4])
    assert np.bincount(load_data(f"{path}[1,0]:15").y_train).tolist() == [3, 12]
    assert len(load_data(f"{path}:40").y_train) == 40


def test_data_of_keras_has_names(monkeypatch: pytest.MonkeyPatch) -> None:
    from keras import datasets

    colour = {
        "x_train": np.zeros((40, 4, 4, 3), "uint8"),
        "x_test": np.zeros((8, 4, 4, 3), "uint8"),
    }
    x_train, y_train, x_test, y_test = _arrays(
        **colour, y_train=np.arange(40)[:, None] % 10
    ).values()
    both = (x_train, y_train), (x_test, y_test)
    monkeypatch.setattr(datasets.cifar10, "load_data", lambda: both)
    data = load_data("cifar10[Dog,3]:4")
    assert (data.classes, data.y_train.tolist()) == (("dog", "cat"), [1, 0, 1, 0])
    with pytest.raises(ConvzooError, match=r"Unknown class of cifar10 'dgo'\. Did you mean dog\?"):
        load_data("cifar10[dgo]")


def test_data_that_can_not_be_downloaded_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    from keras import datasets

    def fail() -> None:
        raise OSError("no network")

    monkeypatch.setattr(datasets.mnist, "load_data", fail)
    with pytest.raises(DataError, match="mnist can't be downloaded: no network digits needs no"):
        load_data("mnist")


def test_digits_without_scikit_learn_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(BuildError, match=r"pip install 'convzoo\[train\]'"):
        load_data("digits")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"y_test": None}, "y_test missing. An .npz must hold x_train, y_train, x_test, y_test;"),
        ({"x_train": np.zeros((40, 6))}, "x_train: images must have the shape (images, height,"),
        ({"x_test": np.zeros((8, 6, 6))}, "have one shape. Received (6, 5, 1) and (6, 6, 1)."),
        ({"y_test": np.arange(9) % 4}, "of one length. Received 8 images and 9 labels."),
        ({"y_train": np.zeros(40)}, "y_train: labels must be integers, the numbers of the cl"),
        ({"y_train": np.zeros((40, 4), int)}, "shape (images,) or (images, 1). Received (40, 4)."),
        ({"y_train": np.arange(40) % 4 - 1}, "labels must be 0 or more. Received -1."),
        ({"y_train": np.full(40, 10**9)}, "count from 0. Received 1000000000."),
        ({"x_train": np.full((40, 6, 5), 300)}, "values must be from 0 to 255. Received 0 to 300."),
        ({"x_train": np.full((40, 6, 5), np.nan)}, "must be numbers. Received NaN among them."),
        ({"x_train": np.full((40, 6, 5), 0.5)}, "whole numbers from 0 to 255. Received others, up"),
        ({"x_train": np.full((40, 6, 5), "a")}, "images must be numbers. Received <U1."),
        ({"y_train": np.arange(40) % 2 * 2}, "no training image is of the class 1, 3. Choose"),
        ({"y_train": np.zeros(40, int), "y_test": np.zeros(8, int)}, "must be two classes or more"),
        ({"x_test": np.zeros((0, 6, 5)), "y_test": np.zeros(0, int)}, "no images to test with."),
        ({"x_test": np.array([None] * 8, object)}, "can't be read as an .npz of NumPy: Object arr"),
    ],
)
def test_data_that_can_not_be_trained_on_is_refused(
    tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(DataError) as error:
        load_data(_saved(tmp_path, **changes))
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("end", "message"),
    [
        ("[0,7]", "Unknown class of "),
        ("[0,0]", "a class is named twice."),
        ("[2]", "there must be two classes or more"),
        (":41", ": 41 training images are asked for. There are 40."),
        (":3", ": 3 training images are too few for 4 classes."),
    ],
)
def test_part_that_there_is_not_is_refused(tmp_path: Path, end: str, message: str) -> None:
    with pytest.raises(ConvzooError) as error:
        load_data(_saved(tmp_path) + end)
    assert message in str(error.value)


def test_names_of_no_data_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConvzooError, match=r"Unknown data set 'mnits'\. Did you mean mnist"):
        load_data("mnits")
    with pytest.raises(DataError, match=r"There is no file 'no\.npz'\."):
        load_data("no.npz:20")
    with pytest.raises(DataError, match="names no data set"):
        load_data("")
    (tmp_path / "text.npz").write_text("x_train")
    with pytest.raises(DataError, match=r"can't be read as an \.npz of NumPy"):
        load_data(str(tmp_path / "text.npz"))


def test_held_out_part_is_stratified_and_of_the_training_images(tmp_path: Path) -> None:
    data = load_data(_saved(tmp_path))
    parts = data.held_out(0.2, seed=1)
    assert np.bincount(parts.y_test).tolist() == [2, 2, 2, 2]
    assert _rows(parts.x_train) | _rows(parts.x_test) == _rows(data.x_train)
    assert not _rows(parts.x_train) & _rows(parts.x_test)
    assert data.held_out(0.2, seed=1).fingerprint() == parts.fingerprint()
    assert data.held_out(0.2, seed=2).fingerprint() != parts.fingerprint()
    assert np.bincount(data.held_out(0.001).y_test).tolist() == [1, 1, 1, 1]
    with pytest.raises(DataError, match=r"above 0 and below 1, not 1\.5"):
        data.held_out(1.5)
    with pytest.raises(DataError, match="the class '1' has too few images to hold one out"):
        Data("", data.x_train[:5], data.y_train[:5], data.x_test, data.y_test, ("0", "1")).held_out(
            0.5
        )


def _rows(images: Any) -> set[bytes]:
    return {image.tobytes() for image in images}


def test_fingerprint_tells_the_labels_of_the_same_images_apart(tmp_path: Path) -> None:
    first = load_data(_saved(tmp_path))
    other = load_data(_saved(tmp_path, y_train=(np.arange(40) + 1) % 4))
    assert first.fingerprint() != other.fingerprint()
