"""The curve of a run: how good the network was after each epoch."""

from __future__ import annotations

from pathlib import Path

import matplotlib
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from convzoo.training.results import Result


def draw(result: Result, path: Path) -> None:
    """Draw loss and accuracy by epoch as an SVG.

    Args:
        result: what came of a run.
        path: where to write it.
    """
    # The same run gives the same file.
    with matplotlib.rc_context({"svg.hashsalt": "convzoo"}):
        figure = Figure(figsize=(9, 3.6), layout="constrained")
        figure.suptitle(f"{result.name} on {result.data}, seed {result.seed}")
        left, right = figure.subplots(1, 2)
        numbers = [epoch.number for epoch in result.history]
        for axes, what in ((left, "loss"), (right, "accuracy")):
            axes.plot(numbers, [getattr(epoch, what) for epoch in result.history], label="training")
            if result.held_out_images:
                held_out = [getattr(epoch, f"held_out_{what}") for epoch in result.history]
                axes.plot(numbers, held_out, label="held out")
            tested = getattr(result, f"test_{what}")
            axes.plot(
                [result.kept_epoch], [tested], "*", markersize=11, label=f"test: {tested:.4f}"
            )
            axes.set(xlabel="epoch", ylabel=what)
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
            axes.grid(alpha=0.3)
            axes.legend()
        figure.savefig(path, format="svg", metadata={"Date": None})
