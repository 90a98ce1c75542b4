"""Benchmarks: what is run, what is kept, and the same table whatever breaks on the way."""

from __future__ import annotations

import csv
import json
import os
import random
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from convzoo.errors import ArgumentError, BenchmarkError, ConvzooError, DataError, TrainingWarning
from convzoo.executors import Processes
from convzoo.training import benchmark
from convzoo.training.benchmark import Benchmark, Failure, Task, Terms, bench
from convzoo.training.tables import Measured
from convzoo.writing import alone
from tests.clusters import local_cluster

_SETTING = {
    "data": "digits",
    "given_epochs": None,
    "python": "3.11",
    "keras": "3.15",
    "convzoo": "0.1",
    "numpy": "2.4",
    "backend": "jax 0.10",
    "images": "1234",
    "held_out": 0.1,
    "recipe": "5 epochs",
    "epochs": 5,
    "batch_size": 64,
    "architecture": "abcd",
}


class _Runs:
    """Runs that cost nothing; some may fail, and the setting of every entry be changed."""

    def __init__(self) -> None:
        self.measured: list[tuple[str, int]] = []
        self.changes: dict[str, Any] = {}
        self.failing_seed: int | None = None

    def survey(self, asked: tuple[tuple[str, ...], Terms]) -> dict[str, Any]:
        names, terms = asked
        setting = {**_SETTING, "data": terms.data, "given_epochs": terms.epochs, **self.changes}
        return {
            name: f"{name!r} has no classifier." if name.endswith("_base") else setting
            for name in names
        }

    def measure(self, task: Task) -> Measured:
        self.measured.append((task.name, task.seed))
        if task.seed == self.failing_seed:
            raise MemoryError("no more")
        accuracy = 0.9 + task.seed / 100
        return Measured(
            task.name, task.seed, accuracy, 0.3, 0.95, 4, 2.5, 1234, 56789, task.setting
        )


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> _Runs:
    found = _Runs()
    monkeypatch.setattr(benchmark, "survey", found.survey)
    monkeypatch.setattr(benchmark, "measure", found.measure)
    return found


@pytest.fixture
def executor() -> Iterator[Executor]:
    with ThreadPoolExecutor(1) as found:
        yield found


