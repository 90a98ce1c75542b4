"""Tables, in every format of tabulate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from html import escape
from typing import NamedTuple

from tabulate import tabulate_formats

from convzoo.analyses import ANALYSES
from convzoo.analyses.report import Report, Row
from convzoo.rendering import (
    FORMATS,
    TABULATE_NAMES,
    cells_text,
    escaped,
    printable,
    shape_text,
    shortened,
)
from convzoo.rendering.totals import UNKNOWN, totals, value_text


def table(report: Report, style: str = "table") -> str:
    """The report as a table with its totals below.

    Args:
        report: what to show.
        style: a format of tabulate, or one of `TABULATE_NAMES`.
    """
    title, below = escaped(_title(report), style), escaped(totals(report), style)
    return f"{title}\n\n{_rows(report, style)}\n\n{below}"


def html(report: Report) -> str:
    """The report as HTML, for a notebook."""
    lines = "<br>".join(map(escape, totals(report).splitlines()))
    return f"<p><b>{escape(_title(report))}</b></p>{_rows(report, 'html')}<p>{lines}</p>"


def _title(report: Report) -> str:
    shapes = ", ".join(map(shape_text, report.input_shapes)) or "unknown"
    return f"{printable(report.name)}, input {shapes}"


class Cells(NamedTuple):
    """What the table of a report has in it.

    Args:
        headers: the title of each column.
        rows: the cells of each row; a name has the branches of the tree before it.
        alignments: `"left"` or `"right"` for each column.
    """

    headers: Sequence[str]
    rows: Sequence[Sequence[str]]
    alignments: Sequence[str]


def _rows(report: Report, style: str) -> str:
    cells = cells_of(report)
    return cells_text(cells.rows, cells.headers, style, cells.alignments)


def cells_of(report: Report) -> Cells:
    """The cells of a report's table: a row for each layer."""
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
    return Cells(
        ["Layer", "Type", "Output shape", *headers], rows, ["left", "left", "left", *alignments]
    )


def _has_shares(report: Report, column: str) -> bool:
    total = report.total(column) if report.shares else None
    return isinstance(total, int) and total > 0


def _cells(report: Report, row: Row, column: str) -> Iterator[str]:
    """The cell of a column, and where shares are shown its share of the total and a bar."""
    value = row.values[column]
    yield row.formulas.get(column, UNKNOWN) if value is None else value_text(value)
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


for _style in dict.fromkeys((*tabulate_formats, *TABULATE_NAMES)):
    # What stands around a table of HTML is HTML as well.
    is_html = TABULATE_NAMES.get(_style, _style) == "html"
    FORMATS.add(_style, html if is_html else partial(table, style=_style))
