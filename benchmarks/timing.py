"""Timing two sides in turn, so that a machine whose speed drifts doesn't favour one."""

from __future__ import annotations

import gc
import os
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

Run = Callable[[], object]


@dataclass(frozen=True)
class Comparison:
    """Seconds of both sides, pair by pair.

    Args:
        title: what was compared.
        ours: seconds of each of our runs.
        theirs: seconds of each of the other's.
        goal: the ratio that is aimed at; `"<= 1.3"` is ours to theirs, `">= 90"` theirs to ours.
    """

    title: str
    ours: Sequence[float]
    theirs: Sequence[float]
    goal: str

    @property
    def result(self) -> str:
        """The ratio."""
        return self.row()["ratio (spread)"]

    def row(self) -> dict[str, str]:
        """The cells of a table by its headers: medians, and the ratio with its quartiles."""
        pairs = zip(self.ours, self.theirs, strict=True)
        if self.goal.startswith("<"):
            ratios = sorted(a / b for a, b in pairs)
        else:
            ratios = sorted(b / a for a, b in pairs)
        low, high = ratios[len(ratios) // 4], ratios[-1 - len(ratios) // 4]
        return {
            "What": self.title,
            "convzoo": _text(median(self.ours)),
            "other": _text(median(self.theirs)),
            "ratio (spread)": f"{digits(median(ratios))} ({digits(low)} to {digits(high)})",
            "goal": self.goal,
        }


def digits(number: float) -> str:
    """A number in three digits, without an exponent."""
    return f"{float(f'{number:.3g}'):,.10g}"


def _text(seconds: float) -> str:
    if seconds < 1e-3:
        return f"{digits(seconds * 1e6)} us"
    return f"{digits(seconds * 1e3)} ms" if seconds < 1 else f"{digits(seconds)} s"


def compare(
    title: str, ours: Run, theirs: Run, goal: str, runs: int, repeat: int = 1
) -> Comparison:
    """Time both sides in turn, after a run of each that is not counted.

    Args:
        title: what is compared.
        ours: what convzoo does.
        theirs: what the other does.
        goal: the ratio that is aimed at.
        runs: how many pairs.
        repeat: how often ours runs within one measurement, where it is too quick for the clock.
    """
    ours()
    theirs()
    measured: tuple[list[float], list[float]] = ([], [])
    for _ in range(runs):
        measured[0].append(seconds_of(ours, repeat))
        measured[1].append(seconds_of(theirs))
    return Comparison(title, *measured, goal)


def seconds_of(run: Run, repeat: int = 1) -> float:
    """The seconds of a run, on average over so many."""
    gc.collect()
    start = time.perf_counter()
    for _ in range(repeat):
        run()
    return (time.perf_counter() - start) / repeat


def process(*words: str) -> Run:
    """A run of a whole process, its output thrown away."""
    # With compiled files kept, as on a user's machine.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    environment["TF_CPP_MIN_LOG_LEVEL"] = "3"
    nowhere = subprocess.DEVNULL

    def run() -> None:
        subprocess.run(words, env=environment, stdout=nowhere, stderr=nowhere, check=True)

    return run
