"""Oracles that several tests of the analyses ask."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec

import pytest

from tests.xla_oracle import Xla


@pytest.fixture(scope="session")
def xla() -> Iterator[Xla]:
    """One process for all tests, since it takes seconds to start."""
    if find_spec("jax") is None:
        pytest.skip("jax is not installed, without which XLA can't be asked")
    with Xla() as process:
        yield process
