"""`convzoo bench`, as a user runs it, and as it is killed."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from convzoo import executors
from convzoo.cli import run
from convzoo.training import benchmark
from convzoo.training.benchmark import Task, bench
from convzoo.training.tables import Measured
from tests.foreground import in_foreground


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "Missing argument 'PATTERN...'."),
        (["two_convs", "--seeds", "1,a"], "'1,a' are no seeds. Write, for example, 10 or 3,5-9."),
        (["two_convs", "--seeds", "0"], "seeds must be how many, or different numbers"),
        (["two_conv"], "Unknown model 'two_conv'. Did you mean two_convs"),
        (["two_convs", "--workers", "2", "--scheduler", "tcp://a:1"], "Leave out --workers."),
        (["two_convs", "-o", "no/such"], "there is no directory 'no'. Make it first."),
    ],
)
def test_error_is_one_line_with_status_2(
    capfd: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    status = run(["bench", *words])
    out, err = capfd.readouterr()
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert message in err


@pytest.fixture
def costless_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs that cost nothing; those with the seed 6 fail."""
    versions = {"python": "3.11", "keras": "3.15", "convzoo": "0.1", "backend": "jax 0.10"}
    setting = {**versions, "data": "digits", "epochs": 5, "batch_size": 64}

    def measure(task: Task) -> Measured:
        if task.seed == 6:
            raise MemoryError("no more")
        accuracy = 0.98 + task.seed / 1000
        return Measured(
            task.name, task.seed, accuracy, 0.1, 0.97, 5, 12.34, 93_322, 2_794_240, task.setting
        )

    monkeypatch.setattr(executors, "Processes", ThreadPoolExecutor)
    monkeypatch.setattr(benchmark, "survey", lambda asked: dict.fromkeys(asked[0], setting))
    monkeypatch.setattr(benchmark, "measure", measure)


@pytest.mark.usefixtures("costless_runs")
def test_runs_and_table_are_told(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    words = ["bench", "mnist_convnet", "--workers", "1", "-o", str(tmp_path / "a")]
    assert run([*words, "--seeds", "4-5,1"]) == 0
    out, err = capfd.readouterr()
    assert err == ""
    assert out.splitlines()[0] == "3 runs."
    assert "mnist_convnet, seed 5: 0.9850 in 12.3 s\n" in out
    assert "mnist_convnet       3  98.33 ± 0.21  98.10  98.50       97.00    93,322  2," in out
    assert out.endswith(
        f"Saved to {tmp_path}/a.runs.jsonl, {tmp_path}/a.csv and {tmp_path}/a.md.\n"
    )
    assert run([*words, "--seeds", "1,4,6"]) == 2
    out, err = capfd.readouterr()
    assert out.splitlines()[0] == "3 runs, 2 of them there already."
    assert "    3  98.33" in out
    assert err.splitlines() == [
        "mnist_convnet, seed 6: failed. MemoryError: no more",
        "Error: 1 of 3 runs failed: mnist_convnet with seed 6. The same command tries them again.",
    ]


@pytest.mark.slow
def test_what_is_stopped_and_killed_goes_on_to_the_same_results(tmp_path: Path) -> None:
    first = _begin(tmp_path)
    _wait_for_lines(tmp_path, 1)
    first.send_signal(signal.SIGINT)
    _, err = first.communicate(timeout=120)
    assert first.returncode == 130
    assert "The same command does them." in err.splitlines()[-1]
    kept = _lines(tmp_path)

    second = _begin(tmp_path)
    _wait_for_lines(tmp_path, len(kept) + 1)
    second.kill()
    second.communicate()
    more = _lines(tmp_path)
    assert [line for line in more if line in kept] == kept

    third = _begin(tmp_path)
    out, _ = third.communicate(timeout=300)
    assert third.returncode == 0
    assert out.splitlines()[0] == f"4 runs, {len(more)} of them there already."
    assert out.count(", seed ") == 4 - len(more)
    lines = _lines(tmp_path)
    assert [line for line in lines if line in more] == more
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "a.md", "a.runs.jsonl"]

    with ThreadPoolExecutor(1) as executor:
        found = bench("nielsen_fc100", "digits:100", seeds=4, epochs=1, executor=executor)
    assert [{**line, "seconds": 0} for line in lines] == [
        {**vars(one), "seconds": 0} for one in found.runs
    ]


def _begin(folder: Path) -> subprocess.Popen[str]:
    words = "bench nielsen_fc100 --data digits:100 --epochs 1 --seeds 4 --workers 1 -o a"
    return subprocess.Popen(
        [sys.executable, "-m", "convzoo", *words.split()],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=in_foreground,
    )


def _lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "a.runs.jsonl").read_text().splitlines()]


def _wait_for_lines(folder: Path, count: int) -> None:
    end = time.monotonic() + 300
    while not (folder / "a.runs.jsonl").exists() or len(_lines(folder)) < count:
        assert time.monotonic() < end
        time.sleep(0.02)
