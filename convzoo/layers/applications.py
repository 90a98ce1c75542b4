"""Layers that Keras has only inside its models. Equals `keras/src/applications`.

They are known by file and class, as in `convnext.LayerScale`: many have a class of such a name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from convzoo.graph.dims import Dim, Shape, product, refuse, total
from convzoo.graph.dtypes import is_float
from convzoo.graph.facts import Weight, Window, Work
from convzoo.graph.layer import Layer, Tensor
from convzoo.graph.structure import map_leaves
from convzoo.layers import LAYERS
from convzoo.layers.arguments import check_size


class OneToOne(Layer):
    """Inputs that are broadcast as TensorFlow does it, each position seen by its output only."""

    def broadcast(self, one: Shape, other: Shape) -> Shape:
        """The shape that both have together."""
        if len(one) < len(other):
            one, other = other, one
        kept = len(one) - len(other)
        dims = (self._broadcast_dim(*pair) for pair in zip(one[kept:], other, strict=True))
        return (*one[:kept], *dims)

    def _broadcast_dim(self, one: Dim, other: Dim) -> Dim:
        if one is None or other is None:
            known = other if one is None else one
            return known if known is not None and known > 1 else None
        if one == 1 or other == 1:
            return other if one == 1 else one
        refuse(
            one != other,
            lambda: self.shape_error(
                "needs sizes that are equal or 1, counted from the last axis",
                (one, other),
                f"{one} and {other} don't fit.",
            ),
        )
        return one

    def windows(self, *args: Any) -> tuple[Window, ...]:
        return ()


@LAYERS.register("convnext.LayerScale")
class LayerScale(OneToOne):
    """Each channel times a learned factor. Equals `LayerScale` in Keras's `convnext.py`.

    Source: H. Touvron et al., "Going deeper with Image Transformers" (2021), equation 2.

    Args:
        init_values: the factor before training.
        projection_dim: the number of channels.
    """

    keras_module = "keras.src.applications.convnext"
    work_kind = "rescaling"

    init_values: Any
    projection_dim: Any

    def check_arguments(self) -> None:
        check_size(self, "projection_dim", least=0)

    def output_shape(self, shape: Shape) -> Shape:
        return self.broadcast(shape, (self.projection_dim,))

    def weights(self, inputs: Tensor) -> tuple[Weight, ...]:
        # Keras gives it no name and writes a number behind it, which counts on in a session.
        return (Weight("variable", (self.projection_dim,)),)

    def work(self, inputs: Tensor) -> Work:
        return Work(element_ops=product(self.output_shape(inputs.shape)[1:]))


@LAYERS.register("convnext.StochasticDepth")
class StochasticDepth(OneToOne):
    """Leaves out a sample's branch at random, in training.

    Equals `StochasticDepth` in Keras's `convnext.py`.

    Args:
        drop_path_rate: how often it is left out.
    """

    keras_module = "keras.src.applications.convnext"

    drop_path_rate: Any

    def output(self, inputs: Any) -> Any:
        return map_leaves(lambda tensor: Tensor(tensor.shape, self.cast(tensor)), inputs)

    def work(self, inputs: Any) -> Work:
        return Work()


@LAYERS.register("inception_resnet_v2.CustomScaleLayer")
class CustomScaleLayer(OneToOne):
    """The first input, and the second times a number added.

    Equals `CustomScaleLayer` in Keras's `inception_resnet_v2.py`.

    Args:
        scale: the number.
    """

    keras_module = "keras.src.applications.inception_resnet_v2"
    work_kind = "merge"

    scale: Any

    def check_arguments(self) -> None:
        if not isinstance(self.scale, (int, float)):
            raise self.error("scale must be a number", f"scale={self.scale!r}", "Try 0.1.")

    def output(self, inputs: Any) -> Tensor:
        added, scaled = self._two(inputs)
        dtype = self.cast(added)
        if dtype != self.cast(scaled) or not (is_float(dtype) or isinstance(self.scale, int)):
            raise self.error(
                "needs two inputs of floats, or of one kind of integers and an integer scale",
                f"scale={self.scale!r} with {added.dtype} and {scaled.dtype}",
            )
        return Tensor(self.broadcast(added.shape, scaled.shape), dtype)

    def _two(self, inputs: Any) -> Sequence[Tensor]:
        if not isinstance(inputs, (list, tuple)) or len(inputs) < 2:
            shape = inputs.shape if isinstance(inputs, Tensor) else inputs
            raise self.shape_error("must be called on a list of two tensors", shape)
        return inputs[:2]

    def work(self, inputs: Any) -> Work:
        added, scaled = self._two(inputs)
        merged = self.broadcast(added.shape, scaled.shape)
        return Work(element_ops=total((product(scaled.shape[1:]), product(merged[1:]))))
