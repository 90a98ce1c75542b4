"""An entry with its channels first is the same network, or is refused.

That its outputs are the same is a check of `convzoo.testing`, with the backends that can run it.
"""

from __future__ import annotations

from collections.abc import Iterator

import keras
import pytest

import convzoo
from convzoo import Card, Graph, Input, Model, Sequential, Source, layers
from convzoo.building.verifying import differences
from convzoo.errors import ArgumentError
from convzoo.graph.dims import Shape
from convzoo.zoo import ZOO
from convzoo.zoo.data_format import in_channels_first
from tests.registries import keep


def _shapes(graph: Graph) -> list[Shape]:
    return [call.output_tensors[0].shape for call in graph.calls]


@pytest.mark.parametrize("name", ["mnist_convnet", "lenet5", "resnet20", "mobilenet_025"])
def test_entry_has_its_channels_first_in_every_layer(name: str) -> None:
    last = convzoo.describe(name)
    first = convzoo.describe(name, data_format="channels_first")
    assert _shapes(first) == [
        shape if len(shape) < 4 else (None, shape[3], *shape[1:3]) for shape in _shapes(last)
    ]
    for column in ("params", "macs"):
        assert convzoo.calc(first).total(column) == convzoo.calc(last).total(column)
    assert differences(convzoo.calc(first)) == []


def test_input_shape_and_the_other_overrides_go_with_it() -> None:
    graph = convzoo.describe(
        "resnet20",
        input_shape=(33, 17, 3),
        features="stages",
        activation="elu",
        data_format="channels_first",
    )
    assert graph.input_shapes == [(None, 3, 33, 17)]
    assert [tensor.shape[1:] for tensor in graph.output_tensors] == [
        (16, 33, 17),
        (32, 17, 9),
        (64, 9, 5),
    ]
    same = convzoo.describe("two_convs", data_format="channels_last")
    assert _shapes(same) == _shapes(convzoo.describe("two_convs"))


@pytest.mark.usefixtures("_channels_first_in_keras")
def test_keras_setting_does_not_change_what_is_built() -> None:
    for data_format, shape in (("channels_last", (28, 28, 1)), ("channels_first", (1, 28, 28))):
        model = convzoo.get("mnist_convnet", data_format=data_format)
        assert model.input_shape[1:] == shape
        assert {layer.data_format for layer in model.layers[:-2]} == {data_format}
    assert keras.config.image_data_format() == "channels_first"


@pytest.fixture
def _channels_first_in_keras() -> Iterator[None]:
    keras.config.set_image_data_format("channels_first")
    yield
    keras.config.set_image_data_format("channels_last")


def test_reshape_that_keeps_the_order_of_values_is_changed() -> None:
    x = Input((4, 6, 5))
    y = layers.Reshape((12, 2, 5), name="same_channels")(x)
    y = layers.Reshape((-1, 5), name="in_a_row")(y)
    y = layers.GlobalAveragePooling1D()(y)
    y = layers.Reshape((1, 1, 5), name="without_places")(y)
    graph = in_channels_first(Model(x, y))
    assert [graph.layer(name).target_shape for name in ("same_channels", "in_a_row")] == [
        (5, 12, 2),
        (5, 24),
    ]
    assert graph.output_tensors[0].shape == (None, 5, 1, 1)


@pytest.mark.parametrize(
    ("layer", "kind"),
    [
        (layers.Dense(3), "Dense"),
        (layers.Reshape((96,)), "Reshape"),
        (layers.Permute((2, 1, 3)), "Permute"),
        (layers.PReLU(), "PReLU"),
        (layers.Rescaling([1.0, 2.0, 3.0]), "Rescaling"),
        (layers.LayerNormalization(axis=[1, 2]), "LayerNormalization"),
        (Sequential([layers.ReLU()]), "Sequential"),
    ],
)
def test_layer_that_needs_its_channels_last_is_refused(layer: layers.Layer, kind: str) -> None:
    message = rf"^data_format='channels_first': {kind} '.*' needs the channels as the last axis\. "
    with pytest.raises(ArgumentError, match=message):
        in_channels_first(Sequential([Input((4, 8, 3)), layer]))


@pytest.mark.parametrize(
    "layer", [layers.Conv2D(3, 1, activation="softmax"), layers.Activation("softmax")]
)
def test_softmax_that_is_no_layer_is_refused(layer: layers.Layer) -> None:
    with pytest.raises(ArgumentError, match=r"needs the channels as the last axis for its softmax"):
        in_channels_first(Sequential([Input((4, 8, 3)), layer]))


def test_axes_are_those_of_the_same_values() -> None:
    stack = [
        layers.BatchNormalization(),
        layers.LayerNormalization(axis=1),
        layers.Softmax(axis=2),
        layers.UnitNormalization(axis=[1, 3]),
        layers.Dropout(0.5, noise_shape=(None, 1, 2, 3)),
    ]
    graph = in_channels_first(Sequential([Input((4, 8, 3)), *stack]))
    axes = [getattr(layer, "axis", None) for layer in graph.layers]
    assert axes[:3] == [1, 2, 3]
    assert list(axes[3]) == [1, 2]
    assert tuple(graph.layers[4].noise_shape) == (None, 3, 1, 2)


def test_input_without_channels_and_other_formats_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keep(monkeypatch, ZOO)
    card = Card("Mine", Source("Me", "Mine", 2026))

    @convzoo.register(card)
    def my_net() -> Graph:
        return Sequential([Input((4,)), layers.Dense(3)])

    with pytest.raises(ArgumentError, match=r"^'my_net': data_format='channels_first': its input"):
        convzoo.describe("my_net", data_format="channels_first")
    with pytest.raises(ArgumentError, match=r'data_format must be "channels_last" or "channels_f'):
        convzoo.describe("my_net", data_format="NCHW")
