"""Random changes of images, in training. Equals `keras/src/layers/preprocessing`."""

from __future__ import annotations

from typing import Any, Self, TypeGuard

from convzoo.graph.layer import Tensor
from convzoo.layers import LAYERS
from convzoo.layers.preprocessing_image import (
    FILL_MODES,
    INTERPOLATIONS,
    ImagePreprocessing,
    interval,
    is_number,
)


@LAYERS.register("AugMix")
class AugMix(ImagePreprocessing):
    """Several chains of changes, mixed. Equals `keras.layers.AugMix`.

    Args:
        num_chains: chains.
        chain_depth: changes of a chain.
        factor: how strong the changes are.
        alpha: how evenly the chains are mixed.
        all_ops: whether colours are changed, too.
        value_range: the least and the greatest value.
    """

    value_range: Any = (0, 255)
    num_chains: Any = 3
    chain_depth: Any = 3
    factor: Any = 0.3
    alpha: Any = 1.0
    all_ops: bool = True
    interpolation: str = "bilinear"
    seed: Any = None
    data_format: Any = None

    def check_arguments(self) -> None:
        super().check_arguments()
        # Its changes allow less than it does itself.
        self.check_within("factor", 0, 1)
        self.check_interval("factor", 0, 1)
        self.check_value_range()
        self.check_choice("interpolation", INTERPOLATIONS)


@LAYERS.register("CutMix")
class CutMix(ImagePreprocessing):
    """A part of an image put into another. Equals `keras.layers.CutMix`.

    Args:
        factor: how often.
    """

    factor: Any = 1.0
    seed: Any = None
    data_format: Any = None

    def check_arguments(self) -> None:
        super().check_arguments()
        self.check_interval("factor", 0, 1)


@LAYERS.register("MixUp")
class MixUp(ImagePreprocessing):
    """Two images mixed. Equals `keras.layers.MixUp`.

    Args:
        alpha: how evenly.
    """

    alpha: Any = 0.2
    data_format: Any = None
    seed: Any = None


@LAYERS.register("RandAugment")
class RandAugment(ImagePreprocessing):
    """Some random changes. Equals `keras.layers.RandAugment`.

    Args:
        num_ops: changes of an image.
        factor: how strong the changes are.
        value_range: the least and the greatest value.
    """

    value_range: Any = (0, 255)
    num_ops: Any = 2
    factor: Any = 0.5
    interpolation: str = "bilinear"
    seed: Any = None
    data_format: Any = None

    def check_arguments(self) -> None:
        super().check_arguments()
        # Its changes allow less than it does itself.
        self.check_within("factor", 0, 1)
        self.check_interval("factor", 0, 1)
        self.check_value_range()
        self.check_choice("interpolation", INTERPOLATIONS)


@LAYERS.register("RandomBrightness")
class RandomBrightness(ImagePreprocessing):
    """Random brightness. Equals `keras.layers.RandomBrightness`.

    Args:
        factor: how much.
        value_range: the least and the greatest value.
    """

    factor: Any
    value_range: Any = (0, 255)
    seed: Any = None

    def check_arguments(self) -> None:
        super().check_arguments()
        self.factor = self.factor or 0.0
        self.check_interval("factor")
        self.check_value_range()


@LAYERS.register("RandomColorDegeneration")
class RandomColorDegeneration(ImagePreprocessing):
    """Random loss of colour. Equals `keras.layers.RandomColorDegeneration`.

    Args:
        factor: how much.
        value_range: the least and the greatest value.
    """

    factor: Any
    value_range: Any = (0, 255)
    data_format: Any = None
    seed: Any = None

    def check_arguments(self) -> None:
        super().check_arguments()
        self.check_interval("factor")
        self.check_value_range()

    def output(self, data: Any) -> Any:
        shape = self.one_image(data).shape
        channels_axis = -3 if self.data_format == "channels_first" else -1
        if len(shape) not in (3, 4) or shape[channels_axis] not in (3, None):
            raise self.shape_error("expects images with 3 channels", shape)
        return super().output(data)


