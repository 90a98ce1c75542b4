"""Whether a seed decides how the weights begin, and nothing else what comes out."""

from __future__ import annotations

from convzoo.testing import CHECKS
from convzoo.testing.backends import forward
from convzoo.testing.subject import Subject


@CHECKS.register("determinism")
def check_determinism(subject: Subject) -> None:
    """Built twice from a seed it has the same weights, and run twice it gives the same outputs."""
    import numpy as np

    first, second = subject.small_model, subject.model
    if [weight.shape for weight in first.weights] != [weight.shape for weight in second.weights]:
        second = subject.build(subject.small_graph)
    for one, other in zip(first.weights, second.weights, strict=True):
        if not np.array_equal(one.numpy(), other.numpy()):
            subject.fail(
                "keras.utils.set_random_seed must decide how its weights begin",
                f"other values for {one.path} from the same seed",
                "Draw with an initializer of Keras, or with keras.random and a seed.",
            )
    if not all(map(np.array_equal, subject.outputs, forward(first, subject.inputs))):
        subject.fail(
            "the same input must give the same output, except in training",
            "two that differ",
            "A random layer must do nothing unless training is true.",
        )
