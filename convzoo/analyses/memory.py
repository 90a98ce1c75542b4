"""How many bytes a model's activations take: all of them, at once, and with all that training adds.

A tensor is alive from the call that gives it to the last call that takes it; inputs are from the
start on, outputs to the end. Nothing is a view of another tensor or takes its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple, TypeAlias

from convzoo.analyses import Arithmetic, Findings, Setting, analysis
from convzoo.analyses.work import added_up, gradient_flow
from convzoo.errors import ArgumentError, UnknownNameError
from convzoo.graph.dims import Dim, largest, product, total
from convzoo.graph.layer import Layer, Tensor
from convzoo.graph.trace import Step, Trace


def bytes_of(tensor: Tensor, setting: Setting) -> Dim:
    """What a tensor takes for one sample."""
    bits = setting.bits(tensor.dtype)
    elements = product(tensor.shape[1:]) if tensor.is_known else None
    if bits is None or elements is None:
        return None
    return elements * (bits // 8) if bits % 8 == 0 else -(-elements * bits // 8)


@analysis(adds_up=True, activation_bytes="Activation bytes")
def activation_bytes(trace: Trace, setting: Setting) -> Findings:
    """Size the output tensors of every call."""

    def numbers(step: Step) -> Sequence[Dim]:
        return (total([bytes_of(tensor, setting) for tensor in step.outputs]),)

    found = added_up(trace, setting, tuple(activation_bytes.columns), numbers)
    for tensor in trace.inputs:
        size = product((setting.batch, bytes_of(tensor, setting)))
        if tensor.call is not None:
            found.rows[tensor.call.layer] = {"activation_bytes": size}
        found.totals["activation_bytes"] += size or 0
    return found._replace(notes={})


# ---------------------------------------------------------------------- at once


# The steps during which a tensor is alive, the first and the last.
_Life: TypeAlias = "tuple[int, int]"


class Moment(NamedTuple):
    """What is alive while one call runs.

    Args:
        step: the call; `None` for the start.
        known_bytes: those of the tensors whose size is known.
        unknown: how many others there are, of which one for what an unknown layer holds within.
    """

    step: Step | None
    known_bytes: int
    unknown: int


@analysis(adds_up=True, peak_activation_bytes="Peak activation bytes")
def peak_activation_bytes(trace: Trace, setting: Setting) -> Findings:
    """Size what is alive while each call runs; the total is the largest of all."""
    moments = list(_moments(trace, setting))
    rows: dict[Layer, dict[str, Any]] = {}
    for call in trace.graph.calls:
        rows[call.layer] = {"peak_activation_bytes": moments[0].known_bytes}
        if moments[0].unknown:
            rows[call.layer] = {"peak_activation_bytes": None}
    seen: set[Layer] = set()
    for moment in moments[1:]:
        assert moment.step is not None
        layer = moment.step.row
        before = rows[layer]["peak_activation_bytes"] if layer in seen else 0
        unknown = moment.unknown or before is None
        size = None if unknown else largest((before, moment.known_bytes))
        rows[layer] = {"peak_activation_bytes": size}
        seen.add(layer)
    if setting.explained:
        return Findings(rows, {}, arithmetic=_sums(trace, setting))
    total = largest([moment.known_bytes for moment in moments])
    if any(moment.unknown or not isinstance(moment.known_bytes, int) for moment in moments):
        return Findings(rows, {"peak_activation_bytes": total})
    place = next(n for n, moment in enumerate(moments) if moment.known_bytes == total)
    peak, alive = moments[place], _alive(_names(trace), _lives(trace), place - 1)
    given = [f"{name} {_size_text(x, setting)}" for name, x in alive]
    where = "at the start" if peak.step is None else f"while {peak.step.layer.name} runs"
    remark = f"most is alive {where}: {' + '.join(given)} = {peak.known_bytes:,}"
    return Findings(rows, {"peak_activation_bytes": total}, remarks=[remark])


def _size_text(tensor: Tensor, setting: Setting) -> str:
    size = product((setting.batch, bytes_of(tensor, setting)))
    return "unknown" if size is None else f"{size:,}"


def _sums(trace: Trace, setting: Setting) -> dict[Layer, list[Arithmetic]]:
    """What is alive during each layer's last call, added up."""
    sums: dict[Layer, list[Arithmetic]] = {}
    names = _names(trace)
    born: dict[int, list[Tensor]] = {}
    dying: dict[int, list[Tensor]] = {}
    for tensor, (first, last) in _lives(trace).items():
        if last < 0:
            continue  # An input that nothing takes.
        born.setdefault(max(first, 0), []).append(tensor)
        dying.setdefault(last, []).append(tensor)
    alive: dict[Tensor, int | None] = {}
    known_bytes = unknown = 0
    for number, step in enumerate(trace.steps):
        for tensor in born.get(number, ()):
            size = alive[tensor] = _plain(product((setting.batch, bytes_of(tensor, setting))))
            known_bytes += size or 0
            unknown += size is None
        shown = dict(islice(alive.items(), _MOST_TERMS))
        more = [f"{len(alive) - len(shown):,} more"] if len(alive) > len(shown) else []
        quantity = f"peak_activation_bytes ({', '.join([*(names[x] for x in shown), *more])})"
        if unknown or step.layer.unknown_because is not None:
            sums[step.row] = [Arithmetic(quantity, "unknown")]
        else:
            text = " + ".join([*(f"{size:,}" for size in shown.values()), *more])
            sums[step.row] = [Arithmetic(quantity, text, known_bytes)]
        for tensor in dying.get(number, ()):
            size = alive.pop(tensor)
            known_bytes -= size or 0
            unknown -= size is None
    return sums


