"""How a report looks: one file per output format."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, TypeAlias

from convzoo.registry import Registry

if TYPE_CHECKING:
    from convzoo.analyses.report import Report

Rendering: TypeAlias = "Callable[[Report], str]"

FORMATS: Registry[Rendering] = Registry(
    "format",
    "convzoo.rendering",
    first=("table",),
    file_of_name=True,
    hint="Choose json, csv, markdown, or a format of tabulate such as simple, github or html.",
)
"""Every output format by name."""


TABULATE_NAMES = {
    "table": "simple",
    "markdown": "pipe",
    # Those that leave out escaping would let a file's names act as markup.
    "unsafehtml": "html",
    "latex_raw": "latex",
}
"""Formats that tabulate has under another name."""


def _markdown(cell: str) -> str:
    """A cell in which a file's names make no column, no tag and no link."""
    return cell.replace("|", "\\|").replace("<", "&lt;").replace("](", "]\\(")


_ESCAPES: dict[str, Callable[[str], str]] = {
    "pipe": _markdown,
    "github": _markdown,
    "orgtbl": lambda cell: cell.replace("|", "\\vert{}"),
}


_LATEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\{",
        "}": r"\}",
        "$": r"\$",
        "%": r"\%",
        "&": r"\&",
        "#": r"\#",
        "_": r"\_",
        "^": r"\^{}",
        "~": r"\~{}",
    }
)


def escaped(text: str, style: str) -> str:
    """Lines that stand around a table, so that a file's names are no markup of its format.

    Args:
        text: the lines.
        style: a format of tabulate, or one of `TABULATE_NAMES`.
    """
    name = TABULATE_NAMES.get(style, style)
    if name.startswith("latex"):
        return text.translate(_LATEX)
    if escape := inert if name == "tsv" else _ESCAPES.get(name):
        return "\n".join(map(escape, text.split("\n")))
    return text


def cells_text(
    rows: Iterable[Sequence[str]], headers: Sequence[str], style: str, alignments: Sequence[str]
) -> str:
    """Cells as a table.

    Args:
        rows: the cells of each row.
        headers: the title of each column.
        style: a format of tabulate, or one of `TABULATE_NAMES`.
        alignments: `"left"` or `"right"` for each column.

    Raises:
        UnknownNameError: when there is no such format.
    """
    from tabulate import tabulate, tabulate_formats

    name = TABULATE_NAMES.get(style, style)
    if name not in tabulate_formats:
        FORMATS.get(style)  # Tells close names.
    cells = [*rows]
    if escape := inert if name == "tsv" else _ESCAPES.get(name):
        cells, headers = [list(map(escape, row)) for row in cells], list(map(escape, headers))
    # Tabulate 0.9 can't align the columns of a table without rows.
    aligned = tuple(alignments) if cells else None
    return tabulate(cells, headers, tablefmt=name, colalign=aligned, disable_numparse=True)


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


def inert(text: str) -> str:
    """The text, with a quote before what a spreadsheet would run as a formula."""
    text = printable(text)
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text


def bytes_text(count: int) -> str:
    """A size in bytes in the largest unit of which there is one: `364.54 KiB`."""
    if count < 1024:
        return f"{count} B"
    for power, unit in enumerate(("KiB", "MiB", "GiB"), 1):
        if count < 1024 ** (power + 1):
            return f"{count / 1024**power:.2f} {unit}"
    size = count // 1024**4
    return f"{count / 1024**4:.2f} TiB" if size < 10**15 else f"{size:,} TiB"


def shortened(name: str) -> str:
    """The name; a long one without its middle: a table pads all names to the longest."""
    longest = _LONGEST_NAME if sys.stdout.isatty() else _LONGEST_NAME_IN_A_FILE
    if len(name) <= longest:
        return name
    half = longest // 2
    return f"{name[: half - 1]}…{name[-half:]}"


_LONGEST_NAME = 40
_LONGEST_NAME_IN_A_FILE = 200
