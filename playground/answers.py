"""What the page asks of the calculator: questions and answers are JSON objects.

A question names one of the functions below, `ask`, beside its arguments. A source is a text (a
typed stack, a name of the zoo, JSON, or Keras code that only describes a model) or the path of a
file.
Numbers come as texts, since JavaScript's own are not exact beyond 2^53.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from convzoo.analyses import ANALYSES
from convzoo.analyses.report import Report, Row
from convzoo.calculating import calc
from convzoo.errors import ConvzooError
from convzoo.rendering import printable, shape_text
from convzoo.rendering.totals import UNKNOWN, totals, value_text


def answer(question: str) -> str:
    """Answer one question.

    Args:
        question: a JSON object with `ask` and arguments.

    Returns:
        A JSON object: `answer`, or `error`, a message of one line.
    """
    arguments = json.loads(question)
    ask = _QUESTIONS[arguments.pop("ask")]
    try:
        return json.dumps({"answer": ask(**arguments)})
    except ConvzooError as error:
        return json.dumps({"error": printable(str(error))})
    except ModuleNotFoundError as error:
        return json.dumps(
            {
                "error": f"This needs {error.name}, which does not run in a browser. On your own "
                "machine convzoo calc reads it."
            }
        )


def table(source: str, columns: Sequence[str]) -> dict[str, Any]:
    """The rows and the totals of an architecture.

    Args:
        source: what is asked about.
        columns: the columns, by the names of the JSON contract.
    """
    report = _report(source).with_columns(columns)
    return {
        "name": printable(report.name),
        "input": ", ".join(map(shape_text, report.input_shapes)) or UNKNOWN,
        "columns": [ANALYSES.get(column).columns[column] for column in columns],
        "rows": [
            {
                "path": path,
                "depth": depth,
                "name": printable(row.name),
                "class_name": printable(row.class_name),
                "output_shape": shape_text(row.output_shape),
                "values": [_value(row, column) for column in columns],
                "notes": [printable(note) for note in row.notes],
            }
            for path, depth, row in _flat(report.rows)
        ],
        "totals": totals(report).splitlines(),
    }


def _value(row: Row, column: str) -> str:
    value = row.values[column]
    return printable(row.formulas.get(column, UNKNOWN) if value is None else value_text(value))


def explanation(source: str, columns: Sequence[str], path: str) -> dict[str, Any]:
    """The arithmetic of one row, and what its units see of each input.

    Args:
        source: what is asked about.
        columns: the columns that are explained.
        path: the name of the layer; those of nested models before it, parted by `/`.
    """
    return {
        "lines": _explanations(source, tuple(columns)).get(path, []),
        "fields": _fields(_report(source), path),
    }


@lru_cache(maxsize=4)
def _explanations(source: str, columns: tuple[str, ...]) -> dict[str, list[str]]:
    """The lines that explain each layer, by its path."""
    from convzoo.analyses.explain import explain

    lines: dict[str, list[str]] = {}
    for found in explain(_report(source).graph, columns):
        lines.setdefault(found.layer, []).append(printable(str(found)))
    return lines


def _fields(report: Report, path: str) -> list[dict[str, Any]]:
    """What the units of a layer see of each input along its spatial axes, where that is known.

    Each has the `sizes` of the input, how many `places` the layer has along the same axes, and
    `size`, `stride` and `start` of the field.
    """
    from convzoo.analyses.receptive_field import axes_of_inputs
    from convzoo.graph.trace import Trace

    rows = {name: row for name, _, row in _flat(report.with_columns(["receptive_field"]).rows)}
    seen = rows[path].receptive_field if path in rows else None
    trace = Trace(report.graph)
    found = []
    for tensor, axes in axes_of_inputs(trace).items():
        assert tensor.call is not None
        name = tensor.call.layer.name
        field = (seen or {}).get(name)
        if field is None or not field.size or None in (*field.size, *field.stride, *field.start):
            continue
        shape = rows[path].output_shape
        if not isinstance(shape, tuple) or len(shape) != tensor.rank:
            shape = (1,) * tensor.rank
        sizes = [tensor.shape[axis] for axis in axes]
        places = [shape[axis] for axis in axes]
        if None not in (*sizes, *places):
            found.append(
                {
                    "input": printable(name),
                    "sizes": sizes,
                    "places": places,
                    "size": list(field.size),
                    "stride": list(field.stride),
                    "start": list(field.start),
                }
            )
    return found


def diagram(source: str, theme: str) -> str:
    """The architecture as a picture, an SVG.

    Args:
        source: what is asked about.
        theme: `"light"` or `"dark"`.
    """
    from convzoo.plotting import plot

    return plot(source, theme=theme)


def comparison(first: str, second: str) -> dict[str, Any]:
    """Two architectures side by side: their names, and a row of texts for each quantity."""
    from convzoo.comparing import Comparison, source_name, told_apart
    from convzoo.rendering.comparison import quantity_rows

    reports = [_report(first), _report(second)]
    names = told_apart([source_name(first, reports[0]), source_name(second, reports[1])])
    return {
        "names": [printable(name) for name in names],
        "rows": quantity_rows(Comparison(names, reports)),
    }


def contract(source: str) -> dict[str, Any]:
    """The JSON contract of an architecture: what `convzoo calc --format json` prints."""
    return _report(source).to_dict()


@lru_cache(maxsize=4)
def _report(source: str) -> Report:
    return calc(source)


def _flat(rows: Sequence[Row], above: str = "", depth: int = 0) -> Iterator[tuple[str, int, Row]]:
    """Every row with its path and its depth, those of nested models after their own."""
    for row in rows:
        yield above + row.name, depth, row
        yield from _flat(row.layers, f"{above}{row.name}/", depth + 1)


_QUESTIONS: dict[str, Callable[..., Any]] = {
    function.__name__: function for function in (table, explanation, diagram, comparison, contract)
}
