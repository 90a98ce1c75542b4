"""Work: multiply-accumulates and the rest, counted by a loop over windows."""

from __future__ import annotations

from itertools import product

import pytest

from convzoo import Input, Model, calc, layers


def _macs_by_loop(size: int, channels: int, filters: int, kernel: int, stride: int) -> int:
    """One multiplication for each tap of each window."""
    macs = 0
    starts = range(0, size - kernel + 1, stride)
    for _ in product(starts, starts):
        for _ in product(range(kernel), range(kernel), range(channels), range(filters)):
            macs += 1
    return macs


@pytest.mark.parametrize(("size", "kernel", "stride"), [(6, 3, 1), (7, 2, 2), (5, 5, 1), (8, 3, 2)])
def test_macs_of_a_convolution_equal_a_loop(size: int, kernel: int, stride: int) -> None:
    report = calc(f"{size}x{size}x2 conv:3,{kernel},{stride}")
    assert report.total("macs") == _macs_by_loop(size, 2, 3, kernel, stride)


def test_groups_divide_the_macs() -> None:
    whole, grouped = calc("8x8x4 conv:4,3"), calc("8x8x4 conv:4,3,groups=2")
    assert whole.total("macs") == 2 * grouped.total("macs")


def test_flops_are_two_per_mac_and_the_rest() -> None:
    report = calc("28x28x1 conv:32,3,relu").with_columns(
        ["macs", "bias_adds", "element_ops", "flops"]
    )
    assert report.totals == {
        "macs": 194_688,
        "bias_adds": 21_632,
        "element_ops": 21_632,
        "flops": 432_640,
    }


def test_shared_layer_works_once_per_call() -> None:
    a, b = Input((4,)), Input((4,))
    dense = layers.Dense(3)
    report = calc(Model([a, b], layers.Concatenate()([dense(a), dense(b)])))
    assert report.total("macs") == 24


def test_unknown_size_makes_the_work_unknown_and_never_zero() -> None:
    report = calc("nonex8x1 conv:2,3 gap dense:2").with_columns(["params", "macs"])
    assert not report.complete
    assert report.row("conv2d").macs is None
    assert report.total("macs") == 4
    assert "Total MACs: 108 x H - 212" in str(report)  # The kernel of 3 fits H - 2 times.


def test_gradient_after_a_layer_of_unknown_weights_is_unknown() -> None:
    entry = {
        "class_name": "Strange",
        "config": {"name": "strange", "batch_input_shape": [None, 4]},
        "build_config": {"input_shape": [None, 4]},
    }
    dense = {
        "class_name": "Dense",
        "config": {"units": 3, "name": "dense"},
        "build_config": {"input_shape": [None, 5]},
    }
    config = {"class_name": "Sequential", "config": {"layers": [entry, dense]}}
    columns = ["macs", "backward_macs", "training_bytes"]
    row = calc(config, columns).row("dense")
    assert (row.macs, row.backward_macs, row.training_bytes) == (15, None, None)
    assert "which of its factors have a gradient is unknown" in row.notes


def test_work_of_a_layer_without_a_rule_is_unknown_and_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(layers.Dense, "work", lambda *_: None)
    [row] = calc("4 dense:3", ["macs", "flops"]).rows
    assert (row.macs, row.flops) == (None, None)
    assert row.notes == ("its work is unknown: it has no rule",)
