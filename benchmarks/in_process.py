"""Describing and calculating, against building and summarising, in one process."""

from __future__ import annotations

import os
from collections.abc import Iterator

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import convzoo
from benchmarks.timing import Comparison, compare


def comparisons() -> Iterator[Comparison]:
    """`mnist_convnet`: description, rows and totals."""
    from benchmarks.in_keras import build_and_summarise

    yield compare(
        "describe and calculate `mnist_convnet` against Keras's build and summary",
        _rows_and_totals,
        build_and_summarise,
        ">= 300",
        runs=15,
        repeat=100,
    )


def _rows_and_totals() -> object:
    report = convzoo.calc("mnist_convnet")
    return report.rows, report.totals
