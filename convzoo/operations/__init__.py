"""Operations: what `keras.ops` calls leave as nodes of a functional model.

One file per file of `keras/src/ops`. An operation is a layer without weights, policy or call
arguments of its own; in a config it is told from a layer by its module. It is registered by both:
`"numpy.Add"` is `keras.src.ops.numpy.Add`.
"""

from __future__ import annotations

from typing import Any, ClassVar

from convzoo.graph.facts import Weight
from convzoo.graph.layer import Layer
from convzoo.registry import Registry

OPERATIONS: Registry[type[Operation]] = Registry(
    "operation", "convzoo.operations", first=("numpy", "nn"), hint="The reference lists every one."
)
"""Every operation by the file and the class name that Keras has for it."""


class Operation(Layer):
    """One operation on tensors, constants and plain values."""

    keras_module: ClassVar[str] = "keras.src.ops"

    def weights(self, *args: Any, **kwargs: Any) -> tuple[Weight, ...]:
        return ()
