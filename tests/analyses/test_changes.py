"""Which layer became which, and what of it is another."""

from __future__ import annotations

import time
from functools import cache
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from convzoo import Input, Model, Sequential, calc, layers
from convzoo.analyses.changes import Changes, changes_between


def _changes(before: Any, after: Any) -> Changes:
    return changes_between(calc(before), calc(after))


def _told(changes: Changes) -> dict[str, list[str]]:
    """What is another, by kind and name of the layer."""
    return {
        f"{change.kind} {change.name}": [found.what for found in change.differences]
        for change in changes.changes
    }


def test_equal_architectures_have_no_changes() -> None:
    found = _changes("mnist_convnet", "mnist_convnet")
    assert found == Changes(8, ())


def test_argument_and_the_numbers_that_follow_are_told() -> None:
    found = _changes("28x28x1 conv:32,3 flatten dense:10", "28x28x1 conv:16,3 flatten dense:10")
    assert found.unchanged == 0
    [conv, flatten, dense] = found.changes
    assert (conv.kind, conv.name, conv.class_name) == ("changed", "conv2d", "Conv2D")
    assert conv.differences == (
        ("filters", 32, 16),
        ("output_shape", (None, 26, 26, 32), (None, 26, 26, 16)),
        ("params", 320, 160),
        ("macs", 194_688, 97_344),
    )
    assert flatten.differences == (("output_shape", (None, 21632), (None, 10816)),)
    assert [found.what for found in dense.differences] == ["params", "macs"]


def test_default_is_told_where_one_leaves_an_argument_out() -> None:
    found = _changes("8x8x1 conv:3,3", "8x8x1 conv:3,3,padding=same,use_bias=false")
    assert found.changes[0].differences[:2] == (
        ("padding", "valid", "same"),
        ("use_bias", True, False),
    )


def test_layer_in_between_is_added_though_all_numbers_shift() -> None:
    before = "28x28x1 conv:8,3 conv:16,3 flatten dense:10"
    after = "28x28x1 conv:8,3 conv:12,3 conv:16,3 dropout:0.5 flatten dense:10"
    told = _told(_changes(before, after))
    assert [key for key in told if key.startswith("added")] == ["added conv2d_1", "added dropout"]
    assert "changed conv2d_2" in told
    assert "inputs" not in [what for found in told.values() for what in found]
    back = _told(_changes(after, before))
    assert [key for key in back if key.startswith("removed")] == [
        "removed conv2d_1",
        "removed dropout",
    ]


def test_all_that_is_known_of_an_added_layer_is_told() -> None:
    [added] = _changes("4 dense:3", "4 dense:3 dense:2,relu").changes
    assert added.differences == (
        ("units", None, 2),
        ("activation", None, "relu"),
        ("output_shape", None, (None, 2)),
        ("params", None, 8),
        ("macs", None, 6),
    )


def test_numbers_of_a_session_are_no_names() -> None:
    first = Sequential([Input((4,)), layers.Dense(3), layers.Dense(2)])
    later = Sequential([Input((4,)), layers.Dense(3), layers.Dense(2)])
    assert first.layers[0].name != later.layers[0].name
    assert _changes(first, later) == Changes(2, ())


def test_chosen_names_tell_which_layer_is_which() -> None:
    def net(*names: str) -> Sequential:
        dense = (layers.Dense(4, name=name) for name in names)
        return Sequential([Input((4,)), *dense], name="net")

    assert _told(_changes(net("a", "b", "c"), net("a", "c"))) == {
        "removed b": ["units", "output_shape", "params", "macs"]
    }
    assert _told(_changes(net("a", "b"), net("a", "head"))) == {"renamed head": ["name"]}
    moved = _told(_changes(net("a", "b", "c"), net("c", "a", "b")))
    assert moved == {
        "changed c": ["inputs"],
        "changed a": ["inputs"],
        "changed net": ["outputs"],
    }


