"""Counts, by XLA, what Keras's own models compute on JAX: a process that answers JSON lines.

It imports nothing of convzoo, and stands apart from the tests, since TensorFlow and JAX can't both
be Keras's backend in one process.
"""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

import jax
import keras
import numpy as np
from jax import numpy as jnp

_CONTRACTIONS = ("dot_general", "conv_general_dilated")
# How often their bodies run can't be read.
_UNCOUNTED = ("while", "cond")
# XLA adds up in floats of 32 bits, which are exact up to here.
_EXACT = 2**24


def answer(question: dict[str, Any]) -> dict[str, int]:
    """Counts of one model, for one sample.

    Args:
        question: `model`, Keras's config of it; `counts`, the names of those that are wanted; and
            `padding`, whether the zeros that convolutions pad with count, as those of a layer of
            their own do.

    Returns:
        The model's `params`, and of these what is wanted:
        `program`, the operations of the forward pass as it stands, the body of a loop once;
        `forward`, those of its contractions alone, each as often as it runs;
        `training`, those with the backward pass that gives every trained weight a gradient;
        `training_biases`, those with the backward pass that gives one to biases only.
    """
    model = keras.models.model_from_json(json.dumps(question["model"]))
    padding = question["padding"]
    fixed = [variable.value for variable in model.non_trainable_variables]
    trained = [variable.value for variable in model.trainable_variables]
    biases = [n for n, v in enumerate(model.trainable_variables) if "bias" in v.name]
    inputs = [_array((1, *x.shape[1:]), x.dtype) for x in model.inputs]

    def run(weights: Any, *xs: Any) -> Any:
        return model.stateless_call(weights, fixed, xs[0] if len(xs) == 1 else list(xs))[0]

    def training(numbers: list[int]) -> int:
        def loss(chosen: Any, *xs: Any) -> Any:
            weights = list(trained)
            for number, weight in zip(numbers, chosen, strict=True):
                weights[number] = weight
            return sum(jnp.sum(output) for output in keras.tree.flatten(run(weights, *xs)))

        chosen = [trained[number] for number in numbers]
        return _contractions(padding, jax.value_and_grad(loss), chosen, *inputs)

    counts: dict[str, Callable[[], int]] = {
        "program": lambda: _flops(run, trained, *inputs),
        "forward": lambda: _contractions(padding, run, trained, *inputs),
        "training": lambda: training(list(range(len(trained)))),
        "training_biases": lambda: training(biases),
    }
    return {
        "params": model.count_params(),
        **{name: counts[name]() for name in question["counts"]},
    }


def _flops(function: Callable[..., Any], *args: Any) -> int:
    """XLA's count of a program as it is written, which is not that of what it compiles to.

    That has a padding layer merged into the convolution after it, and its zeros not counted.
    """
    flops = (jax.jit(function).lower(*args).cost_analysis() or {}).get("flops", 0)
    assert flops == int(flops) < _EXACT, f"{flops} can't be trusted"
    return int(flops)


def _contractions(padding: bool, function: Callable[..., Any], *args: Any) -> int:
    """XLA's count of the contractions of a program."""
    return _of_program(jax.make_jaxpr(function)(*args).jaxpr, padding)


def _of_program(program: Any, padding: bool) -> int:
    flops = 0
    # Keras leaves steps of some recurrent layers in it that nothing needs, and that XLA drops.
    needed = {id(result) for result in program.outvars}
    for equation in reversed(program.eqns):
        if not any(id(result) in needed for result in equation.outvars):
            continue
        needed.update(map(id, equation.invars))
        name, params = equation.primitive.name, equation.params
        if name in _CONTRACTIONS:
            flops += _of_contraction(_Contraction(equation), padding)
            continue
        within = sum(_of_program(part, padding) for part in _programs(list(params.values())))
        assert not within or name not in _UNCOUNTED, f"a contraction within {name}"
        flops += within * (params["length"] if name == "scan" else 1)
    return flops


def _programs(values: Any) -> Iterator[Any]:
    """The programs among the parameters of an equation."""
    for value in values:
        if isinstance(value, (list, tuple)):
            yield from _programs(value)
        elif hasattr(value, "eqns"):
            yield getattr(value, "jaxpr", value)


class _Contraction:
    """One equation, which equals another that computes the same."""

    def __init__(self, equation: Any) -> None:
        self.primitive, self.params = equation.primitive, dict(equation.params)
        avals = [operand.aval for operand in equation.invars]
        self.operands = [_array(aval.shape, aval.dtype) for aval in avals]
        self._key = f"{self.primitive} {self.params} {self.operands}"

    def __hash__(self) -> int:
        return hash(self._key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Contraction) and self._key == other._key


@cache
def _of_contraction(one: _Contraction, padding: bool) -> int:
    """XLA's count of one contraction."""
    params, operands = dict(one.params), list(one.operands)
    pads = params.get("padding")
    # Of a convolution that spreads its inputs the padding is what room they have.
    if padding and pads and set(params["lhs_dilation"]) == {1}:
        shape = list(operands[0].shape)
        for axis, more in zip(params["dimension_numbers"].lhs_spec[2:], pads, strict=True):
            shape[axis] += sum(more)
        operands[0] = _array(shape, operands[0].dtype)
        params["padding"] = ((0, 0),) * len(pads)
    return _flops(lambda *xs: one.primitive.bind(*xs, **params), *operands)


def _array(shape: Sequence[int], dtype: Any) -> Any:
    """The description of an array, without its numbers."""
    return jax.ShapeDtypeStruct(tuple(shape), dtype)  # type: ignore[no-untyped-call]


def _zeros(_: Any, shape: Any, dtype: Any = None, **__: Any) -> Any:
    return np.zeros(shape, dtype or "float32")


def main() -> None:
    """Answer each line of standard input by one of standard output."""
    answers, sys.stdout = sys.stdout, sys.stderr  # Keras prints, too.
    # Keras looks for it at times, and it takes longer to load than all else.
    sys.modules["tensorflow"] = None  # type: ignore[assignment]
    # No count depends on the weights, and to draw them JAX compiles a program for each shape.
    for kind in ("Zeros", "VarianceScaling", "Orthogonal"):
        getattr(keras.initializers, kind).__call__ = _zeros
    for line in sys.stdin:
        try:
            reply: dict[str, Any] = answer(json.loads(line))
        except Exception:
            reply = {"error": traceback.format_exc()}
        print(json.dumps(reply), file=answers, flush=True)


if __name__ == "__main__":
    main()
