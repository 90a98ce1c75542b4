"""The most memory that a process takes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

# Of the process itself: what `resource` tells begins with the memory of the one that starts it.
_CODE = """
import sys
{code}
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
sys.stderr.write("\\n" + peak.split()[1])
"""


@dataclass(frozen=True)
class Memory:
    """The most memory that a process takes.

    Args:
        title: what it does.
        megabytes: the most.
        goal: what is aimed at.
    """

    title: str
    megabytes: float
    goal: str

    @property
    def result(self) -> str:
        """The memory."""
        return f"{self.megabytes:.0f} MB"

    def row(self) -> dict[str, str]:
        """The cells of a table by its headers."""
        return {"What": self.title, "peak memory": self.result, "goal": self.goal}


def peak_megabytes(code: str, words: Sequence[str] = (), given: BinaryIO | None = None) -> float:
    """The most memory that a process takes that runs code, which prints what it finds to nowhere.

    Args:
        code: what it runs.
        words: what it finds in `sys.argv`, after the first.
        given: its standard input.
    """
    command = [sys.executable, "-c", _CODE.format(code=code), *words]
    done = subprocess.run(
        command, stdin=given, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=True
    )
    return int(done.stderr.split()[-1]) / 1000
