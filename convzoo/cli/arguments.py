"""Arguments and options that several commands take."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from convzoo.cli import candidates
from convzoo.errors import ArgumentError, SourceError
from convzoo.units import BYTES, COUNT, Unit, read_sizes

if TYPE_CHECKING:
    from convzoo.graph.graph import Graph

    ParamType = click.ParamType[Any]
else:
    ParamType = click.ParamType  # Older versions of click have none that is generic.

source_argument: Callable[[Any], Any] = click.argument(
    "source",
    nargs=-1,
    required=True,
    metavar="SOURCE...",
    shell_complete=candidates.sources,
)
"""What to look at: a name of the zoo, a file, `-` for standard input, or a typed stack."""


format_option: Callable[[Any], Any] = click.option(
    "--format",
    "style",
    default="table",
    metavar="NAME",
    shell_complete=candidates.formats,
    help="table, json, csv, markdown, or any format of tabulate (github, html, latex, ...).",
)
"""How an answer looks, as the argument `style`."""

text_or_json_option: Callable[[Any], Any] = click.option(
    "--format",
    "style",
    type=click.Choice(["text", "json"]),
    default="text",
    metavar="NAME",
    help="text, or json for one object.",
)
"""How an answer that is no table looks, as the argument `style`."""

data_option: Callable[[Any], Any] = click.option(
    "--data",
    default="digits",
    show_default=True,
    metavar="DATA",
    help="What to train on: digits, mnist, fashion_mnist, cifar10 or the path of an .npz.",
)
"""The data set of a training."""

held_out_option: Callable[[Any], Any] = click.option(
    "--held-out",
    type=click.FloatRange(0, 1, max_open=True),
    default=0.1,
    show_default=True,
    help="Share of the training images that the best epoch is chosen by; 0 keeps the last epoch.",
)
"""What a training holds out."""


def read_source(words: tuple[str, ...], input_shape: Any = None) -> Graph:
    """The architecture that a command's SOURCE names.

    Args:
        words: SOURCE.
        input_shape: other sizes for its input.

    Raises:
        SourceError: when it names none.
    """
    from convzoo.graph.garbage import no_collection
    from convzoo.graph.naming import fresh_names
    from convzoo.sources import read_open, read_words, reshaped

    with fresh_names(), no_collection():
        if words == ("-",):
            if sys.stdin is None or sys.stdin.isatty():
                raise SourceError(
                    "standard input: is a terminal. Pipe a model into it, or name a file."
                )
            with _standard_input() as file:
                return reshaped(read_open(file, "standard input"), input_shape)
        return read_words(list(words), input_shape)


@contextmanager
def _standard_input() -> Iterator[BinaryIO]:
    """Standard input as a file, in which an archive goes from place to place."""
    data = sys.stdin.buffer.read(_MOST_IN_MEMORY)
    if len(data) < _MOST_IN_MEMORY:
        yield io.BytesIO(data)
        return
    from tempfile import TemporaryFile

    with TemporaryFile() as file:
        try:
            _keep(data, file)
        except OSError as error:
            reason = error.strerror or error
            raise SourceError(f"standard input: can't be kept: {reason}.") from None
        yield file


def _keep(data: bytes, file: BinaryIO) -> None:
    """Write what was read of standard input to a file, and all that follows."""
    from convzoo.limits import limits, too_many_bytes

    left = limits().stdin_bytes
    while data:
        left -= len(data)
        if left < 0:
            raise SourceError(f"standard input: {too_many_bytes('stdin_bytes')}")
        file.write(data)
        data = sys.stdin.buffer.read(_MOST_IN_MEMORY)
    file.seek(0)


# What is larger waits in a file: an archive may hold weights, of which nothing is read.
_MOST_IN_MEMORY = 2**20


def source_of(word: str) -> Graph | str:
    """What `calc` takes for a word that names a source, `-` for standard input.

    Raises:
        SourceError: when standard input holds none.
    """
    return read_source(("-",)) if word == "-" else word


def refuse_bare_inputs(words: Sequence[str]) -> None:
    """Refuse words that are each to be a source, where a stack stands among them without quotes.

    Raises:
        SourceError: when one is the input of a stack.
    """
    for word in words:
        if is_bare_input(word):
            raise SourceError(
                f"{word!r}: is the input of a stack without its layers. "
                f'Put quotes around each stack: "{" ".join(words)}".'
            )


def is_bare_input(word: str) -> bool:
    """Whether a word is the input of a stack, and not all of a stack in quotes."""
    from convzoo.sources.text import looks_like_input

    return looks_like_input(word) and len(word.split()) == 1


class Sizes(ParamType):
    """Sizes such as `28x28x1`, several parted by commas, `none` where unknown."""

    name = "sizes"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not isinstance(value, str):
            return value
        try:
            return read_sizes(value)
        except ArgumentError as error:
            self.fail(str(error), param, ctx)


class Place(ParamType):
    """A place along the spatial axes, such as `3,4`."""

    name = "place"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not isinstance(value, str):
            return value
        parts = [part.strip() for part in value.split(",")]
        if not all(part.isdecimal() for part in parts):
            self.fail(f"{value!r} is no place. Write, for example, 3,4.", param, ctx)
        return tuple(map(int, parts))


class Scaled(ParamType):
    """A number that may be written with letters after it, such as `300k`, as an integer.

    Args:
        unit: what it counts.
    """

    def __init__(self, unit: Unit) -> None:
        self.name = unit.name
        self.unit = unit

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            return self.unit.read(value)
        except ArgumentError as error:
            self.fail(str(error), param, ctx)


class Bytes(Scaled):
    """A size of memory such as `16GiB`, `256KiB`, `512kB` or a number of bytes."""

    def __init__(self) -> None:
        super().__init__(BYTES)


class Count(Scaled):
    """A number such as `300k`, `5M`, `1.5G` or `93,322`."""

    def __init__(self) -> None:
        super().__init__(COUNT)


def limit_options(command: Callable[..., None]) -> Callable[..., None]:
    """An option for each rule of a budget."""
    from convzoo.budgets import RULES

    for name, rule in reversed(RULES.items()):
        command = click.option(
            f"--{name.replace('_', '-')}",
            type=Scaled(rule.unit),
            metavar="SIZE" if rule.unit is BYTES else "N",
            help=rule.about,
        )(command)
    return command
