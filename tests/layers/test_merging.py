"""Work of merges, against numbers that are multiplied and added one by one; their functions."""

from __future__ import annotations

from inspect import isfunction
from itertools import product
from typing import Any

import keras
import pytest

import convzoo
from convzoo import layers
from convzoo.graph.layer import Tensor
from convzoo.graph.naming import fresh_names
from tests.keras_oracle import assert_equal_to_keras, facts_of_model, facts_of_report
from tests.strategies import LayerCase, Spec

_FUNCTIONS = """
a = keras.Input((4, 6))
b = keras.Input((4, 6))
x = layers.add([a, b])
x = layers.subtract([x, layers.multiply([a, b])])
x = layers.maximum([layers.minimum([x, b]), layers.average([a, b], name="mean")])
x = layers.concatenate([x, b])
x = layers.concatenate([x, layers.concatenate([a, b], axis=2)], axis=1)
model = keras.Model([a, b], [layers.dot([x, x]), layers.dot([a, b], axes=(1, 1), normalize=True)])
"""


def _dot_macs(one: tuple[int, ...], other: tuple[int, ...], first: int, second: int) -> int:
    """Pairs of elements of one sample that stand at the same place along the summed axes."""
    places = (range(n) for n in (*one, *other))
    return sum(1 for place in product(*places) if place[first] == place[len(one) + second])


@pytest.mark.parametrize(
    ("one", "other", "axes"),
    [((3,), (3,), 1), ((3, 2), (3, 4), (1, 1)), ((2, 3), (4, 3), -1), ((2, 3, 2), (3, 5), (2, 1))],
)
def test_macs_of_a_dot_equal_a_loop(one: Any, other: Any, axes: Any) -> None:
    layer = layers.Dot(axes)
    work = layer.work([Tensor((None, *one)), Tensor((None, *other))])
    first, second = axes if isinstance(axes, tuple) else (axes, axes)
    first, second = (axis - 1 if axis > 0 else axis for axis in (first, second))
    assert work.macs == _dot_macs(one, other, first % len(one), second % len(other))


def test_lengths_are_divided_out_of_both_inputs() -> None:
    inputs = [Tensor((None, 3, 2)), Tensor((None, 3, 4))]
    assert layers.Dot(1, normalize=True).work(inputs).element_ops == 3 * 2 + 3 * 4
    assert layers.Dot(1).work(inputs).element_ops == 0


def test_mean_divides_what_a_sum_leaves() -> None:
    inputs = [Tensor((None, 3, 2)), Tensor((None, 1, 2)), Tensor((None, 2))]
    assert layers.Multiply().work(inputs).element_ops == 2 * 6
    assert layers.Average().work(inputs).element_ops == 3 * 6


def test_functions_are_those_of_keras() -> None:
    keras.backend.clear_session()
    theirs: dict[str, Any] = {"keras": keras, "layers": keras.layers}
    exec(_FUNCTIONS, theirs)
    expected = facts_of_model(theirs["model"])
    assert facts_of_report(convzoo.calc(f"import keras\n{_FUNCTIONS}")) == expected
    ours: dict[str, Any] = {"keras": convzoo, "layers": layers}
    with fresh_names():
        exec(_FUNCTIONS, ours)
    assert facts_of_report(convzoo.calc(ours["model"])) == expected


def test_every_function_of_keras_layers_is_there() -> None:
    functions = {name for name, found in vars(keras.layers).items() if isfunction(found)}
    assert functions - {"Input", "serialize", "deserialize"} == {*layers.MERGING_FUNCTIONS}


@pytest.mark.parametrize(
    "shapes", [[(None, 5, 3), (2, None, 4)], [(None, None, 3), (None, 5, 3), (None, 6, 3)]]
)
def test_sizes_known_of_one_input_only_fit_as_in_keras(shapes: Any) -> None:
    inputs = [Spec(shape) for shape in shapes]
    assert_equal_to_keras(LayerCase("Concatenate", {}, inputs))