def test_class_of_a_named_layer_may_change() -> None:
    one = Sequential([Input((8, 8, 3)), layers.Conv2D(4, 3, name="stem")])
    other = Sequential([Input((8, 8, 3)), layers.SeparableConv2D(4, 3, name="stem")])
    [change] = _changes(one, other).changes
    assert change.class_name == "SeparableConv2D"
    assert change.differences[0] == ("class_name", "Conv2D", "SeparableConv2D")
    assert [found.what for found in change.differences] == ["class_name", "params", "macs"]


def _residual(skip: bool, between: bool = False) -> Model:
    x = Input((8, 8, 4), name="image")
    first = layers.Conv2D(4, 3, padding="same", name="first")(x)
    second = layers.Conv2D(4, 3, padding="same", name="second")(first)
    if between:
        second = layers.Dropout(0.5, name="between")(second)
    return Model(x, layers.Add(name="sum")([first if skip else x, second]), name="net")


def test_other_input_is_told_and_one_through_an_added_layer_is_not() -> None:
    assert _told(_changes(_residual(True), _residual(False))) == {"changed sum": ["inputs"]}
    [change] = _changes(_residual(True), _residual(False)).changes
    assert change.differences[0] == ("inputs", ["first", "second"], ["image", "second"])
    added = _changes(_residual(True), _residual(True, between=True))
    assert list(_told(added)) == ["added between"]


def test_other_output_is_told() -> None:
    x = Input((4,))
    a, b = layers.Dense(3, name="a")(x), layers.Dense(3, name="b")(x)
    one, other = Model(x, [a, b], name="net"), Model(x, [b, a], name="net")
    [change] = _changes(one, other).changes
    assert (change.name, change.differences) == ("net", (("outputs", ["a", "b"], ["b", "a"]),))


def test_output_of_a_layer_with_several_is_told_by_number() -> None:
    def net(index: int) -> Model:
        x = Input((5, 4), name="x")
        parts = layers.LSTM(4, return_state=True, name="lstm")(x)
        return Model(x, layers.Dense(2, name="head")(parts[index]))

    [change] = _changes(net(0), net(1)).changes
    assert change.differences == (("inputs", ["lstm"], ["lstm[1]"]),)


def test_models_within_models_are_followed() -> None:
    def net(units: int, name: str = "base") -> Sequential:
        inner = Sequential([Input((4,)), layers.Dense(units, name="a")], name=name)
        return Sequential([Input((4,)), inner, layers.Dense(2, name="head")])

    changes = _changes(net(3), net(5))
    assert _told(changes) == {
        "changed base/a": ["units", "output_shape", "params", "macs"],
        "changed head": ["params", "macs"],
    }
    assert changes.unchanged == 0
    assert _changes(net(3), net(3)).unchanged == 2
    assert _told(_changes(net(3), net(3, "other"))) == {"renamed other": ["name"]}


def test_models_that_keras_named_are_matched_by_what_is_within() -> None:
    def net(*several: int) -> Sequential:
        inner = [Sequential([layers.Dense(units), layers.Dense(4)]) for units in several]
        return Sequential([Input((4,)), *inner], name="net")

    found = _changes(net(3, 5), net(7, 3, 5))
    assert [(change.kind, change.differences[0].after) for change in found.changes] == [
        ("added", (None, 4))
    ]


def test_stack_and_functional_model_of_the_same_layers_are_the_same() -> None:
    x = Input((28, 28, 1))
    y = layers.Flatten()(layers.Conv2D(8, 3)(x))
    assert _changes("28x28x1 conv:8,3 flatten", Model(x, y)) == Changes(2, ())


def test_input_is_told() -> None:
    told = _told(_changes("8x8x1 flatten", "9x9x1 flatten"))
    assert told == {"changed input_layer": ["output_shape"], "changed flatten": ["output_shape"]}
    assert _told(_changes("8x8x1 flatten", "input:8x8x1,dtype=uint8 flatten")) == {
        "changed input_layer": ["dtype"]
    }


