"""What is kept of points: as brute force has it, whatever parts they come in."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from convzoo.sweeping.keeping import Everything, Front, Keep, Sample, Some, Top

_POINTS = st.integers(0, 40).flatmap(
    lambda count: arrays(np.int64, (count, 3), elements=st.integers(-4, 4))
)
_WAYS: list[Keep] = [
    Everything(),
    Top(3, "a"),
    Top(5, "b", largest=True),
    Front((("a", False),)),
    Front((("a", False), ("b", True))),
    Front((("a", False), ("b", False), ("c", True))),
    Sample(4, seed=1),
]


def _some(rows: Any) -> Some:
    columns = {name: rows[:, place] for place, name in enumerate("abc")}
    return Some(np.arange(100, 100 + len(rows)), columns)


def _rows(some: Some) -> set[tuple[int, ...]]:
    return set(zip(*(values.tolist() for values in some.columns.values()), strict=True))


@given(_POINTS, st.integers(0, 40))
@pytest.mark.parametrize("way", _WAYS, ids=str)
def test_parts_come_to_the_same_as_the_whole(way: Keep, rows: Any, cut: int) -> None:
    whole, some = way.kept(_some(rows)), _some(rows)
    places = np.arange(len(rows))
    parts = [way.kept(some.at(places[cut:])), way.kept(some.at(places[:cut]))]
    joined = way.kept(parts[0].with_others(parts[1]))
    assert joined.index.tolist() == whole.index.tolist()
    for name, values in whole.columns.items():
        assert joined.columns[name].tolist() == values.tolist()


@given(_POINTS)
@pytest.mark.parametrize("best", [(False, False), (True, False), (False, False, True)], ids=str)
def test_front_is_that_of_brute_force(best: tuple[bool, ...], rows: Any) -> None:
    names = "abc"[: len(best)]
    front = Front(tuple(zip(names, best, strict=True))).kept(_some(rows))
    signs = [-1 if largest else 1 for largest in best]
    scores = [tuple(s * v for s, v in zip(signs, row, strict=False)) for row in rows.tolist()]

    def is_bettered(score: tuple[int, ...]) -> bool:
        return any(
            other != score and all(o <= s for o, s in zip(other, score, strict=True))
            for other in scores
        )

    expected = {scores.index(score) + 100 for score in scores if not is_bettered(score)}
    assert set(front.index.tolist()) == expected
    assert len(front.index) == len(expected)


def test_front_of_many_points_is_that_of_brute_force() -> None:
    rows = np.random.default_rng(0).integers(0, 60, (3000, 3))
    for best in ((False, False), (False, True, False)):
        way = Front(tuple(zip("abc", best, strict=False)))
        found = way.kept(_some(rows)).index.tolist()
        signed = rows[:, : len(best)] * [-1 if largest else 1 for largest in best]
        first = {tuple(row): place for place, row in reversed(list(enumerate(signed.tolist())))}
        points = np.array(list(first))
        expected = [
            first[tuple(point)] + 100
            for point in points.tolist()
            if not ((points <= point).all(axis=1) & (points < point).any(axis=1)).any()
        ]
        assert sorted(found) == sorted(expected)


@given(_POINTS)
def test_top_is_sorted_and_of_equal_ones_the_first(rows: Any) -> None:
    found = Top(4, "a").kept(_some(rows))
    order = sorted(range(len(rows)), key=lambda place: (rows[place, 0], place))[:4]
    assert found.index.tolist() == [100 + place for place in order]


def test_sample_is_as_likely_to_have_any_point() -> None:
    some = Some(np.arange(20), {})
    counts = np.zeros(20)
    for seed in range(2000):
        drawn = Sample(5, seed).kept(some).index
        assert len(set(drawn.tolist())) == 5
        counts[drawn] += 1
    # 500 each, with a standard deviation of 19.
    assert 420 < counts.min() <= counts.max() < 580
