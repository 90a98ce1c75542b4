"""CONTRIBUTING.md's examples, followed: one file and its test are enough to add something.

Each example is put into a copy of convzoo, alone, and used in fresh processes.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import pytest

_ROOT = Path(__file__).parent.parent
_SECTION = re.compile(r"^## Add an? (.+?)\n(.*?)(?=^## )", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"^```(?:python|csv)\n# (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_CONSOLE = re.compile(r"^```console\n\$ (convzoo .*?)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Example(NamedTuple):
    """What one section shows.

    Args:
        files: the text of each file by its path.
        command: what is then run.
        shown: what it prints.
    """

    files: dict[str, str]
    command: str
    shown: str


def _examples() -> dict[str, Example]:
    found = {}
    for what, text in _SECTION.findall((_ROOT / "CONTRIBUTING.md").read_text("utf-8")):
        ((command, shown),) = _CONSOLE.findall(text)
        found[what] = Example(dict(_FILE.findall(text)), command, shown)
    return found


_EXAMPLES = _examples()


def test_there_is_an_example_of_each_extension() -> None:
    assert [*_EXAMPLES] == ["layer", "model", "analysis", "source", "output format"]


@pytest.mark.parametrize("what", _EXAMPLES)
def test_one_file_and_its_test_are_enough(what: str, tmp_path: Path) -> None:
    files, command, shown = _EXAMPLES[what]
    in_package = [path for path in files if path.startswith("convzoo/")]
    tests = [path for path in files if path.startswith("tests/")]
    assert (len(in_package), len(tests)) == (1, 1)
    shutil.copytree(_ROOT / "convzoo", tmp_path / "convzoo")
    for path, text in files.items():
        assert not (_ROOT / path).exists()
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)

    def run(*words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", *words],
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(tmp_path), "PYTEST_ADDOPTS": ""},
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    assert run(*shlex.split(command)).rstrip() == shown.rstrip()
    assert " passed" in run("pytest", "-p", "no:cacheprovider", "--rootdir=.", *tests)
    if find_spec("ruff") is not None:
        settings = f"--config={_ROOT / 'pyproject.toml'}"
        run("ruff", "check", settings, *in_package, *tests)
        run("ruff", "format", "--check", settings, *in_package, *tests)
