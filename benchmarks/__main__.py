"""Run the benchmarks named, or all, and print tables of what they compare."""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import sys
import time
from datetime import date
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from itertools import groupby
from pathlib import Path
from typing import Any, Protocol

from tabulate import tabulate

BENCHMARKS = (
    "cold_start", "zoo_listing", "in_process", "large_graphs", "scaling", "peak_memory",
    "other_tools", "training", "sweep", "playground",
)  # fmt: skip

_KEPT = Path(__file__).parents[1] / "docs" / "about" / "benchmarks.json"
_PACKAGES = ("click", "tabulate", "keras", "tensorflow", "torch")


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


def main(words: list[str]) -> int:
    """Run the benchmarks.

    Returns:
        The exit status: 2 on a name that is none.
    """
    parser = argparse.ArgumentParser("python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHMARKS)}")
    parser.add_argument(
        "--write", action="store_true", help="keep the tables for the site, in place of older ones"
    )
    given = parser.parse_args(words)
    for name in given.names:
        if name not in BENCHMARKS:
            print(f"Unknown benchmark {name!r}. Choose from {', '.join(BENCHMARKS)}.")
            return 2
    rows: list[dict[str, str]] = []
    for name in given.names or BENCHMARKS:
        start = time.perf_counter()
        own = []
        results: list[Result] = import_module(f"benchmarks.{name}").comparisons()
        for result in results:
            own.append(result.row())
            print(f"{name}: {result.title}: {result.result}", file=sys.stderr)
        seconds = time.perf_counter() - start
        print(f"{name}: took {seconds:.0f} s", file=sys.stderr)
        if given.write:
            _keep(name, {"measured": _circumstances(seconds), "rows": own})
        rows += own
    tables = [
        tabulate([row.values() for row in alike], headers, tablefmt="github", disable_numparse=True)
        for headers, alike in groupby(rows, key=tuple)
    ]
    print("\n\n".join(tables))
    return 0


def _keep(name: str, found: dict[str, Any]) -> None:
    """Write what was found to the file that the site shows; other benchmarks keep theirs."""
    kept = json.loads(_KEPT.read_text(encoding="utf-8")) if _KEPT.exists() else {}
    kept[name] = found
    ordered = {known: kept[known] for known in BENCHMARKS if known in kept}
    _KEPT.write_text(json.dumps(ordered, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _circumstances(seconds: float) -> dict[str, str]:
    """When and on what it was measured."""
    return {
        "date": date.today().isoformat(),
        "took": f"{seconds:.0f} s",
        "machine": f"{os.cpu_count()} cores, {_processor()}",
        "versions": ", ".join([f"Python {platform.python_version()}", *_versions()]),
    }


def _processor() -> str:
    """The model of the processor; the architecture where the system tells no model."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        text = ""
    found = re.search(r"model name\s*: (.+)", text)
    return found[1] if found else platform.machine()


def _versions() -> list[str]:
    found = []
    for package in _PACKAGES:
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            continue
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
