"""The facts that a layer states about one call, besides its output.

They are named tuples rather than dataclasses: those take a millisecond each to define, at every
start of the command line.
"""

from __future__ import annotations

from typing import NamedTuple

from convzoo.graph.dims import Dim, Shape, product


class Weight(NamedTuple):
    """One variable of a layer.

    Args:
        name: Keras's name of it, such as `"kernel"`.
        shape: its dims.
        trainable: whether training changes it.
        dtype: its dtype, where that is not the one that the layer's policy gives its variables.
    """

    name: str
    shape: Shape
    trainable: bool = True
    dtype: str | None = None

    @property
    def elements(self) -> Dim:
        """The number of elements."""
        return product(self.shape)


class Work(NamedTuple):
    """What one call computes for one sample; each number may be unknown (`None`).

    Args:
        macs: multiply-accumulates of contractions, padding taps counted.
        bias_adds: one per output element where a bias is added.
        element_ops: the rest, one per output element and elementary operation.
        inner_macs: of the `macs`, those of a weight with what the call itself has calculated, as a
            state or what another weight has made of the input.
        activation_macs: of the `macs`, those of two things that the call has calculated or been
            given, as of attention's scores. Where the inputs are all that is multiplied, and in one
            product, it is left out.
        weight_macs: of the `macs`, those of two weights, as the small matrices of a LoRA.
        frozen_macs: of the `macs`, those of the input with a weight that no layer ever trains, as
            that beside a LoRA.
    """

    macs: Dim = 0
    bias_adds: Dim = 0
    element_ops: Dim = 0
    inner_macs: Dim = 0
    activation_macs: Dim = 0
    weight_macs: Dim = 0
    frozen_macs: Dim = 0


class Window(NamedTuple):
    """How the outputs along one axis see the inputs along it.

    Input `i` stands at place `i * upsample`, and output `o` reads what stands at the places
    `o * stride - before + dilation * t` for `t` from 0 to `kernel - 1`. Mostly `upsample` is 1 and
    places are inputs; above 1, as in a transposed convolution, most places are empty.

    Args:
        axis: the axis of the input and of the output, the batch axis being 0.
        kernel: taps.
        stride: places from one output to the next.
        dilation: places from one tap to the next.
        before: places that the first output's first tap lies before the first input
            (negative for a crop); `None` where it depends on an unknown size.
        upsample: places from one input to the next.
    """

    axis: int
    kernel: int = 1
    stride: int = 1
    dilation: int = 1
    before: Dim = 0
    upsample: int = 1
