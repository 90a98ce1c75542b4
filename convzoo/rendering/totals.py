"""The totals of a report in words, and what a reader should know of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from convzoo.analyses import ANALYSES
from convzoo.analyses.report import Report, Row
from convzoo.rendering import bytes_text, printable

UNKNOWN = "unknown"
"""What stands for a value that is not known."""


def value_text(value: Any) -> str:
    """A value as a table has it: `18,496`, `8x8, stride 2, start 0` or `unknown`."""
    if value is None:
        return UNKNOWN
    return f"{value:,}" if isinstance(value, int) else str(value)


def totals(report: Report) -> str:
    """The totals of a report, a line each, and its notes."""
    size = bytes_text(report.total("weight_bytes"))
    lines = [
        f"Total params: {total_text(report, 'params')} ({size})",
        f"Trainable params: {total_text(report, 'trainable_params')}",
        f"Non-trainable params: {total_text(report, 'non_trainable_params')}",
    ]
    for column in report.columns:
        title = ANALYSES.get(column).columns[column]
        if column not in _IN_EVERY_FOOTER:
            lines.append(f"{_total_title(title, column)}: {total_text(report, column)}")
    lines += [f"Note: {printable(remark)}." for remark in report.remarks]
    if report.rows_left_out:
        lines.append(f"Note: {report.rows_left_out:,} more layers are not shown.")
    lines += [f"Note: {printable(note)}" for note in _notes(report.rows)]
    return "\n".join(lines)


def _total_title(title: str, column: str) -> str:
    return _OF_THE_OUTPUT.get(column, f"Total {title}")


def total_text(report: Report, column: str) -> str:
    """The total of a column, a formula or with "at least" where not all of it is known."""
    total = report.total(column)
    if not isinstance(total, int):
        return value_text(total)
    formula = report.total_formula(column)
    if formula is not None:
        return f"{'' if report.knows_by_formula(column) else 'at least '}{formula}"
    size = f" ({bytes_text(total)})" if column.endswith("_bytes") else ""
    return f"{'' if report.knows(column) else 'at least '}{value_text(total)}{size}"


_OF_THE_OUTPUT = {
    "receptive_field": "Receptive field of the output",
    "unit": "The unit of the output sees",
}
_IN_EVERY_FOOTER = ("params", "trainable_params", "non_trainable_params", "weight_bytes")


def _notes(rows: Sequence[Row], above: str = "") -> Iterator[str]:
    for row in rows:
        for note in row.notes:
            yield f"{above}{row.name}: {note}."
        yield from _notes(row.layers, f"{above}{row.name}/")
