"""A formula in unknown sizes gives, with numbers in place of the names, the value for these."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from convzoo import Input, Model, calc, layers
from convzoo.graph.graph import Graph
from tests.arithmetic import evaluate

_COLUMNS = (
    "macs", "bias_adds", "element_ops", "flops", "backward_macs", "training_flops", "tensorflow",
    "ptflops", "activation_bytes", "peak_activation_bytes", "training_bytes",
)  # fmt: skip


@st.composite
def images_of_any_size(draw: DrawFn) -> Graph:
    """A network with branches on an image whose height and width are unknown."""
    start = tensor = Input((None, None, 3))
    for _ in range(draw(st.integers(1, 5))):
        kernel, stride = draw(st.integers(1, 3)), draw(st.integers(1, 3))
        padding = draw(st.sampled_from(["valid", "same"]))
        kind = draw(st.sampled_from(["conv", "pool", "branch", "upsample", "norm", "pad"]))
        if kind == "conv":
            tensor = layers.Conv2D(4, kernel, stride, padding, activation="relu")(tensor)
        elif kind == "pool":
            tensor = layers.MaxPooling2D(kernel, stride, padding)(tensor)
        elif kind == "upsample":
            tensor = layers.UpSampling2D(draw(st.integers(1, 3)))(tensor)
        elif kind == "norm":
            tensor = layers.BatchNormalization()(tensor)
        elif kind == "pad":
            tensor = layers.ZeroPadding2D(draw(st.integers(0, 3)))(tensor)
        else:
            one = layers.Conv2D(2, kernel, padding="same")(tensor)
            two = layers.DepthwiseConv2D(1)(tensor)
            tensor = layers.Concatenate()([one, two])
    if draw(st.booleans()):
        tensor = layers.Dense(3)(layers.GlobalAveragePooling2D()(tensor))
    return Model(start, tensor)


@given(graph=images_of_any_size(), height=st.integers(250, 300), width=st.integers(250, 300))
def test_formula_gives_the_value_for_every_size(graph: Graph, height: int, width: int) -> None:
    report = calc(graph, _COLUMNS)
    sized = calc(graph, _COLUMNS, input_shape=(height, width, 3))
    for column in _COLUMNS:
        text = report.total_formula(column) or f"{report.total(column)}"
        assert evaluate(text, H=height, W=width) == sized.total(column), (column, text)
        for row, sized_row in zip(report.rows, sized.rows, strict=True):
            text = row.formulas.get(column) or f"{row.values[column]}"
            assert evaluate(text, H=height, W=width) == sized_row.values[column], (column, text)


def test_sizes_are_named_by_what_they_are() -> None:
    assert calc("nonex8 lstm:16", ["macs"]).total_formula("macs") == "1,536 x T"
    volume = calc("nonexnonexnonex1 conv3d:2,3,padding=same", ["macs"])
    assert volume.total_formula("macs") == "54 x D x H x W"
    a, b = Input((None, 3), name="a"), Input((None, 3), name="b")
    both = Model([a, b], [layers.Dense(2)(a), layers.Dense(5)(b)])
    assert calc(both, ["macs"]).total_formula("macs") == "6 x T1 + 15 x T2"


def test_table_has_the_formula_and_json_keeps_null_beside_it() -> None:
    report = calc("nonexnonex3 conv:4,3,2,same", ["macs"])
    assert "108 x ceil(H / 2) x ceil(W / 2)" in str(report)
    contract = report.to_dict()
    assert contract["layers"][0]["macs"] is None
    assert contract["layers"][0]["formulas"]["macs"] == "108 x ceil(H / 2) x ceil(W / 2)"
    assert contract["formulas"]["macs"] == "108 x ceil(H / 2) x ceil(W / 2)"
    assert not contract["complete"]


def test_known_sizes_have_no_formulas() -> None:
    report = calc("mnist_convnet", ["macs"])
    assert report.total_formula("macs") is None
    assert all(row.formulas == {} for row in report.rows)


def test_what_depends_on_which_size_is_larger_is_unknown() -> None:
    # An image that is large enough is cut, which is no work; one that isn't is resized.
    report = calc("nonexnonex3 CenterCrop:24,24", ["element_ops"])
    assert report.total_formula("element_ops") is None
    assert not report.knows("element_ops")
    assert calc("28x28x3 CenterCrop:24,24", ["element_ops"]).total("element_ops") == 0
    assert calc("20x28x3 CenterCrop:24,24", ["element_ops"]).total("element_ops") == 1_728


def test_every_number_that_is_unknown_has_a_formula() -> None:
    report = calc("nonexnonex3 conv:4,3 conv:2,3", _COLUMNS)
    assert report.row("conv2d_1").formulas.keys() >= set(_COLUMNS)
    assert None not in {report.total_formula(column) for column in _COLUMNS}
