"""Pooling. Equals `keras/src/layers/pooling`; L2 pooling is our own."""

from __future__ import annotations

from math import gcd
from typing import Any, ClassVar

from convzoo.graph.dims import Shape, product
from convzoo.graph.facts import Window, Work
from convzoo.graph.layer import Tensor
from convzoo.layers import LAYERS
from convzoo.layers.arguments import check_data_format, check_padding, check_sizes
from convzoo.layers.spatial import SpatialLayer, sliding_windows, window_output


class Pooling(SpatialLayer):
    """One value for each patch of each channel.

    Args:
        pool_size: inputs of a patch along each axis.
        strides: inputs from one patch to the next; `None` for patches side by side.
        padding: `"valid"` or `"same"`.
        data_format: `"channels_last"` or `"channels_first"`.
    """

    pool_size: Any
    strides: Any = None
    padding: str = "valid"
    data_format: str | None = None

    def check_arguments(self) -> None:
        check_sizes(self, "pool_size", self.rank)
        if self.strides is None:
            self.strides = self.pool_size
        else:
            check_sizes(self, "strides", self.rank)
        check_padding(self, ("valid", "same"))
        check_data_format(self)

    def output_shape(self, shape: Shape) -> Shape:
        spatial, channels = self.split(shape)
        outputs = [
            window_output(self, shape, size, pool, stride, 1, self.padding)
            for size, pool, stride in zip(spatial, self.pool_size, self.strides, strict=True)
        ]
        return self.join(shape[0], outputs, channels)

    def work(self, inputs: Tensor) -> Work:
        return Work(element_ops=product(self.output_shape(inputs.shape)[1:]))

    def windows(self, inputs: Tensor) -> tuple[Window, ...]:
        spatial, _ = self.split(inputs.shape)
        undilated = (1,) * self.rank
        return sliding_windows(self, spatial, self.pool_size, self.strides, undilated, self.padding)


@LAYERS.register("MaxPooling1D", "MaxPool1D", "maxpool1d")
class MaxPooling1D(Pooling):
    """The largest value of each patch. Equals `keras.layers.MaxPooling1D`."""

    rank = 1
    work_kind = "max_pooling"
    pool_size = 2


@LAYERS.register("MaxPooling2D", "MaxPool2D", "maxpool2d")
class MaxPooling2D(Pooling):
    """The largest value of each patch. Equals `keras.layers.MaxPooling2D`."""

    rank = 2
    work_kind = "max_pooling"
    pool_size = (2, 2)


@LAYERS.register("MaxPooling3D", "MaxPool3D", "maxpool3d")
class MaxPooling3D(Pooling):
    """The largest value of each patch. Equals `keras.layers.MaxPooling3D`."""

    rank = 3
    work_kind = "max_pooling"
    pool_size = (2, 2, 2)


@LAYERS.register("AveragePooling1D", "AvgPool1D", "avgpool1d")
class AveragePooling1D(Pooling):
    """The mean of each patch. Equals `keras.layers.AveragePooling1D`."""

    rank = 1
    work_kind = "average_pooling"


@LAYERS.register("AveragePooling2D", "AvgPool2D", "avgpool2d")
class AveragePooling2D(Pooling):
    """The mean of each patch. Equals `keras.layers.AveragePooling2D`."""

    rank = 2
    work_kind = "average_pooling"


@LAYERS.register("AveragePooling3D", "AvgPool3D", "avgpool3d")
class AveragePooling3D(Pooling):
    """The mean of each patch. Equals `keras.layers.AveragePooling3D`."""

    rank = 3
    work_kind = "average_pooling"


class L2Pooling(Pooling):
    """The square root of the sum of the squares of each patch, which Keras does not have.

    Source: M. Nielsen, "Neural Networks and Deep Learning", chapter 6 (2015).
    """

    keras_module = "convzoo.building.keras_layers"


@LAYERS.register("L2Pooling1D", "convzoo>L2Pooling1D", "l2pool1d")
class L2Pooling1D(L2Pooling):
    """L2 pooling along one axis."""

    rank = 1
    pool_size = 2
    registered_name = "convzoo>L2Pooling1D"


@LAYERS.register("L2Pooling2D", "convzoo>L2Pooling2D", "l2pool2d")
class L2Pooling2D(L2Pooling):
    """L2 pooling along two axes."""

    rank = 2
    pool_size = (2, 2)
    registered_name = "convzoo>L2Pooling2D"


@LAYERS.register("L2Pooling3D", "convzoo>L2Pooling3D", "l2pool3d")
class L2Pooling3D(L2Pooling):
    """L2 pooling along three axes."""

    rank = 3
    pool_size = (2, 2, 2)
    registered_name = "convzoo>L2Pooling3D"


class GlobalPooling(SpatialLayer):
    """One value for each channel.

    Args:
        data_format: `"channels_last"` or `"channels_first"`.
        keepdims: whether the pooled axes stay, with size 1.
    """

    data_format: str | None = None
    keepdims: bool = False

    def check_arguments(self) -> None:
        check_data_format(self)

    def output_shape(self, shape: Shape) -> Shape:
        _, channels = self.split(shape)
        kept = (1,) * self.rank if self.keepdims else ()
        return self.join(shape[0], kept, channels)

    def work(self, inputs: Tensor) -> Work:
        return Work(element_ops=product(self.output_shape(inputs.shape)[1:]))


@LAYERS.register("GlobalMaxPooling1D", "GlobalMaxPool1D", "globalmaxpool1d", "gmp1d")
class GlobalMaxPooling1D(GlobalPooling):
    """The largest value of each channel. Equals `keras.layers.GlobalMaxPooling1D`."""

    rank: ClassVar[int] = 1
    work_kind = "global_max_pooling"


