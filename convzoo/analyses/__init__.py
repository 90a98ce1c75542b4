"""One question each, answered as a fold over the facts of a graph's calls.

An analysis gives one or more columns: a value for every row of the report and a total. It never
asks which class a layer is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from convzoo.graph.graph import Graph
from convzoo.graph.layer import Layer
from convzoo.registry import Registry


class Findings(NamedTuple):
    """What an analysis found in one graph, nested graphs apart.

    Args:
        rows: for each layer, its values by column; `None` where unknown.
        totals: for the whole graph, values by column: of what is known.
        notes: for each layer, what a reader should know.
    """

    rows: dict[Layer, dict[str, Any]]
    totals: dict[str, Any]
    notes: Mapping[Layer, Sequence[str]] = MappingProxyType({})


class Analysis(NamedTuple):
    """One question and the columns that answer it.

    Args:
        columns: title of each column, by its name in the JSON contract.
        run: what answers it for a graph.
    """

    columns: dict[str, str]
    run: Callable[[Graph], Findings]


ANALYSES: Registry[Analysis] = Registry(
    "column", "convzoo.analyses", first=("params", "work"), hint="See convzoo calc --help."
)
"""Every analysis, by the name of each of its columns."""


def analysis(**columns: str) -> Callable[[Callable[[Graph], Findings]], Analysis]:
    """Decorate a function that answers for a graph, giving its columns and their titles."""

    def decorate(run: Callable[[Graph], Findings]) -> Analysis:
        made = Analysis(columns, run)
        for column in columns:
            ANALYSES.add(column, made)
        return made

    return decorate
