"""Executors: what a worker that dies takes along, and what ends when."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from convzoo import executors
from convzoo.errors import ArgumentError, BenchmarkError
from convzoo.executors import Processes, cluster, done
from tests import tasks
from tests.clusters import local_cluster


def _words(folder: Path) -> list[tuple[str, Path, int]]:
    return [("a", folder, 0), ("b", folder, 1), ("c", folder, 0), ("d", folder, 2)]


def _begun(folder: Path) -> dict[str, int]:
    return {name: len((folder / name).read_text().splitlines()) for name in "abcd"}


def test_process_that_dies_loses_only_its_task_which_is_tried_again(tmp_path: Path) -> None:
    with Processes(2) as executor:
        found = list(done(executor, tasks.end_own_process, _words(tmp_path)))
    assert sorted(str(one.value) for one in found) == ["a", "b", "c", "d"]
    assert _begun(tmp_path) == {"a": 1, "b": 2, "c": 1, "d": 3}


def test_task_of_a_cluster_is_tried_again(tmp_path: Path) -> None:
    with local_cluster(1) as executor:
        found = list(done(executor, tasks.end_own_process, _words(tmp_path)))
    assert sorted(str(one.value) for one in found) == ["a", "b", "c", "d"]
    # What a worker has finished just before it dies may not have arrived.
    assert (_begun(tmp_path)["b"], _begun(tmp_path)["d"]) >= (2, 3)


def test_task_is_given_up_after_three_deaths(tmp_path: Path) -> None:
    words = [("a", tmp_path, 9), ("b", tmp_path, 0)]
    with Processes(1) as executor:
        found = {one.task[0]: one for one in done(executor, tasks.end_own_process, words)}
    assert found["b"].value == "b"
    assert isinstance(found["a"].error, BenchmarkError)
    assert str(found["a"].error).startswith("The process died, 3 times of 3: something killed it")
    assert (tmp_path / "a").read_text() == "begun\n" * 3


def test_error_is_not_tried_again(tmp_path: Path) -> None:
    path = tmp_path / "a"
    with Processes(1) as executor:
        (found,) = done(executor, tasks.fail, [path])
    assert (found.value, str(found.error)) == (None, "no such image")
    assert path.read_text() == "begun\n"


def test_error_ends_what_the_processes_do(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in "ab"]

    def begin_and_fail() -> None:
        with Processes(1) as executor:
            for path in paths:
                executor.submit(tasks.go_on, path)
            _process_in(paths[0])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        begin_and_fail()
    assert not _is_running(_process_in(paths[0]))
    assert not paths[1].exists()


def test_processes_end_with_the_one_that_is_killed(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from convzoo.executors import Processes\n"
        "from tests import tasks\n"
        "Processes(1).submit(tasks.go_on, Path(sys.argv[1])).result()"
    )
    first = subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "a")])
    process = _process_in(tmp_path / "a")
    assert _is_running(process)
    first.kill()
    first.wait()
    _wait_until(lambda: not _is_running(process))


def test_processes_share_the_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    names = (
        "OMP_NUM_THREADS",
        "TF_NUM_INTRAOP_THREADS",
        "XLA_PYTHON_CLIENT_PREALLOCATE",
        "KERAS_BACKEND",
    )
    monkeypatch.setattr(executors, "cores", lambda: 7)
    monkeypatch.setenv("OMP_NUM_THREADS", "5")
    monkeypatch.setenv("KERAS_BACKEND", "numpy")
    monkeypatch.delenv("TF_NUM_INTRAOP_THREADS", raising=False)
    with Processes() as executor:
        assert executor.submit(tasks.variables, names).result() == ["5", "2", "false", "numpy"]
        assert executor.workers == 3
    with Processes(1) as executor:
        assert executor.submit(tasks.variables, names).result() == ["5", "7", None, "numpy"]
    with pytest.raises(ArgumentError, match=r"workers must be 1 or more\. Received 0\."):
        Processes(0)


def test_scheduler_that_is_none_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr(executors, "_SECONDS_TO_FIND_A_CLUSTER", 1)
    with (
        pytest.raises(
            BenchmarkError, match=r"tcp://127\.0\.0\.1:9: can't be reached as the scheduler"
        ),
        cluster("tcp://127.0.0.1:9"),
    ):
        pass


def _process_in(path: Path) -> int:
    _wait_until(path.exists)
    return int(path.read_text())


def _wait_until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 120
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    # One that nobody has waited for is still listed.
    state = Path(f"/proc/{process}/stat")
    return not (state.exists() and ") Z " in state.read_text())
