"""How points of a design space look."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from convzoo.rendering import cells_text, printable

if TYPE_CHECKING:
    from convzoo.sweeping.sweep import Points


def points_text(points: Points, style: str) -> str:
    """Points as a table, as comma-separated values or as JSON.

    Args:
        points: the points.
        style: `"json"`, `"csv"`, `"table"`, `"markdown"` or a format of tabulate.

    Raises:
        UnknownNameError: when there is no such format.
    """
    if style == "json":
        return json.dumps(points.to_dict(), indent=2)
    rows: list[list[Any]] = [
        [point.index, point.text, *values]
        for point, values in zip(points, _rows(points), strict=True)
    ]
    if style == "csv":
        from convzoo.rendering.csv import csv_text

        return csv_text([["index", "architecture", *points.columns], *rows])
    cells = [[f"{c:,}" if isinstance(c, int) else printable(c) for c in row] for row in rows]
    titles = ["Point", "Architecture", *map(_title, points.columns)]
    return cells_text(cells, titles, style, ["right", "left", *["right"] * len(points.columns)])


def _rows(points: Points) -> Sequence[Sequence[int]]:
    columns = [points.column(name).tolist() for name in points.columns]
    return list(zip(*columns, strict=True)) if columns else [()] * len(points)


def _title(column: str) -> str:
    from convzoo.analyses import ANALYSES

    return ANALYSES.get(column).columns[column]


def tally_text(points: Points) -> str:
    """How many points were looked at, how many are refused and why, and how many match."""
    tally, count = points.tally, points.space.count
    of_all = "" if tally.points == count else f" of {count:,}"
    lines = [
        f"{tally.points:,}{of_all} points, {tally.refused:,} of them refused, "
        f"{tally.matching:,} within the limits."
    ]
    if (reason := points.commonest_refusal) is not None:
        share = "" if reason.count == tally.refused else f" {reason.count:,} times"
        lines.append(f"Refused{share} because of {printable(reason.message)}")
    return "\n".join(lines)
