"""`convzoo compare`: architectures side by side."""

from __future__ import annotations

from typing import Any

import click

from convzoo.cli import COMMANDS, candidates
from convzoo.cli.arguments import Sizes, format_option, refuse_bare_inputs, source_of


@COMMANDS.register("compare")
@click.command("compare", short_help="Architectures side by side; what changed between two files.")
@click.argument(
    "sources",
    nargs=-1,
    required=True,
    metavar="SOURCE SOURCE...",
    shell_complete=candidates.sources,
)
@click.option(
    "--columns",
    metavar="NAMES",
    shell_complete=candidates.columns,
    help="What to compare, parted by commas: the columns of convzoo calc, and input_shape, "
    "output_shape and layer_count.",
)
@click.option(
    "--layers/--no-layers",
    default=None,
    help="Show what changed between two, layer by layer. Default: when both are files.",
)
@format_option
@click.option(
    "--input-shape", type=Sizes(), metavar="SIZES", help="Other sizes for the input of all."
)
@click.option(
    "--batch", type=click.IntRange(1), default=1, metavar="N", help="Samples at once. Default: 1."
)
@click.option(
    "--dtype", metavar="NAME", help="The dtype of every float in memory, such as int8 or float16."
)
@click.option("--optimizer", default="adam", metavar="NAME", help="What trains them.")
@click.option("--exit-code", is_flag=True, help="Exit with 1 when they differ, as git diff does.")
def command(
    sources: tuple[str, ...],
    columns: str | None,
    layers: bool | None,
    style: str,
    input_shape: Any,
    batch: int,
    dtype: str | None,
    optimizer: str,
    exit_code: bool,
) -> None:
    """Set architectures side by side, and tell what changed between two files, layer by layer.

    Each SOURCE is one word: a name of the zoo, a file, - for standard input, or a typed stack in
    quotes. With two of them the last column has how many times the first the second is.

    Layer by layer, layers of one name are one layer; those that Keras numbered, such as conv2d_3,
    are matched in order, so that as little as possible changed. Where a layer takes its input from,
    its arguments, its output shape and its numbers are compared; values of weights are not read.

    Examples:

    \b
        convzoo compare mnist_convnet dense_baseline
        convzoo compare mnist_convnet mnist_convnet:pooling=l2 nielsen_two_conv
        convzoo compare mnist_convnet "28x28x1 conv:32,3,relu maxpool:2 flatten dense:10,softmax"
        convzoo compare mnist_convnet mnist_convnet:classes=5 --layers
        convzoo compare nielsen_fc100 dense_baseline --columns params,macs --format markdown
        convzoo compare before.keras after.keras --exit-code
        git show HEAD:model.json | convzoo compare - model.json
    """
    from convzoo.comparing import QUANTITIES, compare
    from convzoo.rendering.comparison import comparison_text
    from convzoo.sources import names_a_file

    refuse_bare_inputs(sources)
    if layers is None:
        layers = len(sources) == 2 and all(word == "-" or names_a_file(word) for word in sources)
    comparison = compare(
        *map(source_of, sources),
        columns=[name.strip() for name in columns.split(",")] if columns else QUANTITIES,
        layers=layers,
        input_shape=input_shape,
        batch=batch,
        dtype=dtype,
        optimizer=optimizer,
    )
    click.echo(comparison_text(comparison, style))
    if exit_code and not comparison.same:
        raise click.exceptions.Exit(1)
