"""The registry: look-ups, wildcards, close names, duplicates."""

from __future__ import annotations

import pytest

from convzoo.errors import DuplicateNameError, UnknownNameError
from convzoo.registry import Registry


@pytest.fixture
def animals() -> Registry[str]:
    registry: Registry[str] = Registry("animal", "tests.rendering", hint="See the zoo.")
    registry.add("zebra", "striped")
    registry.add("zebu", "humped")
    return registry


def test_thing_is_found_under_its_name(animals: Registry[str]) -> None:
    assert animals.get("zebra") == "striped"
    assert animals.find("yak") is None


def test_unknown_name_is_told_with_close_ones(animals: Registry[str]) -> None:
    with pytest.raises(UnknownNameError) as caught:
        animals.get("Zebr")
    assert str(caught.value) == "Unknown animal 'Zebr'. Did you mean zebra or zebu? See the zoo."


def test_duplicate_name_is_an_error(animals: Registry[str]) -> None:
    animals.add("zebra", "striped")
    with pytest.raises(DuplicateNameError, match=r"The animal name 'zebra' is registered already"):
        animals.add("zebra", "spotted")


def test_names_match_a_wildcard(animals: Registry[str]) -> None:
    assert animals.names("*ra") == ["zebra"]
