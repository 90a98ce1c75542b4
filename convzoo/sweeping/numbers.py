"""The numbers of all points of a block at once, by the formulas of the layers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product as each
from math import prod
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from convzoo.analyses import ANALYSES, STANDARD, Setting
from convzoo.analyses.report import Report
from convzoo.errors import ArgumentError, ConvzooError, TooLargeError
from convzoo.graph.graph import Sequential
from convzoo.graph.many import Many, Refusals, UndecidedError, refuse_large
from convzoo.graph.naming import fresh_names
from convzoo.graph.trace import Trace
from convzoo.sources.text import read_input
from convzoo.sweeping.space import Stack

_POINTS_OF_A_BLOCK = 2**18


class Block(NamedTuple):
    """Points of one stack whose numbers follow on each other.

    Args:
        stack: the place of the stack in the space.
        first: the number of the first point.
        slices: for each choice which of its values.
    """

    stack: int
    first: int
    slices: tuple[range, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """How many values of each choice."""
        return tuple(map(len, self.slices))

    @property
    def points(self) -> int:
        """How many points."""
        return prod(self.shape)


def blocks(stack: Stack, place: int) -> Iterator[Block]:
    """The blocks of a stack, in the order of the points.

    Args:
        stack: the stack.
        place: its place in the space.
    """
    sizes, first = stack.sizes, stack.first
    inner, axis = 1, len(sizes)
    while axis and inner * sizes[axis - 1] <= _POINTS_OF_A_BLOCK:
        axis -= 1
        inner *= sizes[axis]
    whole = tuple(map(range, sizes[axis:]))
    if not axis:
        yield Block(place, first, whole)
        return
    step = max(1, _POINTS_OF_A_BLOCK // inner)
    for outer in each(*map(range, sizes[: axis - 1])):
        for start in range(0, sizes[axis - 1], step):
            some = range(start, min(start + step, sizes[axis - 1]))
            fixed = tuple(range(number, number + 1) for number in outer)
            yield Block(place, first, (*fixed, some, *whole))
            first += len(some) * inner


class Numbers(NamedTuple):
    """The numbers of a block.

    Args:
        columns: for each column an array with an axis for each choice, of length 1 along those on
            which it does not depend.
        refused: which points the layers refuse, likewise.
        reasons: for each refusal the place of the layer that refuses, how many points it refuses,
            and the number of one of them.
    """

    columns: dict[str, NDArray[np.int64]]
    refused: NDArray[np.bool_]
    reasons: list[tuple[int, int, int]]


def numbers(
    stack: Stack,
    block: Block,
    columns: Sequence[str],
    known: dict[Any, Any],
    setting: Setting = STANDARD,
) -> Numbers:
    """The numbers of a block.

    Args:
        stack: the stack.
        block: which of its points.
        columns: names of columns; those that have one whole number for a network.
        known: what earlier blocks of the stack have found out, to which this one adds.
        setting: what the numbers depend on beside the architecture.

    Raises:
        ArgumentError: when a column has no such number, or one is unknown or too large.
    """
    points = _Points(stack, block, known, setting)
    adding = tuple(column for column in columns if ANALYSES.get(column).adds_up)
    with np.errstate(divide="ignore"), fresh_names():
        refused, *found = points.over((_REFUSED, *adding), {})
        by_name = dict(zip(adding, found, strict=True))
        for column in columns:
            if column not in by_name:
                by_name[column] = points.over((column,), {})[0]
    return Numbers(by_name, refused.astype(bool), points.reasons)


_REFUSED = ""
"""In place of a column: 1 where the layers refuse a point, and 0 elsewhere."""


class _Points:
    """The points of a block, whose numbers are asked for."""

    def __init__(self, stack: Stack, block: Block, known: dict[Any, Any], setting: Setting) -> None:
        self.reasons: list[tuple[int, int, int]] = []
        self._stack, self._block, self._known, self._setting = stack, block, known, setting
        self._rank = len(stack.sizes)

    def over(self, columns: tuple[str, ...], fixed: dict[int, int]) -> list[NDArray[np.int64]]:
        """The numbers of columns.

        Where a formula branches on a choice, each of its values is taken alone.

        Args:
            columns: their names.
            fixed: the choices of which a single value is taken, and which.
        """
        key = (columns, *sorted(fixed.items()))
        found = self._known.get(key)
        if found is None:
            try:
                return self._numbers(columns, fixed, key)
            except UndecidedError as error:
                found = next(axis for axis in error.axes if axis not in fixed)
                self._known[key] = found
        if not isinstance(found, int):
            return list(found)
        parts = [
            self.over(columns, {**fixed, found: number}) for number in self._block.slices[found]
        ]
        return [_side_by_side(arrays, found) for arrays in zip(*parts, strict=True)]

    def _numbers(
        self, columns: tuple[str, ...], fixed: dict[int, int], key: Any
    ) -> list[NDArray[np.int64]]:
        refusals = Refusals(self._rank)
        try:
            report = Report(self._graph(columns, fixed, refusals), (), setting=self._setting)
        except TooLargeError:
            raise
        except ConvzooError:
            if _REFUSED in columns:
                self._tell(refusals.place, np.ones((1,) * self._rank, bool), fixed)
            return [np.full((1,) * self._rank, column == _REFUSED, np.int64) for column in columns]
        found = [
            refusals.where.astype(np.int64) if column == _REFUSED else self._column(report, column)
            for column in columns
        ]
        if _REFUSED in columns:
            for place, where in refusals.found:
                self._tell(place, where, fixed)
        else:
            self._known[key] = found
        return found

    def _graph(
        self, columns: tuple[str, ...], fixed: dict[int, int], refusals: Refusals
    ) -> Sequential:
        model = Sequential()
        model.add(read_input(self._stack.input))
        if _REFUSED in columns:
            single = {
                axis: some[0] for axis, some in enumerate(self._block.slices) if len(some) == 1
            }
            fixed = {**single, **fixed}
        values = [self._value(axis, fixed, refusals) for axis in range(self._rank)]
        for place, word in enumerate(self._stack.words_of(values)):
            refusals.place = place
            model.add(word.layer(model.outputs))
        return model

    def _value(self, axis: int, fixed: dict[int, int], refusals: Refusals) -> Any:
        """What is taken of a choice: a value, or many at once."""
        choice, some = self._stack.choices[axis], self._block.slices[axis]
        if axis in fixed:
            return choice.values[fixed[axis]]
        values = [choice.values[number] for number in some]

        def many(numbers: Sequence[int]) -> Many:
            refuse_large(max(map(abs, numbers)))
            shape = [len(numbers) if place == axis else 1 for place in range(self._rank)]
            return Many(np.array(numbers, np.int64).reshape(shape), refusals, choices=1 << axis)

        if all(type(value) is int for value in values):
            return many(values)
        if all(type(value) is tuple and len(value) == len(values[0]) for value in values) and all(
            type(number) is int for value in values for number in value
        ):
            return tuple(map(many, zip(*values, strict=True)))
        raise UndecidedError((axis,))

    def _column(self, report: Report, column: str) -> NDArray[np.int64]:
        value: Any
        if column == "receptive_field":
            _decide(report)
            field = report.receptive_field
            sizes: list[Any] = [None] if field is None else list(field.sizes)
            value = None if None in sizes else min(sizes, default=0)
        else:
            value = report.total(column) if report.knows(column) else None
        if isinstance(value, Many):
            return value.values
        if type(value) is not int:
            raise ArgumentError(
                f"{column} can't be swept: "
                + ("it is unknown at some points." if value is None else "it is no whole number.")
                + " Ask convzoo calc why, of one of them."
            )
        return np.full((1,) * self._rank, value, np.int64)

    def _tell(self, place: int, where: NDArray[np.bool_], fixed: dict[int, int]) -> None:
        """Note why points are refused."""
        shape = tuple(1 if axis in fixed else size for axis, size in enumerate(self._block.shape))
        first = np.unravel_index(int(where.argmax()), where.shape)
        numbers = [
            fixed.get(axis, self._block.slices[axis][place_of])
            for axis, place_of in enumerate(map(int, first))
        ]
        count = int(where.sum()) * (prod(shape) // prod(where.shape))
        self.reasons.append((place, count, self._stack.index(numbers)))


def _side_by_side(arrays: Sequence[NDArray[Any]], axis: int) -> NDArray[Any]:
    shape = np.broadcast_shapes(*(array.shape for array in arrays))
    return np.concatenate([np.broadcast_to(array, shape) for array in arrays], axis)


def _decide(report: Report) -> None:
    """Ask for a single value of all choices that an analysis of places depends on.

    Raises:
        UndecidedError: when one of them has many.
    """
    for step in Trace(report.graph).steps:
        places: list[Any] = [number for window in step.windows or () for number in window]
        tensors = [tensor for tensor in (*step.inputs, *step.outputs) if tensor.is_known]
        places += [dim for tensor in tensors for dim in tensor.shape[1:-1]]
        for number in places:
            if isinstance(number, Many):
                raise UndecidedError(number.axes)
