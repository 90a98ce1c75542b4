"""What a release says of itself, in the files that say it again."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import convzoo

_ROOT = Path(__file__).parent.parent


def _project() -> dict[str, object]:
    project: dict[str, object] = tomllib.loads((_ROOT / "pyproject.toml").read_text())["project"]
    return project


def test_citation_has_the_version_and_the_licence() -> None:
    citation = dict(re.findall(r"^([a-z-]+): (.+)$", (_ROOT / "CITATION.cff").read_text(), re.M))
    assert citation["version"] == convzoo.__version__
    assert citation["license"] == _project()["license"]
    assert citation["title"] == _project()["name"]


def test_oldest_versions_that_are_tried_are_the_oldest_allowed() -> None:
    workflow = (_ROOT / ".github/workflows/compatibility.yml").read_text()
    allowed = set(re.findall(r"(\w+)>=", str(_project()["dependencies"])))
    for words in re.findall(r'with: "(.+==.+)"', workflow):
        tried = dict(word.split("==") for word in words.split())
        assert tried.keys() == allowed
        for name, version in tried.items():
            (oldest,) = re.findall(rf"{name}>=([\d.]+)", str(_project()["dependencies"]))
            assert f"{version}.".startswith(f"{oldest}.")
