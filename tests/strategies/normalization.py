"""Normalization."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tests.strategies import CASES, Inner, LayerCases, Spec
from tests.strategies._drawing import (
    CONSTRAINTS,
    INITIALIZERS,
    REGULARIZERS,
    inputs_of_rank,
    mostly,
    some_of,
)

_CLIPPING = mostly(
    st.sampled_from([None, {}, {"rmax": 3.0, "rmin": 0.1, "dmax": 2.0}]),
    st.sampled_from([{"rmax": 1.0, "rmin": 2.0}, {"dmax": -1.0}, {"max": 1.0}]),
)

CASES["BatchNormalization"] = LayerCases(
    inputs_of_rank(1, 5),
    lambda _: some_of(
        axis=mostly(st.sampled_from([-1, 1]), st.integers(-6, 6)),
        momentum=st.sampled_from([0.9, 0.99]),
        epsilon=st.sampled_from([1e-3, 1e-5]),
        center=st.booleans(),
        scale=st.booleans(),
        beta_initializer=INITIALIZERS,
        gamma_initializer=INITIALIZERS,
        moving_mean_initializer=INITIALIZERS,
        moving_variance_initializer=INITIALIZERS,
        beta_regularizer=REGULARIZERS,
        gamma_regularizer=REGULARIZERS,
        beta_constraint=CONSTRAINTS,
        gamma_constraint=CONSTRAINTS,
        renorm=st.booleans(),
        renorm_clipping=_CLIPPING,
        renorm_momentum=st.sampled_from([0.9, 0.99]),
        synchronized=st.booleans(),
    ),
    (2, 3, 4, 5),
)

_EPSILONS = st.sampled_from([1e-3, 1e-6])
_SCALE_AND_SHIFT = {
    "epsilon": _EPSILONS,
    "center": st.booleans(),
    "scale": st.booleans(),
    "beta_initializer": INITIALIZERS,
    "gamma_initializer": INITIALIZERS,
    "beta_regularizer": REGULARIZERS,
    "gamma_regularizer": REGULARIZERS,
    "beta_constraint": CONSTRAINTS,
    "gamma_constraint": CONSTRAINTS,
}


def _axes(spec: Spec) -> SearchStrategy[Any]:
    """Any of the axes, or several of them."""
    axis = st.integers(-len(spec.shape), len(spec.shape) - 1)
    several = st.lists(axis, max_size=3)
    wrong = st.one_of(st.integers(-7, 7), st.sampled_from([None, "1", (1, 9), 1.0, [1, "a"]]))
    return mostly(st.one_of(st.just(-1), axis, several, several.map(tuple)), wrong)


_RANKS = (2, 3, 4, 5)
_INPUTS = inputs_of_rank(1, 5)
CASES["LayerNormalization"] = LayerCases(
    _INPUTS,
    lambda spec: some_of(axis=_axes(spec), rms_scaling=st.booleans(), **_SCALE_AND_SHIFT),
    _RANKS,
)
CASES["RMSNormalization"] = LayerCases(
    _INPUTS, lambda spec: some_of(axis=_axes(spec), epsilon=_EPSILONS), _RANKS
)
CASES["UnitNormalization"] = LayerCases(_INPUTS, lambda spec: some_of(axis=_axes(spec)), _RANKS)


def _groups(spec: Spec) -> SearchStrategy[Any]:
    """Groups that divide the last axis; sometimes others.

    -1 is not drawn: Keras writes the number of channels in its place once the layer is called, and
    a model's config would not come back as it was.
    """
    channels = (spec.shape or (1,))[-1] or 1
    divisors = [groups for groups in range(1, channels + 1) if channels % groups == 0]
    return mostly(st.sampled_from(divisors), st.sampled_from([0, -2, 4, 32, None, 2.0]))


CASES["GroupNormalization"] = LayerCases(
    _INPUTS,
    lambda spec: st.fixed_dictionaries(
        {"groups": _groups(spec)},
        optional={
            "axis": mostly(st.just(-1), st.sampled_from([0, 1, -2, 7, -7, [1], None])),
            **_SCALE_AND_SHIFT,
        },
    ),
    _RANKS,
)


def _with_kernels(spec: Spec) -> SearchStrategy[Inner]:
    """Layers with a kernel or embeddings that take the input; sometimes others."""
    rank = len(spec.shape)
    fitting = ["Dense", "Dense", "Embedding"]
    if 3 <= rank <= 5:
        fitting += [f"Conv{rank - 2}D"] * 2
    others = st.sampled_from(["ReLU", "BatchNormalization", "Dropout"])
    names = mostly(st.sampled_from(fitting), others)
    layers = names.flatmap(
        lambda name: st.builds(
            lambda own, trainable: Inner(name, {**own, **trainable}),
            CASES[name].arguments(spec),
            some_of(trainable=st.booleans()),
        )
    )
    nested = layers.map(lambda layer: Inner("SpectralNormalization", {"layer": layer}))
    return st.one_of(layers, layers, layers, nested)


CASES["SpectralNormalization"] = LayerCases(
    inputs_of_rank(2, 5),
    lambda spec: st.fixed_dictionaries(
        {"layer": mostly(_with_kernels(spec), st.sampled_from([None, "Dense"]))},
        optional={"power_iterations": mostly(st.integers(1, 3), st.sampled_from([0, -1]))},
    ),
)
