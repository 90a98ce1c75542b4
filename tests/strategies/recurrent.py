"""Recurrent layers, their cells and the wrappers around them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from tests.strategies import CASES, Arguments, Inner, LayerCases, Spec
from tests.strategies._drawing import (
    ACTIVATIONS,
    CONSTRAINTS,
    DATA_FORMATS,
    DTYPES,
    INITIALIZERS,
    REGULARIZERS,
    inputs_of_rank,
    mostly,
    mostly_known,
    sizes,
    some_of,
    spatial_inputs,
)

# ---------------------------------------------------------------------- arguments

_RATES = mostly(st.sampled_from([0, 0.0, 0.25, 0.5]), st.sampled_from([1, -0.5, 1.5, "0.5", None]))
_SEEDS = mostly(st.sampled_from([None, 0, 1337]), st.sampled_from([1.5, "7"]))

# Not bfloat16: TensorFlow can't make an orthogonal matrix of it.
_DTYPES = st.sampled_from([None, None, "float16", "float64", "mixed_float16", "mixed_bfloat16"])

_OWN: Arguments = {
    "activation": ACTIVATIONS,
    "use_bias": st.booleans(),
    "kernel_initializer": INITIALIZERS,
    "recurrent_initializer": INITIALIZERS,
    "bias_initializer": INITIALIZERS,
    "kernel_regularizer": REGULARIZERS,
    "recurrent_regularizer": REGULARIZERS,
    "bias_regularizer": REGULARIZERS,
    "kernel_constraint": CONSTRAINTS,
    "recurrent_constraint": CONSTRAINTS,
    "bias_constraint": CONSTRAINTS,
    "dropout": _RATES,
    "recurrent_dropout": _RATES,
    "seed": _SEEDS,
}
_GATED = {**_OWN, "recurrent_activation": ACTIVATIONS, "implementation": st.sampled_from([1, 2])}
_OF_CELL = {
    "SimpleRNNCell": _OWN,
    "GRUCell": {**_GATED, "reset_after": st.booleans()},
    "LSTMCell": {**_GATED, "unit_forget_bias": st.booleans()},
}
_OPTIONS: Arguments = {
    "return_sequences": st.booleans(),
    "return_state": st.booleans(),
    "go_backwards": st.booleans(),
    "unroll": st.booleans(),
    "zero_output_for_mask": st.booleans(),
}
_CUDNN = mostly(st.sampled_from(["auto", True, False]), st.sampled_from(["no", None]))
_OF_LAYER = {
    "SimpleRNN": {**_OWN, **_OPTIONS},
    "GRU": {**_OF_CELL["GRUCell"], **_OPTIONS, "use_cudnn": _CUDNN},
    "LSTM": {**_OF_CELL["LSTMCell"], **_OPTIONS, "use_cudnn": _CUDNN},
}
_UNITS = mostly(st.integers(1, 6), st.sampled_from([0, -1, None]))


def _stateful(spec: Any) -> SearchStrategy[bool]:
    """Mostly only where the size of a batch is known."""
    known = isinstance(spec, Spec) and spec.shape[:1] != (None,)
    return mostly(st.booleans() if known else st.just(False), st.just(True))


def _few(arguments: Arguments) -> SearchStrategy[Arguments]:
    """Some of the arguments: so many at once would hardly ever all be valid."""
    return st.lists(st.sampled_from(sorted(arguments)), max_size=4, unique=True).flatmap(
        lambda names: st.fixed_dictionaries({name: arguments[name] for name in names})
    )


@st.composite
def _arguments(draw: DrawFn, class_name: str, spec: Any) -> Arguments:
    arguments = draw(_few(_OF_LAYER[class_name]))
    if draw(st.booleans()):
        arguments["stateful"] = draw(_stateful(spec))
    return {"units": draw(_UNITS), "dtype": draw(_DTYPES), **arguments}


# ---------------------------------------------------------------------- states in a call


def _states(spec: Any) -> SearchStrategy[Arguments]:
    """Any initial state, in each form: Keras looks at none of its shapes."""
    batch = spec.shape[0] if isinstance(spec, Spec) and spec.shape else None
    state = st.integers(1, 6).map(lambda units: Spec((batch, units)))
    several = st.lists(state, min_size=1, max_size=4)
    forms = st.one_of(st.none(), state, several, several.map(tuple))
    return st.one_of(st.just({}), st.fixed_dictionaries({"initial_state": forms}))


for _name in _OF_LAYER:
    CASES[_name] = LayerCases(
        mostly(inputs_of_rank(3, 3), inputs_of_rank(1, 5)),
        lambda spec, name=_name: _arguments(name, spec),
        (3,),
        call_arguments=_states,
    )


# ---------------------------------------------------------------------- cells

_COUNTS = {"SimpleRNNCell": 1, "GRUCell": 1, "LSTMCell": 2}


def _units_for(spec: Spec) -> int:
    """The units that the states of a call on this input are made for."""
    return sum(dim or 0 for dim in spec.shape) % 4 + 1


@st.composite
def _cell(draw: DrawFn, class_name: str, units: SearchStrategy[Any] = _UNITS) -> Inner:
    arguments = {"units": draw(units), "dtype": draw(_DTYPES), **draw(_few(_OF_CELL[class_name]))}
    if draw(st.integers(0, 4)) == 0:
        arguments["trainable"] = draw(st.booleans())
    return Inner(class_name, arguments)


@st.composite
def _state(draw: DrawFn, spec: Spec, units: int) -> Spec:
    batch = draw(mostly(st.just(spec.shape[0]), st.sampled_from([None, 1, 2, 3])))
    units = draw(mostly(st.just(units), st.integers(1, 5)))
    return Spec((batch, draw(mostly_known(st.just(units)))), draw(DTYPES))


@st.composite
def _states_of(draw: DrawFn, class_name: str, spec: Spec, units: int) -> Any:
    states = [draw(_state(spec, units)) for _ in range(_COUNTS[class_name])]
    if len(states) == 1:
        return draw(st.sampled_from([states, tuple(states), states[0]]))
    return draw(st.sampled_from([states, tuple(states)]))


for _name in _OF_CELL:
    CASES[_name] = LayerCases(
        # What gated cells make of more axes than a step has is chance, in Keras.
        inputs_of_rank(2, 4 if _name == "SimpleRNNCell" else 2),
        lambda spec, name=_name: _cell(name, mostly(st.just(_units_for(spec)), _UNITS)).map(
            lambda cell: cell.arguments
        ),
        call_arguments=lambda spec, name=_name: _states_of(name, spec, _units_for(spec)).map(
            lambda states: {"states": states}
        ),
    )


def _stack_for(spec: Spec) -> list[tuple[str, int]]:
    """The cells that the states of a call on this input are made for."""
    number = sum(dim or 0 for dim in spec.shape)
    names = list(_OF_CELL)
    return [(names[(number + n) % 3], (number + n) % 4 + 1) for n in range(number % 3 + 1)]


@st.composite
def _stacked(draw: DrawFn, spec: Spec) -> Arguments:
    cells: Any = [draw(_cell(name, st.just(units))) for name, units in _stack_for(spec)]
    cells = draw(mostly(st.just(cells), st.sampled_from([3, [3], [Inner("Dense", {"units": 2})]])))
    return {"cells": cells}


@st.composite
def _stacked_states(draw: DrawFn, spec: Spec) -> Arguments:
    states = [draw(_states_of(name, spec, units)) for name, units in _stack_for(spec)]
    kept = draw(mostly(st.just(len(states)), st.just(1)))
    return {"states": states[:kept]}


CASES["StackedRNNCells"] = LayerCases(
    inputs_of_rank(2, 2), _stacked, call_arguments=_stacked_states
)

_CELLS = st.sampled_from(sorted(_OF_CELL)).flatmap(_cell)


@st.composite
def _rnn_arguments(draw: DrawFn, spec: Any) -> Arguments:
    several = st.lists(_CELLS, min_size=1, max_size=3)
    stacked = several.map(lambda cells: Inner("StackedRNNCells", {"cells": cells}))
    right = st.one_of(_CELLS, several, several.map(tuple), stacked)
    wrong = st.sampled_from([Inner("Dense", {"units": 3}), "lstm", None, [1], []])
    arguments = draw(_few({**_OPTIONS, "stateful": _stateful(spec)}))
    return {"cell": draw(mostly(right, wrong)), **arguments}


CASES["RNN"] = LayerCases(
    mostly(inputs_of_rank(3, 3), inputs_of_rank(1, 5)), _rnn_arguments, (3,), call_arguments=_states
)


# ---------------------------------------------------------------------- convolutions


@st.composite
def _convolution_arguments(draw: DrawFn, rank: int, spec: Any) -> Arguments:
    filters = draw(mostly(st.integers(1, 4), st.sampled_from([0, -2, None])))
    paddings = mostly(st.sampled_from(["valid", "same", "SAME"]), st.sampled_from(["causal", 3]))
    arguments = draw(
        _few({**_GATED, "unit_forget_bias": st.booleans(), "padding": paddings, **_OPTIONS})
    )
    arguments.pop("implementation", None)
    if draw(st.booleans()):
        arguments["stateful"] = draw(_stateful(spec))
    if draw(st.booleans()):
        arguments["data_format"] = draw(DATA_FORMATS)
    if draw(st.booleans()):
        stretched = draw(st.sampled_from(["strides", "dilation_rate"]))
        arguments[stretched] = draw(sizes(rank, most=3))
    elif draw(st.booleans()):
        arguments["strides"] = draw(sizes(rank, most=2))
        arguments["dilation_rate"] = draw(sizes(rank, most=2))
    kernel_size = draw(sizes(rank, most=3))
    return {"filters": filters, "kernel_size": kernel_size, "dtype": draw(_DTYPES), **arguments}


def _clips(rank: int) -> SearchStrategy[Spec]:
    """Sequences of images: all but the batch and the steps are mostly known."""
    most = 9 if rank < 3 else 6
    known = st.lists(st.integers(3, most), min_size=rank + 1, max_size=rank + 1)
    right = st.builds(
        lambda batch, steps, dims, dtype: Spec((batch, steps, *dims), dtype),
        st.sampled_from([None, None, 1, 3]),
        mostly_known(st.integers(1, 4)),
        known,
        DTYPES,
    )
    return mostly(right, st.one_of(spatial_inputs(rank), spatial_inputs(rank + 1)))


for _rank in (1, 2, 3):
    CASES[f"ConvLSTM{_rank}D"] = LayerCases(
        _clips(_rank),
        lambda spec, rank=_rank: _convolution_arguments(rank, spec),
        (_rank + 3,),
        call_arguments=_states,
    )


# ---------------------------------------------------------------------- wrappers


@st.composite
def _recurrent_layer(draw: DrawFn, spec: Any, options: Arguments) -> Inner:
    rank = len(spec.shape) - 3 if isinstance(spec, Spec) else 0
    name = draw(st.sampled_from([*_OF_LAYER, "RNN"] if rank < 1 else [f"ConvLSTM{rank}D"]))
    arguments = {**draw(CASES[name].arguments(spec)), **options}
    if options.get("go_backwards") is None:
        arguments.pop("go_backwards", None)
    if draw(st.booleans()):
        arguments["name"] = draw(st.sampled_from(["forward_one", "backward_one", "one"]))
    return Inner(name, arguments)


@st.composite
def _bidirectional(draw: DrawFn, spec: Any) -> Arguments:
    options = {
        "return_sequences": draw(st.booleans()),
        "return_state": draw(st.booleans()),
        "stateful": draw(_stateful(spec)),
    }
    wrong = st.sampled_from([Inner("Dense", {"units": 3}), Inner("LSTMCell", {"units": 3}), 3])
    arguments = draw(
        some_of(
            merge_mode=mostly(
                st.sampled_from(["concat", "sum", "mul", "ave", None]), st.sampled_from(["max", 1])
            ),
            weights=mostly(st.sampled_from([None, []]), st.just(3)),
        )
    )
    backwards = draw(mostly(st.just(False), st.just(True)))
    if draw(st.booleans()):
        others = {**options, "go_backwards": draw(mostly(st.just(not backwards), st.booleans()))}
        if draw(st.integers(0, 9)) == 0:
            others["return_state"] = draw(st.booleans())
        arguments["backward_layer"] = draw(mostly(_recurrent_layer(spec, others), wrong))
    layer = _recurrent_layer(spec, {**options, "go_backwards": backwards})
    return {"layer": draw(mostly(layer, wrong)), **arguments}


CASES["Bidirectional"] = LayerCases(
    mostly(st.one_of(inputs_of_rank(3, 3), _clips(1), _clips(2)), inputs_of_rank(1, 3)),
    _bidirectional,
    call_arguments=_states,
)


def _step(spec: Spec) -> Spec:
    return Spec((*spec.shape[:1], *spec.shape[2:]), spec.dtype)


# Layers of every kind; what others make of a step is theirs.
_WITHIN = {
    2: ("Dense", "Activation", "BatchNormalization", "Dropout", "Flatten", "Identity", "Reshape"),
    3: ("Dense", "Conv1D", "MaxPooling1D", "GlobalAveragePooling1D", "PReLU", "LSTM", "RNN"),
    4: ("Conv2D", "AveragePooling2D", "ZeroPadding2D", "Flatten", "Bidirectional"),
}


@st.composite
def _time_distributed(draw: DrawFn, spec: Spec) -> Arguments:
    if draw(st.integers(0, 19)) == 0:
        return {"layer": draw(st.sampled_from([3, None, "dense"]))}
    return {"layer": draw(_within(_step(spec)))}


@st.composite
def _within(draw: DrawFn, step: Spec) -> Inner:
    rank = len(step.shape)
    if rank > 3 and draw(st.integers(0, 3)) == 0:
        return Inner("TimeDistributed", {"layer": draw(_within(_step(step)))})
    name = draw(st.sampled_from(_WITHIN.get(rank, ("Identity",))))
    arguments = draw(CASES[name].arguments(step))
    for key in ("trainable", "dtype"):
        if draw(st.integers(0, 3)) == 0:
            arguments[key] = draw({"trainable": st.booleans(), "dtype": st.just("float16")}[key])
    return Inner(name, arguments)


CASES["TimeDistributed"] = LayerCases(
    mostly(inputs_of_rank(3, 5, 8), inputs_of_rank(1, 2)), _time_distributed, (3, 4, 5)
)
