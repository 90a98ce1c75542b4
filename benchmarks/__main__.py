"""Run the benchmarks named, or all, and print tables of what they compare."""

from __future__ import annotations

import sys
from importlib import import_module
from itertools import groupby
from typing import Protocol

from tabulate import tabulate

BENCHMARKS = (
    "cold_start", "zoo_listing", "in_process", "large_graphs", "other_tools", "training",
    "sweep", "playground",
)  # fmt: skip


class Result(Protocol):
    """One line of a table."""

    @property
    def title(self) -> str:
        """What was compared."""

    @property
    def result(self) -> str:
        """What came out, in a word."""

    def row(self) -> dict[str, str]:
        """The cells of a table by its headers."""


def main(names: list[str]) -> int:
    """Run the benchmarks.

    Returns:
        The exit status: 2 on a name that is none.
    """
    for name in names:
        if name not in BENCHMARKS:
            print(f"Unknown benchmark {name!r}. Choose from {', '.join(BENCHMARKS)}.")
            return 2
    rows: list[dict[str, str]] = []
    for name in names or BENCHMARKS:
        results: list[Result] = import_module(f"benchmarks.{name}").comparisons()
        for result in results:
            rows.append(result.row())
            print(f"{name}: {result.title}: {result.result}", file=sys.stderr)
    tables = [
        tabulate([row.values() for row in alike], headers, tablefmt="github", disable_numparse=True)
        for headers, alike in groupby(rows, key=tuple)
    ]
    print("\n\n".join(tables))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
