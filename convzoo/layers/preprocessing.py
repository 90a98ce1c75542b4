"""Preprocessing of numbers. Equals `keras/src/layers/preprocessing`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

from convzoo.graph.dims import Worked, product, total
from convzoo.graph.facts import Weight, Window, Work
from convzoo.graph.layer import Layer, Tensor, run_within
from convzoo.graph.structure import leaves, map_leaves
from convzoo.layers import LAYERS
from convzoo.layers.arguments import as_layer
from convzoo.layers.holding import Holder

_SCALE_AND_SHIFT = 2


@LAYERS.register("Rescaling")
class Rescaling(Layer):
    """Every element times a number, and another added. Equals `keras.layers.Rescaling`.

    Args:
        scale: the factor.
        offset: what is added.
    """

    work_kind = "rescaling"

    scale: Any
    offset: Any = 0.0

    def to_config(self) -> dict[str, Any]:
        # Keras reads no config without it.
        return {**super().to_config(), "offset": self.offset}

    def output(self, inputs: Any) -> Any:
        return map_leaves(lambda tensor: Tensor(tensor.shape, self.compute_dtype), inputs)

    def work(self, inputs: Any) -> Work:
        elements = total(product(tensor.shape[1:]) for tensor in leaves(inputs))
        return Work(element_ops=product((_SCALE_AND_SHIFT, elements)))

    def windows(self, inputs: Any) -> tuple[Window, ...]:
        return ()


@LAYERS.register("Normalization")
class Normalization(Layer):
    """Mean 0 and deviation 1, by statistics of the data. Equals `keras.layers.Normalization`.

    Args:
        axis: the axis, or several, that keep their own mean and deviation; `None` for none.
        mean: the mean, where it is given; otherwise it is a variable.
        variance: the same of the variance.
        invert: whether the other way around.
    """

    work_kind = "rescaling"

    axis: Any = -1
    mean: Any = None
    variance: Any = None
    invert: bool = False

    def check_arguments(self) -> None:
        axis = self.axis
        axes = () if axis is None else (axis,) if isinstance(axis, int) else axis
        if not isinstance(axes, (tuple, list)) or not all(isinstance(a, int) for a in axes):
            raise self.error("axis must be an integer, several or None", f"axis={axis!r}")
        self.axis = tuple(axes)
        if self.axis == (-1,):
            del self.axis  # The default, in Keras's other way of writing it.
        shapes = [_array_shape(value) for value in (self.mean, self.variance)]
        if self.mean is None and self.variance is None:
            return
        if shapes[0] is None or shapes[0] != shapes[1] or len(shapes[0]) > len(self.axes):
            raise self.error(
                f"mean and variance must be given together, with the same shape of at most "
                f"{len(self.axes)} axes",
                f"mean={self.mean!r} with variance={self.variance!r}",
            )

    @property
    def axes(self) -> tuple[int, ...]:
        """The axes that keep their own mean and deviation, as they were given."""
        return (self.axis,) if isinstance(self.axis, int) else self.axis

    def weights(self, inputs: Tensor) -> tuple[Weight, ...]:
        shape, rank = inputs.shape, inputs.rank
        if any(not -rank <= axis < rank for axis in self.axes):
            raise self.shape_error(f"has no axes {self.axes} to normalize along", shape)
        axes = sorted(axis % rank for axis in self.axes)
        kept = tuple(shape[axis] for axis in axes)
        if None in kept:
            raise self.shape_error(f"needs to know the axes {self.axes} of its input", shape)
        if self.mean is not None:
            self._check_mean(axes, inputs)
            return ()
        if product(kept) != product(shape[axis] for axis in set(axes)):
            raise self.shape_error("keeps an axis twice", shape, f"axis={self.axes}")
        return (
            Weight("mean", kept, trainable=False),
            Weight("variance", kept, trainable=False),
            # So with TensorFlow; other backends have an int32 here.
            Weight("count", (), trainable=False, dtype="int64"),
        )

    def _check_mean(self, axes: Sequence[int], inputs: Tensor) -> None:
        """Refuse a mean that can't be broadcast to the axes that are kept."""
        given = _array_shape(self.mean) or ()
        expanded = dict(zip(reversed(axes), reversed(given), strict=False))
        fits = all(size in (1, inputs.shape[axis]) for axis, size in expanded.items())
        if not fits or product(expanded.values()) != product(given):
            raise self.shape_error(
                f"can't use a mean of shape {given} for the axes {self.axes}", inputs.shape
            )

    def work(self, inputs: Tensor) -> Work:
        return Work(element_ops=product((_SCALE_AND_SHIFT, *inputs.shape[1:])))

    def windows(self, inputs: Tensor) -> tuple[Window, ...]:
        return ()


