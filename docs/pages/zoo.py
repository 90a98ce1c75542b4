"""The table of the zoo, and what was measured."""

from __future__ import annotations

import csv
from collections import Counter
from functools import cache
from html import escape
from pathlib import Path
from typing import NamedTuple

from convzoo.analyses.receptive_field import sizes_text
from convzoo.analyses.report import Report
from convzoo.calculating import calc
from convzoo.rendering.totals import total_text
from convzoo.zoo import Claim, card, list_models
from convzoo.zoo.cards import CLAIMED, CONTRADICTED, VERIFIED
from pages.markup import Cell, badge, table

_BUILT_COUNTS = Path(__file__).parents[1] / "zoo" / "built-counts.csv"

COLUMNS = ("params", "macs", "receptive_field")
"""The columns of the tables of layers."""


@cache
def report_of(name: str) -> Report:
    """What is calculated of an entry; the pages of it share one report."""
    return calc(name, COLUMNS)


class BuiltCounts(NamedTuple):
    """The parameters of an entry as Keras counts them in the model that it builds.

    Args:
        trainable: those that learn.
        total: all.
    """

    trainable: int
    total: int


@cache
def built_counts() -> dict[str, BuiltCounts]:
    """What Keras counts in each entry that was built."""
    with _BUILT_COUNTS.open(newline="", encoding="utf-8") as file:
        return {
            row["name"]: BuiltCounts(int(row["trainable_params"]), int(row["params"]))
            for row in csv.DictReader(file)
        }


def zoo_page() -> str:
    """The table of the zoo: every entry with its size, its work and how its claims stand."""
    names = list_models()
    states = ", ".join(badge(status) for status in _STATES)
    lines = [
        "---",
        "hide: [navigation, toc]",
        "---",
        "",
        "# The zoo",
        "",
        f"{len(names)} architectures, described layer by layer. A name leads to the card, the "
        "recipe, the layers, the totals and the diagram. The input is the usual one, without the "
        "batch; parameters are all, those that don't learn among them; the receptive field is what "
        "a unit of the output sees.",
        "",
        f"A published figure is one of {states}. It is verified where the calculation gives every "
        "printed digit, or a training here came within two standard errors; contradicted where it "
        "doesn't; and claimed where it can't be calculated, such as an accuracy that nobody has "
        "reproduced here. [The results](results.md) tell what was trained.",
        "",
    ]
    headers = ["Name", "What it is", "Year", "Input", "Params", "MACs", "Receptive field", "Claims"]
    rows = [_row(name) for name in names]
    return "\n".join([*lines, table("The entries of the zoo", headers, rows, "zoo sortable"), ""])


def _row(name: str) -> list[Cell | str]:
    about, report = card(name), report_of(name)
    field = report.total("receptive_field")
    seen = "unknown" if field is None else ", ".join(sizes_text(one.size) for one in field.values())
    sizes = [size for size in (field.sizes if field else []) if size is not None]
    inputs = [shape[1:] for shape in report.input_shapes]
    return [
        Cell(f'<a href="{escape(name)}/"><code>{escape(name)}</code></a>', name),
        about.title,
        Cell(str(about.source.year), about.source.year),
        Cell(", ".join(map(sizes_text, inputs)), sum(map(_area, inputs))),
        _number(report, "params"),
        _number(report, "macs"),
        Cell(escape(seen or "-"), max(sizes, default=0)),
        _claims(about.claims, report),
    ]


def _area(dims: tuple[int | None, ...]) -> int:
    height, *others = dims
    return (height or 0) * (others[0] or 0 if len(others) > 1 else 1)


def _number(report: Report, column: str) -> Cell:
    return Cell(escape(total_text(report, column)), report.total(column))


# The states of a claim, and what one counts in the order of the column.
_STATES = {VERIFIED: 10_000, CONTRADICTED: 100, CLAIMED: 1}


def _claims(claims: tuple[Claim, ...], report: Report) -> Cell:
    """How many claims are in each state."""
    found = Counter(claim.status(report.total) for claim in claims)
    labels = [
        badge(status, f"{found[status]} {status.partition(' ')[0]}")
        for status in _STATES
        if found[status]
    ]
    weight = sum(found[status] * each for status, each in _STATES.items())
    return Cell(" ".join(labels) or "none", weight)


def results_page() -> str:
    """What was measured here: every accuracy on a card that a training with convzoo reached."""
    rows = []
    for name in list_models():
        report = report_of(name)
        for claim in card(name).claims:
            if claim.measured:
                status = claim.status(report.total)
                rows.append(
                    [
                        Cell(f'<a href="../{escape(name)}/"><code>{escape(name)}</code></a>'),
                        claim.what,
                        claim.on,
                        Cell(escape(claim.value), _percent(claim.value)),
                        Cell(escape(claim.measured), _percent(claim.measured)),
                        Cell(badge(status), status),
                        claim.note,
                    ]
                )
    lines = [
        "# Results",
        "",
        "What was trained with convzoo, as the cards have it. A figure is verified here where what "
        "was measured is within two standard errors of what was claimed, or better. "
        "[Training](../use/train.md) tells how a network is trained by its recipe, "
        "[Benchmarks](../use/bench.md) how several are, with several seeds each.",
        "",
        table("Results", _RESULTS, rows, "results sortable"),
        "",
        "An accuracy that is not in this table is claimed by its source, and nobody has measured "
        "it here.",
        "",
    ]
    return "\n".join(lines)


_RESULTS = ["Name", "What", "On", "Claimed", "Measured", "Status", "Note"]


def _percent(figure: str) -> float:
    return float(figure.rstrip(" %"))
