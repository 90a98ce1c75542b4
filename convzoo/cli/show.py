"""`convzoo show`: a card of the zoo, and its table."""

from __future__ import annotations

import click

from convzoo.cli import COMMANDS, candidates
from convzoo.cli.arguments import text_or_json_option

# Longer lines are hard to read, however wide the terminal is.
_WIDEST = 100


@COMMANDS.register("show")
@click.command("show", short_help="What is known of an architecture, and its table.")
@click.argument("name", shell_complete=candidates.models)
@click.option("--card", "is_alone", is_flag=True, help="Show the card without the table.")
@text_or_json_option
def command(name: str, is_alone: bool, style: str) -> None:
    """Show the card of an architecture of the zoo, and its table.

    The card tells where it was published, what images go through before they are its input, the
    smallest input that it takes, each published figure and how it stands, how it is trained, and
    where its stages end. A figure is verified here where the calculator comes to the same, claimed
    by the source where nobody measured it with convzoo, or contradicted.

    Examples:

    \b
        convzoo show mnist_convnet
        convzoo show dense_baseline --card
        convzoo show mnist_convnet --format json
    """
    import json
    import sys
    from shutil import get_terminal_size

    from convzoo.calculating import calc
    from convzoo.rendering.card import card_dict, card_text
    from convzoo.zoo import entry, smallest_input, takes, versions

    found = entry(name)
    report = calc(name)
    smallest = smallest_input(name) if takes(name, "input_shape") else None
    known = versions(found.name)
    if style == "json":
        click.echo(json.dumps(card_dict(found, report, smallest, known), indent=2))
        return
    width = get_terminal_size().columns if sys.stdout.isatty() else _WIDEST
    click.echo(click.style(found.name, bold=True))
    click.echo(card_text(found, report, smallest, known, min(width, _WIDEST)))
    if not is_alone:
        click.echo(f"\n{report}")
