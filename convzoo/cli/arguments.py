"""Arguments and options that several commands take."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

import click

from convzoo.errors import SourceError

if TYPE_CHECKING:
    from convzoo.graph.graph import Graph

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
    from convzoo.sources import read_bytes, read_words, reshaped

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


class _Scaled(click.ParamType[Any]):
    """A number with a unit, as an integer."""

    units: ClassVar[dict[str, int]]
    complaint: ClassVar[str]

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not isinstance(value, str):
            return value
        number = value.rstrip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ ")
        unit = value[len(number) :].strip().lower()
        whole, _, fraction = number.replace(",", "").partition(".")
        if unit not in self.units or not (whole + fraction).isdecimal():
            self.fail(f"{value!r} {self.complaint}", param, ctx)
        return int(whole + fraction) * self.units[unit] // 10 ** len(fraction)


class Bytes(_Scaled):
    """A size of memory such as `16GiB`, `256KiB`, `512kB` or a number of bytes."""

    name = "bytes"
    complaint = "is no size of memory. Write, for example, 16GiB."
    units: ClassVar[dict[str, int]] = {
        "": 1, "b": 1,
        "kb": 1000, "mb": 1000**2, "gb": 1000**3, "tb": 1000**4,
        "kib": 1024, "mib": 1024**2, "gib": 1024**3, "tib": 1024**4,
    }  # fmt: skip


class Count(_Scaled):
    """A number such as `300k`, `5M`, `1.5G` or `93,322`."""

    name = "count"
    complaint = "is no number. Write, for example, 300k, 5M or 1.5G."
    units: ClassVar[dict[str, int]] = {"": 1, "k": 1000, "m": 1000**2, "g": 1000**3, "t": 1000**4}
