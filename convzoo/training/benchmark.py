"""Benchmarks: entries of the zoo times seeds, trained anywhere, and one table of what came of them.

What a run gives is kept as soon as it ends, so that a benchmark that was cut off goes on.
"""

from __future__ import annotations

import json
import math
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from convzoo.errors import (
    ArgumentError,
    BenchmarkError,
    BuildError,
    ConvzooError,
    DataError,
    ShapeError,
    TrainingWarning,
    UnknownNameError,
    warn,
)
from convzoo.executors import Processes, done
from convzoo.training.datasets import Data, load_data
from convzoo.training.tables import Measured, Table
from convzoo.writing import alone, replacing

if TYPE_CHECKING:
    from convzoo.training.training import Prepared

# What the runs of all entries in one table have in common.
_SHARED = (
    "data", "images", "held_out", "given_epochs", "python", "keras", "backend", "convzoo", "numpy",
)  # fmt: skip

_TABLES = (".csv", ".md")


@dataclass(frozen=True)
class Terms:
    """What all runs of a benchmark have in common, as it was asked for.

    Args:
        data: the text that names the data set.
        epochs: how many; `None` for the recipe's.
        held_out: the share of the training images that is held out.
        backend: the backend of Keras; `None` for that of the process that trains.
        call: a text of its own for each call of `bench`. The data are loaded anew for it.
    """

    data: str
    epochs: int | None
    held_out: float
    backend: str | None
    call: str


@dataclass(frozen=True)
class Task:
    """A run that is to be done.

    Args:
        name: the entry of the zoo.
        seed: what all that is drawn at random follows from.
        terms: what was asked for.
        setting: all that the run must follow from besides the seed.
    """

    name: str
    seed: int
    terms: Terms
    setting: Mapping[str, Any]


@dataclass(frozen=True)
class Failure:
    """A run of which nothing came.

    Args:
        name: the entry of the zoo.
        seed: the seed.
        reason: why.
    """

    name: str
    seed: int
    reason: str


@dataclass(frozen=True)
class Benchmark:
    """What came of a benchmark.

    Args:
        runs: those that are finished, earlier ones in the same files among them, by name and seed.
        failures: those that failed.
    """

    runs: tuple[Measured, ...]
    failures: tuple[Failure, ...] = ()

    @property
    def table(self) -> Table:
        """A row for each entry."""
        return Table(self.runs)


def bench(
    names: str | Iterable[str],
    data: str = "digits",
    *,
    seeds: int | Iterable[int] = 3,
    epochs: int | None = None,
    held_out: float = 0.1,
    output: str | Path | None = None,
    executor: Executor | None = None,
    restart: bool = False,
    on_begin: Callable[[int, int], object] | None = None,
    on_run: Callable[[Measured | Failure], object] | None = None,
) -> Benchmark:
    """Train entries of the zoo with several seeds, each by the recipe of its card.

    Each run is done by a process of its own or by a worker of a cluster, which load convzoo and the
    data themselves. One that dies loses its run alone, which is tried again, twice at most.

    Args:
        names: names of entries and wildcard patterns. What a pattern matches and can't be trained
            on the data is left out, with a warning.
        data: the text that names the data set, as in `load_data`.
        seeds: how many, from 0, or the seeds themselves.
        epochs: how many for each; those of the recipes where it is not given.
        held_out: the share of the training images that is held out to choose the best epoch by.
        output: where the results go: `output.runs.jsonl`, a line for each run, `output.csv` and
            `output.md`, the table. They are whole after every run, and the same call does only the
            runs that are not in them yet.
        executor: what does the runs, such as `Processes(4)` or that of `cluster`; `Processes()`
            where it is not given.
        restart: throw away what stands in the files.
        on_begin: called with how many runs are asked for and how many of these are missing.
        on_run: called with each run that ends.

    Raises:
        UnknownNameError: when there is no such entry or data set.
        ArgumentError: when an argument can't be used, none of the entries can be trained, or the
            files hold runs with other settings.
        DataError: when the data set can't be trained on, or the files can't be read.
        BuildError: when Keras, a backend for it or scikit-learn is missing.
        BenchmarkError: when the scheduler of a cluster is gone.
    """
    asked, numbers = _asked(names), _seeds(seeds)
    terms = Terms(data, epochs, held_out, os.environ.get("KERAS_BACKEND"), uuid4().hex)
    with ExitStack() as stack:
        files = stack.enter_context(_files(output, restart))
        if executor is None:
            executor = stack.enter_context(Processes())
        settings = _settings(asked, terms, executor)
        files.check(settings)
        # Seed by seed, so that all entries have some runs early.
        tasks = [Task(name, seed, terms, settings[name]) for seed in numbers for name in settings]
        missing = [task for task in tasks if (task.name, task.seed) not in files.runs]
        if on_begin is not None:
            on_begin(len(tasks), len(missing))
        files.write()
        failures = []
        for result in done(executor, measure, missing):
            run: Measured | Failure
            if result.value is None:
                run = Failure(result.task.name, result.task.seed, _reason(result.error))
                failures.append(run)
            else:
                run = result.value
                files.add(run)
            if on_run is not None:
                on_run(run)
    failures.sort(key=lambda failure: (failure.name, failure.seed))
    return Benchmark(files.sorted_runs(), tuple(failures))


