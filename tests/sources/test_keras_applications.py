"""Every model of `keras.applications`, with and without top, saved and live, equals Keras's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import keras
import pytest

from convzoo import calc
from tests.applications import applications, one_model_in_memory
from tests.keras_oracle import (
    expected_summary,
    facts_of_model,
    facts_of_report,
    is_called_beside,
    printed_summary,
)

# What the default run builds.
_QUICK = {"MobileNetV3Large", "VGG16"}


@pytest.fixture(autouse=True)
def _one_model_in_memory() -> Iterator[None]:
    with one_model_in_memory():
        yield


@pytest.mark.parametrize("include_top", [True, False], ids=["top", "no_top"])
@pytest.mark.parametrize("name", applications(_QUICK))
def test_application_has_the_rows_and_totals_of_keras(
    name: str, include_top: bool, tmp_path: Path
) -> None:
    model = getattr(keras.applications, name)(weights=None, include_top=include_top)
    facts, summary = facts_of_model(model), printed_summary(model)
    assert not is_called_beside(model)
    archive = tmp_path / "model.keras"
    model.save(archive)
    try:
        for source in (model.to_json().encode(), archive, model):
            report = calc(source)
            assert report.complete
            assert facts_of_report(report) == facts
            assert expected_summary(report.rows) == summary
            assert report.with_columns(["params", "macs"]).total("macs") is not None
    finally:
        archive.unlink()  # Up to 1.4 GB.


def test_the_default_run_builds_models_that_keras_has() -> None:
    assert {name for name in _QUICK if not hasattr(keras.applications, name)} == set()
