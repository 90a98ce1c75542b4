"""Files that strangers saved, with what Keras says of them; they stand beside the project."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from convzoo import calc

_WILD = Path(__file__).parents[3] / "shared" / "wild"
_CONFIGS = sorted((_WILD / "configs").glob("*.json"))

pytestmark = pytest.mark.skipif(not _CONFIGS, reason="the files from the wild are not here")


def _expected(path: Path) -> Any:
    found = _WILD / "expected" / path.name
    return json.loads(found.read_text()) if found.exists() else None


@pytest.mark.parametrize("path", _CONFIGS, ids=[path.stem for path in _CONFIGS])
def test_file_is_exact_or_says_what_is_unknown(path: Path) -> None:
    report = calc(path)
    expected = _expected(path)
    if expected is None:
        # It has a class of its own or a function: partial, with reasons, and never an error.
        assert report.complete or any(row.notes for row in report.rows)
        return
    rows = {row.name: row for row in report.rows}
    for name, _, shape, params in expected["layers"]:
        row = rows[name]
        ours = row.output_shape
        ours = list(map(list, ours)) if isinstance(ours, list) else list(ours or ())
        assert (name, ours, row.params) == (name, shape, params)
    assert report.complete
    assert report.total("params") == expected["total"]
    assert report.total("trainable_params") == expected["trainable"]
    assert report.total("non_trainable_params") == expected["non_trainable"]


@pytest.mark.parametrize("path", sorted((_WILD / "files").glob("*")), ids=lambda path: path.name)
def test_original_file_says_what_its_config_says(path: Path) -> None:
    config = _WILD / "configs" / f"{path.stem}.json"
    assert calc(path).to_dict() == calc(config).to_dict()
