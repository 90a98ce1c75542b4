"""The layers of LeNet-5 that Keras does not have."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from tests.strategies import CASES, Arguments, LayerCases, Spec
from tests.strategies._drawing import (
    ACTIVATIONS,
    CONSTRAINTS,
    DATA_FORMATS,
    INITIALIZERS,
    REGULARIZERS,
    channels_of,
    inputs_of_rank,
    mostly,
    sizes,
    some_of,
    spatial_inputs,
)

_PADDINGS = mostly(st.sampled_from(["valid", "same"]), st.sampled_from(["causal", "full"]))


@st.composite
def _table_arguments(draw: DrawFn, spec: Spec) -> Arguments:
    """A table of channels that the input has, or that it mostly has."""
    arguments = draw(
        some_of(
            strides=sizes(2, most=3),
            padding=_PADDINGS,
            data_format=DATA_FORMATS,
            activation=ACTIVATIONS,
            use_bias=st.booleans(),
            kernel_initializer=INITIALIZERS,
            bias_initializer=INITIALIZERS,
            kernel_regularizer=REGULARIZERS,
            bias_regularizer=REGULARIZERS,
            kernel_constraint=CONSTRAINTS,
            bias_constraint=CONSTRAINTS,
        )
    )
    channels = channels_of(spec, arguments.get("data_format")) or 3
    last = draw(mostly(st.just(channels - 1), st.just(channels)))
    seen = st.lists(st.integers(0, last), min_size=1, max_size=4, unique=True)
    table = draw(st.lists(seen, min_size=1, max_size=4))
    table = draw(mostly(st.just(table), st.sampled_from([[], [[0], []], [[0, 0]], [[-1]], None])))
    filters = draw(mostly(st.just(len(table or ())), st.integers(0, 3)))
    return {"filters": filters, "kernel_size": draw(sizes(2)), "table": table, **arguments}


CASES["ConnectionTableConv2D"] = LayerCases(spatial_inputs(2), _table_arguments, (4,))

CASES["TrainableSubsampling2D"] = LayerCases(
    spatial_inputs(2),
    lambda _: some_of(
        pool_size=sizes(2),
        strides=st.one_of(st.none(), sizes(2, most=3)),
        padding=_PADDINGS,
        data_format=DATA_FORMATS,
        activation=ACTIVATIONS,
        coefficient_initializer=st.one_of(st.none(), INITIALIZERS),
        bias_initializer=INITIALIZERS,
        coefficient_regularizer=REGULARIZERS,
        bias_regularizer=REGULARIZERS,
        coefficient_constraint=CONSTRAINTS,
        bias_constraint=CONSTRAINTS,
    ),
    (4,),
)


@st.composite
def _prototype_arguments(draw: DrawFn, spec: Spec) -> Arguments:
    features = (spec.shape[-1] if len(spec.shape) > 1 else None) or 3
    components = draw(mostly(st.just(features), st.integers(1, 4)))
    number = st.one_of(st.sampled_from([-1, 1]), st.floats(-2, 2))
    prototype = st.lists(number, min_size=components, max_size=components)
    prototypes = draw(st.lists(prototype, min_size=1, max_size=4))
    units = draw(mostly(st.just(len(prototypes)), st.integers(0, 4)))
    wrong = st.sampled_from([[], None, [[]], [[1], [1, 2]], [["a"]], 3])
    return {"units": units, "prototypes": draw(mostly(st.just(prototypes), wrong))}


CASES["EuclideanRBF"] = LayerCases(inputs_of_rank(1, 5), _prototype_arguments, (2, 3, 4, 5))
