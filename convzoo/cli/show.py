"""`convzoo show`: a card of the zoo, and its table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from convzoo.cli import COMMANDS

if TYPE_CHECKING:
    from convzoo.analyses.report import Report
    from convzoo.zoo import Claim


@COMMANDS.register("show")
@click.command("show", short_help="What is known of an architecture, and its table.")
@click.argument("name")
def command(name: str) -> None:
    """Show the card of an architecture of the zoo, and its table.

    Examples:

    \b
        convzoo show mnist_convnet
        convzoo show dense_baseline
    """
    from convzoo.calculating import calc
    from convzoo.zoo import entry, versions

    found = entry(name)
    about = found.card
    known = versions(found.name)
    report = calc(name)
    lines = [
        ("", about.title),
        ("Source", str(about.source)),
        ("Input", about.input),
        ("Values", str(about.preprocessing)),
        *(("Claim", _claim(claim, report)) for claim in about.claims),
        ("Recipe", str(about.recipe or "")),
        ("Tags", ", ".join(about.tags)),
        ("Also", ", ".join(found.aliases)),
        ("Versions", ", ".join(known) if len(known) > 1 else ""),
        ("Licence", about.licence),
        *(("Note", note) for note in about.notes),
    ]
    click.echo(click.style(name, bold=True))
    for title, text in lines:
        if text:
            click.echo(f"  {title + ':':<10}{text}" if title else f"  {text}")
    click.echo()
    click.echo(report)


def _claim(claim: Claim, report: Report) -> str:
    words = [claim.value, claim.what.replace("_", " "), f"on {claim.on}" if claim.on else ""]
    note = f" ({claim.note})" if claim.note else ""
    return " ".join(filter(None, words)) + f": {claim.status(report.total)}{note}"
