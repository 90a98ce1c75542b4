"""What operations compute, counted by running them on numbers that count their products."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from convzoo.graph.facts import Window, Work
from convzoo.graph.input import Input
from convzoo.graph.layer import Constant
from convzoo.operations import OPERATIONS


class _Counting:
    """A number that counts how often it is multiplied."""

    products = 0

    def __mul__(self, other: Any) -> _Counting:
        _Counting.products += 1
        return self

    __rmul__ = __mul__

    def __add__(self, other: Any) -> _Counting:
        return self

    __radd__ = __add__


def _numbers(shape: tuple[int, ...]) -> Any:
    array = np.empty(shape, dtype=object)
    array.fill(_Counting())
    return array


def _work(name: str, *shapes: Any, **arguments: Any) -> Work:
    """The work of one sample; a shape with `None` first is a tensor, another a constant."""
    operands = [
        Input(batch_shape=shape) if shape[0] is None else Constant(shape, "float32")
        for shape in shapes
    ]
    work = OPERATIONS.get(name)(**arguments).work(*operands)
    assert work is not None
    return work


def _products(function: Any, *shapes: Any) -> int:
    """The products of running a function on a batch of one."""
    _Counting.products = 0
    function(*(_numbers(tuple(1 if size is None else size for size in shape)) for shape in shapes))
    return _Counting.products


@pytest.mark.parametrize(
    ("name", "shapes", "arguments"),
    [
        ("matmul", [(None, 4, 3), (3, 5)], {}),
        ("matmul", [(None, 4, 3), (None, 3, 5)], {}),
        ("matmul", [(None, 2, 4, 3), (2, 3, 5)], {}),
        ("matmul", [(None, 3), (3,)], {}),
        ("dot", [(None, 4, 3), (3, 5)], {}),
        ("dot", [(None, 4, 3), (2, 3, 5)], {}),
        ("dot", [(None, 3), (3,)], {}),
        ("inner", [(None, 4, 3), (5, 3)], {}),
        ("tensordot", [(None, 4, 3), (4, 3, 5)], {"axes": 2}),
        ("tensordot", [(None, 4, 3), (3, 2, 4)], {"axes": [[1, 2], [2, 0]]}),
    ],
)
def test_products_of_tensors(name: str, shapes: Any, arguments: Any) -> None:
    stated = _work(f"numpy.{name.capitalize()}", *shapes, **arguments)
    run = _products(lambda *arrays: getattr(np, name)(*arrays, **arguments), *shapes)
    assert stated == Work(macs=run)


@pytest.mark.parametrize(
    ("subscripts", "shapes"),
    [
        ("bij,jk->bik", [(None, 4, 3), (3, 5)]),
        ("bqhd,bkhd->bhqk", [(None, 4, 2, 3), (None, 5, 2, 3)]),
        ("...i,ij->...j", [(None, 4, 3), (3, 5)]),
        ("bi,bi->b", [(None, 4), (None, 4)]),
        ("bi,bj->bij", [(None, 4), (None, 3)]),
        ("bi,ij,jk->bk", [(None, 2), (2, 3), (3, 4)]),
    ],
)
def test_products_of_einsum(subscripts: str, shapes: Any) -> None:
    stated = _work("numpy.Einsum", *shapes, subscripts=subscripts)
    assert stated == Work(macs=_products(lambda *arrays: np.einsum(subscripts, *arrays), *shapes))


def test_einsum_of_one_operand_only_moves_or_sums() -> None:
    assert _work("numpy.Einsum", (None, 4, 3), subscripts="bij->bji") == Work()
    assert _work("numpy.Einsum", (None, 4, 3), subscripts="bij->bj") == Work(element_ops=3)


def _convolve(x: Any, kernel: Any, strides: int) -> None:
    """A convolution in one dimension with padding `"same"`, padding taps counted."""
    _, size, channels = x.shape
    taps, _, filters = kernel.shape
    for _ in range(0, size, strides):
        for tap in range(taps):
            for channel in range(channels):
                for one in range(filters):
                    x[0, 0, channel] * kernel[tap, channel, one]


def test_products_of_convolutions() -> None:
    shapes = [(None, 7, 3), (3, 3, 5)]
    stated = _work("nn.Conv", *shapes, strides=2, padding="same")
    assert stated == Work(macs=_products(lambda x, k: _convolve(x, k, 2), *shapes))
    # Each channel on its own is as many convolutions of one channel.
    alone = _products(lambda x, k: _convolve(x, k, 2), (None, 7, 1), (3, 1, 5))
    depthwise = _work("nn.DepthwiseConv", *shapes, strides=2, padding="same")
    assert depthwise == Work(macs=3 * alone)
    # Then every position mixes the 15 channels to 4.
    mixed = _products(lambda x, k: _convolve(x, k, 1), (None, 4, 15), (1, 15, 4))
    stated = _work("nn.SeparableConv", *shapes, (1, 15, 4), strides=2, padding="same")
    assert stated == Work(macs=3 * alone + mixed)


def test_transposed_convolution_spreads_each_input() -> None:
    # Each of 7 inputs is spread by 3 taps from 3 channels to 5.
    run = _products(lambda x, k: _convolve(x, k, 1), (None, 7, 3), (3, 3, 5))
    assert _work("nn.ConvTranspose", (None, 7, 3), (3, 5, 3), strides=2) == Work(macs=run)


def test_attention_is_two_products_and_a_softmax() -> None:
    shapes = [(None, 4, 2, 3), (None, 5, 2, 3), (None, 5, 2, 3)]
    scores = _products(lambda q, k: np.einsum("bqhd,bkhd->bhqk", q, k), *shapes[:2])
    mixed = _products(lambda s, v: np.einsum("bhqk,bkhd->bqhd", s, v), (None, 2, 4, 5), shapes[2])
    stated = _work("nn.DotProductAttention", *shapes)
    assert stated == Work(
        macs=scores + mixed, element_ops=2 * 4 * 5, activation_macs=scores + mixed
    )


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("numpy.Tanh", {}, 12),
        ("nn.Relu", {}, 12),
        ("numpy.Mean", {"axis": 1}, 3),
        ("numpy.Transpose", {"axes": (0, 2, 1)}, 0),
        ("numpy.Reshape", {"newshape": (-1, 12)}, 0),
        ("nn.Glu", {"axis": 1}, 12),
        ("nn.MaxPool", {"pool_size": 2, "data_format": "channels_last"}, 6),
        ("nn.LayerNorm", {}, 24),
        ("core.Cast", {"dtype": "int32"}, 0),
    ],
)
def test_other_operations_count_output_elements(name: str, arguments: Any, expected: int) -> None:
    assert _work(name, (None, 4, 3), **arguments) == Work(element_ops=expected)


def test_work_of_unknown_sizes_is_unknown() -> None:
    assert _work("numpy.Matmul", (None, None, 3), (3, 5)) == Work(macs=None)
    assert _work("numpy.Tanh", (None, None)) == Work(element_ops=None)


def test_decompositions_have_no_rule() -> None:
    assert OPERATIONS.get("linalg.SVD")().work(Input(batch_shape=(None, 4, 3))) is None


@pytest.mark.parametrize(
    ("name", "arguments", "more", "expected"),
    [
        ("numpy.Add", {}, [1], ()),
        ("numpy.Mean", {"axis": -1}, [], ()),
        ("numpy.Mean", {"axis": 1}, [], None),
        ("numpy.Pad", {"pad_width": ((0, 0), (2, 1), (0, 0))}, [], (Window(1, before=2),)),
        (
            "numpy.GetItem",
            {},
            [(slice(None), slice(1, None, 2))],
            (Window(1, stride=2, before=-1),),
        ),
        ("numpy.GetItem", {}, [(slice(None), 0)], None),
        ("numpy.Matmul", {}, [Constant((3, 5), "float32")], ()),
        (
            "nn.Conv",
            {"padding": "same"},
            [Constant((3, 3, 5), "float32")],
            (Window(1, kernel=3, before=1),),
        ),
        (
            "nn.MaxPool",
            {"pool_size": 2, "data_format": "channels_last"},
            [],
            (Window(1, kernel=2, stride=2),),
        ),
        ("numpy.Reshape", {"newshape": (-1, 12)}, [], None),
    ],
)
def test_windows(name: str, arguments: Any, more: Any, expected: Any) -> None:
    x = Input(batch_shape=(None, 4, 3))
    assert OPERATIONS.get(name)(**arguments).windows(x, *more) == expected
