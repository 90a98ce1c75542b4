"""Whole models: stacks, and functional graphs with branches, sharing and nesting.

A model is drawn as a `Program`, which runs against Keras's names and against convzoo's alike. The
calculator only steers the drawing: a program ends where it first refuses a call.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from convzoo import Input, Model, Sequential
from convzoo.errors import ConvzooError
from convzoo.graph.layer import Constant, Tensor
from convzoo.graph.structure import map_leaves
from convzoo.operations import OPERATIONS
from tests.strategies import (
    CASES,
    Arguments,
    Spec,
    everywhere_arguments,
    layer_of,
    our_class,
)
from tests.strategies._drawing import inputs_of_rank, mostly, spatial_inputs
from tests.strategies.operations import Values, operations_on


@dataclass(frozen=True)
class At:
    """A tensor, by its number; the dtype and shape are for the drawing."""

    number: int
    shape: tuple[int | None, ...] = field(compare=False)
    dtype: str = field(compare=False)


@dataclass(frozen=True)
class Step:
    """One call.

    Args:
        inputs: the numbers of the tensors that it takes.
        class_name: the layer's class; none where the layer is a model or one that was made before.
        arguments: the constructor's.
        model: the model that is called.
        shares: the number of the step whose layer is called again.
        operands: where an operation is called, all that it is called on, `At` for each tensor.
    """

    inputs: tuple[int, ...]
    class_name: str = ""
    arguments: Arguments = field(default_factory=dict)
    model: Program | None = None
    shares: int | None = None
    operands: tuple[Any, ...] | None = None


@dataclass(frozen=True)
class Program:
    """A model.

    Args:
        inputs: the model's inputs; their numbers are the first.
        steps: the calls; each gives the tensor with the next number.
        outputs: numbers of the output tensors, in the structure that the model gives.
        stack: whether it is a Sequential model.
        trainable: whether the whole model is trained.
    """

    inputs: tuple[Spec, ...]
    steps: tuple[Step, ...]
    outputs: Any
    stack: bool = False
    trainable: bool = True


@dataclass(frozen=True)
class Api:
    """The names that a program uses: Keras's, or ours."""

    input: Callable[..., Any]
    model: Callable[..., Any]
    sequential: Callable[..., Any]
    layer_class: Callable[[str], Any]
    operation_class: Callable[[str], Any]
    constant: Callable[[Values], Any]


def _constant(values: Values) -> Constant:
    ones: Any = 1.0
    for size in reversed(values.shape):
        ones = [ones] * size
    config = {"value": ones, "dtype": values.dtype}
    return Constant(values.shape, values.dtype, {"class_name": "__numpy__", "config": config})


OURS = Api(
    Input,
    Model,
    Sequential,
    our_class,
    OPERATIONS.get,
    _constant,
)


def make(program: Program, api: Api) -> Any:
    """The model of a program."""
    tensors = [api.input(batch_shape=spec.shape, dtype=spec.dtype) for spec in program.inputs]
    made: list[Any] = []
    if program.stack:
        for step in program.steps:
            made.append(_layer(step, made, api))
        model = api.sequential([*tensors, *made])
    else:
        for step in program.steps:
            made.append(_layer(step, made, api))
            tensors.append(_output(made[-1], step, tensors, api))
        inputs = tensors[: len(program.inputs)]
        model = api.model(
            inputs if len(inputs) > 1 else inputs[0],
            _chosen(tensors, program.outputs),
        )
    if not program.trainable:
        model.trainable = False
    return model


def _layer(step: Step, made: list[Any], api: Api) -> Any:
    if step.shares is not None:
        return made[step.shares]
    if step.model is not None:
        return make(step.model, api)
    if step.operands is not None:
        return api.operation_class(step.class_name)(**step.arguments)
    return layer_of(step.class_name, step.arguments, api.layer_class)


def _output(layer: Any, step: Step, tensors: list[Any], api: Api) -> Any:
    """The one tensor that goes on; the first where a layer gives several."""

    def current(leaf: Any) -> Any:
        if isinstance(leaf, Values):
            return api.constant(leaf)
        return tensors[leaf.number] if isinstance(leaf, At) else leaf

    if step.operands is not None:
        outputs = layer(*map_leaves(current, step.operands))
    else:
        taken = [tensors[number] for number in step.inputs]
        outputs = layer(taken if step.class_name in _MERGES else taken[0])
    return outputs[0] if isinstance(outputs, (list, tuple)) else outputs


def _chosen(tensors: list[Any], numbers: Any) -> Any:
    if isinstance(numbers, dict):
        return {key: tensors[number] for key, number in numbers.items()}
    if isinstance(numbers, list):
        return [tensors[number] for number in numbers]
    return tensors[numbers]


