"""What filters look for: the inputs that maximise them.

Source: D. Erhan, Y. Bengio, A. Courville, P. Vincent, "Visualizing Higher-Layer Features of a Deep
Network", 2009. Blur and decay are those of J. Yosinski et al., "Understanding Neural Networks
Through Deep Visualization", 2015; jitter that of A. Mordvintsev et al., "Inceptionism", 2015.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from convzoo.visualize import VIEWS, Picture, Subject, Wish
from convzoo.visualize.activations import strongest
from convzoo.visualize.drawing import Labels, colours, grid
from convzoo.visualize.gradients import slopes
from convzoo.visualize.survey import Ran, name_of_activation
from convzoo.visualize.tapping import outputs_of, replaced

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Numbers of the inputs that go through a model at once: eight images of 224 x 224 x 3.
_MOST_AT_ONCE = 8 * 224 * 224 * 3

# Levels of 256 below which an image is taken for one of a single colour.
_LEAST_CONTRAST = 24

# The way of a step, and what a step takes off, as shares of the range of the inputs.
_STEP = 0.06
_DECAY = 0.01

# Of every so many steps one is blurred, by this much at first.
_BLUR_EVERY = 4
_BLUR_PIXELS = 0.7


@dataclass(frozen=True)
class Maximal:
    """Inputs that maximise filters.

    Args:
        filters: the filters.
        inputs: an input for each, as the model takes it but the channels at the end, shape
            (filters, height, width, channels).
        before: the mean activation of each filter for the noise that its input began as.
        after: that for the input.
    """

    filters: tuple[int, ...]
    inputs: Any
    before: tuple[float, ...]
    after: tuple[float, ...]


@VIEWS.register("maximal")
def pictures(subject: Subject, wish: Wish) -> list[Picture]:
    """A picture for each layer of the inputs that maximise its filters."""
    return [
        Picture(f"maximal-{ran.name}", lambda ran=ran: _draw(subject, ran, wish))  # type: ignore[misc]
        for ran in subject.chosen(wish.layer)
    ]


def _draw(subject: Subject, ran: Ran, wish: Wish) -> Figure:
    [maps] = subject.maps([ran])
    chosen = strongest(maps, wish.filters)
    found = maximal_inputs(subject, ran.path, chosen, steps=wish.steps, seed=wish.seed)
    images = [colours(_stretched(image)) for image in subject.shown(found.inputs)]
    labels = [
        f"{number}: {before:.2g} → {after:.2g}" if after else f"{number}: silent"
        for number, before, after in zip(found.filters, found.before, found.after, strict=True)
    ]
    many = maps.shape[-1] > len(chosen)
    which = f"{len(chosen)} filters that respond most to the image" if many else "all filters"
    return grid(
        f"{ran.name}: inputs that maximise its filters",
        f"{which}; mean activation for noise → after {wish.steps} steps",
        images,
        Labels(labels),
    )


def _stretched(image: Any) -> Any:
    """An image with all the contrast there is, unless it has next to none."""
    import numpy as np

    low, high = np.quantile(image, (0.01, 0.99))
    return image if high - low < _LEAST_CONTRAST else (image - low) / (high - low) * 255


def maximal_inputs(
    subject: Subject, layer: str, filters: Sequence[int], *, steps: int = 30, seed: int = 0
) -> Maximal:
    """The inputs that maximise filters: from noise, steps up the gradient of the mean activation.

    Args:
        subject: the model, with an image that gives the size of the inputs.
        layer: the name or the path of a layer.
        filters: channels of its output.
        steps: how many steps.
        seed: what the noise and the jitter follow from.

    Raises:
        UnknownNameError: when there is no such layer.
        ArgumentError: when it has no spatial axes.
    """
    import numpy as np

    [ran] = subject.chosen(subject.find(layer).path)
    shape = subject.image.shape
    at_once = max(1, _MOST_AT_ONCE // int(np.prod(shape)))
    climbed = [
        _climbed(subject, ran, filters[start : start + at_once], steps, (seed, start))
        for start in range(0, len(filters), at_once)
    ]
    inputs, before, after = zip(*climbed, strict=True)
    return Maximal(
        tuple(filters),
        np.concatenate(inputs),
        tuple(np.concatenate(before).tolist()),
        tuple(np.concatenate(after).tolist()),
    )


def _climbed(
    subject: Subject, ran: Ran, filters: Sequence[int], steps: int, seed: Sequence[int]
) -> tuple[Any, Any, Any]:
    import keras
    import numpy as np

    low, high = subject.range
    middle, reach = (low + high) / 2, high - low
    random = np.random.default_rng(seed)
    shape = (len(filters), *subject.image.shape)
    x = middle + reach * 0.1 * random.standard_normal(shape)
    places = (2, 3) if subject.survey.channels_first else (1, 2)
    wanted = np.eye(ran.shape[1 if places == (2, 3) else 3], dtype="float32")[list(filters)]

    def means(inputs: Any) -> Any:
        [output] = outputs_of(subject.model, inputs, [ran.layer])
        kept = keras.ops.convert_to_tensor(wanted, output.dtype)
        return keras.ops.sum(keras.ops.mean(output, places) * kept, -1)

    def measured(inputs: Any) -> Any:
        batch = subject.batch(inputs).astype("float32")
        return keras.ops.convert_to_numpy(means(keras.ops.convert_to_tensor(batch)))

    def rising(inputs: Any) -> Any:
        with _leaking(ran.layer):
            return keras.ops.sum(means(inputs))

    slope = slopes(rising)
    before = measured(x)
    jitter = max(1, min(shape[1:3]) // 24)
    for step in range(steps):
        moved = random.integers(-jitter, jitter + 1, 2)
        rolled = np.roll(x, moved, (1, 2))
        up = slope(subject.batch(rolled)).gradient
        # In float64, in which the squares of small gradients are not 0.
        up = np.roll(subject.channels_last(up), -moved, (1, 2)) * reach.astype("float64")
        size = np.sqrt(np.mean(up**2, axis=(1, 2, 3), keepdims=True))
        size = np.where(size > 0, size, 1)
        left = 1 - step / steps
        x = middle + (x - middle) * (1 - _DECAY)
        x = x + _STEP * (0.2 + 0.8 * left) * reach * up / size
        if step % _BLUR_EVERY == 0 and left > 0.3:
            x = _blurred(x, _BLUR_PIXELS * left)
        x = np.clip(x, low, high)
    return x.astype("float32"), before, measured(x)


def _leaking(layer: Any) -> AbstractContextManager[None]:
    """Let a ReLU at the end of a layer leak: where all its units are off there is no way up."""
    import keras

    if name_of_activation(layer) in ("relu", "relu6"):
        return replaced(layer, "activation", keras.activations.leaky_relu)
    if getattr(layer, "negative_slope", None) == 0:
        return replaced(layer, "negative_slope", 0.2)
    return nullcontext()


def _blurred(images: Any, pixels: float) -> Any:
    """Images blurred by a Gaussian of a few pixels."""
    import numpy as np

    reach = max(1, round(3 * pixels))
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / pixels) ** 2)
    weights /= weights.sum()
    for axis in (1, 2):
        around = [(0, 0)] * 4
        around[axis] = (reach, reach)
        padded = np.pad(images, around, mode="edge")
        size = images.shape[axis]
        images = sum(
            weight * padded.take(range(start, start + size), axis)
            for start, weight in enumerate(weights)
        )
    return images
