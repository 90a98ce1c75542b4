"""Parameters: the lecture's numbers, sharing, freezing and bytes."""

from __future__ import annotations

import pytest

from convzoo import Input, Model, Sequential, calc, layers


@pytest.mark.parametrize(
    ("name", "rows", "total"),
    [
        ("mnist_convnet_base", [320, 0, 18_496, 0, 36_928], 55_744),
        ("mnist_convnet", [320, 0, 18_496, 0, 36_928, 0, 36_928, 650], 93_322),
        ("two_convs", [320, 18_496], 18_816),
        ("dense_baseline", [0, 401_920, 5_130], 407_050),
        ("nielsen_feature_maps", [78, 0], 78),
    ],
)
def test_numbers_of_the_lecture(name: str, rows: list[int], total: int) -> None:
    report = calc(name)
    assert [row.params for row in report.rows] == rows
    assert report.total("params") == total


def test_shapes_of_the_counting_examples() -> None:
    assert [row.output_shape for row in calc("two_convs").rows] == [
        (None, 26, 26, 32),
        (None, 24, 24, 64),
    ]
    assert [row.output_shape for row in calc("nielsen_feature_maps").rows] == [
        (None, 24, 24, 3),
        (None, 12, 12, 3),
    ]
    assert calc("28x28x1 conv:1,5").total("params") == 26


def test_shared_layer_counts_once() -> None:
    a, b = Input((4,)), Input((4,))
    dense = layers.Dense(3)
    report = calc(Model([a, b], layers.Add()([dense(a), dense(b)])))
    assert report.total("params") == 15


def test_shared_model_counts_once_and_holds_its_rows() -> None:
    inner = Input((4,))
    shared = Model(inner, layers.Dense(3)(inner))
    a, b = Input((4,)), Input((4,))
    report = calc(Model([a, b], layers.Add()([shared(a), shared(b)])))
    assert report.total("params") == 15
    [row] = [row for row in report.rows if row.layers]
    assert (row.params, [inner.params for inner in row.layers]) == (15, [0, 15])


def test_frozen_model_has_nothing_to_train() -> None:
    model = Sequential([Input((4,)), layers.Dense(3)])
    model.trainable = False
    report = calc(model)
    assert report.total("trainable_params") == 0
    assert report.total("non_trainable_params") == 15
    assert not model.layers[0].trainable


def test_statistics_are_not_trained() -> None:
    report = calc("8x8x4 bn")
    assert (report.total("trainable_params"), report.total("non_trainable_params")) == (8, 8)


@pytest.mark.parametrize(
    ("dtype", "size"),
    [("float32", 60), ("float16", 30), ("mixed_float16", 60), ("bfloat16", 30), ("float64", 120)],
)
def test_bytes_follow_the_dtype_of_the_variables(dtype: str, size: int) -> None:
    assert calc(f"4 dense:3,dtype={dtype}").total("weight_bytes") == size
