"""Whether the model is the same with its channels first."""

from __future__ import annotations

from typing import Any

from convzoo.errors import ArgumentError
from convzoo.graph.structure import map_leaves
from convzoo.testing import CHECKS
from convzoo.testing.backends import forward, runs_channels_first
from convzoo.testing.subject import Subject


@CHECKS.register("channels_first")
def check_channels_first(subject: Subject) -> None:
    """With the same weights and the axes in the other order it gives the same outputs."""
    import numpy as np

    overrides: dict[str, Any] = {"data_format": "channels_first"}
    if subject.takes("input_shape"):
        overrides["input_shape"] = subject.small_graph.input_shapes[0][1:]
    try:
        graph = subject.describe(**overrides)
    except ArgumentError as error:
        subject.skip(str(error))
    if not runs_channels_first():
        subject.skip("TensorFlow has convolutions of channels_first on a GPU only")
    model = subject.build(graph)
    model.set_weights(subject.small_model.get_weights())
    outputs = forward(model, map_leaves(_channels_first, subject.inputs))
    for one, other in zip(subject.outputs, outputs, strict=True):
        reordered = _channels_first(one)
        close = reordered.shape == other.shape and np.allclose(
            reordered, other, rtol=1e-3, atol=1e-5 * max(1.0, float(abs(one).max(initial=0)))
        )
        if not close:
            subject.fail(
                "with the channels first it must give the same outputs",
                f"outputs of shape {other.shape} that differ",
                "Give a layer of your own an argument data_format if it tells channels from "
                "places; convzoo.zoo.data_format has what is known of Keras's.",
            )


def _channels_first(values: Any) -> Any:
    import numpy as np

    return np.moveaxis(values, -1, 1) if values.ndim > 2 else values
