"""What a unit sees is where its gradient is: with positive weights nothing cancels out."""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from convzoo import Input, Model, layers
from convzoo.analyses import Setting
from convzoo.analyses.receptive_field import sights_of
from convzoo.analyses.report import Report
from convzoo.building import build
from convzoo.graph.graph import Graph
from convzoo.graph.layer import Tensor
from convzoo.graph.trace import Trace

_PADDINGS = ["valid", "same"]

# The deep profile runs 2,400 networks.
_SETTINGS = settings(max_examples=settings.default.max_examples * 3)


@st.composite
def networks(draw: DrawFn, rank: int, sizes: st.SearchStrategy[int], most: int) -> Graph:
    """A network of windows, padding, cropping and branches along one axis or two."""
    start = Input((*draw(st.tuples(*[sizes] * rank)), 1))
    tensors = [start]
    for _ in range(draw(st.integers(1, most))):
        tensor = draw(st.sampled_from(tensors[-3:]))
        merges = draw(st.integers(0, 3)) == 0 and len(tensors) > 2
        tensors.append(_merged(draw, rank, tensors) if merges else _layer(draw, rank, tensor))
    return Model(start, tensors[-1])


def _spatial(tensor: Tensor) -> Any:
    return tensor.shape[1:-1]


def _layer(draw: DrawFn, rank: int, tensor: Tensor) -> Tensor:
    """One layer on a tensor that it can take."""
    least = min(_spatial(tensor))
    names = ["conv", "depthwise", "separable", "transpose", "pool", "pad", "upsample", "gate"]
    name = draw(st.sampled_from([*names, *(["crop"] if least > 3 else [])]))
    made: Any
    if name == "pad":
        edges = st.tuples(st.integers(0, 3), st.integers(0, 3))
        padding = draw(st.tuples(*[edges] * rank))
        made = _of_rank("ZeroPadding", rank)(padding if rank > 1 else padding[0])
    elif name == "crop":
        edges = st.sampled_from([(0, 1), (1, 0), (1, 1), (2, 0)])
        cropping = draw(st.tuples(*[edges] * rank))
        made = _of_rank("Cropping", rank)(cropping if rank > 1 else cropping[0])
    elif name == "upsample":
        made = _of_rank("UpSampling", rank)(
            draw(st.integers(2, 3)) if max(_spatial(tensor)) < 400 else 1
        )
    elif name == "gate":
        pooled = _of_rank("GlobalAveragePooling", rank)(keepdims=True)(tensor)
        return layers.Add()([tensor, layers.Dense(1, use_bias=False)(pooled)])
    elif name == "transpose":
        stride = draw(st.integers(1, 3)) if max(_spatial(tensor)) < 400 else 1
        made = _of_rank("Conv", rank, "Transpose")(
            1, draw(st.integers(1, 4)), strides=stride, padding=draw(st.sampled_from(_PADDINGS))
        )
    else:
        made = _sliding(draw, rank, name, least)
    output: Tensor = made(tensor)
    return output


def _sliding(draw: DrawFn, rank: int, name: str, least: int) -> Any:
    kernel = draw(st.integers(1, min(4, least)))
    stretch = draw(st.integers(1, 3))
    dilates = name != "pool" and draw(st.booleans()) and stretch * (kernel - 1) < least
    causal = ["causal"] if name == "conv" and rank == 1 else []
    arguments: dict[str, Any] = {"padding": draw(st.sampled_from([*_PADDINGS, *causal]))}
    arguments["dilation_rate" if dilates else "strides"] = stretch
    if name == "pool":
        return _of_rank("AveragePooling", rank)(kernel, **arguments)
    if name == "depthwise":
        return _of_rank("DepthwiseConv", rank)(kernel, **arguments)
    if name == "separable":
        return _of_rank("SeparableConv", rank)(1, kernel, **arguments)
    return _of_rank("Conv", rank)(1, kernel, **arguments)


def _of_rank(name: str, rank: int, suffix: str = "") -> Any:
    return getattr(layers, f"{name}{rank}D{suffix}")


def _merged(draw: DrawFn, rank: int, tensors: list[Tensor]) -> Tensor:
    """The sum of two tensors, of which the larger is cropped to the smaller."""
    pair = draw(st.permutations(tensors[-4:]))[:2]
    smallest = [min(sizes) for sizes in zip(*map(_spatial, pair), strict=True)]
    cropped = []
    for tensor in pair:
        over = [size - small for size, small in zip(_spatial(tensor), smallest, strict=True)]
        before = [draw(st.integers(0, more)) for more in over]
        edges = [(b, more - b) for b, more in zip(before, over, strict=True)]
        crop = _of_rank("Cropping", rank)(tuple(edges) if rank > 1 else edges[0])
        cropped.append(crop(tensor) if any(over) else tensor)
    return layers.Add()(cropped)


def _supports(graph: Graph, units: list[tuple[int, ...]]) -> list[list[list[int]]]:
    """For each unit the places along each axis of the input at which its gradient is."""
    model = build(graph)
    model.set_weights([np.ones_like(weight) for weight in model.get_weights()])
    inputs = tf.ones((1, *graph.input_shapes[0][1:]))
    found = []
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(inputs)
        outputs = model(inputs)
        picked = [tf.reduce_sum(outputs[(0, *unit)]) for unit in units]
    for one in picked:
        gradient = tape.gradient(one, inputs)
        seen = np.zeros(inputs.shape[1:-1], bool) if gradient is None else gradient[0, ..., 0] != 0
        axes = range(seen.ndim) if isinstance(seen, np.ndarray) else range(len(seen.shape))
        found.append([np.unique(np.nonzero(np.asarray(seen))[axis]).tolist() for axis in axes])
    return found


@_SETTINGS
@given(data=st.data(), rank=st.integers(1, 2))
def test_unit_sees_what_has_a_gradient(data: st.DataObject, rank: int) -> None:
    graph = data.draw(networks(rank, st.integers(5, 12), 6))
    [shape] = [tensor.shape for tensor in graph.output_tensors]
    places = [st.integers(0, size - 1) for size in shape[1:-1] if size is not None]
    units = [data.draw(st.tuples(*places)) for _ in range(3)]
    for unit, support in zip(units, _supports(graph, units), strict=True):
        report = Report(graph, ["unit"], setting=Setting(unit=unit))
        [region] = report.total("unit").values()
        assert region.start == tuple(min(places, default=None) for places in support)
        assert region.end == tuple(max(places, default=None) for places in support)
        assert region.seen == tuple(map(len, support))


@_SETTINGS
@given(graph=networks(1, st.integers(390, 400), 7), place=st.floats(0.4, 0.6))
def test_receptive_field_is_the_support_of_the_gradient(graph: Graph, place: float) -> None:
    trace = Trace(graph)
    [output] = trace.outputs
    sights, _ = sights_of(trace)
    sight = sights[output]
    assert sight is not None
    [seen] = sight.values()
    size = output.shape[1]
    assert size is not None
    units = [(unit,) for unit in range(int(place * size), min(int(place * size) + 4, size))]
    for (unit,), [support] in zip(units, _supports(graph, units), strict=True):
        lows = [low for one in seen if (low := one.low(unit)) is not None]
        highs = [high for one in seen if (high := one.high(unit)) is not None]
        assert min(support, default=None) == (max(0, min(lows)) if lows else None)
        assert max(support, default=None) == (
            min(graph.input_shapes[0][1] - 1, max(highs)) if highs else None
        )
