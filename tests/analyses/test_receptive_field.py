"""Receptive fields of known networks, and what is told where they are not plain."""

from __future__ import annotations

from typing import Any

import keras
import pytest

from convzoo import Input, Model, Sequential, calc, layers
from convzoo.analyses.report import Report
from convzoo.errors import ArgumentError
from convzoo.operations.numpy import Pad


def _field(report: Report, name: str) -> Any:
    [field] = report.row(name).receptive_field.values()
    return field


@pytest.mark.parametrize(
    ("network", "layer", "size", "stride", "start"),
    [
        ("VGG16", "block5_conv3", 196, 16, -90),
        ("VGG16", "block5_pool", 212, 32, -90),
        pytest.param("ResNet50", "conv5_block3_out", 483, 32, -241, marks=pytest.mark.slow),
        pytest.param("InceptionV3", "mixed9", 1183, 32, -554, marks=pytest.mark.slow),
    ],
)
def test_published_fields(network: str, layer: str, size: int, stride: int, start: int) -> None:
    model = getattr(keras.applications, network)(weights=None)
    field = _field(calc(model.to_json(), ["receptive_field"]), layer)
    assert field.size == (size, size)
    assert field.stride == (stride, stride)
    assert field.start == (start, start)
    assert field.centre == (start + (size - 1) / 2,) * 2


def test_lecture_s_convnet() -> None:
    report = calc("mnist_convnet", ["receptive_field"])
    sizes = [row.receptive_field["input_layer"].size[0] for row in report.rows]
    assert sizes == [3, 4, 8, 10, 18, 26, 26, 26]


def test_upsampling_has_a_fraction_as_stride_and_the_largest_size() -> None:
    # The closed form says 1.5.
    field = _field(calc("8x1 upsampling1d:2 conv1d:1,2", ["receptive_field"]), "conv1d")
    assert (field.size, field.stride, field.start) == ((2,), (0.5,), (0,))


def test_units_between_the_taps_of_a_transposed_convolution_see_nothing() -> None:
    report = calc("8x1 Conv1DTranspose:1,1,3", ["receptive_field"])
    assert report.rows[0].notes == ("2 of 3 units see nothing along axis 1",)


def test_inputs_that_are_not_centred_alike_are_told() -> None:
    x = Input((9, 1))
    shifted = layers.Cropping1D((2, 0))(x)
    merged = layers.Add(name="merged")([layers.Cropping1D((0, 2))(x), shifted])
    row = calc(Model(x, merged), ["receptive_field"]).row("merged")
    assert row.notes == ("its inputs are centred up to 2 apart along axis 1",)
    assert [field.size for field in row.receptive_field.values()] == [(3,)]


def test_inputs_of_different_strides_are_told_and_seen_as_far_as_the_input_reaches() -> None:
    x = Input((8, 1))
    pooled, cropped = layers.MaxPooling1D(2)(x), layers.Cropping1D((0, 4))(x)
    row = calc(Model(x, layers.Add(name="merged")([pooled, cropped])), ["receptive_field"]).row(
        "merged"
    )
    assert row.notes == ("its inputs have strides of 1 and 2 along axis 1",)
    [field] = row.receptive_field.values()
    assert (field.size, field.stride, field.start) == ((5,), (None,), (0,))


def test_unknown_size_leaves_the_start_of_same_unknown() -> None:
    field = _field(calc("nonex1 conv1d:1,3,2,same conv1d:1,3", ["receptive_field"]), "conv1d_1")
    assert (field.size, field.stride, field.start) == ((7,), (2,), (None,))


def test_several_inputs_have_a_field_each() -> None:
    a, b = Input((9, 1), name="a"), Input((9, 1), name="b")
    merged = layers.Add(name="merged")([layers.Conv1D(1, 3, padding="same")(a), b])
    report = calc(Model([a, b], merged), ["receptive_field"])
    fields = report.row("merged").receptive_field
    assert {name: field.size for name, field in fields.items()} == {"a": (3,), "b": (1,)}
    assert set(report.to_dict()["layers"][-1]["receptive_field"]) == {"a", "b"}


def test_channels_first_and_tokens_have_their_axes() -> None:
    x = Input((3, 9, 8))
    y = layers.Conv2D(2, (3, 5), data_format="channels_first", name="conv")(x)
    assert _field(calc(Model(x, y), ["receptive_field"]), "conv").size == (3, 5)
    tokens = Input((20,), dtype="int32")
    y = layers.Conv1D(2, 3, name="conv")(layers.Embedding(10, 4)(tokens))
    assert _field(calc(Model(tokens, y), ["receptive_field"]), "conv").size == (3,)


def test_padded_channels_stay_channels() -> None:
    x = Input((8, 8, 2))
    y = layers.Conv2D(2, 3, name="conv")(x)
    padded = Pad([[0, 0], [0, 0], [0, 0], [1, 1]], name="padded")(y)
    field = _field(calc(Model(x, padded), ["receptive_field"]), "padded")
    assert (field.size, field.start) == ((3, 3), (0, 0))


