"""Numbers as people write them."""

from __future__ import annotations

from typing import Any

import pytest

from convzoo.errors import ArgumentError
from convzoo.units import BYTES, COUNT, Unit, read_sizes


@pytest.mark.parametrize(
    ("unit", "written", "number"),
    [
        (COUNT, "93,322", 93_322),
        (COUNT, "100k", 100_000),
        (COUNT, "1.5 G", 1_500_000_000),
        (COUNT, 7, 7),
        (COUNT, 1e5, 100_000),
        (BYTES, "256KiB", 262_144),
        (BYTES, "512kB", 512_000),
        (BYTES, "1.5mib", 1_572_864),
        (BYTES, "8", 8),
    ],
)
def test_number_is_read(unit: Unit, written: Any, number: int) -> None:
    found = unit.read(written)
    assert (found, type(found)) == (number, int)


@pytest.mark.parametrize("written", ["", "k", "-1", "1.2.3", "3x", "1KiB", "9" * 101, True, 1.5])
def test_what_is_no_number_is_refused(written: Any) -> None:
    with pytest.raises(ArgumentError) as caught:
        COUNT.read(written)
    assert str(caught.value) == (f"{written!r} is no number. Write, for example, 300k, 5M or 1.5G.")


@pytest.mark.parametrize("written", [-1, float("nan"), float("inf"), None, [1], "1M"])
def test_what_is_no_size_of_memory_is_refused(written: Any) -> None:
    with pytest.raises(ArgumentError, match=r"is no size of memory\. Write, for example, 16GiB\."):
        BYTES.read(written)


def test_sizes_are_read() -> None:
    assert read_sizes("28x28x1") == [(28, 28, 1)]
    assert read_sizes("NONExnonex3,?,5") == [(None, None, 3), (None,), (5,)]
    with pytest.raises(ArgumentError, match="'28xa' are no sizes"):
        read_sizes("28xa")
