"""`convzoo sweep`: a whole design space at once, within a budget."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from convzoo.cli import COMMANDS, candidates
from convzoo.cli.arguments import format_option, limit_options
from convzoo.cli.bar import Bar

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from convzoo.sweeping.keeping import Keep
    from convzoo.sweeping.sweep import Points, Sweep

# Points of a plot besides the front; more make it no clearer.
_PLOTTED = 3000


@COMMANDS.register("sweep")
@click.command("sweep", short_help="A whole design space at once, within a budget.")
@click.argument(
    "space", nargs=-1, required=True, metavar="SPACE...", shell_complete=candidates.sources
)
@limit_options
@click.option(
    "--columns",
    default="params,macs",
    show_default=True,
    metavar="NAMES",
    shell_complete=candidates.columns,
    help="What to tell of each point, parted by commas: columns of convzoo calc.",
)
@click.option(
    "--pareto",
    metavar="NAMES",
    shell_complete=candidates.columns,
    help="Only the Pareto front of these columns, parted by commas: small is best, but for "
    "receptive fields.",
)
@click.option("--sample", type=click.IntRange(1), metavar="N", help="Only N points, by chance.")
@click.option("--seed", type=click.IntRange(0), default=0, metavar="N", help="Which ones.")
@click.option(
    "--sort",
    metavar="COLUMN",
    shell_complete=candidates.columns,
    help="The smallest first in this column. Default: the first column.",
)
@click.option("--reverse", is_flag=True, help="The largest first.")
@click.option(
    "--top", type=click.IntRange(1), default=20, show_default=True, metavar="N", help="Rows."
)
@click.option(
    "--dtype", metavar="NAME", help="The dtype of every float in memory, such as int8 or float16."
)
@click.option("--batch", type=click.IntRange(1), default=1, metavar="N", help="Samples at once.")
@format_option
@click.option(
    "--plot",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE.svg",
    help="Draw a sample of the points by the first two columns of --pareto, with the front.",
)
@click.option("--force", is_flag=True, help="Replace a plot that is there.")
@click.option(
    "--workers", type=click.IntRange(1), default=1, metavar="N", help="Processes. Default: 1."
)
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Sweep on a Dask cluster: the address of its scheduler, such as tcp://host:8786.",
)
def command(
    space: tuple[str, ...],
    columns: str,
    pareto: str | None,
    sample: int | None,
    seed: int,
    sort: str | None,
    reverse: bool,
    top: int,
    dtype: str | None,
    batch: int,
    style: str,
    plot: Path | None,
    force: bool,
    workers: int,
    scheduler: str | None,
    **limits: int | None,
) -> None:
    """Calculate every architecture of a design space, and show those within a budget.

    SPACE is a typed stack, as for convzoo calc, with alternatives: 32/64/128 or a range 16..128..8
    in the place of a value, and in quotes a group of layers that is repeated, '3x(conv:64,3,relu)',
    or as often as a range says, '0..3x(conv:64,3,relu maxpool:2)', with choices of its own each
    time. Nothing is built; millions of points take seconds, and a space of any size little memory.

    A point that a layer refuses, such as a window that is larger than its input, is counted and
    left out. Ctrl-C ends the sweep and shows what was found so far.

    The exit status is 1 when nothing is within the limits, 130 after Ctrl-C, 2 on an error.

    Examples:

    \b
        convzoo sweep 28x28x1 conv:8..64..8,3/5,relu maxpool:2 flatten dense:10 --max-params 50k
        convzoo sweep 28x28x1 '1..3x(conv:16/32/64,3,relu maxpool:2)' flatten dense:10 \\
            --min-receptive-field 10 --pareto params,macs
        convzoo sweep 32x32x3 conv:16..128..8,3/5/7,relu gap dense:10 --sort macs --top 5
        convzoo sweep 28x28x1 conv:8..64,3/5 flatten dense:10 --pareto params,macs --plot front.svg
    """
    from convzoo.errors import ArgumentError
    from convzoo.rendering.points import points_text, tally_text
    from convzoo.sweeping.keeping import Sample
    from convzoo.sweeping.sweep import sweep

    if scheduler is not None and workers > 1:
        raise ArgumentError("--scheduler: a cluster has workers of its own. Leave out --workers.")
    if sample is not None and pareto is not None:
        raise ArgumentError("--sample and --pareto exclude each other. Leave out one of them.")
    names = _names(columns)
    asked = sweep(space, names, batch=batch, dtype=dtype).where(
        **{name: limit for name, limit in limits.items() if limit is not None}
    )
    if plot is not None:
        from convzoo.cli.output import check_output

        check_output(plot, ".svg", force)
        if pareto is None or len(_names(pareto)) < 2:
            raise ArgumentError("--plot needs two columns to draw by: --pareto params,macs.")
    keep: list[Keep] = [_keep(names, pareto, sample, seed, sort, reverse, top)]
    if plot is not None:
        keep.append(Sample(_PLOTTED))
    found, is_stopped = _walked(asked, keep, workers, scheduler)
    points = found[0]
    shown = points.first(top)
    if len(points) or style in ("json", "csv"):
        click.echo(points_text(shown, style))
    if style not in ("json", "csv"):
        click.echo(("\n" if len(points) else "") + tally_text(points))
        if len(points) > len(shown):
            click.echo(f"{len(points) - len(shown):,} more points; --top shows more.")
    if plot is not None and len(points):
        _draw(found, _names(pareto or ""), plot)
    if is_stopped:
        click.echo("Stopped. This is what was found so far.", err=True)
        raise click.exceptions.Exit(130)
    if not len(points):
        click.echo("No point of the space is within the limits.", err=True)
        raise click.exceptions.Exit(1)


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",")]


def _keep(
    columns: list[str],
    pareto: str | None,
    sample: int | None,
    seed: int,
    sort: str | None,
    reverse: bool,
    top: int,
) -> Keep:
    from convzoo.sweeping.keeping import Sample, Top
    from convzoo.sweeping.sweep import front_of

    if pareto is not None:
        return front_of(_names(pareto))
    if sample is not None:
        return Sample(sample, seed)
    return Top(top, sort or columns[0], reverse)


def _walked(
    asked: Sweep, keep: list[Keep], workers: int, scheduler: str | None
) -> tuple[list[Points], bool]:
    """What was kept, and whether Ctrl-C ended the sweep."""
    from convzoo.executors import Processes, cluster

    place: AbstractContextManager[Executor | None] = nullcontext()
    if scheduler is not None:
        place = cluster(scheduler)
    elif workers > 1:
        place = Processes(workers)
    found = asked.nothing(keep)
    bar = Bar("Sweeping", asked.count)
    begin = time.perf_counter()
    try:
        with place as executor:
            for found in asked.walk(*keep, executor=executor):
                looked_at = found[0].tally.points
                rate = looked_at / (time.perf_counter() - begin)
                bar.move_to(looked_at, f"{rate:,.0f} points a second")
    except KeyboardInterrupt:
        return found, True
    finally:
        bar.erase()
    return found, False


def _draw(found: list[Points], columns: list[str], plot: Path) -> None:
    from convzoo.cli.output import written_whole
    from convzoo.sweeping.scatter import draw

    with written_whole(plot) as part:
        draw(found[0], found[1], columns[0], columns[1], part)
    click.echo(f"Drawn to {plot}.")
