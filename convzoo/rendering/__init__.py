"""How a report looks: one file per output format."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from convzoo.analyses.report import Report
from convzoo.registry import Registry

Rendering: TypeAlias = "Callable[[Report], str]"

FORMATS: Registry[Rendering] = Registry(
    "format",
    "convzoo.rendering",
    first=("table",),
    file_of_name=True,
    hint="Choose json, csv, markdown, or a format of tabulate such as simple, github or html.",
)
"""Every output format by name."""


def shape_text(shape: object) -> str:
    """A shape as Keras prints it: `(None, 26, 26, 32)`; several in square brackets."""
    if shape is None:
        return "unknown"
    if isinstance(shape, list):
        return f"[{', '.join(map(shape_text, shape))}]"
    return str(shape)


def printable(text: str) -> str:
    """The text with control characters escaped, so that a file's names can't steer a terminal."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def bytes_text(count: int) -> str:
    """A size in bytes in the largest unit of which there is one: `364.54 KiB`."""
    size = float(count)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if size < 1024:
            return f"{count} B" if unit == "B" else f"{size:.2f} {unit}"
        size /= 1024
    return f"{size:.2f} TiB"
