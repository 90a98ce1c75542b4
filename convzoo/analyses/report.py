"""The answer: a row for each layer, totals, and what is not known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from convzoo.analyses import ANALYSES, STANDARD, Analysis, Findings, Setting
from convzoo.graph.dims import UNKNOWN, Dim, Shape
from convzoo.graph.garbage import no_collection
from convzoo.graph.graph import Graph
from convzoo.graph.layer import Call, Layer
from convzoo.graph.trace import Trace

if TYPE_CHECKING:
    from convzoo.analyses.memory import Fit
    from convzoo.analyses.receptive_field import Fields

Shapes: TypeAlias = "Shape | list[Shape | None] | None"

CONTRACT = (
    "params", "trainable_params", "non_trainable_params", "weight_bytes",
    "macs", "bias_adds", "element_ops", "activation_bytes", "receptive_field",
)  # fmt: skip
"""The columns that every row has in `Report.to_dict()`."""

CONTRACT_TOTALS = (
    "params", "trainable_params", "non_trainable_params", "weight_bytes",
    "macs", "flops", "peak_activation_bytes",
)  # fmt: skip
"""The columns that the totals have in `Report.to_dict()`."""


class Row(NamedTuple):
    """One layer of the model, as `model.summary()` lists it.

    Args:
        layer: the description of the layer.
        output_shape: the shape of its output; a list of shapes where it has several; `None` where
            nothing is known of it.
        inputs: the names of the layers whose outputs it takes.
        notes: what a reader should know, such as why a value is unknown.
        values: the value of each column that was asked for.
        layers: the rows of a nested model.
        formulas: in place of values that are unknown, formulas in sizes of the input.
    """

    layer: Layer
    output_shape: Shapes
    inputs: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    values: Mapping[str, Any] = MappingProxyType({})
    layers: tuple[Row, ...] = ()
    formulas: Mapping[str, str] = MappingProxyType({})

    @property
    def name(self) -> str:
        """The layer's name."""
        return self.layer.name

    @property
    def class_name(self) -> str:
        """Keras's name of the layer's class."""
        return self.layer.class_name

    def __getattr__(self, column: str) -> Any:
        try:
            return self.values[column]
        except KeyError:
            raise AttributeError(f"a row has no column {column!r}") from None


