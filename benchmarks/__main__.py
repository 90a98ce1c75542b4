"""Run the benchmarks named, or all, and print a table of their comparisons."""

from __future__ import annotations

import sys
from importlib import import_module

from tabulate import tabulate

BENCHMARKS = ("cold_start", "in_process", "large_graphs")


def main(names: list[str]) -> int:
    """Run the benchmarks.

    Returns:
        The exit status: 2 on a name that is none.
    """
    for name in names:
        if name not in BENCHMARKS:
            print(f"Unknown benchmark {name!r}. Choose from {', '.join(BENCHMARKS)}.")
            return 2
    rows = []
    for name in names or BENCHMARKS:
        for comparison in import_module(f"benchmarks.{name}").comparisons():
            rows.append(comparison.row())
            print(f"{name}: {comparison.title}: {rows[-1][3]}", file=sys.stderr)
    headers = ["What", "convzoo", "other", "ratio (spread)", "goal"]
    print(tabulate(rows, headers, tablefmt="github"))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
