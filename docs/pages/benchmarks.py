"""The tables of the benchmarks, where the page about them has a place for each."""

from __future__ import annotations

import json
import re
from itertools import groupby
from pathlib import Path

from tabulate import tabulate

_KEPT = Path(__file__).parents[1] / "about" / "benchmarks.json"
_PLACE = re.compile(r"^<!-- benchmark: (\w+) -->$", re.MULTILINE)


def with_tables(markdown: str) -> str:
    """The page, with what was measured last in the place of each benchmark."""
    kept = json.loads(_KEPT.read_text(encoding="utf-8"))

    def table(place: re.Match[str]) -> str:
        name = place[1]
        if name not in kept:
            return f"Not measured yet: `python -m benchmarks {name} --write` does it."
        return _measured(**kept[name])

    return _PLACE.sub(table, markdown)


def _measured(measured: dict[str, str], rows: list[dict[str, str]]) -> str:
    tables = [
        tabulate([row.values() for row in alike], headers, tablefmt="github", disable_numparse=True)
        for headers, alike in groupby(rows, key=tuple)
    ]
    circumstances = (
        f"Measured {measured['date']} in {measured['took']} on {measured['machine']}; "
        f"{measured['versions']}."
    )
    return "\n\n".join([*tables, circumstances])
