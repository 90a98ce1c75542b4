"""The work of a model as other tools count it, so that published figures can be reconciled.

Each tool is a row of a table. Their known faults are not among what is reproduced: that the
TensorFlow profiler counts nothing for grouped convolutions and one step of an LSTM, that torchinfo
and thop take the output positions of a transposed convolution, and others that the documentation
tells.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from convzoo.analyses import Findings, Setting, analysis
from convzoo.analyses.work import added_up
from convzoo.errors import UnknownNameError
from convzoo.graph.dims import Dim, product, total
from convzoo.graph.facts import Work
from convzoo.graph.layer import Tensor
from convzoo.graph.trace import Step, Trace

_NOTHING: Mapping[str, int] = MappingProxyType({})


class Convention(NamedTuple):
    """How one tool counts.

    Args:
        per_mac: what a multiply-accumulate counts.
        biases: the kinds of layers whose biases count, one for each output element; `"*"` for all.
        per_input: what an input element of a layer of each kind counts.
        per_output: what an output element of a layer of each kind counts.
        per_tap: what an element that a window reads counts, for each kind.
        per_parameter: what a parameter of a layer of each kind counts, whatever its output is.
        activations: what an element counts that goes through the function of each name.
    """

    per_mac: int
    biases: Sequence[str] = ()
    per_input: Mapping[str, int] = _NOTHING
    per_output: Mapping[str, int] = _NOTHING
    per_tap: Mapping[str, int] = _NOTHING
    per_parameter: Mapping[str, int] = _NOTHING
    activations: Mapping[str, int] = _NOTHING


_NORM = "batch_normalization"
_WINDOWED = ("max_pooling", "average_pooling")
_GLOBAL = ("global_max_pooling", "global_average_pooling")
_RELUS = ("relu", "relu6", "leaky_relu", "prelu", "elu")

CONVENTIONS: dict[str, Convention] = {
    "fvcore": Convention(
        per_mac=1,
        per_input={_NORM: 2, "global_average_pooling": 1},
    ),
    "torchinfo": Convention(
        per_mac=1,
        biases="*",
        per_parameter={_NORM: 1},
    ),
    "ptflops": Convention(
        per_mac=1,
        biases="*",
        # Once by the module's hook, and once more by the function that the module calls.
        per_input={_NORM: 2, **dict.fromkeys((*_WINDOWED, *_GLOBAL), 2)},
        activations=dict.fromkeys(_RELUS, 2),
    ),
    "thop": Convention(
        per_mac=1,
        per_input={_NORM: 4},
        per_output={"average_pooling": 1, "global_average_pooling": 1},
    ),
    "deepspeed": Convention(
        per_mac=2,
        biases=("convolution",),
        per_input={_NORM: 2, **dict.fromkeys((*_WINDOWED, *_GLOBAL), 1)},
        activations=dict.fromkeys((*_RELUS, "silu", "gelu", "softmax"), 1),
    ),
    "tensorflow": Convention(
        per_mac=2,
        biases="*",
        per_tap=dict.fromkeys(_WINDOWED, 1),
        activations={"softmax": 5},
    ),
}
"""Every tool by name: fvcore 0.1.5, torchinfo 1.8, ptflops 0.7 (its backend `pytorch`), thop 0.1,
DeepSpeed and calflops 0.3, and the profiler of TensorFlow 2."""


def columns_of_convention(name: str) -> tuple[str, ...]:
    """The columns in which a tool's count stands; those of all tools for `"all"`.

    Raises:
        UnknownNameError: when there is no such tool.
    """
    if name == "all":
        return tuple(CONVENTIONS)
    if name not in CONVENTIONS:
        known = ", ".join(CONVENTIONS)
        raise UnknownNameError("convention", name, CONVENTIONS, f"Choose all, or one of {known}.")
    return (name,)


@analysis(adds_up=True, **{name: name for name in CONVENTIONS})
def conventions(trace: Trace, setting: Setting) -> Findings:
    """Add up the work of every call as each tool counts it."""

    def numbers(step: Step) -> Sequence[Dim]:
        work = step.work
        if work is None:
            return (None,) * len(CONVENTIONS)
        return tuple(_count(convention, step, work) for convention in CONVENTIONS.values())

    return added_up(trace, setting, tuple(CONVENTIONS), numbers)


def _count(convention: Convention, step: Step, work: Work) -> Dim:
    """What a tool counts for one call."""
    kind = step.layer.work_kind
    counted = [product((convention.per_mac, work.macs))]
    if convention.biases == "*" or kind in convention.biases:
        counted.append(work.bias_adds)
    if kind in convention.per_input:
        counted.append(product((convention.per_input[kind], _elements(step.inputs))))
    if kind in convention.per_output:
        counted.append(product((convention.per_output[kind], _elements(step.outputs))))
    if kind in convention.per_tap:
        taps = [window.kernel for window in step.windows or ()]
        counted.append(product((convention.per_tap[kind], *taps, _elements(step.outputs))))
    if kind in convention.per_parameter:
        weights = [w.elements for w in step.layer.variables or () if step.layer.trains(w)]
        counted.append(product((convention.per_parameter[kind], total(weights))))
    activation = step.layer.activation_name
    if activation is not None and activation in convention.activations:
        counted.append(product((convention.activations[activation], _elements(step.outputs))))
    return total(counted)


def _elements(tensors: Sequence[Tensor]) -> Dim:
    return total([product(tensor.shape[1:]) for tensor in tensors])
