"""Training: what a run gives, what it leaves behind, and how it goes on after it was cut off."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import convzoo
from convzoo import Data, Epoch, Recipe, Result, Trained, train
from convzoo.errors import ArgumentError, ConvzooError, DataError, TrainingWarning
from convzoo.training import checkpoints
from convzoo.training.datasets import load_data

# All that a run can depend on: random layers, a schedule, moments and averaged weights.
_RECIPE = Recipe(
    "digits",
    "Adam",
    4,
    32,
    {"use_ema": True, "ema_momentum": 0.9},
    schedule="CosineDecay",
    schedule_arguments={
        "initial_learning_rate": 0.0,
        "warmup_target": 0.01,
        "warmup_steps": 1,
        "decay_steps": 3,
    },
    augmentation=("RandomTranslation:0.1,0.1",),
)


@pytest.fixture(scope="module")
def digits() -> Data:
    return load_data("digits:200")


def _train(digits: Data, **settings: Any) -> Trained:
    return train(
        "nielsen_fc100", digits, **{"recipe": _RECIPE, "epochs": 4, "held_out": 0.2, **settings}
    )


@pytest.fixture(scope="module")
def unbroken(digits: Data) -> Trained:
    return _train(digits)


def _without_seconds(history: tuple[Epoch, ...]) -> list[Epoch]:
    return [replace(epoch, seconds=0) for epoch in history]


def _assert_same(found: Trained, expected: Trained) -> None:
    assert _without_seconds(found.result.history) == _without_seconds(expected.result.history)
    assert found.result.test_loss == expected.result.test_loss
    for value, other in zip(found.model.get_weights(), expected.model.get_weights(), strict=True):
        np.testing.assert_array_equal(value, other)


def test_seed_is_all_that_chance_follows_from(digits: Data, unbroken: Trained) -> None:
    _assert_same(_train(digits), unbroken)
    assert _train(digits, seed=1, epochs=1).result.test_loss != unbroken.result.test_loss


def test_result_tells_how_the_network_came_to_be(digits: Data, unbroken: Trained) -> None:
    result = unbroken.result
    assert (result.name, result.data) == ("nielsen_fc100", "digits:200")
    counts = (result.training_images, result.held_out_images, result.test_images)
    assert counts == (160, 40, len(digits.y_test))
    assert (result.input_shape, result.params) == ((8, 8, 1), 7510)
    assert [epoch.number for epoch in result.history] == [1, 2, 3, 4]
    # The warming up takes the first epoch, and the steps of the last end at 0.
    rates = [epoch.learning_rate for epoch in result.history]
    assert rates[0] == 0
    assert rates[1:] == pytest.approx([0.01, 0.0075, 0.0025], rel=1e-3)
    assert result.is_finished
    assert result.seconds == pytest.approx(sum(epoch.seconds for epoch in result.history))
    assert json.loads(json.dumps(result.to_dict()))["test_accuracy"] == result.test_accuracy


def test_network_takes_what_the_card_says_and_is_the_best_on_images_held_out(
    digits: Data, unbroken: Trained
) -> None:
    result = unbroken.result
    held_out = [epoch.held_out_accuracy or 0 for epoch in result.history]
    assert held_out[result.kept_epoch - 1] == max(held_out)
    inputs = convzoo.preprocess("nielsen_fc100")(digits.x_test)
    told = unbroken.model.predict(inputs, verbose=0).argmax(axis=1)
    assert (told == digits.y_test).mean() == pytest.approx(result.test_accuracy)


class _CutOffError(Exception):
    """What ends a run in the middle."""


def _cut_at(number: int) -> Any:
    def cut(epoch: Epoch) -> None:
        if epoch.number == number:
            raise _CutOffError

    return cut


def test_run_that_is_cut_off_goes_on_to_the_same_network(
    digits: Data, unbroken: Trained, tmp_path: Path
) -> None:
    output = tmp_path / "a.keras"
    for number in (1, 3):
        with pytest.raises(_CutOffError):
            _train(digits, output=output, on_epoch=_cut_at(number))
        assert [path.name for path in tmp_path.iterdir()] == [".a.keras.checkpoint"]
    told: list[Epoch] = []
    found = _train(digits, output=output, on_epoch=told.append)
    _assert_same(found, unbroken)
    assert tuple(told) == found.result.history
    files = sorted(path.name for path in tmp_path.iterdir())
    assert files == ["a.curve.svg", "a.history.json", "a.keras"]
    saved = keras.saving.load_model(output)
    inputs = convzoo.preprocess("nielsen_fc100")(digits.x_test[:5])
    np.testing.assert_array_equal(
        saved.predict(inputs, verbose=0), found.model.predict(inputs, verbose=0)
    )
    history = json.loads((tmp_path / "a.history.json").read_text())
    assert history == json.loads(json.dumps(found.result.to_dict()))
    assert [epoch["number"] for epoch in history["history"]] == [1, 2, 3, 4]
    curve = (tmp_path / "a.curve.svg").read_text()
    assert "<svg" in curve
    # Training, held out and test, each for loss and for accuracy.
    assert curve.count("test: ") + curve.count("<path d=") > 6


@pytest.fixture(scope="module")
def checkpoint(digits: Data, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The output of a run that was cut off after its first epoch."""
    output = tmp_path_factory.mktemp("cut") / "a.keras"
    with pytest.raises(_CutOffError):
        _train(digits, output=output, on_epoch=_cut_at(1))
    before = checkpoints.place_of(output).read_bytes()
    yield output
    assert checkpoints.place_of(output).read_bytes() == before


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"seed": 1}, "is of a run that was not finished, with seed 0, not 1. Give the same set"),
        ({"epochs": 5}, "with epochs 4, not 5."),
        ({"batch_size": 8}, "with batch_size 32, not 8."),
        ({"recipe": _RECIPE._replace(optimizer_arguments={})}, "with recipe 4 epochs on digits,"),
    ],
)
def test_run_goes_on_with_the_same_settings_only(
    digits: Data, checkpoint: Path, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ArgumentError) as error:
        _train(digits, output=checkpoint, **changes)
    assert message in str(error.value)


