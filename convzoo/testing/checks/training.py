"""Whether the model runs, and learns in all its weights."""

from __future__ import annotations

from convzoo.testing import CHECKS
from convzoo.testing.backends import gradients
from convzoo.testing.subject import Subject, is_finite


@CHECKS.register("training")
def check_training(subject: Subject) -> None:
    """Outputs have the calculated shapes and are finite, and so is a gradient for each weight."""
    import keras

    subject.require_outputs(subject.outputs)
    model = subject.small_model
    found = gradients(model, subject.inputs)
    if not found:
        subject.skip("none of its weights learns")
    for weight, gradient in zip(model.trainable_variables, found, strict=True):
        if gradient is None:
            subject.fail(
                "each weight that learns must change the output",
                f"no gradient for {weight.path}",
                "Use the layer's output, or freeze what is not to learn.",
            )
        if not is_finite(keras.ops.convert_to_numpy(gradient)):
            subject.fail(
                "gradients must be finite",
                f"other values for {weight.path}",
                "See what divides by zero, or grows from layer to layer, in the layers above it.",
            )
