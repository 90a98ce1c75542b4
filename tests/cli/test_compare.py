"""`convzoo compare`, as a user runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from convzoo import describe
from convzoo.cli import run


def _run(capfd: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    status = run(["compare", *words])
    out, err = capfd.readouterr()
    return status, out, err


def _saved(path: Path, classes: int) -> str:
    path.write_text(json.dumps(describe("mnist_convnet", classes=classes).to_config()))
    return str(path)


def test_names_and_stacks_in_quotes_are_compared(capfd: pytest.CaptureFixture[str]) -> None:
    status, out, err = _run(capfd, "mnist_convnet", "28x28x1 conv:32,3 dense:10")
    assert (status, err) == (0, "")
    assert out.splitlines()[0].split() == ["mnist_convnet", "sequential", "Change"]
    assert "Layers: " not in out


def test_two_files_are_compared_layer_by_layer(
    capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    files = _saved(tmp_path / "a.json", 10), _saved(tmp_path / "b.json", 5)
    _, out, _ = _run(capfd, *files)
    assert "Layers: 7 the same, 1 changed.\n" in out
    assert "changed  dense_1  Dense   units " in out
    _, out, _ = _run(capfd, *files, "--no-layers")
    assert "Layers: " not in out
    _, out, _ = _run(capfd, "mnist_convnet", "mnist_convnet:classes=5", "--layers")
    assert "Layers: 7 the same, 1 changed.\n" in out


def test_exit_code_tells_whether_they_differ(
    capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    files = _saved(tmp_path / "a.json", 10), _saved(tmp_path / "b.json", 5)
    assert _run(capfd, *files)[0] == 0
    assert _run(capfd, *files, "--exit-code")[0] == 1
    assert _run(capfd, files[0], files[0], "--exit-code")[0] == 0
    assert _run(capfd, files[0], "mnist_convnet", "--exit-code")[0] == 0


def test_standard_input_is_compared_with_a_file(tmp_path: Path) -> None:
    before, after = _saved(tmp_path / "a.json", 10), _saved(tmp_path / "b.json", 5)
    done = subprocess.run(
        [sys.executable, "-m", "convzoo", "compare", "-", after],
        input=Path(before).read_bytes(),
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert b"Layers: 7 the same, 1 changed." in done.stdout


@pytest.mark.parametrize("style", ["json", "csv", "markdown", "html", "github"])
def test_formats_are_those_of_calc(capfd: pytest.CaptureFixture[str], style: str) -> None:
    words = ("two_convs", "mnist_convnet", "--columns", "params, macs", "--format", style)
    status, out, _ = _run(capfd, *words)
    assert status == 0
    assert "93322" in out.replace(",", "")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["two_convs"], "compare takes two architectures or more. Received 1."),
        (["28x28x1", "conv:32,3"], 'Put quotes around each stack: "28x28x1 conv:32,3".'),
        (["two_convs", "two_conv"], "Unknown model 'two_conv'. Did you mean two_convs"),
        (["two_convs", "no.keras"], "There is no file 'no.keras'."),
        (["two_convs"] * 3 + ["--layers"], "Layers are compared between two architectures."),
        (["two_convs"] * 2 + ["--columns", "mac"], "Unknown column 'mac'. Did you mean macs?"),
        (["two_convs"] * 2 + ["--format", "jsn"], "Unknown format 'jsn'. Did you mean json?"),
        (["two_convs"] * 2 + ["--dtype", "blob"], "dtype must name a dtype of numbers."),
    ],
)
def test_error_is_one_line_with_status_2(
    capfd: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    status, out, err = _run(capfd, *words)
    assert (status, out) == (2, "")
    assert err.count("\n") == 1
    assert message in err
