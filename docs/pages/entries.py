"""A page for each entry of the zoo."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from inspect import signature
from typing import NamedTuple

from convzoo.analyses import ANALYSES
from convzoo.analyses.report import Report, Row
from convzoo.graph.layer import Layer
from convzoo.graph.trace import Trace
from convzoo.rendering import shape_text
from convzoo.rendering.card import card_lines
from convzoo.rendering.diagram import diagram
from convzoo.rendering.diagram.outline import outline_of
from convzoo.rendering.table import cells_of
from convzoo.rendering.totals import total_text
from convzoo.training.datasets import SOURCES
from convzoo.zoo import Claim, Entry, card, entry, smallest_input, takes, versions
from pages.markup import Cell, badge, folded, table, with_links
from pages.zoo import built_counts, report_of

LONG = 60
"""With more layers than these the table is folded, and one of the stages stands before it."""

_TOTALS = {
    "params": "Params",
    "trainable_params": "Params that learn",
    "non_trainable_params": "Params that don't learn",
    "weight_bytes": "Weight bytes",
    "macs": "MACs",
    "flops": "FLOPs",
    "peak_activation_bytes": "Peak activation bytes",
    "receptive_field": "Receptive field of the output",
}


def entry_page(name: str) -> str:
    """The page of an entry: its card, how to use it, its totals, its diagram and its layers."""
    found, report = entry(name), report_of(name)
    parts = [
        f"# {escape(found.name)}",
        f"{with_links(found.card.title)}. An entry of [the zoo](index.md).",
        "## Card",
        _card_table(found, report),
        "## Use it",
        *_use(found),
        "## Totals",
        _totals(found, report),
        *(f"{escape(remark)}." for remark in report.remarks),
        "## Diagram",
        _picture(found, report),
        "## Layers",
        *_layers(found, report),
    ]
    return "\n\n".join(parts) + "\n"


def entry_diagram(name: str) -> str:
    """The diagram of an entry, with the growth of what a unit sees."""
    return diagram(report_of(name), stages=card(name).stages)


def _card_table(found: Entry, report: Report) -> str:
    smallest = smallest_input(found.name) if takes(found.name, "input_shape") else None
    facts: dict[str, list[str]] = {}
    label = ""
    for own_label, text in card_lines(found, report, smallest, versions(found.name)):
        label = own_label or label
        if text:
            facts.setdefault(label, []).append(with_links(text))
    facts["Version"] = [str(found.version)]
    if "Claims" in facts:
        facts["Claims"] = [_claim(claim, report) for claim in found.card.claims]
    rows = [[Cell(f"<b>{label}</b>"), Cell("<br>".join(texts))] for label, texts in facts.items()]
    return table("Card", ["What", "What is known"], rows, "card")


def _claim(claim: Claim, report: Report) -> str:
    figure = with_links(str(claim._replace(note="")))
    measured = f" measured {escape(claim.measured)}" if claim.measured else ""
    note = f" ({with_links(claim.note.rstrip('.'))})" if claim.note else ""
    return f"{figure} {badge(claim.status(report.total))}{measured}{note}"


def _use(found: Entry) -> Iterator[str]:
    arguments = {
        name: repr(parameter.default)
        for name, parameter in signature(found.factory).parameters.items()
    }
    yield _code("console", f"$ convzoo calc {found.name}")
    yield f'Or change it <a href="../../playground/#source={found.name}">in the playground</a>.'
    given = next((f", {name}={arguments[name]}" for name in _SHOWN if name in arguments), "")
    yield _code("python", f'import convzoo\n\nmodel = convzoo.get("{found.name}"{given})')
    yield (
        "Its own arguments, with what they are by default; "
        "`include_top`, `pooling`, `activation`, `features` and `data_format` are the same for "
        "all entries."
    )
    rows = [[Cell(f"<code>{escape(name)}</code>"), _shortened(d)] for name, d in arguments.items()]
    yield table("Arguments", ["Argument", "Default"], rows, "arguments")
    if found.card.pretrained:
        yield "With the weights of `keras.applications`, which Keras downloads:"
        yield _code("python", f'model = convzoo.get("{found.name}", weights="imagenet")')
    if found.card.recipe is not None:
        own = found.card.recipe.data.partition("[")[0] in SOURCES
        yield "By the recipe of its card it [is trained](../use/train.md) with" + (
            ":" if own else " images of your own:"
        )
        yield _code(
            "console", f"$ convzoo train {found.name}" + ("" if own else " --data images.npz")
        )


_SHOWN = ("classes", "input_shape")
_LONGEST_DEFAULT = 60


def _shortened(default: str) -> str:
    return default if len(default) <= _LONGEST_DEFAULT else "the blocks of this network"


def _code(language: str, code: str) -> str:
    return f"```{language}\n{code}\n```"


def _totals(found: Entry, report: Report) -> str:
    rows = [[title, total_text(report, column)] for column, title in _TOTALS.items()]
    counts = built_counts().get(found.name)
    if counts is not None:
        own = (report.total("trainable_params"), report.total("params"))
        same = "the same" if own == counts else "which differs"
        text = f"{counts.total:,}, of which {counts.trainable:,} learn: {same}"
        rows.append(["Params of the model that Keras builds", text])
    return table("Totals", ["Quantity", "For one sample"], rows, "totals")


def _title(column: str) -> str:
    return ANALYSES.get(column).columns[column]


def _picture(found: Entry, report: Report) -> str:
    name = escape(found.name)
    shapes = ", ".join(map(shape_text, report.input_shapes))
    alt = (
        f"Diagram of {name}, input {escape(shapes)}: its layers from the input down to the output, "
        "the parameters of each and the part of the input that a unit of each sees"
    )
    # As HTML it lies beside the folder of the page.
    return (
        f'<a class="diagram" href="../{name}.svg">'
        f'<img src="../{name}.svg" alt="{alt}" loading="lazy"></a>'
    )


def _layers(found: Entry, report: Report) -> Iterator[str]:
    cells = cells_of(report)
    rows = table("Layers", cells.headers, cells.rows, "layers")
    if len(cells.rows) <= LONG:
        yield rows
        return
    stages = stages_of(report, found.card.stages)
    if stages:
        yield "By stage, as in the diagram:"
        yield _stage_table(stages)
    yield folded(f"All {len(cells.rows):,} layers", rows)


class StageTotals(NamedTuple):
    """What the layers of a stage have together.

    Args:
        title: what the stage is called.
        layers: how many layers it has.
        shape: the sizes of its output, without the batch.
        values: the sum of each column that adds up; `None` where a part is unknown.
        field: what a unit of its output sees.
    """

    title: str
    layers: int
    shape: str
    values: dict[str, int | None]
    field: object


def stages_of(report: Report, ends: tuple[str, ...]) -> list[StageTotals]:
    """The stages of an architecture, those of its diagram.

    Args:
        report: what is calculated of it.
        ends: the names of the layers that end its stages, as a card has them.
    """
    outline = outline_of(report, Trace(report.graph), ends)
    rows: dict[Layer, Row] = {row.layer: row for row in report.rows}
    stages = []
    for frame in outline.frames:
        if frame.kind != "stage":
            continue
        lines = outline.lines[frame.first : frame.last + 1]
        nodes = [node for line in lines for nodes in line.repetitions for node in nodes]
        # What is within a model is part of the model's row.
        layers = dict.fromkeys(node.layer for node in nodes if not node.level and not node.is_again)
        own = [rows[layer] for layer in layers if layer in rows]
        values = {
            column: _sum([row.values[column] for row in own]) for column in ("params", "macs")
        }
        last = outline.lines[frame.last].repetitions[-1][-1]
        field = rows[last.layer].values["receptive_field"] if last.layer in rows else None
        stages.append(StageTotals(frame.title, len(own), last.shape, values, field))
    return stages


_SUMMED = ("params", "macs")


def _sum(values: list[int | None]) -> int | None:
    return None if None in values else sum(value or 0 for value in values)


def _stage_table(stages: list[StageTotals]) -> str:
    rows = [
        [
            stage.title,
            f"{stage.layers:,}",
            stage.shape,
            *("unknown" if value is None else f"{value:,}" for value in stage.values.values()),
            "unknown" if stage.field is None else str(stage.field),
        ]
        for stage in stages
    ]
    headers = ["Stage", "Layers", "Output", *map(_title, (*_SUMMED, "receptive_field"))]
    return table("Stages", headers, rows, "layers")
