"""The layers of LeNet-5 that Keras does not have.

Source: Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, "Gradient-based learning applied to document
recognition", Proceedings of the IEEE 86(11), 1998, section II.B.
"""

from __future__ import annotations

from collections import Counter
from math import isfinite
from typing import Any

from convzoo.graph.dims import Dim, Shape, Worked, product, refuse, total
from convzoo.graph.facts import Weight, Window, Work
from convzoo.graph.layer import Layer, Tensor
from convzoo.layers import LAYERS
from convzoo.layers.arguments import (
    activation_ops,
    check_data_format,
    check_padding,
    check_size,
    check_sizes,
)
from convzoo.layers.pooling import Pooling
from convzoo.layers.spatial import SpatialLayer, sliding_windows, window_output

_KERAS_MODULE = "convzoo.building.keras_layers"


def _known_channels(layer: SpatialLayer, shape: Shape) -> int:
    """The channels of the input, which the weights depend on."""
    _, channels = layer.split(shape)
    if channels is None:
        raise layer.shape_error(
            "needs to know the channels of its input", shape, "Give the input its channels."
        )
    return channels


@LAYERS.register("ConnectionTableConv2D", "convzoo>ConnectionTableConv2D", "connectiontableconv2d")
class ConnectionTableConv2D(SpatialLayer):
    """A convolution whose filters see only those channels that a table connects them to.

    It has weights and multiply-accumulates for these connections only.

    Args:
        filters: output channels.
        kernel_size: taps along each axis.
        table: for each filter the numbers of the input channels that it sees, such as
            `[[0, 1], [1, 2], [0, 2]]`.
        strides: inputs from one output to the next.
        padding: `"valid"` or `"same"`.
        data_format: `"channels_last"` or `"channels_first"`.
        activation: a function applied to the output.
        use_bias: whether a bias is added.
    """

    rank = 2
    work_kind = "convolution"
    keras_module = _KERAS_MODULE
    registered_name = "convzoo>ConnectionTableConv2D"

    filters: int
    kernel_size: Any
    table: Any
    strides: Any = (1, 1)
    padding: str = "valid"
    data_format: str | None = None
    activation: Any = None
    use_bias: bool = True
    kernel_initializer: Any = "glorot_uniform"
    bias_initializer: Any = "zeros"
    kernel_regularizer: Any = None
    bias_regularizer: Any = None
    kernel_constraint: Any = None
    bias_constraint: Any = None

    def check_arguments(self) -> None:
        check_size(self, "filters")
        check_sizes(self, "kernel_size", self.rank)
        check_sizes(self, "strides", self.rank)
        check_padding(self, ("valid", "same"))
        check_data_format(self)
        self._check_table()

    def _check_table(self) -> None:
        table = self.table
        if not isinstance(table, (list, tuple)) or not all(map(_are_channels, table)):
            raise self.error(
                "table must have the numbers of one or more channels for each filter",
                f"table={table!r}",
                "Write, for example, table=[[0, 1], [1, 2]] for two filters.",
            )
        refuse(
            len(table) != self.filters,
            lambda: self.error(
                "table must have as many entries as there are filters",
                f"{len(table)} entries with filters={self.filters}",
            ),
        )
        self.table = tuple(map(tuple, table))

    def connections(self, channels: int) -> Dim:
        """The pairs of a channel and a filter that are connected, for an input of so many channels.

        They are added up by filters that see equally many.
        """
        number = Worked.leaf if isinstance(channels, Worked) else int
        filters = Counter(map(len, self.table))
        return total(product((number(count), seen)) for seen, count in sorted(filters.items()))

    def output_shape(self, shape: Shape) -> Shape:
        return self.join(shape[0], self._slid_outputs(shape), self.filters)

    def _slid_outputs(self, shape: Shape) -> list[Dim]:
        spatial, _ = self.split(shape)
        return [
            window_output(self, shape, size, kernel, stride, 1, self.padding)
            for size, kernel, stride in zip(spatial, self.kernel_size, self.strides, strict=True)
        ]

    def weights(self, inputs: Tensor) -> tuple[Weight, ...]:
        channels = _known_channels(self, inputs.shape)
        last = max(map(max, self.table))
        refuse(
            last >= channels,
            lambda: self.shape_error(
                f"its table names channel {last}, and the input has {channels}",
                inputs.shape,
                "Channels are numbered from 0.",
            ),
        )
        kernel = Weight("kernel", (*self.kernel_size, self.connections(channels)))
        return (kernel, Weight("bias", (self.filters,))) if self.use_bias else (kernel,)

    def work(self, inputs: Tensor) -> Work:
        places = self._slid_outputs(inputs.shape)
        connections = self.connections(_known_channels(self, inputs.shape))
        outputs = product((*places, self.filters))
        return Work(
            macs=product((*places, *self.kernel_size, connections)),
            bias_adds=outputs if self.use_bias else 0,
            element_ops=product((outputs, activation_ops(self.activation))),
        )

    def windows(self, inputs: Tensor) -> tuple[Window, ...]:
        spatial, _ = self.split(inputs.shape)
        undilated = (1,) * self.rank
        return sliding_windows(
            self, spatial, self.kernel_size, self.strides, undilated, self.padding
        )


