"""Reshaping. Equals `keras/src/layers/reshaping`."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from convzoo.graph.dims import Shape, ceil_div, product, refuse
from convzoo.graph.facts import Window, Work
from convzoo.graph.layer import Layer, Tensor
from convzoo.graph.structure import leaves
from convzoo.layers import LAYERS
from convzoo.layers.arguments import check_data_format, check_size, check_sizes, is_size
from convzoo.layers.spatial import SpatialLayer


class Rearranging(Layer):
    """A layer that moves elements and computes nothing."""

    def work(self, inputs: Tensor) -> Work:
        return Work()


@LAYERS.register("Flatten", "flatten")
class Flatten(Rearranging):
    """All axes but the batch in one. Equals `keras.layers.Flatten`.

    Args:
        data_format: the order in which the elements are laid out; changes no number.
    """

    data_format: str | None = None

    def check_arguments(self) -> None:
        check_data_format(self)

    def output(self, inputs: Tensor) -> Tensor:
        self.require_rank(inputs.shape, 1, at_least=True)
        return Tensor((inputs.shape[0], product(inputs.shape[1:])), self.cast(inputs))


@LAYERS.register("Reshape", "reshape")
class Reshape(Rearranging):
    """The same elements in another shape. Equals `keras.layers.Reshape`.

    Args:
        target_shape: the new dims without the batch; one may be -1, to be inferred.
    """

    target_shape: Any

    def check_arguments(self) -> None:
        target = self.target_shape
        fits = isinstance(target, (tuple, list)) and all(
            dim is None or (is_size(dim) and dim >= -1) for dim in target
        )
        if not fits or list(target).count(-1) > 1:
            raise self.error(
                "target_shape must hold sizes of 0 or more, and -1 at most once",
                f"target_shape={target!r}",
                "Write, for example, (7, 7, 64).",
            )
        self.target_shape = tuple(target)

    def output(self, inputs: Tensor) -> Tensor:
        shape = inputs.shape
        self.require_rank(shape, 1, at_least=True)
        return Tensor((shape[0], *self._resolved(shape)), self.cast(inputs))

    def _resolved(self, shape: Shape) -> Shape:
        target: Shape = self.target_shape
        given = product(shape[1:])
        if given is None or None in target:
            return tuple(None if dim == -1 else dim for dim in target)
        known = product(dim for dim in target if dim != -1)
        assert known is not None
        fits = known == given if -1 not in target else known != 0 and given % known == 0
        refuse(
            not fits,
            lambda: self.shape_error(
                f"its target_shape {target} must hold the input's {int(given):,} elements", shape
            ),
        )
        return tuple(given // known if dim == -1 else dim for dim in target)


@LAYERS.register("Permute", "permute")
class Permute(Rearranging):
    """The axes in another order. Equals `keras.layers.Permute`.

    Args:
        dims: for each axis of the output the axis of the input, counted from 1 without the batch.
    """

    dims: Any

    def check_arguments(self) -> None:
        dims = self.dims
        fits = isinstance(dims, (tuple, list)) and all(map(is_size, dims))
        if not fits or sorted(dims) != list(range(1, len(dims) + 1)):
            raise self.error(
                "dims must hold the axes from 1 on, each once",
                f"dims={dims!r}",
                "Write, for example, (2, 1).",
            )
        self.dims = tuple(dims)

    def output(self, inputs: Tensor) -> Tensor:
        shape = inputs.shape
        self.require_rank(shape, len(self.dims) + 1)
        return Tensor((shape[0], *(shape[dim] for dim in self.dims)), self.cast(inputs))

    def windows(self, inputs: Tensor) -> tuple[Window, ...] | None:
        return () if list(self.dims) == sorted(self.dims) else None


@LAYERS.register("RepeatVector", "repeatvector")
class RepeatVector(Rearranging):
    """The input several times, along a new axis. Equals `keras.layers.RepeatVector`.

    Args:
        n: how often.
    """

    n: int

    def check_arguments(self) -> None:
        check_size(self, "n")

    def output_shape(self, shape: Shape) -> Shape:
        self.require_rank(shape, 2)
        return (shape[0], self.n, shape[1])


class Edging(SpatialLayer):
    """A layer that adds to or takes from both ends of its spatial axes."""

    edges: ClassVar[str]
    """The argument that says how much."""

    def check_arguments(self) -> None:
        check_data_format(self)
        setattr(self, self.edges, self._checked(getattr(self, self.edges)))

    def _checked(self, value: Any) -> Any:
        if self.rank == 1:
            # Keras writes the one axis as a bare pair.
            pair = (value, value) if type(value) is int else value
            if _is_pair(pair):
                return tuple(pair)
            expected = f"{self.edges} must be an integer of 0 or more, or two"
        else:
            values: Any = (value,) * self.rank if type(value) is int else _sequence(value)
            pairs: Any = tuple((v, v) if type(v) is int else v for v in values)
            if len(pairs) == self.rank and all(map(_is_pair, pairs)):
                return tuple(map(tuple, pairs))
            expected = (
                f"{self.edges} must be an integer, or for each of {self.rank} axes a pair of "
                "integers of 0 or more"
            )
        raise self.error(
            expected, f"{self.edges}={value!r}", f"Write, for example, {self.edges}=1."
        )

    @property
    def pairs(self) -> tuple[tuple[int, int], ...]:
        """How much is added or taken before and after, along each spatial axis."""
        value = getattr(self, self.edges)
        return (value,) if self.rank == 1 else value

    def work(self, inputs: Tensor) -> Work:
        return Work()


class ZeroPadding(Edging):
    """Zeros around the input.

    Args:
        padding: how many, along each axis before and after; one int serves for all.
        data_format: `"channels_last"` or `"channels_first"`.
    """

    edges = "padding"

    padding: Any
    data_format: str | None = None

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        # Keras takes a negative int, and saves it as pairs that it would refuse.
        sizes = set(leaves(config.get("padding")))
        if len(sizes) == 1 and type(size := sizes.pop()) is int:
            config = {**config, "padding": size}
        return super().from_config(config)

    def to_config(self) -> dict[str, Any]:
        config = super().to_config()
        sizes = set(leaves(self.padding))
        return {**config, "padding": sizes.pop()} if min(sizes) < 0 else config

    def _checked(self, value: Any) -> Any:
        if type(value) is int and self.rank > 1:
            return ((value, value),) * self.rank  # Keras takes a negative one here.
        return super()._checked(value)

    def output_shape(self, shape: Shape) -> Shape:
        spatial, channels = self.split(shape)
        outputs = tuple(
            None if size is None else before + size + after
            for size, (before, after) in zip(spatial, self.pairs, strict=True)
        )
        refuse(
            any(size is not None and size < 0 for size in outputs),
            lambda: self.shape_error(f"crops more than there is with {self.padding}", shape),
        )
        return self.join(shape[0], outputs, channels)

    def windows(self, inputs: Tensor) -> tuple[Window, ...]:
        return tuple(
            Window(self.first_axis + axis, before=before)
            for axis, (before, _) in enumerate(self.pairs)
        )


def _sequence(value: Any) -> Any:
    return value if isinstance(value, (tuple, list)) else ()


def _is_pair(value: Any) -> bool:
    pair = _sequence(value)
    return len(pair) == 2 and all(is_size(size) and size >= 0 for size in pair)


@LAYERS.register("ZeroPadding1D", "zeropadding1d", "zeropad1d", "pad1d")
class ZeroPadding1D(ZeroPadding):
    """Zeros before and after. Equals `keras.layers.ZeroPadding1D`."""

    rank = 1
    padding = 1


@LAYERS.register("ZeroPadding2D", "zeropadding2d", "zeropad2d", "pad2d")
class ZeroPadding2D(ZeroPadding):
    """Zeros above, below, left and right. Equals `keras.layers.ZeroPadding2D`."""

    rank = 2
    padding = (1, 1)


@LAYERS.register("ZeroPadding3D", "zeropadding3d", "zeropad3d", "pad3d")
class ZeroPadding3D(ZeroPadding):
    """Zeros around a volume. Equals `keras.layers.ZeroPadding3D`."""

    rank = 3
    padding = ((1, 1), (1, 1), (1, 1))


class Cropping(Edging):
    """The input without its edges.

    Args:
        cropping: how much is cut off, along each axis before and after; one int serves for all.
    """

    edges = "cropping"

    cropping: Any

    def output_shape(self, shape: Shape) -> Shape:
        spatial, channels = self.split(shape)
        outputs = tuple(
            None if size is None else size - before - after
            for size, (before, after) in zip(spatial, self.pairs, strict=True)
        )
        refuse(
            any(size is not None and size < 1 for size in outputs),
            lambda: self.shape_error(
                f"must leave something of its input with cropping={self.cropping}",
                shape,
                "Crop less, or enlarge the input.",
            ),
        )
        return self.join(shape[0], outputs, channels)

    def windows(self, inputs: Tensor) -> tuple[Window, ...]:
        return tuple(
            Window(self.first_axis + axis, before=-before)
            for axis, (before, _) in enumerate(self.pairs)
        )


@LAYERS.register("Cropping1D", "cropping1d", "crop1d")
class Cropping1D(Cropping):
    """The input without its ends. Equals `keras.layers.Cropping1D`."""

    rank = 1
    cropping = (1, 1)


@LAYERS.register("Cropping2D", "cropping2d", "crop2d")
class Cropping2D(Cropping):
    """An image without its edges. Equals `keras.layers.Cropping2D`."""

    rank = 2
    cropping = ((0, 0), (0, 0))
    data_format: str | None = None


@LAYERS.register("Cropping3D", "cropping3d", "crop3d")
class Cropping3D(Cropping):
    """A volume without its faces. Equals `keras.layers.Cropping3D`."""

    rank = 3
    cropping = ((1, 1), (1, 1), (1, 1))
    data_format: str | None = None


class UpSampling(SpatialLayer):
    """Every element several times along each axis.

    Args:
        size: how often, along each axis; one int serves for all.
    """

    work_kind = "nearest_upsampling"

    size: Any

    def check_arguments(self) -> None:
        check_sizes(self, "size", self.rank)
        check_data_format(self)

    def output_shape(self, shape: Shape) -> Shape:
        spatial, channels = self.split(shape)
        outputs = [
            None if size is None else size * factor
            for size, factor in zip(spatial, self.factors, strict=True)
        ]
        return self.join(shape[0], outputs, channels)

    @property
    def factors(self) -> tuple[int, ...]:
        """How often, along each spatial axis."""
        factors: tuple[int, ...] = self.size
        return factors

    def work(self, inputs: Tensor) -> Work:
        return Work()

    def windows(self, inputs: Tensor) -> tuple[Window, ...] | None:
        return tuple(
            Window(self.first_axis + axis, kernel=factor, before=factor - 1, upsample=factor)
            for axis, factor in enumerate(self.factors)
        )


@LAYERS.register("UpSampling1D", "upsampling1d", "up1d")
class UpSampling1D(UpSampling):
    """Every step several times. Equals `keras.layers.UpSampling1D`."""

    rank = 1
    size = 2

    def check_arguments(self) -> None:
        check_size(self, "size")

    @property
    def factors(self) -> tuple[int, ...]:
        return (self.size,)


# How far from an output's place, counted in inputs, an interpolation reads.
_INTERPOLATION_REACH = {"bilinear": 1, "bicubic": 2, "lanczos3": 3, "lanczos5": 5}


@LAYERS.register("UpSampling2D", "upsampling2d", "up2d")
class UpSampling2D(UpSampling):
    """An image enlarged. Equals `keras.layers.UpSampling2D`.

    Args:
        data_format: `"channels_last"` or `"channels_first"`.
        interpolation: how the pixels between are made: `"nearest"`, `"bilinear"`, `"bicubic"`,
            `"lanczos3"` or `"lanczos5"`; as in Keras, another one is only refused when it is
            computed.
    """

    rank = 2
    size = (2, 2)
    data_format: str | None = None
    interpolation: str = "nearest"

    def check_arguments(self) -> None:
        super().check_arguments()
        if not isinstance(self.interpolation, str):
            raise self.error(
                "interpolation must be a name",
                f"interpolation={self.interpolation!r}",
                "Write, for example, interpolation='bilinear'.",
            )
        self.interpolation = self.interpolation.lower()
        self.__dict__["work_kind"] = f"{self.interpolation}_upsampling"

    def work(self, inputs: Tensor) -> Work:
        if self.interpolation == "nearest":
            return Work()
        return Work(element_ops=product(self.output_shape(inputs.shape)[1:]))

    def windows(self, inputs: Tensor) -> tuple[Window, ...] | None:
        if self.interpolation == "nearest":
            return super().windows(inputs)
        reach = _INTERPOLATION_REACH.get(self.interpolation)
        if reach is None:
            return None
        return tuple(
            _interpolated(self.first_axis + axis, factor, reach)
            for axis, factor in enumerate(self.factors)
            if factor > 1
        )


def _interpolated(axis: int, factor: int, reach: int) -> Window:
    """The window of an interpolation between the centers of inputs.

    Output o reads the inputs within `reach` of (o + 1/2) / factor - 1/2, without the bounds, so
    the places p with 1 - factor - 2 * reach * factor < 2 * (p - o) < 1 - factor + 2 * reach *
    factor.
    """
    first = (1 - factor - 2 * reach * factor) // 2 + 1
    last = ceil_div(1 - factor + 2 * reach * factor, 2) - 1
    return Window(axis, kernel=last - first + 1, before=-first, upsample=factor)


@LAYERS.register("UpSampling3D", "upsampling3d", "up3d")
class UpSampling3D(UpSampling):
    """A volume enlarged. Equals `keras.layers.UpSampling3D`.

    Args:
        data_format: `"channels_last"` or `"channels_first"`.
    """

    rank = 3
    size = (2, 2, 2)
    data_format: str | None = None
