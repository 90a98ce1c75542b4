"""What the layers of LeNet-5 refuse, and how they are explained."""

from __future__ import annotations

import re
from typing import Any

import pytest

from convzoo import Input, Sequential, layers
from convzoo.analyses.explain import explain
from convzoo.errors import ArgumentError, ShapeError


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: layers.ConnectionTableConv2D(2, 3, [[0, 1], []]),
            "table must have the numbers of one or more channels for each filter. "
            "Received table=[[0, 1], []]. Write, for example, table=[[0, 1], [1, 2]] for two",
        ),
        (
            lambda: layers.ConnectionTableConv2D(3, 3, [[0, 1], [1]]),
            "table must have as many entries as there are filters. "
            "Received 2 entries with filters=3.",
        ),
        (
            lambda: layers.EuclideanRBF(2, "10"),
            "prototypes must be lists of numbers. Received prototypes of type str.",
        ),
        (
            lambda: layers.EuclideanRBF(1, [[1], [2]]),
            "there must be as many prototypes as units. Received 2 prototypes with units=1.",
        ),
        (
            lambda: layers.EuclideanRBF(2, [[1, 2], [2]]),
            "prototypes must have equally many components. Received prototypes of 2, 1.",
        ),
    ],
)
def test_argument_that_can_t_be_used_is_refused(make: Any, message: str) -> None:
    with pytest.raises(ArgumentError, match=re.escape(message)):
        make()


def test_input_that_does_not_fit_is_refused() -> None:
    message = re.escape(
        "its table names channel 2, and the input has 2. Received input shape (None, 5, 5, 2). "
        "Channels are numbered from 0."
    )
    with pytest.raises(ShapeError, match=message):
        layers.ConnectionTableConv2D(1, 3, [[0, 2]])(Input((5, 5, 2)))
    message = "expects 2 features, as many as a prototype has components"
    with pytest.raises(ShapeError, match=message):
        layers.EuclideanRBF(1, [[1, -1]])(Input((3,)))
    with pytest.raises(ShapeError, match="needs to know the channels of its input"):
        layers.TrainableSubsampling2D()(Input((5, 5, None)))


def test_arithmetic_is_explained() -> None:
    graph = Sequential(
        [
            Input((6, 6, 3)),
            layers.ConnectionTableConv2D(3, 3, [[0, 1], [1, 2], [0, 1, 2]], name="c"),
            layers.TrainableSubsampling2D(name="s"),
            layers.Flatten(name="f"),
            layers.EuclideanRBF(2, [[1] * 12, [-1] * 12], name="r"),
        ]
    )
    found = [f"{line.layer} {line}" for line in explain(graph, ("params", "macs", "bias_adds"))]
    for line in (
        "c params: 3 x 3 x (2 x 2 + 1 x 3) weights + 3 bias = 66",
        "c macs: 4 x 4 x 3 x 3 x (2 x 2 + 1 x 3) = 1,008",
        "s params: 3 channels x (1 coefficient + 1 bias) = 6",
        "s bias_adds: 2 x 2 x 3 = 12",
        "r params: 12 components x 2 prototypes = 24",
        "r macs: 2 x 12 = 24",
    ):
        assert line in found
