"""A model without a fault passes each check, and each check tells of a fault."""

from __future__ import annotations

from functools import partial
from typing import Any

import keras
import numpy as np
import pytest

import convzoo
from convzoo import Card, Claim, Graph, Input, Model, Sequential, Source, layers
from convzoo.errors import ArgumentError, ConformanceError, UnknownNameError
from convzoo.graph.dims import Shape
from convzoo.graph.facts import Weight
from convzoo.graph.unknown_layer import UnknownLayer
from convzoo.layers import LAYERS
from convzoo.operations import OPERATIONS
from convzoo.testing import CHECKS, backends, check_model
from convzoo.zoo import ZOO, data_format
from tests.registries import keep
from tests.testing.faulty import CARD, GAIN, DescribedGain, features, net


@pytest.fixture(autouse=True)
def _own_layer(monkeypatch: pytest.MonkeyPatch) -> None:
    keep(monkeypatch, ZOO, LAYERS)
    convzoo.register_layer(GAIN)(DescribedGain)


def _message(check: str, factory: Any, card: Card = CARD, **arguments: Any) -> str:
    """What one check says of a model."""
    ZOO._things.pop("my_net", None)
    convzoo.register(card, name="my_net")(partial(factory, **arguments))
    with pytest.raises(ConformanceError) as raised:
        check_model("my_net", [check])
    start = f"'my_net', {check}: "
    assert str(raised.value).startswith(start)
    return str(raised.value).removeprefix(start)


def test_model_without_a_fault_passes_or_is_told_why_a_check_is_skipped() -> None:
    convzoo.register(CARD, name="my_net")(net)
    results = check_model("my_net")
    assert [result.check for result in results] == CHECKS.names()
    skipped = [str(result) for result in results if result.skipped_because]
    assert skipped == [
        "channels_first: skipped: 'my_net': data_format='channels_first': Gain 'gain' needs the "
        "channels as the last axis. Leave data_format out."
    ]
    assert str(results[0]) == "card: passed"
    assert all(result.seconds > 0 for result in results)


def test_model_of_fixed_input_and_no_classes_passes() -> None:
    def two_inputs() -> Graph:
        image, number = Input((4, 4, 1)), Input((2,), dtype="int32")
        x = layers.Flatten()(layers.Conv2D(2, 2, activation="relu", name="convolution")(image))
        y = layers.Flatten()(layers.Embedding(2, 3)(number))
        return Model([image, number], [layers.Dense(1)(layers.Concatenate()([x, y])), y])

    card = CARD._replace(params=10 + 6 + 25, stages=("convolution",))
    convzoo.register(card, name="my_net")(two_inputs)
    skipped = {result.check for result in check_model("my_net") if result.skipped_because}
    assert skipped == {"smallest_input", "channels_first"}


def test_unknown_names_are_refused() -> None:
    with pytest.raises(UnknownNameError, match=r"Unknown model 'mnist_convnt'\. Did you"):
        check_model("mnist_convnt")
    with pytest.raises(UnknownNameError, match=r"Unknown check 'row'\. Did you mean rows"):
        check_model("mnist_convnet", ["row"])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"title": ""}, "its card must have title. Received ''. Write Card(title=...)."),
        ({"source": Source("", "Mine", 2026)}, "its source must have authors. Received ''. Give"),
        ({"stages": ("gian",)}, "each stage of its card must be the name of a layer. Received 'gi"),
        ({"params": 70}, "its card must have the params that follow from the layers. Received 70."),
        ({"total_params": 71}, "its card must have the total_params that follow from the layers. "),
        (
            {"claims": (Claim("params", "70"),)},
            "a claim that is contradicted must have a note that says why. "
            "Received 70 params where 69 are calculated. Write Claim(note=...) or",
        ),
    ],
)
def test_incomplete_or_wrong_card_is_told(changes: dict[str, Any], message: str) -> None:
    assert _message("card", net, CARD._replace(**changes)).startswith(message)


def test_claim_that_is_contradicted_passes_with_a_note() -> None:
    card = CARD._replace(claims=(Claim("params", "70", note="The source counts another bias."),))
    convzoo.register(card, name="my_net")(net)
    check_model("my_net", ["card"])


def test_unknown_layer_is_told() -> None:
    entry = {"class_name": "Theirs", "config": {"name": "gain"}, "registered_name": "a>Theirs"}

    def unknown(input_shape: Shape = (4, 4, 1)) -> Graph:
        return Sequential([Input(input_shape), UnknownLayer.of_entry({"module": "a", **entry})])

    message = "every layer must be known. Received "
    assert _message("card", unknown).startswith(message)


def test_wrong_description_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(inputs: Any) -> tuple[Weight, ...]:
        return (Weight("gain", (inputs.shape[-1] + 1,)),)

    monkeypatch.setattr(DescribedGain, "weights", staticmethod(wrong))
    for check, what in (
        ("rows", "the model"),
        ("overrides", "the model with include_top=False input_shape=(4, 3, 1) activation='elu'"),
        ("smallest_input", "the model on the smallest input, 2x2x1,"),
    ):
        message = _message(check, net)
        assert message.startswith(f"Keras must build {what} as it is calculated. Received ")
        assert "differences: gain: params: convzoo 3, Keras 2;" in message


def test_output_of_another_shape_is_told() -> None:
    message = "its outputs must have the calculated shapes [(2, 4, 3, 1)]. Received [(2, 4, 1, 1)]."
    assert _message("training", features, fault="shape").startswith(message)


