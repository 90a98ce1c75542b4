"""The networks of this package stand what those of convzoo itself stand."""

from collections.abc import Callable

import pytest


@pytest.mark.convzoo("depthwise_digits")
def test_conforms(conformance: Callable[[], object]) -> None:
    """One test for each check of `convzoo.testing`."""
    conformance()
