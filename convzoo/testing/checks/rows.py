"""Whether Keras builds what is calculated."""

from __future__ import annotations

from convzoo.testing import CHECKS
from convzoo.testing.subject import Subject


@CHECKS.register("rows")
def check_rows(subject: Subject) -> None:
    """Each layer has the class, the output shape and the weights in Keras that are calculated."""
    subject.require_rows(subject.report, subject.model, "the model")
