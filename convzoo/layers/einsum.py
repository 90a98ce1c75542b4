"""The shapes of an Einstein sum of an input and a kernel.

Equals `_analyze_einsum_string` and `_analyze_quantization_info` of
`keras/src/layers/core/einsum_dense.py`.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from convzoo.graph.dims import Dim, Shape, product

# An ellipsis may stand nowhere, on the left, or on the right; what follows is not read.
_FORMS = (
    r"([a-zA-Z]+),([a-zA-Z]+)->([a-zA-Z]+)",
    r"0([a-zA-Z]+),([a-zA-Z]+)->0([a-zA-Z]+)",
    r"([a-zA-Z]{2,})0,([a-zA-Z]+)->([a-zA-Z]+)0",
)


class Einsum(NamedTuple):
    """What an equation says of one input.

    Args:
        axes: the letters of input, kernel and output.
        kernel: the kernel's shape.
        bias: the bias's shape, if there is one.
        output: the output's shape, the batch first.
        positions: the elements of a sample's axes that the kernel does not have.
        has_ellipsis: whether the equation leaves axes out.
    """

    axes: tuple[str, str, str]
    kernel: Shape
    bias: Shape | None
    output: Shape
    positions: Dim
    has_ellipsis: bool

    def matrix(self, layer: Any, mode: str) -> tuple[Dim, Dim]:
        """The kernel's inputs and outputs, when it is quantized as a matrix."""
        if self.has_ellipsis:
            raise layer.error(
                "a quantized layer needs an equation without '...'",
                f"equation={layer.equation!r}",
                "Write out all of its axes.",
            )
        _, kernel_axes, output_axes = self.axes
        if mode in ("int8", "int4"):
            pairs = list(zip(kernel_axes, self.kernel, strict=True))
            rows = product(size for axis, size in pairs if axis not in output_axes)
            return rows, product(size for axis, size in pairs if axis in output_axes)
        if len(self.kernel) == 2:
            return self.kernel[0], self.kernel[1]
        if len(self.kernel) != 3:
            raise layer.error(
                f"{mode} needs a kernel with 2 or 3 axes",
                f"equation={layer.equation!r}",
                "Choose int8 or int4.",
            )
        # Keras takes the longest axis for that of the model's features.
        one, two, three = self.kernel
        if one == max(self.kernel):  # type: ignore[type-var]
            return one, product((two, three))
        return product((one, two)), three

    def scale(self, layer: Any) -> Shape:
        """The shape of an int8 kernel's scale, laid out to be divided by along the output's axes.

        Keras places each summed axis where the output has none of the kernel's, and where there is
        no such place it uses the one before; `place` is therefore carried on.
        """
        input_axes, kernel_axes, output_axes = self.axes
        summed = [i for i, axis in enumerate(kernel_axes) if axis not in output_axes]
        kept = [kernel_axes.find(axis) for axis in output_axes if axis in kernel_axes]
        free = [i for i, axis in enumerate(output_axes) if axis not in kernel_axes]
        places = [i for i, axis in enumerate(output_axes) if axis not in input_axes]
        place = output_axes.find(kernel_axes[-1])
        for axis in input_axes:
            if axis not in output_axes and places:
                place = places.pop(0)
        dropped = []
        for axis_number in summed:
            if free:
                place = free.pop(0)
            else:
                dropped.append(axis_number)
            kept.insert(place, axis_number)
        scale = [1 if i in summed else self.kernel[i] for i in kept]
        for i in sorted(free):
            scale.insert(i, 1)
        for i in sorted(dropped, reverse=True):
            if i >= len(scale):
                raise layer.error("can't be quantized to int8", f"equation={layer.equation!r}")
            scale.pop(i)
        return tuple(scale)


def analyse(layer: Any, shape: Shape) -> Einsum:
    """What the layer's equation says of an input.

    Raises:
        ArgumentError: when the equation can't be used.
        ShapeError: when the input does not fit it.
    """
    text = layer.equation.replace("...", "0")
    matches = (re.match(form, text) for form in _FORMS)
    form, found = next(((i, match) for i, match in enumerate(matches) if match), (0, None))
    if found is None:
        raise layer.error(
            "equation must be of the form 'ab,bc->ac', '...ab,bc->...ac' or 'ab...,bc->ac...'",
            f"equation={layer.equation!r}",
        )
    try:
        return _analysed(layer, shape, (found[1], found[2], found[3]), form)
    except IndexError:
        raise layer.shape_error(
            f"needs an input and an output_shape with the axes of {layer.equation!r}", shape
        ) from None


def _analysed(layer: Any, shape: Shape, axes: tuple[str, str, str], form: int) -> Einsum:
    input_axes, kernel_axes, output_axes = axes
    left = form == 1
    elided = len(shape) - len(input_axes)
    output = [shape[0], *layer.output_shape]
    if elided > 0:
        if left:
            # Keras puts each before the last one, so that they come out in reverse.
            output[1:1] = reversed(shape[1:elided])
        else:
            output += shape[-elided:]
    # Axes left out on the left are counted from the right, which is all the same but where the
    # input has too few.
    offset = -len(input_axes) if left else 0
    at_input = {axis: i + offset for i, axis in enumerate(input_axes)}
    at_output = {axis: i + elided * left for i, axis in enumerate(output_axes)}
    for axis in input_axes:
        size = shape[at_input[axis]]
        wanted = output[at_output[axis]] if axis in at_output else None
        if wanted is not None and wanted != size:
            raise layer.shape_error(
                f"has {wanted} along '{axis}' in its output and {size} in its input", shape
            )
    for axis in output_axes:
        if axis not in input_axes and axis not in kernel_axes:
            raise _unmatched(layer, axis, "the input or the kernel")
    kernel = []
    for axis in kernel_axes:
        if axis in at_output:
            kernel.append(output[at_output[axis]])
        elif axis in at_input:
            kernel.append(shape[at_input[axis]])
        else:
            raise _unmatched(layer, axis, "the input or the output")
    # What is left out of the equation and what the kernel lacks, the batch first and not counted.
    named = dict(zip(input_axes, shape[elided * left :], strict=False))
    seen = [size for axis, size in named.items() if axis not in kernel_axes]
    seen = [*shape[:elided], *seen] if left else [*seen, *shape[len(input_axes) :]]
    batch_is_seen = (left and elided > 0) or input_axes[0] not in kernel_axes
    positions = product(seen[batch_is_seen:])
    bias = _bias(layer, output, output_axes, elided, left)
    return Einsum(axes, tuple(kernel), bias, tuple(output), positions, form > 0)


def _bias(layer: Any, output: list[Dim], axes: str, elided: int, left: bool) -> Shape | None:
    """The shape of the bias: 1 along the axes that it does not have."""
    wanted = layer.bias_axes
    if wanted is None:
        return None
    places = [axes.find(axis) for axis in wanted]
    if not places or min(places) < 0:
        raise layer.error(
            "bias_axes must hold axes of the output", f"bias_axes={wanted!r}", f"Choose of {axes}."
        )
    sizes = {axis: output[i + elided * left] for i, axis in enumerate(axes)}
    bias = [sizes[axis] if axis in wanted else 1 for axis in axes[min(places) :]]
    return (*bias, *([1] * (0 if left else elided)))


def _unmatched(layer: Any, axis: str, where: str) -> Any:
    return layer.error(
        f"the axis '{axis}' must also stand in {where}", f"equation={layer.equation!r}"
    )