def _settings(
    asked: Mapping[str, bool], terms: Terms, executor: Executor
) -> dict[str, dict[str, Any]]:
    """What the runs of each entry that can be trained follow from, as a worker tells it."""
    (surveyed,) = done(executor, survey, [(tuple(asked), terms)])
    if surveyed.value is None:
        assert surveyed.error is not None
        raise surveyed.error
    settings = {}
    for name, found in surveyed.value.items():
        if isinstance(found, str):
            if asked[name] or len(asked) == 1:
                raise ArgumentError(found)
            warn(f"{name} is left out. {found}", TrainingWarning)
        else:
            settings[name] = found
    if not settings:
        raise ArgumentError(f"None of {', '.join(asked)} can be trained on {terms.data}.")
    return settings


def _asked(names: str | Iterable[str]) -> dict[str, bool]:
    """The entries that names and patterns ask for, and whether by name."""
    from convzoo.zoo import ZOO, entry, list_models

    found: dict[str, bool] = {}
    for pattern in [names] if isinstance(names, str) else names:
        if not any(character in pattern for character in "*?["):
            found[entry(pattern).name] = True
            continue
        matching = list_models(pattern)
        if not matching:
            raise UnknownNameError("model", pattern, ZOO.names(), "See convzoo list.")
        for name in matching:
            # A package that can't be loaded is left out too, with a warning of its own.
            one = ZOO.find(name)
            if one is not None:
                found.setdefault(one.name, False)
    if not found:
        raise ArgumentError("There is nothing to train. Name entries of the zoo, as in 'mnist*'.")
    return found


def _seeds(seeds: int | Iterable[int]) -> list[int]:
    found = list(range(seeds) if isinstance(seeds, int) else seeds)
    if not found or len(set(found)) < len(found) or min(found) < 0:
        raise ArgumentError(
            f"seeds must be how many, or different numbers of 0 or more. Received {seeds}."
        )
    return found


def _reason(error: BaseException | None) -> str:
    return str(error) if isinstance(error, ConvzooError) else f"{type(error).__name__}: {error}"


# ---------------------------------------------------------------------- files


class _Files:
    """The runs that are finished, in memory and in files.

    Args:
        output: the path of the files without what they end in; `None` for none.
        runs: those that stand in the files, by name and seed.
    """

    def __init__(self, output: Path | None, runs: Iterable[Measured]) -> None:
        self.runs = {(run.name, run.seed): run for run in runs}
        self._output = output

    def sorted_runs(self) -> tuple[Measured, ...]:
        """The runs by name and seed."""
        return tuple(run for _, run in sorted(self.runs.items()))

    def check(self, settings: Mapping[str, Mapping[str, Any]]) -> None:
        """Refuse to go on with runs that would not be comparable.

        Args:
            settings: what the runs of each entry follow from.

        Raises:
            ArgumentError: when runs in the files followed from something else.
        """
        some = next(iter(settings.values()))
        for run in self.runs.values():
            if run.name in settings:
                differing = _differing(run.setting, settings[run.name], some)
            else:
                differing = _differing(run.setting, some, _SHARED)
            if differing:
                raise ArgumentError(
                    f"{_ending(self._output, '.runs.jsonl')}: holds runs of other settings: "
                    f"{run.name} with {differing}. Give the same settings to go on with them, "
                    "another output, or --restart (restart=True in Python) to throw them away."
                )

    def add(self, run: Measured) -> None:
        """Keep a run."""
        self.runs[run.name, run.seed] = run
        self.write()

    def write(self) -> None:
        """Write all files anew, each in one step."""
        if self._output is None:
            return
        runs = self.sorted_runs()
        lines = [json.dumps(asdict(run), allow_nan=False) for run in runs]
        self._write(".runs.jsonl", "".join(f"{line}\n" for line in lines))
        if runs:
            table = Table(runs)
            self._write(".csv", table.csv())
            self._write(".md", table.markdown())
        else:
            for ending in _TABLES:
                _ending(self._output, ending).unlink(missing_ok=True)

    def _write(self, ending: str, text: str) -> None:
        with replacing(_ending(self._output, ending)) as part:
            part.write_text(text, "utf-8")


@contextmanager
def _files(output: str | Path | None, restart: bool) -> Iterator[_Files]:
    """The files of a benchmark, which no other process writes meanwhile.

    Raises:
        ArgumentError: when they can't be written, or are there already and none of a benchmark.
        DataError: when they can't be read.
    """
    if output is None:
        yield _Files(None, ())
        return
    output = Path(output)
    if output.is_dir():
        raise ArgumentError(
            f"{output}: is a directory. Give the start of the files' names too: {output / 'mnist'}."
        )
    if not output.parent.is_dir():
        raise ArgumentError(
            f"{output}: there is no directory {str(output.parent)!r}. Make it first."
        )
    with alone(output):
        path = _ending(output, ".runs.jsonl")
        for table in (_ending(output, ending) for ending in _TABLES):
            if table.exists() and not path.exists() and not restart:
                raise ArgumentError(
                    f"{table}: is there already, without {path.name}. "
                    "Give --restart (restart=True in Python) to replace it."
                )
        yield _Files(output, () if restart else _read(path))


