"""`convzoo show`: a card of the zoo, and its table."""

from __future__ import annotations

import click

from convzoo.cli import COMMANDS


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
    from convzoo.zoo import card

    about = card(name)
    report = calc(name)
    params = report.total("trainable_params")
    lines = [
        ("", about.title),
        ("Source", about.source),
        ("Input", about.input),
        ("Params", _params(params, about.params)),
        ("Accuracy", _accuracy(about.accuracy, about.dataset)),
        ("Licence", about.licence),
        *(("Note", note) for note in about.notes),
    ]
    click.echo(click.style(name, bold=True))
    for title, text in lines:
        if text:
            click.echo(f"  {title + ':':<10}{text}" if title else f"  {text}")
    click.echo()
    click.echo(report)


def _params(calculated: int, published: int | None) -> str:
    if published is None:
        return f"{calculated:,} trainable"
    agree = "as published" if calculated == published else f"published: {published:,}"
    return f"{calculated:,} trainable, {agree}"


def _accuracy(accuracy: float | None, dataset: str | None) -> str:
    if accuracy is None:
        return ""
    return f"{accuracy:.2%} on {dataset}, claimed by the source"
