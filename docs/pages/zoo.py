"""The pages of the zoo."""

from __future__ import annotations

import csv
from pathlib import Path

from convzoo.calculating import calc
from convzoo.zoo import card, list_models

_BUILT_COUNTS = Path(__file__).parents[1] / "zoo" / "built-counts.csv"


def zoo_page() -> str:
    """The table of the zoo: of each entry the calculated, the built and the published counts."""
    with _BUILT_COUNTS.open(newline="", encoding="utf-8") as file:
        built = {row["name"]: row for row in csv.DictReader(file)}
    lines = [
        "# The zoo",
        "",
        "Every entry with its parameters: as convzoo calculates them, as Keras counts them in the "
        "model that it builds, and as they were published. The first number is of those that "
        "learn, the second, where some don't, of all. What was published is *verified here* where "
        "the calculation gives every printed digit, *contradicted* where it doesn't, and *claimed "
        "by the source* where it can't be calculated, such as an accuracy that nobody has "
        "reproduced here.",
        "",
        "| entry | what it is | calculated | built by Keras | published |",
        "|---|---|---:|---:|---|",
    ]
    for name in list_models():
        about, report, by_keras = card(name), calc(name), built.get(name)
        counts = [_counts(report.total("trainable_params"), report.total("params"))]
        if by_keras is None:
            counts.append("not yet")
        else:
            counts.append(_counts(int(by_keras["trainable_params"]), int(by_keras["params"])))
        claims = "<br>".join(f"{claim}: {claim.status(report.total)}" for claim in about.claims)
        lines.append(f"| `{name}` | {about.title} | {' | '.join(counts)} | {claims} |")
    return "\n".join(lines) + "\n"


def _counts(trainable: int | None, total: int | None) -> str:
    return f"{trainable:,}" if trainable == total else f"{trainable:,}<br>{total:,}"
