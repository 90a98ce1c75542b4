"""Registries that a test enters things into, and finds as they were afterwards."""

from __future__ import annotations

from typing import Any

import pytest

from convzoo.registry import Registry


def keep(monkeypatch: pytest.MonkeyPatch, *registries: Registry[Any]) -> None:
    """Put the registries back as they are now when the test ends."""
    for registry in registries:
        registry.names()  # All files are loaded now: what a test loads would be put back too.
        monkeypatch.setattr(registry, "_things", dict(registry._things))
        monkeypatch.setattr(registry, "_unlisted", set(registry._unlisted))
        monkeypatch.setattr(registry, "_broken", {})
        monkeypatch.setattr(registry, "_entered", None if registry._group else {})
