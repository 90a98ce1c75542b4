"""Operations that Keras keeps beside its activations.

Equals `keras/src/activations/activations.py`; the other activations are in `nn` and `numpy`.
"""

from __future__ import annotations

from typing import Any

from convzoo.operations import OPERATIONS, add_operations
from convzoo.operations.families import Unary

add_operations("activations", (Unary,), "Mish")


@OPERATIONS.register("activations.ReLU")
class ReLU(Unary):
    """max(x, 0), bent and cut off where asked. Equals `keras.activations.relu`."""

    negative_slope: Any = 0.0
    max_value: Any = None
    threshold: Any = 0.0
