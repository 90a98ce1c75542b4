"""The list of the zoo from a cold start, whole process."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.timing import Comparison, compare, process

_CONVZOO = str(Path(sys.executable).with_name("convzoo"))


def comparisons() -> Iterator[Comparison]:
    """`convzoo list` against bare imports."""
    import convzoo

    entries = len(convzoo.list_models())
    yield compare(
        f"`convzoo list`, {entries} entries, against `import click, tabulate`",
        process(_CONVZOO, "list"),
        process(sys.executable, "-c", "import click, tabulate"),
        "<= 1.5",
        runs=25,
    )