class Report:
    """What convzoo tells of one architecture. Each analysis runs when first asked for.

    Args:
        graph: the architecture.
        columns: the columns that the rows and the table have.
        depth: down to how many models within models rows are shown; `None` for all.
        setting: what the answers depend on beside the architecture.
        sort: a column by which rows are sorted, the largest first; `None` for Keras's order.
        top: how many rows are shown; `None` for all.
        shares: whether the table has the share of the total beside each value.
    """

    def __init__(
        self,
        graph: Graph,
        columns: Sequence[str] = ("params",),
        depth: int | None = None,
        setting: Setting = STANDARD,
        sort: str | None = None,
        top: int | None = None,
        shares: bool = False,
    ) -> None:
        self.graph = graph
        self.columns = tuple(columns)
        self.depth = depth
        self.setting = setting
        self.sort = sort
        self.top = top
        self.shares = shares
        self._trace = Trace(graph)
        self._findings: dict[int, Findings] = {}
        self._by_formula: dict[int, Findings | None] = {}
        self._rows: tuple[Row, ...] | None = None

    @property
    def name(self) -> str:
        """The model's name."""
        return self.graph.name

    @property
    def input_shapes(self) -> list[Shape]:
        """The shapes of the model's inputs, the batch included; none where it has no known."""
        return [t.shape for t in self.graph.input_tensors if t.is_known]

    @property
    def rows(self) -> tuple[Row, ...]:
        """A row for each layer, in the order of `model.summary()` unless they are sorted."""
        return self._shown(self._all_rows())

    @property
    def rows_left_out(self) -> int:
        """How many layers have no row because of `top`."""
        return 0 if self.top is None else max(len(self._all_rows()) - self.top, 0)

    def _shown(self, rows: Sequence[Row]) -> tuple[Row, ...]:
        if self.sort is not None:
            by = self.sort
            values = self._find(ANALYSES.get(by)).rows
            rows = sorted(rows, key=lambda row: -_weight(values.get(row.layer, {}).get(by)))
        return _down_to(tuple(rows[: self.top]), self.depth)

    def _all_rows(self) -> tuple[Row, ...]:
        if self._rows is None:
            self._rows = self._make_rows(self.columns)
        return self._rows

    @property
    def totals(self) -> dict[str, Any]:
        """The totals of the report's columns. Where `complete` is false they mean "at least"."""
        return {column: self.total(column) for column in self.columns}

    @property
    def complete(self) -> bool:
        """Whether every value is known."""
        return _is_complete(self._all_rows())

    def total_formula(self, column: str) -> str | None:
        """The total as a formula in sizes of the input, where these are unknown."""
        found = self._formulas(ANALYSES.get(column))
        total = None if found is None else found.totals[column]
        return None if total is None or isinstance(total, int) else str(total)

    def knows_by_formula(self, column: str) -> bool:
        """Whether every row has a value or a formula in the column."""
        found = self._formulas(ANALYSES.get(column))
        return found is not None and all(row[column] is not None for row in found.rows.values())

    def _formulas(self, analysis: Analysis) -> Findings | None:
        """What the analysis finds in terms of unknown sizes; `None` where all are known."""
        if id(analysis) not in self._by_formula:
            found = None
            if any(x.is_known and None in x.shape[1:] for x in self.graph.input_tensors):
                from convzoo.analyses.formulas import formulas

                found = formulas(self.graph, analysis, self.setting)
            self._by_formula[id(analysis)] = found
        return self._by_formula[id(analysis)]

    def knows(self, column: str) -> bool:
        """Whether the column has a value in every row; if not, its total means "at least"."""
        analysis = ANALYSES.get(column)
        if column in self.columns:
            return _has_all(self._all_rows(), column)
        return all(row[column] is not None for row in self._find(analysis).rows.values())

    def total(self, column: str) -> Any:
        """The total of any column.

        Raises:
            UnknownNameError: when there is no such column.
        """
        return self._find(ANALYSES.get(column)).totals[column]

    def row(self, name: str) -> Row:
        """The row of the layer of that name.

        Raises:
            UnknownNameError: when there is none.
        """
        layer = self.graph.layer(name)
        return next(row for row in self._all_rows() if row.layer is layer)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a reader should know of the totals of the columns."""
        analyses = {id(found): found for found in map(ANALYSES.get, self.columns)}
        return tuple(remark for found in analyses.values() for remark in self._find(found).remarks)

    @property
    def receptive_field(self) -> Fields | None:
        """What a unit sees of each input just before the network puts all places together.

        That of the last layer that has more than one place; `None` where it is unknown.
        """
        from convzoo.analyses.receptive_field import field_of_network

        return field_of_network(self._trace)

    def fit(self, limit_bytes: int) -> Fit:
        """The largest batches that a memory holds, to train and to run.

        Raises:
            ArgumentError: when a size is unknown.
        """
        from convzoo.analyses.memory import fit

        return fit(self._trace, limit_bytes, self.setting)

    def with_columns(self, columns: Sequence[str]) -> Report:
        """The same report with other columns; what was calculated is kept.

        Raises:
            UnknownNameError: when there is no such column.
        """
        for column in columns:
            ANALYSES.get(column)
        report = Report(
            self.graph, columns, self.depth, self.setting, self.sort, self.top, self.shares
        )
        report._findings, report._by_formula = self._findings, self._by_formula
        report._trace = self._trace
        return report

    def to_dict(self) -> dict[str, Any]:
        """The JSON contract: what `convzoo calc --format json` prints."""
        rows = self._make_rows(tuple(dict.fromkeys((*CONTRACT, *self.columns))))
        totals = dict.fromkeys((*CONTRACT_TOTALS, *self.columns))
        formulas = {c: text for c in totals if (text := self.total_formula(c)) is not None}
        return {
            "name": self.name,
            "complete": _is_complete(rows),
            "input_shapes": [_sizes(shape) for shape in self.input_shapes],
            "layers": [_row_dict(row) for row in self._shown(rows)],
            "totals": {column: _json_value(self.total(column)) for column in totals},
            **({"formulas": formulas} if formulas else {}),
        }

    def __str__(self) -> str:
        from convzoo.rendering.table import table

        return table(self)

    def _repr_html_(self) -> str:
        from convzoo.rendering.table import html

        return html(self)

    def _find(self, analysis: Analysis) -> Findings:
        findings = self._findings.get(id(analysis))
        if findings is None:
            findings = self._findings[id(analysis)] = analysis.run(self._trace, self.setting)
        return findings

    @no_collection()
    def _make_rows(self, columns: Sequence[str]) -> tuple[Row, ...]:
        analyses = {id(found): found for found in map(ANALYSES.get, columns)}
        findings = [self._find(found) for found in analyses.values()]
        in_sizes = [found for one in analyses.values() if (found := self._formulas(one))]
        by_column = [(column, self._find(ANALYSES.get(column)).rows) for column in columns]
        noted = [found.notes for found in findings if found.notes]
        calls: dict[Layer, list[Call]] = {}
        for call in self.graph.calls:
            calls.setdefault(call.layer, []).append(call)
        rows = []
        for layer in self.graph.layers:
            values = {column: found.get(layer, {}).get(column) for column, found in by_column}
            own_calls = calls.get(layer, ())
            notes = _unknown_because(layer, own_calls)
            if noted:
                notes = [note for found in noted for note in found.get(layer, ())] + notes
            nested: tuple[Row, ...] = ()
            if isinstance(layer, Graph):
                nested = Report(layer, setting=self.setting)._make_rows(columns)
            rows.append(
                Row(
                    layer,
                    _output_shape(own_calls),
                    _input_names(own_calls),
                    tuple(notes),
                    values,
                    nested,
                    _formula_texts(layer, values, in_sizes) if in_sizes else {},
                )
            )
        return tuple(rows)


def _formula_texts(
    layer: Layer, values: Mapping[str, Any], findings: Sequence[Findings]
) -> dict[str, str]:
    """The formulas of a row, for what is unknown of it."""
    return {
        column: str(value)
        for found in findings
        for column, value in found.rows.get(layer, {}).items()
        if value is not None and column in values and values[column] is None
    }


def _weight(value: Any) -> float:
    """What a value is sorted by; what is unknown comes last."""
    if value is None:
        return -1.0
    return float(value) if isinstance(value, (int, float)) else getattr(value, "weight", 0.0)


def _down_to(rows: tuple[Row, ...], depth: int | None) -> tuple[Row, ...]:
    if depth is None:
        return rows
    return tuple(
        row._replace(layers=_down_to(row.layers, depth - 1) if depth > 0 else ()) for row in rows
    )


def _output_shape(calls: Sequence[Call]) -> Shapes:
    """The shape of the output of the last of the model's calls, as Keras shows it."""
    if not calls:
        return []
    last = calls[0] if len(calls) == 1 else max(calls, key=lambda call: call.number)
    if len(last.output_tensors) != 1:
        return [None if x.shape is UNKNOWN else x.shape for x in last.output_tensors]
    shape = last.output_tensors[0].shape
    return None if shape is UNKNOWN else shape


