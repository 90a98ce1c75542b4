"""`convzoo train`, as a user runs it, and as it is stopped and killed."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from convzoo import train
from convzoo.cli import run
from tests.foreground import in_foreground


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "Missing argument 'SOURCE...'."),
        (["mnist_convnt"], "Unknown model 'mnist_convnt'. Did you mean mnist_convnet"),
        (["mnist_convnet", "--data", "dgits"], "Unknown data set 'dgits'. Did you mean digits?"),
        (["mnist_convnet", "-o", "a.h5"], "a.h5: the path must end in .keras, such as a.keras."),
        (["mnist_convnet", "--epochs", "0"], "Invalid value for '--epochs': 0 is not in the range"),
        (["two_convs"], "'two_convs' has no classifier that could be trained"),
    ],
)
def test_error_is_one_line_with_status_2(
    capfd: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    status = run(["train", *words])
    out, err = capfd.readouterr()
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert message in err
    assert not list(tmp_path.iterdir())


def test_epochs_and_files_are_told(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["train", "nielsen_fc100", "--data", "digits:100", "--epochs", "2"]) == 0
    out, err = capfd.readouterr()
    lines = out.splitlines()
    assert lines[0] == (
        "nielsen_fc100 (8x8x1, 7,510 parameters) on digits:100: 90 images to train on, "
        "10 held out, 359 to test with, 10 classes."
    )
    assert lines[1].startswith("2 epochs, batches of 10, seed 0. Recipe: 60 epochs on mnist,")
    assert [line.split(":")[0] for line in lines[2:4]] == ["Epoch 1", "Epoch 2"]
    assert "on 359 images, after epoch" in lines[4]
    assert lines[5] == "Saved nielsen_fc100, 7,510 parameters, to nielsen_fc100.keras."
    assert len(lines) == 6
    assert "\x1b" not in err
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "nielsen_fc100.curve.svg",
        "nielsen_fc100.history.json",
        "nielsen_fc100.keras",
    ]


def test_stack_is_trained(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    output = tmp_path / "a.keras"
    words = ["8x8x1", "flatten", "dense:10,softmax", "--data", "digits:100", "--epochs", "1"]
    assert run(["train", *words, "-o", str(output)]) == 0
    out = capfd.readouterr().out
    assert out.startswith("8x8x1 flatten dense:10,softmax (8x8x1, 650 parameters) on digits:100:")
    assert keras.saving.load_model(output).count_params() == 650


@pytest.mark.slow
def test_what_is_stopped_and_killed_goes_on_to_the_same_network(tmp_path: Path) -> None:
    checkpoint = tmp_path / ".a.keras.checkpoint"
    first = _begin(tmp_path)
    _wait_until(checkpoint.exists)
    first.kill()
    first.communicate()
    assert {path.name for path in tmp_path.iterdir()} >= {checkpoint.name}
    assert not (tmp_path / "a.keras").exists()
    written = checkpoint.stat().st_mtime_ns

    second = _begin(tmp_path)
    _wait_until(lambda: checkpoint.stat().st_mtime_ns != written)
    second.send_signal(signal.SIGINT)
    out, err = second.communicate(timeout=120)
    assert second.returncode == 130
    assert out.splitlines()[2].startswith("Epoch 1: ")
    stopped = json.loads((tmp_path / "a.history.json").read_text())
    epochs = len(stopped["history"])
    assert (
        err.splitlines()[-1]
        == f"Stopped after {epochs} of 12 epochs. The same command goes on from there."
    )
    assert 2 <= epochs < 12
    assert not stopped["is_finished"]
    assert keras.saving.load_model(tmp_path / "a.keras").count_params() == 7510

    third = _begin(tmp_path)
    out, _ = third.communicate(timeout=300)
    assert third.returncode == 0
    assert out.count("\nEpoch ") == 12
    assert not checkpoint.exists()
    finished = json.loads((tmp_path / "a.history.json").read_text())
    assert finished["history"][:epochs] == stopped["history"]

    expected = train("nielsen_fc100", "digits:1000", epochs=12)
    assert _without_seconds(finished) == _without_seconds(
        json.loads(json.dumps(expected.result.to_dict()))
    )
    saved = keras.saving.load_model(tmp_path / "a.keras")
    for value, other in zip(saved.get_weights(), expected.model.get_weights(), strict=True):
        np.testing.assert_array_equal(value, other)


def _begin(folder: Path) -> subprocess.Popen[str]:
    words = "train nielsen_fc100 --data digits:1000 --epochs 12 -o a.keras"
    return subprocess.Popen(
        [sys.executable, "-m", "convzoo", *words.split()],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=in_foreground,
    )


def _without_seconds(result: dict[str, Any]) -> dict[str, Any]:
    history = [{**epoch, "seconds": 0} for epoch in result["history"]]
    return {**result, "seconds": 0, "history": history}


def _wait_until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 120
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.005)
