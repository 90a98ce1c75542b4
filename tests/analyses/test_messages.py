"""What the analyses refuse, word for word: beside the message what caused it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from convzoo import Input, Model, calc, layers
from convzoo.analyses.conventions import columns_of_convention
from convzoo.errors import ConvzooError

_STEPS = " ".join(["conv1d:1,1"] * 9)
_LEAPS = " ".join(["conv1d:1,3,9999999"] * 9)


@pytest.mark.parametrize(
    ("cause", "message"),
    [
        (lambda: calc("9x1 relu").total("x"), "Unknown column 'x'. See convzoo calc --help."),
        (
            lambda: calc("9x1 relu", optimizer="x"),
            "Unknown optimizer 'x'. Choose one of adadelta, adagrad, adam, adamax, adamw, lion, "
            "momentum, nadam, rmsprop, sgd.",
        ),
        (
            lambda: columns_of_convention("x"),
            "Unknown convention 'x'. Choose all, or one of fvcore, torchinfo, ptflops, thop, "
            "deepspeed, torchscan, tensorflow.",
        ),
        (
            lambda: calc("nonex1 conv1d:1,3").fit(100),
            "What fits can't be told: the size of 'input_layer' is unknown.",
        ),
        (
            lambda: calc("9x1 relu", ["unit"], unit=(1, 2)).totals,
            "unit must be a place along 1 spatial axes. Received (1, 2).",
        ),
        (
            lambda: calc(_of_two_ranks(), ["unit"], unit=(1, 2, 3)).totals,
            "unit must be a place along 1 or 2 spatial axes. Received (1, 2, 3).",
        ),
        (
            lambda: calc("nonex1 conv1d:1,3", ["unit"], unit=(1,)).totals,
            "What a unit sees follows from the size of the input, which is (None, None, 1). Give "
            "it with --input-shape.",
        ),
        (
            lambda: calc("99999999999x1 conv1d:1,3", ["unit"], unit=(1,)).totals,
            "A size of 99,999,999,999 is too large to tell what a unit sees.",
        ),
        (
            lambda: calc(f"10000x1 {_STEPS}", ["unit"], unit=(1,)).totals,
            "What a unit sees takes too much memory from 'conv1d_7' on. Give a smaller "
            "--input-shape.",
        ),
        (
            lambda: calc(f"nonex1 {_LEAPS}", ["receptive_field"]).totals,
            "The strides of the windows multiply to a number that is too large to be told.",
        ),
    ],
)
def test_message_says_what_was_expected_and_what_was_received(
    cause: Callable[[], Any], message: str
) -> None:
    with pytest.raises(ConvzooError) as caught:
        cause()
    assert str(caught.value) == message


def _of_two_ranks() -> Model:
    line, image = Input((4, 1)), Input((4, 4, 1))
    return Model([line, image], [layers.Conv1D(1, 2)(line), layers.Conv2D(1, 2)(image)])
