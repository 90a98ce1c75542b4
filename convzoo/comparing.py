"""Several architectures side by side, and what changed from one to another, layer by layer."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from convzoo.analyses import ANALYSES
from convzoo.analyses.changes import Changes, changes_between
from convzoo.analyses.report import Report
from convzoo.calculating import calc
from convzoo.errors import ArgumentError
from convzoo.graph.input import InputLayer
from convzoo.sources import names_a_file

QUANTITIES = (
    "input_shape", "output_shape", "layer_count", "params", "trainable_params", "weight_bytes",
    "macs", "flops", "peak_activation_bytes", "receptive_field",
)  # fmt: skip
"""What is compared where nothing else is asked for."""


class Quantity(NamedTuple):
    """One line of a comparison.

    Args:
        column: its name in the JSON contract.
        title: what a table calls it.
        values: what it is of each architecture, in JSON's values; `None` where it is unknown.
        known: for each architecture whether nothing is left out; if not, a count means "at least".
    """

    column: str
    title: str
    values: tuple[Any, ...]
    known: tuple[bool, ...]

    @property
    def is_same(self) -> bool:
        """Whether all architectures agree, as far as is known."""
        return all(value == self.values[0] for value in self.values)


class Comparison:
    """Architectures side by side. Each quantity is calculated when first asked for.

    Args:
        names: what to call each.
        reports: what is told of each.
        columns: the quantities, by the names of the JSON contract.
        layers: whether what changed is shown layer by layer.

    Raises:
        UnknownNameError: when there is no such quantity.
    """

    def __init__(
        self,
        names: Sequence[str],
        reports: Sequence[Report],
        columns: Sequence[str] = QUANTITIES,
        layers: bool = False,
    ) -> None:
        for column in columns:
            if column not in _OWN:
                ANALYSES.get(column)
        self.names = tuple(names)
        self.reports = tuple(reports)
        self.columns = tuple(columns)
        self.layers = layers

    @cached_property
    def quantities(self) -> tuple[Quantity, ...]:
        """A line for each of the columns."""
        return tuple(map(self._quantity, self.columns))

    def _quantity(self, column: str) -> Quantity:
        own = _OWN.get(column)
        if own is not None:
            values = [own.value(report) for report in self.reports]
            return Quantity(
                column, own.title, tuple(values), tuple(value is not None for value in values)
            )
        title = _TITLES.get(column, ANALYSES.get(column).columns[column])
        totals = [report.total(column) for report in self.reports]
        values = [total.to_json() if hasattr(total, "to_json") else total for total in totals]
        known = [report.knows(column) for report in self.reports]
        return Quantity(column, title, tuple(values), tuple(known))

    @cached_property
    def changes(self) -> Changes:
        """What became of each layer of the first in the second.

        Raises:
            ArgumentError: when there are more than two.
        """
        if len(self.reports) != 2:
            raise ArgumentError(
                "Layers are compared between two architectures. "
                f"Received {len(self.reports)}. Leave the layers out, or compare two."
            )
        return changes_between(*self.reports)

    @property
    def same(self) -> bool:
        """Whether all have the same layers, and the quantities agree."""
        if not all(quantity.is_same for quantity in self.quantities):
            return False
        first, *others = self.reports
        if len(others) == 1:
            return not self.changes.changes
        return not any(changes_between(first, other).changes for other in others)

    def to_dict(self) -> dict[str, Any]:
        """The JSON contract: what `convzoo compare --format json` prints."""
        networks = []
        for place, (name, report) in enumerate(zip(self.names, self.reports, strict=True)):
            formulas = {
                column: text
                for column in self.columns
                if column not in _OWN and (text := report.total_formula(column)) is not None
            }
            network = {
                "name": name,
                **{quantity.column: quantity.values[place] for quantity in self.quantities},
                "incomplete": [q.column for q in self.quantities if not q.known[place]],
                **({"formulas": formulas} if formulas else {}),
            }
            networks.append(network)
        found: dict[str, Any] = {"networks": networks, "same": self.same}
        if self.layers:
            found["layers"] = {
                "unchanged": self.changes.unchanged,
                "changes": [
                    {
                        "change": change.kind,
                        "name": change.name,
                        "class_name": change.class_name,
                        "differences": [
                            {
                                "what": found.what,
                                "before": _with_lists(found.before),
                                "after": _with_lists(found.after),
                            }
                            for found in change.differences
                        ],
                    }
                    for change in self.changes.changes
                ],
            }
        return found

    def __str__(self) -> str:
        from convzoo.rendering.comparison import comparison_text

        return comparison_text(self)

    def _repr_html_(self) -> str:
        from convzoo.rendering.comparison import comparison_text

        return comparison_text(self, "html")


def compare(
    *sources: Any,
    columns: Sequence[str] = QUANTITIES,
    layers: bool | None = None,
    names: Sequence[str] | None = None,
    input_shape: Any = None,
    batch: int = 1,
    dtype: str | None = None,
    optimizer: str = "adam",
) -> Comparison:
    """Set architectures side by side.

    Args:
        sources: two or more of what `calc` takes.
        columns: the quantities, by the names of the JSON contract: the totals of `calc`, and
            `input_shape`, `output_shape` and `layer_count`.
        layers: whether what changed between two is shown layer by layer; `None` for when both are
            files.
        names: what to call them; by default the name of the zoo, the path or the model's name.
        input_shape: other dims for the input of all of them, as in `calc`.
        batch: samples that go through at once, for work and memory.
        dtype: the dtype of every float in memory, such as `"int8"`; by default the policies'.
        optimizer: what trains them, for the memory of training.

    Returns:
        The comparison; `print` shows its table.

    Raises:
        ArgumentError: when there are not two of them, or more than two to compare layers of.
        UnknownNameError: when there is no such quantity.
        ConvzooError: when `calc` refuses one.
    """
    if len(sources) < 2:
        raise ArgumentError(f"compare takes two architectures or more. Received {len(sources)}.")
    reports = [
        calc(source, input_shape=input_shape, batch=batch, dtype=dtype, optimizer=optimizer)
        for source in sources
    ]
    if layers is None:
        layers = len(sources) == 2 and all(map(names_a_file, sources))
    if names is None:
        names = told_apart([source_name(*pair) for pair in zip(sources, reports, strict=True)])
    elif len(names) != len(sources):
        raise ArgumentError(f"names: {len(names)} names for {len(sources)} architectures.")
    comparison = Comparison(names, reports, columns, layers)
    if layers:
        comparison.changes  # noqa: B018 - refuses what has no layers to compare
    return comparison


def source_name(source: Any, report: Report) -> str:
    """What to call a source: the name of the zoo, the path or the model's name."""
    if isinstance(source, os.PathLike):
        return str(source)
    is_word = isinstance(source, str) and (os.path.exists(source) or len(source.split()) == 1)
    return str(source) if is_word else report.name


