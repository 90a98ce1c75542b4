"""Sweeps of design spaces: points a second, memory, and what a second process adds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from benchmarks.resident import Memory, peak_megabytes
from benchmarks.timing import Comparison, compare, seconds_of

# Eight layers.
_LAYERS = (
    "32x32x3 conv:{first},3/5/7,relu conv:16..80..4,3/5,relu maxpool:2 conv:32..132..4,3,relu "
    "maxpool:2 flatten dense:{units},relu dense:10"
)
_TEN_MILLION = _LAYERS.format(first="16..140..4", units="32..512..4")
_FORTY_MILLION = _LAYERS.format(first="16..140", units="32..512..4")
_THOUSAND_MILLION = _LAYERS.format(first="16..527", units="1..800")

_FRONT = "import sys, convzoo; convzoo.sweep(sys.argv[1]).pareto('params', 'macs')"


def comparisons() -> Iterator[Comparison | Memory]:
    """A sweep against points one by one, two processes against one, and the memory."""
    import convzoo
    from convzoo.executors import Processes

    space = convzoo.sweep(_TEN_MILLION)
    texts = [point.text for point in space.sample(300, seed=1)]
    sweep = partial(space.pareto, "params", "macs")
    for title, one, some, goal in (
        ("Keras building each", _build, texts[:20], ">= 60000"),
        ("`convzoo.calc` of each", _calc, texts, ">= 1000"),
    ):
        yield _against_each(title, sweep, one, some, space.count, goal)
    with Processes(1) as one_process, Processes(2) as two_processes:
        large = convzoo.sweep(_FORTY_MILLION)
        yield compare(
            f"the Pareto front of {large.count:,} points, two processes against one",
            lambda: large.pareto("params", "macs", executor=two_processes),
            lambda: large.pareto("params", "macs", executor=one_process),
            ">= 1.8",
            runs=3,
        )
    points = convzoo.sweep(_THOUSAND_MILLION).count
    peak = peak_megabytes(_FRONT, [_THOUSAND_MILLION])
    yield Memory(f"the Pareto front of {points:,} points", peak, "<= 500 MB")


def _against_each(
    title: str,
    sweep: Callable[[], Any],
    one: Callable[[str], None],
    texts: list[str],
    count: int,
    goal: str,
) -> Comparison:
    """A sweep of all points against some of them one by one, as if it were all."""
    one(texts[0])
    sweep()
    ours, theirs = [], []
    for _ in range(3):
        ours.append(seconds_of(sweep))
        theirs.append(seconds_of(lambda: list(map(one, texts))) * count / len(texts))
    rate = count / sorted(ours)[1]
    return Comparison(
        f"the Pareto front of {count:,} points of 8 layers, {rate:,.0f} a second, against {title} "
        f"(by {len(texts)} of them)",
        ours,
        theirs,
        goal,
    )


def _calc(text: str) -> None:
    import convzoo

    convzoo.calc(text).total("params")


def _build(text: str) -> None:
    from convzoo.building import build
    from convzoo.sweeping.space import graph_of

    build(graph_of(text)).count_params()
