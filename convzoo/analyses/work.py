"""What a model computes: multiply-accumulates and the rest, forwards and backwards.

A shared layer counts once per call. A layer without a rule makes its row unknown, never 0.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from convzoo.analyses import Findings, Setting, analysis
from convzoo.graph.dims import Dim, accumulated, product, total
from convzoo.graph.facts import Work
from convzoo.graph.graph import Graph
from convzoo.graph.layer import Layer, Tensor
from convzoo.graph.trace import Step, Trace


@analysis(
    adds_up=True, macs="MACs", bias_adds="Bias adds", element_ops="Element ops", flops="FLOPs"
)
def work(trace: Trace, setting: Setting) -> Findings:
    """Add up the work of every call."""

    def numbers(step: Step) -> Sequence[Dim]:
        found = step.work or _UNKNOWN
        return *found[:3], flops_of(found)

    return added_up(trace, setting, tuple(work.columns), numbers)


_UNKNOWN = Work(*(None for _ in Work._fields))


def flops_of(work: Work) -> Dim:
    """The floating-point operations of a call: two for each multiply-accumulate, and the rest."""
    return total((product((2, work.macs)), work.bias_adds, work.element_ops))


@analysis(
    adds_up=True,
    input_gradient_macs="Input gradient MACs",
    weight_gradient_macs="Weight gradient MACs",
    backward_macs="Backward MACs",
    backward_flops="Backward FLOPs",
    training_flops="Training FLOPs",
)
def backward(trace: Trace, setting: Setting) -> Findings:
    """Add up what the gradients of every call cost.

    Each multiply-accumulate of the forward pass gives one to the gradient of each of its factors
    that has one. A gradient goes back through a call where something before it is trained.
    """
    flows = iter(gradient_flow(trace))

    def numbers(step: Step) -> Sequence[Dim]:
        found, flow = step.work or _UNKNOWN, next(flows)
        if not flow.is_known:
            return (None,) * len(backward.columns)
        inputs, weights = _gradient_macs(step, found, flow)
        macs = total((inputs, weights))
        flops = total(
            (
                product((2, macs)),
                found.bias_adds if flow.to_bias else 0,
                found.element_ops if flow.goes_back else 0,
            )
        )
        return inputs, weights, macs, flops, total((flops_of(found), flops))

    return added_up(trace, setting, tuple(backward.columns), numbers)


class Flow(NamedTuple):
    """Where a gradient goes when it comes to a call.

    Args:
        to_inputs: how many of the call's inputs have one.
        to_weights: whether a weight of the layer has one.
        to_bias: whether a bias of it has one.
        is_known: whether all that is known; not so after a layer whose weights are unknown.
    """

    to_inputs: int
    to_weights: bool
    to_bias: bool
    is_known: bool = True

    @property
    def goes_back(self) -> bool:
        """Whether there is one at all."""
        return self.to_inputs > 0 or self.to_weights


def gradient_flow(trace: Trace) -> list[Flow]:
    """Where the gradient goes at each step: to what is trained, and through what lies after it."""
    reached: set[Tensor] = set()
    doubtful: set[Tensor] = set()
    flows = []
    for step in trace.steps:
        layer = step.layer
        trained = [weight for weight in layer.variables or () if layer.trains(weight)]
        if not trace.graph.trainable:
            trained = []
        flow = Flow(
            sum(tensor in reached for tensor in step.inputs),
            bool(trained),
            any("bias" in weight.name for weight in trained),
            layer.variables is not None and doubtful.isdisjoint(step.inputs),
        )
        if flow.goes_back:
            reached.update(step.outputs)
        elif not flow.is_known:
            doubtful.update(step.outputs)
        flows.append(flow)
    return flows


def _gradient_macs(step: Step, work: Work, flow: Flow) -> tuple[Dim, Dim]:
    """The multiply-accumulates of the gradients with respect to inputs and to weights."""
    of_weights = _less(work.macs, work.activation_macs, work.weight_macs, work.frozen_macs)
    weights = product((total((of_weights, product((2, work.weight_macs)))), int(flow.to_weights)))
    if not step.layer.variables and work.activation_macs == 0:
        return product((work.macs, flow.to_inputs)), 0  # One product of the inputs.
    if not _tells_factors(step, work, flow):
        return None, weights
    inner = total((work.inner_macs, product((2, work.activation_macs))))
    plain = _less(work.macs, work.inner_macs, work.activation_macs, work.weight_macs)
    enters, goes_back = int(flow.to_inputs > 0), int(flow.goes_back)
    return total((product((plain, enters)), product((inner, goes_back)))), weights


def _tells_factors(step: Step, work: Work, flow: Flow) -> bool:
    """Whether it is known which factors within the call have a gradient.

    It is not where only some of its inputs have one, or only a weight that is no factor.
    """
    if work.inner_macs == 0 == work.activation_macs:
        return True
    if 0 < flow.to_inputs < len(step.inputs):
        return False
    return flow.to_inputs > 0 or not flow.to_weights or work.macs != work.activation_macs


def _less(count: Dim, *parts: Dim) -> Dim:
    part = total(parts)
    return None if count is None or part is None else count - part


def added_up(
    trace: Trace,
    setting: Setting,
    names: Sequence[str],
    numbers: Callable[[Step], Sequence[Dim]],
) -> Findings:
    """Rows and totals of numbers that calls have for one sample.

    Args:
        trace: the run.
        setting: how many samples.
        names: the columns.
        numbers: their values for one call; asked once for each call, in order.
    """
    found: dict[Layer, list[Sequence[Dim]]] = {}
    for call in trace.graph.calls:
        is_unknown = isinstance(call.layer, Graph) and not call.layer.calls
        found[call.layer] = [(None,) * len(names)] if is_unknown else []
    notes: dict[Layer, list[str]] = {}
    for step in trace.steps:
        values = numbers(step)
        found[step.row].append(values)
        if None in values and (reason := _why_unknown(step)) is not None:
            notes[step.row] = [reason]
    rows: dict[Layer, dict[str, Any]] = {}
    known: dict[str, list[Any]] = {name: [] for name in names}
    for layer, several in found.items():
        rows[layer] = {}
        for place, name in enumerate(names):
            column = [values[place] for values in several]
            rows[layer][name] = product((setting.batch, total(column)))
            known[name] += [value for value in column if value is not None]
    totals = {name: setting.batch * accumulated(values) for name, values in known.items()}
    return Findings(rows, totals, notes)


def _why_unknown(step: Step) -> str | None:
    """Why the work of a call is unknown, where its row does not say so anyhow."""
    if step.layer.unknown_because is not None or not all(x.is_known for x in step.inputs):
        return None if step.row is step.layer else f"the work of {step.layer.name!r} is unknown"
    if step.work is None:
        return "its work is unknown: it has no rule"
    if None not in step.work:
        return "which of its factors have a gradient is unknown"
    return "its work depends on a size that is unknown; give one with --input-shape"
