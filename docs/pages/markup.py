"""Pieces of HTML, in which what comes from the code is text and nothing else.

Pages have their large tables as HTML: Markdown passes it through, and takes seconds for its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape
from typing import NamedTuple


class Cell(NamedTuple):
    """A cell of a table.

    Args:
        html: what stands in it.
        value: what it is sorted by; `None` for its text.
    """

    html: str
    value: object = None


def table(
    title: str, headers: Sequence[str], rows: Iterable[Sequence[Cell | str]], kind: str
) -> str:
    """A table in a box, within which it scrolls. A search passes by: rows would fill its index.

    Args:
        title: what a reader who can't see the box is told of it.
        headers: the title of each column.
        rows: the cells of each row, those that are no `Cell` as text.
        kind: the class of the box.
    """
    head = "".join(f'<th scope="col">{escape(header)}</th>' for header in headers)
    body = "\n".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    return (
        f'<div class="table-box {kind}" role="region" aria-label="{escape(title)}" tabindex="0"'
        " data-search-exclude><table>\n"
        f"<thead><tr>{head}</tr></thead>\n"
        f"<tbody>\n{body}\n</tbody>\n</table></div>"
    )


def _cell(cell: Cell | str) -> str:
    if isinstance(cell, str):
        return f"<td>{escape(cell)}</td>"
    value = "" if cell.value is None else f' data-value="{escape(str(cell.value))}"'
    return f"<td{value}>{cell.html}</td>"


def folded(summary: str, html: str) -> str:
    """What a reader opens."""
    return f"<details><summary>{escape(summary)}</summary>\n{html}\n</details>"


def badge(status: str, text: str | None = None) -> str:
    """How a claim stands, as a label whose colour says it too.

    Args:
        status: one of the states of a claim, such as `"verified here"`.
        text: what is written; the status where it is not given.
    """
    kind = status.partition(" ")[0]
    return f'<span class="claim claim-{kind}">{escape(text or status)}</span>'


def with_links(text: str) -> str:
    """The text as HTML, with links where it has addresses: of a page, of arXiv or of GitHub."""
    parts = []
    end = 0
    for match in _ADDRESS.finditer(text):
        parts += [escape(text[end : match.start()]), _link(match)]
        end = match.end()
    return "".join([*parts, escape(text[end:])])


_ADDRESS = re.compile(r"https://[^\s,;]+|github\.com/[^\s,;]+|arXiv[: ](\d{4}\.\d{4,5})")


def _link(match: re.Match[str]) -> str:
    address = match[0]
    if match[1]:
        address = f"https://arxiv.org/abs/{match[1]}"
    elif not address.startswith("https"):
        address = f"https://{address}"
    return f'<a href="{escape(address)}">{escape(match[0])}</a>'
