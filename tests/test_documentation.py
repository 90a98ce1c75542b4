"""What the documentation shows is what happens: its console and Python blocks are run."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from textwrap import dedent
from typing import Any

import click
import pytest

from convzoo.cli import convzoo, run
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


# What needs files, a data set or minutes stands in an indented block or a script, without output.
_COMMAND = re.compile(r"^ *(?:[A-Z_]+=\w+ )?convzoo ([a-z]+ .+)$", re.MULTILINE)
_CODE_LINES = re.compile(r"^(?: {4}[^\n]*|```bash\n.*?^```)$", re.MULTILINE | re.DOTALL)


def _commands() -> list[Any]:
    """The commands in blocks that are not run."""
    found = {}
    for page in _PAGES:
        text = _BLOCK.sub("", page.read_text("utf-8"))
        for lines in _CODE_LINES.findall(text):
            for command in _COMMAND.findall(lines):
                found[command] = pytest.param(command, id=f"{page.relative_to(_ROOT)}: {command}")
    return [*found.values()]


@pytest.mark.parametrize("command", _commands())
def test_command_without_its_output_is_one(
    command: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Its name, its options and their values are accepted; it is not run."""
    monkeypatch.chdir(tmp_path)
    words = shlex.split(re.split(r" [|>] | \|\| ", command)[0], comments=True)
    for word in words:
        if word.endswith((".jpg", ".png")):
            Path(word).touch()
    context = click.Context(convzoo, info_name="convzoo")
    subcommand = convzoo.get_command(context, words[0])
    assert subcommand is not None
    subcommand.make_context(words[0], words[1:], parent=context)


@pytest.mark.parametrize("block", _blocks("python"))
def test_python_block_runs(block: str, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(monkeypatch, ZOO, LAYERS)
    with fresh_names():
        exec(compile(block, "documentation", "exec"), {"__name__": "documentation"})
