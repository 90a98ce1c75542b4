"""The arithmetic of the site's figures is convzoo's: sizes, padding, formulas, receptive fields."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

import convzoo
from convzoo.analyses.explain import explain
from convzoo.errors import ConvzooError

_JAVASCRIPTS = Path(__file__).parents[2] / "docs" / "javascripts"
_NODE = shutil.which("node")
_EACH = 200

pytestmark = pytest.mark.skipif(_NODE is None, reason="needs node, which is not on the PATH")

# As a data URL the module is one to every version of Node, whatever its name ends with.
_SCRIPT = """
const text = require("fs").readFileSync(process.argv[1], "utf8");
const questions = JSON.parse(require("fs").readFileSync(0, "utf8"));
import("data:text/javascript," + encodeURIComponent(text)).then((module) => {
  const answer = ([name, ...given]) => {
    try {
      return module[name](...given);
    } catch (error) {
      return { error: error.message };
    }
  };
  console.log(JSON.stringify(questions.map(answer)));
});
"""

Window = dict[str, Any]


def _ask(*questions: list[Any]) -> list[Any]:
    """What the functions of the module give: each question is a name and its arguments."""
    assert _NODE is not None
    found = subprocess.run(
        [_NODE, "-e", _SCRIPT, str(_JAVASCRIPTS / "arithmetic.js")],
        input=json.dumps(questions),
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    answers: list[Any] = json.loads(found.stdout)
    return answers


def _window(draw: random.Random, kind: str) -> Window:
    kernel = draw.randint(1, 7)
    stride, dilation = draw.choice([(draw.randint(1, 4), 1), (1, draw.randint(1, 4))])
    return {
        "kind": kind,
        "kernel": kernel,
        "stride": stride,
        "dilation": dilation if kind == "conv" else 1,
        "padding": draw.choice(["valid", "same"]),
    }


def _stack(size: int, *windows: Window) -> str:
    """The windows as a typed stack of convzoo's, over one axis."""
    words = [f"{size}x1"]
    for window in windows:
        sizes = f"{window['kernel']},{window['stride']},{window['padding']}"
        if window["kind"] == "conv":
            words.append(f"conv:1,{sizes},dilation_rate={window['dilation']}")
        else:
            words.append(f"maxpool:{sizes}")
    return " ".join(words)


def _fields(report: convzoo.Report) -> list[tuple[int, int, int, int]]:
    """Of each row the units and the size, stride and start of what they see."""
    found = []
    for row in report.to_dict()["layers"]:
        seen = row["receptive_field"]
        numbers = (seen[name][0] for name in ("size", "stride", "start"))
        found.append((row["output_shape"][1], *numbers))
    return found


def test_one_window_is_convzoos() -> None:
    draw = random.Random(0)
    cases = [
        (draw.randint(1, 16), _window(draw, draw.choice(["conv", "pool"]))) for _ in range(_EACH)
    ]
    slides = _ask(*[["slide", size, window] for size, window in cases])
    formulas = _ask(*[["slideFormulas", size, window] for size, window in cases])
    refused = 0
    for (size, window), found, texts in zip(cases, slides, formulas, strict=True):
        stack = _stack(size, window)
        if not found["fits"]:
            refused += 1
            with pytest.raises(ConvzooError, match="must fit into an axis"):
                convzoo.calc(stack)
            continue
        report = convzoo.calc(stack, columns=["receptive_field"])
        # Unit 0 starts where the padding before does.
        assert _fields(report) == [
            (found["size"], found["effective"], window["stride"], -found["before"])
        ], stack
        steps = next(line for line in explain(report.graph) if line.quantity == "steps")
        assert str(steps) == f"steps: {texts['size']}"
    assert 0 < refused < _EACH / 2


def test_padding_lets_the_window_fit_exactly() -> None:
    """With the padding written as a layer of its own, a window without has the same outputs."""
    draw = random.Random(1)
    cases = []
    for _ in range(_EACH):
        window = _window(draw, "conv") | {"padding": "same", "stride": draw.randint(1, 4)}
        cases.append((draw.randint(1, 16), window))
    for (size, window), found in zip(
        cases, _ask(*[["slide", size, window] for size, window in cases]), strict=True
    ):
        # Keras takes no stride beside a dilation; a pool of 1 leaves out the same outputs.
        stack = (
            f"{size}x1 zeropad:{found['before']}-{found['after']} "
            f"conv:1,{window['kernel']},dilation_rate={window['dilation']} "
            f"maxpool:1,{window['stride']}"
        )
        *_, top = _fields(convzoo.calc(stack, columns=["receptive_field"]))
        assert top == (found["size"], found["effective"], window["stride"], -found["before"]), stack


