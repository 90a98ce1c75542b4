"""Tasks for processes that import what they do: as few modules as can be."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path


def end_own_process(word: tuple[str, Path, int]) -> str:
    """Write a line into a file, and be killed as often as asked for before giving the word."""
    name, folder, deaths = word
    path = folder / name
    with path.open("a") as file:
        file.write("begun\n")
    if len(path.read_text().splitlines()) <= deaths:
        os.kill(os.getpid(), signal.SIGKILL)
    return name


def fail(path: Path) -> None:
    """Write a line into a file and raise an error."""
    with path.open("a") as file:
        file.write("begun\n")
    raise RuntimeError("no such image")


def go_on(path: Path) -> None:
    """Write the number of the process into a file and do nothing for long."""
    path.with_suffix(".part").write_text(str(os.getpid()))
    path.with_suffix(".part").rename(path)
    time.sleep(600)


def variables(names: tuple[str, ...]) -> list[str | None]:
    """Variables of the environment."""
    return [os.environ.get(name) for name in names]
