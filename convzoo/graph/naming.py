"""Keras's automatic names: `conv2d`, `conv2d_1`, ...

As in Keras, the numbers count on through a session. `fresh_names` starts them anew for a block,
so that what is read or made there has the names that a fresh session of Keras gives it.
Equals `keras/src/utils/naming.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache

_taken: ContextVar[dict[str, int] | None] = ContextVar("taken", default=None)
_session: dict[str, int] = {}


@lru_cache(maxsize=4096)
def snake_case(class_name: str) -> str:
    """Keras's stem of an automatic name: `MaxPooling2D` gives `max_pooling2d`."""
    name = re.sub(r"\W+", "", class_name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


def automatic_name(stem: str) -> str:
    """The stem where it is free, else the stem with the next number."""
    taken = _taken.get()
    if taken is None:
        taken = _session
    count = taken.get(stem, 0)
    taken[stem] = count + 1
    return f"{stem}_{count}" if count else stem


@contextmanager
def fresh_names() -> Iterator[None]:
    """Number automatic names from the start, within the block."""
    token = _taken.set({})
    try:
        yield
    finally:
        _taken.reset(token)


@contextmanager
def names_set_aside() -> Iterator[None]:
    """Free the automatic names again that are taken within the block."""
    taken = _taken.get()
    token = _taken.set(dict(_session if taken is None else taken))
    try:
        yield
    finally:
        _taken.reset(token)
