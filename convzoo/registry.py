"""The one registry: names to things, loaded file by file and only as far as a look-up needs.

Layers, zoo models, analyses, sources, renderings and commands are each a folder of files that
register what they hold. A look-up imports the files of its folder in a fixed order until the name
is there, so that a start costs only what is used, and adding a file to the folder is all it takes
to add to the registry.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from importlib import import_module
from typing import Generic, TypeVar

from convzoo.errors import DuplicateNameError, UnknownNameError

T = TypeVar("T")


class Registry(Generic[T]):
    """Things by name, held by the files of one package.

    Args:
        kind: what a thing is called in messages, such as `"model"`.
        package: the dotted name of the package whose files register the things.
        first: names of files of the package to look into before the others, the most used first.
        file_of_name: whether a name is first looked for in the file of that name.
        hint: a sentence for the message on an unknown name, telling how to see the known ones.
        entry_points: the group of entry points in which other packages enter things, each loaded
            when its name is looked up.
    """

    def __init__(
        self,
        kind: str,
        package: str,
        first: tuple[str, ...] = (),
        file_of_name: bool = False,
        hint: str = "",
        entry_points: str = "",
    ) -> None:
        self.kind = kind
        self._package = package
        self._things: dict[str, T] = {}
        self._loading = self._load_one_by_one(first)
        self._file_of_name = file_of_name
        self._hint = hint
        self._entry_points = entry_points
        self._not_plugged_in: set[str] = set()

    def _load_one_by_one(self, first: tuple[str, ...]) -> Iterator[None]:
        for module in first:
            import_module(f"{self._package}.{module}")
            yield
        import pkgutil

        path = import_module(self._package).__path__
        for info in sorted(pkgutil.iter_modules(path), key=lambda info: info.name):
            import_module(f"{self._package}.{info.name}")
            yield

    def register(self, *names: str) -> Callable[[T], T]:
        """Decorate a thing to register it under each of the names.

        Raises:
            DuplicateNameError: when a name is taken by another thing.
        """

        def decorate(thing: T) -> T:
            for name in names:
                self.add(name, thing)
            return thing

        return decorate

    def add(self, name: str, thing: T) -> None:
        """Register a thing under a name.

        Raises:
            DuplicateNameError: when the name is taken by another thing.
        """
        taken = self._things.get(name)
        if taken is not None and taken is not thing:
            raise DuplicateNameError(
                f"The {self.kind} name {name!r} is registered already, by {_origin(taken)}; "
                f"{_origin(thing)} can't take it too. Choose another name."
            )
        self._things[name] = thing

    def find(self, *names: str) -> T | None:
        """The thing of the first of these names that a file registers, or `None`."""
        thing = self._loaded(names)
        if thing is None and self._file_of_name:
            for name in filter(str.isidentifier, names):
                self._load_file(name)
            thing = self._loaded(names)
        while thing is None:
            try:
                next(self._loading)
            except StopIteration:
                return self._plugged_in(names)
            thing = self._loaded(names)
        return thing

    def _loaded(self, names: tuple[str, ...]) -> T | None:
        for name in names:
            if name in self._things:
                return self._things[name]
        return None

    def _plugged_in(self, names: tuple[str, ...]) -> T | None:
        """What another package enters under one of these names."""
        if not self._entry_points or self._not_plugged_in.issuperset(names):
            return None
        self._not_plugged_in.update(names)
        from importlib.metadata import entry_points

        for entry_point in entry_points(group=self._entry_points):
            if entry_point.name in names:
                try:
                    thing: T = entry_point.load()
                except Exception as error:
                    import warnings

                    warnings.warn(
                        f"The {self.kind} {entry_point.name!r} of {entry_point.value!r} "
                        f"can't be loaded: {error}",
                        stacklevel=2,
                    )
                    continue
                self._things.setdefault(entry_point.name, thing)
                return thing
        return None

    def _load_file(self, name: str) -> None:
        from importlib.util import find_spec

        module = f"{self._package}.{name}"
        if find_spec(module) is not None:
            import_module(module)

    def get(self, name: str) -> T:
        """The thing of that name.

        Raises:
            UnknownNameError: when there is none; the message suggests close names.
        """
        thing = self.find(name)
        if thing is None:
            raise UnknownNameError(self.kind, name, self._things, self._hint)
        return thing

    def names(self, pattern: str = "*") -> list[str]:
        """The names that match a wildcard pattern, in the order of registration."""
        for _ in self._loading:
            pass
        return [name for name in self._things if fnmatchcase(name, pattern)]

    def items(self) -> list[tuple[str, T]]:
        """All names with their things, in the order of registration."""
        return [(name, self._things[name]) for name in self.names()]


def _origin(thing: object) -> str:
    return f"{getattr(thing, '__module__', '?')}.{getattr(thing, '__qualname__', thing)}"
