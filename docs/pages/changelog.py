"""The changelog."""

from __future__ import annotations

from pathlib import Path

_CHANGELOG = Path(__file__).parents[2] / "CHANGELOG.md"


def changelog_page() -> str:
    """What changed for users, by version: the file of that name in the repository."""
    return _CHANGELOG.read_text(encoding="utf-8")
