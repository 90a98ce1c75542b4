"""`convzoo plot`, as a user runs it."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from convzoo.cli import run


def _run(capfd: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    status = run(words)
    out, err = capfd.readouterr()
    return status, out, err


def test_diagram_is_saved_and_not_replaced(
    capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "net.svg"
    words = ("plot", "28x28x1", "conv:32,3,relu", "flatten", "dense:10", "-o", str(path))
    assert _run(capfd, *words) == (0, f"Saved the diagram to {path}.\n", "")
    assert [p.name for p in tmp_path.iterdir()] == ["net.svg"]
    assert ElementTree.parse(path).getroot().get("role") == "img"
    path.write_text("mine")
    status, _, err = _run(capfd, *words)
    assert (status, path.read_text()) == (2, "mine")
    assert err == f"Error: {path}: is there already. Give --force to replace it.\n"
    assert _run(capfd, *words, "--force")[0] == 0
    assert path.read_text().startswith("<svg ")
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~umask


def test_diagram_goes_to_standard_output(capfd: pytest.CaptureFixture[str]) -> None:
    status, out, err = _run(capfd, "plot", "lenet5", "-o", "-")
    assert (status, err) == (0, "")
    assert ElementTree.fromstring(out).findtext("{http://www.w3.org/2000/svg}title") == "lenet5"


def test_options_reach_the_diagram(capfd: pytest.CaptureFixture[str]) -> None:
    _, out, _ = _run(
        capfd, "plot", "resnet20", "-o", "-", "--show", "architecture, params", "--theme", "dark",
        "--expand", "--input-shape", "64x64x3",
    )  # fmt: skip
    assert "Receptive field" not in out
    assert "@media" not in out
    assert "64×64×3" in out  # noqa: RUF001
    assert ">activation_12<" in out


def test_model_on_standard_input_is_drawn() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "convzoo", "plot", "-", "-o", "-"],
        input=b"28x28x1 conv:32,3,relu\n",
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert b"26\xc3\x9726\xc3\x9732" in done.stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["lenet5", "-o", "net.png"], "net.png: the path must end in .svg, such as net.svg."),
        (["lenet5", "-o", "no/net.svg"], "no/net.svg: there is no directory 'no'. Make it first."),
        (["lenet5"], "Missing option '-o' / '--output'."),
        (["lenet6", "-o", "-"], "Unknown model 'lenet6'. Did you mean lenet5"),
        (["lenet5", "-o", "-", "--show", "arch"], "Unknown part 'arch'."),
        (["lenet5", "-o", "-", "--theme", "drak"], "theme must be one of auto, light, dark."),
        (["28x28x1", "conv:32,30", "-o", "-"], "its window of 30 must fit into an axis of 28."),
    ],
)
def test_error_is_one_line_with_status_2(
    capfd: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    status, out, err = _run(capfd, "plot", *words)
    assert (status, out) == (2, "")
    assert err.startswith("Error: ")
    assert err.count("\n") == 1
    assert message in err


def test_place_that_can_t_be_written_is_told(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "replace", refuse)
    path = tmp_path / "net.svg"
    status, _, err = _run(capfd, "plot", "lenet5", "-o", str(path))
    assert (status, err) == (2, f"Error: {path}: can't be written: Permission denied.\n")
    assert list(tmp_path.iterdir()) == []
