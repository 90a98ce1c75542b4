"""Whether the model is the same after it was saved and loaded."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from convzoo.analyses.report import Report
from convzoo.testing import CHECKS
from convzoo.testing.backends import forward
from convzoo.testing.subject import Subject


@CHECKS.register("saving")
def check_saving(subject: Subject) -> None:
    """A `.keras` file gives the same outputs when loaded, and the same rows when read."""
    import keras
    import numpy as np

    from convzoo.calculating import calc

    with TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        subject.small_model.save(path)
        ours, read = facts(subject.small_report), facts(calc(path))
        loaded = keras.saving.load_model(path)
    if ours != read:
        differing = [pair for pair in zip(ours, read, strict=False) if pair[0] != pair[1]]
        subject.fail(
            "the saved file must have the calculated rows",
            f"{len(read)} rows for {len(ours)}, the first that differs as {differing[:1]}",
            "A layer of your own needs get_config, and convzoo.register_layer for its description.",
        )
    for one, other in zip(subject.outputs, forward(loaded, subject.inputs), strict=True):
        if not np.allclose(one, other, rtol=1e-4, atol=1e-6, equal_nan=True):
            subject.fail(
                "the loaded model must give the same outputs",
                f"outputs that differ by up to {abs(one - other).max():g}",
                "Each weight and each argument of a layer of your own must be saved with it.",
            )


def facts(report: Report) -> list[Any]:
    """What tells one architecture from another: the rows, those of nested models below theirs."""
    return [(row.name, row.class_name, row.output_shape, row.params) for row in _all(report.rows)]


def _all(rows: tuple[Any, ...]) -> list[Any]:
    return [one for row in rows for one in (row, *_all(row.layers))]
