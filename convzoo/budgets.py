"""Limits that an architecture must keep, and whether it does: before anything is built."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, NamedTuple

from convzoo.errors import ArgumentError, UnknownNameError
from convzoo.units import BYTES, COUNT, Unit, read_sizes

if TYPE_CHECKING:
    from convzoo.analyses.report import Report, Row


class Rule(NamedTuple):
    """One thing that a budget limits.

    Args:
        column: what is limited, by its name in the JSON contract.
        title: what a line calls it.
        unit: how a limit may be written.
        about: what the command's option says of it.
        is_least: whether the limit is the least that there must be, not the most that there may be.
    """

    column: str
    title: str
    unit: Unit
    about: str
    is_least: bool = False


@dataclass(frozen=True)
class Budget:
    """Limits, and the circumstances in which they are to be kept.

    Each limit is a number, or a text such as `"100k"` or `"256KiB"`; `None` where there is none. A
    budget is a predicate: called on an architecture it tells whether all limits are kept. What is
    unknown keeps no limit.

    Args:
        max_params: the most parameters, those that don't learn among them.
        max_weights: the most bytes that the weights may take.
        max_macs: the most multiply-accumulates.
        max_peak_memory: the most bytes of activations that may be alive at once.
        min_receptive_field: the fewest inputs along each axis that a unit must see just before the
            network puts all places together.
        dtype: the dtype of every float in memory, such as `"int8"`; by default the policies'.
        batch: samples that go through at once, for work and memory.
        input_shape: other dims for the input, as in `calc`, or a text such as `"28x28x1"`.

    Raises:
        ArgumentError: when a value can't be used.
    """

    # A rule is a field: the option, the key of a config and the keyword follow from its name.
    max_params: int | None = field(
        default=None,
        metadata={"rule": Rule("params", "params", COUNT, "Parameters: the most, such as 100k.")},
    )
    max_weights: int | None = field(
        default=None,
        metadata={
            "rule": Rule(
                "weight_bytes", "weights", BYTES, "Bytes of the weights: the most, such as 1MiB."
            )
        },
    )
    max_macs: int | None = field(
        default=None,
        metadata={
            "rule": Rule("macs", "macs", COUNT, "Multiply-accumulates: the most, such as 50M.")
        },
    )
    max_peak_memory: int | None = field(
        default=None,
        metadata={
            "rule": Rule(
                "peak_activation_bytes",
                "peak memory",
                BYTES,
                "Bytes of activations that are alive at once: the most, such as 256KiB.",
            )
        },
    )
    min_receptive_field: int | None = field(
        default=None,
        metadata={
            "rule": Rule(
                "receptive_field",
                "receptive field",
                COUNT,
                "Pixels along each axis that a unit sees, before all places are put together: the "
                "fewest.",
                is_least=True,
            )
        },
    )
    dtype: str | None = None
    batch: int = 1
    input_shape: Any = None

    def __post_init__(self) -> None:
        for name, rule in RULES.items():
            limit = getattr(self, name)
            if limit is not None:
                try:
                    object.__setattr__(self, name, rule.unit.read(limit))
                except ArgumentError as error:
                    raise ArgumentError(f"{name}: {error}") from None
        if self.input_shape is not None:
            from convzoo.sources import shapes_of

            is_text = isinstance(self.input_shape, str)
            shapes = read_sizes(self.input_shape) if is_text else shapes_of(self.input_shape)
            object.__setattr__(self, "input_shape", tuple(shapes))
        if self.dtype is not None or self.batch != 1:
            from convzoo.calculating import checked_setting

            checked_setting(self.batch, self.dtype)

    @property
    def limits(self) -> dict[str, int]:
        """The limits that there are, by rule."""
        found = {name: getattr(self, name) for name in RULES}
        return {name: limit for name, limit in found.items() if limit is not None}

    def __call__(self, source: Any) -> bool:
        """Whether an architecture is known to keep all limits.

        Args:
            source: as in `calc`: a description, a live Keras model, a name of the zoo, a path, ...

        Raises:
            ArgumentError: when there is no limit.
            ConvzooError: when `calc` refuses the architecture.
        """
        self._refuse_nothing(None)
        return all(verdict.holds for verdict in self._verdicts(self._report(source)))

    def check(self, source: Any, baseline: Any = None) -> Checked:
        """What becomes of every limit.

        Args:
            source: as in `calc`.
            baseline: another source, of whose params, weights, macs and peak memory there may not
                be more; `None` for none.

        Raises:
            ArgumentError: when there is no limit and no baseline.
            ConvzooError: when `calc` refuses an architecture.
        """
        from convzoo.comparing import source_name
        from convzoo.sources import names_a_file

        self._refuse_nothing(baseline)
        report = self._report(source)
        verdicts = [*self._verdicts(report)]
        if baseline is not None:
            verdicts += _growth(report, self._report(baseline))
        return Checked(
            source_name(source, report),
            os.fspath(source) if names_a_file(source) and not isinstance(source, bytes) else None,
            tuple(_explained(verdict, report) for verdict in verdicts),
        )

    def _refuse_nothing(self, baseline: Any) -> None:
        if not self.limits and baseline is None:
            raise ArgumentError(
                "The budget has no limit to keep. Give it one, such as budget(max_params=100_000)."
            )

    def _report(self, source: Any) -> Report:
        from convzoo.calculating import calc

        return calc(
            source,
            columns=(),
            input_shape=self.input_shape,
            batch=self.batch,
            dtype=self.dtype,
        )

    def _verdicts(self, report: Report) -> Iterator[Verdict]:
        for name, limit in self.limits.items():
            found, is_known = _found(report, RULES[name].column)
            is_least = RULES[name].is_least
            if found is not None and (found < limit if is_least else found > limit):
                status = "under" if is_least else "over"
            else:
                status = "ok" if is_known else "unknown"
            yield Verdict(name, "limit", limit, found, is_known, status)


RULES: dict[str, Rule] = {
    field.name: field.metadata["rule"] for field in fields(Budget) if "rule" in field.metadata
}
"""Every rule by the name of its limit."""


def budget(**limits: Any) -> Budget:
    """Limits that an architecture must keep, as a predicate.

    It tells in a fraction of a millisecond, without building anything, whether a description keeps
    them; it takes a live Keras model too, and whatever else `calc` takes.

    Args:
        limits: the arguments of `Budget`.

    Raises:
        UnknownNameError: when a limit is none that a budget has.
        ArgumentError: when a value can't be used.
    """
    known = [field.name for field in fields(Budget)]
    for name in limits:
        if name not in known:
            raise UnknownNameError("limit", name, known, f"There are {', '.join(known)}.")
    return Budget(**limits)


class Verdict(NamedTuple):
    """What became of one limit.

    Args:
        rule: the name of the limit, such as `"max_params"`.
        against: `"limit"`, or `"baseline"` where another architecture sets the limit.
        limit: the limit.
        found: what was found; where not all is known, a bound: the least that it can be for a limit
            that is a most, and the other way round; `None` where nothing is known.
        known: whether all is known.
        status: `"ok"`, `"over"`, `"under"`, or `"unknown"` where it can't be told.
        reason: where the most of it is, how to find what changed, or why it is unknown.
    """

    rule: str
    against: str
    limit: int
    found: int | float | None
    known: bool
    status: str
    reason: str = ""

    @property
    def holds(self) -> bool:
        """Whether the limit is known to be kept."""
        return self.status == "ok"

    def to_dict(self) -> dict[str, Any]:
        """The verdict in the JSON contract."""
        return {**self._asdict(), "holds": self.holds}

    def __str__(self) -> str:
        from convzoo.rendering.budget import verdict_text

        return verdict_text(self)


class Checked(NamedTuple):
    """What became of the limits of one architecture.

    Args:
        name: the name of the zoo, the path or the model's name.
        path: the path, where the architecture was read from a file.
        verdicts: one for each limit.
    """

    name: str
    path: str | None
    verdicts: tuple[Verdict, ...]

    @property
    def holds(self) -> bool:
        """Whether all limits are known to be kept."""
        return all(verdict.holds for verdict in self.verdicts)

    def to_dict(self) -> dict[str, Any]:
        """The JSON contract: one of the `sources` of `convzoo check --format json`."""
        return {
            "name": self.name,
            "path": self.path,
            "holds": self.holds,
            "rules": [verdict.to_dict() for verdict in self.verdicts],
        }

    def __str__(self) -> str:
        from convzoo.rendering.budget import checked_text

        return checked_text([self])


def _found(report: Report, column: str) -> tuple[int | float | None, bool]:
    """What there is of a column in all, and whether all of it is known."""
    if column == "receptive_field":
        seen = report.receptive_field
        sizes = [] if seen is None else seen.sizes
        known = [size for size in sizes if size is not None]
        return min(known, default=None), bool(sizes) and len(known) == len(sizes)
    return _total(report, column)


def _total(report: Report, column: str) -> tuple[int, bool]:
    """The total of what is known of a column, and whether that is all."""
    return report.total(column), report.knows(column)


def _growth(report: Report, before: Report) -> Iterator[Verdict]:
    """Whether there is more than there was."""
    for name, rule in RULES.items():
        if rule.is_least:
            continue
        (found, is_known), (limit, is_sure) = (_total(one, rule.column) for one in (report, before))
        # Of what is not all known there may be more: then less is sure, and more is not.
        if is_known and found <= limit:
            status = "ok"
        else:
            status = "over" if is_sure and found > limit else "unknown"
        yield Verdict(name, "baseline", limit, found, is_known, status)


def _explained(verdict: Verdict, report: Report) -> Verdict:
    """The verdict with what a reader asks next: where the most of it is, or why it is unknown."""
    column = RULES[verdict.rule].column
    if verdict.status == "over" and verdict.against == "baseline":
        return verdict._replace(reason="convzoo compare tells what changed")
    if verdict.status == "over":
        rows = report.with_columns([column]).rows
        largest = max(rows, key=lambda row: row.values[column] or 0)
        return verdict._replace(reason=f"the most is in {largest.name!r}")
    if verdict.status == "unknown":
        return verdict._replace(reason=_unknown_because(verdict, report, column))
    return verdict


def _unknown_because(verdict: Verdict, report: Report, column: str) -> str:
    if verdict.known:
        return "what the baseline has is unknown"
    if any(None in shape[1:] for shape in report.input_shapes):
        return "sizes of the input are unknown; give them by --input-shape or input_shape"
    for name, row in _flat(report.with_columns([column]).rows):
        if row.values[column] is None and not row.layers:
            return f"{name}: {row.notes[0] if row.notes else 'unknown'}"
    return "there is none"


def _flat(rows: Sequence[Row], above: str = "") -> Iterator[tuple[str, Row]]:
    for row in rows:
        yield above + row.name, row
        yield from _flat(row.layers, f"{above}{row.name}/")
