"""`convzoo list`: the names of the zoo."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from convzoo.cli import COMMANDS, candidates
from convzoo.cli.arguments import Count, format_option

if TYPE_CHECKING:
    from convzoo.analyses.receptive_field import Fields
    from convzoo.zoo import Entry

_SORTS = ("name", "params", "macs", "receptive_field", "year")


@COMMANDS.register("list")
@click.command("list", short_help="The architectures of the zoo.")
@click.argument("patterns", nargs=-1, metavar="[PATTERN]...", shell_complete=candidates.models)
@click.option(
    "--tag",
    "tags",
    multiple=True,
    metavar="TAG",
    shell_complete=candidates.tags,
    help="Only with this tag; repeatable.",
)
@click.option("--min-params", type=Count(), metavar="N", help="Parameters: the fewest.")
@click.option("--max-params", type=Count(), metavar="N", help="Parameters: the most.")
@click.option("--min-macs", type=Count(), metavar="N", help="Multiply-accumulates: the fewest.")
@click.option("--max-macs", type=Count(), metavar="N", help="Multiply-accumulates: the most.")
@click.option(
    "--min-receptive-field",
    type=click.IntRange(1),
    metavar="N",
    help="Pixels along each axis that a unit sees, before all places are put together: the fewest.",
)
@click.option(
    "--max-receptive-field", type=click.IntRange(1), metavar="N", help="The same: the most."
)
@click.option(
    "--sort",
    type=click.Choice(_SORTS),
    default="name",
    metavar="COLUMN",
    help="name, params, macs, receptive_field or year; the smallest first.",
)
@click.option("--reverse", is_flag=True, help="Sort the other way round.")
@format_option
@click.option("--names", is_flag=True, help="Print bare names, a line each, for scripts.")
def command(
    patterns: tuple[str, ...],
    tags: tuple[str, ...],
    min_params: int | None,
    max_params: int | None,
    min_macs: int | None,
    max_macs: int | None,
    min_receptive_field: int | None,
    max_receptive_field: int | None,
    sort: str,
    reverse: bool,
    style: str,
    names: bool,
) -> None:
    """List the architectures of the zoo, those whose names match a wildcard PATTERN where given.

    Sizes are written 300k, 5M or 1.5G. Parameters, years and tags stand on the cards. Work and
    receptive fields are calculated, for the usual input, of what passes the other filters, and only
    where they are asked for.

    The exit status is 1 when nothing passes the filters, 2 when a pattern or a tag is unknown.

    Examples:

    \b
        convzoo list
        convzoo list "mnist*" "nielsen*"
        convzoo list --tag mnist --tag lecture --max-params 100k
        convzoo list --max-macs 3M --sort macs
        convzoo list --min-receptive-field 16 --sort receptive_field --reverse
        convzoo list --tag mnist --format markdown
        convzoo list --names | xargs -n 1 convzoo calc
    """
    from convzoo.zoo import is_within, list_models

    _check(patterns, tags)
    matching = {
        name
        for pattern in patterns or ("*",)
        for name in list_models(pattern, tag=tags, min_params=min_params, max_params=max_params)
    }
    macs, field = (min_macs, max_macs), (min_receptive_field, max_receptive_field)
    columns = []
    if sort == "macs" or macs != (None, None):
        columns.append("macs")
    if sort == "receptive_field" or field != (None, None):
        columns.append("receptive_field")
    reads_cards = bool(columns) or sort != "name" or (style in ("json", "csv") and not names)
    listed = [one for name in sorted(matching) if (one := _line_of(name, reads_cards))]
    if columns:
        listed = [
            one
            for one in _calculated(listed, columns)
            if is_within(one.macs, *macs) and all(is_within(size, *field) for size in one.sizes)
        ]
    listed = _sorted(listed, sort, reverse)
    if names and listed:
        click.echo("\n".join(one.name for one in listed))
    elif listed or style in ("json", "csv"):
        click.echo(_text(listed, columns, style))
    if not listed:
        click.echo("No architecture of the zoo passes these filters.", err=True)
        raise click.exceptions.Exit(1)


class _Listed(NamedTuple):
    """One line of the list.

    Args:
        name: the name.
        entry: the entry of the zoo; `None` where a package that isn't loaded enters it.
        macs: its multiply-accumulates; `None` where they are unknown or not asked for.
        field: what a unit sees; `None` in the same cases.
    """

    name: str
    entry: Entry | None
    macs: int | None = None
    field: Fields | None = None

    @property
    def sizes(self) -> list[int | float | None]:
        """How far a unit sees along each axis of each input; one that is unknown where all is."""
        return (self.field.sizes if self.field else []) or [None]

    def values(self, columns: Sequence[str]) -> dict[str, Any]:
        """What is told of it, in JSON's values."""
        assert self.entry is not None
        card = self.entry.card
        return {
            "name": self.name,
            "title": card.title,
            "params": card.all_params,
            "trainable_params": card.params,
            **({"macs": self.macs} if "macs" in columns else {}),
            **(
                {"receptive_field": None if self.field is None else self.field.to_json()}
                if "receptive_field" in columns
                else {}
            ),
            "year": card.source.year,
            "input": card.input,
            "tags": list(card.tags),
            "aliases": list(self.entry.aliases),
        }

    def cell(self, column: str) -> str:
        """What a table shows of it."""
        if self.entry is None:
            return self._cell_of_package(column)
        card = self.entry.card
        if column in ("params", "macs"):
            count = card.all_params if column == "params" else self.macs
            return "unknown" if count is None else f"{count:,}"
        if column == "receptive_field":
            from convzoo.analyses.receptive_field import sizes_text

            if self.field is None:
                return "unknown"
            return ", ".join(sizes_text(field.size) or "-" for field in self.field.values())
        texts = {"name": self.name, "year": card.source.year, "input": card.input}
        return str(texts.get(column, card.title))

    def _cell_of_package(self, column: str) -> str:
        from convzoo.zoo import ZOO

        texts = {"name": self.name, "title": f"(of the package {ZOO.package(self.name)})"}
        return texts.get(column, "")


