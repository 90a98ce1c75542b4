"""`convzoo look`: pictures of what is inside a network that looks at an image."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from convzoo.cli import COMMANDS, candidates
from convzoo.cli.arguments import Place

if TYPE_CHECKING:
    from convzoo.visualize import Picture


@COMMANDS.register("look")
@click.command("look", short_help="Pictures of what is inside a network that looks at an image.")
@click.argument("model", shell_complete=candidates.sources)
@click.argument("image", type=click.Path(exists=True, dir_okay=False))
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Where to put the pictures; it is made if need be.",
)
@click.option(
    "--show",
    metavar="NAMES",
    help="Which pictures, parted by commas: activations, filters, gradcam, maximal, "
    "receptive_field. Default: all.",
)
@click.option(
    "--layer",
    metavar="NAME",
    help="The layer that they are of, such as conv2d or, in a model within the model, base/conv2d. "
    "Default: the end of every stage; for Grad-CAM, the last with spatial axes.",
)
@click.option(
    "--class",
    "class_index",
    type=int,
    metavar="N",
    help="The class that Grad-CAM explains, from 0. Default: the predicted one.",
)
@click.option(
    "--unit",
    type=Place(),
    metavar="PLACE",
    help="Row and column, such as 3,4, of the unit whose receptive field is drawn. Default: the "
    "middle one.",
)
@click.option(
    "--values",
    metavar="RANGE",
    help="What values the image gets: 0..1, 0..255 or -1..1, or those that a network of the zoo, "
    "such as vgg16, takes. Default: those of MODEL in the zoo, or 0..1.",
)
@click.option(
    "--weights",
    metavar="FILE",
    help="For a MODEL of the zoo a file of weights, or imagenet for one of keras.applications, "
    "which Keras downloads. Default: fresh, random weights.",
)
@click.option(
    "--filters",
    type=click.IntRange(1),
    default=16,
    metavar="N",
    help="Filters in a picture of deeper filters or of inputs that maximise them. Default: 16.",
)
@click.option(
    "--steps",
    type=click.IntRange(0),
    default=30,
    metavar="N",
    help="Steps from noise to an input that maximises a filter. Default: 30.",
)
@click.option("--seed", type=click.IntRange(0), default=0, metavar="N", help="Default: 0.")
@click.option(
    "--format",
    "style",
    type=click.Choice(["png", "svg"]),
    default="png",
    help="How pictures are saved. Default: png.",
)
@click.option("--force", is_flag=True, help="Replace pictures that are there.")
def command(
    model: str,
    image: str,
    output: Path,
    show: str | None,
    layer: str | None,
    class_index: int | None,
    unit: tuple[int, ...] | None,
    values: str | None,
    weights: str | None,
    filters: int,
    steps: int,
    seed: int,
    style: str,
    force: bool,
) -> None:
    """Draw what is inside a network that looks at an image.

    MODEL is a .keras file, or a name of the zoo, which gets random weights unless --weights gives
    others. Unlike convzoo calc, this loads the model and runs it: with Keras and a backend, in its
    safe mode, which refuses code that the file holds. IMAGE is a PNG or JPEG; it is resized to the
    model's input, grey or in colour as the model takes it.

    \b
        activations      what layers give for the image: their feature maps
        filters          what the weights of filters look like
        gradcam          where a layer finds what speaks for a class
        maximal          inputs that filters respond to most, by steps up the gradient
        receptive_field  the part of the image that a unit sees

    The pictures need matplotlib and Pillow: pip install "convzoo[viz]".

    Examples:

    \b
        convzoo look model.keras digit.png -o pictures
        convzoo look model.keras digit.png -o pictures --show gradcam --class 7
        convzoo look model.keras digit.png -o pictures --layer conv2d_1 --unit 3,4 --format svg
        convzoo look mobilenet_v2 cat.jpg --weights imagenet -o pictures
    """
    from convzoo.errors import ArgumentError
    from convzoo.rendering import printable
    from convzoo.visualize import Subject, Wish, pictures

    if not output.parent.is_dir():
        raise ArgumentError(f"{output}: there is no folder {str(output.parent)!r}. Make it first.")
    preprocessing = None if values is None else _preprocessing(values)
    subject = Subject.of(_model(model, weights, seed), image, preprocessing)
    wish = Wish(layer, class_index, unit, filters, steps, seed)
    kinds = None if show is None else [kind.strip() for kind in show.split(",")]
    found = pictures(subject, kinds, wish)
    names = [f"{_file_name(picture.name)}.{style}" for picture in found]
    taken = [output / name for name in names if (output / name).exists()]
    if taken and not force:
        raise ArgumentError(f"{taken[0]}: is there already. Give --force to replace it.")
    _save(found, names, output)
    click.echo(printable(f"{subject.model.name} saw {subject.preprocessing}. Drawn to {output}:"))
    for name in names:
        click.echo(f"  {printable(name)}")


def _preprocessing(values: str) -> Any:
    """What the image goes through to have values of a range, or those of an entry of the zoo."""
    from convzoo.errors import ArgumentError
    from convzoo.sources import names_an_entry
    from convzoo.zoo import preprocess
    from convzoo.zoo.preprocessing import RAW, SYMMETRIC, UNIT

    ranges = {"0..1": UNIT, "0..255": RAW, "-1..1": SYMMETRIC}
    if values in ranges:
        return ranges[values]
    if not names_an_entry(values):
        raise ArgumentError(
            f"values must be {', '.join(ranges)} or a name of the zoo. Received {values!r}."
        )
    return preprocess(values)


def _model(model: str, weights: str | None, seed: int) -> Any:
    from convzoo.errors import ArgumentError, ConvzooWarning, warn
    from convzoo.visualize.loading import built, is_file, load

    if is_file(model):
        if weights is not None:
            raise ArgumentError(f"{model}: has weights of its own. Leave --weights out.")
        return load(model)
    made = built(model, weights, seed)
    if weights is None:
        warn(
            f"{model!r} has fresh, random weights, so that its pictures tell nothing of a trained "
            "network. Give a trained .keras file, or --weights.",
            ConvzooWarning,
        )
    return made


def _file_name(name: str) -> str:
    """A name that every file system takes."""
    return re.sub(r"[^\w.-]+", "-", name)


def _save(pictures: Sequence[Picture], names: Sequence[str], output: Path) -> None:
    """Draw the pictures beside their place and then move them, so that none is left half-drawn."""
    import os
    import tempfile

    beside = output if output.is_dir() else output.parent
    with tempfile.TemporaryDirectory(dir=beside, prefix=".convzoo-") as folder:
        for picture, name in zip(_with_progress(pictures), names, strict=True):
            picture.save(Path(folder) / name)
        output.mkdir(exist_ok=True)
        for name in names:
            os.replace(Path(folder) / name, output / name)


def _with_progress(pictures: Sequence[Picture]) -> Iterator[Picture]:
    """The pictures one by one, a bar on a terminal moving on with each that is drawn."""
    if not sys.stderr.isatty():
        yield from pictures
        return
    with click.progressbar(
        pictures,
        label="Drawing",
        file=sys.stderr,
        show_pos=True,
        item_show_func=lambda picture: picture.name if picture else "",
    ) as bar:
        yield from bar
