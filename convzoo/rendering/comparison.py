"""How a comparison looks."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from convzoo.analyses.receptive_field import sizes_text
from convzoo.rendering import TABULATE_NAMES, cells_text, escaped, printable, shape_text, shortened
from convzoo.rendering.csv import csv_text
from convzoo.rendering.totals import total_text

if TYPE_CHECKING:
    from convzoo.analyses.changes import Change, Changes, Difference
    from convzoo.comparing import Comparison, Quantity


def comparison_text(comparison: Comparison, style: str = "table") -> str:
    """A comparison in any format.

    Args:
        comparison: what to show.
        style: `json`, `csv`, or a format of tables.

    Raises:
        UnknownNameError: when there is no such format.
    """
    if style == "json":
        return json.dumps(comparison.to_dict(), indent=2, default=str)
    if style == "csv":
        return csv_text(_csv_rows(comparison))
    parts = [_quantities(comparison, style)]
    if comparison.layers:
        changes = comparison.changes
        parts.append(_summary(changes))
        if changes.changes:
            parts.append(_changes(changes, style, comparison.names))
    notes = [*_notes(comparison)]
    if notes:
        parts.append(escaped("\n".join(notes), style))
    if TABULATE_NAMES.get(style, style) == "html":
        return "".join(part if part.startswith("<") else f"<p>{escape(part)}</p>" for part in parts)
    return "\n\n".join(parts)


def _quantities(comparison: Comparison, style: str) -> str:
    names = [shortened(printable(name)) for name in comparison.names]
    headers = ["", *names, *(["Change"] if len(names) == 2 else [])]
    rows = quantity_rows(comparison)
    return cells_text(rows, headers, style, ["left", *["right"] * (len(headers) - 1)])


def quantity_rows(comparison: Comparison) -> list[list[str]]:
    """The cells of each quantity: its title, its values and, of a pair, what changed."""
    is_pair = len(comparison.names) == 2
    return [
        [
            quantity.title,
            *(_cell(comparison, quantity, place) for place in range(len(quantity.values))),
            *([_change(quantity)] if is_pair else []),
        ]
        for quantity in comparison.quantities
    ]


def _cell(comparison: Comparison, quantity: Quantity, place: int) -> str:
    value, report = quantity.values[place], comparison.reports[place]
    if quantity.column in ("input_shape", "output_shape"):
        return shape_text(_tuples(value))
    if quantity.column == "receptive_field":
        return _field_text(value)
    if quantity.column == "layer_count":
        return f"{value:,}"
    return printable(total_text(report, quantity.column))


def _tuples(shape: Any) -> Any:
    """The shape of a tensor as a tuple, those of several as a list of tuples."""
    if isinstance(shape, list) and any(isinstance(one, list) for one in shape):
        return [None if one is None else tuple(one) for one in shape]
    return None if shape is None else tuple(shape)


def _field_text(field: Any) -> str:
    """The sizes of a receptive field; by name of the input where there are several."""
    if field is None:
        return "unknown"
    if "size" not in field:
        return "; ".join(f"{printable(name)}: {_field_text(one)}" for name, one in field.items())
    return sizes_text(field["size"]) or "-"


def _change(quantity: Quantity) -> str:
    """How many times the first the second is; how much more, where that is less than 1 %."""
    first, second = quantity.values
    if not all(quantity.known):
        return ""
    if first == second:
        return "="
    if not isinstance(first, int) or not isinstance(second, int) or first == 0:
        return ""
    if 100 * abs(second - first) < first:
        return f"{second - first:+,}"
    try:
        ratio = second / first
    except OverflowError:  # Sizes in a file may be of any length.
        return ""
    return f"x{ratio:,.0f}" if ratio >= 1000 else f"x{ratio:.3g}"


def _summary(changes: Changes) -> str:
    if not changes.changes:
        return f"Layers: all {changes.unchanged:,} are the same."
    counts = [f"{changes.unchanged:,} the same"]
    for kind in ("changed", "renamed", "added", "removed"):
        if count := changes.count(kind):
            counts.append(f"{count:,} {kind}")
    return f"Layers: {', '.join(counts)}."


def _changes(changes: Changes, style: str, names: Sequence[str]) -> str:
    rows = [row for change in changes.changes for row in _change_rows(change)]
    headers = ["", "Layer", "Type", "What", *(shortened(printable(name)) for name in names)]
    return cells_text(rows, headers, style, ["left"] * len(headers))


def _change_rows(change: Change) -> Iterator[list[str]]:
    """A line for each difference, the layer in the first of them."""
    place = [
        change.kind,
        shortened(printable(change.name)),
        shortened(printable(change.class_name)),
    ]
    for difference in _shown(change):
        values = [
            "" if _has_none(change, after) else _value_text(difference.what, value)
            for after, value in enumerate((difference.before, difference.after))
        ]
        yield [*place, _WORDS.get(difference.what, printable(difference.what)), *values]
        place = ["", "", ""]


def _has_none(change: Change, after: int) -> bool:
    """Whether the architecture does not have the layer."""
    return change.kind == ("removed" if after else "added")


def _shown(change: Change) -> Sequence[Difference]:
    """The differences; of a layer that one of the two does not have, what matters most."""
    if change.kind not in ("added", "removed"):
        return change.differences
    return [
        found
        for found in change.differences
        if found.what == "output_shape"
        or (found.what in ("params", "macs") and (found.before or found.after))
    ]


_WORDS = {"class_name": "type", "output_shape": "output shape", "macs": "MACs"}


def _value_text(what: str, value: Any) -> str:
    if what == "output_shape":
        return shape_text(value)
    if what in ("params", "macs"):
        return "unknown" if value is None else f"{value:,}"
    text = printable(", ".join(value) if what in ("inputs", "outputs") else _argument_text(value))
    return text if len(text) <= _LONGEST_VALUE else f"{text[: _LONGEST_VALUE - 1]}…"


_LONGEST_VALUE = 60


def _argument_text(value: Any, deepest: int = 4) -> str:
    """A value of an argument as Python has it; an object as a call of its class."""
    if not isinstance(value, (list, dict)):
        return str(value)
    if deepest == 0:
        return "(…)"
    if isinstance(value, list):
        inner = ", ".join(_argument_text(one, deepest - 1) for one in value)
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    arguments = value.get("config") if "class_name" in value else value
    arguments = arguments if isinstance(arguments, dict) else {}
    inner = ", ".join(f"{k}={_argument_text(one, deepest - 1)}" for k, one in arguments.items())
    return f"{value.get('class_name', '')}({inner})"


def _notes(comparison: Comparison) -> Iterator[str]:
    for place, name in enumerate(comparison.names):
        if not all(quantity.known[place] for quantity in comparison.quantities):
            yield f"Note: {printable(name)}: not all of it is known; convzoo calc tells why."


def _csv_rows(comparison: Comparison) -> Iterator[Sequence[Any]]:
    """A line for each quantity, and with layers for each difference of each layer."""
    place = ["layer", "change"] if comparison.layers else []
    yield [*place, "quantity", *comparison.names]
    for quantity in comparison.quantities:
        is_count = all(isinstance(value, int) for value in quantity.values)
        cells = [
            value if is_count else _cell(comparison, quantity, i)
            for i, value in enumerate(quantity.values)
        ]
        yield [*("" for _ in place), quantity.column, *cells]
    for change in comparison.changes.changes if comparison.layers else ():
        for found in change.differences:
            values = [
                None
                if value is None
                else value
                if isinstance(value, int)
                else _value_text(found.what, value)
                for value in (found.before, found.after)
            ]
            yield [change.name, change.kind, found.what, *values]
