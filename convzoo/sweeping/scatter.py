"""Points of a design space as dots, and the Pareto front among them."""

from __future__ import annotations

from pathlib import Path

import matplotlib
from matplotlib.figure import Figure

from convzoo.analyses import ANALYSES
from convzoo.sweeping.sweep import Points


def draw(front: Points, others: Points, across: str, up: str, path: Path) -> None:
    """Draw points by two columns as an SVG.

    Args:
        front: the Pareto front.
        others: a sample of all points.
        across: the column by which they stand from left to right.
        up: the column by which they stand from bottom to top.
        path: where to write it.
    """
    # The same points give the same file.
    with matplotlib.rc_context({"svg.hashsalt": "convzoo", "svg.fonttype": "none"}):
        figure = Figure(figsize=(8, 5), layout="constrained")
        axes = figure.subplots()
        axes.scatter(
            others.column(across), others.column(up), s=6, color="#9aa0a6", linewidths=0,
            label=f"{len(others):,} of {others.tally.matching:,} points",
        )  # fmt: skip
        axes.plot(
            front.column(across), front.column(up), "o-", markersize=4, linewidth=1,
            color="#d9480f", label=f"Pareto front: {len(front):,}",
        )  # fmt: skip
        axes.set(
            xlabel=_title(across), ylabel=_title(up), title=f"{front.space.count:,} architectures"
        )
        for name, axis, set_scale in (
            (across, axes.xaxis, axes.set_xscale),
            (up, axes.yaxis, axes.set_yscale),
        ):
            values = others.column(name)
            if len(values) and values.min() > 0 and values.max() > 20 * values.min():
                set_scale("log")
            else:
                axis.set_major_formatter("{x:,.0f}")
        axes.grid(alpha=0.3)
        axes.legend()
        figure.savefig(path, format="svg", metadata={"Date": None})


def _title(column: str) -> str:
    return ANALYSES.get(column).columns[column]
