"""The reference of layers has the formulas of each, and these give what the calculator gives."""

from __future__ import annotations

from fractions import Fraction

import pytest
from pages.layer_examples import EXAMPLES, WITHOUT_EXAMPLE, Example, arithmetic, in_sizes
from pages.layers import layers_page

from convzoo.graph.layer import Layer
from convzoo.layers import LAYERS
from tests.arithmetic import evaluate

_CLASSES = list(dict.fromkeys(layer for _, layer in LAYERS.items()))


def test_every_layer_has_an_example_or_a_reason() -> None:
    without = {layer for layer in _CLASSES if layer not in EXAMPLES}
    unexplained = {
        layer.class_name
        for layer in without
        if layer.class_name not in WITHOUT_EXAMPLE and not layer.status.startswith("no static")
    }
    assert unexplained == set()
    assert WITHOUT_EXAMPLE.keys() <= {layer.class_name for layer in without}


def test_page_has_each_layer_with_its_status_and_its_example() -> None:
    page = layers_page()
    for layer in _CLASSES:
        _, found, section = page.partition(f"\n### {layer.class_name}\n")
        section = section.partition("\n### ")[0]
        assert found
        assert f"What is known: {layer.status}." in section
        if layer in EXAMPLES:
            assert f"`{EXAMPLES[layer].code}`" in section
            assert section.count("<tr>") == 5


def _value(formula: object, example: Example) -> Fraction:
    """What a formula gives for the sizes of the example."""
    sizes = {name: size for each in example.inputs for name, size in each.items()}
    return evaluate(str(formula), **{name: sizes[name] for name in sizes if name.isalpha()})


@pytest.mark.parametrize("layer", EXAMPLES, ids=lambda layer: layer.class_name)
def test_formulas_give_the_numbers_of_the_arithmetic(layer: type[Layer]) -> None:
    example = EXAMPLES[layer]
    formulas, steps = in_sizes(example), arithmetic(example)
    numbers = {step.quantity.split()[0]: step for step in steps}
    assert _value(formulas.params, example) == (numbers["params"].result or 0)
    for column in ("macs", "element_ops"):
        formula = None if formulas.work is None else getattr(formulas.work, column)
        step = numbers[column]
        if formula is None:  # Or it depends on which size is the larger.
            assert step.arithmetic == "unknown" or layer.class_name == "CenterCrop"
        else:
            result = step.result
            number = int(step.arithmetic.replace(",", "")) if result is None else result
            assert _value(formula, example) == number
