"""The guides of the documentation, as texts for a terminal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from convzoo.errors import UnknownNameError

_HEADING = re.compile(r"^#{1,3} (.+)$")
_LINK = re.compile(r"\[([^\]]+)\]\([^)]+\)", re.DOTALL)
_FENCE = re.compile(r"^```")


@dataclass(frozen=True)
class Section:
    """A heading and what stands below it, down to the next heading.

    Args:
        title: the heading.
        text: what stands below it, without blank lines around it.
    """

    title: str
    text: str


@dataclass(frozen=True)
class Guide:
    """A page of the documentation.

    Args:
        name: what it is asked for by.
        sections: its sections; the title of the first is its own.
    """

    name: str
    sections: tuple[Section, ...]

    @property
    def title(self) -> str:
        """What it is about."""
        return self.sections[0].title


@cache
def guides() -> tuple[Guide, ...]:
    """Every guide, in alphabetical order of the names."""
    return tuple(
        Guide(path.stem, tuple(_sections(path.read_text("utf-8")))) for path in sorted(_paths())
    )


def about(topic: str) -> list[Section]:
    """What the guides say about a topic.

    Args:
        topic: the name of a guide, or a word of the title of a guide or of a section.

    Returns:
        The sections of the guide, or those of which the title has the word.

    Raises:
        UnknownNameError: when there is none.
    """
    for guide in guides():
        if topic == guide.name:
            return list(guide.sections)
    # `budgets` finds a budget.
    word = re.compile(rf"\b{re.escape(topic.lower().removesuffix('s'))}", re.IGNORECASE)
    sections = [section for guide in guides() for section in guide.sections]
    found = [section for section in sections if word.search(section.title)]
    if not found:
        names = [guide.name for guide in guides()]
        raise UnknownNameError("topic", topic, names, "See convzoo help.")
    return found


def _paths() -> list[Path]:
    """The files: beside this one in the wheel, where the site is made from in a checkout."""
    here = Path(__file__).parent
    return [*here.glob("*.md")] or [*here.parents[1].glob("docs/use/*.md")]


def _sections(page: str) -> Iterator[Section]:
    """The sections of a page of Markdown, their blocks indented and their links as texts."""
    title, is_block = "", False
    lines: list[str] = []
    for line in _LINK.sub(r"\1", page).splitlines():
        heading = None if is_block else _HEADING.match(line)
        if heading is not None:
            if title:
                yield Section(title, "\n".join(lines).strip("\n"))
            title, lines = heading[1], []
        elif _FENCE.match(line):
            is_block = not is_block
        else:
            lines.append(f"    {line}".rstrip() if is_block else line)
    yield Section(title, "\n".join(lines).strip("\n"))
