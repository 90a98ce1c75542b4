"""What an image goes through before it is a network's input, and the way back."""

from __future__ import annotations

from typing import Any, NamedTuple

from convzoo.errors import ShapeError


class Preprocessing(NamedTuple):
    """What is done to images of values from 0 to 255: `(image * scale - mean) / deviation`.

    Calling it takes an array (..., height, width, channels) of integers or floats and gives an
    array of float32 of the same shape, larger by the padding.

    Args:
        scale: what values are multiplied by.
        mean: what is then taken off; a value, or one for each channel in the network's order.
        deviation: what is then divided by; a value, or one for each channel.
        bgr: whether the network takes blue, green, red, where the image has red, green, blue.
        padding: rows and columns of zeros that are put on each side, before everything else.
    """

    scale: float = 1.0
    mean: float | tuple[float, ...] = 0.0
    deviation: float | tuple[float, ...] = 1.0
    bgr: bool = False
    padding: int = 0

    def __call__(self, images: Any) -> Any:
        import numpy as np

        x = self._checked(images)
        if self.padding:
            sides = (self.padding, self.padding)
            x = np.pad(x, [(0, 0)] * (x.ndim - 3) + [sides, sides, (0, 0)])
        if self.bgr:
            x = x[..., ::-1]
        x = (x * self.scale - np.array(self.mean)) / np.array(self.deviation)
        return x.astype("float32")

    def inverse(self, inputs: Any) -> Any:
        """The images, of values from 0 to 255, that become these inputs: an array of float32."""
        import numpy as np

        x = self._checked(inputs)
        x = (x * np.array(self.deviation) + np.array(self.mean)) / self.scale
        if self.bgr:
            x = x[..., ::-1]
        if self.padding:
            kept = slice(self.padding, -self.padding)
            x = x[..., kept, kept, :]
        return x.astype("float32")

    def _checked(self, images: Any) -> Any:
        import numpy as np

        x = np.asarray(images, "float64")
        parts = [part for part in (self.mean, self.deviation) if isinstance(part, tuple)]
        channels = len(parts[0]) if parts else None
        if x.ndim < 3 or (channels is not None and x.shape[-1] != channels):
            raise ShapeError(
                "preprocess: expects images of shape (..., height, width, "
                f"{channels or 'channels'}). Received {x.shape}. "
                "A grey image needs an axis for its channel: x[..., None]."
            )
        return x

    def __str__(self) -> str:
        parts = []
        if self.padding:
            parts.append(f"{self.padding} rows and columns of zeros on each side")
        if self.bgr:
            parts.append("as blue, green, red")
        if self.scale != 1:
            inverse = round(1 / self.scale, 6)
            parts.append(f"divided by {inverse:g}")
        if self.mean != 0.0:
            parts.append(f"less {_text(self.mean)}")
        if self.deviation != 1.0:
            parts.append(f"divided by {_text(self.deviation)}")
        return "values from 0 to 255" + "".join(f", {part}" for part in parts)


def _text(value: float | tuple[float, ...]) -> str:
    values = value if isinstance(value, tuple) else (value,)
    return " ".join(f"{one:g}" for one in values)


RAW = Preprocessing()
"""Values from 0 to 255, as they are."""

UNIT = Preprocessing(scale=1 / 255)
"""Values from 0 to 1."""

SYMMETRIC = Preprocessing(scale=1 / 127.5, mean=1.0)
"""Values from -1 to 1: what `keras.applications` calls `"tf"`."""

IMAGENET_MEAN = Preprocessing(mean=(103.939, 116.779, 123.68), bgr=True)
"""Blue, green, red, less ImageNet's means: what `keras.applications` calls `"caffe"`."""

IMAGENET_STANDARD = Preprocessing(
    scale=1 / 255, mean=(0.485, 0.456, 0.406), deviation=(0.229, 0.224, 0.225)
)
"""ImageNet's mean 0 and deviation 1: what `keras.applications` calls `"torch"`."""

CIFAR10_STANDARD = Preprocessing(
    scale=1 / 255, mean=(0.4914, 0.4822, 0.4465), deviation=(0.2470, 0.2435, 0.2616)
)
"""CIFAR-10's mean 0 and deviation 1, of its 50,000 training images."""