def told_apart(names: Sequence[str]) -> list[str]:
    """The names, numbered where several are the same."""
    return [
        f"{name} ({names[: place + 1].count(name)})" if names.count(name) > 1 else name
        for place, name in enumerate(names)
    ]


def _with_lists(value: Any) -> Any:
    """The value, a shape or several as lists."""
    return [*map(_with_lists, value)] if isinstance(value, (list, tuple)) else value


class _Own(NamedTuple):
    """A quantity that is no total of an analysis."""

    title: str
    value: Callable[[Report], Any]


def _shape(shapes: Sequence[Any]) -> Any:
    """The shape of one tensor, or those of several."""
    found = _with_lists(shapes)
    return found[0] if len(found) == 1 else found or None


def _output_shape(report: Report) -> Any:
    tensors = report.graph.output_tensors
    return _shape([tensor.shape if tensor.is_known else None for tensor in tensors])


def _layer_count(report: Report) -> int:
    layers = dict.fromkeys(report.graph.walk())
    return sum(not isinstance(layer, InputLayer) for layer in layers)


def _receptive_field(report: Report) -> Any:
    fields = report.receptive_field
    return None if fields is None else fields.to_json()


_OWN = {
    "input_shape": _Own("Input", lambda report: _shape(report.input_shapes)),
    "output_shape": _Own("Output", _output_shape),
    "layer_count": _Own("Layers", _layer_count),
    "receptive_field": _Own("Receptive field", _receptive_field),
}

_TITLES = {"trainable_params": "Trainable params", "non_trainable_params": "Non-trainable params"}
