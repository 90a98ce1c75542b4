"""Every entry that has weights in `keras.applications` is the model that Keras makes there."""

from __future__ import annotations

import json
from typing import Any

import keras
import pytest

import convzoo
from convzoo.errors import ShapeError
from convzoo.graph.graph import Graph
from tests.applications import one_model_in_memory, smallest_of_families
from tests.keras_oracle import facts_of_model, facts_of_report

_ENTRIES = [name for name in convzoo.list_models() if convzoo.card(name).pretrained]

# What the default run builds.
_QUICK = {"mobilenet", "mobilenet_v3_small", "vgg16", "xception"}


def _parameters(quick: set[str]) -> list[Any]:
    """All entries; `.ci/run` has the time for the smallest of each family, the deep run for all."""
    marks: dict[str, Any] = dict.fromkeys(smallest_of_families(), pytest.mark.slow)
    marks.update(dict.fromkeys(quick, ()))
    return [pytest.param(name, marks=marks.get(name, pytest.mark.deep)) for name in _ENTRIES]


@pytest.mark.parametrize("name", _parameters(_QUICK))
def test_entry_equals_the_application(name: str) -> None:
    _assert_equal(name, input_shape=convzoo.describe(name).input_shapes[0][1:])


# Keras's own input is one of unknown sizes here; odd ones are padded otherwise.
@pytest.mark.parametrize("name", _parameters({"mobilenet_v2"}))
@pytest.mark.parametrize("shape", [(97, 110, 3), (None, None, 3)], ids=["odd", "unknown"])
def test_entry_without_top_equals_the_application(name: str, shape: Any) -> None:
    _assert_equal(name, input_shape=shape, include_top=False)


def test_entry_with_other_classes_equals_the_application() -> None:
    _assert_equal("mobilenet_025", input_shape=(224, 224, 3), classes=7)


@pytest.mark.parametrize("name", _ENTRIES)
def test_classes_change_the_classifier_alone(name: str) -> None:
    assert convzoo.describe(name, classes=7).output_tensors[0].shape == (None, 7)
    one, other = (
        convzoo.describe(name, include_top=False, classes=classes).to_config()
        for classes in (7, 1000)
    )
    assert one == other


@pytest.mark.parametrize("name", _ENTRIES)
def test_entry_has_the_name_that_keras_gives_it(name: str) -> None:
    card = convzoo.card(name)
    assert "keras-application" in card.tags
    if convzoo.card(card.pretrained) is not card:
        assert card.pretrained_arguments


@pytest.mark.parametrize("name", _ENTRIES)
def test_stages_shrink_to_where_the_classifier_begins(name: str) -> None:
    stages = convzoo.describe(name, features="stages").output_tensors
    assert len(stages) == len(convzoo.card(name).stages)
    heights: list[Any] = [tensor.shape[1] for tensor in stages]
    assert heights == sorted(heights, reverse=True)
    assert stages[-1].shape == convzoo.describe(name, include_top=False).output_tensors[0].shape


def test_input_of_unknown_size_is_taken_where_the_classifier_needs_a_known_one() -> None:
    arguments: Any = {"input_shape": (None, 65, 3)}
    features = convzoo.describe("vgg16", include_top=False, **arguments)
    assert features.output_tensors[0].shape == (None, None, 2, 512)
    stages = convzoo.describe("vgg16", features="stages", **arguments)
    assert stages.output_tensors[0].shape == (None, None, 32, 64)
    with pytest.raises(ShapeError, match=r"^Dense 'fc1': needs to know the last axis"):
        convzoo.describe("vgg16", **arguments)
    with pytest.raises(ShapeError, match=r"^'vgg16': the input must be 32x32x3 or larger"):
        convzoo.describe("vgg16", include_top=False, input_shape=(16, 16, 3))


def test_another_activation_leaves_gates_and_the_classifier_alone() -> None:
    before = convzoo.describe("mobilenet_v3_small")
    after = convzoo.describe("mobilenet_v3_small", activation="elu")
    changed = [
        (one.class_name, one.activation, other.activation)
        for one, other in zip(before.layers, after.layers, strict=True)
        if one.to_config() != other.to_config()
    ]
    assert set(changed) == {("Activation", "hard_swish", "elu")}
    assert len(changed) == 19
    after = convzoo.describe("mobilenet_v2", activation="elu")
    kinds = [layer.class_name for layer in after.layers]
    assert (kinds.count("ReLU"), kinds.count("Activation")) == (0, 35)
    assert after.layers[-1].activation == "softmax"


def _assert_equal(name: str, **arguments: Any) -> None:
    """Fail unless the description and the model of Keras agree on every row and every argument."""
    card = convzoo.card(name)
    make = getattr(keras.applications, card.pretrained)
    graph = convzoo.describe(name, **arguments)
    with one_model_in_memory():
        model = make(weights=None, **card.pretrained_arguments, **arguments)
        theirs, ours = facts_of_model(model), facts_of_report(convzoo.calc(graph))
        assert {**theirs, "name": name} == ours
        for one, other in zip(_entries_by_keras(model), _entries(graph), strict=True):
            assert one == other


def _entries_by_keras(model: Any) -> list[Any]:
    return [_comparable(entry) for entry in model.get_config()["layers"]]


def _entries(graph: Graph) -> list[Any]:
    """The rows with the arguments that a layer has that Keras makes of each."""
    entries = graph.to_config()["config"]["layers"]
    return [
        _comparable({**entry, "config": keras.saving.deserialize_keras_object(entry).get_config()})
        for entry in entries
    ]


def _comparable(entry: dict[str, Any]) -> Any:
    """A row of a config: what the layer is, its arguments, and what it is called on.

    Left out is what changes no output: how weights begin, what is punished, and arguments of calls
    that Keras fills in.
    """
    arguments = {
        key: value
        for key, value in entry["config"].items()
        if not key.endswith(("_initializer", "_regularizer", "dtype"))
    }
    if isinstance(arguments.get("axis"), list):
        # So a LayerNormalization has it, once it is built.
        (arguments["axis"],) = arguments["axis"]
    calls = [
        {
            "args": call["args"],
            "kwargs": {k: v for k, v in call["kwargs"].items() if k not in ("mask", "training")},
        }
        for call in entry["inbound_nodes"]
    ]
    kept = {key: entry[key] for key in ("class_name", "name")}
    return json.loads(json.dumps({**kept, "config": arguments, "calls": calls}))
