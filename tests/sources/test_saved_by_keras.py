"""Models that Keras itself saved, and live ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import pytest

import convzoo
from convzoo import calc
from convzoo.errors import SourceError


@pytest.fixture(scope="module")
def model() -> Any:
    return convzoo.get("mnist_convnet")


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5:UserWarning")
def test_saved_model_has_the_rows_of_the_live_one(tmp_path: Path, model: Any, suffix: str) -> None:
    path = tmp_path / f"model{suffix}"
    model.save(path)
    assert calc(path).to_dict() == calc("mnist_convnet").to_dict()


def test_json_has_the_rows_of_the_live_one(tmp_path: Path, model: Any) -> None:
    path = tmp_path / "model.json"
    path.write_text(model.to_json())
    assert calc(path).to_dict() == calc("mnist_convnet").to_dict()


def test_live_model_is_read(model: Any) -> None:
    assert calc(model).to_dict() == calc("mnist_convnet").to_dict()


def test_weights_alone_are_refused(tmp_path: Path, model: Any) -> None:
    path = tmp_path / "model.weights.h5"
    model.save_weights(path)
    with pytest.raises(SourceError, match=r"is an HDF5 file without a model_config: it holds"):
        calc(path)


def test_live_model_that_keras_can_t_save_is_refused() -> None:
    class Own(keras.Model):
        def __init__(self, size: int) -> None:
            super().__init__()
            self.dense = keras.layers.Dense(size)

        def call(self, inputs: Any) -> Any:
            return self.dense(inputs)

    with pytest.raises(SourceError):
        calc(Own(3))
