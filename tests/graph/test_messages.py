"""What the errors of layers say, word for word."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from convzoo import Input, layers
from convzoo.errors import ConvzooError


def _shared() -> Any:
    dense = layers.Dense(3, name="d")
    dense(Input((4,)))
    return dense(Input((5,)))


def _shared_attention() -> Any:
    attention = layers.AdditiveAttention(name="a")
    attention([Input((4, 3)), Input((4, 3))])
    return attention([Input((4, 2)), Input((4, 2))])


@pytest.mark.parametrize(
    ("cause", "message"),
    [
        (
            lambda: layers.Dense(3, dtype="float31", name="d"),
            "Dense 'd': dtype must name a dtype or a dtype policy. Received dtype='float31'. "
            "Choose float32, float16, bfloat16, mixed_float16 or mixed_bfloat16.",
        ),
        (
            lambda: layers.Dense(3, activation="rellu", name="d"),
            "Dense 'd': activation must be the name of a Keras activation. "
            "Received activation='rellu'. Did you mean 'relu'?",
        ),
        (
            lambda: layers.Dense(3, trainable=1, name="d"),  # type: ignore[arg-type]
            "Dense 'd': trainable must be True or False. Received trainable=1.",
        ),
        (
            lambda: layers.Dense(3, name="a/b"),
            "Dense 'a/b': a name must be a text without '/'. Received name='a/b'.",
        ),
        (
            lambda: layers.Dense(3, name=7),  # type: ignore[arg-type]
            "Dense: a name must be a text without '/'. Received name=7.",
        ),
        (
            lambda: layers.Flatten("channels_last", 3),  # type: ignore[call-arg]
            "Flatten: takes at most 1 positional arguments (data_format). Received 2.",
        ),
        (
            lambda: layers.Conv2D(),  # type: ignore[call-arg]
            "Conv2D: missing argument 'filters', 'kernel_size'. "
            "Write Conv2D(filters, kernel_size, ...).",
        ),
        (
            lambda: layers.Dense(3, units=4),  # type: ignore[misc]
            "Dense: got two values for argument 'units'.",
        ),
        (
            lambda: layers.Flatten(dataformat=None),  # type: ignore[call-arg]
            "Flatten: Unknown argument 'dataformat'. Did you mean data_format? "
            "Its arguments are data_format, name, trainable, dtype.",
        ),
        (
            lambda: layers.Conv2D(3, 3, name="c")(Input((8, 3))),
            "Conv2D 'c': expects an input of 3 axes besides the batch. "
            "Received input shape (None, 8, 3).",
        ),
        (
            lambda: layers.GlobalMaxPooling1D(name="g")(Input((8,))),
            "GlobalMaxPooling1D 'g': expects an input of 2 axes besides the batch. "
            "Received input shape (None, 8).",
        ),
        (
            lambda: layers.Dense(3, name="d")([1, 2]),  # type: ignore[list-item]
            "Dense 'd': must be called on tensors made from an Input. Received ([1, 2],).",
        ),
        (
            _shared,
            "Dense 'd': is shared, and its weights were made for another shape "
            "(kernel (4, 3), bias (3,)). Received input shape (None, 5).",
        ),
        (
            _shared_attention,
            "AdditiveAttention 'a': is shared, and its weights were made for another shape "
            "(scale (3,)). Received input shape [(None, 4, 2), (None, 4, 2)].",
        ),
        (
            lambda: layers.Dense(3, name="d")(Input((4,)), 5),  # type: ignore[call-arg]
            "Dense 'd': can't be called like this (Layer.output() takes 2 positional "
            "arguments but 3 were given). Received input shape (None, 4).",
        ),
        (
            lambda: layers.Flatten(name="f")([Input((4,)), Input((5,))]),
            "Flatten 'f': can't be called like this ('list' object has no attribute 'shape'). "
            "Received input shape [(None, 4), (None, 5)].",
        ),
    ],
)
def test_message_says_what_was_expected_and_what_was_received(
    cause: Callable[[], Any], message: str
) -> None:
    with pytest.raises(ConvzooError) as caught:
        cause()
    assert str(caught.value) == message