def test_runs_become_a_table(runs: _Runs, executor: Executor, tmp_path: Path) -> None:
    bench(["two_convs", "dense_baseline"], seeds=3, output=tmp_path / "a.b", executor=executor)
    assert runs.measured[:3] == [("two_convs", 0), ("dense_baseline", 0), ("two_convs", 1)]
    files = sorted(path.name for path in tmp_path.iterdir())
    assert files == ["a.b.csv", "a.b.md", "a.b.runs.jsonl"]
    lines = [json.loads(line) for line in (tmp_path / "a.b.runs.jsonl").read_text().splitlines()]
    assert [(line["name"], line["seed"]) for line in lines] == [
        (name, seed) for name in ("dense_baseline", "two_convs") for seed in range(3)
    ]
    with (tmp_path / "a.b.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["entry"] for row in rows] == ["dense_baseline", "two_convs"]
    numbers = {key: float(rows[0][key]) for key in rows[0] if key.startswith("accuracy")}
    assert numbers == pytest.approx(
        {
            "accuracy_mean": 0.91,
            "accuracy_deviation": 0.01,
            "accuracy_min": 0.9,
            "accuracy_max": 0.92,
        }
    )
    assert rows[0]["runs"] == "3"
    assert (rows[0]["params"], rows[0]["macs"], rows[0]["seconds_mean"]) == ("1234", "56789", "2.5")
    assert [rows[0][key] for key in ("python", "keras", "backend", "convzoo")] == [
        "3.11", "3.15", "jax 0.10", "0.1",
    ]  # fmt: skip
    text = (tmp_path / "a.b.md").read_text()
    assert "| two_convs      |      3 | 91.00 ± 1.00 | 90.00 | 92.00 |      95.00 |" in text
    assert "Trained on `digits`; accuracy in percent of its test images, mean and" in text
    assert "convzoo 0.1, Keras 3.15, jax 0.10, Python 3.11.\n" in text


def test_only_what_is_missing_is_run(runs: _Runs, executor: Executor, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []

    def run(names: str | list[str], seeds: Any, **more: Any) -> Benchmark:
        runs.measured.clear()
        return bench(
            names,
            seeds=seeds,
            output=tmp_path / "a",
            executor=executor,
            on_begin=lambda *counts: told.append(counts),
            **more,
        )

    run("two_convs", [1, 4])
    assert [len(run("two_convs", 3).runs), *runs.measured] == [
        4, ("two_convs", 0), ("two_convs", 2),
    ]  # fmt: skip
    found = run(["dense_baseline", "two_convs"], 1)
    assert runs.measured == [("dense_baseline", 0)]
    assert [(row.entry, row.runs) for row in found.table.rows] == [
        ("dense_baseline", 1),
        ("two_convs", 4),
    ]
    assert found.table.rows[0].accuracy_deviation is None
    assert told == [(2, 2), (3, 2), (2, 1)]
    run("two_convs", 1, restart=True)
    assert runs.measured == [("two_convs", 0)]


def test_failure_is_told_and_tried_by_the_next_call(
    runs: _Runs, executor: Executor, tmp_path: Path
) -> None:
    runs.failing_seed = 1
    told: list[Measured | Failure] = []
    output = tmp_path / "a"
    found = bench("two_convs", seeds=3, output=output, executor=executor, on_run=told.append)
    assert found.failures == (Failure("two_convs", 1, "MemoryError: no more"),)
    assert sorted(run.seed for run in told) == [0, 1, 2]
    assert len(found.runs) == 2
    runs.failing_seed = None
    assert not bench("two_convs", seeds=3, output=output, executor=executor).failures
    assert runs.measured == [("two_convs", seed) for seed in (0, 1, 2, 1)]


@pytest.mark.parametrize(
    ("names", "changes", "message"),
    [
        ("two_convs", {"data": "mnist"}, "holds runs of other settings: two_convs with data digi"),
        ("dense_baseline", {"images": "5"}, "two_convs with images 1234, not 5. Give the same set"),
        ("two_convs", {"backend": "torch 2"}, "two_convs with backend jax 0.10, not torch 2."),
        ("two_convs", {"recipe": "6 epochs", "epochs": 6}, "recipe 5 epochs, not 6 epochs; epoch"),
        ("dense_baseline", {"given_epochs": 1}, "two_convs with given epochs None, not 1."),
        ("dense_baseline", {"recipe": "6 epochs", "epochs": 6}, ""),
    ],
)
def test_runs_of_other_settings_are_not_mixed(
    runs: _Runs,
    executor: Executor,
    tmp_path: Path,
    names: str,
    changes: dict[str, Any],
    message: str,
) -> None:
    output = tmp_path / "a"
    bench("two_convs", seeds=1, output=output, executor=executor)
    before = (tmp_path / "a.runs.jsonl").read_text()
    runs.changes = changes
    if not message:
        assert len(bench(names, seeds=1, output=output, executor=executor).runs) == 2
        return
    with pytest.raises(ArgumentError) as error:
        bench(names, seeds=1, output=output, executor=executor)
    assert message in str(error.value)
    assert (tmp_path / "a.runs.jsonl").read_text() == before
    assert len(bench(names, seeds=1, output=output, executor=executor, restart=True).runs) == 1


@pytest.mark.usefixtures("runs")
def test_what_a_pattern_matches_and_is_no_classifier_is_left_out(executor: Executor) -> None:
    with pytest.warns(
        TrainingWarning, match=r"mnist_convnet_base is left out\. 'mnist_convnet_base"
    ):
        found = bench("mnist_convnet*", seeds=1, executor=executor)
    assert [run.name for run in found.runs] == ["mnist_convnet"]
    with pytest.raises(ArgumentError, match=r"'mnist_convnet_base' has no classifier\."):
        bench(["mnist_convnet*", "mnist_convnet_base"], seeds=1, executor=executor)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"names": "mnist_convnt"}, "Unknown model 'mnist_convnt'. Did you mean mnist_convnet"),
        ({"names": "nothing*"}, "Unknown model 'nothing*'."),
        ({"names": []}, "There is nothing to train."),
        ({"seeds": 0}, "seeds must be how many, or different numbers of 0 or more. Received 0."),
        ({"seeds": [1, 1]}, "Received [1, 1]."),
        ({"seeds": [-1]}, "Received [-1]."),
        ({"output": "no/such/a"}, "there is no directory 'no/such'. Make it first."),
        ({"output": "."}, "is a directory. Give the start of the files' names too: mnist."),
        (
            {"output": "there"},
            "there.md: is there already, without there.runs.jsonl. Give --restar",
        ),
        ({"output": "broken"}, "broken.runs.jsonl: line 2 is no run: "),
        ({"output": "taken"}, "taken: another process is writing it. Wait for it, or give another"),
    ],
)
def test_what_can_not_be_done_is_refused(
    executor: Executor,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: dict[str, Any],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("there.md").write_text("mine")
    line = json.dumps(
        {**dict.fromkeys(Measured.__dataclass_fields__, 0), "name": "two_convs", "setting": {}}
    )
    Path("broken.runs.jsonl").write_text(f"{line}\n{line[:20]}")
    with alone(Path("taken")), pytest.raises(ConvzooError) as error:
        bench(**{"names": "two_convs", "executor": executor, **arguments})
    assert message in str(error.value)


# ---------------------------------------------------------------------- with real runs

_TASK = {"names": "nielsen_fc100", "data": "digits:100", "epochs": 1, "seeds": 3}


@pytest.fixture(scope="module")
def unbroken() -> Benchmark:
    with ThreadPoolExecutor(1) as executor:
        return bench(**_TASK, executor=executor)


def _without_seconds(found: Benchmark) -> list[dict[str, Any]]:
    return [{**vars(run), "seconds": 0} for run in found.runs]


def _expected(found: Benchmark) -> list[dict[str, Any]]:
    """The same runs: on a busy machine TensorFlow's sums differ in the last digits."""
    runs = _without_seconds(found)
    return [{**run, "test_loss": pytest.approx(run["test_loss"], rel=1e-5)} for run in runs]


def _with_a_death(executor: Executor) -> Benchmark:
    """The same runs, the worker killed while it does the second."""
    process = executor.submit(os.getpid).result()
    told: list[Any] = []

    def kill(run: Any) -> None:
        if not told:
            os.kill(process, signal.SIGKILL)
        told.append(run)

    return bench(**_TASK, executor=executor, on_run=kill)


def test_run_is_what_train_does(unbroken: Benchmark) -> None:
    from convzoo import train

    result = train("nielsen_fc100", "digits:100", epochs=1, seed=2).result
    run = unbroken.runs[2]
    assert run.test_accuracy == result.test_accuracy
    assert run.held_out_accuracy == result.history[0].held_out_accuracy
    assert (run.params, run.macs, run.kept_epoch) == (7510, 7400, 1)
    assert run.setting["recipe"] == result.recipe
    assert len({run.test_loss for run in unbroken.runs}) == 3


@pytest.mark.slow
def test_table_is_the_same_when_a_process_is_killed(unbroken: Benchmark) -> None:
    with Processes(1) as executor:
        assert _without_seconds(_with_a_death(executor)) == _expected(unbroken)


@pytest.mark.slow
def test_table_is_the_same_on_a_cluster_where_a_worker_is_killed(unbroken: Benchmark) -> None:
    with local_cluster(1) as executor:
        assert _without_seconds(_with_a_death(executor)) == _expected(unbroken)


def test_run_does_not_depend_on_what_other_threads_draw(unbroken: Benchmark) -> None:
    from convzoo import train

    stop = threading.Event()

    def draw() -> None:  # As a Dask worker does.
        while not stop.wait(1e-4):
            random.random()

    with ThreadPoolExecutor(1) as others:
        others.submit(draw)
        try:
            result = train("nielsen_fc100", "digits:100", epochs=1, seed=2).result
        finally:
            stop.set()
    assert result.test_accuracy == unbroken.runs[2].test_accuracy
    assert result.test_loss == pytest.approx(unbroken.runs[2].test_loss, rel=1e-5)


def test_worker_that_is_not_like_the_first_is_told(unbroken: Benchmark) -> None:
    setting = {**unbroken.runs[0].setting, "keras": "2.0"}
    terms = Terms("digits:100", 1, 0.1, None, "")
    with pytest.raises(
        BenchmarkError, match=r"The workers are not alike: one has keras 3\..*, not"
    ):
        benchmark.measure(Task("nielsen_fc100", 0, terms, setting))
    with pytest.raises(ConvzooError, match=r"Keras has the backend .* in a worker, where numpy is"):
        benchmark.survey((["nielsen_fc100"], Terms("digits:100", 1, 0.1, "numpy", "")))
    with pytest.raises(DataError, match="7 training images are too few for 10 classes"):
        benchmark.survey((["nielsen_fc100"], Terms("digits:7", 1, 0.1, None, "")))


def test_error_of_another_process_is_itself() -> None:
    with (
        Processes(1) as executor,
        pytest.raises(ConvzooError, match=r"Unknown data set 'dgits'\. Did you mean digits\?"),
    ):
        bench("nielsen_fc100", "dgits", seeds=1, executor=executor)