def _line_of(name: str, reads_card: bool) -> _Listed | None:
    """The line of a name; of one that a package enters the card is read only where it's needed.

    Returns:
        `None` for what is needed and can't be loaded, of which there is a warning.
    """
    from convzoo.zoo import ZOO

    if ZOO.package(name) is not None and not reads_card:
        return _Listed(name, None)
    entry = ZOO.find(name)
    return None if entry is None else _Listed(name, entry)


def _check(patterns: Iterable[str], tags: Iterable[str]) -> None:
    """Refuse a pattern that no name matches, and a tag that no card has."""
    from convzoo.errors import UnknownNameError
    from convzoo.zoo import ZOO, list_models

    for pattern in patterns:
        if not list_models(pattern):
            raise UnknownNameError("model", pattern, ZOO.names(), "See convzoo list.")
    if tags:
        known = sorted({tag for _, entry in ZOO.items() for tag in entry.card.tags})
        for tag in tags:
            if tag not in known:
                raise UnknownNameError("tag", tag, known, f"Tags are {', '.join(known)}.")


def _calculated(listed: Sequence[_Listed], columns: Sequence[str]) -> Iterator[_Listed]:
    from convzoo.calculating import calc
    from convzoo.errors import ConvzooError

    for one in _with_progress(listed):
        try:
            report = calc(one.name)
        except ConvzooError:  # What a package enters must not keep the others from being listed.
            yield one
            continue
        if "macs" in columns:
            one = one._replace(macs=report.total("macs") if report.knows("macs") else None)
        if "receptive_field" in columns:
            one = one._replace(field=report.receptive_field)
        yield one


