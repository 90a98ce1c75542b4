"""What a layer costs in networks of more and more layers: the same in all, where it is linear."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from statistics import median

import convzoo
from benchmarks.timing import seconds_of
from convzoo import layers
from convzoo.graph.config_writing import config_of

_SIZES = (100, 1_000, 10_000)
# A call of a layer counts as a layer does, so that half as many layers of a graph may be read.
_SIZES_OF_GRAPHS = (100, 1_000, 9_000)
_RUNS = 3


def _stack(count: int) -> convzoo.Graph:
    """Dense layers one after another."""
    return convzoo.Sequential([convzoo.Input((16,)), *(layers.Dense(16) for _ in range(count))])


def _graph(count: int) -> convzoo.Graph:
    """Blocks of two branches and their sum."""
    start = tensor = convzoo.Input((8, 8, 4))
    for _ in range(count // 4):
        branches = [layers.Conv2D(4, size, padding="same")(tensor) for size in (1, 3)]
        tensor = layers.ReLU()(layers.Add()(branches))
    return convzoo.Model(start, tensor)


_KINDS: Mapping[str, tuple[Callable[[int], convzoo.Graph], tuple[int, ...]]] = {
    "a stack of Dense": (_stack, (*_SIZES, 19_000)),
    "a graph of blocks with two branches": (_graph, _SIZES_OF_GRAPHS),
}


@dataclass(frozen=True)
class Scaling:
    """The seconds that each layer of a network takes.

    Args:
        title: the network.
        seconds: for each thing that is done, the seconds in each run.
        before: the same of the size before, in the same runs; empty for the first.
        layers: how many layers it has.
    """

    title: str
    seconds: Mapping[str, list[float]]
    before: Mapping[str, list[float]]
    layers: int

    @property
    def result(self) -> str:
        """What a layer takes."""
        return ", ".join(f"{what} {cell}" for what, cell in [*self.row().items()][1:])

    def row(self) -> dict[str, str]:
        """The cells of a table by its headers: microseconds for a layer, and the ratio."""
        cells = {"us for a layer (to the size before)": self.title}
        for what, all_seconds in self.seconds.items():
            cells[what] = f"{median(all_seconds) / self.layers * 1e6:.3g}"
            if self.before:
                pairs = zip(all_seconds, self.before[what], strict=True)
                cells[what] += f" ({median(now / before for now, before in pairs):.2f})"
        reading, bare = self.seconds["read JSON"], self.seconds["`json.loads`"]
        ratio = median(ours / theirs for ours, theirs in zip(reading, bare, strict=True))
        return {**cells, "reading to `json.loads`": f"{ratio:.3g}"}


def comparisons() -> Iterator[Scaling]:
    """Each kind of network in each size; all sizes of a kind are timed in turn."""
    for kind, (make, sizes) in _KINDS.items():
        texts = {count: json.dumps(config_of(make(count))).encode() for count in sizes}
        times: dict[int, dict[str, list[float]]] = {count: {} for count in sizes}
        for task in _tasks(make, sizes[0], texts[sizes[0]]).values():
            task()  # Imports what the others find there.
        for _ in range(_RUNS):
            for count in sizes:
                for what, run in _tasks(make, count, texts[count]).items():
                    # Small ones run as often as makes them as long as the large.
                    repeat = max(1, 1_000 // count)
                    times[count].setdefault(what, []).append(seconds_of(run, repeat))
        before: dict[str, list[float]] = {}
        for count in sizes:
            seconds = times[count]
            yield Scaling(f"{kind}, {count:,}", seconds, before, count)
            before = {
                what: [one / count * _next(sizes, count) for one in found]
                for what, found in seconds.items()
            }


def _next(sizes: tuple[int, ...], count: int) -> int:
    """The size after one; of the last, itself."""
    return sizes[min(sizes.index(count) + 1, len(sizes) - 1)]


def _tasks(
    make: Callable[[int], convzoo.Graph], count: int, text: bytes
) -> dict[str, Callable[[], object]]:
    from convzoo.sources import read

    graph = make(count)

    def calculate() -> object:
        report = convzoo.calc(graph, ["params", "macs"])
        return report.rows, report.totals

    return {
        "describe": lambda: make(count),
        "calculate": calculate,
        "table": lambda: str(convzoo.calc(graph)),
        "read JSON": lambda: read(text),
        "`json.loads`": lambda: json.loads(text),
    }
