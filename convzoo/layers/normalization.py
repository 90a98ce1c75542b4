"""Normalization. Equals `keras/src/layers/normalization`."""

from __future__ import annotations

from typing import Any

from convzoo.graph.dims import Shape, product
from convzoo.graph.facts import Weight, Window, Work
from convzoo.graph.layer import Layer, Tensor
from convzoo.layers import LAYERS


@LAYERS.register("BatchNormalization", "batchnormalization", "batchnorm", "bn")
class BatchNormalization(Layer):
    """Mean 0 and deviation 1 over the batch, then a learned scale and shift.

    Equals `keras.layers.BatchNormalization`.

    Args:
        axis: the axis that keeps its own mean and deviation.
        center: whether a learned `beta` is added.
        scale: whether a learned `gamma` multiplies.
        renorm: whether the statistics are renormalized, with three more of them.
    """

    axis: Any = -1
    momentum: float = 0.99
    epsilon: float = 0.001
    center: bool = True
    scale: bool = True
    beta_initializer: Any = "zeros"
    gamma_initializer: Any = "ones"
    moving_mean_initializer: Any = "zeros"
    moving_variance_initializer: Any = "ones"
    beta_regularizer: Any = None
    gamma_regularizer: Any = None
    beta_constraint: Any = None
    gamma_constraint: Any = None
    renorm: bool = False
    renorm_clipping: Any = None
    renorm_momentum: float = 0.99
    synchronized: bool = False

    def check_arguments(self) -> None:
        if not isinstance(self.axis, int):
            raise self.error("axis must be an integer", f"axis={self.axis!r}", "Try -1.")
        self.renorm_clipping = self.renorm_clipping or None
        if self.renorm and self.renorm_clipping:
            self._check_clipping(self.renorm_clipping)

    def _check_clipping(self, clipping: Any) -> None:
        received = f"renorm_clipping={clipping!r}"
        if not isinstance(clipping, dict) or clipping.keys() - {"rmax", "rmin", "dmax"}:
            raise self.error("renorm_clipping may hold rmax, rmin and dmax", received)
        rmax, rmin, dmax = (clipping.get(key) for key in ("rmax", "rmin", "dmax"))
        if rmax is not None and rmin is not None and rmax < rmin:
            raise self.error("rmax must be at least rmin", received)
        if dmax is not None and dmax < 0:
            raise self.error("dmax must be 0 or more", received)

    def output_shape(self, shape: Shape) -> Shape:
        if not -len(shape) <= self.axis < len(shape):
            raise self.shape_error(f"has no axis {self.axis} to normalize along", shape)
        return shape

    def weights(self, inputs: Tensor) -> tuple[Weight, ...]:
        size = inputs.shape[self.axis]
        if size is None:
            raise self.shape_error(
                f"needs to know axis {self.axis} of its input", inputs.shape, "Give it a size."
            )
        shape = (size,)
        learned = [("gamma", self.scale), ("beta", self.center)]
        statistics = ["moving_mean", "moving_variance"]
        if self.renorm:
            statistics += ["moving_stddev", "renorm_mean", "renorm_stddev"]
        return (
            *(Weight(name, shape) for name, used in learned if used),
            *(Weight(name, shape, trainable=False) for name in statistics),
        )

    def serves(self, weights: tuple[Weight, ...], *args: Any) -> bool:
        return weights == self.variables and args[0].rank == self.built_rank

    def work(self, inputs: Tensor) -> Work:
        # At inference the statistics, gamma and beta fold into one scale and one shift.
        return Work(element_ops=product((2, *inputs.shape[1:])))

    def windows(self, inputs: Tensor) -> tuple[Window, ...]:
        return ()
