"""`convzoo bench`: entries of the zoo times seeds, trained, and a table of what came of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from convzoo.cli import COMMANDS, candidates
from convzoo.cli.arguments import ParamType, data_option, held_out_option
from convzoo.cli.bar import Bar

if TYPE_CHECKING:
    from concurrent.futures import Executor
    from contextlib import AbstractContextManager

    from convzoo.training.benchmark import Failure
    from convzoo.training.tables import Measured


class Seeds(ParamType):
    """How many seeds, or which: `10`, `0,3,7` or `10-19`."""

    name = "seeds"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not isinstance(value, str):
            return value
        if value.isdecimal():
            return int(value)
        seeds: list[int] = []
        for part in value.split(","):
            first, _, last = part.partition("-")
            if not first.isdecimal() or not (last or first).isdecimal():
                self.fail(f"{value!r} are no seeds. Write, for example, 10 or 3,5-9.", param, ctx)
            seeds += range(int(first), int(last or first) + 1)
        return seeds


@COMMANDS.register("bench")
@click.command("bench", short_help="Train architectures with several seeds, into a table.")
@click.argument(
    "patterns", nargs=-1, required=True, metavar="PATTERN...", shell_complete=candidates.sources
)
@data_option
@click.option(
    "--seeds",
    type=Seeds(),
    default=3,
    show_default=True,
    metavar="SEEDS",
    help="How many, from 0, or which: 0,3,7 or 10-19.",
)
@click.option(
    "--epochs", type=click.IntRange(1), help="How many epochs; each recipe's where not given."
)
@held_out_option
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=Path("bench"),
    show_default=True,
    help="Path of the files, without .runs.jsonl, .csv and .md.",
)
@click.option(
    "--workers",
    type=click.IntRange(1),
    help="Processes that train at once; one for every two cores where not given.",
)
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Train on a Dask cluster: the address of its scheduler, such as tcp://host:8786.",
)
@click.option("--restart", is_flag=True, help="Throw away the runs in the files.")
def command(
    patterns: tuple[str, ...],
    workers: int | None,
    scheduler: str | None,
    output: Path,
    **settings: Any,
) -> None:
    """Train each architecture of the zoo that matches a wildcard PATTERN with several seeds.

    Each is trained by the recipe of its card, as by convzoo train. What a wildcard matches and
    can't be trained on the data is left out.

    The files are bench.runs.jsonl, with a line for each run, and the table, bench.csv and bench.md:
    the mean accuracy, its standard deviation, minimum and maximum, parameters, multiply-accumulates
    and seconds. They are whole after every run. The same command again does only the runs that are
    missing, after Ctrl-C, after a kill, and with more seeds or more names too. A process that dies
    loses only its run, which is tried again.

    The exit status is 130 after Ctrl-C, 2 when a run failed.

    Examples:

    \b
        convzoo bench "mnist*" --seeds 10
        convzoo bench dense_baseline mnist_convnet --data mnist -o results/mnist --workers 4
        convzoo bench "resnet*" --data cifar10 --scheduler tcp://host:8786
    """
    from convzoo.errors import ArgumentError, BenchmarkError
    from convzoo.executors import Processes, cluster
    from convzoo.training.benchmark import bench

    if scheduler is not None and workers is not None:
        raise ArgumentError("--scheduler: a cluster has workers of its own. Leave out --workers.")
    place: AbstractContextManager[Executor]
    place = Processes(workers) if scheduler is None else cluster(scheduler)
    screen = _Screen()
    try:
        with place as executor:
            found = bench(
                patterns,
                output=output,
                executor=executor,
                on_begin=screen.begin,
                on_run=screen.tell,
                **settings,
            )
    except KeyboardInterrupt:
        screen.end()
        if not screen.asked:
            raise
        click.echo(
            f"Stopped with {screen.missing} of {screen.asked} runs missing. "
            "The same command does them.",
            err=True,
        )
        raise click.exceptions.Exit(130) from None
    finally:
        screen.end()
    if found.runs:
        click.echo(f"\n{found.table.text('table')}\n")
    click.echo(f"Saved to {output}.runs.jsonl, {output}.csv and {output}.md.")
    if found.failures:
        failed = ", ".join(f"{one.name} with seed {one.seed}" for one in found.failures)
        raise BenchmarkError(
            f"{len(found.failures)} of {screen.asked} runs failed: {failed}. "
            "The same command tries them again."
        )


class _Screen:
    """What is told while runs are done: a line for each, and a bar on a terminal."""

    def __init__(self) -> None:
        self.asked = self.missing = 0
        self._bar: Bar | None = None
        self._told = 0

    def begin(self, asked: int, missing: int) -> None:
        """Tell how much there is to do."""
        self.asked, self.missing = asked, missing
        there = f", {asked - missing} of them there already" if missing < asked else ""
        click.echo(f"{asked} runs{there}.")
        if missing:
            self._bar = Bar("Runs", missing, show_position=True)

    def tell(self, run: Measured | Failure) -> None:
        """Tell of a run, above the bar."""
        from convzoo.training.benchmark import Failure

        assert self._bar is not None
        self._bar.erase()
        if isinstance(run, Failure):
            click.echo(f"{run.name}, seed {run.seed}: failed. {run.reason}", err=True)
        else:
            self.missing -= 1
            click.echo(
                f"{run.name}, seed {run.seed}: {run.test_accuracy:.4f} in {run.seconds:.1f} s"
            )
        self._told += 1
        self._bar.draw()
        self._bar.move_to(self._told)

    def end(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.erase()
            self._bar = None
