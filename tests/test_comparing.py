"""Architectures side by side: quantities, names, and what a table and JSON show of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import convzoo
from convzoo import Input, Model, Sequential, compare, describe, layers
from convzoo.errors import ArgumentError, UnknownNameError
from convzoo.rendering.comparison import comparison_text

_CONVNET = "28x28x1 conv:8,3,relu maxpool:2 flatten dense:10"


def _saved(folder: Path, name: str, model: Any) -> Path:
    path = folder / name
    path.write_text(json.dumps(model.to_config()))
    return path


def _unknown(units: int) -> dict[str, Any]:
    own = {"class_name": "Mine", "config": {"name": "own\x1b[31m", "what\x1b[31m": units}}
    start = {"class_name": "InputLayer", "config": {"name": "x", "batch_shape": [None, 4]}}
    dense = {"class_name": "Dense", "config": {"name": "dense", "units": 3}}
    return {"class_name": "Sequential", "config": {"name": "net", "layers": [start, dense, own]}}


def test_table_has_a_line_per_quantity_and_a_column_per_network() -> None:
    assert str(compare("mnist_convnet", "dense_baseline")) == (
        "                              mnist_convnet        dense_baseline    Change\n"
        "---------------------  --------------------  --------------------  --------\n"
        "Input                     (None, 28, 28, 1)     (None, 28, 28, 1)         =\n"
        "Output                           (None, 10)            (None, 10)         =\n"
        "Layers                                    8                     3    x0.375\n"
        "Params                               93,322               407,050     x4.36\n"
        "Trainable params                     93,322               407,050     x4.36\n"
        "Weight bytes           373,288 (364.54 KiB)  1,628,200 (1.55 MiB)     x4.36\n"
        "MACs                              2,794,240               406,528    x0.145\n"
        "FLOPs                             5,655,540               814,100    x0.144\n"
        "Peak activation bytes  108,160 (105.62 KiB)      6,272 (6.12 KiB)    x0.058\n"
        "Receptive field                       18x18                 28x28"
    )


def test_more_than_two_have_no_column_of_changes() -> None:
    text = str(compare("two_convs", "dense_baseline", "mnist_convnet", columns=["params"]))
    assert text.splitlines() == [
        "          two_convs    dense_baseline    mnist_convnet",
        "------  -----------  ----------------  ---------------",
        "Params       18,816           407,050           93,322",
    ]


@pytest.mark.parametrize(
    ("one", "other", "change"),
    [
        ("4 dense:3", "4 dense:3", "="),
        ("4 dense:3", "4 dense:6", "x2"),
        ("999 dense:1", "1000 dense:1", "+1"),
        ("1000 dense:1", "999 dense:1", "-1"),
        ("99 dense:1", "100 dense:1", "x1.01"),
        ("1 dense:1", "1999 dense:1", "x1,000"),
        ("4 flatten", "4 dense:1", ""),
    ],
)
def test_change_is_a_ratio_or_a_small_step(one: str, other: str, change: str) -> None:
    line = str(compare(one, other, columns=["params"])).splitlines()[-1]
    assert line.rpartition("  ")[2].strip() == (change or line.split()[-1])


def test_layers_count_without_inputs_and_models_within() -> None:
    x = Input((4,))
    inner = Sequential([Input((4,)), layers.Dense(3), layers.Dense(3)])
    [quantity] = compare(Model(x, inner(x)), "4 dense:2", columns=["layer_count"]).quantities
    assert quantity.values == (2, 1)


def test_networks_are_called_by_what_they_were_named(tmp_path: Path) -> None:
    path = _saved(tmp_path, "my net.json", describe("two_convs"))
    found = compare("mnist_convnet:classes=5", path, str(path), _CONVNET, describe("two_convs"))
    assert found.names == (
        "mnist_convnet:classes=5",
        f"{path} (1)",
        f"{path} (2)",
        "sequential",
        "two_convs",
    )
    assert compare("two_convs", _CONVNET, names=["a", "b"]).names == ("a", "b")
    with pytest.raises(ArgumentError, match="1 names for 2 architectures"):
        compare("two_convs", _CONVNET, names=["a"])


def test_files_are_compared_layer_by_layer(tmp_path: Path) -> None:
    before = _saved(tmp_path, "a.json", describe("mnist_convnet"))
    after = _saved(tmp_path, "b.json", describe("mnist_convnet", classes=5))
    found = compare(before, after, columns=["params"], names=["before", "after"])
    assert str(found).splitlines() == [
        "          before    after    Change",
        "------  --------  -------  --------",
        "Params    93,322   92,997      -325",
        "",
        "Layers: 7 the same, 1 changed.",
        "",
        "         Layer    Type    What          before      after",
        "-------  -------  ------  ------------  ----------  ---------",
        "changed  dense_1  Dense   units         10          5",
        "                          output shape  (None, 10)  (None, 5)",
        "                          params        650         325",
        "                          MACs          640         320",
    ]
    assert "Layers:" not in str(compare(before, after, layers=False))
    assert "Layers:" not in str(compare(before, "mnist_convnet"))
    assert compare("mnist_convnet", "mnist_convnet", layers=True).layers
    assert "Layers: all 8 are the same." in str(compare(before, before))


def test_added_and_removed_layers_are_shown_with_what_matters() -> None:
    after = "28x28x1 conv:8,3,relu flatten dropout:0.5 dense:10"
    text = str(compare(_CONVNET, after, layers=True, columns=[], names=["a", "b"]))
    assert text.split("\n\n")[-2] == "Layers: 1 the same, 2 changed, 1 added, 1 removed."
    rows = [line.split() for line in text.splitlines()]
    assert ["removed", "max_pooling2d", "MaxPooling2D", "output", "shape", "(None,", "13,"] in [
        row[:7] for row in rows
    ]
    assert ["added", "dropout", "Dropout", "output", "shape", "(None,", "5408)"] in rows


def test_same_tells_whether_anything_differs() -> None:
    assert compare("two_convs", "two_convs").same
    assert not compare("two_convs", "two_convs:input_shape=28x28x2").same
    # The numbers agree, and the layers don't.
    assert not compare("mnist_convnet", "mnist_convnet:pooling=average", columns=["params"]).same
    assert compare("two_convs", "two_convs", "two_convs").same
    assert not compare("two_convs", "two_convs", "mnist_convnet", columns=["input_shape"]).same


def test_unknown_stays_unknown_and_totals_say_at_least() -> None:
    found = compare(_unknown(1), "4 dense:3", columns=["params", "output_shape", "macs"])
    text = str(found)
    assert "at least 15" in text
    assert "unknown" in text
    assert "x" not in text.splitlines()[2].replace("at least", "")
    assert text.endswith("Note: net: not all of it is known; convzoo calc tells why.")
    told = found.to_dict()["networks"][0]
    assert told["incomplete"] == ["params", "output_shape", "macs"]
    assert (told["params"], told["output_shape"]) == (15, None)
    assert found.to_dict()["networks"][1]["incomplete"] == []


def test_formulas_stand_where_sizes_are_unknown() -> None:
    found = compare("nonexnonex3 conv:4,1", "nonexnonex3 conv:8,1", columns=["macs"])
    networks = found.to_dict()["networks"]
    assert "macs" in networks[0]["formulas"]
    assert networks[0]["formulas"]["macs"] in str(found)


def test_json_is_the_contract() -> None:
    found = compare("mnist_convnet", "mnist_convnet:classes=5", layers=True)
    told = json.loads(comparison_text(found, "json"))
    assert told == found.to_dict()
    assert list(told) == ["networks", "same", "layers"]
    assert list(told["networks"][0]) == ["name", *convzoo.comparing.QUANTITIES, "incomplete"]
    assert told["networks"][0]["input_shape"] == [None, 28, 28, 1]
    assert told["networks"][0]["receptive_field"]["size"] == [18, 18]
    assert told["same"] is False
    assert told["layers"] == {
        "unchanged": 7,
        "changes": [
            {
                "change": "changed",
                "name": "dense_1",
                "class_name": "Dense",
                "differences": [
                    {"what": "units", "before": 10, "after": 5},
                    {"what": "output_shape", "before": [None, 10], "after": [None, 5]},
                    {"what": "params", "before": 650, "after": 325},
                    {"what": "macs", "before": 640, "after": 320},
                ],
            }
        ],
    }
    assert "layers" not in compare("two_convs", "two_convs").to_dict()


def test_csv_has_a_line_per_quantity_and_per_difference() -> None:
    pair = ("mnist_convnet", "mnist_convnet:classes=5")
    found = compare(*pair, columns=["params", "input_shape"])
    assert comparison_text(found, "csv").splitlines() == [
        "quantity,mnist_convnet,mnist_convnet:classes=5",
        "params,93322,92997",
        'input_shape,"(None, 28, 28, 1)","(None, 28, 28, 1)"',
    ]
    found = compare(*pair, columns=["params"], layers=True)
    assert comparison_text(found, "csv").splitlines()[:3] == [
        "layer,change,quantity,mnist_convnet,mnist_convnet:classes=5",
        ",,params,93322,92997",
        "dense_1,changed,units,10,5",
    ]


@pytest.mark.parametrize("style", ["table", "markdown", "github", "html", "csv", "json"])
def test_names_in_a_file_can_t_steer_a_terminal(style: str, tmp_path: Path) -> None:
    paths = []
    for number in (1, 2):
        path = tmp_path / f"{number}.json"
        path.write_text(json.dumps(_unknown(number)))
        paths.append(path)
    text = comparison_text(compare(*paths), style)
    assert "\x1b" not in text
    assert "own" in text


def test_long_and_deep_values_are_cut_short() -> None:
    def net(words: Any) -> dict[str, Any]:
        model = _unknown(1)
        model["config"]["layers"][2]["config"]["words"] = words
        return model

    deep: Any = 1
    for _ in range(500):
        deep = {"a": deep}
    found = compare(net(["word"] * 100), net(deep), columns=["params"], layers=True)
    text = str(found)
    assert "(word, word, word, word, word, word, word, word, word, word…" in text
    assert "(a=(a=(a=(a=(…)))))" in text
    assert max(map(len, text.splitlines())) < 200


def test_comparison_is_html_in_a_notebook() -> None:
    page = compare(_CONVNET, "28x28x1 flatten dense:10", layers=True)._repr_html_()
    assert page.startswith("<table>")
    assert "<p>Layers: " in page


@pytest.mark.parametrize(
    ("sources", "options", "message"),
    [
        (["two_convs"], {}, "compare takes two architectures or more. Received 1."),
        (["two_convs"] * 3, {"layers": True}, "Layers are compared between two architectures."),
        (["two_convs"] * 2, {"batch": 0}, "batch must be 1 or more."),
    ],
)
def test_what_can_not_be_compared_is_refused(
    sources: list[str], options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ArgumentError, match=message):
        compare(*sources, **options)


def test_unknown_quantity_is_told_with_close_ones() -> None:
    with pytest.raises(UnknownNameError, match=r"Unknown column 'mac'\. Did you mean macs\?"):
        compare("two_convs", "two_convs", columns=["mac"])


def test_options_of_calc_reach_all_of_them() -> None:
    found = compare(
        "two_convs", "mnist_convnet", columns=["macs", "weight_bytes"], input_shape=(32, 32, 1),
        batch=2, dtype="int8",
    )  # fmt: skip
    reports = [
        convzoo.calc(name, input_shape=(32, 32, 1), batch=2, dtype="int8")
        for name in ("two_convs", "mnist_convnet")
    ]
    for quantity in found.quantities:
        assert list(quantity.values) == [report.total(quantity.column) for report in reports]
