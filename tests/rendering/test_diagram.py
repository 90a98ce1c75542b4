"""Diagrams: what is on them, that names are only names, and that any architecture has one."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from xml.etree import ElementTree

import pytest
from hypothesis import given

from convzoo import Input, Model, Sequential, calc, card, describe, layers, list_models, plot
from convzoo.errors import ArgumentError, UnknownNameError
from convzoo.graph.config import graph_from_config
from convzoo.graph.graph import Graph
from convzoo.graph.trace import Trace
from convzoo.rendering.diagram import diagram
from convzoo.rendering.diagram.outline import Outline, outline_of
from tests.keras_oracle import Refused, graph_by_convzoo
from tests.strategies.models import Program, functional_models

_SVG = "{http://www.w3.org/2000/svg}"


def _parsed(svg: str) -> ElementTree.Element:
    """The root of a diagram, all of whose numbers are numbers and sizes are sizes."""
    root = ElementTree.fromstring(svg.encode())
    assert root.tag == f"{_SVG}svg"
    allowed = {"svg", "title", "desc", "style", "g", "rect", "text", "path"}
    for element in root.iter():
        assert element.tag.removeprefix(_SVG) in allowed
        for name in ("x", "y", "width", "height"):
            if name in element.attrib:
                value = float(element.attrib[name])
                assert 0 <= value < 1e6
                assert value > 0 or name in "xy"
        numbers = re.findall(r"[a-zA-Z]{2,}", element.attrib.get("d", ""))
        assert numbers == []
    return root


def _texts(svg: str) -> list[str]:
    return [element.text or "" for element in _parsed(svg).iter(f"{_SVG}text")]


def _looks(svg: str) -> Counter[str]:
    """How many elements there are of each class."""
    return Counter(look for e in _parsed(svg).iter() for look in e.get("class", "").split())


def _outline(graph: Graph, *, expand: bool = False, stages: tuple[str, ...] = ()) -> Outline:
    return outline_of(calc(graph), Trace(graph), stages, expand)


def _names(found: Outline) -> list[str]:
    return [line.nodes[0].layer.name for line in found.lines]


# ------------------------------------------------------------------------------- what is there


def test_every_layer_has_its_name_type_shape_parameters_and_receptive_field() -> None:
    texts = _texts(plot("mnist_convnet"))
    for row in calc("mnist_convnet").with_columns(["params", "receptive_field"]).rows:
        assert row.name in texts
        assert f"{row.params:,}" in texts
    for text in ("Conv2D 3×3, relu", "MaxPooling2D 2×2", "11×11×64", "18×18", "39.6%"):  # noqa: RUF001
        assert text in texts
    assert "8 layers; input 28×28×1; 93,322 parameters" in texts  # noqa: RUF001


def test_parts_are_chosen() -> None:
    assert "Receptive field" not in _texts(plot("lenet5", show=["architecture", "params"]))
    texts = _texts(plot("lenet5", show=["params"]))
    assert {"Parameters", "c5", "48,120"} <= set(texts)
    assert not {"Architecture", "Receptive field", "Conv2D 5×5"} & set(texts)  # noqa: RUF001
    assert "Parameters" in _texts(plot("resnet20", show=["params"]))
    with pytest.raises(UnknownNameError, match=r"Unknown part 'parms'\. Did you mean params\?"):
        plot("lenet5", show=["parms"])
    with pytest.raises(ArgumentError, match="show must name a part of the diagram"):
        plot("lenet5", show=[])


def test_theme_is_light_dark_or_what_the_reader_chose() -> None:
    light, dark, auto = (plot("lenet5", theme=theme) for theme in ("light", "dark", "auto"))
    assert ".page{fill:#ffffff}" in light
    assert ".page{fill:#0d1117}" in dark
    assert "@media" not in light + dark
    assert auto.index("fill:#ffffff") < auto.index("@media(prefers-color-scheme:dark)")
    with pytest.raises(ArgumentError, match="theme must be one of auto, light, dark"):
        plot("lenet5", theme="drak")


def test_it_tells_who_can_t_see_it() -> None:
    root = _parsed(plot("lenet5"))
    assert root.get("role") == "img"
    summary = "9 layers; input 32×32×1; 60,840 parameters"  # noqa: RUF001
    summary = summary.replace("9 layers", f"{len(calc('lenet5').rows)} layers")
    assert root.get("aria-label") == f"lenet5: {summary}"
    assert [root.findtext(f"{_SVG}title"), root.findtext(f"{_SVG}desc")] == ["lenet5", summary]


def test_pointing_at_a_line_tells_all_of_it() -> None:
    titles = [e.text or "" for e in _parsed(plot("resnet20")).iter(f"{_SVG}title")]
    [title] = [title for title in titles if title.startswith("conv2d_9 ")]
    assert title == (
        "conv2d_9 … conv2d_11: Conv2D 3×3, (None, 16, 16, 32), 9,216 parameters\n"  # noqa: RUF001
        "batch_normalization_9 … batch_normalization_11: "
        "BatchNormalization, (None, 16, 16, 32), 128 parameters\n"
        "activation_8 … activation_10: Activation, relu, (None, 16, 16, 32), 0 parameters"
    )


def test_residual_connections_and_branches_are_drawn() -> None:
    x = Input((8, 8, 4))
    short = layers.Conv2D(4, 1, name="short")(x)
    long = layers.Conv2D(4, 3, padding="same", name="long")(x)
    long = layers.Conv2D(4, 3, padding="same", name="longer")(long)
    graph = Model(x, layers.Add(name="sum")([short, long]))
    assert _names(_outline(graph))[1:] == ["long", "longer", "short", "sum"]
    looks = _looks(diagram(calc(graph)))
    # Down to `long`, `longer` and `sum`; to the left to `short`; to the right from `longer`.
    assert (looks["tip"], looks["way"], looks["jointip"], looks["join"]) == (4, 4, 1, 1)


def test_what_passes_the_depth_of_a_unet_stands_where_it_joins() -> None:
    names = _names(_outline(describe("unet")))
    assert names.index("cropping2d_3") == names.index("concatenate_3") - 1
    assert names.index("encoder5") < names.index("cropping2d")


def test_inputs_stand_where_they_are_needed_and_side_heads_last() -> None:
    image, numbers = Input((8, 8, 1), name="image"), Input((3,), name="numbers")
    x = layers.Conv2D(4, 3)(image)
    side = layers.GlobalMaxPooling2D(name="side")(x)
    x = layers.Flatten(name="flat")(layers.Conv2D(4, 3)(x))
    x = layers.Concatenate(name="both")([x, numbers])
    found = _outline(Model([numbers, image], [side, layers.Dense(2, name="end")(x)]))
    assert _names(found)[3:] == ["flat", "numbers", "both", "end", "side"]
    assert [line.nodes[0].is_output for line in found.lines[-2:]] == [True, True]


def test_nested_models_stand_in_a_frame() -> None:
    steps = [Input((4,)), layers.Dense(3, name="first"), layers.Dense(2, name="second")]
    x = Input((4,), name="x")
    graph = Model(x, layers.Dense(1, name="last")(Sequential(steps, name="inner")(x)))
    found = _outline(graph)
    assert _names(found) == ["x", "inner", "first", "second", "last"]
    assert [line.inputs for line in found.lines] == [(), (0,), (1,), (2,), (3,)]
    [frame] = found.frames
    assert (frame.kind, frame.first, frame.last) == ("model", 1, 3)
    # The model has no bar of its own beside those of its layers.
    svg = diagram(calc(graph), show=["params"])
    assert [_looks(svg)[family] for family in ("dense", "model")] == [1 + 3, 1]


def test_layer_that_is_called_again_counts_once() -> None:
    inner = Sequential([Input((4,)), layers.Dense(3)], name="inner")
    a, b = Input((4,), name="a"), Input((4,), name="b")
    svg = diagram(calc(Model([a, b], layers.Subtract()([inner(a), inner(b)]))))
    texts = _texts(svg)
    assert texts.count("15") == 2
    assert "shared" in texts
    assert "Sequential · called again" in texts
    assert texts.count("100.0%") == 2


def test_axes_that_differ_have_bars_of_their_own() -> None:
    alike = plot("8x8x1 conv:4,3")
    differing = plot("8x8x1 Conv2D:4,3x1")
    assert (_looks(alike)["series1"], "height" in _texts(alike)) == (0, False)
    assert {"height", "width", "3×1"} <= set(_texts(differing))  # noqa: RUF001
    assert _looks(differing)["series0"] == _looks(differing)["series1"] == 1 + 2


def test_without_axes_there_is_no_receptive_field() -> None:
    assert "the input has no axes to see along" in _texts(plot("4 dense:3"))


# -------------------------------------------------------------------------- what is not known


def test_what_is_unknown_is_called_so() -> None:
    graph = graph_from_config(_config("mystery", "Mystery"))
    svg = diagram(calc(graph))
    assert _texts(svg).count("unknown") >= 3
    assert _looks(svg)["unknown"] == 1 + 2  # The legend, the box and its edge.
    sizes = _texts(plot("?x?x3 conv:4,3"))
    assert {"?×?×3", "?×?×4", "3×3", "112"} <= set(sizes)  # noqa: RUF001


def _config(name: str, class_name: str) -> dict[str, object]:
    """A model of an input and a layer of a class that nobody knows, named in a file."""
    return {
        "class_name": "Sequential",
        "config": {
            "name": name,
            "layers": [
                {"class_name": "InputLayer", "config": {"batch_shape": [None, 8, 8, 3]}},
                {"class_name": class_name, "config": {"name": name}},
                {"class_name": "ReLU", "config": {"name": f"{name}2"}},
            ],
        },
    }


@pytest.mark.parametrize(
    "name",
    [
        "</text><script>alert(1)</script>",
        "</title></style><script>",
        '" onload="alert(1)',
        "]]><!--&lt;&#60;",
        "\x00\x1b[31m\x7f\x85",
        "\u202egnp.exe",
        "\ud800\ufffe",
        "n" * 10_000,
        "名前" * 100,
        "",
    ],
)
def test_names_are_only_names(name: str) -> None:
    svg = diagram(calc(graph_from_config(_config(name, name))), expand=True)
    root = _parsed(svg)
    assert "onload" not in "".join(root.attrib)
    texts = [e.text or "" for e in root.iter() if e.tag != f"{_SVG}style"]
    assert all(text.replace("\n", "").isprintable() for text in texts)
    if name.isprintable() and len(name) < 60:
        assert any(text == name for text in texts)
    assert float(root.attrib["width"]) < 2_500


# -------------------------------------------------------------------------- long architectures


@pytest.mark.parametrize(
    ("name", "lines", "runs"),
    [
        ("resnet110", 23, [18, 17, 17]),
        ("densenet121", 33, [6, 12, 24, 16]),
        ("efficientnet_v2_l", 88, [3, 6, 6, 9, 18, 24, 6]),
        ("inception_resnet_v2", 65, [10, 20, 9]),
        ("mobilenet", 27, [5]),
        ("convnext_tiny", 35, [3, 3, 9, 3]),
    ],
)
def test_blocks_that_follow_one_another_are_drawn_once(
    name: str, lines: int, runs: list[int]
) -> None:
    found = _outline(describe(name), stages=card(name).stages)
    assert len(found.lines) == lines
    assert [frame.times for frame in found.frames if frame.kind == "run"] == runs
    texts = _texts(plot(name))
    assert {f"× {times}" for times in runs} <= set(texts)  # noqa: RUF001


def test_stages_are_those_of_the_card_or_where_the_size_changes() -> None:
    def titles(*stages: str) -> list[str]:
        frames = _outline(describe("resnet50"), stages=stages).frames
        return [frame.title for frame in frames if frame.kind == "stage"]

    assert titles(*card("resnet50").stages) == [f"Stage {i}" for i in range(1, 5)] + ["Head"]
    assert titles() == ["56×56", "28×28", "14×14", "7×7", "Head"]  # noqa: RUF001
    assert "Stage 1" in _texts(plot("resnet50"))
    assert "56×56" in _texts(plot(describe("resnet50")))  # noqa: RUF001


def test_stages_have_the_sum_of_their_parameters() -> None:
    texts = _texts(plot("resnet20"))
    sums = [int(texts[texts.index(f"{count:,}")].replace(",", "")) for count in _STAGES_OF_RESNET20]
    assert sum(sums) == calc("resnet20").total("params")


_STAGES_OF_RESNET20 = (14_704, 51_456, 204_288, 650)


def test_expanded_every_layer_has_a_line() -> None:
    found = _outline(describe("resnet56"), expand=True)
    assert sorted(_names(found)) == sorted(row.name for row in calc("resnet56").rows)
    assert found.frames == []
    texts = _texts(plot("resnet56", expand=True))
    assert all(row.name in texts for row in calc("resnet56").rows)


def test_blocks_whose_channels_grow_are_drawn_once() -> None:
    texts = _texts(plot("densenet121"))
    assert "28×28×160…512" in texts  # noqa: RUF001
    assert "conv3_block1 … conv3_block12" in texts


def test_chains_whose_channels_grow_are_drawn_layer_by_layer() -> None:
    words = [f"conv:{8 * i},3,padding=same" for i in range(1, 50)]
    assert len(_outline(calc(" ".join(["8x8x8", *words])).graph).lines) == 50


def test_no_block_begins_in_a_model_and_ends_outside() -> None:
    def block(number: int) -> Sequential:
        parts = [layers.Dense(8, name=f"d{number}"), layers.Dense(8, name=f"e{number}")]
        return Sequential([Input((8,)), *parts], name=f"block_{number}")

    stack = [part for i in range(20) for part in (block(i), layers.Dense(8, name=f"between_{i}"))]
    found = _outline(Sequential([Input((8,)), *stack]))
    assert _names(found)[1:] == ["block_0", "d0", "e0", "between_0"]
    assert [(f.kind, f.first, f.last, f.times) for f in found.frames] == [
        ("run", 1, 4, 20),
        ("model", 1, 3, 1),
    ]


# --------------------------------------------------------------------------- any architecture


@pytest.mark.parametrize("name", list_models())
def test_every_entry_of_the_zoo_has_all_its_layers_and_parameters(name: str) -> None:
    report = calc(name)
    _parsed(diagram(report, stages=card(name).stages))
    for found in (
        _outline(report.graph, stages=card(name).stages),
        _outline(report.graph),
        _outline(report.graph, expand=True),
    ):
        _assert_whole(found, report.graph)
        known = [line.params or 0 for line in found.lines if line.level == 0]
        assert sum(known) == report.total("params")


def _assert_whole(found: Outline, graph: Graph) -> None:
    """Every layer is there, each line takes from lines above, and frames lie in one another."""
    nodes = [node for line in found.lines for nodes in line.repetitions for node in nodes]
    assert {id(node.layer) for node in nodes} >= {id(layer) for layer in graph.layers}
    for place, line in enumerate(found.lines):
        assert all(source < place for source in line.inputs)
        assert len({len(nodes) for nodes in line.repetitions}) == 1
    open_frames: list[int] = []
    for frame in found.frames:
        while open_frames and open_frames[-1] < frame.first:
            open_frames.pop()
        assert frame.first <= frame.last <= (open_frames[-1] if open_frames else len(found.lines))
        open_frames.append(frame.last)


@given(functional_models())
def test_every_model_has_a_diagram(program: Program) -> None:
    graph = graph_by_convzoo(program)
    if isinstance(graph, Refused) or not graph.calls:
        return
    report = calc(graph)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("convzoo.rendering.diagram.outline.LONG", 3)
        _assert_whole(_outline(graph), graph)
        for expand in (False, True):
            _parsed(diagram(report, expand=expand))


@pytest.mark.parametrize("units", ["", "4 "])
def test_a_long_chain_has_a_diagram(units: str) -> None:
    words = [f"dense:{1 + i % 7 if units else 4}" for i in range(3_000)]
    found = _outline(calc(" ".join(["4", *words])).graph)
    assert len(found.lines) < 20
    assert sum(len(line.repetitions) for line in found.lines) == 3_001


def test_the_same_architecture_has_the_same_diagram() -> None:
    code = "import convzoo; print(convzoo.plot('inception_v3').encode('ascii', 'replace'))"
    diagrams = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            timeout=60,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(diagrams) == 1
