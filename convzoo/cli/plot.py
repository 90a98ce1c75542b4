"""`convzoo plot`: an architecture as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from convzoo.cli import COMMANDS
from convzoo.cli.arguments import Sizes, read_source, source_argument
from convzoo.cli.output import check_output, written_whole


@COMMANDS.register("plot")
@click.command("plot", short_help="Draw an architecture as an SVG.")
@source_argument
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path, allow_dash=True),
    help="Where to save the picture: a path that ends in .svg, or - for standard output.",
)
@click.option(
    "--show",
    default="architecture,params,receptive_field",
    metavar="PARTS",
    help="Which of architecture, params and receptive_field, parted by commas. Default: all.",
)
@click.option(
    "--expand", is_flag=True, help="Give every layer a line of its own, however many there are."
)
@click.option(
    "--theme",
    default="auto",
    metavar="NAME",
    help="auto, light or dark. Default: auto, as the reader of the picture has chosen.",
)
@click.option("--input-shape", type=Sizes(), metavar="SIZES", help="Other sizes for the input.")
@click.option("--force", is_flag=True, help="Replace a file that is there.")
def command(
    source: tuple[str, ...],
    output: Path,
    show: str,
    expand: bool,
    theme: str,
    input_shape: Any,
    force: bool,
) -> None:
    """Draw an architecture, without building it: layers, parameters, and what each layer sees.

    SOURCE is as in convzoo calc. Each layer is a line: a box with its name, type and output shape,
    arrows for branches and for what leads past layers; a bar for its share of the parameters; and a
    bar for the part of the input that one of its units sees.

    With more than 40 layers, activations and normalizations stand on the line of the layer before,
    blocks that follow one another are drawn once with how often, and lines are parted into stages.
    Point at a line to see all of it.

    Examples:

    \b
        convzoo plot lenet5 -o lenet5.svg
        convzoo plot 28x28x1 conv:32,3,relu maxpool:2 flatten dense:10 -o net.svg
        convzoo plot model.keras -o model.svg --theme dark --force
        convzoo plot resnet20 -o resnet20.svg --show architecture
        convzoo plot resnet20 -o resnet20.svg --expand --input-shape 64x64x3
        convzoo plot unet -o - > unet.svg
    """
    from convzoo.plotting import plot

    to_stdout = str(output) == "-"
    if not to_stdout:
        check_output(output, ".svg", force)
    # One word may name an entry of the zoo, whose card has the stages.
    is_word = len(source) == 1 and source != ("-",)
    svg = plot(
        source[0] if is_word else read_source(source, input_shape),
        [part.strip() for part in show.split(",")],
        input_shape if is_word else None,
        expand=expand,
        theme=theme,
    )
    if to_stdout:
        click.echo(svg, nl=False)
        return
    with written_whole(output) as part:
        part.write_text(svg, encoding="utf-8")
    click.echo(f"Saved the diagram to {output}.")
