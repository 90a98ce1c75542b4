"""A sweep in Python: what it is asked, in one process and in several."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from hypothesis import given

import convzoo
from convzoo.errors import ArgumentError, ConvzooError
from convzoo.executors import Processes
from convzoo.sweeping import numbers as sweeping
from tests.clusters import local_cluster
from tests.sweeping.spaces import spaces

_SPACE = "12x12x1 conv:2..6..2,3/5/13,relu 0..1x(conv:3/4,3 maxpool:2) flatten dense:4/8"


@pytest.fixture(scope="module")
def alone() -> list[dict[str, Any]]:
    """The numbers of each point that is not refused, by the scalar calculator."""
    space = convzoo.sweep(_SPACE)
    found = []
    for index in range(space.count):
        point = space.point(index)
        try:
            report = point.calc("params", "macs")
        except ConvzooError:
            continue
        field = report.receptive_field
        assert field is not None
        found.append({"index": index, "receptive_field": min(field.sizes), **report.totals})
    return found


def test_points_have_columns(alone: list[dict[str, Any]]) -> None:
    points = convzoo.sweep(_SPACE, ["macs", "receptive_field"]).points()
    assert len(points) == len(alone) == points.tally.matching == 36
    assert (points.tally.points, points.tally.refused) == (54, 18)
    assert points.index.tolist() == [one["index"] for one in alone]
    for name in ("macs", "receptive_field"):
        assert points.column(name).tolist() == [one[name] for one in alone]
    assert [point.index for point in points] == points.index.tolist()
    with pytest.raises(ArgumentError, match="has no column 'params', only macs, receptive_field"):
        points.column("params")
    refusal = points.commonest_refusal
    assert refusal is not None
    assert refusal.count == 12
    assert "its window of 13 must fit into an axis of 12" in refusal.message


def test_limits_are_those_of_a_budget_or_of_any_column(alone: list[dict[str, Any]]) -> None:
    found = convzoo.sweep(_SPACE, max_params="3k", min_receptive_field=4).where(min_macs=9000)
    expected = [
        one["index"]
        for one in alone
        if one["params"] <= 3000 and one["receptive_field"] >= 4 and one["macs"] >= 9000
    ]
    assert 0 < len(expected) < len(alone)
    assert found.points().index.tolist() == expected


def test_front_top_and_sample(alone: list[dict[str, Any]]) -> None:
    space = convzoo.sweep(_SPACE)
    front = space.pareto("params", "receptive_field")
    values = [(one["params"], -one["receptive_field"]) for one in alone]
    best = {
        value
        for value in values
        if not any(o != value and o[0] <= value[0] and o[1] <= value[1] for o in values)
    }
    found = zip(front.column("params"), -front.column("receptive_field"), strict=True)
    assert set(found) == best
    assert (
        space.top(2, "macs", largest=True).column("macs").tolist()
        == sorted((one["macs"] for one in alone), reverse=True)[:2]
    )
    drawn = space.sample(5, seed=3)
    assert len(drawn) == 5
    assert set(drawn.index) <= {one["index"] for one in alone}


@given(spaces)
def test_front_of_a_random_space_is_that_of_brute_force(text: str) -> None:
    space = convzoo.sweep(text)
    everything, front = space.points(), space.pareto("params", "macs")
    names = ("params", "macs")
    values, found = (
        list(zip(*(points.column(name).tolist() for name in names), strict=True))
        for points in (everything, front)
    )
    best = [
        value
        for value in values
        if not any(o != value and o[0] <= value[0] and o[1] <= value[1] for o in set(values))
    ]
    assert found == sorted(set(best))
    assert front.index.tolist() == [everything.index[values.index(value)] for value in found]


@pytest.mark.parametrize("make_executor", [ThreadPoolExecutor, Processes])
def test_executor_comes_to_the_same(
    monkeypatch: pytest.MonkeyPatch, make_executor: Callable[[int], Executor]
) -> None:
    monkeypatch.setattr(sweeping, "_POINTS_OF_A_BLOCK", 3)
    space = convzoo.sweep(_SPACE, max_params=4000)
    with make_executor(2) as executor:
        there, here = space.points(executor), space.points()
    assert there.to_dict() == here.to_dict()
    np.testing.assert_array_equal(there.column("macs"), here.column("macs"))


@pytest.mark.slow
def test_cluster_comes_to_the_same() -> None:
    space = convzoo.sweep(_SPACE, max_params=4000)
    with local_cluster(2) as executor:
        assert space.points(executor).to_dict() == space.points().to_dict()


def test_point_is_built_by_keras() -> None:
    point = convzoo.sweep(_SPACE).pareto("macs").point(0)
    assert point.keras().count_params() == point.calc().total("params")
    assert point.graph().outputs.shape == (None, 4)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"columns": ["parms"]}, "Unknown column 'parms'. Did you mean params"),
        ({"max_parms": 3}, "Unknown column 'parms'. Did you mean params"),
        ({"params": 3}, "A limit begins with max_ or min_. Received 'params'. Write, for ex"),
        ({"max_params": "much"}, "'much' is no number. Write, for example, 300k, 5M or 1.5G."),
        ({"batch": 0}, "batch must be 1 or more. Received 0."),
        ({"dtype": "int9"}, "dtype must name a dtype of numbers. Received 'int9'."),
    ],
)
def test_what_can_not_be_asked_is_told(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ConvzooError) as error:
        convzoo.sweep(_SPACE, **arguments)
    assert message in str(error.value)


def test_setting_is_that_of_calc() -> None:
    text = "12x12x1 conv:2/3,3 flatten"
    found = convzoo.sweep(text, ["peak_activation_bytes", "macs"], batch=4, dtype="int8").points()
    for place, point in enumerate(found):
        report = convzoo.calc(point.graph(), batch=4, dtype="int8")
        for column in found.columns:
            assert found.column(column)[place] == report.total(column)