@LAYERS.register("GlobalMaxPooling2D", "GlobalMaxPool2D", "globalmaxpool2d", "gmp2d")
class GlobalMaxPooling2D(GlobalPooling):
    """The largest value of each channel. Equals `keras.layers.GlobalMaxPooling2D`."""

    rank: ClassVar[int] = 2
    work_kind = "global_max_pooling"


@LAYERS.register("GlobalMaxPooling3D", "GlobalMaxPool3D", "globalmaxpool3d", "gmp3d")
class GlobalMaxPooling3D(GlobalPooling):
    """The largest value of each channel. Equals `keras.layers.GlobalMaxPooling3D`."""

    rank: ClassVar[int] = 3
    work_kind = "global_max_pooling"


@LAYERS.register("GlobalAveragePooling1D", "GlobalAvgPool1D", "globalavgpool1d", "gap1d")
class GlobalAveragePooling1D(GlobalPooling):
    """The mean of each channel. Equals `keras.layers.GlobalAveragePooling1D`."""

    rank: ClassVar[int] = 1
    work_kind = "global_average_pooling"


@LAYERS.register("GlobalAveragePooling2D", "GlobalAvgPool2D", "globalavgpool2d", "gap2d")
class GlobalAveragePooling2D(GlobalPooling):
    """The mean of each channel. Equals `keras.layers.GlobalAveragePooling2D`."""

    rank: ClassVar[int] = 2
    work_kind = "global_average_pooling"


@LAYERS.register("GlobalAveragePooling3D", "GlobalAvgPool3D", "globalavgpool3d", "gap3d")
class GlobalAveragePooling3D(GlobalPooling):
    """The mean of each channel. Equals `keras.layers.GlobalAveragePooling3D`."""

    rank: ClassVar[int] = 3
    work_kind = "global_average_pooling"


class AdaptivePooling(SpatialLayer):
    """One value for each patch of each channel, in patches that give as many as asked for.

    Args:
        output_size: outputs along each axis; one int serves for all.
        data_format: `"channels_last"` or `"channels_first"`.
    """

    output_size: Any
    data_format: str | None = None

    def check_arguments(self) -> None:
        check_sizes(self, "output_size", self.rank, least=0)
        check_data_format(self, any_case=False)

    def output_shape(self, shape: Shape) -> Shape:
        # As in Keras, a call on an input of another rank is only refused when it is computed.
        self.require_rank(shape, 2 if self.channels_first else 1, at_least=True)
        return self.join(shape[0], self.output_size, shape[1 if self.channels_first else -1])

    def work(self, inputs: Tensor) -> Work:
        return Work(element_ops=product(self.output_shape(inputs.shape)[1:]))

    def windows(self, inputs: Tensor) -> tuple[Window, ...] | None:
        if inputs.rank != self.rank + 2:
            return None
        spatial, _ = self.split(inputs.shape)
        windows = []
        for axis, (size, outputs) in enumerate(zip(spatial, self.output_size, strict=True)):
            if size is None or 0 in (size, outputs):
                return None
            # Output o reads input i where o * size - outputs < i * outputs < (o + 1) * size.
            shared = gcd(size, outputs)
            stride, upsample = size // shared, outputs // shared
            windows.append(
                Window(
                    self.first_axis + axis,
                    kernel=stride + upsample - 1,
                    stride=stride,
                    before=upsample - 1,
                    upsample=upsample,
                )
            )
        return tuple(windows)


@LAYERS.register("AdaptiveAveragePooling1D", "adaptiveaveragepooling1d", "adaptiveavgpool1d")
class AdaptiveAveragePooling1D(AdaptivePooling):
    """The mean of each of so many patches. Equals `keras.layers.AdaptiveAveragePooling1D`."""

    rank = 1
    work_kind = "global_average_pooling"


@LAYERS.register("AdaptiveAveragePooling2D", "adaptiveaveragepooling2d", "adaptiveavgpool2d")
class AdaptiveAveragePooling2D(AdaptivePooling):
    """The mean of each of so many patches. Equals `keras.layers.AdaptiveAveragePooling2D`."""

    rank = 2
    work_kind = "global_average_pooling"


@LAYERS.register("AdaptiveAveragePooling3D", "adaptiveaveragepooling3d", "adaptiveavgpool3d")
class AdaptiveAveragePooling3D(AdaptivePooling):
    """The mean of each of so many patches. Equals `keras.layers.AdaptiveAveragePooling3D`."""

    rank = 3
    work_kind = "global_average_pooling"


@LAYERS.register("AdaptiveMaxPooling1D", "adaptivemaxpooling1d", "adaptivemaxpool1d")
class AdaptiveMaxPooling1D(AdaptivePooling):
    """The largest value of each of so many patches. Equals `keras.layers.AdaptiveMaxPooling1D`."""

    rank = 1
    work_kind = "global_max_pooling"


@LAYERS.register("AdaptiveMaxPooling2D", "adaptivemaxpooling2d", "adaptivemaxpool2d")
class AdaptiveMaxPooling2D(AdaptivePooling):
    """The largest value of each of so many patches. Equals `keras.layers.AdaptiveMaxPooling2D`."""

    rank = 2
    work_kind = "global_max_pooling"


@LAYERS.register("AdaptiveMaxPooling3D", "adaptivemaxpooling3d", "adaptivemaxpool3d")
class AdaptiveMaxPooling3D(AdaptivePooling):
    """The largest value of each of so many patches. Equals `keras.layers.AdaptiveMaxPooling3D`."""

    rank = 3
    work_kind = "global_max_pooling"
