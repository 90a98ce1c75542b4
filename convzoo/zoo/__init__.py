"""The architectures, one file per family, each with its card.

A factory is a function that returns a graph and is registered under its own name:

    @register(Card(title="...", source=Source("...", "...", 2026), params=93_322))
    def my_convnet(input_shape=(28, 28, 1), classes=10):
        return Sequential([...])

It takes the arguments that differ; `include_top`, `pooling`, `activation`, `features` and
`data_format` are the same for all and stand in `overrides`.

A plain name gives the newest version of an architecture; with `@1` after it, as in `my_convnet@1`,
it gives that version.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from convzoo.errors import ArgumentError, RenamedWarning, ShapeError, UnknownNameError, warn
from convzoo.registry import Registry
from convzoo.zoo.cards import Card as Card
from convzoo.zoo.cards import Claim as Claim
from convzoo.zoo.cards import Recipe as Recipe
from convzoo.zoo.cards import Source as Source
from convzoo.zoo.preprocessing import Preprocessing as Preprocessing

if TYPE_CHECKING:
    import os

    import keras

    from convzoo.graph.dims import Shape
    from convzoo.graph.graph import Graph

Factory: TypeAlias = "Callable[..., Graph]"


class Entry(NamedTuple):
    """A registered architecture.

    Args:
        name: its name; of a version that is not the newest with `@` and the version.
        factory: a function that describes it.
        card: what is known of it.
        aliases: other names that it has.
        version: its version.
        renamed_from: names that it had, which still give it and warn.
        registered_in: the module that registers it.
    """

    name: str
    factory: Factory
    card: Card
    aliases: tuple[str, ...] = ()
    version: int = 1
    renamed_from: tuple[str, ...] = ()
    registered_in: str = ""


ZOO: Registry[Entry] = Registry(
    "model",
    "convzoo.zoo",
    first=("mnist",),
    hint="See convzoo list.",
    entry_points="convzoo.models",
)
"""Every architecture by name; `entry` looks up what a user gives."""


def register(
    card: Card,
    *,
    name: str | None = None,
    aliases: tuple[str, ...] = (),
    version: int = 1,
    renamed_from: tuple[str, ...] = (),
) -> Callable[[Factory], Factory]:
    """Decorate a function that returns a graph, to enter it in the zoo.

    Args:
        card: what is known of the architecture.
        name: its name; the function's where it is not given. A version that is not the newest any
            more has the version in its name, as in `name="my_net@1"`.
        aliases: other names that it is found by.
        version: its version, 2 or more where a description of that name differed before.
        renamed_from: names that it had. They still give it, with a warning, and are not listed.

    Raises:
        ArgumentError: when the version is not 1 or more.
        DuplicateNameError: when a name is taken.
    """
    # The factory may be another module's function.
    registered_in = sys._getframe(1).f_globals["__name__"]

    def decorate(factory: Factory) -> Factory:
        own_name = name or factory.__name__
        _, at, number = own_name.partition("@")
        text = number if at else str(version)
        if not text.isdecimal() or int(text) < 1:
            raise ArgumentError(f"{own_name!r}: the version must be 1 or more. Received {text!r}.")
        entry = Entry(own_name, factory, card, aliases, int(text), renamed_from, registered_in)
        for listed_name in (own_name, *aliases):
            ZOO.add(listed_name, entry, listed=not at)
        for old_name in renamed_from:
            ZOO.add(old_name, entry, listed=False)
        return factory

    return decorate


def entry(name: str) -> Entry:
    """The entry of an architecture by its name, an alias, an old name, or one of these `@` version.

    Raises:
        UnknownNameError: when there is none of that name, or not that version.
        PluginError: when the package that has it can't be loaded.
    """
    plain_name, at, version = name.partition("@")
    newest = ZOO.get(plain_name)
    if plain_name in newest.renamed_from:
        warn(f"{name!r} is renamed to {newest.name + at + version!r}.", RenamedWarning)
    if not at or version == str(newest.version):
        return newest
    older = ZOO.registered(f"{newest.name}@{version}")
    if older is None:
        known = " and ".join(versions(newest.name))
        raise UnknownNameError("model", name, (), f"There is {known}.")
    return older


def versions(name: str) -> list[str]:
    """The names of all versions of an architecture, from the oldest to the newest.

    Raises:
        UnknownNameError: when there is none of that name.
    """
    newest = entry(name.partition("@")[0])
    numbered = [f"{newest.name}@{version}" for version in range(1, newest.version + 1)]
    return [older for older in numbered[:-1] if ZOO.registered(older)] + numbered[-1:]


def list_models(
    pattern: str = "*",
    *,
    tag: str | Iterable[str] = (),
    min_params: float | None = None,
    max_params: float | None = None,
) -> list[str]:
    """The names of the zoo that match a wildcard pattern, in alphabetical order.

    Nothing is calculated: what is asked for stands on the cards. Names that other packages enter
    are among them; for their cards these packages are loaded, otherwise they are not.

    Args:
        pattern: what names, aliases among them, look like, such as `"resnet*"`.
        tag: a tag that the card has, or several that it has all of.
        min_params: the fewest parameters, those that don't learn among them.
        max_params: the most parameters.
    """
    found = ZOO.names(pattern)
    if not tag and min_params is None and max_params is None:
        return sorted({name if ZOO.package(name) else ZOO.get(name).name for name in found})
    tags = {tag} if isinstance(tag, str) else set(tag)
    entries = {entry.name: entry.card for name in found if (entry := ZOO.find(name)) is not None}
    return sorted(
        name
        for name, card in entries.items()
        if tags.issubset(card.tags) and is_within(card.all_params, min_params, max_params)
    )


def is_within(value: float | None, least: float | None, most: float | None) -> bool:
    """Whether a value lies between two limits; one that is unknown only where there are none."""
    if value is None:
        return least is None and most is None
    return (least is None or value >= least) and (most is None or value <= most)


def card(name: str) -> Card:
    """The card of an architecture.

    Raises:
        UnknownNameError: when there is none of that name.
    """
    return entry(name).card


def preprocess(name: str) -> Preprocessing:
    """What images go through before they are the input of an architecture.

    Args:
        name: its name.

    Returns:
        A function of images, values from 0 to 255, shape (..., height, width, channels); its method
        `inverse` goes the way back.

    Raises:
        UnknownNameError: when there is none of that name.
    """
    return entry(name).card.preprocessing


def takes(name: str, argument: str) -> bool:
    """Whether the factory of an architecture has an argument of that name.

    Raises:
        UnknownNameError: when there is no such architecture.
    """
    from inspect import signature

    return argument in signature(entry(name).factory).parameters


def describe(name: str, **overrides: Any) -> Graph:
    """The description of an architecture; imports no Keras.

    Args:
        name: its name.
        overrides: arguments of its factory, such as `input_shape` and `classes`, and for every
            architecture `include_top=False` to leave the classifier out, `pooling="avg"` or `"max"`
            to pool what is then the output, `activation` for another one between the layers,
            `features="stages"` for a model that gives the output of each stage, and
            `data_format="channels_first"` for one that takes and gives the channels before the
            places; `input_shape` has them last all the same.

    Raises:
        UnknownNameError: when there is none of that name.
        ArgumentError: when it has no such argument, or a value can't be used.
        ShapeError: when a layer can't take the input; the smallest input is told.
    """
    found = entry(name)
    own, general = _parted(found, overrides) if overrides else ({}, {})
    try:
        graph = _made(found, own, general)
    except ShapeError as error:
        smallest = _smaller_than_smallest(found, own.get("input_shape"))
        if smallest is None:
            raise
        raise ShapeError(
            f"{found.name!r}: the input must be {_sizes(smallest)} or larger. "
            f"Received {_sizes(own['input_shape'])}. {error}"
        ) from error
    # TensorFlow takes no @ in the name of a model.
    graph.name = found.name.replace("@", "_v")
    return graph


def _parted(entry: Entry, overrides: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Which of the overrides its factory takes, and which all entries do."""
    from inspect import signature

    from convzoo.zoo.overrides import OVERRIDES

    known = signature(entry.factory).parameters
    own, general = {}, {}
    for override, value in overrides.items():
        if override in known:
            own[override] = value
        elif override in OVERRIDES:
            general[override] = value
        else:
            names = ", ".join(dict.fromkeys([*known, *OVERRIDES]))
            raise ArgumentError(f"{entry.name!r} has no argument {override!r}. It has {names}.")
    return own, general


