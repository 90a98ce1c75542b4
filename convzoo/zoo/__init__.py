"""The architectures, one file per family, each with its card.

A factory is a function that returns a graph and is registered under its own name:

    @register(Card(title="...", source=Source("...", "...", 2026), params=93_322))
    def my_convnet(input_shape=(28, 28, 1), classes=10):
        return Sequential([...])

It takes the arguments that differ; `include_top`, `pooling`, `activation` and `features` are the
same for all and stand in `overrides`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from convzoo.errors import ArgumentError, ShapeError
from convzoo.graph.dims import Shape
from convzoo.graph.graph import Graph
from convzoo.graph.naming import fresh_names
from convzoo.registry import Registry
from convzoo.zoo.cards import Card as Card
from convzoo.zoo.cards import Claim as Claim
from convzoo.zoo.cards import Recipe as Recipe
from convzoo.zoo.cards import Source as Source
from convzoo.zoo.preprocessing import Preprocessing as Preprocessing

if TYPE_CHECKING:
    import keras

Factory: TypeAlias = "Callable[..., Graph]"


class Entry(NamedTuple):
    """A registered architecture.

    Args:
        name: its name.
        factory: a function that describes it.
        card: what is known of it.
        aliases: other names that it has.
    """

    name: str
    factory: Factory
    card: Card
    aliases: tuple[str, ...] = ()


ZOO: Registry[Entry] = Registry("model", "convzoo.zoo", first=("mnist",), hint="See convzoo list.")
"""Every architecture by name."""


def register(
    card: Card, *, name: str | None = None, aliases: tuple[str, ...] = ()
) -> Callable[[Factory], Factory]:
    """Decorate a function that returns a graph, to enter it in the zoo.

    Args:
        card: what is known of the architecture.
        name: its name; the function's where it is not given.
        aliases: other names that it is found by.

    Raises:
        DuplicateNameError: when a name is taken.
    """

    def decorate(factory: Factory) -> Factory:
        entry = Entry(name or factory.__name__, factory, card, aliases)
        for entry_name in (entry.name, *aliases):
            ZOO.add(entry_name, entry)
        return factory

    return decorate


def list_models(pattern: str = "*") -> list[str]:
    """The names of the zoo that match a wildcard pattern, in alphabetical order."""
    return sorted({ZOO.get(name).name for name in ZOO.names(pattern)})


def card(name: str) -> Card:
    """The card of an architecture.

    Raises:
        UnknownNameError: when there is none of that name.
    """
    return ZOO.get(name).card


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
    return ZOO.get(name).card.preprocessing


def describe(name: str, **overrides: Any) -> Graph:
    """The description of an architecture; imports no Keras.

    Args:
        name: its name.
        overrides: arguments of its factory, such as `input_shape` and `classes`, and for every
            architecture `include_top=False` to leave the classifier out, `pooling="avg"` or `"max"`
            to pool what is then the output, `activation` for another one between the layers, and
            `features="stages"` for a model that gives the output of each stage.

    Raises:
        UnknownNameError: when there is none of that name.
        ArgumentError: when it has no such argument, or a value can't be used.
        ShapeError: when a layer can't take the input; the smallest input is told.
    """
    entry = ZOO.get(name)
    own, general = _parted(entry, overrides) if overrides else ({}, {})
    try:
        graph = _made(entry, own, general)
    except ShapeError as error:
        smallest = _smaller_than_smallest(entry, own.get("input_shape"))
        if smallest is None:
            raise
        raise ShapeError(
            f"{entry.name!r}: the input must be {_sizes(smallest)} or larger. "
            f"Received {_sizes(own['input_shape'])}. {error}"
        ) from error
    graph.name = entry.name
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
    as they are.

    Raises:
        UnknownNameError: when there is none of that name.
    """
    return _smallest_input(ZOO.get(name))


def _smallest_input(entry: Entry) -> Shape:
    usual = _made(entry, {}, {}).input_shapes[0][1:]

    def takes(axis: int, size: int) -> bool:
        shape = (*usual[:axis], size, *usual[axis + 1 :])
        try:
            _made(entry, {"input_shape": shape}, {})
        except ShapeError:
            return False
        return True

    smallest = list(usual)
    for axis, size in enumerate(usual[:-1]):
        # What takes a size takes all that are larger: between the two, halve what is left.
        refused, taken = 0, size
        assert isinstance(taken, int)
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
    smallest = _smallest_input(entry)
    axes = zip(given, smallest, strict=False)
    is_smaller = len(given) == len(smallest) and any(
        size is not None and size < least for size, least in list(axes)[:-1]
    )
    return smallest if is_smaller else None


def _sizes(shape: Shape) -> str:
    return "x".join("?" if size is None else str(size) for size in shape)


def get(name: str, *, weights: str | None = None, **overrides: Any) -> keras.Model:
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

    model = build(describe(name, **overrides))
    if weights is not None:
        from convzoo.building.pretrained import load_weights

        load_weights(model, _base_of(ZOO.get(name), overrides), weights)
    return model


def _base_of(entry: Entry, overrides: dict[str, Any]) -> Entry:
    """The entry whose weights Keras has: the one that an argument `base` names, or itself."""
    from inspect import signature

    base = signature(entry.factory).parameters.get("base")
    return entry if base is None else ZOO.get(overrides.get("base", base.default))
