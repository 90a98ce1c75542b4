"""Attention."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from tests.strategies import CASES, Arguments, LayerCases, Spec
from tests.strategies._drawing import (
    CONSTRAINTS,
    INITIALIZERS,
    REGULARIZERS,
    inputs_of_rank,
    mostly,
    some_of,
)

_DROPOUT = mostly(st.sampled_from([0, 0.0, 0.5, 1.0]), st.sampled_from([-0.5, 2.0, None]))
_SEED = mostly(st.sampled_from([None, 7]), st.sampled_from(["a", 1.5, True]))
_WITH_SCORES = st.sampled_from([{}, {}, {"return_attention_scores": True}])
_SIZE = mostly(st.integers(1, 4), st.sampled_from([0, -1, None, 1.5]))


def _positions(draw: DrawFn, query: Spec) -> list[int | None]:
    """The batch and the positions of a value that a query may see."""
    rank = draw(mostly(st.just(len(query.shape)), st.integers(1, 4)))
    sizes = st.integers(1, 6) if draw(st.integers(0, 9)) else st.none()
    return [query.shape[0], *(draw(sizes) for _ in range(max(rank - 2, 0)))]


def _last(draw: DrawFn, size: int | None) -> int | None:
    return draw(mostly(st.just(size), st.integers(1, 4)))


@st.composite
def _lists(draw: DrawFn) -> Any:
    query = draw(mostly(inputs_of_rank(3, 4), inputs_of_rank(1, 4)))
    size = query.shape[-1]
    positions = _positions(draw, query)
    value = Spec((*positions, _last(draw, size)), draw(st.sampled_from([query.dtype, "float32"])))
    inputs = [query, value]
    if draw(st.booleans()):
        inputs.append(Spec((*positions, _last(draw, size)), query.dtype))
    wrong = st.sampled_from([query, [query], [*inputs, query, query], tuple(inputs)])
    return draw(mostly(st.just(inputs), wrong))


_MODE = mostly(st.sampled_from(["dot", "concat"]), st.just("sum"))

CASES["Attention"] = LayerCases(
    _lists(),
    lambda _: some_of(use_scale=st.booleans(), score_mode=_MODE, dropout=_DROPOUT, seed=_SEED),
    call_arguments=lambda _: _WITH_SCORES,
)
CASES["AdditiveAttention"] = LayerCases(
    _lists(),
    lambda _: some_of(use_scale=st.booleans(), dropout=_DROPOUT, seed=_SEED, score_mode=_MODE),
    call_arguments=lambda _: _WITH_SCORES,
)


@st.composite
def _sources(draw: DrawFn, query: Spec) -> Arguments:
    """The value and the key for a query, and what else a call may be given."""
    positions = _positions(draw, query)
    value = Spec((*positions, _last(draw, query.shape[-1])))
    arguments: Arguments = {"value": value, **draw(_WITH_SCORES)}
    if draw(st.booleans()):
        other = draw(mostly(st.just(positions), st.just([*positions[:-1], 5])))
        arguments["key"] = Spec((*other, _last(draw, query.shape[-1])), query.dtype)
    if draw(st.booleans()):
        arguments["use_causal_mask"] = draw(st.booleans())
    if draw(st.booleans()):
        arguments["attention_mask"] = Spec((*query.shape[:2], 4), "bool")
    return arguments


def _common() -> Arguments:
    return {
        "dropout": _DROPOUT,
        "use_bias": st.booleans(),
        "sliding_window": mostly(st.sampled_from([None, 1, 3]), st.sampled_from([0, 1.5])),
        "flash_attention": st.sampled_from([None, None, False, True]),
        "kernel_initializer": mostly(INITIALIZERS, st.none()),
        "bias_initializer": INITIALIZERS,
        "kernel_regularizer": REGULARIZERS,
        "bias_regularizer": REGULARIZERS,
        "activity_regularizer": REGULARIZERS,
        "kernel_constraint": CONSTRAINTS,
        "bias_constraint": CONSTRAINTS,
        "use_gate": st.booleans(),
        "seed": _SEED,
    }


_OUTPUT_SHAPE = mostly(
    st.sampled_from([None, 0, 3, (), [2], (2, 3)]), st.sampled_from([-1, (2, None), 1.5, (2, 0)])
)
_AXES = mostly(
    st.sampled_from([None, None, 1, (1,), [1], (1, 2), -2, ()]), st.sampled_from([0, 5, "a", -9])
)


def _multi_head(_: Any) -> SearchStrategy[Arguments]:
    return st.fixed_dictionaries(
        {"num_heads": _SIZE, "key_dim": _SIZE},
        optional={
            "value_dim": mostly(st.sampled_from([None, 1, 3]), st.sampled_from([0, -1, 2.0])),
            "output_shape": _OUTPUT_SHAPE,
            "attention_axes": _AXES,
            **_common(),
        },
    )


@st.composite
def _group_query(draw: DrawFn, _: Any) -> Arguments:
    groups = draw(_SIZE)
    heads = draw(mostly(st.just(groups and groups * draw(st.integers(1, 3))), _SIZE))
    return {
        "head_dim": draw(_SIZE),
        "num_query_heads": heads,
        "num_key_value_heads": groups,
        **draw(some_of(**_common())),
    }


_QUERIES = mostly(inputs_of_rank(3, 3), inputs_of_rank(1, 5))

CASES["MultiHeadAttention"] = LayerCases(_QUERIES, _multi_head, call_arguments=_sources)
CASES["GroupQueryAttention"] = LayerCases(_QUERIES, _group_query, call_arguments=_sources)