def _made(entry: Entry, own: dict[str, Any], general: dict[str, Any]) -> Graph:
    from convzoo.graph.naming import fresh_names

    with fresh_names():
        try:
            graph = entry.factory(**own)
        except ShapeError:
            has_top = general.get("include_top", True) and not general.get("features")
            if has_top or "input_shape" not in own:
                raise
            # The classifier alone may need to know the sizes of the input, or need larger ones.
            sized = {key: value for key, value in own.items() if key != "input_shape"}
            return _made(entry, sized, general).with_input_shapes([own["input_shape"]])
        if not general:
            return graph
        from convzoo.zoo.overrides import overridden

        try:
            return overridden(graph, entry.card, **general)
        except ArgumentError as error:
            raise ArgumentError(f"{entry.name!r}: {error}") from None


def smallest_input(name: str) -> Shape:
    """The smallest input, without the batch, that an architecture takes.

    It is calculated: each axis is tried in sizes below that of the default input, the others left
    as they are; `None` where that has no size.

    Raises:
        UnknownNameError: when there is none of that name.
    """
    return _smallest_input(entry(name).factory)


@cache
def _smallest_input(factory: Factory) -> Shape:
    from inspect import signature

    from convzoo.graph.naming import fresh_names

    with fresh_names():
        usual = factory().input_shapes[0][1:]
    if "input_shape" not in signature(factory).parameters:
        return usual

    def takes(axis: int, size: int) -> bool:
        shape = (*usual[:axis], size, *usual[axis + 1 :])
        try:
            with fresh_names():
                factory(input_shape=shape)
        except ShapeError:
            return False
        return True

    smallest = list(usual)
    for axis, size in enumerate(usual[:-1]):
        if size is None:
            continue
        # What takes a size takes all that are larger, but for what depends on whether one is even.
        # Most take small ones, which are quick to try: double until one is taken, then halve what
        # is between it and the last that was refused.
        refused, taken = 0, 1
        while taken < int(size) and not takes(axis, taken):
            refused, taken = taken, min(2 * taken, int(size))
        while taken - refused > 1:
            middle = (taken + refused) // 2
            if takes(axis, middle):
                taken = middle
            else:
                refused = middle
        smallest[axis] = taken
    return tuple(smallest)


