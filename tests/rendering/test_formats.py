"""How a report looks in each format."""

from __future__ import annotations

import csv
import io
import json

import pytest
from tabulate import tabulate_formats

from convzoo import Input, Model, Sequential, calc, layers
from convzoo.errors import UnknownNameError
from convzoo.rendering import FORMATS, bytes_text, cells_text, printable


def test_table_has_rows_and_totals() -> None:
    assert FORMATS.get("table")(calc("two_convs")) == (
        "two_convs, input (None, 28, 28, 1)\n\n"
        "Layer     Type    Output shape          Params\n"
        "--------  ------  ------------------  --------\n"
        "conv2d    Conv2D  (None, 26, 26, 32)       320\n"
        "conv2d_1  Conv2D  (None, 24, 24, 64)    18,496\n\n"
        "Total params: 18,816 (73.50 KiB)\n"
        "Trainable params: 18,816\n"
        "Non-trainable params: 0"
    )


def test_long_name_is_told_without_its_middle() -> None:
    name = "a" * 150 + "b" * 150
    report = calc(Sequential([Input((4,)), layers.Dense(3, name=name)]))
    first = FORMATS.get("table")(report).splitlines()[4].split()[0]
    assert first == "a" * 99 + "…" + "b" * 100
    assert report.to_dict()["layers"][0]["name"] == name


@pytest.mark.parametrize("style", tabulate_formats)
def test_every_format_of_tabulate_shows_the_numbers(style: str) -> None:
    assert "18,496" in FORMATS.get(style)(calc("two_convs"))


def test_table_without_rows_has_its_titles() -> None:
    assert cells_text([], ["a", "b"], "table", ["left", "right"]).split() == [
        "a",
        "b",
        "---",
        "---",
    ]


def test_json_is_the_contract() -> None:
    report = calc("mnist_convnet")
    assert json.loads(FORMATS.get("json")(report)) == report.to_dict()


def test_csv_has_a_row_per_layer_and_no_formulas() -> None:
    inner = Sequential([Input((4,)), layers.Dense(3, name="=1+1")], name="nested")
    x = Input((4,), name="x")
    report = calc(Model(x, inner(x))).with_columns(["params", "macs"])
    rows = list(csv.reader(io.StringIO(FORMATS.get("csv")(report))))
    assert rows == [
        ["name", "class_name", "output_shape", "params", "macs"],
        ["x", "InputLayer", "(None, 4)", "0", "0"],
        ["nested", "Sequential", "(None, 3)", "15", "12"],
        ["nested/=1+1", "Dense", "(None, 3)", "15", "12"],
    ]
    alone = FORMATS.get("csv")(calc(Sequential([Input((4,)), layers.Dense(3, name="=1+1")])))
    assert "'=1+1,Dense" in alone


def test_unknown_format_is_told_with_the_choices() -> None:
    with pytest.raises(UnknownNameError, match=r"Unknown format 'jsn'\. Did you mean json\?"):
        FORMATS.get("jsn")


def test_names_can_t_steer_a_terminal_or_a_page() -> None:
    model = Sequential([Input((4,)), layers.Dense(3, name="\x1b[31mred<b>")])
    report = calc(model)
    assert "\x1b" not in str(report)
    assert "<b>red" not in report._repr_html_()
    assert "red<b>" not in report._repr_html_()
    assert printable("a\nb\x1b") == "a\\nb\\x1b"


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1.00 KiB"),
        (373_288, "364.54 KiB"),
        (2**30, "1.00 GiB"),
    ],
)
def test_bytes_are_shown_in_the_largest_unit(count: int, text: str) -> None:
    assert bytes_text(count) == text
