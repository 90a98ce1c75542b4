"""One question each, answered as a fold over the facts of an architecture's calls.

An analysis gives one or more columns: a value for every row of the report and a total. It never
asks which class a layer is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from convzoo.graph.dtypes import bits, is_float
from convzoo.graph.layer import Layer
from convzoo.graph.trace import Trace
from convzoo.registry import Registry


class Setting(NamedTuple):
    """What answers depend on beside the architecture.

    Args:
        batch: samples that go through it at once.
        dtype: the dtype of every float; `None` for what the layers' policies say.
        optimizer: what trains it, which remembers numbers for each weight.
        unit: a place along the spatial axes of a layer's output.
        explained: whether to tell how values came about.
    """

    batch: int = 1
    dtype: str | None = None
    optimizer: str = "adam"
    unit: tuple[int, ...] = ()
    explained: bool = False

    def bits(self, dtype: str) -> int | None:
        """The size of an element in bits; `None` for a string."""
        return bits(self.dtype if self.dtype is not None and is_float(dtype) else dtype)


STANDARD = Setting()
"""The setting where nothing else is asked for."""


class Arithmetic(NamedTuple):
    """How one number came about.

    Args:
        quantity: what the number is, such as `"height, width"` or `"params"`.
        text: an expression, or words where nothing is calculated.
        result: its value; `None` where nothing is calculated.
    """

    quantity: str
    text: str
    result: int | None = None


class Findings(NamedTuple):
    """What an analysis found in one graph, nested graphs apart.

    Args:
        rows: for each layer, its values by column; `None` where unknown.
        totals: for the whole graph, values by column: of what is known.
        notes: for each layer, what a reader should know.
        remarks: what a reader should know of the whole.
        arithmetic: for each layer how its values came about, where they don't tell it themselves;
            only where the setting asks for it.
    """

    rows: dict[Layer, dict[str, Any]]
    totals: dict[str, Any]
    notes: Mapping[Layer, Sequence[str]] = MappingProxyType({})
    remarks: Sequence[str] = ()
    arithmetic: Mapping[Layer, Sequence[Arithmetic]] = MappingProxyType({})


class Analysis(NamedTuple):
    """One question and the columns that answer it.

    Args:
        columns: title of each column, by its name in the JSON contract.
        run: what answers it for one run of an architecture.
        adds_up: whether it only adds and multiplies, so that it can answer with a formula.
    """

    columns: dict[str, str]
    run: Callable[[Trace, Setting], Findings]
    adds_up: bool = False


ANALYSES: Registry[Analysis] = Registry(
    "column", "convzoo.analyses", first=("params", "work"), hint="See convzoo calc --help."
)
"""Every analysis, by the name of each of its columns."""


def analysis(
    adds_up: bool = False, **columns: str
) -> Callable[[Callable[[Trace, Setting], Findings]], Analysis]:
    """Decorate a function that answers for a run, giving its columns and their titles."""

    def decorate(run: Callable[[Trace, Setting], Findings]) -> Analysis:
        made = Analysis(columns, run, adds_up)
        for column in columns:
            ANALYSES.add(column, made)
        return made

    return decorate
