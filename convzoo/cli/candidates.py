"""What a shell offers to complete an argument: each function is a `shell_complete` of click.

A shell waits for it while somebody types, so nothing here imports Keras or a backend.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, TypeAlias

import click

from convzoo.errors import ConvzooError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

Completing: TypeAlias = "Callable[[click.Context, click.Parameter, str], list[CompletionItem]]"


def _item(value: str, about: str | None = None, type: str = "plain") -> CompletionItem:
    """A word that is offered.

    Args:
        value: the word.
        about: what it is, which zsh and fish show beside it.
        type: `"file"` where the shell is to offer files in its place.
    """
    # Of all runs only those for a shell need it.
    from click.shell_completion import CompletionItem

    return CompletionItem(value, type, about)


def _completing(find: Callable[..., Iterator[CompletionItem]]) -> Completing:
    """Decorate what finds candidates for what is typed, given the argument's words before it.

    What goes wrong offers none: an error would stand in the prompt.
    """

    def complete(
        context: click.Context, parameter: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                before = context.params.get(parameter.name or "")
                words = before if isinstance(before, tuple) else ()
                return list(find(incomplete, *words))
            except ConvzooError:
                return []

    return complete


@_completing
def sources(incomplete: str, *before: str) -> Iterator[CompletionItem]:
    """Names of the zoo and files, or layers where a typed stack has begun."""
    from convzoo.sources.text import looks_like_input

    if before and looks_like_input(before[0]):
        # Bash parts words at colons: behind one are the arguments of a layer.
        if before[-1] != ":" and ":" not in incomplete:
            yield from _layers(incomplete)
        return
    yield _item(incomplete, type="file")
    yield from _models(incomplete)


@_completing
def models(incomplete: str, *_: str) -> Iterator[CompletionItem]:
    """Names of the zoo."""
    yield from _models(incomplete)


@_completing
def tags(incomplete: str, *_: str) -> Iterator[CompletionItem]:
    """Tags of the zoo."""
    from convzoo.zoo import ZOO

    own = [name for name in ZOO.names() if ZOO.package(name) is None]
    known = {tag for name in own for tag in ZOO.get(name).card.tags}
    yield from _beginning(incomplete, sorted(known))


@_completing
def columns(incomplete: str, *_: str) -> Iterator[CompletionItem]:
    """Columns, of which several may stand before, parted by commas."""
    from convzoo.analyses import ANALYSES

    before, comma, begun = incomplete.rpartition(",")
    given = before.split(",")
    for name, analysis in ANALYSES.items():
        if name.startswith(begun) and name not in given:
            yield _item(f"{before}{comma}{name}", analysis.columns[name])


@_completing
def formats(incomplete: str, *_: str) -> Iterator[CompletionItem]:
    """Formats of an answer."""
    from tabulate import tabulate_formats

    from convzoo.rendering import FORMATS, TABULATE_NAMES

    yield from _beginning(
        incomplete, dict.fromkeys([*FORMATS.names(), *TABULATE_NAMES, *tabulate_formats])
    )


@_completing
def topics(incomplete: str, *_: str) -> Iterator[CompletionItem]:
    """What `convzoo help` tells of."""
    from convzoo.cli import COMMANDS
    from convzoo.guides import guides

    titles = {name: command.get_short_help_str() for name, command in COMMANDS.items()}
    titles |= {guide.name: guide.title for guide in guides()}
    for name, title in sorted(titles.items()):
        if name.startswith(incomplete):
            yield _item(name, title)


def _beginning(incomplete: str, names: Iterable[str]) -> Iterator[CompletionItem]:
    return (_item(name) for name in names if name.startswith(incomplete))


def _models(incomplete: str) -> Iterator[CompletionItem]:
    from convzoo.zoo import ZOO

    for name in sorted(ZOO.names()):
        if name.startswith(incomplete):
            # What a package enters is not loaded to tell its title.
            package = ZOO.package(name)
            yield _item(name, package or ZOO.get(name).card.title)


def _layers(incomplete: str) -> Iterator[CompletionItem]:
    """Short names, without the rank that a layer takes from its input; or class names."""
    from convzoo.layers import LAYERS

    names = LAYERS.names()
    short = {re.sub("[123]d$", "", name) for name in names if name.islower()}
    classes = {name for name in names if name[0].isupper()}
    chosen = classes if incomplete[:1].isupper() else short
    yield from _beginning(incomplete, sorted(chosen))
