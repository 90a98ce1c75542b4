"""The command line from a cold start, whole process."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.timing import Comparison, compare, process

_CONVZOO = str(Path(sys.executable).with_name("convzoo"))


def comparisons() -> Iterator[Comparison]:
    """`convzoo calc mnist_convnet` against bare imports, and against Keras."""
    yield compare(
        "`convzoo calc mnist_convnet` against `import click, tabulate`",
        process(_CONVZOO, "calc", "mnist_convnet"),
        process(sys.executable, "-c", "import click, tabulate"),
        "<= 1.3",
        runs=25,
    )
    yield compare(
        "`convzoo calc mnist_convnet` against a Keras script",
        process(_CONVZOO, "calc", "mnist_convnet"),
        process(sys.executable, "-c", "import benchmarks.in_keras as k; k.build().summary()"),
        ">= 90",
        runs=3,
    )
