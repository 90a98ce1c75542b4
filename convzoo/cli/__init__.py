"""The command line: one file per command, loaded when its command is used."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click

from convzoo.errors import ConvzooError, ConvzooWarning
from convzoo.registry import Registry
from convzoo.version import __version__

COMMANDS: Registry[click.Command] = Registry(
    "command", "convzoo.cli", file_of_name=True, hint="See convzoo --help."
)
"""Every command by name."""


class _Group(click.Group):
    """The commands, each file imported only when its command is used or listed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS.names())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return COMMANDS.find(cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if not ctx.resilient_parsing:  # While a shell completes a line, nothing is wrong yet.
            COMMANDS.get(args[0])
        return super().resolve_command(ctx, args)


@click.group(
    cls=_Group,
    context_settings={"help_option_names": ["-h", "--help"]},
    invoke_without_command=True,
)
@click.version_option(__version__, prog_name="convzoo")
@click.pass_context
def convzoo(context: click.Context) -> None:
    """Know your convnet before you build it.

    \b
        convzoo calc mnist_convnet                  shapes and parameters, layer by layer
        convzoo calc mnist_convnet --explain        the arithmetic behind every number
        convzoo calc 28x28x1 conv:32,3,relu flatten dense:10
        convzoo calc model.keras                    a file: read, never executed
        convzoo compare before.keras after.keras    what changed, layer by layer
        convzoo check model.keras --max-params 1M   a budget, for CI
        convzoo list --max-params 300k              the zoo
        convzoo show lenet5                         a card of it
        convzoo help                                guides
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())
        context.exit(2)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit.

    The status is 0 when all is well, 1 when a check failed, 2 on an error, and 130 after Ctrl-C. An
    error and a warning are each told in one line on stderr.
    """
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Returns:
        The exit status.
    """
    try:
        # Not `list(arguments)`: in this package that name is the command's file.
        words = None if arguments is None else [*arguments]
        # TensorFlow tells much of itself on stderr, where a command imports it.
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        with _warnings_in_a_line():
            status = convzoo.main(words, "convzoo", standalone_mode=False)
    except click.ClickException as error:
        return _fail(error.format_message())
    except ConvzooError as error:
        return _fail(str(error))
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped.", err=True)
        return 130
    except BrokenPipeError:
        # The reader, such as `head`, has seen enough.
        sys.stderr.close()
        return 0
    return status if isinstance(status, int) else 0


@contextmanager
def _warnings_in_a_line() -> Iterator[None]:
    """Tell each warning of ours once, in one line on stderr; those of others as Python does."""
    with warnings.catch_warnings():
        warnings.simplefilter("always", ConvzooWarning)
        warnings.showwarning = _telling(warnings.showwarning)
        yield


def _telling(show_others: Callable[..., Any]) -> Callable[..., None]:
    told: set[str] = set()

    def show(message: Warning | str, category: type[Warning], *place: Any, **more: Any) -> None:
        if not issubclass(category, ConvzooWarning):
            show_others(message, category, *place, **more)
        elif str(message) not in told:
            told.add(str(message))
            _tell("Warning:", "yellow", str(message))

    return show


def _fail(message: str) -> int:
    _tell("Error:", "red", message)
    return 2


# A message may repeat what a file holds.
_LONGEST_MESSAGE = 4000


def _tell(title: str, colour: str, message: str) -> None:
    from convzoo.rendering import printable

    line = printable(" ".join(message[:_LONGEST_MESSAGE].split()))
    line += " ..." if len(message) > _LONGEST_MESSAGE else ""
    click.echo(f"{click.style(title, fg=colour)} {line}", err=True)
