"""The registry: look-ups, wildcards, close names, duplicates."""

from __future__ import annotations

import pytest

from convzoo.errors import DuplicateNameError, PluginError, PluginWarning, UnknownNameError
from convzoo.registry import Registry
from tests.plugins import Plugins


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


def test_unlisted_name_is_found_but_neither_listed_nor_suggested(animals: Registry[str]) -> None:
    animals.add("zeebra", "striped", listed=False)
    assert animals.get("zeebra") == "striped"
    assert "zeebra" in animals
    assert "zebr" not in animals
    assert animals.names() == ["zebra", "zebu"]
    with pytest.raises(UnknownNameError, match=r"'zeebr'\. Did you mean zebra or zebu\?"):
        animals.get("zeebr")


def test_what_packages_enter_is_found_in_every_registry(
    plugins: Plugins, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One mechanism: what holds for layers and models holds for a registry of anything."""
    registry: Registry[str] = Registry("animal", "tests.rendering", entry_points="zoo.animals")
    monkeypatch.setattr("tests.test_registry.ANIMALS", registry, raising=False)
    code = """
        from tests.test_registry import ANIMALS
        ANIMALS.add("yak", "shaggy")
    """
    plugins.install("my-yak", {"zoo.animals": {"yak": "my_yak", "emu": "no_such_module"}}, code)
    assert registry.names("y*") == ["yak"]
    assert registry.package("yak") == "my-yak"
    assert registry.registered("yak") is None
    assert "yak" in registry
    assert registry.find("ox", "yak") == "shaggy"
    assert registry.package("yak") is None
    with pytest.warns(PluginWarning, match=r"The animal 'emu' of the package my-yak \(no_such_mo"):
        assert registry.items() == [("yak", "shaggy")]
    with pytest.raises(PluginError, match=r"can't be loaded: ModuleNotFoundError: No module named"):
        registry.get("emu")
