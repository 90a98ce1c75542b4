"""`convzoo list`: the names of the zoo."""

from __future__ import annotations

import click

from convzoo.cli import COMMANDS


@COMMANDS.register("list")
@click.command("list", short_help="The architectures of the zoo.")
@click.argument("pattern", default="*")
@click.option("--names", is_flag=True, help="Print bare names, a line each, for scripts.")
def command(pattern: str, names: bool) -> None:
    """List the architectures of the zoo whose names match a wildcard PATTERN.

    Examples:

    \b
        convzoo list
        convzoo list "mnist*"
        convzoo list --names | xargs -n 1 convzoo calc
    """
    from convzoo.errors import UnknownNameError
    from convzoo.zoo import ZOO, list_models

    found = list_models(pattern)
    if not found:
        raise UnknownNameError("model", pattern, list_models(), "See convzoo list.")
    if names:
        click.echo("\n".join(found))
        return
    from tabulate import tabulate

    rows = []
    for name in found:
        package = ZOO.package(name)
        if package is not None:
            rows.append([name, "", "", f"(of the package {package})"])
            continue
        card = ZOO.get(name).card
        params = "" if card.params is None else f"{card.params:,}"
        rows.append([name, params, card.input, card.title])
    headers = ["Name", "Params", "Input", "What it is"]
    colalign = ("left", "right", "left", "left")
    click.echo(tabulate(rows, headers, colalign=colalign, disable_numparse=True))
