"""The report: rows, totals, and the JSON contract."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

import convzoo
from convzoo import Input, Model, Sequential, calc, layers
from convzoo.analyses import ANALYSES, Findings, Setting, analysis
from convzoo.analyses.report import Report, Row
from convzoo.errors import ArgumentError, UnknownNameError
from convzoo.graph.trace import Trace
from tests.registries import keep


def test_names_are_keras_s_automatic_ones() -> None:
    assert [row.name for row in calc("mnist_convnet").rows] == [
        "conv2d",
        "max_pooling2d",
        "conv2d_1",
        "max_pooling2d_1",
        "conv2d_2",
        "flatten",
        "dense",
        "dense_1",
    ]


def test_contract_has_its_keys() -> None:
    contract = calc("mnist_convnet").to_dict()
    assert list(contract) == ["name", "complete", "input_shapes", "layers", "totals"]
    assert contract["input_shapes"] == [[None, 28, 28, 1]]
    assert contract["layers"][0] == {
        "name": "conv2d",
        "class_name": "Conv2D",
        "output_shape": [None, 26, 26, 32],
        "params": 320,
        "trainable_params": 320,
        "non_trainable_params": 0,
        "weight_bytes": 1280,
        "macs": 194_688,
        "bias_adds": 21_632,
        "element_ops": 21_632,
        "activation_bytes": 86_528,
        "receptive_field": {
            "size": [3, 3],
            "stride": [1, 1],
            "start": [0, 0],
            "centre": [1.0, 1.0],
        },
        "inputs": ["input_layer"],
        "notes": [],
    }
    assert contract["totals"]["params"] == 93_322
    assert contract["totals"]["weight_bytes"] == 373_288
    assert contract["totals"]["peak_activation_bytes"] == 108_160
    assert json.loads(json.dumps(contract)) == contract


def test_functional_model_has_rows_for_its_inputs() -> None:
    a, b = Input((4,), name="a"), Input((4,), name="b")
    report = calc(Model([a, b], layers.Add(name="sum")([a, b])))
    assert [row.name for row in report.rows] == ["a", "b", "sum"]
    assert report.row("sum").inputs == ("a", "b")


def test_nested_model_keeps_its_rows_to_itself() -> None:
    inner = Input((4,))
    x = Input((4,))
    nested = Model(inner, layers.Dense(3)(inner), name="nested")
    [_, entry] = calc(Model(x, nested(x))).to_dict()["layers"]
    assert [layer["class_name"] for layer in entry["layers"]] == ["InputLayer", "Dense"]


def test_unknown_row_and_column_are_refused_with_close_names() -> None:
    report = calc("mnist_convnet")
    with pytest.raises(UnknownNameError, match=r"layer of 'mnist_convnet' 'conv2e'.*conv2d"):
        report.row("conv2e")
    with pytest.raises(UnknownNameError, match=r"Unknown column 'mac'\. Did you mean macs\?"):
        report.with_columns(["mac"])


def test_columns_stand_in_the_order_of_what_is_asked_most() -> None:
    # In a process of its own: here, a test may have imported one analysis before the others.
    code = (
        "from convzoo.analyses import ANALYSES; print(*[name for name, _ in ANALYSES.items()][:8])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [
        "params",
        "trainable_params",
        "non_trainable_params",
        "weight_bytes",
        "macs",
        "bias_adds",
        "element_ops",
        "flops",
    ]


def test_unknown_column_without_close_names_is_refused() -> None:
    with pytest.raises(UnknownNameError, match=r"^Unknown column 'x'\. See convzoo calc --help\.$"):
        calc("mnist_convnet").with_columns(["x"])


def test_report_prints_its_table_and_its_html() -> None:
    report = convzoo.calc("two_convs")
    assert str(report).splitlines()[-3] == "Total params: 18,816 (73.50 KiB)"
    assert "<table>" in report._repr_html_()


def test_analysis_may_leave_layers_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of what is unknown it is asked for a formula, and has none of these either."""
    keep(monkeypatch, ANALYSES)
    findings = Findings({}, {"silent": None})
    analysis(adds_up=True, silent="Silent")(lambda *_: findings)
    [row] = calc("nonex3 dense:2", ["silent", "macs"]).rows
    assert (row.silent, row.formulas["macs"]) == (None, "6 x T")
    assert "silent" not in row.formulas


@pytest.mark.parametrize(("stack", "runs"), [("3 dense:2", 1), ("nonex3 dense:2", 2)])
def test_analysis_runs_once_and_once_more_for_formulas(
    monkeypatch: pytest.MonkeyPatch, stack: str, runs: int
) -> None:
    keep(monkeypatch, ANALYSES)
    found = []

    def run(trace: Trace, _: Setting) -> Findings:
        found.append(trace)
        return Findings({layer: {"counted": None} for layer in trace.graph.layers}, {"counted": 1})

    analysis(adds_up=True, counted="Counted")(run)
    report = calc(stack, ["counted"])
    for asked in (report, report.with_columns(["counted", "params"])):
        assert asked.total("counted") == 1
        assert not asked.knows("counted")
        assert [row.counted for row in asked.rows] == [None]
        assert asked.total_formula("counted") is None
        assert asked.to_dict()["totals"]["counted"] == 1
    assert len(found) == runs