@LAYERS.register("RandomColorJitter")
class RandomColorJitter(ImagePreprocessing):
    """Random colours. Equals `keras.layers.RandomColorJitter`.

    Args:
        brightness_factor: how much; `None` for not at all.
        contrast_factor: likewise.
        saturation_factor: likewise.
        hue_factor: likewise.
        value_range: the least and the greatest value.
    """

    value_range: Any = (0, 255)
    brightness_factor: Any = None
    contrast_factor: Any = None
    saturation_factor: Any = None
    hue_factor: Any = None
    seed: Any = None
    data_format: Any = None

    def check_arguments(self) -> None:
        super().check_arguments()
        lows = {"brightness": -1, "contrast": 0, "saturation": -1, "hue": 0}
        for name, low in lows.items():
            value = getattr(self, f"{name}_factor")
            if name == "brightness" and value is not None:
                value = value or 0.0
            if value is not None and interval(value, low, 1) is None:
                raise self.no_interval(f"{name}_factor", low, 1)
        if self.brightness_factor is not None or self.saturation_factor is not None:
            self.check_value_range()


@LAYERS.register("RandomContrast")
class RandomContrast(ImagePreprocessing):
    """Random contrast. Equals `keras.layers.RandomContrast`.

    Args:
        factor: how much.
        value_range: the least and the greatest value.
    """

    factor: Any
    value_range: Any = (0, 255)
    seed: Any = None

    def check_arguments(self) -> None:
        super().check_arguments()
        self.check_interval("factor", 0, 1)


@LAYERS.register("RandomElasticTransform")
class RandomElasticTransform(ImagePreprocessing):
    """Random waves. Equals `keras.layers.RandomElasticTransform`.

    Args:
        factor: how often.
        scale: how much.
        value_range: the least and the greatest value.
    """

    factor: Any = 1.0
    scale: Any = 1.0
    interpolation: str = "bilinear"
    fill_mode: str = "reflect"
    fill_value: Any = 0.0
    value_range: Any = (0, 255)
    seed: Any = None
    data_format: Any = None

    def check_arguments(self) -> None:
        super().check_arguments()
        self.check_interval("factor", 0, 1)
        self.check_interval("scale", 0, 1)
        self.check_choice("interpolation", INTERPOLATIONS)
        self.check_choice("fill_mode", (*FILL_MODES, "mirror"))


@LAYERS.register("RandomErasing")
class RandomErasing(ImagePreprocessing):
    """A random part of an image erased. Equals `keras.layers.RandomErasing`.

    Args:
        factor: how often.
        scale: how large the part is.
        value_range: the least and the greatest value.
    """

    factor: Any = 1.0
    scale: Any = (0.02, 0.33)
    fill_value: Any = None
    value_range: Any = (0, 255)
    seed: Any = None
    data_format: Any = None

    def check_arguments(self) -> None:
        super().check_arguments()
        self.check_interval("factor", 0, 1)
        self.check_interval("scale", 0, 1)


@LAYERS.register("RandomFlip")
class RandomFlip(ImagePreprocessing):
    """Random mirroring. Equals `keras.layers.RandomFlip`.

    Args:
        mode: `"horizontal"`, `"vertical"` or `"horizontal_and_vertical"`.
    """

    mode: str = "horizontal_and_vertical"
    seed: Any = None
    data_format: Any = None


