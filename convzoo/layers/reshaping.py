"""Reshaping. Equals `keras/src/layers/reshaping`."""

from __future__ import annotations

from typing import Any, Self

from convzoo.graph.dims import Shape, product, refuse
from convzoo.graph.facts import Window, Work
from convzoo.graph.layer import Layer, Tensor
from convzoo.graph.structure import leaves
from convzoo.layers import LAYERS
from convzoo.layers.arguments import check_data_format, is_size
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


class ZeroPadding(SpatialLayer):
    """Zeros around the input.

    Args:
        padding: how many, along each axis before and after; one int serves for all.
        data_format: `"channels_last"` or `"channels_first"`.
    """

    padding: Any
    data_format: str | None = None

    def check_arguments(self) -> None:
        check_data_format(self)
        self.padding = self._checked_padding(self.padding)

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

    def _checked_padding(self, padding: Any) -> Any:
        if type(padding) is int:
            return ((padding, padding),) * self.rank  # Keras takes a negative one here.
        pairs = tuple((p, p) if type(p) is int else p for p in _sequence(padding))
        if len(pairs) != self.rank or not all(map(_is_pair, pairs)):
            raise self.error(
                f"padding must be an integer, or for each of {self.rank} axes a pair of integers "
                "of 0 or more",
                f"padding={padding!r}",
                "Write, for example, padding=1.",
            )
        return tuple(map(tuple, pairs))

    @property
    def axis_padding(self) -> tuple[tuple[int, int], ...]:
        """How many zeros stand before and after, along each spatial axis."""
        pairs: tuple[tuple[int, int], ...] = self.padding
        return pairs

    def output_shape(self, shape: Shape) -> Shape:
        spatial, channels = self.split(shape)
        outputs = tuple(
            None if size is None else before + size + after
            for size, (before, after) in zip(spatial, self.axis_padding, strict=True)
        )
        refuse(
            any(size is not None and size < 0 for size in outputs),
            lambda: self.shape_error(f"crops more than there is with {self.padding}", shape),
        )
        return self.join(shape[0], outputs, channels)

    def work(self, inputs: Tensor) -> Work:
        return Work()

    def windows(self, inputs: Tensor) -> tuple[Window, ...]:
        return tuple(
            Window(self.first_axis + axis, before=before)
            for axis, (before, _) in enumerate(self.axis_padding)
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

    def _checked_padding(self, padding: Any) -> Any:
        pair = (padding, padding) if type(padding) is int else padding
        if not _is_pair(pair):
            raise self.error(
                "padding must be an integer of 0 or more, or two",
                f"padding={padding!r}",
                "Write, for example, padding=1.",
            )
        return tuple(pair)

    @property
    def axis_padding(self) -> tuple[tuple[int, int], ...]:
        # Keras writes the one axis of this layer as a bare pair.
        pair: Any = self.padding
        return (pair,)


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
