"""Every layer states the facts that Keras has, and refuses what Keras refuses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convzoo.layers import LAYERS
from tests.keras_oracle import assert_equal_to_keras
from tests.strategies import CASES, layer_cases


@pytest.mark.parametrize("class_name", sorted(CASES))
@given(data=st.data())
def test_facts_and_refusals_are_those_of_keras(class_name: str, data: st.DataObject) -> None:
    assert_equal_to_keras(data.draw(layer_cases(class_name)))


def test_every_layer_has_a_strategy() -> None:
    # Of those without a static answer there is nothing to compare.
    classes = {layer.class_name for _, layer in LAYERS.items() if layer.status == "exact"}
    classes -= {"InputLayer"}
    assert classes - CASES.keys() == set()
