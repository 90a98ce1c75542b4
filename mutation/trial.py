"""Tries a fault: the tests that run the lines it touches, in a process of its own, until one fails.

The process is a fork of one that has imported all that is slow, so that most trials take seconds.
The file itself stays as it is: the process imports the text with the fault in its place.
"""

from __future__ import annotations

import os
import re
import resource
import signal
import sys
import time
import traceback
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType
from typing import NoReturn

import pytest
from coverage import CoverageData

from mutation.mutants import Mutant

_MOST_BYTES = 12 * 1024**3


class Tests:
    """Which tests run a line, and how long they take.

    Args:
        coverage: what `pytest --cov-context=test` has written.
        durations: what `pytest --junit-xml` has written.
        most_seconds: how long the tests of one fault may take, as they took then.
    """

    def __init__(self, coverage: Path, durations: Sequence[Path], most_seconds: float) -> None:
        self._coverage = CoverageData(str(coverage))
        self._coverage.read()
        self._seconds = {name: took for path in durations for name, took in _durations(path)}
        self._most_seconds = most_seconds

    def of(self, mutant: Mutant) -> dict[str, float]:
        """The tests that run what is changed, with the seconds they take.

        First those that are named after the file, then the quickest; of a line that runs when the
        file is imported the quickest alone, for what it says tables of all classes hold.
        """
        by_line = self._coverage.contexts_by_lineno(str(Path(mutant.path).resolve()))
        contexts = {context for line in mutant.lines for context in by_line.get(line, ())}
        subject = Path(mutant.path).stem
        if not contexts or "" in contexts:  # Run while the file is imported: by whoever uses it.
            contexts = {context for several in by_line.values() for context in several}
            subject = ""
        names = {context.rsplit("|", 1)[0] for context in contexts} & self._seconds.keys()
        chosen: dict[str, float] = {}
        for name in sorted(names, key=lambda x: (subject not in x, self._seconds[x], x)):
            if sum(chosen.values()) + self._seconds[name] > self._most_seconds:
                break
            chosen[name] = self._seconds[name]
        return chosen


@dataclass(frozen=True)
class Outcome:
    """What became of a fault.

    Args:
        kind: survived, killed, hung, or untested where no test runs it.
        by: the test that failed first.
        seconds: how long it took.
    """

    kind: str
    by: str = ""
    seconds: float = 0.0


def outcomes(
    mutants: Iterable[Mutant], tests: Tests, jobs: int, logs: Path
) -> Iterator[tuple[Mutant, Outcome]]:
    """Try mutants, several at once, and give each as it is done."""
    trials: list[_Trial] = []
    for mutant in mutants:
        while len(trials) >= jobs:
            yield from _ended(trials)
        chosen = tests.of(mutant)
        if chosen:
            trials.append(_Trial(mutant, chosen, logs / f"{mutant.name.replace('/', '.')}.log"))
        else:
            yield mutant, Outcome("untested")
    while trials:
        yield from _ended(trials)


def _ended(trials: list[_Trial]) -> Iterator[tuple[Mutant, Outcome]]:
    time.sleep(0.05)
    for trial in list(trials):
        outcome = trial.outcome()
        if outcome is not None:
            trials.remove(trial)
            yield trial.mutant, outcome


class _Trial:
    """A process in which tests run with a fault."""

    def __init__(self, mutant: Mutant, tests: dict[str, float], log: Path) -> None:
        self.mutant = mutant
        self._log = log
        self._started = time.monotonic()
        self._longest = 120 + 5 * sum(tests.values())
        self._process = os.fork()
        if not self._process:
            _run(mutant, list(tests), log)

    def outcome(self) -> Outcome | None:
        """What became of the fault; `None` while the tests run."""
        took = time.monotonic() - self._started
        ended, status = os.waitpid(self._process, os.WNOHANG)
        if not ended and took < self._longest:
            return None
        if not ended:
            os.killpg(self._process, signal.SIGKILL)
            os.waitpid(self._process, 0)
        kind = "hung" if not ended else "killed" if status else "survived"
        failed = re.search(
            r"^(?:FAILED|ERROR) (.+?)(?: - |$)", self._log.read_text(errors="replace"), re.MULTILINE
        )
        return Outcome(kind, failed[1] if failed else "", round(took, 1))


def _run(mutant: Mutant, tests: list[str], log: Path) -> NoReturn:
    code = 1
    try:
        os.setsid()
        resource.setrlimit(resource.RLIMIT_DATA, (_MOST_BYTES, _MOST_BYTES))
        file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(file, 1)
        os.dup2(file, 2)
        planted = _Planted(mutant)
        sys.meta_path.insert(0, planted)
        # Before pytest looks for modules itself: it rewrites those of packages with plugins.
        import_module(planted.name)
        # Packages that the process already has are no news.
        quiet = ["-q", "--tb=line", "-W", "ignore::pytest.PytestAssertRewriteWarning"]
        code = int(pytest.main(["-x", *quiet, *tests]))
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


class _Planted(SourceFileLoader):
    """Finds and loads the file with the fault."""

    def __init__(self, mutant: Mutant) -> None:
        parts = Path(mutant.path).with_suffix("").parts
        super().__init__(
            ".".join(parts).removesuffix(".__init__"), str(Path(mutant.path).resolve())
        )
        self._source = mutant.source

    def find_spec(self, name: str, *_: object) -> ModuleSpec | None:
        return spec_from_file_location(name, self.path, loader=self) if name == self.name else None

    def get_code(self, fullname: str) -> CodeType:
        return compile(self._source, self.path, "exec", dont_inherit=True)


def _durations(path: Path) -> Iterator[tuple[str, float]]:
    for case in ET.parse(path).iter("testcase"):
        module = case.attrib["classname"].replace(".", "/")
        yield f"{module}.py::{case.attrib['name']}", float(case.attrib["time"])