def test_argument_of_a_layer_within_a_layer_is_told() -> None:
    def net(units: int, factor: float) -> Sequential:
        regularizer = {"class_name": "L2", "config": {"l2": factor}}
        lstm = layers.LSTM(units, kernel_regularizer=regularizer)
        return Sequential([Input((5, 4)), layers.Bidirectional(lstm)])

    [change] = _changes(net(3, 0.1), net(3, 0.2)).changes
    assert change.differences[0] == ("layer.kernel_regularizer.l2", 0.1, 0.2)
    assert _changes(net(3, 0.1), net(3, 0.1)).changes == ()


def test_value_that_a_call_is_given_is_told() -> None:
    def net(training: bool) -> Model:
        x = Input((4,), name="x")
        return Model(x, layers.BatchNormalization(name="bn")(x, training=training), name="net")

    [change] = _changes(net(False), net(True)).changes
    assert change.differences == (("training", False, True),)


def test_unknown_layers_are_compared_by_their_arguments() -> None:
    def net(size: int) -> dict[str, Any]:
        own = {"class_name": "Mine", "config": {"name": "own", "size": size}}
        start = {"class_name": "InputLayer", "config": {"name": "x", "batch_shape": [None, 4]}}
        return {"class_name": "Sequential", "config": {"name": "net", "layers": [start, own]}}

    assert _told(_changes(net(3), net(5))) == {"changed own": ["size"]}
    assert _changes(net(3), net(3)).changes == ()


def test_thousands_of_layers_take_seconds() -> None:
    def net(filters: int) -> Sequential:
        blocks = [
            layer
            for number in range(400)
            for layer in (
                layers.Conv2D(filters if number % 10 else 8, 3, padding="same"),
                layers.BatchNormalization(),
                layers.ReLU(),
            )
        ]
        return Sequential([Input((8, 8, 4)), *blocks])

    reports = calc(net(4)), calc(net(6))
    start = time.process_time()
    found = changes_between(*reports)
    assert found.unchanged + len(found.changes) == 1200
    assert found.count("changed") == len(found.changes)
    assert time.process_time() - start < 20


_ELEMENTWISE = [
    lambda: layers.Activation("relu"),
    lambda: layers.Activation("tanh"),
    lambda: layers.Activation("sigmoid"),
    lambda: layers.ELU(),
    lambda: layers.ELU(2.0),
    lambda: layers.Dropout(0.5),
]
_STACKS = st.lists(st.sampled_from(range(len(_ELEMENTWISE))), max_size=12)


def _least_cost(before: list[int], after: list[int]) -> int:
    """The least cost of all ways to come from one stack to the other, found by trying all.

    An argument that changes costs 1, a layer that comes or goes 2.
    """
    kinds = (0, 0, 0, 1, 1, 2)

    @cache
    def cost(old: int, new: int) -> int:
        if not old or not new:
            return 2 * (old + new)
        one, other = before[old - 1], after[new - 1]
        costs = [cost(old - 1, new) + 2, cost(old, new - 1) + 2]
        if kinds[one] == kinds[other]:
            costs.append(cost(old - 1, new - 1) + (one != other))
        return min(costs)

    return cost(len(before), len(after))


@given(before=_STACKS, after=_STACKS, copies=st.sampled_from([1, 1, 1, 4]))
@settings(max_examples=60)
def test_as_little_as_possible_changed(before: list[int], after: list[int], copies: int) -> None:
    # Long stacks of few kinds are such that the best match may lie far from the diagonal.
    before, after = before * copies, after + before * (copies - 1)
    nets = [
        Sequential([Input((4,)), *(_ELEMENTWISE[number]() for number in numbers)])
        for numbers in (before, after)
    ]
    found = _changes(*nets)
    changed, added, removed = (found.count(kind) for kind in ("changed", "added", "removed"))
    assert changed + 2 * (added + removed) == _least_cost(before, after)
    assert found.unchanged + changed + removed == len(before)
    assert found.unchanged + changed + added == len(after)
    names = [layer.name for layer in nets[1].layers]
    places = [names.index(change.name) for change in found.changes if change.kind != "removed"]
    assert places == sorted(places)
