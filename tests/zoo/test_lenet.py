"""LeNet-5 is the one of the paper: its table, its connections, its prototypes, its values."""

from __future__ import annotations

import numpy as np
import pytest

import convzoo
from convzoo import layers
from convzoo.errors import ArgumentError, ShapeError

# What section II.B says of each layer: parameters that learn, and connections.
_PUBLISHED = {
    "c1": (156, 122_304),
    "s2": (12, 5_880),
    "c3": (1_516, 151_600),
    "s4": (32, 2_000),
    "c5": (48_120, 48_120),
    "f6": (10_164, 10_164),
}


def _connections(report: convzoo.Report, name: str) -> int:
    """Inputs and biases that outputs use, each as often as it is used, as the paper counts."""
    row = report.with_columns(["macs", "bias_adds"]).row(name)
    if not isinstance(row.layer, layers.TrainableSubsampling2D):
        return row.macs + row.bias_adds
    patch = row.layer.pool_size[0] * row.layer.pool_size[1]
    return (patch + 1) * row.bias_adds


def test_layers_have_the_published_parameters_and_connections() -> None:
    report = convzoo.calc("lenet5")
    for name, (params, connections) in _PUBLISHED.items():
        assert (report.row(name).params, _connections(report, name)) == (params, connections)
    assert sum(params for params, _ in _PUBLISHED.values()) == 60_000
    assert sum(_connections(report, name) for name in (*_PUBLISHED, "output")) == 340_908


def test_table_is_that_of_the_paper() -> None:
    table = convzoo.describe("lenet5").layer("c3").table
    contiguous = [{(first + n) % 6 for n in range(3)} for first in range(6)]
    contiguous += [{(first + n) % 6 for n in range(4)} for first in range(6)]
    assert [set(seen) for seen in table[:12]] == contiguous
    # Two pairs of neighbours, with gaps between them.
    assert [set(seen) for seen in table[12:15]] == [{0, 1, 3, 4}, {1, 2, 4, 5}, {0, 2, 3, 5}]
    assert set(table[15]) == set(range(6))
    by_map = [sum(channel in seen for seen in table) for channel in range(6)]
    assert by_map == [10] * 6


def test_last_convolution_sees_the_whole_input() -> None:
    found = convzoo.calc("lenet5", ["receptive_field"]).row("c5").receptive_field
    assert str(found) == "32x32, stride 4, start 0"
    assert convzoo.smallest_input("lenet5") == (32, 32, 1)
    with pytest.raises(ShapeError, match="the input must be 32x32x1 or larger"):
        convzoo.describe("lenet5", input_shape=(28, 28, 1))


def test_prototypes_are_different_bitmaps() -> None:
    prototypes = np.array(convzoo.describe("lenet5").layer("output").prototypes)
    assert prototypes.shape == (10, 84)
    assert set(np.unique(prototypes)) == {-1, 1}
    distances = (prototypes[:, None] != prototypes).sum(axis=-1)
    assert distances[~np.eye(10, dtype=bool)].min() >= 10
    few = convzoo.describe("lenet5", classes=3).layer("output").prototypes
    np.testing.assert_array_equal(few, prototypes[:3])
    with pytest.raises(ArgumentError, match=r"classes must be 1 to 10: .* Received 11\."):
        convzoo.describe("lenet5", classes=11)


def test_background_and_ink_have_the_published_values() -> None:
    images = np.zeros((1, 28, 28, 1), "uint8")
    images[0, 3, 4] = 255
    inputs = convzoo.preprocess("lenet5")(images)
    assert inputs.shape == (1, 32, 32, 1)
    np.testing.assert_allclose(inputs[0, 5, 6], 1.175, rtol=1e-6)
    np.testing.assert_allclose(np.delete(inputs.ravel(), 5 * 32 + 6), -0.1, rtol=1e-6)
    np.testing.assert_allclose(convzoo.preprocess("lenet5").inverse(inputs), images, atol=1e-4)


def test_squashing_is_replaced_wherever_it_is() -> None:
    graph = convzoo.describe("lenet5", activation="relu")
    names = {layer.name: layer.activation_name for layer in graph.layers}
    assert names == {**dict.fromkeys(_PUBLISHED, "relu"), "flatten": None, "output": None}
    graph = convzoo.describe("lenet5_dense", activation="scaled_tanh")
    names = [layer.activation_name for layer in graph.layers]
    assert names == [*["scaled_tanh", None] * 3, "scaled_tanh", "softmax"]


def test_dense_variant_has_1706_parameters_more() -> None:
    published, dense = (
        convzoo.calc(name, ["trainable_params"]) for name in ("lenet5", "lenet5_dense")
    )
    more = {
        name: dense.row(name).trainable_params - published.row(name).trainable_params
        for name in (*_PUBLISHED, "output")
    }
    assert more == {"c1": 0, "s2": -12, "c3": 900, "s4": -32, "c5": 0, "f6": 0, "output": 850}


@pytest.mark.parametrize("name", ["lenet5", "lenet5_dense"])
def test_keras_agrees(name: str) -> None:
    from convzoo.building.verifying import differences

    assert differences(convzoo.calc(name)) == []
    assert convzoo.get(name, include_top=False).output_shape == (None, 1, 1, 120)
