"""Reshaping: the work of interpolation, and names in a stack."""

from __future__ import annotations

import pytest

from convzoo import calc, layers
from convzoo.graph.facts import Work


def test_repeating_pixels_is_no_work_and_mixing_them_is() -> None:
    image = layers.Input((3, 5, 2))
    assert layers.UpSampling2D(2).work(image) == Work()
    mixed = layers.UpSampling2D(2, interpolation="bilinear").work(image)
    assert mixed == Work(element_ops=sum(1 for _ in range(6) for _ in range(10) for _ in range(2)))


@pytest.mark.parametrize(
    ("stack", "class_name", "shape"),
    [
        ("8x3 crop:1-2", "Cropping1D", (None, 5, 3)),
        ("8x8x3 cropping:1x2", "Cropping2D", (None, 6, 4, 3)),
        ("8x8x8x3 crop:1", "Cropping3D", (None, 6, 6, 6, 3)),
        ("8x3 up:3", "UpSampling1D", (None, 24, 3)),
        ("8x8x3 upsampling:2x3,interpolation=bilinear", "UpSampling2D", (None, 16, 24, 3)),
        ("8x8x8x3 up", "UpSampling3D", (None, 16, 16, 16, 3)),
        ("8x5x3 permute:3x1x2", "Permute", (None, 3, 8, 5)),
        ("8 repeatvector:4", "RepeatVector", (None, 4, 8)),
    ],
)
def test_short_names_take_their_form_from_the_input(
    stack: str, class_name: str, shape: tuple[int | None, ...]
) -> None:
    [row] = calc(stack).rows
    assert (row.class_name, row.output_shape) == (class_name, shape)


def test_axes_in_their_own_order_are_seen_one_to_one() -> None:
    image = layers.Input((3, 5, 2))
    assert layers.Permute((1, 2, 3)).windows(image) == ()
    assert layers.Permute((2, 1, 3)).windows(image) is None
