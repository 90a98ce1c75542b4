"""`convzoo sweep`, as a user runs it."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from convzoo.cli import run

_SPACE = ["12x12x1", "conv:2..6..2,3/5/13,relu", "flatten", "dense:4/8"]


def test_rows_are_sorted_and_what_is_refused_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["sweep", *_SPACE, "--max-params", "4k", "--top", "2", "--reverse"]) == 0
    out, err = capfd.readouterr()
    assert err == ""
    assert out.splitlines() == [
        "  Point  Architecture                             Params    MACs",
        "-------  -------------------------------------  --------  ------",
        "      7  12x12x1 conv:4,3,relu flatten dense:8     3,248   6,800",
        "     15  12x12x1 conv:6,5,relu flatten dense:8     3,236  12,672",
        "",
        "18 points, 6 of them refused, 11 within the limits.",
        "Refused because of 'conv:2,13,relu': Conv2D 'conv2d': its window of 13 must fit into an "
        "axis of 12. Received input shape (None, 12, 12, 1). Choose a window of 12 at most, a "
        "larger input or padding='same'.",
    ]


def test_json_and_csv_have_all_of_it(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["sweep", *_SPACE, "--pareto", "params,macs", "--format", "json"]) == 0
    found = json.loads(capfd.readouterr().out)
    assert (found["points"], found["refused"], found["matching"]) == (18, 6, 12)
    assert found["commonest_refusal"]["count"] == 6
    assert found["results"][0] == {
        "index": 2,
        "architecture": "12x12x1 conv:2,5,relu flatten dense:4",
        "params": 568,
        "macs": 3712,
    }
    assert run(["sweep", *_SPACE, "--columns", "macs,receptive_field", "--format", "csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capfd.readouterr().out)))
    assert len(rows) == 12
    assert list(rows[0]) == ["index", "architecture", "macs", "receptive_field"]
    assert [int(row["macs"]) for row in rows] == sorted(int(row["macs"]) for row in rows)


def test_sample_is_that_of_the_seed(capfd: pytest.CaptureFixture[str]) -> None:
    outs = []
    for seed in ("1", "1", "2"):
        assert run(["sweep", *_SPACE, "--sample", "3", "--seed", seed]) == 0
        outs.append(capfd.readouterr().out)
    assert outs[0] == outs[1] != outs[2]


def test_plot_is_a_picture_of_the_points(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    words = ["sweep", *_SPACE, "--pareto", "params,macs", "--plot", str(tmp_path / "a.svg")]
    assert run(words) == 0
    assert capfd.readouterr().out.endswith(f"Drawn to {tmp_path / 'a.svg'}.\n")
    root = ElementTree.parse(tmp_path / "a.svg").getroot()
    texts = {element.text for element in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {"Params", "MACs", "18 architectures", "12 of 12 points", "Pareto front: 2"} <= texts
    assert run(words) == 2
    assert "is there already. Give --force to replace it." in capfd.readouterr().err


def test_nothing_within_the_limits_is_status_1(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["sweep", *_SPACE, "--max-params", "3"]) == 1
    out, err = capfd.readouterr()
    assert err == "No point of the space is within the limits.\n"
    assert out.splitlines()[0] == "18 points, 6 of them refused, 0 within the limits."
    assert run(["sweep", *_SPACE, "--max-params", "3", "--format", "json"]) == 1
    assert json.loads(capfd.readouterr().out)["results"] == []


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "Missing argument 'SPACE...'."),
        (["conv:3,3"], "a space begins with the sizes of its input, such as 28x28x1."),
        (["9x9x1", "conv:3..", "flatten"], "'conv:3..': 3.. is no range."),
        ([*_SPACE, "--max-params", "x"], "'x' is no number. Write, for example, 300k, 5M or 1.5G."),
        ([*_SPACE, "--pareto", "parms"], "Unknown column 'parms'. Did you mean params"),
        ([*_SPACE, "--sort", "parms"], "Unknown column 'parms'. Did you mean params"),
        ([*_SPACE, "--columns", "unit"], "unit can't be swept: it is no whole number."),
        ([*_SPACE, "--format", "jsn"], "Unknown format 'jsn'. Did you mean json"),
        ([*_SPACE, "--plot", "a.svg"], "--plot needs two columns to draw by: --pareto params,m"),
        ([*_SPACE, "--sample", "3", "--pareto", "macs"], "--sample and --pareto exclude each"),
        ([*_SPACE, "--workers", "2", "--scheduler", "tcp://a:1"], "Leave out --workers."),
    ],
)
def test_error_is_one_line_with_status_2(
    capfd: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    assert run(["sweep", *words]) == 2
    out, err = capfd.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert message in err


def test_ctrl_c_shows_what_was_found(tmp_path: Path) -> None:
    words = ["sweep", "9x9x1", "6x(conv:1..40,1)", "flatten", "dense:2", "--pareto", "params,macs"]
    code = (
        "import os, signal, sys\n"
        "from convzoo.cli import run\n"
        "from convzoo.sweeping import walking\n"
        # What a shell runs in the background ignores the signal.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "part_of, seen = walking.part_of, []\n"
        "def interrupted(asked):\n"
        "    seen.append(asked)\n"
        "    if len(seen) == 3: os.kill(os.getpid(), signal.SIGINT)\n"
        "    return part_of(asked)\n"
        "walking.part_of = interrupted\n"
        "sys.exit(run(sys.argv[1:]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *words], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 130
    assert done.stderr == "Stopped. This is what was found so far.\n"
    assert "conv:1,1" in done.stdout
    assert " of 4,096,000,000 points, 0 of them refused," in done.stdout
