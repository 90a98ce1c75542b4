"""Whether what every model can be asked for gives what it says."""

from __future__ import annotations

from typing import Any

from convzoo import layers
from convzoo.calculating import calc
from convzoo.graph.graph import Graph
from convzoo.testing import CHECKS
from convzoo.testing.subject import Subject

_CLASSES = 7


@CHECKS.register("overrides")
def check_overrides(subject: Subject) -> None:
    """Other inputs, classes and activations, no classifier, and the stages as outputs."""
    if subject.takes("input_shape"):
        _check_input_shape(subject)
    if subject.takes("classes"):
        _check_classes(subject)
    _check_no_classifier(subject)
    _check_stages(subject)
    changed: dict[str, Any] = {"include_top": False}
    if subject.takes("input_shape"):
        changed["input_shape"] = subject.small_graph.input_shapes[0][1:]
    if subject.card.activation != "linear":
        changed["activation"] = _check_activation(subject)
    graph = subject.describe(**changed)
    what = " ".join(f"{name}={value!r}" for name, value in changed.items())
    subject.require_rows(calc(graph), subject.build(graph), f"the model with {what}")


def _check_input_shape(subject: Subject) -> None:
    for shape in (subject.input_shape, subject.smallest):
        found = subject.describe(input_shape=shape).input_shapes[0]
        if found[1:] != shape:
            subject.fail(
                f"input_shape={shape} must be its input", found[1:], "Hand input_shape to Input."
            )


def _check_classes(subject: Subject) -> None:
    shapes = _shapes(subject.describe(classes=_CLASSES))
    if all(shape[-1] != _CLASSES for shape in shapes):
        subject.fail(
            f"with classes={_CLASSES} an output must have so many",
            shapes,
            "Make the last layer as wide as there are classes.",
        )


def _check_no_classifier(subject: Subject) -> None:
    last = subject.card.stages[-1]
    expected: Any = subject.report.row(last).output_shape
    shapes = _shapes(subject.describe(include_top=False))
    if shapes != [expected]:
        subject.fail(
            f"without the classifier its output must be that of {last!r}, {expected}",
            shapes,
            "Name in the card's stages, as the last, the layer before the classifier.",
        )
    if len(expected) in (3, 4, 5) and not subject.takes("pooling"):
        pooled = (expected[0], expected[-1])
        shapes = _shapes(subject.describe(include_top=False, pooling="avg"))
        if shapes != [pooled]:
            subject.fail(
                f'with pooling="avg" its output must have the shape {pooled}',
                shapes,
                "Let the overrides pool, or pool to the same shape.",
            )


def _check_stages(subject: Subject) -> None:
    expected = [subject.report.row(stage).output_shape for stage in subject.card.stages]
    shapes = _shapes(subject.describe(features="stages"))
    if shapes != expected:
        subject.fail(
            f'with features="stages" its outputs must be the {len(expected)} stages of its card, '
            f"{expected}",
            shapes,
            "Name in the card's stages the layers that end them.",
        )


def _check_activation(subject: Subject) -> str:
    """Check that another activation takes the place of the card's one; the other one's name."""
    own = subject.card.activation
    other = "tanh" if own == "elu" else "elu"
    before, after = (
        [layer.activation_name for layer in graph.layers]
        for graph in (subject.graph, subject.describe(activation=other))
    )
    name = layers.Activation(own).activation_name
    expected = [other if found == name else found for found in before]
    if after != expected or before == after:
        places = [
            layer.name
            for layer, *pair in zip(subject.graph.layers, after, expected, strict=False)
            if pair[0] != pair[1]
        ]
        subject.fail(
            f"activation={other!r} must replace every {own!r} and nothing else",
            f"other activations in {', '.join(places) or 'no layer'}",
            "Name in the card's activation the one that is between the layers.",
        )
    return other


def _shapes(graph: Graph) -> list[tuple[int | None, ...]]:
    return [tensor.shape for tensor in graph.output_tensors]
