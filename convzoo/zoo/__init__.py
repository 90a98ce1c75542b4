"""The architectures, one file per family, each with its card.

A factory is a function that returns a graph and is registered under its own name:

    @register(Card(title="...", ...))
    def my_convnet(input_shape=(28, 28, 1), classes=10):
        return Sequential([...])
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from convzoo.errors import ArgumentError
from convzoo.graph.graph import Graph
from convzoo.graph.naming import fresh_names
from convzoo.registry import Registry

if TYPE_CHECKING:
    import keras

Factory: TypeAlias = "Callable[..., Graph]"


@dataclass(frozen=True)
class Card:
    """What is known of an architecture besides its layers.

    Args:
        title: what it is, in a few words.
        source: where it was published: authors, title, year, place.
        params: the published number of trainable parameters.
        accuracy: the published accuracy, from 0 to 1, on the data set named.
        dataset: what the accuracy was measured on.
        input: what the network expects: size and range of the values.
        licence: the licence of the description here.
        notes: what else a user should know.
    """

    title: str
    source: str
    params: int | None = None
    accuracy: float | None = None
    dataset: str | None = None
    input: str = ""
    licence: str = "Apache-2.0"
    notes: tuple[str, ...] = ()


class Entry(NamedTuple):
    """A registered architecture.

    Args:
        name: its name.
        factory: a function that describes it.
        card: what is known of it.
    """

    name: str
    factory: Factory
    card: Card


ZOO: Registry[Entry] = Registry("model", "convzoo.zoo", first=("mnist",), hint="See convzoo list.")
"""Every architecture by name."""


def register(card: Card, *, name: str | None = None) -> Callable[[Factory], Factory]:
    """Decorate a function that returns a graph, to enter it in the zoo.

    Args:
        card: what is known of the architecture.
        name: its name; the function's where it is not given.

    Raises:
        DuplicateNameError: when the name is taken.
    """

    def decorate(factory: Factory) -> Factory:
        entry_name = name or factory.__name__
        ZOO.add(entry_name, Entry(entry_name, factory, card))
        return factory

    return decorate


def list_models(pattern: str = "*") -> list[str]:
    """The names of the zoo that match a wildcard pattern, in alphabetical order."""
    return sorted(ZOO.names(pattern))


def card(name: str) -> Card:
    """The card of an architecture.

    Raises:
        UnknownNameError: when there is none of that name.
    """
    return ZOO.get(name).card


def describe(name: str, **overrides: Any) -> Graph:
    """The description of an architecture; imports no Keras.

    Args:
        name: its name.
        overrides: arguments of its factory, such as `input_shape` and `classes`.

    Raises:
        UnknownNameError: when there is none of that name.
        ArgumentError: when it has no such argument.
        ShapeError: when a layer can't take the input.
    """
    entry = ZOO.get(name)
    if overrides:
        _check_overrides(entry, overrides)
    with fresh_names():
        graph = entry.factory(**overrides)
    graph.name = name
    return graph


def _check_overrides(entry: Entry, overrides: dict[str, Any]) -> None:
    from inspect import signature

    known = signature(entry.factory).parameters
    for override in overrides:
        if override not in known:
            raise ArgumentError(
                f"{entry.name!r} has no argument {override!r}. It has {', '.join(known) or 'none'}."
            )


def get(name: str, **overrides: Any) -> keras.Model:
    """The architecture as a real Keras model, not compiled.

    Args:
        name: its name.
        overrides: arguments of its factory, such as `input_shape` and `classes`.

    Raises:
        UnknownNameError: when there is none of that name.
        ArgumentError: when it has no such argument.
        BuildError: when Keras or a backend for it is missing.
    """
    from convzoo.building import build

    return build(describe(name, **overrides))