@LAYERS.register("RandomGaussianBlur")
class RandomGaussianBlur(ImagePreprocessing):
    """Random blur. Equals `keras.layers.RandomGaussianBlur`.

    Args:
        factor: how often.
        kernel_size: how far along height and width.
        sigma: how much.
        value_range: the least and the greatest value.
    """

    factor: Any = 1.0
    kernel_size: Any = 3
    sigma: Any = 1.0
    value_range: Any = (0, 255)
    data_format: Any = None
    seed: Any = None

    def check_arguments(self) -> None:
        super().check_arguments()
        self.check_interval("factor", 0, 1)
        self.check_interval("sigma", 0, 1)
        size = self.__dict__.pop("kernel_size", 3)
        sizes = tuple(size) if isinstance(size, (tuple, list)) else (size, size)
        if len(sizes) != 2 or not all(is_number(size) and size % 2 for size in sizes):
            raise self.error("kernel_size must be an odd number, or two", f"kernel_size={size!r}")
        if sizes != (3, 3):
            self.kernel_size = sizes


@LAYERS.register("RandomGrayscale")
class RandomGrayscale(ImagePreprocessing):
    """Random loss of all colour. Equals `keras.layers.RandomGrayscale`.

    Args:
        factor: how often.
    """

    factor: Any = 0.5
    data_format: Any = None
    seed: Any = None

    def check_arguments(self) -> None:
        super().check_arguments()
        if not is_number(self.factor) or not 0 <= self.factor <= 1:
            raise self.no_interval("factor", 0, 1)

    def output(self, data: Any) -> Any:
        image = self.one_image(data)
        # As in Keras, in the dtype that the input has inside.
        return Tensor(image.shape, self.cast(image))


@LAYERS.register("RandomHue")
class RandomHue(ImagePreprocessing):
    """Random hue. Equals `keras.layers.RandomHue`.

    Args:
        factor: how much.
        value_range: the least and the greatest value.
    """

    factor: Any
    value_range: Any = (0, 255)
    data_format: Any = None
    seed: Any = None

    def check_arguments(self) -> None:
        super().check_arguments()
        self.check_interval("factor", 0, 1)


@LAYERS.register("RandomInvert")
class RandomInvert(ImagePreprocessing):
    """Random negatives. Equals `keras.layers.RandomInvert`.

    Args:
        factor: how often.
        value_range: the least and the greatest value.
    """

    factor: Any = 1.0
    value_range: Any = (0, 255)
    seed: Any = None
    data_format: Any = None

    def check_arguments(self) -> None:
        super().check_arguments()
        self.check_interval("factor", 0, 1)


@LAYERS.register("RandomPerspective")
class RandomPerspective(ImagePreprocessing):
    """Random perspective. Equals `keras.layers.RandomPerspective`.

    Args:
        factor: how often.
        scale: how much.
    """

    factor: Any = 1.0
    scale: Any = 1.0
    interpolation: str = "bilinear"
    fill_value: Any = 0.0
    seed: Any = None
    data_format: Any = None

    def check_arguments(self) -> None:
        super().check_arguments()
        self.check_interval("factor", 0, 1)
        if not is_number(self.scale) or not 0 <= self.scale <= 1:
            raise self.no_interval("scale", 0, 1)
        self.check_choice("interpolation", INTERPOLATIONS)


@LAYERS.register("RandomPosterization")
class RandomPosterization(ImagePreprocessing):
    """Fewer bits for each colour. Equals `keras.layers.RandomPosterization`.

    Args:
        factor: how many bits.
        value_range: the least and the greatest value.
    """

    factor: Any
    value_range: Any = (0, 255)
    data_format: Any = None
    seed: Any = None

    def check_arguments(self) -> None:
        super().check_arguments()
        self.check_interval("factor", 1, 8)
        self.check_value_range()


@LAYERS.register("RandomRotation")
class RandomRotation(ImagePreprocessing):
    """Random rotation. Equals `keras.layers.RandomRotation`.

    Args:
        factor: how far, in whole turns.
    """

    factor: Any
    fill_mode: str = "reflect"
    interpolation: str = "bilinear"
    seed: Any = None
    fill_value: Any = 0.0
    data_format: Any = None

    def check_arguments(self) -> None:
        super().check_arguments()
        self.factor = self.factor or 0.0
        self.check_interval("factor")
        self.check_choice("fill_mode", FILL_MODES)
        self.check_choice("interpolation", INTERPOLATIONS)


