"""What the documentation shows is what happens: its console and Python blocks are run."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from convzoo.cli import run
from convzoo.graph.naming import fresh_names
from convzoo.layers import LAYERS
from convzoo.zoo import ZOO
from tests.registries import keep

_ROOT = Path(__file__).parent.parent
_PAGES = [_ROOT / "README.md", *sorted((_ROOT / "docs").rglob("*.md"))]
# Within a collapsible answer a block is indented.
_BLOCK = re.compile(r"^( *)```(console|python)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)


def _blocks(kind: str) -> list[Any]:
    return [
        pytest.param(dedent(block), id=f"{page.relative_to(_ROOT)}:{number}")
        for page in _PAGES
        for number, (_, found, block) in enumerate(_BLOCK.findall(page.read_text("utf-8")))
        if found == kind
    ]


@pytest.fixture(autouse=True)
def _at_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """Examples name files of the repository."""
    monkeypatch.chdir(_ROOT)


@pytest.mark.parametrize("block", _blocks("console"))
def test_console_block_shows_what_is_printed(block: str, capfd: pytest.CaptureFixture[str]) -> None:
    for example in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, expected = example.partition("\n")
        program, *words = shlex.split(command)
        assert program == "convzoo"
        run(words)
        out, err = capfd.readouterr()
        assert (out or err).rstrip() == expected.rstrip()


@pytest.mark.parametrize("block", _blocks("python"))
def test_python_block_runs(block: str, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(monkeypatch, ZOO, LAYERS)
    with fresh_names():
        exec(compile(block, "documentation", "exec"), {"__name__": "documentation"})