def _unknown_because(layer: Layer, calls: Sequence[Call]) -> list[str]:
    reasons = [] if layer.unknown_because is None else [layer.unknown_because]
    for call in calls:
        for tensor in call.inputs:
            if tensor.shape is UNKNOWN and _NO_INPUT not in reasons:
                reasons.append(_NO_INPUT)
        for tensor in call.output_tensors:
            if tensor.is_recovered and _TOLD not in reasons:
                reasons.append(_TOLD)
    return reasons


_NO_INPUT = "the shape of its input is unknown"
_TOLD = "its output shape is told by what takes it"


def _input_names(calls: Sequence[Call]) -> tuple[str, ...]:
    names = [
        tensor.call.layer.name
        for call in calls
        for tensor in call.inputs
        if tensor.call is not None
    ]
    return tuple(names if len(names) < 2 else dict.fromkeys(names))


def _has_all(rows: Sequence[Row], column: str) -> bool:
    return all(row.values[column] is not None and _has_all(row.layers, column) for row in rows)


def _is_complete(rows: Sequence[Row]) -> bool:
    return all(None not in row.values.values() and _is_complete(row.layers) for row in rows)


def _row_dict(row: Row) -> dict[str, Any]:
    shape = row.output_shape
    entry = {
        "name": row.name,
        "class_name": row.class_name,
        "output_shape": [*map(_sizes, shape)] if isinstance(shape, list) else _sizes(shape),
        **{column: _json_value(value) for column, value in row.values.items()},
        "inputs": list(row.inputs),
        "notes": list(row.notes),
    }
    if row.formulas:
        entry["formulas"] = dict(row.formulas)
    if row.layers:
        entry["layers"] = [_row_dict(inner) for inner in row.layers]
    return entry


def _json_value(value: Any) -> Any:
    return value.to_json() if hasattr(value, "to_json") else value


def _sizes(shape: Shape | None) -> list[Dim] | None:
    return None if shape is None else list(shape)