@LAYERS.register("RandomSaturation")
class RandomSaturation(ImagePreprocessing):
    """Random saturation. Equals `keras.layers.RandomSaturation`.

    Args:
        factor: how much.
        value_range: the least and the greatest value.
    """

    factor: Any
    value_range: Any = (0, 255)
    data_format: Any = None
    seed: Any = None

    def check_arguments(self) -> None:
        super().check_arguments()
        self.check_interval("factor")
        self.check_value_range()


@LAYERS.register("RandomSharpness")
class RandomSharpness(ImagePreprocessing):
    """Random sharpness. Equals `keras.layers.RandomSharpness`.

    Args:
        factor: how much.
        value_range: the least and the greatest value.
    """

    factor: Any
    value_range: Any = (0, 255)
    data_format: Any = None
    seed: Any = None

    def check_arguments(self) -> None:
        super().check_arguments()
        self.check_interval("factor", 0, 1)
        self.check_value_range()


@LAYERS.register("RandomShear")
class RandomShear(ImagePreprocessing):
    """Random shear. Equals `keras.layers.RandomShear`.

    Args:
        x_factor: how far along the width.
        y_factor: how far along the height.
    """

    x_factor: Any = 0.0
    y_factor: Any = 0.0
    interpolation: str = "bilinear"
    fill_mode: str = "reflect"
    fill_value: Any = 0.0
    data_format: Any = None
    seed: Any = None

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        # Keras takes a number, and saves it as a pair that it would refuse.
        given = {name: config.get(name) for name in ("x_factor", "y_factor")}
        numbers = {name: pair[1] for name, pair in given.items() if _is_mirrored(pair)}
        return super().from_config({**config, **numbers})

    def check_arguments(self) -> None:
        super().check_arguments()
        self.check_within("x_factor", 0, 1)
        self.check_within("y_factor", 0, 1)
        self.check_choice("fill_mode", FILL_MODES)
        self.check_choice("interpolation", INTERPOLATIONS)


def _is_mirrored(value: Any) -> TypeGuard[tuple[Any, Any]]:
    """Whether the value is a number's negative and the number."""
    return (
        isinstance(value, (tuple, list))
        and len(value) == 2
        and all(map(is_number, value))
        and bool(value[0] == -value[1])
    )


@LAYERS.register("RandomTranslation")
class RandomTranslation(ImagePreprocessing):
    """Random shift. Equals `keras.layers.RandomTranslation`.

    Args:
        height_factor: how far, in heights.
        width_factor: how far, in widths.
    """

    height_factor: Any
    width_factor: Any
    fill_mode: str = "reflect"
    interpolation: str = "bilinear"
    seed: Any = None
    fill_value: Any = 0.0
    data_format: Any = None

    def check_arguments(self) -> None:
        super().check_arguments()
        self.check_within("height_factor", -1, 1)
        self.check_within("width_factor", -1, 1)
        self.check_choice("fill_mode", FILL_MODES)
        self.check_choice("interpolation", INTERPOLATIONS)


@LAYERS.register("RandomZoom")
class RandomZoom(ImagePreprocessing):
    """Random zoom. Equals `keras.layers.RandomZoom`.

    Args:
        height_factor: how much.
        width_factor: how much along the width, where that differs.
    """

    height_factor: Any
    width_factor: Any = None
    fill_mode: str = "reflect"
    interpolation: str = "bilinear"
    seed: Any = None
    fill_value: Any = 0.0
    data_format: Any = None

    def check_arguments(self) -> None:
        super().check_arguments()
        self.check_within("height_factor", -1, 1, open_low=True)
        if self.width_factor is not None:
            self.check_within("width_factor", -1, 1, open_low=True)
        self.check_choice("fill_mode", FILL_MODES)
        self.check_choice("interpolation", INTERPOLATIONS)