@pytest.mark.parametrize(("stride", "dilation"), [(1, 1), (2, 1), (1, 2), (2, 2), (4, 3)])
def test_what_keras_refuses_is_told(stride: int, dilation: int) -> None:
    window = {"kind": "conv", "kernel": 3, "stride": stride, "dilation": dilation}
    window["padding"] = "valid"
    [found] = _ask(["slide", 16, window])
    assert found["excluded"] == (stride > 1 and dilation > 1)
    if found["excluded"]:
        with pytest.raises(ConvzooError, match="exclude each other"):
            convzoo.calc(_stack(16, window))
    else:
        convzoo.calc(_stack(16, window))


def test_receptive_fields_are_convzoos() -> None:
    draw = random.Random(2)
    cases = []
    for _ in range(_EACH):
        windows = [_window(draw, draw.choice(["conv", "pool"])) for _ in range(draw.randint(1, 6))]
        cases.append((draw.randint(1, 64), windows))
    grown = _ask(*[["grow", size, windows] for size, windows in cases])
    fitting = []
    for (size, windows), rows in zip(cases, grown, strict=True):
        stack = _stack(size, *windows)
        assert rows[0]["size"] == size
        if not rows[-1]["fits"]:
            convzoo.calc(_stack(size, *windows[: len(rows) - 2]) + " flatten")
            with pytest.raises(ConvzooError, match="must fit into an axis"):
                convzoo.calc(_stack(size, *windows[: len(rows) - 1]))
            continue
        report = convzoo.calc(stack, columns=["receptive_field"])
        names = ("size", "field", "stride", "start")
        assert _fields(report) == [tuple(row[name] for name in names) for row in rows[1:]], stack
        told = [
            str(line).split(": ", 1)[1]
            for line in explain(report.graph, ["receptive_field"])
            if line.quantity.startswith("receptive_field")
        ]
        formulas = [row["formulas"][name] for row in rows[1:] for name in names[1:]]
        assert told == formulas, stack
        fitting.append((size, windows, draw.randrange(rows[-1]["size"])))
    assert len(fitting) > _EACH / 4

    seen = _ask(*[["seen", *case] for case in fitting])
    for (size, windows, unit), rows in zip(fitting, seen, strict=True):
        report = convzoo.calc(_stack(size, *windows), columns=["unit"], unit=[unit])
        expected = report.to_dict()["layers"][-1]["unit"]
        assert rows[-1] == [unit]
        if rows[0]:
            assert (rows[0][0], rows[0][-1]) == (expected["start"][0], expected["end"][0])
        else:
            assert expected["seen"] == [0]


def test_smallest_input_is_the_first_that_convzoo_takes() -> None:
    stack = "conv:3 pool:2 conv:5,1,2 pool:3,2"
    [windows] = _ask(["readStack", stack])
    [smallest, none] = _ask(["smallestInput", windows, 1, 64], ["smallestInput", windows, 1, 9])
    convzoo.calc(_stack(smallest, *windows))
    with pytest.raises(ConvzooError):
        convzoo.calc(_stack(smallest - 1, *windows))
    assert none is None


def test_words_of_a_stack() -> None:
    names = ("kind", "kernel", "stride", "dilation", "padding")
    [found] = _ask(["readStack", " conv:3  conv:5,2 conv:3,1,2,same pool:2 pool:3,same,2 "])
    assert [tuple(window[name] for name in names) for window in found] == [
        ("conv", 3, 1, 1, "valid"),
        ("conv", 5, 2, 1, "valid"),
        ("conv", 3, 1, 2, "same"),
        ("pool", 2, 2, 1, "valid"),
        ("pool", 3, 2, 1, "same"),
    ]


@pytest.mark.parametrize(
    "word",
    ["dense:3", "conv", "conv:", "conv:0", "conv:3,1,1,1", "pool:2,2,2", "conv:3:3", "conv:x"],
)
def test_word_that_is_no_layer(word: str) -> None:
    message = f"'{word}' is no layer. Write conv:3, conv:3,2, conv:3,1,2 or pool:2."
    assert _ask(["readStack", word]) == [{"error": message}]
