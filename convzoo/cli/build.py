"""`convzoo build`: a real Keras model, saved."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from convzoo.cli import COMMANDS
from convzoo.cli.arguments import Sizes, read_source, source_argument
from convzoo.cli.output import check_output, written_whole


@COMMANDS.register("build")
@click.command("build", short_help="Build an architecture with Keras and save it.")
@source_argument
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to save the model: a path that ends in .keras.",
)
@click.option("--input-shape", type=Sizes(), metavar="SIZES", help="Other sizes for the input.")
@click.option("--force", is_flag=True, help="Replace a file that is there.")
def command(source: tuple[str, ...], output: Path, input_shape: Any, force: bool) -> None:
    """Build an architecture with Keras, with fresh weights, and save it, not compiled.

    SOURCE is as in convzoo calc. Keras needs a backend: pip install "convzoo[tensorflow]".

    Examples:

    \b
        convzoo build mnist_convnet -o mnist.keras
        convzoo build 28x28x1 conv:32,3,relu flatten dense:10 -o small.keras
    """
    check_output(output, ".keras", force)
    graph = read_source(source, input_shape)

    from convzoo.building import build

    model = build(graph)
    with written_whole(output) as part:
        model.save(part)
    click.echo(f"Saved {graph.name}, {model.count_params():,} parameters, to {output}.")
