"""How a card of the zoo looks."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from convzoo.analyses.report import Report
    from convzoo.graph.dims import Shape
    from convzoo.zoo import Claim, Entry

_INDENT = " " * 12


def card_text(
    entry: Entry, report: Report, smallest: Shape | None, versions: list[str], width: int
) -> str:
    """A card as a text, a label before each thing that is known.

    Args:
        entry: the entry of the zoo.
        report: what is calculated of it, to hold claims to.
        smallest: the smallest input that it takes; `None` where that is not known.
        versions: the names of its versions.
        width: the width in which the text is wrapped.
    """
    lines = [entry.card.title, ""]
    for label, text in card_lines(entry, report, smallest, versions):
        if text:
            wrapped = textwrap.wrap(
                text,
                width,
                initial_indent=f"{label:<{len(_INDENT)}}",
                subsequent_indent=_INDENT,
                break_on_hyphens=False,
            )
            lines += wrapped
    return "\n".join(lines)


def card_lines(
    entry: Entry, report: Report, smallest: Shape | None, versions: list[str]
) -> Iterator[tuple[str, str]]:
    """What is known of an entry, each with its label; empty where it is not the first of that.

    Args:
        entry, report, smallest, versions: as in `card_text`. Some texts may be empty.
    """
    card = entry.card
    yield "Source", str(card.source)
    yield "Input", card.input + (f"; at least {_sizes(smallest)}" if smallest else "")
    yield "Values", str(card.preprocessing)
    for number, claim in enumerate(card.claims):
        yield "" if number else "Claims", _claim_text(claim, report)
    yield "Recipe", str(card.recipe or "")
    yield "Stages", ", ".join(card.stages)
    yield "Tags", ", ".join(card.tags)
    yield "Aliases", ", ".join(entry.aliases)
    yield "Versions", ", ".join(versions if len(versions) > 1 else ())
    yield "Licence", card.licence
    if card.pretrained:
        licence = f", {card.weights_licence}" if card.weights_licence else ""
        yield "Weights", f"those of keras.applications.{card.pretrained}{licence}"
    for number, note in enumerate(card.notes):
        yield "" if number else "Notes", note


def _sizes(shape: Shape) -> str:
    return "x".join("?" if size is None else str(size) for size in shape)


def _claim_text(claim: Claim, report: Report) -> str:
    measured = f", measured {claim.measured}" if claim.measured else ""
    note = f" ({claim.note.rstrip('.')})" if claim.note else ""
    return f"{claim._replace(note='')}: {claim.status(report.total)}{measured}{note}"


def card_dict(
    entry: Entry, report: Report, smallest: Shape | None, versions: list[str]
) -> dict[str, Any]:
    """The JSON contract: what `convzoo show --format json` prints.

    Args:
        entry: the entry of the zoo.
        report: what is calculated of it, to hold claims to.
        smallest: the smallest input that it takes; `None` where that is not known.
        versions: the names of its versions.
    """
    card = entry.card
    known = {key: value for key, value in _plain(card).items() if key != "total_params"}
    return {
        "name": entry.name,
        "aliases": list(entry.aliases),
        "versions": versions,
        **known,
        # These names mean what they mean in the calculator.
        "params": card.all_params,
        "trainable_params": card.params,
        "claims": [
            {**_plain(claim), "status": claim.status(report.total)} for claim in card.claims
        ],
        "smallest_input": None if smallest is None else list(smallest),
    }


def _plain(value: Any) -> Any:
    """The value in dicts and lists."""
    if hasattr(value, "_asdict"):
        value = value._asdict()
    if isinstance(value, Mapping):
        return {key: _plain(part) for key, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, (list, tuple)) else value
