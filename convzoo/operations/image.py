# mypy: disable-error-code="override"
"""Operations on images. Equals `keras/src/ops/image.py`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from convzoo.graph.dims import Dim, Shape, product, total
from convzoo.graph.facts import Window
from convzoo.graph.layer import Tensor
from convzoo.layers.spatial import SpatialLayer
from convzoo.operations import OPERATIONS, Operation, add_operations
from convzoo.operations.families import Rearranging
from convzoo.operations.nn import Spatial, check_format


class OfImages(SpatialLayer, Operation):
    """An operation on one image, or on a batch of them.

    Each takes `data_format`: `"channels_last"` or `"channels_first"`.
    """

    ranks = (3, 4)

    def check_arguments(self) -> None:
        check_format(self)

    def checked(self, images: Any) -> list[Dim]:
        """The sizes of the images."""
        self.require(
            len(images.shape) in self.ranks, f"needs {self.ranks[0]} axes, or a batch", images
        )
        return list(images.shape)

    def channels_axis(self) -> int:
        """The axis of the channels, from the last."""
        return -3 if self.channels_first else -1

    def size_axes(self) -> tuple[int, int]:
        """The axes of the height and the width, from the last."""
        return (-2, -1) if self.channels_first else (-3, -2)


class SameImages(OfImages):
    """Images of the same size."""

    ops_per_output = 1

    data_format: Any = None

    def output(self, images: Any) -> Tensor:
        return self.tensor(self.checked(images), images.dtype)


@OPERATIONS.register("image.RGBToGrayscale")
class RGBToGrayscale(SameImages):
    """Brightness in place of colours. Equals `keras.ops.image.rgb_to_grayscale`."""

    is_one_to_one = True

    def output(self, images: Any) -> Tensor:
        shape, axis = self.checked(images), self.channels_axis()
        self.require(shape[axis] in (None, 1, 3), "needs 1 or 3 channels", images)
        shape[axis] = 1
        return self.tensor(shape, images.dtype)


class ColourSpace(SameImages):
    """Colours in other coordinates."""

    is_one_to_one = True

    def output(self, images: Any) -> Tensor:
        channels = self.checked(images)[self.channels_axis()]
        fits = channels in (None, 3) and "float" in images.dtype
        self.require(fits, f"needs 3 channels of floats, not of {images.dtype}", images)
        return super().output(images)


add_operations("image", (ColourSpace,), "HSVToRGB RGBToHSV")


@OPERATIONS.register("image.Resize")
class Resize(OfImages):
    """Images of another size. Equals `keras.ops.image.resize`.

    Args:
        size: the new height and width.
    """

    ops_per_output = 1

    size: Any
    interpolation: Any = "bilinear"
    antialias: Any = False
    crop_to_aspect_ratio: Any = False
    pad_to_aspect_ratio: Any = False
    fill_mode: Any = "constant"
    fill_value: Any = 0.0
    data_format: Any = None

    def output(self, images: Any) -> Tensor:
        shape = self.checked(images)
        for axis, size in zip(self.size_axes(), self.size[:2], strict=True):
            shape[axis] = size
        return self.tensor(shape, images.dtype)


@OPERATIONS.register("image.AffineTransform")
class AffineTransform(OfImages):
    """Images, turned, sheared and moved. Equals `keras.ops.image.affine_transform`."""

    ops_per_output = 1

    interpolation: Any = "bilinear"
    fill_mode: Any = "constant"
    fill_value: Any = 0
    data_format: Any = None

    def output(self, images: Any, transform: Any) -> Tensor:
        self.require(len(transform.shape) in (1, 2), "needs a transform of 1 or 2 axes", transform)
        return self.tensor(self.checked(images), images.dtype)


@OPERATIONS.register("image.PerspectiveTransform")
class PerspectiveTransform(OfImages):
    """Images, seen from elsewhere. Equals `keras.ops.image.perspective_transform`."""

    ops_per_output = 1

    interpolation: Any = "bilinear"
    fill_value: Any = 0
    data_format: Any = None

    def output(self, images: Any, start_points: Any, end_points: Any) -> Tensor:
        start, end = start_points.shape, end_points.shape
        fits = start == end and len(start) in (2, 3) and start[-2:] == (4, 2)
        self.require(fits, "needs the four corners before and after", start_points, end_points)
        return self.tensor(self.checked(images), images.dtype)


@OPERATIONS.register("image.GaussianBlur")
class GaussianBlur(SameImages):
    """Images, blurred. Equals `keras.ops.image.gaussian_blur`."""

    kernel_size: Any = (3, 3)
    sigma: Any = (1.0, 1.0)
    data_format: Any = None


@OPERATIONS.register("image.ElasticTransform")
class ElasticTransform(SameImages):
    """Images, distorted at random. Equals `keras.ops.image.elastic_transform`."""

    alpha: Any = 20.0
    sigma: Any = 5.0
    interpolation: Any = "bilinear"
    fill_mode: Any = "reflect"
    fill_value: Any = 0.0
    seed: Any = None
    data_format: Any = None


@OPERATIONS.register("image.SobelEdges")
class SobelEdges(OfImages):
    """The slope down and across at each pixel. Equals `keras.ops.image.sobel_edges`."""

    ranks = (4, 4)
    ops_per_output = 1

    data_format: Any = None

    def output(self, images: Any) -> Tensor:
        return self.tensor((*self.checked(images), 2), images.dtype)


@OPERATIONS.register("image.SSIM")
class SSIM(OfImages):
    """How alike two images are. Equals `keras.ops.image.ssim`."""

    max_val: Any = 1.0
    filter_size: Any = 11
    filter_sigma: Any = 1.5
    k1: Any = 0.01
    k2: Any = 0.03
    data_format: Any = None

    def output(self, image1: Any, image2: Any) -> Tensor:
        shape, _ = self.checked(image1), self.checked(image2)
        return self.tensor(() if len(shape) == 3 else shape[:1], image1.dtype)


@OPERATIONS.register("image.ExtractPatches")
class ExtractPatches(Spatial, Rearranging):
    """The patches of images or volumes, as channels. Equals `keras.ops.image.extract_patches`."""

    size: Any
    strides: Any = None
    dilation_rate: Any = 1
    padding: Any = "valid"
    data_format: Any = None

    def check_arguments(self) -> None:
        check_format(self)
        if isinstance(self.size, int):
            self.size = (self.size, self.size)
        self.size = tuple(self.size)
        if self.strides is None:
            self.strides = self.size

    def output(self, images: Any) -> Tensor:
        count = 3 if len(self.size) == 3 else 2
        size = self.size[:count]
        shape: Shape = images.shape
        is_single = len(shape) == count + 1
        shape = (1, *shape) if is_single else shape
        self.require(len(shape) == count + 2, f"needs {count + 1} axes, or a batch", images)
        channels = shape[1] if self.channels_first else shape[-1]
        self.require(channels is not None, "needs to know the channels", images)
        sizes = self.slid(shape, size, self.sizes("dilation_rate", count, stretch=False))
        patches = self.join(shape[0], sizes, product((*size, channels)))
        return self.tensor(patches[1:] if is_single else patches, images.dtype)


@OPERATIONS.register("image.MapCoordinates")
class MapCoordinates(Operation):
    """The values at given places of an array. Equals `keras.ops.image.map_coordinates`."""

    ops_per_output = 1

    order: Any
    fill_mode: Any = "constant"
    fill_value: Any = 0

    def output(self, inputs: Any, coordinates: Any) -> Tensor:
        shape = coordinates.shape
        fits = len(shape) > 1 and shape[0] == len(inputs.shape)
        self.require(fits, "needs a coordinate for each axis", inputs, coordinates)
        return self.tensor(shape[1:], inputs.dtype)


@OPERATIONS.register("image.ScaleAndTranslate")
class ScaleAndTranslate(Operation):
    """An array of another size, moved. Equals `keras.ops.image.scale_and_translate`."""

    ops_per_output = 1

    spatial_dims: Any
    method: Any
    antialias: Any = True

    def output(self, images: Any, output_shape: Any, scale: Any, translation: Any) -> Tensor:
        return self.tensor(output_shape, images.dtype)


class Framing(OfImages, Rearranging, ABC):
    """Images with more or less around them.

    Of what stands before, what stands after and the new size, two must be given for each axis.
    """

    def framed(self, images: Any, *axes: tuple[Any, Any, Any]) -> Tensor:
        """The images with a frame of that much before and after each axis, to that size."""
        shape = self.checked(images)
        for axis, (before, after, target) in zip(self.size_axes(), axes, strict=True):
            given = [value for value in (before, after, target) if value is not None]
            if len(given) != 2 or any(value < 0 for value in given):
                raise self.error(
                    "two of before, after and target must be given, none below 0",
                    f"{before}, {after} and {target}",
                )
            shape[axis] = self.new_size(images, shape[axis], before, after, target)
        return self.tensor(shape, images.dtype)

    @abstractmethod
    def new_size(self, images: Any, size: Dim, before: Any, after: Any, target: Any) -> Dim:
        """The new size of an axis."""


@OPERATIONS.register("image.PadImages")
class PadImages(Framing):
    """Images with zeros around them. Equals `keras.ops.image.pad_images`."""

    top_padding: Any = None
    left_padding: Any = None
    bottom_padding: Any = None
    right_padding: Any = None
    target_height: Any = None
    target_width: Any = None
    data_format: Any = None

    def output(self, images: Any) -> Tensor:
        return self.framed(
            images,
            (self.top_padding, self.bottom_padding, self.target_height),
            (self.left_padding, self.right_padding, self.target_width),
        )

    def new_size(self, images: Any, size: Dim, before: Any, after: Any, target: Any) -> Dim:
        if target is None:
            return total((before, size, after))
        padding = before if after is None else after
        fits = size is None or size + padding <= target
        self.require(fits, f"is larger than the target of {target}", images)
        return int(target)

    def windows(self, images: Any) -> tuple[Window, ...] | None:
        if self.top_padding is None or self.left_padding is None:
            return None
        paddings = (self.top_padding, self.left_padding)
        return tuple(
            Window(axis % len(images.shape), before=before)
            for axis, before in zip(self.size_axes(), paddings, strict=True)
        )


@OPERATIONS.register("image.CropImages")
class CropImages(Framing):
    """Images without their edges. Equals `keras.ops.image.crop_images`."""

    top_cropping: Any = None
    left_cropping: Any = None
    bottom_cropping: Any = None
    right_cropping: Any = None
    target_height: Any = None
    target_width: Any = None
    data_format: Any = None

    def output(self, images: Any) -> Tensor:
        return self.framed(
            images,
            (self.top_cropping, self.bottom_cropping, self.target_height),
            (self.left_cropping, self.right_cropping, self.target_width),
        )

    def new_size(self, images: Any, size: Dim, before: Any, after: Any, target: Any) -> Dim:
        if target is not None:
            cropping = before if after is None else after
            fits = size is None or target + cropping <= size
            self.require(fits, f"is smaller than the target of {target}", images)
            return int(target)
        if size is None:
            raise self.shape_error("needs a target where a size is unknown", images.shape)
        self.require(size >= before + after, "is smaller than what is cropped", images)
        left: int = size - before - after
        return left

    def windows(self, images: Any) -> tuple[Window, ...] | None:
        if self.top_cropping is None or self.left_cropping is None:
            return None
        croppings = (self.top_cropping, self.left_cropping)
        return tuple(
            Window(axis % len(images.shape), before=-cropping)
            for axis, cropping in zip(self.size_axes(), croppings, strict=True)
        )
