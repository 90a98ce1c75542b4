"""How a space is written, and what is none."""

from __future__ import annotations

import pytest

from convzoo.errors import ConvzooError, SourceError
from convzoo.sweeping.space import Space


def _texts(text: str) -> list[str]:
    space = Space.of(text)
    return [space.text_of(index) for index in range(space.count)]


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("8x8x1 conv:4/6,3", ["8x8x1 conv:4,3", "8x8x1 conv:6,3"]),
        ("8x8x1 conv:4..9..2,3x1", [f"8x8x1 conv:{f},3x1" for f in (4, 6, 8)]),
        (
            "8x8x1/9x9x1 conv:4,padding=same/valid",
            [f"{n}x{n}x1 conv:4,padding={p}" for n in (8, 9) for p in ("same", "valid")],
        ),
        (
            "8x8x1 conv:1..2/7,3 dense:3/4",
            [f"8x8x1 conv:{f},3 dense:{n}" for f in (1, 2, 7) for n in (3, 4)],
        ),
        ("8x8x1 2x(conv:4,3 bn) flatten", ["8x8x1 conv:4,3 bn conv:4,3 bn flatten"]),
        (
            "8x8x1 0..2x(conv:4,3) flatten",
            [
                "8x8x1 flatten",
                "8x8x1 conv:4,3 flatten",
                "8x8x1 conv:4,3 conv:4,3 flatten",
            ],
        ),
        (
            "8x8x1 1/2x( 0..1x(bn) conv:4,3 )",
            [
                "8x8x1 conv:4,3",
                "8x8x1 bn conv:4,3",
                "8x8x1 conv:4,3 conv:4,3",
                "8x8x1 conv:4,3 bn conv:4,3",
                "8x8x1 bn conv:4,3 conv:4,3",
                "8x8x1 bn conv:4,3 bn conv:4,3",
            ],
        ),
        (
            "8x8x1 2x(conv:4/5,3)",
            [f"8x8x1 conv:{a},3 conv:{b},3" for a in (4, 5) for b in (4, 5)],
        ),
    ],
)
def test_space_has_these_points(text: str, points: list[str]) -> None:
    assert _texts(text) == points
    assert _texts(" ".join(text.split())) == points


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "'': a space begins with the sizes of its input, such as 28x28x1. Write, for ex"),
        ("conv:4,3", "'conv:4,3': a space begins with the sizes of its input"),
        ("8x8x1", "The space has an input and no layers. Write, for example, 28x28x1"),
        ("8x8x1 0x(conv:4)", "The space has an input and no layers."),
        ("8x8x1 conv:4..,3", "'conv:4..,3': 4.. is no range. Write first..last or first..last.."),
        ("8x8x1 conv:9..4,3", "'conv:9..4,3': the range 9..4 is empty."),
        ("8x8x1 conv:4..9..0,3", "the range 4..9..0 is empty."),
        ("8x8x1 conv:1..9999999", "the range 1..9999999 has more than 1,000,000 numbers."),
        ("8x8x1 conv:4//5,3", "'conv:4//5,3': has an empty alternative. Write, for example, 32/64"),
        ("8x8x1 conv:4/4,3", "'conv:4/4,3': has an alternative twice in 4/4."),
        ("8x8x1 2x(conv:4", "A bracket is not closed. Put quotes around it: '3x(conv:64,3,relu)'."),
        ("8x8x1 conv:4)", "A bracket is closed that was not opened."),
        ("8x8x1 2x()", "2x(): there is nothing in the brackets to repeat."),
        ("8x8x1 x(bn)", "'x': "),
        ("8x8x1 2(bn)", "'2': says not how often the group is repeated, at most 1000 times. Write"),
        ("8x8x1 1001x(bn)", "'1001x': says not how often the group is repeated"),
        (
            "8x8x1 0..999x(bn) 0..999x(relu)",
            "The groups can be repeated in more than 100,000 ways. Repeat fewer.",
        ),
    ],
)
def test_what_is_no_space_is_told_in_a_line(text: str, message: str) -> None:
    with pytest.raises(SourceError) as error:
        Space.of(text)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_points_of_an_enormous_space_have_texts() -> None:
    space = Space.of("8x8x1 9x(conv:1..1000000,3) flatten")
    assert space.count == 10**54
    assert space.text_of(10**54 - 1) == "8x8x1 " + "conv:1000000,3 " * 9 + "flatten"
    with pytest.raises(SourceError, match=r"There is no point -1: the space has 1,000,000,000,"):
        space.text_of(-1)


def test_point_is_a_description_or_refused() -> None:
    space = Space.of("8x8x1 conv:4,3/9 flatten")
    assert space.graph(0).outputs.shape == (None, 144)
    with pytest.raises(ConvzooError, match="its window of 9 must fit into an axis of 8"):
        space.graph(1)
