"""Whether the model computes in half precision."""

from __future__ import annotations

from convzoo.testing import CHECKS
from convzoo.testing.backends import forward
from convzoo.testing.subject import Subject


@CHECKS.register("mixed_precision")
def check_mixed_precision(subject: Subject) -> None:
    """With the policy mixed_float16 it runs in float16, and its weights stay float32.

    With torch it is bfloat16, in which all convolutions run on a processor too.
    """
    import keras

    half = "bfloat16" if keras.backend.backend() == "torch" else "float16"
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy(f"mixed_{half}")
    try:
        model = subject.build(subject.small_graph)
    finally:
        keras.config.set_dtype_policy(policy)
    own_dtype = {layer.name for layer in subject.small_graph.layers if layer.dtype is not None}
    for layer in model.layers:
        if layer.name in own_dtype or isinstance(layer, keras.layers.InputLayer):
            continue
        if layer.compute_dtype != half:
            subject.fail(
                f"each layer must compute in {half}",
                f"{layer.compute_dtype} in {layer.name}",
                "Hand **kwargs on to keras.layers.Layer, dtype among them.",
            )
        for weight in layer.weights:
            if "float" in weight.dtype and weight.dtype != "float32":
                subject.fail(
                    "weights must stay float32",
                    f"{weight.dtype} for {weight.path}",
                    "Make it with add_weight and leave dtype out.",
                )
    subject.require_outputs(forward(model, subject.inputs, training=True))
