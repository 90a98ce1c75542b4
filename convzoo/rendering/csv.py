"""Comma-separated values, for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from convzoo.rendering import FORMATS, inert, shape_text

if TYPE_CHECKING:
    from convzoo.analyses.report import Report, Row


@FORMATS.register("csv")
def render_csv(report: Report) -> str:
    """The rows as comma-separated values, with the names of the JSON contract as header."""
    rows: list[Sequence[Any]] = [["name", "class_name", "output_shape", *report.columns]]
    for path, row in _flat(report.rows):
        values = [
            row.formulas.get(column, "") if value is None else value
            for column, value in row.values.items()
        ]
        rows.append([path, row.class_name, shape_text(row.output_shape), *values])
    return csv_text(rows)


def csv_text(rows: Iterable[Sequence[Any]]) -> str:
    """Rows of values as comma-separated values; `None` is nothing, and no text is a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for row in rows:
        writer.writerow([inert(value) if isinstance(value, str) else value for value in row])
    return text.getvalue().rstrip("\n")


def _flat(rows: Sequence[Row], above: str = "") -> Iterator[tuple[str, Row]]:
    for row in rows:
        yield above + row.name, row
        yield from _flat(row.layers, f"{above}{row.name}/")
