"""Whether the card says what users need, and nothing that the layers contradict."""

from __future__ import annotations

from convzoo.testing import CHECKS
from convzoo.testing.subject import Subject
from convzoo.zoo.cards import CONTRADICTED

_NEEDED = ("title", "source", "params", "input", "stages", "tags", "licence")


@CHECKS.register("card")
def check_card(subject: Subject) -> None:
    """The card is complete, and its counts and its claims are what is calculated."""
    card, report = subject.card, subject.report
    for field in _NEEDED:
        value = getattr(card, field)
        if not value and value != 0:
            subject.fail(f"its card must have {field}", repr(value), f"Write Card({field}=...).")
    for field in ("authors", "title", "year"):
        value = getattr(card.source, field)
        if not value:
            subject.fail(f"its source must have {field}", repr(value), f"Give Source {field}.")
    names = [layer.name for layer in subject.graph.layers]
    for stage in card.stages:
        if stage not in names:
            subject.fail(
                "each stage of its card must be the name of a layer",
                repr(stage),
                f"Its layers are {', '.join(names)}.",
            )
    if not report.complete:
        subject.fail(
            "every layer must be known",
            "; ".join(note for row in report.rows for note in row.notes),
            "Describe your own with convzoo.register_layer.",
        )
    for field, stated, column in (
        ("params", card.params, "trainable_params"),
        ("total_params", card.total_params or card.params, "params"),
    ):
        if report.total(column) != stated:
            subject.fail(
                f"its card must have the {field} that follow from the layers",
                f"{stated:,}",
                f"They are {report.total(column):,}. Correct the card or the layers.",
            )
    for claim in card.claims:
        if claim.status(report.total) == CONTRADICTED and not claim.note:
            counted = f" where {report.total(claim.what):,} are calculated" * claim.is_counted
            subject.fail(
                "a claim that is contradicted must have a note that says why",
                f"{claim}{counted}",
                "Write Claim(note=...) or correct the layers.",
            )
