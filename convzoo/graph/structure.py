"""Nested structures of tensors: lists, tuples and dicts, as Keras passes them to layers.

Dicts are walked in the order of their sorted keys, as Keras's `tree` does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def leaves(structure: Any) -> list[Any]:
    """All leaves of the structure, from left to right."""
    found: list[Any] = []
    _gather(structure, found)
    return found


def _gather(structure: Any, found: list[Any]) -> None:
    """Append the leaves of the structure, from left to right."""
    if isinstance(structure, (list, tuple)):
        for part in structure:
            if isinstance(part, (list, tuple, dict)):
                _gather(part, found)
            else:
                found.append(part)
    elif isinstance(structure, dict):
        for key in sorted(structure, key=str):
            _gather(structure[key], found)
    else:
        found.append(structure)


def map_leaves(function: Callable[[Any], Any], structure: Any) -> Any:
    """The same structure, with the function applied to each leaf."""
    if isinstance(structure, list):
        return [map_leaves(function, part) for part in structure]
    if isinstance(structure, tuple):
        return tuple([map_leaves(function, part) for part in structure])
    if isinstance(structure, dict):
        # In the order of `leaves`, so that both walk the structure alike.
        mapped = {key: map_leaves(function, structure[key]) for key in sorted(structure, key=str)}
        return {key: mapped[key] for key in structure}
    return function(structure)
