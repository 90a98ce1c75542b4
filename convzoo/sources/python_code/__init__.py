"""Keras code that only describes a model, read without being executed.

The code is parsed and then followed by an interpreter of our own, which knows a fixed vocabulary:
the names of Keras that describe a model, and as much of Python as such code uses. It opens no file,
imports nothing, and takes a limited number of steps.
"""

from __future__ import annotations

import re
from typing import Any, BinaryIO

from convzoo.errors import SourceError
from convzoo.graph.graph import Graph
from convzoo.sources import SOURCES, Source

MAX_CHARACTERS = 200_000
"""How long a text may be."""

# The beginning of a first line: of a statement, of what is called or bound, or of a notebook's
# command. It is compiled when it is first needed.
_FIRST_LINE = (
    r"(import|from|def|class)\s+[\w.]"
    r"|(if|for|while|with|try)\b.*:"
    r"|@\w"
    r"|[rR]?(\"\"\"|''')"
    r"|\(?\s*[^\W\d]\w*(\.\w+)*\s*(,\s*\w+\s*)*\)?\s*([(\[=,]|:\s*\w[\w.\[\], ]*=|[-+*/]=)"
    r"|[%!]\w"
)


def is_code(beginning: bytes) -> bool:
    """Whether a file that begins like this is Python code.

    Comments begin stacks too, so that the first line after them decides.
    """
    from convzoo.sources.text import looks_like_input

    if b"\0" in beginning:
        return False
    lines = beginning.decode("utf-8-sig", "ignore").splitlines()
    first = next((line for line in map(_without_comment, lines) if line), "")
    if not first:
        # A long comment stands before what tells; `read_code_file` reads on.
        return b"#" in beginning
    return not looks_like_input(first.split()[0]) and re.match(_FIRST_LINE, first[:200]) is not None


def _without_comment(line: str) -> str:
    line = line.strip()
    return "" if line.startswith("#") else line


def read_code_file(file: BinaryIO) -> Graph:
    """The model that a file of Python code describes.

    Raises:
        SourceError: when it is no such code; the message begins with the line.
        ConvzooError: when a layer refuses its arguments or its input; so does that.
    """
    data = file.read(4 * MAX_CHARACTERS + 1)
    if _holds_a_stack(data):
        from convzoo.sources.text import read_text

        return read_text(data)
    try:
        return read_code([data.decode("utf-8-sig")])
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise SourceError(f"line {line}: is no UTF-8 text.") from None


def _holds_a_stack(data: bytes) -> bool:
    """Whether what follows the comments is a typed stack after all, or nothing."""
    from convzoo.sources.text import looks_like_input

    lines = data.decode("utf-8-sig", "ignore").splitlines()
    first = next((line for line in map(_without_comment, lines) if line), "")
    return not first or looks_like_input(first.split()[0])


def read_code(cells: list[str]) -> Graph:
    """The model that Python code describes.

    Args:
        cells: the text; the cells of a notebook one by one.

    Raises:
        SourceError: when it describes none, or not without being run.
        ConvzooError: when a layer refuses its arguments or its input.
    """
    if sum(map(len, cells)) > MAX_CHARACTERS:
        raise SourceError(
            f"is longer than {MAX_CHARACTERS:,} characters. Give the part that describes the model."
        )
    from convzoo.sources.python_code.interpreter import interpret

    return interpret(cells)


def read_notebook(notebook: dict[str, Any]) -> Graph:
    """The model that the code of a Jupyter notebook describes.

    Raises:
        ConvzooError: as `read_code`.
    """
    cells = notebook.get("cells")
    code = [
        "".join(cell["source"])
        for cell in (cells if isinstance(cells, list) else ())
        if isinstance(cell, dict)
        and cell.get("cell_type") == "code"
        and isinstance(cell.get("source"), (str, list))
        and all(isinstance(line, str) for line in cell["source"])
    ]
    if not code:
        raise SourceError("is a notebook without code.")
    return read_code(code)


SOURCES.add("python_code", Source(is_code, read_code_file))