_MERGES = ("Add", "Concatenate", "Multiply", "Average", "Maximum", "Minimum")

_INPUTS = st.one_of(
    inputs_of_rank(2, 2, 40),
    spatial_inputs(1, 24),
    spatial_inputs(2, 24),
    spatial_inputs(2, 24),
    spatial_inputs(3, 10),
)


@st.composite
def stacks(draw: DrawFn, given_input: Spec | None = None, depth: int = 1) -> Program:
    """A Sequential model, another one or a functional one within it at times."""
    spec = draw(_INPUTS) if given_input is None else given_input
    tensor = Input(batch_shape=spec.shape, dtype=spec.dtype)
    steps: list[Step] = []
    for _ in range(draw(st.integers(1, 6))):
        steps.append(_unary_step(draw, tensor, 0, depth))
        try:
            tensor = _layer(steps[-1], [], OURS)(tensor)
        except ConvzooError:
            break
        if not isinstance(tensor, Tensor):
            break
    return Program((spec,), tuple(steps), 0, stack=True, trainable=draw(_TRAINABLE))


_TRAINABLE = mostly(st.just(True), st.just(False))


@st.composite
def functional_models(draw: DrawFn, given_input: Spec | None = None, depth: int = 1) -> Program:
    """A functional model with branches, operations, several inputs, sharing and nesting."""
    first = draw(_INPUTS) if given_input is None else given_input
    specs = [first]
    if given_input is None and draw(st.integers(0, 3)) == 0:
        specs.append(draw(st.one_of(st.just(first), _INPUTS)))
    tensors: list[Tensor] = [Input(batch_shape=s.shape, dtype=s.dtype) for s in specs]
    steps: list[Step] = []
    made: list[Any] = []
    for _ in range(draw(st.integers(1, 8))):
        step = _step(draw, steps, tensors, depth)
        steps.append(step)
        try:
            made.append(_layer(step, made, OURS))
            output = _output(made[-1], step, tensors, OURS)
        except ConvzooError:
            output = tensors[0]
            break
        tensors.append(output)
    last = len(specs) + len(steps) - 1
    if depth == 0 or draw(st.integers(0, 2)) > 0 or last >= len(tensors):
        outputs: Any = last
    else:
        numbers = draw(st.lists(st.integers(len(specs), last), min_size=1, max_size=2))
        numbers = sorted({last, *numbers})
        outputs = numbers if draw(st.booleans()) else {f"out{n}": n for n in numbers}
    return Program(tuple(specs), tuple(steps), outputs, trainable=draw(_TRAINABLE))


def _step(draw: DrawFn, steps: list[Step], tensors: list[Tensor], depth: int) -> Step:
    kind = draw(st.sampled_from(["unary"] * 6 + ["merge"] * 3 + ["operation"] * 3 + ["share"]))
    number = draw(st.integers(max(0, len(tensors) - 3), len(tensors) - 1))
    shared = [
        n
        for n, step in enumerate(steps)
        if step.class_name not in ("", *_MERGES) and step.operands is None
    ]
    if kind == "share" and shared:
        return Step((number,), shares=draw(st.sampled_from(shared)))
    if kind == "operation":
        places = [At(n, tensor.shape, tensor.dtype) for n, tensor in enumerate(tensors)]
        case = draw(operations_on(places[number], st.sampled_from(places)))
        return Step((), case.name, case.arguments, operands=case.args)
    if kind == "merge":
        shape = tensors[number].shape
        fitting = [n for n, tensor in enumerate(tensors) if tensor.shape[1:] == shape[1:]]
        others = st.lists(st.sampled_from(fitting), min_size=1, max_size=2)
        numbers = (number, *draw(mostly(others, st.just([0]))))
        name = draw(st.sampled_from(_MERGES))
        arguments = {"axis": draw(mostly(st.just(-1), st.just(1)))} if name == _MERGES[1] else {}
        return Step(numbers, name, arguments)
    return _unary_step(draw, tensors[number], number, depth)


def _unary_step(draw: DrawFn, tensor: Tensor, number: int, depth: int) -> Step:
    spec = Spec(tensor.shape, tensor.dtype)
    if depth > 0 and draw(st.integers(0, 9)) == 0:
        inner = draw(st.sampled_from([stacks, functional_models]))
        return Step((number,), model=draw(inner(spec, depth - 1)))
    fitting = sorted(name for name, cases in CASES.items() if tensor.rank in cases.ranks)
    name = draw(st.sampled_from(fitting or sorted(CASES.keys() - set(_MERGES))))
    arguments = {**draw(everywhere_arguments()), **draw(CASES[name].arguments(spec))}
    return Step((number,), name, arguments)