def _smaller_than_smallest(entry: Entry, given: Any) -> Shape | None:
    """The smallest input, if the given one is smaller along an axis."""
    if given is None:
        return None
    smallest = _smallest_input(entry.factory)
    axes = zip(given, smallest, strict=False)
    is_smaller = len(given) == len(smallest) and any(
        size is not None and size < least for size, least in list(axes)[:-1]
    )
    return smallest if is_smaller else None


def _sizes(shape: Shape) -> str:
    return "x".join("?" if size is None else str(size) for size in shape)


def get(
    name: str, *, weights: str | os.PathLike[str] | None = None, **overrides: Any
) -> keras.Model:
    """The architecture as a real Keras model, not compiled.

    Args:
        name: its name.
        weights: of a model of `keras.applications`, what Keras takes there: `"imagenet"`, which it
            downloads, or the path of a file; `None` for fresh weights.
        overrides: as in `describe`.

    Raises:
        UnknownNameError: when there is none of that name.
        ArgumentError: when it has no such argument, or there are no such weights.
        BuildError: when Keras or a backend for it is missing.
    """
    from convzoo.building import build

    found = entry(name)
    model = build(describe(found.name, **overrides))
    if weights is not None:
        from convzoo.building.pretrained import load_weights

        load_weights(model, _base_of(found, overrides), weights)
    return model


def _base_of(entry: Entry, overrides: dict[str, Any]) -> Entry:
    """The entry whose weights Keras has: the one that an argument `base` names, or itself."""
    from inspect import signature

    base = signature(entry.factory).parameters.get("base")
    return entry if base is None else ZOO.get(overrides.get("base", base.default))
