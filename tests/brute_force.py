"""Keras's layers as loops over single products, which can be counted.

A convolution, a matrix product and an Einstein sum differ only in which elements meet.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import Any, NamedTuple

import numpy as np

Index = tuple[int, ...]


class Meeting(NamedTuple):
    """One product.

    Args:
        input: the input's element; `None` for a zero of the padding.
        kernel: the kernel's element.
        output: the output's element to which it is added; `None` where that is cropped off.
    """

    input: Index | None
    kernel: Index
    output: Index | None


class Products:
    """Multiplies numbers, and counts how often."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, one: float, other: float) -> float:
        self.count += 1
        return one * other

    def matrix(self, x: Any, kernel: Any) -> Any:
        """The product of a vector, or of one in each row, with a matrix."""
        rows = np.atleast_2d(x)
        found = np.zeros((len(rows), kernel.shape[1]))
        for row, i, j in product(range(len(rows)), *map(range, kernel.shape)):
            found[row, j] += self(rows[row, i], kernel[i, j])
        return found if np.ndim(x) > 1 else found[0]


# ---------------------------------------------------------------------- which elements meet


def convolution(
    x: Any,
    kernel: Any,
    strides: Sequence[int],
    dilations: Sequence[int],
    padding: str,
    groups: int = 1,
) -> Iterator[Meeting]:
    """Every window of the input, channels last, meets the part of the kernel for its group."""
    *taps, channels, filters = kernel.shape
    axes = [
        _windows(*axis, padding)
        for axis in zip(x.shape[:-1], taps, strides, dilations, strict=True)
    ]
    for place in _all(map(len, axes)):
        for tap in _all(taps):
            read = tuple(axis[o][t] for axis, o, t in zip(axes, place, tap, strict=True))
            inside = all(0 <= i < size for i, size in zip(read, x.shape, strict=False))
            for channel, one in _all((channels, filters)):
                group = one // (filters // groups)
                at = (*read, group * channels + channel)
                yield Meeting(at if inside else None, (*tap, channel, one), (*place, one))


def _windows(size: int, taps: int, stride: int, dilation: int, padding: str) -> list[list[int]]:
    """The places that each output reads along one axis."""
    reach = dilation * (taps - 1) + 1
    if padding == "valid":
        starts = [start for start in range(0, size, stride) if start + reach <= size]
    elif padding == "causal":
        starts = [end - reach + 1 for end in range(0, size, stride)]
    else:
        # One window for each stride, all of them together in the middle.
        starts = list(range(0, size, stride))
        before = max(starts[-1] + reach - size, 0) // 2
        starts = [start - before for start in starts]
    return [[start + dilation * tap for tap in range(taps)] for start in starts]


def transposed_convolution(
    x: Any,
    kernel: Any,
    strides: Sequence[int],
    dilations: Sequence[int],
    padding: str,
    sizes: Sequence[int],
) -> Iterator[Meeting]:
    """Every input is spread by the whole kernel, over outputs of these sizes."""
    *taps, filters, channels = kernel.shape
    axes = list(zip(x.shape[:-1], taps, strides, dilations, sizes, strict=True))
    cropped = [
        max((n - 1) * stride + dilation * (k - 1) + 1 - size, 0) // 2 if padding == "same" else 0
        for n, k, stride, dilation, size in axes
    ]
    for place in _all(x.shape[:-1]):
        for tap in _all(taps):
            written = tuple(
                place[i] * axis[2] + tap[i] * axis[3] - cropped[i] for i, axis in enumerate(axes)
            )
            inside = all(0 <= o < size for o, size in zip(written, sizes, strict=True))
            for one, channel in _all((filters, channels)):
                output = (*written, one) if inside else None
                yield Meeting((*place, channel), (*tap, one, channel), output)


def einsum(equation: str, x: Any, kernel: Any) -> Iterator[Meeting]:
    """The elements whose letters are the same; the first axis is that of the batch."""
    inputs, _, rest = equation.partition(",")
    kernels, _, outputs = rest.partition("->")
    elided = "".join(letter for letter in "ABCDEF"[: x.ndim - len(inputs.replace("...", ""))])
    inputs, outputs = inputs.replace("...", elided), outputs.replace("...", elided)
    sizes = {
        **dict(zip(inputs, x.shape, strict=True)),
        **dict(zip(kernels, kernel.shape, strict=True)),
    }
    for values in _all(sizes.values()):
        at = dict(zip(sizes, values, strict=True))
        yield Meeting(*(tuple(at[axis] for axis in axes) for axes in (inputs, kernels, outputs)))


def _all(sizes: Iterable[int]) -> Iterator[Index]:
    return product(*map(range, sizes))


# ---------------------------------------------------------------------- what comes of it


def sums(meetings: Iterable[Meeting], x: Any, kernel: Any, shape: Index, times: Products) -> Any:
    """The output: every product, added where it belongs."""
    output = np.zeros(shape)
    for one in meetings:
        value = times(0.0 if one.input is None else x[one.input], kernel[one.kernel])
        if one.output is not None:
            output[one.output] += value
    return output


def input_gradient(
    meetings: Iterable[Meeting], kernel: Any, gradient: Any, shape: Index, times: Products
) -> Any:
    """The gradient of the input, for that of the output."""
    found = np.zeros(shape)
    for one in meetings:
        value = times(kernel[one.kernel], 0.0 if one.output is None else gradient[one.output])
        if one.input is not None:
            found[one.input] += value
    return found