def _are_channels(numbers: Any) -> bool:
    return (
        isinstance(numbers, (list, tuple))
        and len(numbers) > 0
        and all(type(number) is int and number >= 0 for number in numbers)
        and len(set(numbers)) == len(numbers)
    )


@LAYERS.register(
    "TrainableSubsampling2D", "convzoo>TrainableSubsampling2D", "trainablesubsampling2d"
)
class TrainableSubsampling2D(Pooling):
    """The sum of each patch, times a coefficient of its channel, plus a bias of its channel.

    Args:
        pool_size: inputs of a patch along each axis.
        strides: inputs from one patch to the next; `None` for patches side by side.
        padding: `"valid"` or `"same"`, where what lies in the padding adds nothing.
        data_format: `"channels_last"` or `"channels_first"`.
        activation: a function applied to the output.
        coefficient_initializer: how the coefficients begin; `None` for 1 / the inputs of a patch,
            so that the layer begins as average pooling.
    """

    rank = 2
    pool_size = (2, 2)
    keras_module = _KERAS_MODULE
    registered_name = "convzoo>TrainableSubsampling2D"

    activation: Any = None
    coefficient_initializer: Any = None
    bias_initializer: Any = "zeros"
    coefficient_regularizer: Any = None
    bias_regularizer: Any = None
    coefficient_constraint: Any = None
    bias_constraint: Any = None

    def weights(self, inputs: Tensor) -> tuple[Weight, ...]:
        channels = _known_channels(self, inputs.shape)
        return Weight("coefficient", (channels,)), Weight("bias", (channels,))

    def work(self, inputs: Tensor) -> Work:
        outputs = product(self.output_shape(inputs.shape)[1:])
        sum_and_product = 2
        steps = sum_and_product + activation_ops(self.activation)
        return Work(bias_adds=outputs, element_ops=product((steps, outputs)))


@LAYERS.register("EuclideanRBF", "convzoo>EuclideanRBF", "euclideanrbf")
class EuclideanRBF(Layer):
    """The squared distance of the input's last axis from a fixed prototype for each unit.

    The unit whose prototype is the nearest has the smallest output.

    Args:
        units: size of the output's last axis.
        prototypes: for each unit as many numbers as the input's last axis has.
    """

    units_argument = "components"
    keras_module = _KERAS_MODULE
    registered_name = "convzoo>EuclideanRBF"

    units: int
    prototypes: Any

    def check_arguments(self) -> None:
        check_size(self, "units")
        prototypes = self.prototypes
        if not isinstance(prototypes, (list, tuple)) or not all(map(_is_vector, prototypes)):
            raise self.error(
                "prototypes must be lists of numbers",
                f"prototypes of type {type(prototypes).__name__}",
                "Write, for example, prototypes=[[1, -1, -1], [-1, 1, 1]] for two units.",
            )
        refuse(
            len(prototypes) != self.units,
            lambda: self.error(
                "there must be as many prototypes as units",
                f"{len(prototypes)} prototypes with units={self.units}",
            ),
        )
        if len({len(prototype) for prototype in prototypes}) > 1:
            raise self.error(
                "prototypes must have equally many components",
                f"prototypes of {', '.join(str(len(prototype)) for prototype in prototypes)}",
            )
        self.prototypes = tuple(map(tuple, prototypes))

    @property
    def components(self) -> int:
        """The numbers of a prototype."""
        return len(self.prototypes[0])

    def output_shape(self, shape: Shape) -> Shape:
        if len(shape) < 2:
            self.require_rank(shape, 2, at_least=True)
        refuse(
            shape[-1] != self.components,
            lambda: self.shape_error(
                f"expects {self.components} features, as many as a prototype has components", shape
            ),
        )
        return (*shape[:-1], self.units)

    def weights(self, inputs: Tensor) -> tuple[Weight, ...]:
        return (Weight("prototypes", (self.units, self.components), trainable=False),)

    def work(self, inputs: Tensor) -> Work:
        # Each component's difference, and its square added to the others.
        differences = product((*self.output_shape(inputs.shape)[1:], inputs.shape[-1]))
        return Work(macs=differences, element_ops=differences)

    def windows(self, inputs: Tensor) -> tuple[Window, ...] | None:
        # Every axis but the last is seen one to one.
        return () if len(inputs.shape) > 2 else None


def _is_vector(numbers: Any) -> bool:
    return (
        isinstance(numbers, (list, tuple))
        and len(numbers) > 0
        and all(type(number) in (int, float) and isfinite(number) for number in numbers)
    )
