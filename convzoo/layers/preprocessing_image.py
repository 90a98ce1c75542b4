"""Preprocessing of images. Equals `keras/src/layers/preprocessing/image_preprocessing`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from convzoo.errors import ArgumentError
from convzoo.graph.dims import Dim, product, refuse
from convzoo.graph.facts import Window, Work
from convzoo.graph.layer import Layer, Tensor
from convzoo.graph.structure import map_leaves
from convzoo.layers import LAYERS
from convzoo.layers.arguments import check_data_format

FILL_MODES = ("reflect", "wrap", "constant", "nearest")
INTERPOLATIONS = ("nearest", "bilinear")


class ImagePreprocessing(Layer):
    """A layer for images, or for a dict of images, labels, boxes and masks.

    Args:
        bounding_box_format: the order of a box's numbers; by keyword only.
        data_format: `"channels_last"` or `"channels_first"`.
    """

    call_defaults = {"training": True}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        # Where a class does not name them, Keras takes them by keyword.
        hidden = {"bounding_box_format", "data_format"} - cls.__annotations__.keys()
        cls.positional = tuple(name for name in cls.positional if name not in hidden)
        cls.arguments = {**cls.arguments, **dict.fromkeys(sorted(hidden))}

    def check_arguments(self) -> None:
        check_data_format(self)
        seed = self.__dict__.get("seed")
        if seed is not None and (not isinstance(seed, int) or isinstance(seed, bool)):
            raise self.error("seed must be an integer", f"seed={seed!r}", "Try 1337.")

    def check_choice(self, name: str, choices: Sequence[str]) -> None:
        """Refuse an argument that is none of the choices."""
        value = getattr(self, name)
        if value not in choices:
            raise self.error(f"{name} must be one of {', '.join(choices)}", f"{name}={value!r}")

    def check_interval(self, name: str, low: float = -1, high: float = 1) -> None:
        """Bring a factor to the interval that Keras makes of it: from its negative, or of two."""
        if name not in self.__dict__:
            return
        value = self.__dict__[name]
        found = interval(value, low, high)
        if found is None:
            raise self.no_interval(name, low, high)
        default = type(self).arguments[name]
        if found == interval(default, low, high):
            del self.__dict__[name]
        else:
            self.__dict__[name] = found

    def check_within(self, name: str, low: float, high: float, open_low: bool = False) -> None:
        """Refuse a factor, or two, unless all lie between the bounds."""
        value = getattr(self, name)
        values = value if isinstance(value, (tuple, list)) else (value,)
        fits = not isinstance(value, (tuple, list)) or len(value) == 2
        for number in values:
            fits = fits and is_number(number) and low <= number <= high
            fits = fits and not (open_low and number == low)
        if not fits:
            raise self.no_interval(name, low, high)

    def no_interval(self, name: str, low: float, high: float) -> ArgumentError:
        """The error of a factor out of its bounds."""
        return self.error(
            f"{name} must be a number from {low} to {high}, or two",
            f"{name}={getattr(self, name)!r}",
        )

    def check_value_range(self) -> None:
        """Bring the range of values to a pair in order."""
        value = self.__dict__.pop("value_range", (0, 255))
        pair = isinstance(value, (tuple, list)) and len(value) == 2 and all(map(is_number, value))
        if not pair:
            raise self.error(
                "value_range must hold two numbers", f"value_range={value!r}", "Try (0, 255)."
            )
        if sorted(value) != [0, 255]:
            self.__dict__["value_range"] = tuple(sorted(value))

    def one_image(self, data: Any) -> Tensor:
        """The input, where only a tensor will do."""
        if not isinstance(data, Tensor):
            raise self.shape_error(
                "has a known output for one tensor only",
                data,
                "Call it on the images, without labels and boxes.",
            )
        return data

    def output(self, data: Any) -> Any:
        return map_leaves(lambda tensor: Tensor(tensor.shape, self.compute_dtype), data)

    def work(self, data: Any) -> Work | None:
        # It does nothing at inference.
        return Work()

    def windows(self, data: Any) -> tuple[Window, ...] | None:
        return ()


def is_number(value: Any) -> bool:
    """Whether the value is a number, of Python or of an array library."""
    return isinstance(value, (int, float)) or hasattr(value, "dtype")


def interval(value: Any, low: float, high: float) -> tuple[Any, Any] | None:
    """The interval that a factor stands for; `None` where Keras refuses it."""
    if isinstance(value, (tuple, list)):
        if len(value) != 2 or not all(map(is_number, value)):
            return None
        first, second = sorted(value)
        return None if value[0] > high or value[1] < low else (first, second)
    if not isinstance(value, (int, float)) or not low <= value <= high:
        return None
    return max(-abs(value), low), abs(value)


# ---------------------------------------------------------------------- sizes


class Resized(ImagePreprocessing):
    """A layer whose output has a height and a width of its own."""

    def output(self, data: Any) -> Tensor:
        shape = list(self.one_image(data).shape)
        for name, axis in zip(("height", "width"), self._axes(len(shape)), strict=True):
            size = getattr(self, name)
            refuse(
                not -len(shape) <= axis < len(shape),
                lambda: self.shape_error("expects images", data.shape),
            )
            if size is not None and (not isinstance(size, int) or size < 0):
                raise self.error(f"{name} must be an integer of 0 or more", f"{name}={size!r}")
            shape[axis] = size
        return Tensor(tuple(shape), self.compute_dtype)

    def _axes(self: Any, rank: int) -> tuple[int, int]:
        """Where height and width stand; an input without a batch has them one axis earlier."""
        first = 1 if rank == 4 else 0
        first += 1 if self.data_format == "channels_first" else 0
        return first, first + 1

    def work(self, data: Any) -> Work | None:
        """One interpolation for each element."""
        return Work(element_ops=product(self.output(data).shape[1:]))

    def windows(self, data: Any) -> tuple[Window, ...] | None:
        return None


@LAYERS.register("Resizing")
class Resizing(Resized):
    """Images in another size. Equals `keras.layers.Resizing`.

    Args:
        height: the output's.
        width: the output's.
        interpolation: how values between pixels are found.
        crop_to_aspect_ratio: whether the image is cropped rather than distorted.
        pad_to_aspect_ratio: whether the image is padded rather than distorted.
    """

    height: Any
    width: Any
    interpolation: str = "bilinear"
    crop_to_aspect_ratio: bool = False
    pad_to_aspect_ratio: bool = False
    fill_mode: str = "constant"
    fill_value: float = 0.0
    antialias: bool = False
    data_format: Any = None


@LAYERS.register("CenterCrop")
class CenterCrop(Resized):
    """The middle of images, or these resized where they are smaller.

    Equals `keras.layers.CenterCrop`.

    Args:
        height: the output's.
        width: the output's.
    """

    height: Any
    width: Any
    data_format: Any = None

    def output(self, data: Any) -> Tensor:
        if self.one_image(data).rank not in (3, 4):
            raise self.shape_error("expects an image or a batch of images", data.shape)
        return super().output(data)

    def _crops(self, data: Tensor) -> list[tuple[int, Dim, int]]:
        """Axis, size and output size of height and width."""
        sizes = (self.height, self.width)
        axes = self._axes(data.rank)
        return [(axis, data.shape[axis], size) for axis, size in zip(axes, sizes, strict=True)]

    def work(self, data: Any) -> Work | None:
        crops = self._crops(data)
        if any(size is None for _, size, _ in crops):
            return None
        if all(size >= out for _, size, out in crops if size):
            return Work()
        # Of a size that has a name only, nobody can say whether it is smaller.
        is_smaller = any(size < out for _, size, out in crops if size)
        return super().work(data) if is_smaller else None

    def windows(self, data: Any) -> tuple[Window, ...] | None:
        crops = self._crops(data)
        if any(size is None or size < out for _, size, out in crops):
            return None
        return tuple(Window(axis, before=-((size - out) // 2)) for axis, size, out in crops if size)


@LAYERS.register("RandomCrop")
class RandomCrop(Resized):
    """A random part of images; at inference the middle, resized. Equals `keras.layers.RandomCrop`.

    Args:
        height: the output's.
        width: the output's.
    """

    height: Any
    width: Any
    seed: Any = None
    data_format: Any = None

    def _axes(self, rank: int) -> tuple[int, int]:
        return (-2, -1) if self.data_format == "channels_first" else (-3, -2)


@LAYERS.register("MaxNumBoundingBoxes")
class MaxNumBoundingBoxes(ImagePreprocessing):
    """As many boxes for each image. Equals `keras.layers.MaxNumBoundingBoxes`.

    Args:
        max_number: how many.
        fill_value: what stands in for a missing box.
    """

    max_number: Any
    fill_value: Any = -1

    def check_arguments(self) -> None:
        super().check_arguments()
        for name in ("max_number", "fill_value"):
            try:
                number = int(getattr(self, name))
            except (TypeError, ValueError):
                raise self.error(
                    f"{name} must be an integer", f"{name}={getattr(self, name)!r}"
                ) from None
            if name in self.__dict__:
                self.__dict__[name] = number

    def output(self, data: Any) -> Any:
        output = super().output(data)
        if isinstance(data, dict) and "bounding_boxes" in data:
            boxes = output["bounding_boxes"]
            if not isinstance(boxes, dict) or boxes.keys() != {"boxes", "labels"}:
                raise self.shape_error("needs bounding_boxes of boxes and labels", data)
            for tensor in boxes.values():
                if tensor.rank < 2 or self.max_number < 0:
                    raise self.shape_error(
                        f"can't bring an axis after the batch to {self.max_number}", tensor.shape
                    )
                tensor.shape = (tensor.shape[0], self.max_number, *tensor.shape[2:])
        return output


# ---------------------------------------------------------------------- colours


class Deterministic(ImagePreprocessing):
    """A layer that works at inference too; a pixel may depend on all of the image."""

    def work(self, data: Any) -> Work | None:
        return None

    def windows(self, data: Any) -> tuple[Window, ...] | None:
        return None


@LAYERS.register("AutoContrast")
class AutoContrast(Deterministic):
    """Contrast drawn out to the whole range. Equals `keras.layers.AutoContrast`.

    Args:
        value_range: the least and the greatest value.
    """

    value_range: Any = (0, 255)

    def check_arguments(self) -> None:
        super().check_arguments()
        self.check_value_range()


@LAYERS.register("ContrastLimitedAdaptiveHistogramEqualization")
class ContrastLimitedAdaptiveHistogramEqualization(Deterministic):
    """All values as often, tile by tile.

    Equals `keras.layers.ContrastLimitedAdaptiveHistogramEqualization`.

    Args:
        value_range: the least and the greatest value.
        clip_limit: how much contrast is allowed.
        tile_grid_size: tiles along height and width.
    """

    value_range: Any = (0, 255)
    clip_limit: Any = 4.0
    tile_grid_size: Any = (8, 8)
    data_format: Any = None


@LAYERS.register("Equalization")
class Equalization(ImagePreprocessing):
    """All values as often, in training. Equals `keras.layers.Equalization`.

    Args:
        value_range: the least and the greatest value.
        bins: values that are told apart.
    """

    value_range: Any = (0, 255)
    bins: Any = 256
    data_format: Any = None

    def check_arguments(self) -> None:
        super().check_arguments()
        self.check_value_range()

    def output(self, data: Any) -> Any:
        # Keras hands the input on, in the dtype it has inside.
        return map_leaves(lambda tensor: Tensor(tensor.shape, self.cast(tensor)), data)


@LAYERS.register("Solarization")
class Solarization(ImagePreprocessing):
    """Bright values inverted, in training. Equals `keras.layers.Solarization`.

    Args:
        addition_factor: how much is added before.
        threshold_factor: from where values are inverted.
        value_range: the least and the greatest value.
    """

    addition_factor: Any = 0.0
    threshold_factor: Any = 0.0
    value_range: Any = (0, 255)
    seed: Any = None

    def check_arguments(self) -> None:
        super().check_arguments()
        self.check_value_range()
        for name in ("addition_factor", "threshold_factor"):
            self.check_within(name, 0, 1)
            value = self.__dict__.pop(name, 0.0)
            pair = tuple(sorted(value)) if isinstance(value, (tuple, list)) else (0, value)
            if pair != (0, 0):
                self.__dict__[name] = pair
