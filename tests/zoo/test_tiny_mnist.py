"""The networks for MNIST by budgets of parameters."""

from __future__ import annotations

import pytest

import convzoo


@pytest.mark.parametrize(
    ("name", "budget"),
    [
        ("tiny_mnist_1k", 1_000),
        ("tiny_mnist_8k", 8_000),
        ("tiny_mnist_100k", 100_000),
        ("tiny_mnist_330k", 330_000),
    ],
)
def test_budget_is_kept(name: str, budget: int) -> None:
    params = convzoo.calc(name).total("trainable_params")
    assert 0.95 * budget < params <= budget
    recipe = convzoo.card(name).recipe
    assert recipe is not None
    # The rate comes down to 0 at the end.
    arguments = recipe.schedule_arguments
    assert arguments["warmup_steps"] + arguments["decay_steps"] == recipe.epochs
