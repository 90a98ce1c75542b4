"""Images: read from a file or an array, and fitted to what a model takes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from convzoo.errors import ArgumentError, BuildError, ShapeError, SourceError

if TYPE_CHECKING:
    from PIL.Image import Image

# The longest side of an image for a model that takes any size.
_LONGEST = 512

_MODES = {1: "L", 3: "RGB"}


@contextmanager
def for_pictures() -> Iterator[None]:
    """Tell what to install where a package for pictures is missing.

    Raises:
        BuildError: when it is.
    """
    try:
        yield
    except ImportError as error:
        raise BuildError(
            f"Pictures need matplotlib and Pillow, and {error.name or error} is missing. "
            "Install them: pip install 'convzoo[viz]'."
        ) from error


def fitted(image: Any, height: int | None, width: int | None, channels: int) -> Any:
    """An image of a size that a model takes.

    Args:
        image: a path, or an array of values from 0 to 255.
        height: its height; `None` for its own, as far as that's not too large.
        width: its width; `None` likewise.
        channels: 1 for a grey one, 3 for a colour one.

    Returns:
        An array of uint8, shape (height, width, channels).

    Raises:
        ArgumentError: when the model takes neither grey nor colour images.
        SourceError: when the file is no image, or can't be read.
        ShapeError: when the array is none.
    """
    import numpy as np

    if channels not in _MODES:
        raise ArgumentError(
            f"the model takes {channels} channels, where an image has 1 (grey) or 3 (colour)."
        )
    with for_pictures():
        from PIL import Image
    is_path = isinstance(image, (str, os.PathLike))
    opened = _opened(os.fspath(image)) if is_path else _of_array(image)
    opened = _without_alpha(opened).convert(_MODES[channels])
    longest = max(opened.size)
    shrink = min(1.0, _LONGEST / longest) if None in (height, width) else 1.0
    own = [max(1, round(side * shrink)) for side in opened.size]
    size = (own[0] if width is None else width, own[1] if height is None else height)
    if opened.size != size:
        opened = opened.resize(size, Image.Resampling.BICUBIC)
    return np.asarray(opened, "uint8").reshape(size[1], size[0], channels)


def _opened(path: str) -> Image:
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(path) as opened:
            opened.load()
            turned: Image.Image = ImageOps.exif_transpose(opened)
            return turned
    except UnidentifiedImageError:
        raise SourceError(f"{path}: is not an image. Give a PNG or a JPEG.") from None
    except OSError as error:
        raise SourceError(f"{path}: can't be read: {error.strerror or error}.") from None
    except (Image.DecompressionBombError, SyntaxError, ValueError) as error:
        # Pillow's word for a damaged PNG is SyntaxError.
        raise SourceError(f"{path}: is not an image that can be used: {error}.") from None


def _of_array(array: Any) -> Image:
    import numpy as np
    from PIL import Image

    x = np.asarray(array)
    if x.ndim == 3 and x.shape[2] == 1:
        x = x[..., 0]
    if x.ndim not in (2, 3) or (x.ndim == 3 and x.shape[2] not in (3, 4)) or 0 in x.shape:
        raise ShapeError(
            "an image must have shape (height, width) or (height, width, channels). "
            f"Received {np.shape(array)}."
        )
    if x.dtype != np.uint8:
        if not np.all((x >= 0) & (x <= 255)):
            raise ArgumentError("an image must have values from 0 to 255.")
        x = np.round(x).astype("uint8")
    return Image.fromarray(x)


def _without_alpha(image: Image) -> Image:
    """The image in 8 bits, on white where it is transparent."""
    import numpy as np
    from PIL import Image

    if image.mode.startswith("I"):
        return Image.fromarray((np.asarray(image, "float64") / 257).clip(0, 255).astype("uint8"))
    if image.mode in ("LA", "PA", "RGBA") or "transparency" in image.info:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(white, image).convert("RGB")
    return image
