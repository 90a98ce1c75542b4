"""Reading and calculating large models from their JSON."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import convzoo
from benchmarks.timing import Comparison, Run, compare


def comparisons() -> Iterator[Comparison]:
    """Two large applications against Keras and against bare JSON."""
    from keras import applications

    for name in ("EfficientNetV2L", "NASNetLarge"):
        build = getattr(applications, name)
        text = build(weights=None).to_json().encode()
        yield compare(
            f"read and calculate {name} from JSON against Keras's build and summary",
            _rows_and_totals_of(text),
            partial(_build_and_summarise, build),
            ">= 200",
            runs=3,
        )
        yield compare(
            f"read and calculate {name} from JSON against `json.loads`",
            _rows_and_totals_of(text),
            partial(json.loads, text),
            "<= 3",
            runs=15,
        )


def _build_and_summarise(build: Callable[..., Any]) -> None:
    build(weights=None).summary(print_fn=lambda _: None)


def _rows_and_totals_of(text: bytes) -> Run:
    def run() -> object:
        report = convzoo.calc(text)
        return report.rows, report.totals

    return run
