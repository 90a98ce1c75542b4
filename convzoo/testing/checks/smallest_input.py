"""Whether the smallest input is known, and what is smaller is refused with it."""

from __future__ import annotations

from convzoo.calculating import calc
from convzoo.errors import ShapeError
from convzoo.testing import CHECKS
from convzoo.testing.subject import Subject


@CHECKS.register("smallest_input")
def check_smallest_input(subject: Subject) -> None:
    """Keras builds it at the smallest input; one less is refused with the smallest told."""
    smallest, usual = subject.smallest, subject.input_shape
    told = "x".join(map(str, smallest))
    for axis, size in enumerate(smallest[:-1]):
        if size is None or size == 1:
            continue
        shape = (*usual[:axis], size - 1, *usual[axis + 1 :])
        try:
            subject.describe(input_shape=shape)
        except ShapeError as error:
            if told not in str(error):
                subject.fail(
                    f"the refusal of {shape} must tell the smallest input, {told}",
                    repr(str(error)),
                    "Raise the ShapeError of the layer that can't take it as it is.",
                )
        else:
            subject.fail(
                f"an input of {shape} must be refused",
                "none",
                "Describe the same layers for every input shape.",
            )
    report = calc(subject.describe(input_shape=smallest))
    model = subject.build(report.graph)
    subject.require_rows(report, model, f"the model on the smallest input, {told},")
