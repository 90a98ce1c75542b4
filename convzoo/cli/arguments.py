"""Arguments and options that several commands take."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, ClassVar

import click

from convzoo.errors import SourceError
from convzoo.graph.graph import Graph
from convzoo.sources import read_bytes, read_words, reshaped

source_argument: Callable[[Any], Any] = click.argument(
    "source", nargs=-1, required=True, metavar="SOURCE..."
)
"""What to look at: a name of the zoo, a file, `-` for standard input, or a typed stack."""


def read_source(words: tuple[str, ...], input_shape: Any = None) -> Graph:
    """The architecture that a command's SOURCE names.

    Args:
        words: SOURCE.
        input_shape: other sizes for its input.

    Raises:
        SourceError: when it names none.
    """
    from convzoo.graph.naming import fresh_names

    with fresh_names():
        if words == ("-",):
            if sys.stdin is None or sys.stdin.isatty():
                raise SourceError(
                    "standard input: is a terminal. Pipe a model into it, or name a file."
                )
            found = read_bytes(sys.stdin.buffer.read(), "standard input")
            return reshaped(found, input_shape)
        return read_words(list(words), input_shape)


class Sizes(click.ParamType[Any]):
    """Sizes such as `28x28x1`, several parted by commas, `none` where unknown."""

    name = "sizes"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not isinstance(value, str):
            return value
        shapes = []
        for text in value.split(","):
            sizes = text.lower().split("x")
            if not all(size.isdecimal() or size in ("none", "?") for size in sizes):
                self.fail(f"{value!r} are no sizes. Write, for example, 28x28x1.", param, ctx)
            shapes.append(tuple(int(size) if size.isdecimal() else None for size in sizes))
        return shapes


class Place(click.ParamType[Any]):
    """A place along the spatial axes, such as `3,4`."""

    name = "place"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not isinstance(value, str):
            return value
        parts = [part.strip() for part in value.split(",")]
        if not all(part.isdecimal() for part in parts):
            self.fail(f"{value!r} is no place. Write, for example, 3,4.", param, ctx)
        return tuple(map(int, parts))


class Bytes(click.ParamType[Any]):
    """A size of memory such as `16GiB`, `256KiB`, `512kB` or a number of bytes."""

    name = "bytes"
    _UNITS: ClassVar[dict[str, int]] = {
        "": 1, "b": 1,
        "kb": 1000, "mb": 1000**2, "gb": 1000**3, "tb": 1000**4,
        "kib": 1024, "mib": 1024**2, "gib": 1024**3, "tib": 1024**4,
    }  # fmt: skip

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not isinstance(value, str):
            return value
        number = value.rstrip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ ")
        unit = value[len(number) :].strip().lower()
        if unit not in self._UNITS or not number.replace(".", "", 1).isdecimal():
            self.fail(f"{value!r} is no size of memory. Write, for example, 16GiB.", param, ctx)
        whole, _, fraction = number.partition(".")
        digits = int((whole or "0") + fraction)
        return digits * self._UNITS[unit] // 10 ** len(fraction)
