"""`convzoo verify`: the calculation against Keras, row by row."""

from __future__ import annotations

import click

from convzoo.cli import COMMANDS
from convzoo.cli.arguments import read_source, source_argument


@COMMANDS.register("verify")
@click.command("verify", short_help="Build with Keras and compare, row by row.")
@source_argument
def command(source: tuple[str, ...]) -> None:
    """Build an architecture with Keras and compare it with the calculation, row by row.

    The exit status is 0 when they agree, 1 when they differ, and then every difference is printed.
    SOURCE is as in convzoo calc. Keras needs a backend: pip install "convzoo[tensorflow]".

    Examples:

    \b
        convzoo verify mnist_convnet
        convzoo verify 32x32x3 conv:64,3,padding=same bn gap dense:10
    """
    from convzoo.building.verifying import differences
    from convzoo.calculating import calc

    report = calc(read_source(source))
    found = differences(report)
    for difference in found:
        click.echo(difference)
    if found:
        click.echo(f"{report.name}: {len(found)} differences from Keras.")
        raise click.exceptions.Exit(1)
    rows = len(report.rows)
    params = f"{report.total('params'):,} parameters"
    click.echo(f"{report.name}: Keras agrees on all {rows} rows and on {params}.")
