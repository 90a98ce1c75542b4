"""The layers of LeNet-5 that Keras does not have, as real Keras layers, and what trains them.

Source: Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, "Gradient-based learning applied to document
recognition", Proceedings of the IEEE 86(11), 1998, sections II.B and II.C.
"""

from __future__ import annotations

from math import prod
from typing import Any

import keras
import numpy as np
from keras import ops

from convzoo import layers
from convzoo.building.keras_pooling import patch_sums
from convzoo.graph.layer import Tensor


def scaled_tanh(x: Any) -> Any:
    """The squashing function 1.7159 tanh(2 x / 3), which is 1 at 1 and -1 at -1.

    Args:
        x: a tensor.

    Returns:
        A tensor of the same shape.
    """
    return 1.7159 * ops.tanh(2 / 3 * x)


def penalty_loss(y_true: Any, y_pred: Any, rubbish: float = 1.0) -> Any:
    """The loss of outputs of which the smallest tells the class, such as those of `EuclideanRBF`.

    The penalty of the right class is drawn down, and those of the others up as far as they compete
    with it and with the penalty that everything has for being of no class. Without that one nothing
    would draw an input near to its prototype.

    Args:
        y_true: 1 for the right class, 0 for the others, shape (batch, classes).
        y_pred: the penalties, shape (batch, classes).
        rubbish: the penalty for being of no class; the paper's j, to which it gives no value.

    Returns:
        The loss of each sample, shape (batch,).

    Source: equation 9.
    """
    no_class = ops.full_like(y_pred[:, :1], rubbish)
    penalties = ops.concatenate([y_pred, no_class], axis=-1)
    return ops.sum(y_true * y_pred, axis=-1) + ops.logsumexp(-penalties, axis=-1)


def penalty_accuracy(y_true: Any, y_pred: Any) -> Any:
    """Whether the smallest output is that of the right class.

    Args:
        y_true: 1 for the right class, 0 for the others, shape (batch, classes).
        y_pred: the penalties, shape (batch, classes).

    Returns:
        1 or 0 for each sample, shape (batch,).
    """
    right = ops.equal(ops.argmax(y_true, axis=-1), ops.argmin(y_pred, axis=-1))
    return ops.cast(right, "float32")


for _function in (scaled_tanh, penalty_loss, penalty_accuracy):
    keras.saving.register_keras_serializable(package="convzoo")(_function)


@keras.saving.register_keras_serializable(package="convzoo")
class ConnectionTableConv2D(keras.layers.Layer):
    """A convolution whose filters see only those channels that a table connects them to.

    Its kernel has the shape (height, width, connections), the connections filter by filter.

    Args:
        filters: output channels.
        kernel_size: taps along each axis.
        table: for each filter the numbers of the input channels that it sees, such as
            `[[0, 1], [1, 2], [0, 2]]`.
        strides: inputs from one output to the next.
        padding: `"valid"` or `"same"`.
        data_format: `"channels_last"`, shape (batch, height, width, channels), or
            `"channels_first"`.
        activation: a function applied to the output.
        use_bias: whether a bias is added.
        kernel_initializer: how the kernel begins; the sizes that it looks at are those of the
            convolution with all connections.

    Raises:
        ArgumentError: when an argument can't be used.
        ShapeError: when the input is smaller than the kernel, or lacks a channel of the table.
    """

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        table: Any,
        strides: Any = (1, 1),
        padding: str = "valid",
        data_format: str | None = None,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        data_format = data_format or keras.config.image_data_format()
        self._description = layers.ConnectionTableConv2D(
            filters, kernel_size, table, strides, padding, data_format
        )
        self.activation = keras.activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.bias_initializer = keras.initializers.get(bias_initializer)
        self.kernel_regularizer = keras.regularizers.get(kernel_regularizer)
        self.bias_regularizer = keras.regularizers.get(bias_regularizer)
        self.kernel_constraint = keras.constraints.get(kernel_constraint)
        self.bias_constraint = keras.constraints.get(bias_constraint)
        self.input_spec = keras.layers.InputSpec(ndim=4)

    def build(self, input_shape: Any) -> None:
        own = self._description
        kernel, bias = own.weights(Tensor(tuple(input_shape)))
        _, channels = own.split(tuple(input_shape))
        assert channels is not None
        # In a kernel with all connections, channel by channel: the places of those that there are.
        places = np.array(
            [
                channel * own.filters + number
                for number, seen in enumerate(own.table)
                for channel in seen
            ]
        )
        whole = (*own.kernel_size, channels, own.filters)

        def initial(_: Any, dtype: Any = None) -> Any:
            values = self.kernel_initializer(whole, dtype=dtype)
            return ops.take(ops.reshape(values, (*own.kernel_size, -1)), places, axis=-1)

        self.kernel = self.add_weight(
            name="kernel",
            shape=kernel.shape,
            initializer=initial,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                name="bias",
                shape=bias.shape,
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )
        # The other way round; what is not connected takes the zero behind the last connection.
        connections = np.full(channels * own.filters, len(places), "int32")
        connections[places] = np.arange(len(places))
        self._connections = connections
        self._whole = whole

    def call(self, inputs: Any) -> Any:
        own = self._description
        x = ops.moveaxis(inputs, 1, -1) if own.channels_first else inputs
        kernel = ops.pad(self.kernel, ((0, 0), (0, 0), (0, 1)))
        kernel = ops.reshape(ops.take(kernel, self._connections, axis=-1), self._whole)
        x = ops.conv(x, kernel, own.strides, own.padding, data_format="channels_last")
        if self.bias is not None:
            x = x + self.bias
        x = self.activation(x)
        return ops.moveaxis(x, -1, 1) if own.channels_first else x

    def compute_output_shape(self, input_shape: Any) -> Any:
        return self._description.output_shape(tuple(input_shape))

    def get_config(self) -> dict[str, Any]:
        own = self._description
        return {
            **super().get_config(),
            "filters": own.filters,
            "kernel_size": own.kernel_size,
            "table": own.table,
            "strides": own.strides,
            "padding": own.padding,
            "data_format": "channels_first" if own.channels_first else "channels_last",
            "activation": keras.activations.serialize(self.activation),
            "use_bias": self.use_bias,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
            "bias_initializer": keras.initializers.serialize(self.bias_initializer),
            "kernel_regularizer": keras.regularizers.serialize(self.kernel_regularizer),
            "bias_regularizer": keras.regularizers.serialize(self.bias_regularizer),
            "kernel_constraint": keras.constraints.serialize(self.kernel_constraint),
            "bias_constraint": keras.constraints.serialize(self.bias_constraint),
        }


