"""Packages with entry points, made up for a test; their metadata on the path installs them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from convzoo.layers import LAYERS
from convzoo.zoo import ZOO
from tests.registries import keep


class Plugins:
    """A folder on the path, into which packages are installed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def install(
        self,
        package: str,
        entry_points: dict[str, dict[str, str]],
        code: str = "",
        metadata: str = "dist-info/METADATA",
    ) -> None:
        """Install a package of one module.

        Args:
            package: its name; that of the module is the same with `_` for `-`.
            entry_points: by group, the objects by name.
            code: the module's.
            metadata: the file of its metadata.
        """
        module = package.replace("-", "_")
        (self.folder / f"{module}.py").write_text(dedent(code))
        described = self.folder / f"{module}-1.0.{metadata}"
        described.parent.mkdir()
        described.write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
        lines = []
        for group, objects in entry_points.items():
            lines += [f"[{group}]", *(f"{name} = {value}" for name, value in objects.items())]
        (described.parent / "entry_points.txt").write_text("\n".join(lines) + "\n")


@pytest.fixture
def plugins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Plugins]:
    """An empty folder on the path; what was imported of it is forgotten when the test ends."""
    keep(monkeypatch, ZOO, LAYERS)
    monkeypatch.syspath_prepend(tmp_path)
    before = set(sys.modules)
    yield Plugins(tmp_path)
    for name in set(sys.modules) - before:
        if str(tmp_path) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]