# What is told of a sum: where all that came before stays alive, all sums together would be as long
# as the square of the layers.
_MOST_TERMS = 20


def _plain(size: Dim) -> int | None:
    """The size without the arithmetic it came from."""
    return None if size is None else int(size)


def _names(trace: Trace) -> dict[Tensor, str]:
    """For each tensor the name of the layer that gives it."""
    names = {x: x.call.layer.name if x.call else "input" for x in trace.inputs}
    for step in trace.steps:
        names.update(dict.fromkeys(step.outputs, step.layer.name))
    return names


def _alive(
    names: dict[Tensor, str], lives: dict[Tensor, _Life], number: int
) -> list[tuple[str, Tensor]]:
    """The tensors that are alive during a step, each with the name of what gave it."""
    return [(names[x], x) for x, (born, dies) in lives.items() if born <= number <= dies]


def _lives(trace: Trace) -> dict[Tensor, _Life]:
    """For each tensor the steps during which it is alive, the first and the last."""
    born = dict.fromkeys(trace.inputs, -1)
    dies = dict(born)
    for number, step in enumerate(trace.steps):
        for tensor in step.inputs:
            dies[tensor] = number
        for tensor in step.outputs:
            born.setdefault(tensor, number)
            dies.setdefault(tensor, number)
    dies.update(dict.fromkeys(trace.outputs, len(trace.steps)))
    return {tensor: (first, dies[tensor]) for tensor, first in born.items()}


def _moments(trace: Trace, setting: Setting) -> Iterator[Moment]:
    """What is alive at the start and then during each call, in the order of the calls."""
    count = len(trace.steps)
    change, unknown = [0] * (count + 3), [0] * (count + 3)
    for tensor, (born, dies) in _lives(trace).items():
        size = product((setting.batch, bytes_of(tensor, setting)))
        if setting.explained:  # A running sum would remember all that was ever added.
            size = _plain(size)
        for moment, sign in ((born + 1, 1), (dies + 2, -1)):
            if size is None:
                unknown[moment] += sign
            else:
                change[moment] += sign * size
    for number, step in enumerate(trace.steps):
        if step.layer.unknown_because is not None:  # Nobody knows what is alive within it.
            unknown[number + 1] += 1
            unknown[number + 2] -= 1
    known_bytes = tensors = 0
    for number in range(count + 1):
        known_bytes += change[number]
        tensors += unknown[number]
        yield Moment(trace.steps[number - 1] if number else None, known_bytes, tensors)


# ---------------------------------------------------------------------- training

# Numbers that an optimizer of Keras remembers for each weight.
_SLOTS = {
    "adadelta": 2,
    "adagrad": 1,
    "adam": 2,
    "adamax": 2,
    "adamw": 2,
    "lion": 1,
    "momentum": 1,
    "nadam": 2,
    "rmsprop": 1,
    "sgd": 0,
}


