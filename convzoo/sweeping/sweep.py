"""What a user has of a design space: it is asked, and answers with points."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from convzoo.analyses import ANALYSES, STANDARD, Setting
from convzoo.budgets import RULES
from convzoo.errors import ArgumentError, ConvzooError
from convzoo.sweeping.keeping import Everything, Front, Keep, Sample, Some, Top
from convzoo.sweeping.space import Space, graph_of
from convzoo.sweeping.walking import Query, Tally, answers
from convzoo.units import COUNT

if TYPE_CHECKING:
    import keras
    import numpy as np
    from numpy.typing import NDArray

    from convzoo.analyses.report import Report
    from convzoo.graph.graph import Sequential

# The columns of which large numbers are the best.
_BEST_LARGE = frozenset({"receptive_field"})


@dataclass(frozen=True)
class Point:
    """An architecture of a space.

    Args:
        index: its number in the space.
        text: it as a typed stack.
    """

    index: int
    text: str

    def graph(self) -> Sequential:
        """It as a description.

        Raises:
            ConvzooError: when a layer refuses its arguments or its input.
        """
        return graph_of(self.text)

    def calc(self, *columns: str) -> Report:
        """All that `convzoo.calc` tells of it.

        Args:
            columns: the columns of the report.
        """
        from convzoo.calculating import calc

        return calc(self.graph(), columns or ("params",))

    def keras(self) -> keras.Model:
        """It as a real Keras model, not compiled.

        Raises:
            BuildError: when Keras or a backend for it is missing.
        """
        from convzoo.building import build

        return build(self.graph())


@dataclass(frozen=True)
class Refusal:
    """Why a layer refuses points.

    Args:
        count: how many it refuses.
        message: what it says of one of them.
    """

    count: int
    message: str


class Points:
    """Points of a space and their numbers.

    Args:
        space: the space.
        some: the points.
        tally: how many points of the space came to what.
    """

    def __init__(self, space: Space, some: Some, tally: Tally) -> None:
        self._some = some
        self.space = space
        self.tally = tally

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(self._some.columns)

    @property
    def commonest_refusal(self) -> Refusal | None:
        """What refuses the most points of the space; `None` where nothing does."""
        if not self.tally.reasons:
            return None
        count, index = max(self.tally.reasons.values(), key=lambda reason: (reason[0], -reason[1]))
        try:
            self.space.graph(index)
        except ConvzooError as error:
            return Refusal(count, str(error))
        raise AssertionError(self.space.text_of(index))

    @property
    def index(self) -> NDArray[np.int64]:
        """The numbers of the points in the space."""
        return self._some.index

    def column(self, name: str) -> NDArray[np.int64]:
        """The numbers of a column.

        Raises:
            ArgumentError: when the sweep was not asked for it.
        """
        if name not in self._some.columns:
            raise ArgumentError(
                f"The sweep has no column {name!r}, only {', '.join(self._some.columns)}. "
                "Ask for it: convzoo.sweep(space, columns=[...])."
            )
        return self._some.columns[name]

    def __len__(self) -> int:
        return len(self._some.index)

    def __iter__(self) -> Iterator[Point]:
        return map(self.point, range(len(self)))

    def first(self, count: int) -> Points:
        """The first of these."""
        return Points(self.space, self._some.first(count), self.tally)

    def point(self, place: int) -> Point:
        """The point at a place among these."""
        index = int(self._some.index[place])
        return Point(index, self.space.text_of(index))

    def to_dict(self) -> dict[str, Any]:
        """What `convzoo sweep --format json` prints."""
        columns = {name: self.column(name).tolist() for name in self.columns}
        reason = self.commonest_refusal
        return {
            "space": self.space.text,
            "points": self.space.count,
            "looked_at": self.tally.points,
            "refused": self.tally.refused,
            "commonest_refusal": None if reason is None else asdict(reason),
            "matching": self.tally.matching,
            "results": [
                {
                    "index": point.index,
                    "architecture": point.text,
                    **{name: values[place] for name, values in columns.items()},
                }
                for place, point in enumerate(self)
            ],
        }

    def __repr__(self) -> str:
        return f"<{len(self):,} points of {self.space.count:,}>"


class Sweep:
    """A design space, and what is asked of its points. Nothing is calculated before it is asked.

    Args:
        space: the space.
        columns: the columns that points have.
        limits: a column, whether the number is the most that it may be, and the number.
        setting: what the numbers depend on beside the architecture.
    """

    def __init__(
        self,
        space: Space,
        columns: Sequence[str] = ("params", "macs"),
        limits: tuple[tuple[str, bool, int], ...] = (),
        setting: Setting = STANDARD,
    ) -> None:
        for column in (*columns, *(column for column, _, _ in limits)):
            ANALYSES.get(column)
        self.space = space
        self._columns, self._limits, self._setting = tuple(columns), limits, setting

    @property
    def count(self) -> int:
        """How many points the space has."""
        return self.space.count

    def where(self, **limits: Any) -> Sweep:
        """The points within limits.

        Args:
            limits: those of a budget, such as `max_params="100k"`, `max_peak_memory="256KiB"` or
                `min_receptive_field=20`; or `max_` or `min_` and the name of a column.

        Raises:
            UnknownNameError: when there is no such column.
            ArgumentError: when a name begins otherwise, or a number can't be.
        """
        found = [_limit(name, value) for name, value in limits.items()]
        return Sweep(self.space, self._columns, (*self._limits, *found), self._setting)

    def point(self, index: int) -> Point:
        """The point of that number, whatever its numbers are.

        Raises:
            SourceError: when there is none.
        """
        return Point(index, self.space.text_of(index))

    def points(self, executor: Executor | None = None) -> Points:
        """All points within the limits, in their order. They must fit into memory."""
        return self.ask(Everything(), executor)

    def top(
        self,
        count: int,
        by: str = "params",
        largest: bool = False,
        executor: Executor | None = None,
    ) -> Points:
        """Those with the smallest numbers in a column, or the largest.

        Args:
            count: how many.
            by: the column.
            largest: whether the largest are asked for.
            executor: what walks through the space; this process where it is not given.
        """
        return self.ask(Top(count, by, largest), executor)

    def pareto(self, *columns: str, executor: Executor | None = None) -> Points:
        """The Pareto front: those that no other point betters without being worse in a column.

        Of points with the same numbers there the first stands for all.

        Args:
            columns: the columns; small numbers are the best, but large receptive fields.
            executor: what walks through the space; this process where it is not given.
        """
        return self.ask(front_of(columns), executor)

    def sample(self, count: int, seed: int = 0, executor: Executor | None = None) -> Points:
        """Points within the limits drawn at random, each as likely as any other.

        Args:
            count: how many.
            seed: which ones.
            executor: what walks through the space; this process where it is not given.
        """
        return self.ask(Sample(count, seed), executor)

    def ask(self, keep: Keep, executor: Executor | None = None) -> Points:
        """What a way to keep keeps of the points within the limits."""
        found = self.nothing([keep])
        for after_a_part in self.walk(keep, executor=executor):
            found = after_a_part
        return found[0]

    def nothing(self, keep: Sequence[Keep]) -> list[Points]:
        """What ways to keep have kept before anything is looked at."""
        none = Some.none(self._query(keep).needed)
        return [Points(self.space, none, Tally()) for _ in keep]

    def _query(self, keep: Sequence[Keep]) -> Query:
        more = [name for way in keep for name in way.needed]
        columns = tuple(dict.fromkeys((*self._columns, *more)))
        return Query(self.space.text, columns, self._limits, tuple(keep), self._setting)

    def walk(self, *keep: Keep, executor: Executor | None = None) -> Iterator[list[Points]]:
        """Walk through the space, and tell after each part what is kept so far.

        Args:
            keep: ways to keep points.
            executor: what walks; this process where it is not given.

        Yields:
            The points of each way to keep.
        """
        for answer in answers(self._query(keep), executor):
            yield [Points(self.space, some, answer.tally) for some in answer.kept]


def front_of(columns: Sequence[str]) -> Front:
    """The Pareto front of columns, of which small numbers are the best, but of receptive fields."""
    return Front(tuple((name, name in _BEST_LARGE) for name in columns))


def _limit(name: str, value: Any) -> tuple[str, bool, int]:
    """A column, whether the number is the most that it may be, and the number."""
    rule = RULES.get(name)
    if rule is not None:
        return rule.column, not rule.is_least, rule.unit.read(value)
    kind, _, column = name.partition("_")
    if kind not in ("max", "min"):
        raise ArgumentError(
            f"A limit begins with max_ or min_. Received {name!r}. "
            "Write, for example, max_params=100_000."
        )
    return column, kind == "max", COUNT.read(value)


def sweep(
    space: str | Sequence[str],
    columns: Sequence[str] = ("params", "macs"),
    *,
    batch: int = 1,
    dtype: str | None = None,
    optimizer: str = "adam",
    **limits: Any,
) -> Sweep:
    """Describe a design space, to ask what its architectures come to.

        found = convzoo.sweep("28x28x1 conv:16..64..8,3/5,relu flatten dense:10", max_params=50_000)
        front = found.pareto("params", "receptive_field")
        model = front.point(0).keras()

    Args:
        space: a typed stack with alternatives: `32/64/128`, or a range `16..128..8`, in the place
            of a value, and groups that are repeated: `3x(conv:64,3)`, `0..3x(conv:64,3)`.
        columns: the columns that points have, by the names of the JSON contract; those with one
            number for a network, and `receptive_field`, of which it is the size along the axis
            where it is the smallest, as in a budget.
        batch: samples that go through at once, for work and memory.
        dtype: the dtype of every float in memory, such as `"int8"`; by default the policies'.
        optimizer: what trains it, for the memory of training.
        limits: as in `Sweep.where`, such as `max_params=100_000`.

    Raises:
        SourceError: when the space is empty, endless or none.
        UnknownNameError: when there is no such column.
        ArgumentError: when an option can't be.
    """
    from convzoo.calculating import checked_setting

    setting = checked_setting(batch, dtype, optimizer)
    return Sweep(Space.of(space), columns, setting=setting).where(**limits)
