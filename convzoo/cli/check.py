"""`convzoo check`: whether architectures keep a budget."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from convzoo.budgets import budget
from convzoo.cli import COMMANDS, candidates
from convzoo.cli.arguments import (
    Sizes,
    is_bare_input,
    limit_options,
    refuse_bare_inputs,
    source_argument,
    source_of,
)
from convzoo.rendering.budget import STYLES


@COMMANDS.register("check")
@click.command("check", short_help="Whether architectures keep a budget, for CI.")
@source_argument
@limit_options
@click.option(
    "--baseline",
    metavar="SOURCE",
    shell_complete=candidates.sources,
    help="Fail too where parameters, weights, multiply-accumulates or peak memory are more than in "
    "this one.",
)
@click.option(
    "--dtype", metavar="NAME", help="The dtype of every float in memory, such as int8 or float16."
)
@click.option("--batch", type=click.IntRange(1), metavar="N", help="Samples at once. Default: 1.")
@click.option(
    "--input-shape", type=Sizes(), metavar="SIZES", help="Other sizes for the input of all."
)
@click.option(
    "--config",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="PATH",
    help="The file with the section [tool.convzoo.check]. Default: pyproject.toml, of the working "
    "directory or the nearest above that has it.",
)
@click.option(
    "--format",
    "style",
    type=click.Choice([*STYLES]),
    default="text",
    metavar="NAME",
    help="text, json, or github for annotations of GitHub Actions.",
)
def command(
    source: tuple[str, ...],
    baseline: str | None,
    config: Path | None,
    style: str,
    **limits: Any,
) -> None:
    """Tell whether architectures keep a budget, a line for each rule.

    Each SOURCE is one word: a name of the zoo, a file, - for standard input, or a typed stack in
    quotes. One stack alone needs no quotes, as in convzoo calc. Nothing is built or executed.

    Limits are options, or stand in pyproject.toml, under the same names:

    \b
        [tool.convzoo.check]
        max-params = "100k"
        max-peak-memory = "256KiB"
        dtype = "int8"
        [tool.convzoo.check.files."models/big_*.keras"]
        max-params = "5M"

    An option takes the place of what the file says. What is unknown, such as the work of a layer
    that convzoo does not know, keeps no limit.

    The exit status is 0 when all limits are kept, 1 when one is not, 2 on an error.

    Examples:

    \b
        convzoo check mnist_convnet --max-params 100k --max-macs 5M
        convzoo check mnist_convnet --dtype int8 --max-weights 1MiB --max-peak-memory 256KiB
        convzoo check 28x28x1 conv:8,3,relu flatten dense:10 --max-params 60k
        convzoo check nielsen_two_conv mnist_convnet --min-receptive-field 16
        convzoo check mnist_convnet:classes=5 --baseline mnist_convnet
        convzoo check models/*.keras --format github
        git show main:model.json | convzoo check model.json --baseline -
    """
    from convzoo.cli.configuration import find_configuration, read_configuration
    from convzoo.comparing import told_apart
    from convzoo.errors import ArgumentError

    configured = find_configuration() if config is None else read_configuration(config)
    given = {name: value for name, value in limits.items() if value is not None}
    before = None if baseline is None else source_of(baseline)
    checked = []
    for word in _sources(source):
        allowed = budget(**configured.limits_of(word) | given)
        if not allowed.limits and before is None:
            raise ArgumentError(
                f"{word}: has no limit to keep. Give one, such as --max-params 100k or max-params "
                "in the section [tool.convzoo.check] of pyproject.toml, or a --baseline."
            )
        checked.append(allowed.check(source_of(word), before))
    names = told_apart([one.name for one in checked])
    checked = [one._replace(name=name) for one, name in zip(checked, names, strict=True)]
    click.echo(STYLES[style](checked))
    if not all(one.holds for one in checked):
        raise click.exceptions.Exit(1)


def _sources(words: tuple[str, ...]) -> tuple[str, ...]:
    """A word for each source; a stack that stands alone needs no quotes."""
    if is_bare_input(words[0]):
        return (" ".join(words),)
    refuse_bare_inputs(words)
    return words