def kernel_gradient(
    meetings: Iterable[Meeting], x: Any, gradient: Any, shape: Index, times: Products
) -> Any:
    """The gradient of the kernel, for that of the output."""
    found = np.zeros(shape)
    for one in meetings:
        found[one.kernel] += times(
            0.0 if one.input is None else x[one.input],
            0.0 if one.output is None else gradient[one.output],
        )
    return found


# ---------------------------------------------------------------------- recurrent layers


def simple_rnn(x: Any, weights: Sequence[Any], times: Products) -> Any:
    """The last output of `SimpleRNN` for one sequence."""
    kernel, recurrent, bias = weights
    state = np.zeros(len(recurrent))
    for step in x:
        state = np.tanh(times.matrix(step, kernel) + times.matrix(state, recurrent) + bias)
    return state


def lstm(x: Any, weights: Sequence[Any], times: Products) -> Any:
    """The last output of `LSTM` for one sequence."""
    kernel, recurrent, bias = weights
    state = carry = np.zeros(len(recurrent))
    for step in x:
        gates = times.matrix(step, kernel) + times.matrix(state, recurrent) + bias
        state, carry = _lstm_step(gates, carry)
    return state


def _lstm_step(gates: Any, carry: Any) -> tuple[Any, Any]:
    enter, keep, new, leave = np.split(gates, 4, axis=-1)
    carry = _sigmoid(keep) * carry + _sigmoid(enter) * np.tanh(new)
    return _sigmoid(leave) * np.tanh(carry), carry


def gru(x: Any, weights: Sequence[Any], times: Products, reset_after: bool) -> Any:
    """The last output of `GRU` for one sequence."""
    kernel, recurrent, bias = weights
    units = len(recurrent)
    bias, state_bias = bias if reset_after else (bias, np.zeros(3 * units))
    state = np.zeros(units)
    for step in x:
        seen = times.matrix(step, kernel) + bias
        if reset_after:
            known = times.matrix(state, recurrent) + state_bias
        else:
            known = times.matrix(state, recurrent[:, : 2 * units])
        keep, reset = np.split(_sigmoid(seen[: 2 * units] + known[: 2 * units]), 2)
        if reset_after:
            past = reset * known[2 * units :]
        else:
            past = times.matrix(reset * state, recurrent[:, 2 * units :])
        state = keep * state + (1 - keep) * np.tanh(seen[2 * units :] + past)
    return state


def conv_lstm(
    x: Any, weights: Sequence[Any], times: Products, strides: Sequence[int], padding: str
) -> Any:
    """The last output of a recurrent convolution for one sequence of images."""
    kernel, recurrent, bias = weights
    ones = (1,) * len(strides)
    state = carry = None
    for step in x:
        meetings = list(convolution(step, kernel, strides, ones, padding))
        size = tuple(
            1 + max(one.output[axis] for one in meetings if one.output)
            for axis in range(len(strides))
        )
        gates = sums(meetings, step, kernel, (*size, kernel.shape[-1]), times) + bias
        if state is None:
            state = carry = np.zeros((*size, recurrent.shape[-2]))
        past = convolution(state, recurrent, ones, ones, "same")
        gates += sums(past, state, recurrent, gates.shape, times)
        state, carry = _lstm_step(gates, carry)
    return state


def _sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


# ---------------------------------------------------------------------- attention


def attention(query: Any, value: Any, key: Any, times: Products) -> Any:
    """The values for every query, weighted by how well their keys fit it."""
    return times.matrix(_softmax(times.matrix(query, key.T)), value)


def additive_attention(query: Any, value: Any, key: Any, scale: Any, times: Products) -> Any:
    """The same with scores that are weighted sums of tanh(query + key)."""
    scores = np.zeros((len(query), len(key)))
    for q, k, i in _all((*scores.shape, len(scale))):
        scores[q, k] += times(scale[i], np.tanh(query[q, i] + key[k, i]))
    return times.matrix(_softmax(scores), value)


def grouped_attention(query: Any, value: Any, weights: Sequence[Any], times: Products) -> Any:
    """Attention by heads, of which as many share keys and values as there are more of them.

    Args:
        query: positions and features.
        value: those of the value, which is the key, too.
        weights: the kernels of query, key and value, features by heads by sizes, and of the
            output, heads by sizes by features.
        times: multiplies.
    """
    of_query, of_key, of_value, of_output = weights
    heads, sharing = of_query.shape[1], of_query.shape[1] // of_key.shape[1]
    keys = [times.matrix(value, of_key[:, head]) for head in range(of_key.shape[1])]
    values = [times.matrix(value, of_value[:, head]) for head in range(of_key.shape[1])]
    output = 0.0
    for head in range(heads):
        asked = times.matrix(query, of_query[:, head]) / np.sqrt(of_query.shape[2])
        found = attention(asked, values[head // sharing], keys[head // sharing], times)
        output = output + times.matrix(found, of_output[head])
    return output


def _softmax(scores: Any) -> Any:
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


# ---------------------------------------------------------------------- pooling


def pooling(x: Any, sizes: Sequence[int], strides: Sequence[int], padding: str, pool: Any) -> Any:
    """What `pool` makes of the elements of each window of each channel; padding is no element."""
    axes = [
        _windows(n, size, stride, 1, padding)
        for n, size, stride in zip(x.shape[:-1], sizes, strides, strict=True)
    ]
    output = np.zeros((*map(len, axes), x.shape[-1]))
    for place in _all(output.shape):
        windows = [
            [i for i in axis[o] if 0 <= i < n]
            for axis, o, n in zip(axes, place[:-1], x.shape[:-1], strict=True)
        ]
        output[place] = pool(x[..., place[-1]][np.ix_(*windows)])
    return output
