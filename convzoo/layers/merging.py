"""Merging of several tensors. Equals `keras/src/layers/merging`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from convzoo.graph.dims import Dim, Shape, product, refuse
from convzoo.graph.facts import Window, Work
from convzoo.graph.layer import Layer, Tensor
from convzoo.layers import LAYERS


class Merge(Layer):
    """One operation on the elements of several tensors, which are broadcast to one shape."""

    def shapes(self, inputs: Any) -> list[Shape]:
        """The shapes of the inputs.

        Raises:
            ShapeError: when they are not a list of tensors.
        """
        if not isinstance(inputs, (list, tuple)) or not inputs:
            shape = inputs.shape if isinstance(inputs, Tensor) else inputs
            raise self.shape_error(
                "must be called on a list of tensors", shape, f"Write {self.class_name}()([a, b])."
            )
        return [tensor.shape for tensor in inputs]

    def output(self, inputs: Any) -> Tensor:
        return Tensor(self.merged_shape(self.shapes(inputs)), self.compute_dtype)

    def merged_shape(self, shapes: Sequence[Shape]) -> Shape:
        """The shape of the merged tensors."""
        batches = [shape[0] for shape in shapes if shape and shape[0] is not None]
        for batch in batches[1:]:
            refuse(
                batch != batches[0],
                lambda: self.shape_error("needs inputs of one batch size", list(shapes)),
            )
        merged = shapes[0][1:]
        for shape in shapes[1:]:
            merged = self._broadcast(merged, shape[1:], shapes)
        return (batches[0] if batches else None, *merged)

    def _broadcast(self, one: Shape, other: Shape, shapes: Sequence[Shape]) -> Shape:
        if len(one) < len(other):
            one, other = other, one
        kept = len(one) - len(other)
        paired = zip(one[kept:], other, strict=True)
        return (*one[:kept], *(self._broadcast_dim(a, b, shapes) for a, b in paired))

    def _broadcast_dim(self, one: Dim, other: Dim, shapes: Sequence[Shape]) -> Dim:
        if one is None or other is None:
            return None
        if one == 1:
            return other
        if other == 1:
            return one
        refuse(
            one != other,
            lambda: self.shape_error(
                "needs inputs whose sizes are equal or 1, counted from the last axis",
                list(shapes),
                f"{one} and {other} don't fit.",
            ),
        )
        return one

    def work(self, inputs: Any) -> Work:
        merged = self.merged_shape(self.shapes(inputs))
        return Work(element_ops=product((len(inputs) - 1, *merged[1:])))

    def windows(self, inputs: Any) -> tuple[Window, ...]:
        return ()


@LAYERS.register("Add", "add")
class Add(Merge):
    """The sum of the inputs. Equals `keras.layers.Add`."""


@LAYERS.register("Concatenate", "concatenate")
class Concatenate(Merge):
    """The inputs side by side along an axis. Equals `keras.layers.Concatenate`.

    Args:
        axis: the axis, the batch being 0.
    """

    axis: int = -1

    def check_arguments(self) -> None:
        if not isinstance(self.axis, int):
            raise self.error("axis must be an integer", f"axis={self.axis!r}", "Try -1.")

    def merged_shape(self, shapes: Sequence[Shape]) -> Shape:
        axis = self.axis
        for shape in shapes:
            if len(shapes) > 1 and not -len(shape) <= axis < len(shape):
                raise self.shape_error(f"has no axis {axis} to join along", list(shapes))
        first = shapes[0]
        position = axis % len(first)
        for shape in shapes[1:]:
            fits = len(shape) == len(first) and all(
                a is None or b is None or a == b or index == position
                for other in shapes
                for index, (a, b) in enumerate(zip(shape, other, strict=False))
            )
            if not fits:
                raise self.shape_error(
                    f"needs inputs of one shape but for axis {axis}", list(shapes)
                )
        if len(shapes) == 1:
            return first
        joined = first[position]
        for shape in shapes[1:]:
            size = shape[position]
            if joined is None or size is None:
                joined = None
                break
            joined = joined + size
        return (*first[:position], joined, *first[position + 1 :])

    def work(self, inputs: Any) -> Work:
        return Work()
