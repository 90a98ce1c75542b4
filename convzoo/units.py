"""Numbers as people write them: `300k`, `256KiB`, and sizes such as `28x28x1`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from convzoo.errors import ArgumentError

if TYPE_CHECKING:
    from convzoo.graph.dims import Shape

_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ "

# More are no number that anybody means, and Python refuses to read and write very many.
_MOST_DIGITS = 100


class Unit(NamedTuple):
    """What a number counts, and how it may be written.

    Args:
        name: what one is called.
        complaint: what is said of a text that is none.
        factors: what the letters after a number stand for, in small letters.
    """

    name: str
    complaint: str
    factors: dict[str, int]

    def read(self, value: object) -> int:
        """The number that a text or a number gives.

        Raises:
            ArgumentError: when it gives none that is whole and 0 or more.
        """
        if isinstance(value, str):
            number = value.rstrip(_LETTERS)
            factor = self.factors.get(value[len(number) :].strip().lower())
            whole, _, fraction = number.replace(",", "").partition(".")
            digits = whole + fraction
            if factor is not None and digits.isdecimal() and len(digits) <= _MOST_DIGITS:
                return int(digits) * factor // int(10 ** len(fraction))
        elif isinstance(value, float) and value.is_integer() and value >= 0:
            return int(value)
        elif isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return value
        raise ArgumentError(f"{value!r} {self.complaint}")


BYTES = Unit(
    "bytes",
    "is no size of memory. Write, for example, 16GiB.",
    {
        "": 1, "b": 1,
        "kb": 1000, "mb": 1000**2, "gb": 1000**3, "tb": 1000**4,
        "kib": 1024, "mib": 1024**2, "gib": 1024**3, "tib": 1024**4,
    },
)  # fmt: skip
"""A size of memory such as `16GiB`, `256KiB`, `512kB` or a number of bytes."""

COUNT = Unit(
    "count",
    "is no number. Write, for example, 300k, 5M or 1.5G.",
    {"": 1, "k": 1000, "m": 1000**2, "g": 1000**3, "t": 1000**4},
)
"""A number such as `300k`, `5M`, `1.5G` or `93,322`."""


def read_sizes(text: str) -> list[Shape]:
    """The sizes that a text gives: `28x28x1`, several parted by commas, `none` where unknown.

    Raises:
        ArgumentError: when it gives none.
    """
    shapes = []
    for part in text.split(","):
        sizes = part.lower().split("x")
        if not all(size.isdecimal() or size in ("none", "?") for size in sizes):
            raise ArgumentError(f"{text!r} are no sizes. Write, for example, 28x28x1.")
        shapes.append(tuple(int(size) if size.isdecimal() else None for size in sizes))
    return shapes
