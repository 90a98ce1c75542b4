"""The networks of this package stand what those of convzoo itself stand."""

from typing import Any

import pytest


@pytest.mark.convzoo("depthwise_digits")
def test_conforms(conformance: Any) -> None:
    """The card, the overrides, and Keras's rows; see convzoo.testing."""
