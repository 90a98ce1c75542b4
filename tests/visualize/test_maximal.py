"""Inputs that maximise filters."""

from __future__ import annotations

import numpy as np

from convzoo import visualize
from convzoo.visualize import Subject
from convzoo.zoo.preprocessing import SYMMETRIC
from tests.visualize.networks import nested, photograph


def test_mean_activation_rises_and_inputs_stay_in_range() -> None:
    subject = Subject.of(nested(), photograph(), SYMMETRIC)
    found = visualize.maximal_inputs(subject, "relu", [0, 3, 5], steps=12)
    assert all(after > before for before, after in zip(found.before, found.after, strict=True))
    assert found.inputs.shape == (3, 12, 12, 1)
    assert found.inputs.min() >= -1
    assert found.inputs.max() <= 1
    maps = visualize.feature_maps(subject.model, found.inputs, ["relu"])["relu"]
    own = [maps[place, ..., channel].mean() for place, channel in enumerate(found.filters)]
    np.testing.assert_allclose(found.after, own, rtol=1e-5)


def test_same_seed_gives_the_same_inputs() -> None:
    subject = Subject.of(nested(), photograph())
    first, again, other = (
        visualize.maximal_inputs(subject, "c1", [1], steps=3, seed=seed).inputs
        for seed in (1, 1, 2)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_filter_that_is_off_is_found_a_way_up() -> None:
    model = nested()
    model.get_layer("base").get_layer("c1").bias.assign(np.full(6, -1.2))
    subject = Subject.of(model, photograph())
    found = visualize.maximal_inputs(subject, "c1", range(6), steps=25)
    assert 0.0 in found.before
    assert max(found.after[place] for place in range(6) if found.before[place] == 0) > 0
