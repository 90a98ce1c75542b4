"""No search for garbage while an architecture is read or analysed."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_collection() -> Iterator[None]:
    """Leave the cyclic garbage collector off within.

    What is made of a large file stays, but the collector walks through all of it again and again:
    for a chain of 100,000 layers that was half the time.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
