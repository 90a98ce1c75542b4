# mypy: disable-error-code="override"
"""Operations that Keras keeps beside its quantizers.

Equals `keras/src/quantizers/quantizers.py`.
"""

from __future__ import annotations

from typing import Any

from convzoo.graph.layer import Tensor
from convzoo.operations import OPERATIONS
from convzoo.operations.families import Elementwise


@OPERATIONS.register("quantizers.FakeQuantWithMinMaxVars")
class FakeQuantWithMinMaxVars(Elementwise):
    """Each element, rounded to so many bits and back.

    Equals `keras.quantizers.fake_quant_with_min_max_vars`.
    """

    num_bits: Any = 8
    narrow_range: Any = False
    axis: Any = None

    def to_config(self) -> dict[str, Any]:
        # Keras's class is the one that takes no name.
        return {key: value for key, value in super().to_config().items() if key != "name"}

    def output(self, inputs: Any, min_vals: Any, max_vals: Any) -> Tensor:
        return self.tensor(inputs.shape, inputs.dtype)
