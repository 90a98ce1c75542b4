"""The counts of built models that the reference shows."""

from __future__ import annotations

import csv
from pathlib import Path

import convzoo

_PATH = Path(__file__).parents[2] / "docs" / "zoo" / "built-counts.csv"


def test_built_counts_equal_the_cards() -> None:
    with _PATH.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert rows
    for row in rows:
        card = convzoo.card(row["name"])
        assert int(row["trainable_params"]) == card.params
        assert int(row["params"]) == (card.total_params or card.params)
