"""Dense layers, embeddings, and what stands beside them."""

from __future__ import annotations

from typing import Any

import numpy
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from tests.strategies import CASES, Arguments, Inner, LayerCases, Spec
from tests.strategies._drawing import (
    ACTIVATIONS,
    ALL_MODES,
    CONSTRAINTS,
    INITIALIZERS,
    INTEGERS,
    REGULARIZERS,
    adaptation,
    inputs_of_rank,
    mostly,
    some_of,
)


def _adapted(
    arguments: SearchStrategy[Arguments], modes: list[str] = ALL_MODES
) -> SearchStrategy[Arguments]:
    """The arguments, and those of LoRA and quantization."""
    return st.builds(lambda own, more: {**own, **more}, arguments, adaptation(modes))


CASES["Dense"] = LayerCases(
    inputs_of_rank(1, 5),
    lambda _: _adapted(
        st.fixed_dictionaries(
            {"units": mostly(st.integers(1, 12), st.sampled_from([0, -1, None]))},
            optional={
                "activation": ACTIVATIONS,
                "use_bias": st.booleans(),
                "kernel_initializer": INITIALIZERS,
                "bias_initializer": INITIALIZERS,
                "kernel_regularizer": REGULARIZERS,
                "bias_regularizer": REGULARIZERS,
                "kernel_constraint": CONSTRAINTS,
                "bias_constraint": CONSTRAINTS,
            },
        )
    ),
    (2, 3, 4, 5),
)

CASES["Identity"] = LayerCases(inputs_of_rank(1, 5), lambda _: st.just({}), (2, 3, 4, 5))


@st.composite
def _einsum_arguments(draw: DrawFn, spec: Spec) -> Arguments:
    """An equation that sums some axes, repeats some in the kernel, and makes new ones."""
    rank = len(spec.shape)
    named = draw(mostly(st.integers(min(2, rank), rank), st.integers(1, 5)))
    ellipsis = draw(st.sampled_from(["", "", "left", "right"]))
    input_axes = "abcde"[:named]
    # The batch stands outside where the ellipsis is on the left.
    shape = spec.shape[rank - named :] if ellipsis == "left" else spec.shape[:named]
    sizes = dict(zip(input_axes, shape, strict=False))
    first = "" if ellipsis == "left" and named < rank else "a"
    summed = draw(st.lists(st.sampled_from(input_axes), max_size=3, unique=True))
    kept = [axis for axis in input_axes if axis not in summed or axis == first]
    in_both = [axis for axis in kept if draw(st.integers(0, 3)) == 0 and axis != first]
    summed = [axis for axis in summed if axis != first]
    needs_one = not (summed or in_both) or not (first or kept)
    new = list("xyz"[: draw(st.integers(1 if needs_one else 0, 2))])
    sizes.update((axis, draw(st.integers(1, 4))) for axis in new)
    kernel = "".join(draw(st.permutations([*summed, *in_both, *new])))
    rest = draw(st.permutations([axis for axis in kept if axis != first] + new))
    output = first + "".join(rest)
    if draw(st.integers(0, 11)) == 7:
        output += draw(st.sampled_from("abxq"))
    equation = f"{input_axes},{kernel}->{output}"
    if ellipsis == "left":
        equation = f"...{input_axes},{kernel}->...{output}"
    elif ellipsis == "right":
        equation = f"{input_axes}...,{kernel}->{output}..."
    wanted: Any = [sizes.get(axis, 3) for axis in output[len(first) :]]
    wanted = [
        None if axis in input_axes and draw(st.booleans()) else size
        for axis, size in zip(output[len(first) :], wanted, strict=True)
    ]
    if len(wanted) == 1 and wanted[0] is not None and draw(st.booleans()):
        wanted = wanted[0]
    wanted = draw(mostly(st.just(wanted), st.sampled_from([3, (2, 2), (None, 3), None])))
    biases = st.lists(st.sampled_from(output), min_size=1, max_size=2, unique=True)
    bias_axes = draw(mostly(st.one_of(st.none(), biases.map("".join)), st.sampled_from(["q", ""])))
    forms = ["ab,bc,cd->ad", "ab,bc", "a b,bc->ac", "...ab,bc->ac", "ab,bc->ac..."]
    return {
        "equation": draw(mostly(st.just(equation), st.sampled_from(forms))),
        "output_shape": wanted,
        **({} if bias_axes is None else {"bias_axes": bias_axes}),
    }


CASES["EinsumDense"] = LayerCases(
    inputs_of_rank(1, 5, 4),
    lambda spec: _adapted(
        st.builds(
            lambda own, more: {**own, **more},
            _einsum_arguments(spec),
            some_of(
                activation=ACTIVATIONS,
                kernel_initializer=INITIALIZERS,
                bias_initializer=INITIALIZERS,
                kernel_regularizer=REGULARIZERS,
                bias_regularizer=REGULARIZERS,
                kernel_constraint=CONSTRAINTS,
                bias_constraint=CONSTRAINTS,
                gptq_unpacked_column_size=st.sampled_from([None, 3]),
            ),
        )
    ),
)

_SIZES = mostly(st.integers(1, 9), st.sampled_from([0, -1, None, True, 2.0]))


@st.composite
def _first_values(draw: DrawFn, arguments: Arguments) -> Arguments:
    """The same arguments, at times with first values of the table."""
    shape = (arguments["input_dim"], arguments["output_dim"])
    right = all(type(size) is int and size > 0 for size in shape)
    if not right or draw(st.integers(0, 9)) != 7:
        return arguments
    values = numpy.zeros(draw(mostly(st.just(shape), st.just((3, 1)))), "float32")
    wrong = st.sampled_from([[values, values], 3])
    return {**arguments, "weights": draw(mostly(st.sampled_from([values, [values]]), wrong))}


def _embedding_arguments(**own: SearchStrategy[Any]) -> SearchStrategy[Arguments]:
    return _adapted(
        st.fixed_dictionaries(
            {"input_dim": _SIZES, "output_dim": _SIZES},
            optional={
                "embeddings_initializer": INITIALIZERS,
                "embeddings_regularizer": REGULARIZERS,
                "embeddings_constraint": CONSTRAINTS,
                "mask_zero": st.booleans(),
                "input_length": st.sampled_from([None, 3]),
                **own,
            },
        ),
        INTEGERS,
    ).flatmap(_first_values)


CASES["Embedding"] = LayerCases(inputs_of_rank(1, 4), lambda _: _embedding_arguments(), (2, 3, 4))
CASES["ReversibleEmbedding"] = LayerCases(
    inputs_of_rank(1, 4),
    lambda _: _embedding_arguments(
        tie_weights=st.booleans(),
        reverse_dtype=st.sampled_from([None, "float32"]),
        logit_soft_cap=st.sampled_from([None, 30.0]),
    ),
    call_arguments=lambda _: some_of(reverse=st.booleans()),
)
CASES["Masking"] = LayerCases(
    inputs_of_rank(1, 5),
    lambda _: some_of(mask_value=st.sampled_from([0, 0.0, -1.5])),
    (2, 3, 4, 5),
)
CASES["Wrapper"] = LayerCases(
    inputs_of_rank(2, 3),
    lambda _: st.fixed_dictionaries(
        {"layer": mostly(st.just(Inner("Dense", {"units": 3})), st.sampled_from([None, "Dense"]))}
    ),
)