def check_optimizer(name: str) -> str:
    """The name of an optimizer in small letters.

    Raises:
        UnknownNameError: when it is none of those whose memory is known.
    """
    if name.lower() not in _SLOTS:
        raise UnknownNameError("optimizer", name, _SLOTS, f"Choose one of {', '.join(_SLOTS)}.")
    return name.lower()


@analysis(adds_up=True, training_bytes="Training bytes")
def training_bytes(trace: Trace, setting: Setting) -> Findings:
    """Size weights, gradients, what the optimizer remembers, and the activations kept.

    Kept are the tensors that a call takes or gives through which a gradient goes back.
    """
    rows: dict[Layer, dict[str, Any]] = {}
    held: dict[Layer, list[Dim]] = {call.layer: [] for call in trace.graph.calls}
    kept: dict[Tensor, Layer] = {}
    weighed: set[Layer] = set()
    for step, flow in zip(trace.steps, gradient_flow(trace), strict=True):
        if not flow.is_known:
            held[step.row].append(None)
        if step.layer not in weighed:
            weighed.add(step.layer)
            held[step.row].append(_trained_bytes(step.layer, trace, setting))
        if flow.goes_back:
            kept.update(dict.fromkeys(step.outputs, step.row))
            for tensor in step.inputs:
                kept.setdefault(tensor, _giver(trace, tensor) or step.row)
    for tensor, layer in kept.items():
        held[layer].append(product((setting.batch, bytes_of(tensor, setting))))
    for layer, sizes in held.items():
        rows[layer] = {"training_bytes": total(sizes)}
    known = sum(size or 0 for sizes in held.values() for size in sizes)
    return Findings(rows, {"training_bytes": known})


def _giver(trace: Trace, tensor: Tensor) -> Layer | None:
    call = tensor.call
    return None if call is None or tensor not in trace.inputs else call.layer


def _trained_bytes(layer: Layer, trace: Trace, setting: Setting) -> Dim:
    """The bytes of a layer's weights, with a gradient and slots for each that is trained."""
    if layer.variables is None:
        return None
    sizes: list[Dim] = []
    for weight in layer.variables:
        bits = setting.bits(weight.dtype or layer.variable_dtype) or 0
        is_trained = trace.graph.trainable and layer.trains(weight)
        copies = 2 + _SLOTS[setting.optimizer] if is_trained else 1
        size = product((weight.elements, bits, copies))
        sizes.append(None if size is None else -(-size // 8))
    return total(sizes)


class Fit(NamedTuple):
    """The largest batches that fit into a memory; 0 where not even one sample does.

    Args:
        to_train: for training.
        to_run: for inference.
    """

    to_train: int
    to_run: int


def fit(trace: Trace, limit_bytes: int, setting: Setting) -> Fit:
    """Find the largest batches that fit.

    Args:
        trace: the run.
        limit_bytes: the memory.
        setting: the dtype and the optimizer; its batch is not used.

    Raises:
        ArgumentError: when a size is unknown.
    """
    from convzoo.analyses.params import params

    def needed(batch: int) -> _Needed:
        at = setting._replace(batch=batch)
        training, peak = training_bytes.run(trace, at), peak_activation_bytes.run(trace, at)
        weights = params.run(trace, at)
        for findings, column in ((training, "training_bytes"), (weights, "weight_bytes")):
            unknown = [layer.name for layer, row in findings.rows.items() if row[column] is None]
            if unknown:
                raise ArgumentError(
                    f"What fits can't be told: the size of {unknown[0]!r} is unknown."
                )
        return _Needed(
            training.totals["training_bytes"],
            weights.totals["weight_bytes"],
            peak.totals["peak_activation_bytes"],
        )

    none, one = needed(0), needed(1)
    # On its way forward a training step holds what running holds, though a frozen base keeps none.
    to_train = max(one.training - none.training, one.at_once)
    return Fit(
        _largest_batch(limit_bytes, none.training, to_train),
        _largest_batch(limit_bytes, none.weights, one.at_once),
    )


class _Needed(NamedTuple):
    """The bytes that a batch needs: to train, of weights, and of activations at once."""

    training: int
    weights: int
    at_once: int


def _largest_batch(limit: int, fixed: int, per_sample: int) -> int:
    return max(limit - fixed, 0) // max(per_sample, 1)