def test_input_shape_is_replaced() -> None:
    report = calc("mnist_convnet", input_shape=(32, 32, 3))
    assert report.input_shapes == [(None, 32, 32, 3)]
    assert report.row("conv2d").params == 896


def _nested() -> Report:
    """A model with a model with a model in it, and rows of 15, 8 and 0 parameters."""
    x = Input((4,), name="x")
    inner = Sequential([Input((3,)), layers.Dense(2, name="deep")], name="inner")
    middle = Sequential([Input((3,)), inner], name="middle")
    return calc(Model(x, middle(layers.Dense(3, name="first")(x)), name="outer"))


def test_rows_are_shown_down_to_a_depth() -> None:
    report = _nested()

    def names(rows: tuple[Row, ...]) -> list[object]:
        return [[row.name, *names(row.layers)] if row.layers else row.name for row in rows]

    everything = ["x", "first", ["middle", ["inner", "deep"]]]
    shown = {
        None: everything,
        2: everything,
        1: ["x", "first", ["middle", "inner"]],
        0: ["x", "first", "middle"],
    }
    for depth, expected in shown.items():
        report.depth = depth
        assert names(report.rows) == expected


@pytest.mark.parametrize(
    ("sort", "top", "names", "left_out"),
    [
        (None, None, ["x", "first", "middle"], 0),
        ("params", None, ["first", "middle", "x"], 0),
        ("params", 1, ["first"], 2),
        (None, 2, ["x", "first"], 1),
        (None, 9, ["x", "first", "middle"], 0),
    ],
)
def test_rows_are_sorted_and_cut(
    sort: str | None, top: int | None, names: list[str], left_out: int
) -> None:
    report = _nested()
    report.sort, report.top = sort, top
    report = report.with_columns(["macs"])
    assert [row.name for row in report.rows] == names
    assert [row["name"] for row in report.to_dict()["layers"]] == names
    assert report.rows_left_out == left_out


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"top": 0}, "top must be 1 or more. Received 0."),
        ({"top": "all"}, "top must be 1 or more. Received 'all'."),
        ({"depth": -1}, "depth must be 0 or more. Received -1."),
    ],
)
def test_number_of_rows_that_can_not_be_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        calc("mnist_convnet", **options)
    assert str(caught.value) == message


def test_rows_are_sorted_by_what_a_unit_sees_and_unknown_ones_come_last() -> None:
    first = {"class_name": "InputLayer", "config": {"name": "i", "batch_shape": [None, 9, 9, 1]}}
    conv = {"class_name": "Conv2D", "config": {"name": "c", "filters": 1, "kernel_size": [3, 5]}}
    mine = {"class_name": "Mine", "config": {"name": "mine"}}
    relu = {"class_name": "ReLU", "config": {"name": "r"}}
    stack = {"name": "s", "layers": [first, relu, mine, conv]}
    report = calc({"class_name": "Sequential", "config": stack}, ["receptive_field"])
    report.sort = "receptive_field"
    assert [row.name for row in report.rows] == ["r", "mine", "c"]
    stack["layers"] = [first, relu, conv, mine]
    report = calc({"class_name": "Sequential", "config": stack}, ["receptive_field"])
    report.sort = "receptive_field"
    assert [row.name for row in report.rows] == ["c", "r", "mine"]


@pytest.mark.parametrize(
    ("stack", "column", "text"),
    [
        ("9x8x1 conv:1,3x5,2", "receptive_field", "3x5, stride 2, start 0"),
        ("9x8x1 conv:1,3x5,1x2,same", "receptive_field", "3x5, stride 1x2, start -1"),
        ("8x1 upsampling1d:2", "receptive_field", "1, stride 0.5, start 0"),
        ("nonex1 conv1d:1,3,2,same", "receptive_field", "3, stride 2, start ?"),
        ("4 dense:3", "receptive_field", "-"),
        ("9x8x1 conv:1,3", "unit", "1-3 x 2-4"),
        ("9x8x1 conv:1,3,dilation_rate=2", "unit", "1-5 (3 of 5) x 2-6 (3 of 5)"),
    ],
)
def test_what_is_seen_is_this_text(stack: str, column: str, text: str) -> None:
    report = calc(stack, [column], unit=(1, 2) if column == "unit" else ())
    assert str(report.rows[-1].values[column]) == text


def test_what_is_seen_of_several_inputs_is_this_text() -> None:
    a, b = Input((9, 1), name="a"), Input((9, 1), name="b")
    merged = layers.Add(name="sum")([layers.Conv1D(1, 3, padding="same")(a), b])
    report = calc(Model([a, b], merged), ["receptive_field", "unit"], unit=(4,))
    row = report.row("sum")
    assert str(row.receptive_field) == "a: 3, stride 1, start -1; b: 1, stride 1, start 0"
    assert str(row.unit) == "a: 3-5; b: 4-4"
    assert row.unit.to_json() == {
        "a": {"start": [3], "end": [5], "seen": [3]},
        "b": {"start": [4], "end": [4], "seen": [1]},
    }