def _with_progress(listed: Sequence[_Listed]) -> Iterator[_Listed]:
    """The same, with a bar on a terminal that tells how far it is."""
    if not sys.stderr.isatty():
        yield from listed
        return
    with click.progressbar(listed, label="Calculating", file=sys.stderr) as bar:
        yield from bar


def _sorted(listed: Sequence[_Listed], sort: str, reverse: bool) -> list[_Listed]:
    """The same by a column; what is unknown comes last either way."""
    keys = [(_sort_key(one, sort), one) for one in listed]
    known = [(key, one) for key, one in keys if key is not None]
    known.sort(key=lambda pair: pair[0], reverse=reverse)
    return [one for _, one in known] + [one for key, one in keys if key is None]


def _sort_key(one: _Listed, sort: str) -> Any:
    if one.entry is None or sort == "name":
        return one.name
    if sort == "receptive_field":
        return None if one.field is None else one.field.weight
    card = one.entry.card
    return {"params": card.all_params, "macs": one.macs, "year": card.source.year}[sort]


def _text(listed: Sequence[_Listed], columns: Sequence[str], style: str) -> str:
    if style == "json":
        import json

        return json.dumps([one.values(columns) for one in listed], indent=2)
    if style == "csv":
        from convzoo.rendering.csv import csv_text

        keys = ["name", "title", "params", "trainable_params", *columns, "year", "input", "tags"]
        return csv_text([keys, *([_csv_cell(one, key) for key in keys] for one in listed)])
    return _table(listed, columns, style)


def _csv_cell(one: _Listed, key: str) -> Any:
    if key == "receptive_field":
        return one.cell(key)
    value = one.values([key])[key]
    return " ".join(value) if isinstance(value, list) else value


_TITLES = {
    "name": "Name",
    "params": "Params",
    "macs": "MACs",
    "receptive_field": "Receptive field",
    "year": "Year",
    "input": "Input",
    "title": "What it is",
}

_RIGHT = ("params", "macs", "receptive_field", "year")

_WIDTH_WITHOUT_TERMINAL = 120
_LONGEST_INPUT = 26
_SHORTEST_TITLE = 30


def _table(listed: Sequence[_Listed], columns: Sequence[str], style: str) -> str:
    """The table; in the default format as wide as the terminal, titles cut off to fit."""
    from convzoo.rendering import cells_text

    shown = ["name", "params", *columns, "year", "input", "title"]
    if style == "table":
        from shutil import get_terminal_size

        width = _WIDTH_WITHOUT_TERMINAL
        if sys.stdout.isatty():
            width = get_terminal_size().columns
        rows = _fitted([{column: one.cell(column) for column in shown} for one in listed], width)
    else:
        rows = [{column: one.cell(column) for column in shown} for one in listed]
    shown = list(rows[0])
    alignments = ["right" if column in _RIGHT else "left" for column in shown]
    cells = [list(row.values()) for row in rows]
    return cells_text(cells, [_TITLES[column] for column in shown], style, alignments)


def _fitted(rows: Sequence[dict[str, str]], width: int) -> list[dict[str, str]]:
    """The rows in a width: long inputs and titles cut off, and no inputs where it is narrow."""
    rows = [{**row, "input": _cut(_first_part(row["input"]), _LONGEST_INPUT)} for row in rows]
    # Tabulate leaves two blanks between columns, and two more beside the title of each.
    widths = {
        column: 2 + max(len(_TITLES[column]) + 2, *(len(row[column]) for row in rows))
        for column in rows[0]
        if column != "title"
    }
    room = width - sum(widths.values())
    if room < _SHORTEST_TITLE:  # The title tells most of what the input is.
        room += widths["input"]
        rows = [{key: text for key, text in row.items() if key != "input"} for row in rows]
    return [{**row, "title": _cut(row["title"], max(room, _SHORTEST_TITLE))} for row in rows]


def _first_part(text: str) -> str:
    """What stands before a colon or a comma: `32x32 grey images` without what is in them."""
    return text.partition(":")[0].partition(",")[0]


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"
