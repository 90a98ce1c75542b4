"""Merging of several tensors. Equals `keras/src/layers/merging`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from convzoo.errors import ShapeError
from convzoo.graph.dims import Dim, Shape, product, refuse, total
from convzoo.graph.facts import Window, Work
from convzoo.graph.layer import Layer, Tensor
from convzoo.layers import LAYERS


class Merge(Layer):
    """One operation on the elements of several tensors, which are broadcast to one shape."""

    work_kind = "merge"

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
        refuse(() in shapes, self.shape_error, "needs inputs with a batch axis", shapes)
        batches = [shape[0] for shape in shapes if shape[0] is not None]
        for batch in batches[1:]:
            refuse(batch != batches[0], self.shape_error, "needs inputs of one batch size", shapes)
        merged = shapes[0][1:]
        for shape in shapes[1:]:
            merged = self._broadcast(merged, shape[1:], shapes)
        return (batches[0] if batches else None, *merged)

    def _broadcast(self, one: Shape, other: Shape, shapes: Sequence[Shape]) -> Shape:
        if len(one) < len(other):
            one, other = other, one
        kept = len(one) - len(other)
        paired = zip(one[kept:], other, strict=True)
        merged = [a if a is b else self._broadcast_dim(a, b, shapes) for a, b in paired]
        return (*one[:kept], *merged)

    def _broadcast_dim(self, one: Dim, other: Dim, shapes: Sequence[Shape]) -> Dim:
        if one is None or other is None:
            return None
        if one == 1:
            return other
        if other == 1:
            return one
        refuse(one != other, self._do_not_fit, one, other, shapes)
        return one

    def _do_not_fit(self, one: Dim, other: Dim, shapes: Sequence[Shape]) -> ShapeError:
        return self.shape_error(
            "needs inputs whose sizes are equal or 1, counted from the last axis",
            shapes,
            f"{one} and {other} don't fit.",
        )

    def work(self, inputs: Any) -> Work:
        merged = self.merged_shape(self.shapes(inputs))
        return Work(element_ops=product((len(inputs) - 1, *merged[1:])))

    def windows(self, inputs: Any) -> tuple[Window, ...] | None:
        return ()


@LAYERS.register("Add", "add")
class Add(Merge):
    """The sum of the inputs. Equals `keras.layers.Add`."""


@LAYERS.register("Subtract", "subtract")
class Subtract(Merge):
    """The first input less the second. Equals `keras.layers.Subtract`."""

    def shapes(self, inputs: Any) -> list[Shape]:
        return _two(self, super().shapes(inputs))


@LAYERS.register("Multiply", "multiply")
class Multiply(Merge):
    """The product of the inputs. Equals `keras.layers.Multiply`."""


@LAYERS.register("Average", "average")
class Average(Merge):
    """The mean of the inputs. Equals `keras.layers.Average`."""

    def work(self, inputs: Any) -> Work:
        # The inputs are added, and the sum is divided.
        merged = self.merged_shape(self.shapes(inputs))
        return Work(element_ops=product((len(inputs), *merged[1:])))


@LAYERS.register("Maximum", "maximum")
class Maximum(Merge):
    """The largest of the inputs. Equals `keras.layers.Maximum`."""


@LAYERS.register("Minimum", "minimum")
class Minimum(Merge):
    """The smallest of the inputs. Equals `keras.layers.Minimum`."""


@LAYERS.register("Dot", "dot")
class Dot(Merge):
    """Products of two inputs, summed along one axis of each. Equals `keras.layers.Dot`.

    Args:
        axes: the axis to sum along, or one for each input.
        normalize: whether the inputs are first divided by their length along it.
    """

    axes: Any
    normalize: bool = False

    def check_arguments(self) -> None:
        axes = self.axes
        if isinstance(axes, int):
            return
        right = isinstance(axes, (list, tuple)) and len(axes) == 2
        if not right or not all(isinstance(axis, int) for axis in axes):
            raise self.error(
                "axes must be an integer or two", f"axes={axes!r}", "Write, for example, axes=-1."
            )
        self.axes = tuple(axes)

    def shapes(self, inputs: Any) -> list[Shape]:
        return _two(self, super().shapes(inputs))

    def _positions(self, shapes: Sequence[Shape]) -> list[int]:
        """The axis of each input that is summed along, counted from the batch."""
        axes = self.axes if isinstance(self.axes, tuple) else (self.axes, self.axes)
        positions = []
        for shape, axis in zip(shapes, axes, strict=True):
            if not -len(shape) <= axis < len(shape):
                raise self.shape_error(f"has no axis {axis} to sum along", list(shapes))
            positions.append(axis % len(shape))
        return positions

    def merged_shape(self, shapes: Sequence[Shape]) -> Shape:
        (one, other), (first, second) = shapes, self._positions(shapes)
        refuse(
            one[first] != other[second],
            lambda: self.shape_error(
                f"needs inputs of one size along axes={self.axes}",
                list(shapes),
                f"{one[first]} and {other[second]} don't fit.",
            ),
        )
        rest = (*other[:second], *other[second + 1 :])
        if not rest:
            raise self.shape_error("needs inputs with a batch and another axis", list(shapes))
        merged = (*one[:first], *one[first + 1 :], *rest[1:])
        return merged if len(merged) != 1 else (*merged, 1)

    def work(self, inputs: Any) -> Work:
        shapes = self.shapes(inputs)
        summed = shapes[0][self._positions(shapes)[0]]
        normalized = (product(shape[1:]) for shape in shapes)
        return Work(
            macs=product((*self.merged_shape(shapes)[1:], summed)),
            element_ops=total(normalized) if self.normalize else 0,
        )

    def windows(self, inputs: Any) -> tuple[Window, ...] | None:
        return None


def _two(layer: Merge, shapes: list[Shape]) -> list[Shape]:
    if len(shapes) != 2:
        raise layer.shape_error("must be called on two tensors", shapes)
    return shapes


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
            rest = (*shape[:position], *shape[position + 1 :])
            fits = len(shape) == len(first) and (
                rest == (*first[:position], *first[position + 1 :])
                or all(
                    a is None or b is None or a == b or index == position
                    for other in shapes
                    for index, (a, b) in enumerate(zip(shape, other, strict=False))
                )
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


# ------------------------------------------------------------------ functions that call a new layer


def _function(kind: type[Merge]) -> Callable[..., Any]:
    """The function of `keras.layers` that has the name of a class: `add` for `Add`."""

    def function(inputs: Sequence[Tensor], **kwargs: Any) -> Any:
        return kind(**kwargs)(inputs)

    function.__name__ = function.__qualname__ = kind.class_name.lower()
    function.__doc__ = f"The output of a new `{kind.class_name}`, called on the inputs."
    return function


add = _function(Add)
subtract = _function(Subtract)
multiply = _function(Multiply)
average = _function(Average)
maximum = _function(Maximum)
minimum = _function(Minimum)


def dot(inputs: Sequence[Tensor], axes: Any = -1, **kwargs: Any) -> Any:
    """The output of a new `Dot`, called on the inputs."""
    return Dot(axes, **kwargs)(inputs)


def concatenate(inputs: Sequence[Tensor], axis: int = -1, **kwargs: Any) -> Any:
    """The output of a new `Concatenate`, called on the inputs."""
    return Concatenate(axis, **kwargs)(inputs)
