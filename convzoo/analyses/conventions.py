"""The work of a model as other tools count it, so that published figures can be reconciled.

Each tool is a row of a table. Their known faults are not among what is reproduced: that the
TensorFlow profiler counts nothing for grouped convolutions and one step of an LSTM, that torchinfo
and thop take the output positions of a transposed convolution, and others that the documentation
tells.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import NamedTuple

from convzoo.analyses import Findings, Setting, analysis
from convzoo.analyses.work import added_up
from convzoo.errors import UnknownNameError
from convzoo.graph.dims import Dim, UnknownShapeError, product, total
from convzoo.graph.facts import Work
from convzoo.graph.layer import Tensor
from convzoo.graph.trace import Step, Trace

_NOTHING: Mapping[str, int] = MappingProxyType({})


class Convention(NamedTuple):
    """How one tool counts, by the kinds of layers (their `work_kind`).

    What it counts for a function that a layer applies to its outputs stands under the name of the
    function, among what is counted for outputs.

    Args:
        per_mac: what a multiply-accumulate counts.
        biases: the kinds whose biases count, one for each output element; `"*"` for all.
        element_ops: the kinds whose element operations count one each.
        per_input: what an input element counts.
        per_output: what an output element counts.
        per_row: what the outputs at one position count, all channels together.
        per_tap: what an element that a window reads counts.
        per_variable: what an element of the variable of each name counts, however often it is used.
        traces: whether it counts what a framework makes of a layer, so that the element operations
            of a kind that is not among these are unknown; for other tools they count nothing.
    """

    per_mac: int
    biases: Sequence[str] = ()
    element_ops: Sequence[str] = ()
    per_input: Mapping[str, int] = _NOTHING
    per_output: Mapping[str, int] = _NOTHING
    per_row: Mapping[str, int] = _NOTHING
    per_tap: Mapping[str, int] = _NOTHING
    per_variable: Mapping[str, Mapping[str, int]] = MappingProxyType({})
    traces: bool = False

    def has(self, kind: str) -> bool:
        """Whether it is known what the element operations of a kind, or of a function, count."""
        tables = (self.element_ops, self.per_input, self.per_output, self.per_tap)
        return any(kind in table for table in tables)


_BATCH_NORM = "batch_normalization"
_LAYER_NORM = "layer_normalization"
_GROUP_NORM = "group_normalization"
_NEAREST = "nearest_upsampling"
_BILINEAR = "bilinear_upsampling"
_WINDOWED = ("max_pooling", "average_pooling")
_GLOBAL = ("global_max_pooling", "global_average_pooling")

CONVENTIONS: dict[str, Convention] = {
    "fvcore": Convention(
        per_mac=1,
        per_input={_BATCH_NORM: 2, _LAYER_NORM: 5, _GROUP_NORM: 5, "global_average_pooling": 1},
        per_output={_NEAREST: 1, _BILINEAR: 4},
    ),
    "torchinfo": Convention(
        per_mac=1,
        biases="*",
        per_variable={
            _BATCH_NORM: {"gamma": 1, "beta": 1},
            _LAYER_NORM: {"gamma": 1, "beta": 1},
            _GROUP_NORM: {"gamma": 1, "beta": 1},
            "prelu": {"alpha": 1},
        },
    ),
    "ptflops": Convention(
        per_mac=1,
        biases="*",
        # Most of them once by the module's hook, and once more by the function that it calls.
        per_input={
            _BATCH_NORM: 2,
            _LAYER_NORM: 1,
            _GROUP_NORM: 2,
            **dict.fromkeys((*_WINDOWED, *_GLOBAL), 2),
        },
        per_output={
            **dict.fromkeys(("relu", "prelu", "elu", "gelu", _NEAREST, _BILINEAR), 2),
            **dict.fromkeys(("relu6", "leaky_relu", "silu", "softmax"), 1),
        },
    ),
    "thop": Convention(
        per_mac=1,
        per_input={_BATCH_NORM: 4, _LAYER_NORM: 4, "global_average_pooling": 1},
        per_output={
            **dict.fromkeys(("average_pooling", "global_average_pooling", "prelu", _NEAREST), 1),
            _BILINEAR: 11,
            "softmax": 3,
        },
        # Of the sum in a softmax, the first addition is none.
        per_row={"softmax": -1},
    ),
    "deepspeed": Convention(
        per_mac=2,
        biases=("convolution",),
        per_input={
            _BATCH_NORM: 2,
            _LAYER_NORM: 5,
            _GROUP_NORM: 5,
            **dict.fromkeys((*_WINDOWED, *_GLOBAL), 1),
        },
        # ReLU6 is another function there, which is not counted.
        per_output=dict.fromkeys(
            ("relu", "leaky_relu", "prelu", "elu", "silu", "gelu", "softmax"), 1
        ),
    ),
    "torchscan": Convention(
        per_mac=1,
        per_input={_BATCH_NORM: 2, **dict.fromkeys(_GLOBAL, 1)},
        # Of the taps of a window, one is taken before anything is compared or added; an average in
        # two dimensions is divided once for each of them.
        per_output={
            **dict.fromkeys(("max_pooling", "global_max_pooling"), -1),
            **dict.fromkeys(("average_pooling", "global_average_pooling"), 1),
        },
        per_tap=dict.fromkeys(_WINDOWED, 1),
    ),
    "tensorflow": Convention(
        per_mac=2,
        biases="*",
        element_ops=("merge", "rescaling"),
        per_input={_BATCH_NORM: 2, _LAYER_NORM: 9, "global_average_pooling": 1},
        per_output={
            **dict.fromkeys(("relu", "relu6", "leaky_relu", "elu", "selu", "exponential"), 0),
            **dict.fromkeys(("sigmoid", "tanh", "softplus", "softsign", "log_softmax"), 0),
            **dict.fromkeys(("mish", "tanh_shrink", "hard_shrink"), 1),
            **dict.fromkeys(("silu", "hard_sigmoid", "hard_tanh", "log_sigmoid"), 2),
            "hard_silu": 3,
            **dict.fromkeys(("gelu", "prelu", "squareplus", "soft_shrink", "sparse_sigmoid"), 4),
            **dict.fromkeys(("softmax", "celu", "sparse_plus"), 5),
            **dict.fromkeys(("global_max_pooling", _NEAREST, _BILINEAR), 0),
        },
        per_row={_LAYER_NORM: 4},
        per_tap=dict.fromkeys(_WINDOWED, 1),
        # What is calculated anew in each run, for each channel.
        per_variable={
            _BATCH_NORM: {"gamma": 1, "moving_mean": 2, "moving_variance": 3},
            "rescaling": {"variance": 1},
        },
        traces=True,
    ),
}
"""Every tool by name: fvcore 0.1.5, torchinfo 1.8, ptflops 0.7 (its backend `pytorch`), thop 0.1,
DeepSpeed and calflops 0.3, torch-scan 0.2, and the profiler of TensorFlow 2.21 on models of Keras
3.15."""


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


def _count_calls(convention: Convention, name: str, trace: Trace, setting: Setting) -> Findings:
    """Add up the work of every call as a tool counts it."""

    def numbers(step: Step) -> Sequence[Dim]:
        work = step.work
        try:
            return (None if work is None else _count(convention, step, work),)
        except UnknownShapeError:
            return (None,)

    return added_up(trace, setting, (name,), numbers)


for _name, _convention in CONVENTIONS.items():
    analysis(adds_up=True, **{_name: _name})(partial(_count_calls, _convention, _name))


def _count(convention: Convention, step: Step, work: Work) -> Dim:
    """What a tool counts for one call."""
    layer = step.layer
    kind, function = layer.work_kind, layer.activation_name
    if convention.traces and not _is_followed(convention, step, work):
        return None
    counted = [product((convention.per_mac, work.macs))]
    if convention.biases == "*" or kind in convention.biases:
        counted.append(work.bias_adds)
    if kind in convention.element_ops:
        counted.append(work.element_ops)
    if kind in convention.per_input:
        counted.append(product((convention.per_input[kind], _elements(step.inputs))))
    if kind in convention.per_tap:
        taps = [window.kernel for window in step.windows or ()]
        counted.append(product((convention.per_tap[kind], *taps, _elements(step.outputs))))
    for name in filter(None, (kind, function)):
        if name in convention.per_output:
            counted.append(product((convention.per_output[name], _elements(step.outputs))))
        if name in convention.per_row:
            counted.append(product((convention.per_row[name], _rows(step.outputs))))
        if name in convention.per_variable:
            factors = convention.per_variable[name]
            weights = [w for w in layer.variables or () if w.name in factors]
            counted += [product((factors[w.name], w.elements)) for w in weights]
    return total(counted)


def _is_followed(convention: Convention, step: Step, work: Work) -> bool:
    """Whether the element operations of a call are of kinds that the convention has."""
    function = step.layer.activation_name
    if function is not None and not convention.has(function):
        return False
    # A function is one operation for each output.
    outputs = _elements(step.outputs) if function else 0
    if convention.has(step.layer.work_kind) or work.element_ops is None or outputs is None:
        return True
    return bool(work.element_ops == outputs)


def _elements(tensors: Sequence[Tensor]) -> Dim:
    return total([product(tensor.shape[1:]) for tensor in tensors])


def _rows(tensors: Sequence[Tensor]) -> Dim:
    return total([product(tensor.shape[1:-1]) for tensor in tensors])