def _array_shape(value: Any) -> tuple[int, ...] | None:
    """The shape of numbers in lists or of an array; `None` where they have none."""
    if value is None:
        return None
    if hasattr(value, "shape"):
        return tuple(value.shape)
    if not isinstance(value, (list, tuple)):
        return () if isinstance(value, (int, float)) else None
    shapes = {_array_shape(part) for part in value}
    inner = shapes.pop() if shapes else ()
    return None if shapes or inner is None else (len(value), *inner)


@LAYERS.register("Discretization")
class Discretization(Layer):
    """The number of the bin that each element falls in. Equals `keras.layers.Discretization`.

    Args:
        bin_boundaries: where one bin ends and the next begins.
        num_bins: how many bins are to be found in the data, where they are not given.
        output_mode: `"int"`, or how the numbers are encoded: `"one_hot"`, `"multi_hot"` or
            `"count"`.
        sparse: whether the output is a sparse tensor.
    """

    bin_boundaries: Any = None
    num_bins: Any = None
    epsilon: Any = 0.01
    output_mode: str = "int"
    sparse: bool = False

    def check_arguments(self) -> None:
        if "trainable" in self.__dict__:
            raise self.error("has no argument trainable", f"trainable={self.trainable}")
        if self.output_mode not in ("int", "one_hot", "multi_hot", "count"):
            raise self.error(
                "output_mode must be 'int', 'one_hot', 'multi_hot' or 'count'",
                f"output_mode={self.output_mode!r}",
            )
        if self.sparse and self.output_mode == "int":
            raise self.error("integers can't be sparse", "sparse=True with output_mode='int'")
        given = f"num_bins={self.num_bins!r} with bin_boundaries={self.bin_boundaries!r}"
        if (self.num_bins is None) == (self.bin_boundaries is None):
            raise self.error("either num_bins or bin_boundaries must be given", given)
        if self.num_bins is not None and (not isinstance(self.num_bins, int) or self.num_bins < 0):
            raise self.error("num_bins must be an integer of 0 or more", given)

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        found = config.get("bin_boundaries") if config.get("num_bins") is not None else None
        if found is None:
            return super().from_config(config)
        # Keras saves both after it has found the bins.
        layer = super().from_config({**config, "bin_boundaries": None})
        layer.bin_boundaries = found
        return layer

    def to_config(self) -> dict[str, Any]:
        config = super().to_config()
        config.pop("trainable", None)  # Keras has no such argument here.
        return config

    def output(self, inputs: Tensor) -> Tensor:
        shape = inputs.shape
        if self.output_mode == "int":
            return Tensor(shape, "int32")
        bins = self.num_bins
        if self.bin_boundaries is not None:
            boundaries = len(self.bin_boundaries)
            explained = any(isinstance(dim, Worked) for dim in shape)
            bins = (Worked.leaf(boundaries) if explained else boundaries) + 1
        if self.output_mode == "one_hot":
            shape = shape[:-1] if len(shape) > 1 and shape[-1] == 1 else shape
        else:
            # So Keras states it, though it counts along the last axis.
            shape = (shape[0], *shape[2:]) if len(shape) > 1 else ()
        return Tensor((*shape, bins), self.compute_dtype)

    def work(self, inputs: Tensor) -> Work:
        return one_look_each(inputs)


def one_look_each(*inputs: Tensor) -> Work:
    """The work of looking up every element of the inputs."""
    return Work(element_ops=total(product(tensor.shape[1:]) for tensor in inputs))


@LAYERS.register("Pipeline")
class Pipeline(Holder):
    """Layers one after the other. Equals `keras.layers.Pipeline`.

    Args:
        layers: the layers.
    """

    call_defaults = {"training": True}

    layers: Any

    def _check_dtype(self) -> None:
        raise self.error("has no argument dtype", f"dtype={self.__dict__['dtype']!r}")

    def check_arguments(self) -> None:
        if "trainable" in self.__dict__:
            raise self.error("has no argument trainable", f"trainable={self.trainable}")
        if not isinstance(self.layers, (list, tuple)):
            raise self.error("layers must be a list of layers", f"layers={self.layers!r}")
        self.layers = [as_layer(self, "layers", layer) for layer in self.layers]

    def to_config(self) -> dict[str, Any]:
        config = super().to_config()
        config.pop("trainable", None)  # Keras has no such argument here.
        return config

    @property
    def layers_within(self) -> Sequence[Layer]:
        layers: Sequence[Layer] = self.layers
        return layers

    def output(self, inputs: Any) -> Any:
        if not self.layers:
            raise self.error("needs a layer at least", "layers=[]")
        for layer in self.layers:
            inputs = run_within(layer, inputs)
        return inputs

    def work(self, inputs: Any) -> Work | None:
        works = []
        for layer in self.layers:
            works.append(layer.work(inputs))
            inputs = layer.output(inputs)
        if None in works:
            return None
        return Work(*map(total, zip(*works, strict=True)))
