"""Tables, in every format of tabulate."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from functools import partial
from html import escape
from typing import Any

from tabulate import tabulate_formats

from convzoo.analyses import ANALYSES
from convzoo.analyses.report import Report, Row
from convzoo.rendering import (
    FORMATS,
    TABULATE_NAMES,
    bytes_text,
    cells_text,
    printable,
    shape_text,
)

_UNKNOWN = "unknown"


def table(report: Report, style: str = "table") -> str:
    """The report as a table with its totals below.

    Args:
        report: what to show.
        style: a format of tabulate, or one of `TABULATE_NAMES`.
    """
    return f"{_title(report)}\n\n{_rows(report, style)}\n\n{totals(report)}"


def html(report: Report) -> str:
    """The report as HTML, for a notebook."""
    lines = "<br>".join(map(escape, totals(report).splitlines()))
    return f"<p><b>{escape(_title(report))}</b></p>{_rows(report, 'html')}<p>{lines}</p>"


def _title(report: Report) -> str:
    shapes = ", ".join(map(shape_text, report.input_shapes)) or "unknown"
    return f"{printable(report.name)}, input {shapes}"


def _rows(report: Report, style: str) -> str:
    titles = [ANALYSES.get(column).columns[column] for column in report.columns]
    rows = [
        [
            branch + shortened(printable(row.name)),
            shortened(printable(row.class_name)),
            shape_text(row.output_shape),
        ]
        + [cell for column in report.columns for cell in _cells(report, row, column)]
        for branch, row in _tree(report.rows)
    ]
    headers: list[str] = []
    alignments: list[str] = []
    for column, title in zip(report.columns, titles, strict=True):
        headers += [title, "%", ""] if _has_shares(report, column) else [title]
        alignments += ["right", "right", "left"] if _has_shares(report, column) else ["right"]
    return cells_text(
        rows,
        ["Layer", "Type", "Output shape", *headers],
        style,
        ("left", "left", "left", *alignments),
    )


def _has_shares(report: Report, column: str) -> bool:
    total = report.total(column) if report.shares else None
    return isinstance(total, int) and total > 0


def _cells(report: Report, row: Row, column: str) -> Iterator[str]:
    """The cell of a column, and where shares are shown its share of the total and a bar."""
    value = row.values[column]
    yield row.formulas.get(column, _UNKNOWN) if value is None else _cell(value)
    if _has_shares(report, column):
        share = value / report.total(column) if isinstance(value, int) else None
        yield "" if share is None else f"{share:.1%}"
        yield "" if share is None else _bar(share)


def _bar(share: float) -> str:
    """A bar as long as the share is large."""
    eighths = round(share * 8 * _BAR_CELLS)
    return "█" * (eighths // 8) + " ▏▎▍▌▋▊▉"[eighths % 8].strip()


_BAR_CELLS = 12


def _tree(rows: Sequence[Row], above: str | None = None) -> Iterator[tuple[str, Row]]:
    """The rows in one list, each with the branches of the tree that lead to it."""
    for row in rows:
        is_last = row is rows[-1]
        branch = "" if above is None else above + ("└─ " if is_last else "├─ ")
        yield branch, row
        below = "" if above is None else above + ("   " if is_last else "│  ")
        yield from _tree(row.layers, below)


def shortened(name: str) -> str:
    """The name; on a terminal a long one without its middle."""
    if len(name) <= _LONGEST_NAME or not sys.stdout.isatty():
        return name
    half = _LONGEST_NAME // 2
    return f"{name[: half - 1]}…{name[-half:]}"


_LONGEST_NAME = 40


def _cell(value: Any) -> str:
    if value is None:
        return _UNKNOWN
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
        return _cell(total)
    formula = report.total_formula(column)
    if formula is not None:
        return f"{'' if report.knows_by_formula(column) else 'at least '}{formula}"
    size = f" ({bytes_text(total)})" if column.endswith("_bytes") else ""
    return f"{'' if report.knows(column) else 'at least '}{_cell(total)}{size}"


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


for _style in (*tabulate_formats, *TABULATE_NAMES):
    FORMATS.add(_style, partial(table, style=_style))
