"""The playground is part of the site where Pyodide is installed, and must be where CI is set."""

from __future__ import annotations

from pathlib import Path

import pytest
from pages import playground as page


def test_page_says_that_it_is_not_part_of_the_build(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(page, "_PYODIDE", tmp_path / "pyodide")
    monkeypatch.delenv("CI", raising=False)
    files = page.playground()
    assert [*files] == ["playground.md"]
    assert "The playground is not part of this build of the site" in str(files["playground.md"])


def test_build_fails_in_ci_without_pyodide(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(page, "_PYODIDE", tmp_path / "pyodide")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(page.PlaygroundError, match=r"Run npm ci in playground/ first\."):
        page.playground()