@keras.saving.register_keras_serializable(package="convzoo")
class TrainableSubsampling2D(keras.layers.Layer):
    """The sum of each patch, times a coefficient of its channel, plus a bias of its channel.

    Args:
        pool_size: inputs of a patch along each axis.
        strides: inputs from one patch to the next; `None` for patches side by side.
        padding: `"valid"` or `"same"`, where what lies in the padding adds nothing.
        data_format: `"channels_last"`, shape (batch, height, width, channels), or
            `"channels_first"`.
        activation: a function applied to the output.
        coefficient_initializer: how the coefficients begin; `None` for 1 / the inputs of a patch,
            so that the layer begins as average pooling.

    Raises:
        ArgumentError: when an argument can't be used.
        ShapeError: when the input is smaller than a patch.
    """

    def __init__(
        self,
        pool_size: Any = (2, 2),
        strides: Any = None,
        padding: str = "valid",
        data_format: str | None = None,
        activation: Any = None,
        coefficient_initializer: Any = None,
        bias_initializer: Any = "zeros",
        coefficient_regularizer: Any = None,
        bias_regularizer: Any = None,
        coefficient_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        data_format = data_format or keras.config.image_data_format()
        self._description = layers.TrainableSubsampling2D(pool_size, strides, padding, data_format)
        self.activation = keras.activations.get(activation)
        self.coefficient_initializer = keras.initializers.get(coefficient_initializer)
        self.bias_initializer = keras.initializers.get(bias_initializer)
        self.coefficient_regularizer = keras.regularizers.get(coefficient_regularizer)
        self.bias_regularizer = keras.regularizers.get(bias_regularizer)
        self.coefficient_constraint = keras.constraints.get(coefficient_constraint)
        self.bias_constraint = keras.constraints.get(bias_constraint)
        self.input_spec = keras.layers.InputSpec(ndim=4)

    def build(self, input_shape: Any) -> None:
        own = self._description
        coefficient, bias = own.weights(Tensor(tuple(input_shape)))
        mean = keras.initializers.Constant(1 / prod(own.pool_size))
        self.coefficient = self.add_weight(
            name="coefficient",
            shape=coefficient.shape,
            initializer=self.coefficient_initializer or mean,
            regularizer=self.coefficient_regularizer,
            constraint=self.coefficient_constraint,
        )
        self.bias = self.add_weight(
            name="bias",
            shape=bias.shape,
            initializer=self.bias_initializer,
            regularizer=self.bias_regularizer,
            constraint=self.bias_constraint,
        )

    def call(self, inputs: Any) -> Any:
        own = self._description
        per_channel = (-1, 1, 1) if own.channels_first else (-1,)
        x = patch_sums(own, inputs) * ops.reshape(self.coefficient, per_channel)
        return self.activation(x + ops.reshape(self.bias, per_channel))

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
            "activation": keras.activations.serialize(self.activation),
            "coefficient_initializer": keras.initializers.serialize(self.coefficient_initializer),
            "bias_initializer": keras.initializers.serialize(self.bias_initializer),
            "coefficient_regularizer": keras.regularizers.serialize(self.coefficient_regularizer),
            "bias_regularizer": keras.regularizers.serialize(self.bias_regularizer),
            "coefficient_constraint": keras.constraints.serialize(self.coefficient_constraint),
            "bias_constraint": keras.constraints.serialize(self.bias_constraint),
        }


@keras.saving.register_keras_serializable(package="convzoo")
class EuclideanRBF(keras.layers.Layer):
    """The squared distance of the input's last axis from a fixed prototype for each unit.

    The unit whose prototype is the nearest has the smallest output.

    Args:
        units: size of the output's last axis.
        prototypes: for each unit as many numbers as the input's last axis has.

    Raises:
        ArgumentError: when an argument can't be used.
        ShapeError: when the input's last axis has another size than the prototypes.
    """

    def __init__(self, units: int, prototypes: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._description = layers.EuclideanRBF(units, prototypes)

    def build(self, input_shape: Any) -> None:
        own = self._description
        self.prototypes = self.add_weight(
            name="prototypes",
            shape=(own.units, own.components),
            initializer=keras.initializers.Constant(np.array(own.prototypes)),
            trainable=False,
        )

    def call(self, inputs: Any) -> Any:
        differences = ops.expand_dims(inputs, -2) - self.prototypes
        return ops.sum(ops.square(differences), axis=-1)

    def compute_output_shape(self, input_shape: Any) -> Any:
        return self._description.output_shape(tuple(input_shape))

    def get_config(self) -> dict[str, Any]:
        own = self._description
        return {**super().get_config(), "units": own.units, "prototypes": own.prototypes}