def test_checkpoint_that_is_damaged_is_told_and_can_be_thrown_away(
    digits: Data, tmp_path: Path
) -> None:
    output = tmp_path / "a.keras"
    checkpoints.place_of(output).write_bytes(b"PK\x03\x04 and no more")
    with pytest.raises(DataError, match=r"can't be read as a checkpoint: .*Give --restart"):
        _train(digits, output=output)
    assert _train(digits, output=output, epochs=1, restart=True).result.is_finished


@pytest.mark.parametrize(
    ("output", "message"),
    [
        ("a.h5", "a.h5: the path must end in .keras, such as a.keras."),
        ("no/a.keras", "no/a.keras: there is no directory 'no'. Make it first."),
        ("there.keras", "there.keras: is there already. Give --force (force=True in Python) to"),
    ],
)
def test_output_that_can_not_be_is_refused(
    digits: Data, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, output: str, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("there.keras").write_text("mine")
    with pytest.raises(ArgumentError) as error:
        _train(digits, output=output)
    assert message in str(error.value)
    assert Path("there.keras").read_text() == "mine"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"epochs": 0}, "epochs must be 1 or more. Received 0."),
        ({"batch_size": 0}, "batch_size must be 1 or more. Received 0."),
        ({"held_out": 1.0}, "held_out: the fraction must be above 0 and below 1, not 1.0."),
    ],
)
def test_settings_that_can_not_be_are_refused(
    digits: Data, settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConvzooError) as error:
        _train(digits, **settings)
    assert message in str(error.value)


def test_last_epoch_is_kept_where_nothing_is_held_out(digits: Data) -> None:
    began: list[Result] = []
    result = _train(digits, held_out=0, epochs=2, on_begin=began.append).result
    assert (result.kept_epoch, result.training_images, result.held_out_images) == (2, 200, 0)
    assert result.history[0].held_out_accuracy is None
    assert str(result.history[0]).startswith("Epoch 1: loss 2.")
    assert "held out" not in str(result.history[0])
    assert [began[0].epochs, *began[0].history] == [2]


def test_curve_is_left_out_where_matplotlib_is_missing(
    digits: Data, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "convzoo.training.curves", raising=False)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.warns(TrainingWarning, match=r"a\.curve\.svg is left out: matplotlib is missing"):
        _train(digits, output=tmp_path / "a.keras", epochs=1)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.history.json", "a.keras"]


def test_batches_are_told(digits: Data) -> None:
    told: list[tuple[int, int, int]] = []
    _train(digits, epochs=1, on_batch=lambda *counts: told.append(counts))
    assert told == [(1, number, 5) for number in range(1, 6)]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "settings", "least"),
    [("mnist_convnet", {}, 0.95), ("lenet5", {"epochs": 6, "batch_size": 16}, 0.6)],
)
def test_bundled_digits_are_told_apart(name: str, settings: dict[str, Any], least: float) -> None:
    result = train(name, **settings).result
    kept = result.history[result.kept_epoch - 1]
    assert kept.held_out_accuracy is not None
    assert kept.held_out_accuracy >= least
    assert result.test_accuracy >= least
