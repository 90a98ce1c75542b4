"""The written reference has what the code has."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pages.changelog import changelog_page

import convzoo

_DOCS = Path(__file__).parents[2] / "docs"


def _keys(value: Any) -> set[str]:
    if isinstance(value, dict):
        return value.keys() | {key for part in value.values() for key in _keys(part)}
    return {key for part in value for key in _keys(part)} if isinstance(value, list) else set()


def test_contract_page_has_every_key() -> None:
    page = (_DOCS / "reference" / "json.md").read_text("utf-8")
    known = convzoo.calc("vgg16_features").to_dict()
    unknown = convzoo.calc("?x?x3 conv:4,3").to_dict()
    assert known["layers"][0].keys() < unknown["layers"][0].keys()
    # What stands by the name of a column is named with the columns.
    keys = {key for key in _keys(known) | _keys(unknown) if f"`{key}`" not in page}
    assert keys == set()


def test_changelog_is_that_of_the_repository() -> None:
    assert changelog_page() == (_DOCS.parent / "CHANGELOG.md").read_text("utf-8")
