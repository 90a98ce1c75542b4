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
from convzoo.graph.config_writing import config_of

_CHAINS = (1_000, 100_000)


def comparisons() -> Iterator[Comparison]:
    """Two large applications against Keras and against bare JSON; a long chain against a short."""
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
    short, long = (_rows_and_totals_of(_chain(length)) for length in _CHAINS)
    seconds = compare("", long, short, "<=", runs=5)
    yield Comparison(
        f"a layer in a chain of {_CHAINS[1]:,} against one in a chain of {_CHAINS[0]:,}",
        [run / _CHAINS[1] for run in seconds.ours],
        [run / _CHAINS[0] for run in seconds.theirs],
        "<= 1.3",
    )


def _build_and_summarise(build: Callable[..., Any]) -> None:
    build(weights=None).summary(print_fn=lambda _: None)


def _rows_and_totals_of(text: bytes) -> Run:
    def run() -> object:
        report = convzoo.calc(text)
        return report.rows, report.totals

    return run


def _chain(length: int) -> bytes:
    """The JSON of a functional model whose layers stand in a row."""
    start = tensor = convzoo.Input((8, 8, 4))
    for number in range(length):
        layer = convzoo.layers.Conv2D(4, 1) if number % 2 else convzoo.layers.ReLU()
        tensor = layer(tensor)
    return json.dumps(config_of(convzoo.Model(start, tensor))).encode()
