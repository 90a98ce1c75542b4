"""`convzoo train`: an entry of the zoo, trained by its recipe and saved."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from convzoo.cli import COMMANDS, candidates
from convzoo.cli.arguments import data_option, held_out_option
from convzoo.cli.bar import Bar

if TYPE_CHECKING:
    from convzoo.training.results import Epoch, Result


@COMMANDS.register("train")
@click.command("train", short_help="Train an architecture of the zoo by its recipe.")
@click.argument(
    "source", nargs=-1, required=True, metavar="SOURCE...", shell_complete=candidates.sources
)
@data_option
@click.option(
    "--epochs", type=click.IntRange(1), help="How many epochs; the recipe's where not given."
)
@click.option(
    "--batch-size", type=click.IntRange(1), help="Images of a step; the recipe's where not given."
)
@click.option(
    "--seed", type=click.IntRange(0), default=0, show_default=True, help="What chance follows from."
)
@held_out_option
@click.option(
    "--devices",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Devices that share each batch; several with the backend JAX only.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to save the model: a path that ends in .keras; by the name where not given.",
)
@click.option("--force", is_flag=True, help="Replace a model that is there.")
@click.option("--restart", is_flag=True, help="Begin anew where a run was cut off.")
def command(source: tuple[str, ...], data: str, output: Path | None, **settings: Any) -> None:
    """Train an architecture of the zoo by the recipe of its card, and save the model.

    SOURCE is a name of the zoo, or a typed stack, which takes values from 0 to 1 and is trained by
    Adam.

    DATA is digits, which come with scikit-learn and need no network; mnist, fashion_mnist or
    cifar10, which Keras downloads and keeps; or the path of an .npz that holds x_train, y_train,
    x_test and y_test. Classes in brackets and a number of training images after a colon take a
    part of it.

    Beside model.keras come model.history.json and model.curve.svg. Ctrl-C stops after the batch
    and saves the best model so far; the exit status is then 130. The same command again goes on
    after the last epoch, as it does after the process was killed. Training needs a backend of
    Keras, digits and the curve another extra: pip install "convzoo[tensorflow,train]".

    Examples:

    \b
        convzoo train mnist_convnet -o digits.keras
        convzoo train dense_baseline --data mnist --seed 1
        convzoo train 28x28x1 conv:8,5,relu maxpool:2 flatten dense:10,softmax --data mnist
        convzoo train cats_vs_dogs_convnet --data cifar10[cat,dog]:2000 --epochs 20
    """
    from convzoo.training.training import train

    screen = _Screen()
    name = " ".join(source)
    output = output or Path(f"{name if len(source) == 1 else 'sequential'}.keras")
    try:
        trained = train(
            name,
            data,
            output=output,
            stop_on_interrupt=True,
            on_begin=screen.begin,
            on_epoch=screen.end_epoch,
            on_batch=screen.show if sys.stderr.isatty() else None,
            **settings,
        )
    finally:
        screen.erase_bar()
    result = trained.result
    click.echo(
        f"Test accuracy {result.test_accuracy:.4f} on {result.test_images:,} images, "
        f"{_kept(result)}."
    )
    click.echo(f"Saved {result.name}, {result.params:,} parameters, to {output}.")
    if not result.is_finished:
        click.echo(
            f"Stopped after {len(result.history)} of {result.epochs} epochs. "
            "The same command goes on from there.",
            err=True,
        )
        raise click.exceptions.Exit(130)


def _kept(result: Result) -> str:
    if not result.kept_epoch:
        return "in the middle of the first epoch"
    if result.held_out:
        return f"after epoch {result.kept_epoch}, the best on the images held out"
    return f"after epoch {result.kept_epoch}"


class _Screen:
    """What is told while a network is trained: a line for each epoch, and a bar on a terminal."""

    def __init__(self) -> None:
        self._bar: Bar | None = None
        self._epochs = 0

    def begin(self, result: Result) -> None:
        """Tell what will be trained, on what and how."""
        self._epochs = result.epochs
        held_out = f"{result.held_out_images:,} held out, " if result.held_out_images else ""
        sizes = "x".join(map(str, result.input_shape))
        click.echo(
            f"{result.name} ({sizes}, {result.params:,} parameters) on {result.data}: "
            f"{result.training_images:,} images to train on, {held_out}"
            f"{result.test_images:,} to test with, {len(result.classes)} classes."
        )
        click.echo(
            f"{result.epochs} epochs, batches of {result.batch_size}, seed {result.seed}. "
            f"Recipe: {result.recipe}."
        )

    def show(self, number: int, done: int, steps: int) -> None:
        """Move the bar of an epoch."""
        if self._bar is None:
            self._bar = Bar(f"Epoch {number} of {self._epochs}", steps)
        self._bar.move_to(done)

    def end_epoch(self, epoch: Epoch) -> None:
        """Tell of an epoch, in place of its bar."""
        self.erase_bar()
        click.echo(str(epoch))

    def erase_bar(self) -> None:
        """Take the bar away, if there is one."""
        if self._bar is not None:
            self._bar.erase()
            self._bar = None
