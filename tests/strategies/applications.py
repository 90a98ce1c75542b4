"""Layers that Keras has only inside its models."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tests.strategies import CASES, LayerCases, Spec
from tests.strategies._drawing import inputs_of_rank, mostly

_INPUTS = inputs_of_rank(1, 5)


def _fitting(spec: Spec) -> SearchStrategy[object]:
    """The size of the last axis, or 1; sometimes another."""
    channels = spec.shape[-1] or 3
    return mostly(st.sampled_from([channels, channels, 1]), st.sampled_from([0, -1, 9, None, 2.0]))


CASES["LayerScale"] = LayerCases(
    _INPUTS,
    lambda spec: st.fixed_dictionaries(
        {"init_values": st.sampled_from([1e-6, 1]), "projection_dim": _fitting(spec)}
    ),
)
CASES["StochasticDepth"] = LayerCases(
    _INPUTS, lambda _: st.fixed_dictionaries({"drop_path_rate": st.floats(0, 1)})
)


def _two(one: Spec) -> SearchStrategy[list[Spec]]:
    """The input with a second one that is broadcast to it; sometimes any other."""
    shapes = st.tuples(*(st.sampled_from([dim, dim, 1, None]) for dim in one.shape))
    shorter = st.builds(lambda shape, start: shape[start:], shapes, st.integers(0, 1))
    fitting = st.builds(Spec, shorter, st.just(one.dtype))
    other = mostly(fitting, _INPUTS)
    return st.one_of(
        st.tuples(st.just(one), other).map(list),
        st.tuples(other, st.just(one)).map(list),
        mostly(st.just([one, one]), st.sampled_from([[one], [one, one, one]])),
    )


CASES["CustomScaleLayer"] = LayerCases(
    _INPUTS.flatmap(_two),
    lambda _: st.fixed_dictionaries(
        {"scale": mostly(st.sampled_from([0.17, 1.0, 2]), st.sampled_from([None, "1"]))}
    ),
)
