"""A model under test: what is described, calculated and built of it, each once for all checks."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any, NoReturn

from convzoo.errors import ConformanceError, ShapeError

if TYPE_CHECKING:
    import keras

    from convzoo.analyses.report import Report
    from convzoo.graph.dims import Shape
    from convzoo.graph.graph import Graph

BATCH = 2
"""How many samples go through a built model."""

_SEED = 20_171_115

# Sizes of a small input, in turn: different, so that axes which change places are noticed, and more
# than most networks divide them by, so that places are left until the end.
_SMALL = (17, 33)


class SkippedError(Exception):
    """A check does not apply; its text says why."""


class Subject:
    """One model of the zoo and what the checks need of it.

    Args:
        name: the model's name.

    Raises:
        UnknownNameError: when there is none of that name.
    """

    def __init__(self, name: str) -> None:
        from convzoo.zoo import entry

        self.entry = entry(name)
        self.name = self.entry.name
        self.card = self.entry.card
        self.check = ""
        """The name of the check that is running."""

    def __enter__(self) -> Subject:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of all models."""
        for name in ("model", "small_model"):
            self.__dict__.pop(name, None)
        gc.collect()

    # ------------------------------------------------------------------ how a check ends

    def fail(self, expected: str, received: object, way_out: str) -> NoReturn:
        """End the check: the model fails it.

        Args:
            expected: what must hold.
            received: what was found.
            way_out: what its author may do.
        """
        raise ConformanceError(
            f"{self.name!r}, {self.check}: {expected}. Received {received}. {way_out}"
        )

    def skip(self, reason: str) -> NoReturn:
        """End the check: it does not apply to the model, or to the backend."""
        raise SkippedError(reason)

    def failed(self, error: Exception) -> ConformanceError:
        """The failure that an error of the model or of Keras is."""
        return ConformanceError(
            f"{self.name!r}, {self.check}: it must run without an error. "
            f"Received {type(error).__name__}: {error}"
        )

    def require_rows(self, report: Report, model: keras.Model, what: str) -> None:
        """Fail unless Keras has built what is calculated.

        Args:
            report: what is calculated.
            model: what is built.
            what: what is built, in words.
        """
        from convzoo.building.verifying import differences

        found = differences(report, model)
        if found:
            self.fail(
                f"Keras must build {what} as it is calculated",
                f"{len(found)} differences: {'; '.join(found[:3])}",
                "A description of your own layer may state other facts than the layer in Keras.",
            )

    def require_outputs(self, outputs: list[Any]) -> None:
        """Fail unless outputs of the model on a small input are as calculated, and finite."""
        expected = [(BATCH, *tensor.shape[1:]) for tensor in self.small_report.graph.output_tensors]
        shapes = [tuple(output.shape) for output in outputs]
        if len(shapes) != len(expected) or not all(map(_fits, shapes, expected)):
            self.fail(
                f"its outputs must have the calculated shapes {expected}",
                shapes,
                "A description of your own layer may state another shape than the layer gives.",
            )
        if not all(map(is_finite, outputs)):
            self.fail(
                "its outputs must be finite",
                "infinite values or NaN",
                "See how its weights begin, and what divides by zero.",
            )

    # ------------------------------------------------------------------ what is described

    def takes(self, argument: str) -> bool:
        """Whether the factory has an argument of that name."""
        from inspect import signature

        return argument in signature(self.entry.factory).parameters

    def describe(self, **overrides: Any) -> Graph:
        """The model's description with overrides."""
        from convzoo.zoo import describe

        return describe(self.name, **overrides)

    @cached_property
    def graph(self) -> Graph:
        """The model as it is described."""
        return self.describe()

    @cached_property
    def report(self) -> Report:
        """What is calculated of it."""
        from convzoo.calculating import calc

        return calc(self.graph)

    @property
    def input_shape(self) -> Shape:
        """The shape of its first input, without the batch."""
        return self.graph.input_shapes[0][1:]

    @cached_property
    def smallest(self) -> Shape:
        """The smallest input that it takes."""
        from convzoo.zoo import smallest_input

        if not self.takes("input_shape"):
            self.skip("its factory has no argument input_shape")
        return smallest_input(self.name)

    @cached_property
    def small_graph(self) -> Graph:
        """The model on a small input, or as it is where it takes none."""
        if self.takes("input_shape"):
            for shape in self._small_shapes():
                try:
                    return self.describe(input_shape=shape)
                except ShapeError:
                    continue
        return self.graph

    def _small_shapes(self) -> Iterator[Shape]:
        sizes: list[Any] = []
        for axis, (usual, least) in enumerate(
            zip(self.input_shape[:-1], self.smallest, strict=False)
        ):
            small = max(_SMALL[axis % 2], (least or 1) + axis)
            sizes.append(small if usual is None else min(small, usual))
        if len(set(sizes)) == 1 < len(sizes):
            yield (*sizes[:-1], sizes[-1] - 1, self.input_shape[-1])
        yield (*sizes, self.input_shape[-1])
        yield self.smallest

    @cached_property
    def small_report(self) -> Report:
        """What is calculated of the model on a small input."""
        from convzoo.calculating import calc

        return calc(self.small_graph)

    # ------------------------------------------------------------------ what is built

    def build(self, graph: Graph) -> keras.Model:
        """The built model of a description, its weights always the same."""
        import keras

        from convzoo.building import build

        keras.utils.set_random_seed(_SEED)
        return build(graph)

    @cached_property
    def model(self) -> keras.Model:
        """The built model."""
        return self.build(self.graph)

    @cached_property
    def small_model(self) -> keras.Model:
        """The built model on a small input."""
        return self.build(self.small_graph)

    @cached_property
    def inputs(self) -> Any:
        """A batch for the model on a small input: from -1 to 1, or 0 and 1 for integers."""
        import numpy as np

        from convzoo.graph.structure import map_leaves

        random = np.random.default_rng(_SEED)

        def values(tensor: Any) -> Any:
            sizes = [
                _SMALL[axis % 2] if size is None else size
                for axis, size in enumerate(tensor.shape[1:])
            ]
            if "float" in tensor.dtype:
                return random.uniform(-1, 1, (BATCH, *sizes)).astype(tensor.dtype)
            return random.integers(0, 2, (BATCH, *sizes)).astype(tensor.dtype)

        return map_leaves(values, self.small_graph.inputs)

    @cached_property
    def outputs(self) -> list[Any]:
        """What the model on a small input gives for them: arrays, flat."""
        from convzoo.testing.backends import forward

        return forward(self.small_model, self.inputs)


def is_finite(values: Any) -> bool:
    """Whether all values of an array are finite."""
    import numpy as np

    return bool(np.isfinite(values.astype("float32")).all())


def _fits(shape: Shape, expected: Shape) -> bool:
    return len(shape) == len(expected) and all(
        size in (own, None) for own, size in zip(shape, expected, strict=True)
    )
