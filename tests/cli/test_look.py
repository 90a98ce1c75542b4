"""`convzoo look`, as a user runs it."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers
from PIL import Image

from convzoo.cli import run
from tests.visualize.networks import nested, photograph


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a model and images."""
    made = tmp_path_factory.mktemp("look")
    nested().save(made / "net.keras")
    Image.fromarray(photograph(20, 20, 3)).save(made / "photo.png")
    (made / "text.png").write_text("hello")
    (made / "text.keras").write_text("hello")
    return made


def _look(capfd: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    status = run(["look", *map(str, words)])
    out, err = capfd.readouterr()
    return status, out, err


def test_pictures_are_saved_and_not_replaced_unasked(
    capfd: pytest.CaptureFixture[str], folder: Path, tmp_path: Path
) -> None:
    output = tmp_path / "pictures"
    words = (folder / "net.keras", folder / "photo.png", "-o", output, "--show", "gradcam,filters")
    status, out, err = _look(capfd, *words, "--class", "0")
    names = ["filters-c1.png", "filters-c2.png", "gradcam.png"]
    assert (status, err) == (0, "")
    assert f"saw values from 0 to 255, divided by 255. Drawn to {output}:\n" in out
    assert sorted(line.strip() for line in out.splitlines()[1:]) == names
    assert sorted(path.name for path in output.iterdir()) == names
    assert [path.name for path in tmp_path.iterdir()] == ["pictures"]
    for name in names:
        with Image.open(output / name) as opened:
            assert np.asarray(opened).var() > 0
    before = (output / "gradcam.png").read_bytes()
    status, out, err = _look(capfd, *words, "--class", "1")
    assert (status, out) == (2, "")
    assert "gradcam.png: is there already. Give --force to replace it." in err
    assert (output / "gradcam.png").read_bytes() == before
    assert _look(capfd, *words, "--class", "1", "--force")[0] == 0
    assert (output / "gradcam.png").read_bytes() != before


def test_network_of_the_zoo_is_told_to_be_random(
    capfd: pytest.CaptureFixture[str], folder: Path, tmp_path: Path
) -> None:
    words = ("--show", "receptive_field", "--unit", "1,1", "--format", "svg")
    status, out, err = _look(
        capfd, "lenet5_dense:classes=4", folder / "photo.png", "-o", tmp_path, *words
    )
    assert status == 0
    assert out.startswith("lenet5_dense saw values from 0 to 255, 2 rows and columns of zeros")
    assert "'lenet5_dense:classes=4' has fresh, random weights" in err
    assert err.count("\n") == 1
    assert (tmp_path / "receptive_field.svg").read_text().startswith("<?xml")


def test_weights_of_a_file_are_loaded(
    capfd: pytest.CaptureFixture[str], folder: Path, tmp_path: Path
) -> None:
    import convzoo

    convzoo.get("two_convs").save_weights(tmp_path / "two.weights.h5")
    words = ("two_convs", folder / "photo.png", "-o", tmp_path / "out", "--show", "filters")
    status, _, err = _look(capfd, *words, "--weights", tmp_path / "two.weights.h5")
    assert (status, err) == (0, "")
    status, _, err = _look(capfd, *words, "--weights", tmp_path / "three.weights.h5")
    assert (status, err.count("\n")) == (2, 1)
    assert "There is no file of weights" in err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("net.keras", "no.png"), "no.png' does not exist."),
        (("net.keras", "text.png"), "text.png: is not an image. Give a PNG or a JPEG."),
        (("no.keras", "photo.png"), "There is no file "),
        (("text.keras", "photo.png"), "text.keras: is no .keras file"),
        (("photo.png", "photo.png"), "photo.png: is no .keras file"),
        (("mnist_convnt", "photo.png"), "Unknown model 'mnist_convnt'. Did you mean mnist_convnet"),
        (("net.keras", "photo.png", "--layer", "c11"), "Unknown layer of "),
        (("net.keras", "photo.png", "--layer", "dense"), "'dense' has no spatial axes"),
        (("net.keras", "photo.png", "--class", "3"), "class must be 0 to 2. Received 3."),
        (("net.keras", "photo.png", "--unit", "70,1"), "'base/c1' has units 0,0 to 9,9."),
        (("net.keras", "photo.png", "--show", "all"), "Unknown kind of picture 'all'."),
        (("net.keras", "photo.png", "--values", "0..2"), "values must be 0..1, 0..255, -1..1 or"),
        (("net.keras", "photo.png", "--weights", "imagenet"), "has weights of its own."),
        (("4 dense:2", "photo.png"), "takes inputs of shape (None, 4), which are no images"),
        (("8x8x1 flatten dense:2", "photo.png"), "has no layer with spatial axes"),
    ],
)
def test_look_refuses_in_a_line(
    capfd: pytest.CaptureFixture[str],
    folder: Path,
    tmp_path: Path,
    words: tuple[str, ...],
    message: str,
) -> None:
    placed = [folder / word if word.endswith((".keras", ".png")) else word for word in words]
    status, out, err = _look(capfd, *placed, "-o", tmp_path / "pictures")
    assert (status, out) == (2, "")
    assert message in err
    assert err.splitlines()[-1].startswith("Error: ")
    assert len([line for line in err.splitlines() if not line.startswith("Warning: ")]) == 1
    assert list(tmp_path.iterdir()) == []


def test_code_within_a_file_is_not_run(
    capfd: pytest.CaptureFixture[str], folder: Path, tmp_path: Path
) -> None:
    model = keras.Sequential([layers.Input((8, 8, 1)), layers.Lambda(lambda x: x + 1)])
    model.save(tmp_path / "code.keras")
    words = (tmp_path / "code.keras", folder / "photo.png", "-o", tmp_path / "pictures")
    status, out, err = _look(capfd, *words)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert "Keras can't load it: " in err
    assert "lambda" in err.lower()