def _ending(output: Path | None, ending: str) -> Path:
    assert output is not None
    return output.with_name(output.name + ending)


def _read(path: Path) -> list[Measured]:
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: can't be read: {error}") from error
    runs = []
    for number, line in enumerate(text.splitlines(), 1):
        try:
            runs.append(Measured(**json.loads(line)))
        except (ValueError, TypeError) as error:
            raise DataError(
                f"{path}: line {number} is no run: {error} "
                "Give --restart (restart=True in Python) to begin anew."
            ) from error
    return runs


def _differing(there: Mapping[str, Any], here: Mapping[str, Any], names: Iterable[str]) -> str:
    """Where two settings differ, in words; nothing where they don't."""
    return "; ".join(
        f"{name.replace('_', ' ')} {there.get(name)}, not {here.get(name)}"
        for name in names
        if there.get(name) != here.get(name)
    )


# ---------------------------------------------------------------------- in the workers

# The seeds and the backend of a process are those of one run; a cluster may have several threads.
_ONE_AT_A_TIME = threading.Lock()


def survey(asked: tuple[Sequence[str], Terms]) -> dict[str, dict[str, Any] | str]:
    """What the runs of entries follow from besides the seed.

    Args:
        asked: the names of the entries, and what all runs have in common.

    Returns:
        The setting of each entry, or why it can't be trained.

    Raises:
        ConvzooError: when none can be.
    """
    names, terms = asked
    found: dict[str, dict[str, Any] | str] = {}
    with _ONE_AT_A_TIME:
        _use(terms.backend)
        for name in names:
            try:
                found[name] = _setting(_prepared(name, 0, terms), terms)
            except (ArgumentError, ShapeError) as error:
                found[name] = str(error)
    return found


def measure(task: Task) -> Measured:
    """Do a run.

    Args:
        task: which one.

    Raises:
        BenchmarkError: when it fails, or would not be comparable with the others.
    """
    with _ONE_AT_A_TIME:
        _use(task.terms.backend)
        try:
            return _measured(task)
        except ConvzooError:
            raise
        except Exception as error:
            # Those of backends can't always be pickled.
            raise BenchmarkError(f"{type(error).__name__}: {error}") from None


def _measured(task: Task) -> Measured:
    import keras

    from convzoo.calculating import calc
    from convzoo.training.training import train

    terms = task.terms
    prepared = _prepared(task.name, task.seed, terms)
    differing = _differing(_setting(prepared, terms), task.setting, task.setting)
    if differing:
        raise BenchmarkError(f"The workers are not alike: one has {differing}.")
    report = calc(prepared.made.graph, ("params", "macs"))
    result = train(
        task.name, prepared.data, epochs=terms.epochs, seed=task.seed, held_out=terms.held_out
    ).result
    keras.utils.clear_session()
    kept = result.history[result.kept_epoch - 1]
    return Measured(
        name=task.name,
        seed=task.seed,
        test_accuracy=result.test_accuracy,
        test_loss=result.test_loss if math.isfinite(result.test_loss) else None,
        held_out_accuracy=kept.held_out_accuracy,
        kept_epoch=result.kept_epoch,
        seconds=result.seconds,
        params=report.total("params") if report.knows("params") else None,
        macs=report.total("macs") if report.knows("macs") else None,
        setting=task.setting,
    )


def _prepared(name: str, seed: int, terms: Terms) -> Prepared:
    from convzoo.training.training import prepare

    return prepare(name, _data(terms), epochs=terms.epochs, seed=seed, held_out=terms.held_out)


@lru_cache(maxsize=1)
def _data(terms: Terms) -> Data:
    return load_data(terms.data)


def _setting(prepared: Prepared, terms: Terms) -> dict[str, Any]:
    """What a run follows from besides its seed, as JSON has it."""
    setting = prepared.setting()
    versions = setting["versions"]
    (backend,) = versions.keys() - {"convzoo", "keras", "numpy", "python"}
    return {
        "data": terms.data,
        "given_epochs": terms.epochs,
        **{name: versions[name] for name in ("python", "keras", "convzoo", "numpy")},
        "backend": f"{backend} {versions[backend]}",
        **{
            name: setting[name]
            for name in ("images", "held_out", "recipe", "epochs", "batch_size", "architecture")
        },
    }


def _use(backend: str | None) -> None:
    """Let Keras have a backend, if it is not imported yet.

    Raises:
        BuildError: when it has another one already.
    """
    import sys

    if backend is None:
        return
    if "keras" not in sys.modules:
        os.environ["KERAS_BACKEND"] = backend
        return
    import keras

    if keras.backend.backend() != backend:
        raise BuildError(
            f"Keras has the backend {keras.backend.backend()} in a worker, where {backend} is "
            f"asked for. Start the workers with KERAS_BACKEND={backend}."
        )
