"""L2 pooling as real Keras layers."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from convzoo import layers


def patch_sums(own: Any, inputs: Any) -> Any:
    """The sum of each patch of each channel.

    Args:
        own: the description of the layer, which knows the patches.
        inputs: a tensor.

    Returns:
        A tensor in the data format of the inputs.
    """
    x = inputs if own.channels_first else ops.moveaxis(inputs, -1, 1)
    batch, channels, *sizes = ops.shape(x)
    # One convolution with ones adds up a patch, and its padding adds nothing. The channels stand in
    # the batch, so that each is added up on its own on every backend.
    x = ops.reshape(x, (-1, *sizes, 1))
    ones = ops.ones((*own.pool_size, 1, 1), dtype=x.dtype)
    x = ops.conv(x, ones, own.strides, own.padding, data_format="channels_last")
    x = ops.reshape(x, (batch, channels, *ops.shape(x)[1:-1]))
    return x if own.channels_first else ops.moveaxis(x, 1, -1)


class _L2Pooling(keras.layers.Layer):
    """The square root of the sum of the squares of each patch of each channel.

    Source: M. Nielsen, "Neural Networks and Deep Learning", chapter 6 (2015).
    """

    described: Any
    """The description, which checks the arguments and knows the shapes."""

    def __init__(
        self,
        pool_size: Any = 2,
        strides: Any = None,
        padding: str = "valid",
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        data_format = data_format or keras.config.image_data_format()
        self._description = self.described(pool_size, strides, padding, data_format)
        self.input_spec = keras.layers.InputSpec(ndim=self._description.rank + 2)

    def call(self, inputs: Any) -> Any:
        x = patch_sums(self._description, ops.square(inputs))
        # The gradient of the square root at 0 is infinite: a patch of zeros gets 0 instead.
        zero = ops.less_equal(x, 0)
        return ops.where(zero, ops.zeros_like(x), ops.sqrt(ops.where(zero, ops.ones_like(x), x)))

    def compute_output_shape(self, input_shape: Any) -> Any:
        return self._description.output_shape(tuple(input_shape))

    def get_config(self) -> dict[str, Any]:
        own = self._description
        return {
            **super().get_config(),
            "pool_size": own.pool_size,
            "strides": own.strides,
            "padding": own.padding,
            "data_format": "channels_first" if own.channels_first else "channels_last",
        }


@keras.saving.register_keras_serializable(package="convzoo")
class L2Pooling1D(_L2Pooling):
    """L2 pooling along one axis.

    Args:
        pool_size: inputs of a patch.
        strides: inputs from one patch to the next; `None` for patches side by side.
        padding: `"valid"` or `"same"`.
        data_format: `"channels_last"`, shape (batch, steps, channels), or `"channels_first"`.

    Raises:
        ArgumentError: when an argument can't be used.
        ShapeError: when the input has fewer steps than a patch.
    """

    described = layers.L2Pooling1D


@keras.saving.register_keras_serializable(package="convzoo")
class L2Pooling2D(_L2Pooling):
    """L2 pooling along two axes.

    Args:
        pool_size: inputs of a patch along each axis.
        strides: inputs from one patch to the next; `None` for patches side by side.
        padding: `"valid"` or `"same"`.
        data_format: `"channels_last"`, shape (batch, height, width, channels), or
            `"channels_first"`.

    Raises:
        ArgumentError: when an argument can't be used.
        ShapeError: when the input is smaller than a patch.
    """

    described = layers.L2Pooling2D


@keras.saving.register_keras_serializable(package="convzoo")
class L2Pooling3D(_L2Pooling):
    """L2 pooling along three axes.

    Args:
        pool_size: inputs of a patch along each axis.
        strides: inputs from one patch to the next; `None` for patches side by side.
        padding: `"valid"` or `"same"`.
        data_format: `"channels_last"`, shape (batch, depth, height, width, channels), or
            `"channels_first"`.

    Raises:
        ArgumentError: when an argument can't be used.
        ShapeError: when the input is smaller than a patch.
    """

    described = layers.L2Pooling3D
