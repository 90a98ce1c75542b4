"""An architecture of Keras as a torch module, for tools that count torch modules.

It has the modules that a user of torch takes, and as many weights, of no particular values.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import nn

from convzoo import Graph
from convzoo.graph.input import InputLayer
from convzoo.graph.layer import Layer, Tensor
from convzoo.graph.structure import leaves
from convzoo.layers.activation import Activation, ReLU
from convzoo.layers.convolution import Conv2D, DepthwiseConv2D
from convzoo.layers.dense import Dense
from convzoo.layers.merging import Add
from convzoo.layers.normalization import BatchNormalization
from convzoo.layers.pooling import GlobalAveragePooling2D, MaxPooling2D
from convzoo.layers.reshaping import Flatten, ZeroPadding2D

_ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    "relu": nn.ReLU,
    "relu6": nn.ReLU6,
    "softmax": lambda: nn.Softmax(dim=-1),
}


class Sum(nn.Module):
    """The end of a residual connection, written as torchvision writes it."""

    def forward(self, first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
        return first + second


class InTorch(nn.Module):
    """An architecture in torch, channels first.

    Args:
        graph: the architecture, of one input and one output, without models within.

    Raises:
        TypeError: when it has a layer that none of the networks here has.
    """

    def __init__(self, graph: Graph) -> None:
        super().__init__()
        self._calls: list[tuple[str, Sequence[Tensor], Tensor]] = []
        (self._start,), (self._end,) = graph.input_tensors, graph.output_tensors
        for call in graph.calls:
            layer = call.layer
            if isinstance(layer, InputLayer):
                continue
            (output,) = call.output_tensors
            modules = _modules(layer, call.inputs[0], output)
            if layer.activation_name is not None:
                modules.append(_ACTIVATIONS[layer.activation_name]())
            self.add_module(
                layer.name, modules[0] if len(modules) == 1 else nn.Sequential(*modules)
            )
            self._calls.append((layer.name, call.inputs, output))

    def forward(self, start: torch.Tensor) -> torch.Tensor:
        values = {self._start: start}
        for name, inputs, output in self._calls:
            values[output] = self.get_submodule(name)(*(values[tensor] for tensor in inputs))
        return values[self._end]


def _modules(layer: Layer, given: Tensor, output: Tensor) -> list[nn.Module]:
    """The modules that a layer is in torch, without its activation."""
    channels, filters = given.shape[-1], output.shape[-1]
    assert channels is not None
    assert filters is not None
    match layer:
        case Conv2D() | DepthwiseConv2D():
            edges = _same_edges(layer, given, output) if layer.padding == "same" else [0] * 4
            left, right, top, bottom = edges
            is_even = (left, top) == (right, bottom)
            convolution = nn.Conv2d(
                channels,
                filters,
                layer.kernel_size,
                layer.strides,
                padding=(top, left) if is_even else 0,
                dilation=layer.dilation_rate,
                groups=layer.groups if isinstance(layer, Conv2D) else channels,
                bias=layer.use_bias,
            )
            return [convolution] if is_even else [nn.ZeroPad2d(edges), convolution]
        case Dense():
            return [nn.Linear(channels, filters, layer.use_bias)]
        case BatchNormalization(center=True, scale=True):
            return [nn.BatchNorm2d(channels)]
        case MaxPooling2D(padding="valid"):
            return [nn.MaxPool2d(layer.pool_size, layer.strides)]
        case GlobalAveragePooling2D(keepdims=False):
            return [nn.AdaptiveAvgPool2d(1), nn.Flatten()]
        case ZeroPadding2D():
            edges = leaves(layer.padding)
            return [nn.ZeroPad2d((*edges[2:], *edges[:2]))]
        case Flatten():
            return [nn.Flatten()]
        case Add():
            return [Sum()]
        case Activation() | ReLU():
            return []
    raise TypeError(f"{layer!r} is none of the layers that the networks here have.")


def _same_edges(layer: Conv2D | DepthwiseConv2D, given: Tensor, output: Tensor) -> list[int]:
    """The zeros that Keras's padding "same" puts left, right, above and below."""
    edges: list[int] = []
    for axis in (1, 0):
        size, outputs = given.shape[axis + 1], output.shape[axis + 1]
        assert size is not None
        assert outputs is not None
        seen = layer.dilation_rate[axis] * (layer.kernel_size[axis] - 1) + 1
        zeros = max((outputs - 1) * layer.strides[axis] + seen - size, 0)
        edges += (zeros // 2, zeros - zeros // 2)
    return edges
