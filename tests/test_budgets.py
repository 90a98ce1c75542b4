"""Budgets: what keeps them, and what is told of what doesn't."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from pathlib import Path
from typing import Any

import pytest

import convzoo
from convzoo import Budget, Input, Sequential, Verdict, budget, layers
from convzoo.budgets import RULES
from convzoo.errors import ArgumentError, ConvzooError, SourceError, UnknownNameError

# What convzoo tells of mnist_convnet in int8.
_MEASURED = {
    "max_params": 93_322,
    "max_weights": 93_322,
    "max_macs": 2_794_240,
    "max_peak_memory": 27_040,
    "min_receptive_field": 18,
}


def _unknown(**own: Any) -> dict[str, Any]:
    """The config of a network of which one layer is of an unknown class."""
    start = {"class_name": "InputLayer", "config": {"name": "x", "batch_shape": [None, 8, 8, 1]}}
    conv = {"class_name": "Conv2D", "config": {"name": "conv", "filters": 2, "kernel_size": 3}}
    mine = {"class_name": "Mine", "config": {"name": "mine\x1b[31m", **own}}
    layers = [start, conv, mine]
    return {"class_name": "Sequential", "config": {"name": "net", "layers": layers}}


def _only(verdicts: tuple[Verdict, ...]) -> Verdict:
    [verdict] = verdicts
    return verdict


def test_every_rule_is_tried() -> None:
    assert [*RULES] == [*_MEASURED]


@pytest.mark.parametrize("rule", _MEASURED)
def test_limit_itself_is_kept_and_one_less_is_not(rule: str) -> None:
    measured = _MEASURED[rule]
    kept = budget(dtype="int8", **{rule: measured})
    missed = budget(dtype="int8", **{rule: measured + (1 if rule.startswith("min_") else -1)})
    assert kept("mnist_convnet") is True
    assert missed("mnist_convnet") is False
    assert kept.check("mnist_convnet").holds
    verdict = _only(missed.check("mnist_convnet").verdicts)
    assert (verdict.rule, verdict.found, verdict.known) == (rule, measured, True)
    assert verdict.status == ("under" if rule.startswith("min_") else "over")


def test_predicate_takes_a_description() -> None:
    model = Sequential([Input((8, 8, 1)), layers.Conv2D(4, 3)])
    assert budget(max_params=40)(model)
    assert not budget(max_params=39)(model)
    assert not budget(max_params=40, max_macs=1_000)(model)


def test_predicate_takes_a_live_model() -> None:
    import keras

    model = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Conv2D(4, 3)])
    assert budget(max_params=40, max_macs=1_296)(model)
    assert not budget(max_params=39)(model)


def test_model_that_connects_its_layers_itself_keeps_no_limit_of_work() -> None:
    import keras

    class Mine(keras.Model):
        def __init__(self) -> None:
            super().__init__(name="mine")
            self.dense = keras.layers.Dense(3, name="dense")

        def call(self, x: Any) -> Any:
            return self.dense(x)

    model = Mine()
    model(keras.ops.ones((1, 4)))
    allowed = budget(max_params=15, max_macs="1G", max_peak_memory="1GiB", min_receptive_field=1)
    found = {verdict.rule: verdict.status for verdict in allowed.check(model).verdicts}
    assert found.pop("max_params") == "ok"
    assert set(found.values()) == {"unknown"}


def test_lines_tell_what_became_of_each_rule() -> None:
    allowed = budget(
        max_params="50k", max_weights="128KiB", max_macs="5M", max_peak_memory="26KiB",
        min_receptive_field=28, dtype="int8",
    )  # fmt: skip
    assert str(allowed.check("mnist_convnet")).splitlines() == [
        "over     mnist_convnet: params: 93,322, 43,322 over the limit of 50,000 "
        "(the most is in 'conv2d_2')",
        "ok       mnist_convnet: weights: 91.13 KiB of at most 128.00 KiB",
        "ok       mnist_convnet: macs: 2,794,240 of at most 5,000,000",
        "over     mnist_convnet: peak memory: 26.41 KiB, 416 B over the limit of 26.00 KiB "
        "(the most is in 'max_pooling2d')",
        "under    mnist_convnet: receptive field: 18, 10 under the limit of 28",
    ]


def test_what_is_unknown_keeps_no_limit() -> None:
    allowed = budget(max_params="1G", max_macs="1G", min_receptive_field=1)
    checked = allowed.check(_unknown())
    assert not allowed(_unknown())
    assert not checked.holds
    because = r"(mine\x1b[31m: its class Mine is unknown; tell convzoo of it with "
    lines = str(checked).splitlines()
    assert lines[0].startswith(
        f"unknown  net: params: at least 20 of at most 1,000,000,000 {because}"
    )
    assert lines[1].startswith(
        f"unknown  net: macs: at least 648 of at most 1,000,000,000 {because}"
    )
    assert lines[2].startswith(f"unknown  net: receptive field: unknown of at least 1 {because}")


def test_what_is_known_may_be_over_already() -> None:
    verdict = _only(budget(max_params=19).check(_unknown()).verdicts)
    assert str(verdict) == ("params: at least 20, 1 over the limit of 19 (the most is in 'conv')")


def test_sizes_that_are_unknown_are_asked_for() -> None:
    stack = "nonexnonex3 conv:2,3"
    verdict = _only(budget(max_macs="1G").check(stack).verdicts)
    assert str(verdict) == (
        "macs: unknown of at most 1,000,000,000 (sizes of the input are unknown; give them by "
        "--input-shape or input_shape)"
    )
    for shape in ("8x8x3", (8, 8, 3), [[8, 8, 3]]):
        verdict = _only(budget(max_macs="1G", input_shape=shape).check(stack).verdicts)
        assert (verdict.found, verdict.holds) == (1_944, True)


def test_network_without_axes_has_no_receptive_field() -> None:
    verdict = _only(budget(min_receptive_field=1).check("4 dense:3").verdicts)
    assert (verdict.status, str(verdict)) == (
        "unknown", "receptive field: unknown of at least 1 (there is none)"
    )  # fmt: skip


def test_smallest_axis_of_the_receptive_field_counts() -> None:
    stack = "28x28x1 conv:8,3x5"
    assert budget(min_receptive_field=3)(stack)
    assert not budget(min_receptive_field=4)(stack)


def test_batch_counts() -> None:
    assert budget(max_peak_memory=27_040, dtype="int8")("mnist_convnet")
    assert not budget(max_peak_memory=2 * 27_040 - 1, dtype="int8", batch=2)("mnist_convnet")


def test_baseline_may_not_be_outgrown() -> None:
    allowed = budget(max_params="100k")
    assert allowed.check("mnist_convnet", baseline="mnist_convnet").holds
    checked = allowed.check("mnist_convnet", baseline="mnist_convnet:classes=9")
    hint = "(convzoo compare tells what changed)"
    assert [str(verdict) for verdict in checked.verdicts] == [
        "params: 93,322 of at most 100,000",
        f"params: 93,322, 65 more than the 93,257 of the baseline {hint}",
        f"weights: 364.54 KiB, 260 B more than the 364.29 KiB of the baseline {hint}",
        f"macs: 2,794,240, 64 more than the 2,794,176 of the baseline {hint}",
        "peak memory: 105.62 KiB, the baseline has 105.62 KiB",
    ]
    assert {verdict.against for verdict in checked.verdicts[1:]} == {"baseline"}


def test_baseline_that_is_not_all_known_proves_less_alone() -> None:
    verdicts = Budget().check("8x8x1 conv:1,3", baseline=_unknown()).verdicts
    assert {verdict.status for verdict in verdicts if verdict.rule == "max_params"} == {"ok"}
    verdicts = Budget().check("8x8x1 conv:3,3", baseline=_unknown()).verdicts
    assert str(verdicts[0]) == "params: 30, the baseline has 20 (what the baseline has is unknown)"
    assert verdicts[0].status == "unknown"
    verdicts = Budget().check(_unknown(), baseline="8x8x1 conv:3,3").verdicts
    assert verdicts[0].status == "unknown"
    verdicts = Budget().check(_unknown(), baseline="8x8x1 conv:1,3").verdicts
    assert (verdicts[0].status, verdicts[0].known) == ("over", False)


def test_dict_is_the_contract() -> None:
    assert budget(max_params="93k").check("mnist_convnet").to_dict() == {
        "name": "mnist_convnet",
        "path": None,
        "holds": False,
        "rules": [
            {
                "rule": "max_params",
                "against": "limit",
                "limit": 93_000,
                "found": 93_322,
                "known": True,
                "status": "over",
                "reason": "the most is in 'conv2d_2'",
                "holds": False,
            }
        ],
    }


def test_path_of_a_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "net.txt"
    path.write_text("8x8x1 conv:1,3")
    for source in (path, str(path)):
        checked = budget(max_params=10).check(source)
        assert (checked.name, checked.path, checked.holds) == (str(path), str(path), True)
    assert budget(max_params=10).check(b"8x8x1 conv:1,3").path is None


def test_budget_is_a_frozen_value() -> None:
    one = budget(max_params="100k", max_weights="1MiB", input_shape=[28, 28, 1])
    assert one == Budget(max_params=100_000, max_weights=1_048_576, input_shape="28x28x1")
    assert len({one, budget(max_params=1e5, max_weights=2**20, input_shape=((28, 28, 1),))}) == 1
    assert one.limits == {"max_params": 100_000, "max_weights": 1_048_576}
    with pytest.raises(FrozenInstanceError):
        one.max_params = 3  # type: ignore[misc]


@pytest.mark.parametrize(
    ("limits", "error", "message"),
    [
        ({"max_parms": 1}, UnknownNameError, "Unknown limit 'max_parms'. Did you mean max_params"),
        ({"max_params": "3x"}, ArgumentError, "max_params: '3x' is no number."),
        ({"max_weights": True}, ArgumentError, "max_weights: True is no size of memory."),
        ({"dtype": "blob"}, ArgumentError, "dtype must name a dtype of numbers. Received 'blob'."),
        ({"batch": 0}, ArgumentError, "batch must be 1 or more. Received 0."),
        ({"batch": "two"}, ArgumentError, "batch must be 1 or more. Received 'two'."),
        ({"input_shape": 8}, ArgumentError, "input_shape must be a tuple of sizes. Received 8."),
        ({"input_shape": "ax"}, ArgumentError, "'ax' are no sizes."),
    ],
)
def test_what_is_no_limit_is_refused_at_once(
    limits: dict[str, Any], error: type[ConvzooError], message: str
) -> None:
    with pytest.raises(error) as caught:
        budget(**limits)
    assert str(caught.value).startswith(message)


def test_budget_without_a_limit_proves_nothing() -> None:
    for ask in (budget(dtype="int8"), budget().check):
        with pytest.raises(ArgumentError, match=r"The budget has no limit to keep\. Give it one"):
            ask("mnist_convnet")


def test_what_can_not_be_read_is_an_error() -> None:
    with pytest.raises(SourceError, match=r"There is no file 'no\.keras'"):
        convzoo.budget(max_params=1)("no.keras")
