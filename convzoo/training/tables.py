"""The table of a benchmark: a row for each entry, from its runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import fmean, stdev
from typing import Any


@dataclass(frozen=True)
class Measured:
    """What came of a run.

    Args:
        name: the entry of the zoo.
        seed: what all that was drawn at random followed from.
        test_accuracy: the share of the test images that the network tells right.
        test_loss: the loss on them; `None` where it is no number any more.
        held_out_accuracy: the share of the images that were held out which it tells right; `None`
            where none were.
        kept_epoch: the epoch whose weights the network has.
        seconds: how long the training took.
        params: the parameters of the network, those that don't learn among them.
        macs: the multiply-accumulates of one image; `None` where they are unknown.
        setting: all that the run followed from besides the seed, as JSON has it.
    """

    name: str
    seed: int
    test_accuracy: float
    test_loss: float | None
    held_out_accuracy: float | None
    kept_epoch: int
    seconds: float
    params: int | None
    macs: int | None
    setting: Mapping[str, Any]


@dataclass(frozen=True)
class Row:
    """What came of all runs of an entry.

    Args:
        entry: its name.
        data: the text that names the data set.
        runs: how many there are, each with a seed of its own.
        accuracy_mean: the mean over the runs of the share of the test images told right.
        accuracy_deviation: the standard deviation of the share; `None` of a single run.
        accuracy_min: the least share.
        accuracy_max: the greatest share.
        held_out_accuracy_mean: the mean share of the images that were held out; `None` where none
            were.
        params: the parameters of the network.
        macs: the multiply-accumulates of one image; `None` where they are unknown.
        epochs: how many it was trained.
        batch_size: the images of a step.
        seconds_mean: how long the training took, the mean over the runs.
        python: the version of Python.
        keras: that of Keras.
        backend: the name and the version of its backend.
        convzoo: the version of convzoo.
    """

    entry: str
    data: str
    runs: int
    accuracy_mean: float
    accuracy_deviation: float | None
    accuracy_min: float
    accuracy_max: float
    held_out_accuracy_mean: float | None
    params: int | None
    macs: int | None
    epochs: int
    batch_size: int
    seconds_mean: float
    python: str
    keras: str
    backend: str
    convzoo: str


class Table:
    """The rows of a benchmark.

    Args:
        runs: the runs, by name; those of one entry have one setting.
    """

    def __init__(self, runs: Sequence[Measured]) -> None:
        self.rows = [
            _row(name, list(group)) for name, group in groupby(runs, key=lambda run: run.name)
        ]

    def csv(self) -> str:
        """The rows as comma-separated values, with shares up to 1."""
        from dataclasses import astuple, fields

        from convzoo.rendering.csv import csv_text

        header = [field.name for field in fields(Row)]
        return csv_text([header, *(astuple(row) for row in self.rows)]) + "\n"

    def text(self, style: str) -> str:
        """The rows as a table with shares in percent.

        Args:
            style: a format of tabulate, `"table"` or `"markdown"`.
        """
        from convzoo.rendering import cells_text

        cells = [_cells(row) for row in self.rows]
        alignments = ["left", *["right"] * (len(_TITLES) - 1)]
        return cells_text(cells, _TITLES, style, alignments)

    def markdown(self) -> str:
        """The rows in Markdown, with what they have in common below."""
        row = self.rows[0]
        held_out = (
            ""
            if row.held_out_accuracy_mean is None
            else " The epoch was chosen by the images held out of the training images."
        )
        return (
            f"{self.text('markdown')}\n\n"
            f"Trained on `{row.data}`; accuracy in percent of its test images, "
            f"mean and standard deviation over the runs.{held_out} convzoo {row.convzoo}, "
            f"Keras {row.keras}, {row.backend}, Python {row.python}.\n"
        )


_TITLES = (
    "Entry", "Runs", "Accuracy", "Min", "Max", "Held out", "Params", "MACs", "Epochs", "Seconds",
)  # fmt: skip


def _row(name: str, runs: Sequence[Measured]) -> Row:
    first = runs[0]
    accuracies = [run.test_accuracy for run in runs]
    held_out = [run.held_out_accuracy for run in runs if run.held_out_accuracy is not None]
    shown = ("data", "epochs", "batch_size", "python", "keras", "backend", "convzoo")
    return Row(
        entry=name,
        runs=len(runs),
        accuracy_mean=fmean(accuracies),
        accuracy_deviation=stdev(accuracies) if len(runs) > 1 else None,
        accuracy_min=min(accuracies),
        accuracy_max=max(accuracies),
        held_out_accuracy_mean=fmean(held_out) if held_out else None,
        params=first.params,
        macs=first.macs,
        seconds_mean=fmean(run.seconds for run in runs),
        **{key: first.setting[key] for key in shown},
    )


def _cells(row: Row) -> list[str]:
    deviation = "" if row.accuracy_deviation is None else f" ± {100 * row.accuracy_deviation:.2f}"
    return [
        row.entry,
        str(row.runs),
        f"{100 * row.accuracy_mean:.2f}{deviation}",
        f"{100 * row.accuracy_min:.2f}",
        f"{100 * row.accuracy_max:.2f}",
        "" if row.held_out_accuracy_mean is None else f"{100 * row.held_out_accuracy_mean:.2f}",
        "unknown" if row.params is None else f"{row.params:,}",
        "unknown" if row.macs is None else f"{row.macs:,}",
        str(row.epochs),
        f"{row.seconds_mean:.1f}",
    ]