def test_nested_model_goes_on_from_what_its_input_sees() -> None:
    inner = Input((7, 1))
    nested = Model(inner, layers.Conv1D(1, 3)(inner), name="nested")
    x = Input((9, 1))
    report = calc(Model(x, nested(layers.Conv1D(1, 3)(x))), ["receptive_field"])
    assert _field(report, "nested").size == (5,)
    # The rows of the nested model are those of that model alone.
    assert report.row("nested").layers[-1].receptive_field[inner.call.layer.name].size == (3,)


def test_unit_needs_a_known_size_and_a_place_that_is_there() -> None:
    with pytest.raises(ArgumentError, match="follows from the size of the input"):
        calc("nonex1 conv1d:1,3", ["unit"], unit=(0,)).totals  # noqa: B018
    with pytest.raises(ArgumentError, match=r"along 1 spatial axes\. Received \(1, 2\)\."):
        calc("9x1 conv1d:1,3", ["unit"], unit=(1, 2))
    assert str(calc("9x1 conv1d:1,3", ["unit"], unit=(7,)).total("unit")) == "-"
    assert str(calc("9x1 conv1d:1,3,dilation_rate=2", ["unit"], unit=(1,)).total("unit")) == (
        "1-5 (3 of 5)"
    )


def test_size_that_is_too_large_to_follow_is_refused() -> None:
    with pytest.raises(ArgumentError) as caught:
        calc("99999999999x1 conv1d:1,3", ["unit"], unit=(1,)).total("unit")
    told = "A size of 99,999,999,999 is too large to tell what a unit sees."
    assert str(caught.value) == told


def test_layer_of_an_unknown_class_makes_the_field_unknown() -> None:
    entry: Any = {
        "class_name": "Strange",
        "config": {"name": "strange", "batch_input_shape": [None, 8, 1]},
    }
    report = calc({"class_name": "Sequential", "config": {"layers": [entry]}}, ["receptive_field"])
    assert report.rows[0].receptive_field is None
    assert not report.complete


def test_unit_is_told_beside_a_nested_model_without_spatial_axes() -> None:
    inner = Input((4,))
    head = Model(inner, layers.Dense(2)(inner), name="head")
    x = Input((9, 1))
    pooled = layers.GlobalAveragePooling1D()(layers.Conv1D(4, 3)(x))
    report = calc(Model(x, head(pooled)), ["unit"], unit=(2,))
    assert [str(row.unit) for row in report.rows] == ["2-2", "2-4", "0-8", "0-8"]


@pytest.mark.parametrize(
    ("stack", "sizes"),
    [
        ("32x32x3 conv:8,3,padding=same conv:8,3,padding=same gap dense:10", (5, 5)),
        ("32x32x3 conv:8,3 avgpool:30 flatten dense:10", (3, 3)),
        ("32x32x3 rescaling:0.5 flatten dense:10", (32, 32)),
        ("nonexnonex3 conv:8,3 conv:8,3,2 gap", (5, 5)),
        ("100 embedding:50,8 conv:8,3 gmp dense:2", (3,)),
        ("100 dense:2", ()),
    ],
)
def test_network_sees_what_its_last_layer_with_places_sees(
    stack: str, sizes: tuple[int, ...]
) -> None:
    [field] = calc(stack).receptive_field.values()
    assert field.size == sizes


def test_network_with_gates_over_all_places_sees_all() -> None:
    x = Input((32, 32, 3))
    y = layers.Conv2D(8, 3, padding="same")(x)
    gate = layers.GlobalAveragePooling2D(keepdims=True)(y)
    y = layers.Conv2D(8, 3)(layers.Multiply()([y, gate]))
    model = Model(x, layers.GlobalAveragePooling2D()(y))
    assert next(iter(calc(model).receptive_field.values())).size == (32, 32)


def test_network_within_a_network_is_followed() -> None:
    x = Input((34, 34, 3))
    inner = Model(x, layers.GlobalAveragePooling2D()(layers.Conv2D(8, 3)(x)))
    outer = Sequential([Input((32, 32, 3)), layers.ZeroPadding2D(1), inner, layers.Dense(3)])
    assert next(iter(calc(outer).receptive_field.values())).size == (3, 3)


def test_fields_of_thousands_of_inputs_are_not_told() -> None:
    inputs = [Input((8, 8, 1)) for _ in range(600)]
    tensor = inputs[0]
    for other in inputs[1:]:
        tensor = layers.Add()([tensor, other])
    rows = calc(Model(inputs, tensor), ["receptive_field"]).rows
    told = [row.values["receptive_field"] for row in rows]
    assert 40_000 < sum(len(fields) for fields in told if fields is not None) < 60_000
    assert told[-1] is None
    assert rows[-1].notes == ("what its units see has too many patterns to be told",)
