"""`convzoo calc`: shapes, parameters and more of any architecture."""

from __future__ import annotations

from typing import Any

import click

from convzoo.cli import COMMANDS
from convzoo.cli.arguments import Sizes, read_source, source_argument


@COMMANDS.register("calc")
@click.command("calc", short_help="Shapes, parameters and more of any architecture.")
@source_argument
@click.option("--explain", "explained", is_flag=True, help="Print the arithmetic of every number.")
@click.option(
    "--format",
    "style",
    default="table",
    metavar="NAME",
    help="table, json, csv, markdown, or any format of tabulate (github, html, latex, ...).",
)
@click.option(
    "--columns",
    default="params",
    metavar="NAMES",
    help="Columns, parted by commas: params, trainable_params, non_trainable_params, weight_bytes, "
    "macs, flops, bias_adds, element_ops, activation_bytes, frozen. Default: params.",
)
@click.option(
    "--input-shape",
    type=Sizes(),
    metavar="SIZES",
    help="Other sizes for the input, such as 64x64x3; for several inputs parted by commas.",
)
@click.option(
    "--depth",
    type=click.IntRange(0),
    metavar="N",
    help="Show rows down to N models within models. Default: all.",
)
@click.option("--show-frozen", is_flag=True, help="Add a column that tells the frozen layers.")
@click.option("--strict", is_flag=True, help="Exit with 1 when anything is unknown.")
def command(
    source: tuple[str, ...],
    explained: bool,
    style: str,
    columns: str,
    input_shape: Any,
    depth: int | None,
    show_frozen: bool,
    strict: bool,
) -> None:
    """Tell output shapes, parameters and more of any Keras architecture, without building it.

    SOURCE is one of

    \b
        a typed stack     28x28x1 conv:32,3,relu maxpool:2 flatten dense:10,softmax
        a name            mnist_convnet             (see convzoo list)
        a file            model.keras, model.json, or a file that holds a stack
        -                 standard input

    In a stack the input comes first. Each layer is name:arguments, the arguments in Keras's order
    or by keyword; any Keras class name works. A file is only read, never executed.

    Examples:

    \b
        convzoo calc mnist_convnet
        convzoo calc mnist_convnet --explain
        convzoo calc 28x28x1 conv:32,3,relu,padding=same maxpool:2 flatten dense:10
        convzoo calc 32x32x3 Conv2D:64,3 bn gap dense:10 --columns params,macs
        convzoo calc model.keras --format json
        convzoo calc mnist_convnet --input-shape 64x64x3
        convzoo calc - < model.json
    """
    from convzoo.calculating import calc
    from convzoo.rendering import FORMATS

    render = FORMATS.get(style)
    chosen = [column.strip() for column in columns.split(",")]
    report = calc(read_source(source), input_shape=input_shape, depth=depth)
    report = report.with_columns([*chosen, "frozen"] if show_frozen else chosen)
    if explained:
        click.echo(_explanations(report))
    else:
        click.echo(render(report))
    if strict and not report.complete:
        raise click.exceptions.Exit(1)


def _explanations(report: Any) -> str:
    from itertools import groupby

    from convzoo.analyses.explain import explain
    from convzoo.rendering import printable, shape_text
    from convzoo.rendering.table import totals

    lines = [
        f"{printable(report.name)}, input {', '.join(map(shape_text, report.input_shapes))}",
        "",
    ]
    for layer, explanations in groupby(explain(report.graph), key=lambda found: found.layer):
        lines.append(click.style(printable(layer), bold=True))
        lines += [f"  {printable(str(explanation))}" for explanation in explanations]
    return "\n".join([*lines, "", totals(report)])