def test_error_of_the_model_is_told() -> None:
    message = "it must run without an error. Received ValueError: Exception encountered when "
    assert _message("training", net, fault="shape").startswith(message)


def test_outputs_and_gradients_that_are_not_finite_are_told() -> None:
    def too_large(input_shape: Shape = (4, 4, 1)) -> Graph:
        return Sequential([Input(input_shape), DescribedGain(1e39, name="gain")])

    message = "its outputs must be finite. Received infinite values or NaN. "
    assert _message("training", too_large).startswith(message)

    def large(input_shape: Shape = (4, 4, 1)) -> Graph:
        return Sequential([Input(input_shape), DescribedGain(1e30, name="gain")])

    message = "gradients must be finite. Received other values for "
    assert _message("training", large).startswith(message)


def test_weight_without_a_gradient_is_told() -> None:
    def stopped(input_shape: Shape = (4, 4, 1)) -> Graph:
        x = Input(input_shape)
        y = OPERATIONS.get("core.StopGradient")()(DescribedGain(name="gain")(x))
        return Model(x, layers.Dense(2)(y))

    message = "each weight that learns must change the output. Received no gradient for gain/gain."
    assert _message("training", stopped).startswith(message)


def test_argument_that_is_not_saved_is_told() -> None:
    message = "the loaded model must give the same outputs. Received outputs that differ by up to "
    assert _message("saving", net, fault="config").startswith(message)


def test_file_of_other_rows_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    class Other(DescribedGain):
        def weights(self, inputs: Any) -> tuple[Weight, ...]:
            return (*super().weights(inputs), Weight("other", (1,)))

    monkeypatch.setitem(LAYERS._things, GAIN, Other)
    message = "the saved file must have the calculated rows. Received 4 rows for 4, the first that "
    assert _message("saving", net).startswith(message)


def _other_input(input_shape: Shape = (4, 4, 1)) -> Graph:
    return net((4, 4, 1), len(input_shape))


def _other_classes(input_shape: Shape = (4, 4, 1), classes: int = 3) -> Graph:
    return net(input_shape, min(classes, 3))


def _other_activation(input_shape: Shape = (4, 4, 1), activation: str = "relu") -> Graph:
    return net(input_shape, len(activation))


@pytest.mark.parametrize(
    ("factory", "changes", "message"),
    [
        (_other_input, {}, "input_shape=(1, 1, 1) must be its input. Received (4, 4, 1). Hand in"),
        (_other_classes, {}, "with classes=7 an output must have so many. Received [(None, 3)]. "),
        (net, {"activation": "tanh"}, "it must run without an error. Received ArgumentError: 'my_"),
        (_other_activation, {}, "activation='elu' must replace every 'relu' and nothing else. Re"),
    ],
)
def test_override_that_does_not_what_it_says_is_told(
    factory: Any, changes: dict[str, Any], message: str
) -> None:
    assert _message("overrides", factory, CARD._replace(**changes)).startswith(message)


def test_refusal_of_small_inputs_must_be_a_shape_error() -> None:
    def refuses(input_shape: Shape = (4, 4, 1)) -> Graph:
        if input_shape[0] == 1:
            raise ArgumentError("too small")
        return net(input_shape)

    message = "it must run without an error. Received ArgumentError: too small"
    assert _message("smallest_input", refuses) == message


def test_weights_that_no_seed_decides_are_told() -> None:
    message = "keras.utils.set_random_seed must decide how its weights begin. Received other values"
    assert _message("determinism", net, fault="seed").startswith(message)


def test_outputs_that_change_are_told() -> None:
    message = "the same input must give the same output, except in training. Received two that di"
    assert _message("determinism", net, fault="random").startswith(message)


def test_layer_of_another_precision_is_told() -> None:
    message = "each layer must compute in float16. Received float32 in gain. Hand **kwargs on to "
    assert _message("mixed_precision", net, fault="dtype").startswith(message)


def test_weight_of_another_precision_is_told() -> None:
    message = (
        "weights must stay float32. Received float64 for my_net/gain/gain. Make it with add_weight "
    )
    assert _message("mixed_precision", net, fault="weight_dtype").startswith(message)
    assert keras.config.dtype_policy().name == "float32"


def test_channels_in_another_order_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def flattened(input_shape: Shape = (4, 4, 2)) -> Graph:
        return Sequential([Input(input_shape), layers.Flatten(name="gain"), layers.Dense(3)])

    monkeypatch.setattr("convzoo.testing.checks.channels_first.runs_channels_first", lambda: True)
    convzoo.register(CARD, name="my_net")(flattened)
    assert check_model("my_net", ["channels_first"])[0].skipped_because == ""
    changed = data_format._changed_arguments

    def wrong(call: Any) -> dict[str, Any]:
        return {} if call.layer.class_name == "Flatten" else changed(call)

    monkeypatch.setattr(data_format, "_changed_arguments", wrong)
    message = "with the channels first it must give the same outputs. Received outputs of shape "
    assert _message("channels_first", flattened).startswith(message)


def test_statistics_and_seeds_are_as_before_a_run_of_training() -> None:
    x = keras.Input((3,))
    y = keras.layers.Dropout(0.5)(keras.layers.BatchNormalization()(x))
    model = keras.Model(x, y)
    before = [variable.numpy() for variable in model.variables]
    values = np.random.default_rng(0).random((4, 3))
    backends.gradients(model, values)
    backends.forward(model, values, training=True)
    for old, variable in zip(before, model.variables, strict=True):
        np.testing.assert_array_equal(old, variable.numpy())
