"""Normalization. Equals `keras/src/layers/normalization`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from convzoo.graph.dims import Shape, product, refuse
from convzoo.graph.dtypes import is_float
from convzoo.graph.facts import Weight, Window, Work
from convzoo.graph.layer import Layer, Tensor, run_within
from convzoo.layers import LAYERS
from convzoo.layers.arguments import check_size
from convzoo.layers.holding import Wrapper


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

    work_kind = "batch_normalization"

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
        weights = [Weight("gamma", shape)] if self.scale else []
        if self.center:
            weights.append(Weight("beta", shape))
        weights += [
            Weight("moving_mean", shape, trainable=False),
            Weight("moving_variance", shape, trainable=False),
        ]
        if self.renorm:
            statistics = ("moving_stddev", "renorm_mean", "renorm_stddev")
            weights += [Weight(name, shape, trainable=False) for name in statistics]
        return tuple(weights)

    def serves(self, weights: tuple[Weight, ...], *args: Any) -> bool:
        return weights == self.variables and args[0].rank == self.built_rank

    def work(self, inputs: Tensor) -> Work:
        # At inference the statistics, gamma and beta fold into one scale and one shift.
        return Work(element_ops=product((2, *inputs.shape[1:])))

    def windows(self, inputs: Tensor) -> tuple[Window, ...]:
        return ()


class AxisNormalization(Layer):
    """A normalization along one axis or several, for each position along the others.

    Args:
        axis: the axis, or several.
    """

    axis: Any = -1

    def check_arguments(self) -> None:
        axes = self.axis if isinstance(self.axis, (list, tuple)) else (self.axis,)
        if not all(isinstance(axis, int) for axis in axes):
            raise self.error("axis must be an integer or several", f"axis={self.axis!r}", "Try -1.")
        self.axis = axes[0] if len(axes) == 1 else tuple(sorted(axes))

    @property
    def axes(self) -> tuple[int, ...]:
        """The axes that are normalized along."""
        return self.axis if isinstance(self.axis, tuple) else (self.axis,)

    def output_shape(self, shape: Shape) -> Shape:
        for axis in self.axes:
            if not -len(shape) <= axis < len(shape):
                raise self.shape_error(f"has no axis {axis} to normalize along", shape)
        return shape

    def build(self, *args: Any, **kwargs: Any) -> None:
        # Keras checks no later input against the weights.
        if self.variables is None:
            super().build(*args, **kwargs)

    def learned(self, inputs: Tensor, *names: str) -> tuple[Weight, ...]:
        """Variables with one element for each position along the axes."""
        shape = tuple(inputs.shape[axis] for axis in self.axes)
        if names and None in shape:
            raise self.shape_error(
                f"needs to know axis {self.axis} of its input", inputs.shape, "Give it a size."
            )
        return tuple(Weight(name, shape) for name in names)

    def windows(self, inputs: Tensor) -> tuple[Window, ...] | None:
        return () if all(axis in (-1, inputs.rank - 1) for axis in self.axes) else None


@LAYERS.register("LayerNormalization", "layernormalization", "layernorm", "ln")
class LayerNormalization(AxisNormalization):
    """Mean 0 and deviation 1 within each sample, then a learned scale and shift.

    Equals `keras.layers.LayerNormalization`.

    Args:
        axis: the axis, or several, that mean and deviation are taken along.
        center: whether a learned `beta` is added.
        scale: whether a learned `gamma` multiplies.
        rms_scaling: whether only the deviation is used, and no `beta`; Keras's older way.
    """

    work_kind = "layer_normalization"

    epsilon: float = 0.001
    center: bool = True
    scale: bool = True
    beta_initializer: Any = "zeros"
    gamma_initializer: Any = "ones"
    beta_regularizer: Any = None
    gamma_regularizer: Any = None
    beta_constraint: Any = None
    gamma_constraint: Any = None
    rms_scaling: bool = False

    def weights(self, inputs: Tensor) -> tuple[Weight, ...]:
        gamma = ("gamma",) if self.scale or self.rms_scaling else ()
        beta = ("beta",) if self.center and not self.rms_scaling else ()
        return self.learned(inputs, *gamma, *beta)

    def work(self, inputs: Tensor) -> Work:
        steps = 1 + len(self.weights(inputs))
        return Work(element_ops=product((steps, *inputs.shape[1:])))


@LAYERS.register("RMSNormalization", "rmsnormalization", "rmsnorm")
class RMSNormalization(AxisNormalization):
    """Root mean square 1 within each sample, then a learned scale.

    Equals `keras.layers.RMSNormalization`.

    Args:
        axis: the axis, or several, that the mean is taken along.
    """

    epsilon: float = 1e-6

    def weights(self, inputs: Tensor) -> tuple[Weight, ...]:
        return self.learned(inputs, "scale")

    def work(self, inputs: Tensor) -> Work:
        return Work(element_ops=product((2, *inputs.shape[1:])))


@LAYERS.register("UnitNormalization", "unitnormalization", "unitnorm")
class UnitNormalization(AxisNormalization):
    """Length 1 along an axis. Equals `keras.layers.UnitNormalization`.

    Args:
        axis: the axis, or several.
    """

    def work(self, inputs: Tensor) -> Work:
        return Work(element_ops=product(inputs.shape[1:]))


@LAYERS.register("GroupNormalization", "groupnormalization", "groupnorm", "gn")
class GroupNormalization(Layer):
    """Mean 0 and deviation 1 within groups of channels, then a learned scale and shift.

    Equals `keras.layers.GroupNormalization`.

    Args:
        groups: parts into which the channels are divided; -1 for one channel each.
        axis: the axis of the channels.
        center: whether a learned `beta` is added.
        scale: whether a learned `gamma` multiplies.
    """

    work_kind = "group_normalization"

    groups: int = 32
    axis: Any = -1
    epsilon: float = 0.001
    center: bool = True
    scale: bool = True
    beta_initializer: Any = "zeros"
    gamma_initializer: Any = "ones"
    beta_regularizer: Any = None
    gamma_regularizer: Any = None
    beta_constraint: Any = None
    gamma_constraint: Any = None

    def check_arguments(self) -> None:
        if self.__dict__.get("groups") != -1:
            check_size(self, "groups")
        if not isinstance(self.axis, int):
            raise self.error("axis must be an integer", f"axis={self.axis!r}", "Try -1.")

    def output_shape(self, shape: Shape) -> Shape:
        channels = shape[self.axis] if -len(shape) <= self.axis < len(shape) else None
        if channels is None:
            raise self.shape_error(f"needs to know the size along axis {self.axis}", shape)
        groups = channels if self.groups == -1 else self.groups
        refuse(
            channels % groups != 0,
            lambda: self.shape_error(
                f"divides the channels into {groups} groups",
                shape,
                "Choose groups that divide them.",
            ),
        )
        return shape

    def weights(self, inputs: Tensor) -> tuple[Weight, ...]:
        shape = (inputs.shape[self.axis],)
        learned = (("gamma", self.scale), ("beta", self.center))
        return tuple(Weight(name, shape) for name, used in learned if used)

    def work(self, inputs: Tensor) -> Work:
        steps = 1 + len(self.weights(inputs))
        return Work(element_ops=product((steps, *inputs.shape[1:])))


@LAYERS.register("SpectralNormalization", "spectralnormalization", "spectralnorm")
class SpectralNormalization(Wrapper):
    """Keeps the largest singular value of a layer's kernel at 1, in training.

    Equals `keras.layers.SpectralNormalization`.

    Args:
        layer: the layer, which has a kernel or embeddings.
        power_iterations: steps of each estimate of the singular value.
    """

    call_defaults = {"training": False}

    power_iterations: int = 1

    def check_arguments(self) -> None:
        super().check_arguments()
        if not isinstance(self.power_iterations, (int, float)) or self.power_iterations <= 0:
            raise self.error(
                "power_iterations must be above 0", f"power_iterations={self.power_iterations!r}"
            )

    def output(self, inputs: Tensor) -> Tensor:
        return Tensor(run_within(self.layer, inputs).shape, self.compute_dtype)

    def build(self, *args: Any, **kwargs: Any) -> None:
        """Refuse a layer without a kernel."""
        self.weights()

    def _variables(self, held: Mapping[Layer, tuple[Weight, ...]]) -> Iterator[Weight]:
        within = list(super()._variables(held))
        has_own = not self.layer.holds_layers or isinstance(self.layer, SpectralNormalization)
        kernels = [w for w in within if has_own and w.name in ("kernel", "embeddings")]
        low_rank = [w for w in within if has_own and w.name.startswith("lora_")]
        if low_rank:
            # What Keras normalizes is then the sum of kernel and LoRA, which is no variable.
            features = low_rank[-1].shape[-1]
            adapted = self.layer
            while isinstance(adapted, SpectralNormalization):
                adapted = adapted.layer
            dtype = adapted.compute_dtype
            yield Weight("vector_u", (1, features), trainable=False, dtype=dtype)
            yield from within
            return
        if not kernels or not is_float(kernels[0].dtype):
            raise self.error(
                "wraps a layer with a kernel or embeddings of floats", f"layer={self.layer!r}"
            )
        kernel = kernels[0]
        yield kernel
        yield Weight("vector_u", (1, kernel.shape[-1]), trainable=False, dtype=kernel.dtype)
        yield from (weight for weight in within if weight is not kernel)

    def work(self, inputs: Tensor) -> Work | None:
        work: Work | None = self.layer.work(inputs)
        return work

    def windows(self, inputs: Tensor) -> tuple[Window, ...] | None:
        windows: tuple[Window, ...] | None = self.layer.windows(inputs)
        return windows
