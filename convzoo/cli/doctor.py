"""`convzoo doctor`: what is installed, and whether it fits together."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from convzoo.cli import COMMANDS
from convzoo.cli.arguments import text_or_json_option

_WIDTH = 100

if TYPE_CHECKING:
    from convzoo.installation import Extra, Installation, Package


@COMMANDS.register("doctor")
@click.command("doctor", short_help="What is installed, and whether it fits together.")
@text_or_json_option
def command(style: str) -> None:
    """Tell what is installed, and whether it fits together, without importing any of it.

    \b
        packages   what convzoo needs: calc, compare, check, list and sweep need nothing else
        backend    what Keras would calculate with, and what chooses it: KERAS_BACKEND, the file
                   ~/.keras/keras.json, or Keras's default. Only build, verify, train, bench and
                   look need one.
        extras     what pip install "convzoo[NAME]" adds
        plugins    models and layers that other packages enter
        terminal   its encoding, its width, and whether there is colour

    The exit status is 0 when all is well, and 1 when something that is installed is too old or
    broken, or something that convzoo needs is missing. An extra that isn't there is no problem.

    Examples:

    \b
        convzoo doctor
        convzoo doctor --format json
        KERAS_BACKEND=jax convzoo doctor
    """
    from convzoo.installation import installation

    found = installation()
    if style == "json":
        import json

        click.echo(json.dumps(found.to_dict() | {"terminal": _terminal()}, indent=2))
    else:
        click.echo("\n".join(_lines(found)))
    if found.problems:
        raise click.exceptions.Exit(1)


def _terminal() -> dict[str, Any]:
    from shutil import get_terminal_size

    return {
        "encoding": sys.stdout.encoding,
        "columns": get_terminal_size().columns,
        "colour": sys.stdout.isatty(),
    }


def _lines(found: Installation) -> Iterator[str]:
    from convzoo.rendering import cells_text, printable
    from convzoo.version import __version__

    def table(title: str, rows: list[list[str]]) -> Iterator[str]:
        yield from ("", click.style(title, bold=True))
        cells = [[printable(cell) for cell in row] for row in rows]
        yield cells_text(cells, (), "plain", ["left"] * len(rows[0]))

    yield click.style(f"convzoo {__version__}", bold=True)
    yield from table("Packages", [_row(package) for package in found.packages])
    yield from ("", click.style("Backend of Keras", bold=True))
    yield from map(printable, _backend(found))
    if found.extras:
        yield from ("", click.style("Extras", bold=True))
        for extra in found.extras:
            yield from _extra_lines(extra)
    if found.plugins:
        kinds = {"convzoo.models": "model", "convzoo.layers": "layer"}
        rows = [
            [kinds.get(one.group, one.group), one.name, f"{one.package} ({one.value})"]
            for one in found.plugins
        ]
        yield from table("Plugins", rows)
    terminal = _terminal()
    colour = "colour" if terminal["colour"] else "no colour, since the output is no terminal"
    yield from ("", click.style("Terminal", bold=True))
    yield f"{terminal['encoding']}, {terminal['columns']} columns, {colour}"
    yield ""
    if found.problems:
        for problem in found.problems:
            yield click.style(printable(problem), fg="red")
    else:
        yield click.style("All is well.", fg="green")


def _row(package: Package) -> list[str]:
    return [package.name, package.version or "missing", package.required, package.problem]


def _extra_lines(extra: Extra) -> list[str]:
    """Whether its packages are there, and which they are."""
    from textwrap import wrap

    there = [one.name for one in extra.packages if one.version is not None]
    missing = [one.name for one in extra.packages if one.version is None]
    state = "there" if not missing else "in part" if there else "missing"
    text = ", ".join(there or missing)
    if there and missing:
        text += f"; without {', '.join(missing)}"
    return wrap(
        text,
        _WIDTH,
        initial_indent=f"{extra.name:12}{state:10}",
        subsequent_indent=" " * 22,
        break_on_hyphens=False,
    )


def _backend(found: Installation) -> list[str]:
    from convzoo.installation import BACKENDS

    backend = found.backend
    others = [f"{one.name} {one.version}" for one in found.backends if one.name != backend.name]
    lines = [f"Also installed: {', '.join(others)}."] if others else []
    if backend.version is not None:
        return [f"{backend.name} {backend.version}, by {backend.reason}.", *lines]
    if not others:
        names = ", ".join(f'"convzoo[{extra}]"' for extra in BACKENDS)
        lines = [f"To build and train, pip install one of {names}."]
    return [f"{backend.name}, by {backend.reason}, is not installed.", *lines]
