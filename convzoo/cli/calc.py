"""`convzoo calc`: shapes, parameters and more of any architecture."""

from __future__ import annotations

from typing import Any

import click

from convzoo.cli import COMMANDS, candidates
from convzoo.cli.arguments import (
    Bytes,
    Place,
    Sizes,
    format_option,
    read_source,
    source_argument,
)


@COMMANDS.register("calc")
@click.command("calc", short_help="Shapes, parameters and more of any architecture.")
@source_argument
@click.option("--explain", "explained", is_flag=True, help="Print the arithmetic of every number.")
@format_option
@click.option(
    "--columns",
    default="params",
    metavar="NAMES",
    shell_complete=candidates.columns,
    help="Columns, parted by commas; see below. Default: params.",
)
@click.option(
    "--sort",
    metavar="COLUMN",
    shell_complete=candidates.columns,
    help="Sort the rows by a column, the largest first.",
)
@click.option("--top", type=click.IntRange(1), metavar="N", help="Show only the first N rows.")
@click.option("--share", "shares", is_flag=True, help="Show each value's share of the total.")
@click.option(
    "--batch", type=click.IntRange(1), default=1, metavar="N", help="Samples at once. Default: 1."
)
@click.option(
    "--dtype", metavar="NAME", help="The dtype of every float in memory, such as int8 or float16."
)
@click.option(
    "--optimizer",
    default="adam",
    metavar="NAME",
    help="What trains it: sgd, momentum, rmsprop, adam, ... Default: adam.",
)
@click.option(
    "--fit",
    "memory",
    type=Bytes(),
    metavar="SIZE",
    help="Tell the largest batches that a memory such as 16GiB or 256KiB holds.",
)
@click.option(
    "--convention",
    metavar="TOOL",
    help="Add the work as a tool counts it: fvcore, torchinfo, ptflops, thop, deepspeed, "
    "torchscan, tensorflow, or all.",
)
@click.option(
    "--unit",
    type=Place(),
    metavar="PLACE",
    help="Add what the unit at a place such as 3,4 of each output sees of the input.",
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
    sort: str | None,
    top: int | None,
    shares: bool,
    batch: int,
    dtype: str | None,
    optimizer: str,
    memory: int | None,
    convention: str | None,
    unit: tuple[int, ...] | None,
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
        ... changed       mnist_convnet:classes=5,pooling=l2
        a file            model.keras, model.json, or a file that holds a stack
        Keras code        model.py or notebook.ipynb, read without being run
        -                 standard input

    In a stack the input comes first. Each layer is name:arguments, the arguments in Keras's order
    or by keyword; any Keras class name works. A file is only read, never executed, code included.

    Columns are

    \b
        weights      params, trainable_params, non_trainable_params, weight_bytes, frozen
        work         macs, bias_adds, element_ops, flops; backwards input_gradient_macs,
                     weight_gradient_macs, backward_macs, backward_flops, training_flops
        memory       activation_bytes, peak_activation_bytes, training_bytes
        what it sees receptive_field

    Examples:

    \b
        convzoo calc mnist_convnet
        convzoo calc mnist_convnet --explain
        convzoo calc 28x28x1 conv:32,3,relu,padding=same maxpool:2 flatten dense:10
        convzoo calc 32x32x3 Conv2D:64,3 bn gap dense:10 --columns params,macs
        convzoo calc model.keras --format json
        convzoo calc mnist_convnet --input-shape 64x64x3
        convzoo calc mnist_convnet:include_top=false,activation=gelu
        convzoo calc mnist_convnet --columns macs --share --sort macs
        convzoo calc mnist_convnet --columns weight_bytes,peak_activation_bytes --dtype int8
        convzoo calc mnist_convnet --fit 16GiB --optimizer sgd
        convzoo calc mnist_convnet --convention all
        convzoo calc mnist_convnet --unit 1,2
        convzoo calc - < model.json
    """
    from convzoo.calculating import calc
    from convzoo.rendering import FORMATS

    render = FORMATS.get(style)
    chosen = [column.strip() for column in columns.split(",")]
    if convention is not None:
        from convzoo.analyses.conventions import columns_of_convention

        chosen += columns_of_convention(convention)
    chosen += ["unit"] * (unit is not None) + ["frozen"] * show_frozen
    report = calc(
        read_source(source, input_shape),
        depth=depth,
        batch=batch,
        dtype=dtype,
        optimizer=optimizer,
        unit=unit or (),
        sort=sort,
        top=top,
        shares=shares,
    )
    report = report.with_columns(list(dict.fromkeys(chosen)))
    click.echo(_explanations(report) if explained else render(report))
    if memory is not None:
        # Beside an answer that a program reads it must not stand.
        is_read = style in ("json", "csv") and not explained
        click.echo(_fit_text(report, memory), err=is_read)
    if strict and not report.complete:
        raise click.exceptions.Exit(1)


def _fit_text(report: Any, memory: int) -> str:
    from convzoo.rendering import bytes_text

    fit = report.fit(memory)
    return (
        f"Largest batch in {bytes_text(memory)}: {fit.to_train:,} to train with "
        f"{report.setting.optimizer}, {fit.to_run:,} to run"
    )


def _explanations(report: Any) -> str:
    from itertools import groupby

    from convzoo.analyses.explain import explain
    from convzoo.rendering import printable, shape_text
    from convzoo.rendering.totals import totals

    lines = [
        f"{printable(report.name)}, input {', '.join(map(shape_text, report.input_shapes))}",
        "",
    ]
    for layer, explanations in groupby(
        explain(report.graph, report.columns, report.setting), key=lambda found: found.layer
    ):
        lines.append(click.style(printable(layer), bold=True))
        lines += [f"  {printable(str(explanation))}" for explanation in explanations]
    return "\n".join([*lines, "", totals(report)])
