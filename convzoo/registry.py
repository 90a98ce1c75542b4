"""The one registry: names to things, loaded file by file and only as far as a look-up needs.

Layers, zoo models, analyses, sources, renderings and commands are each a folder of files that
register what they hold. A look-up imports the files of its folder in a fixed order until the name
is there, so that a start costs only what is used, and adding a file to the folder is all it takes
to add to the registry. What other packages enter by entry points comes after all files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from importlib import import_module
from typing import TYPE_CHECKING, Generic, TypeVar

from convzoo.errors import DuplicateNameError, PluginError, PluginWarning, UnknownNameError, warn

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

T = TypeVar("T")


class Registry(Generic[T]):
    """Things by name, held by the files of one package.

    Args:
        kind: what a thing is called in messages, such as `"model"`.
        package: the dotted name of the package whose files register the things.
        first: names of files of the package to look into before the others, the most used first.
        file_of_name: whether a name is first looked for in the file of that name.
        hint: a sentence for the message on an unknown name, telling how to see the known ones.
        entry_points: the group of entry points by which other packages enter things. Each is loaded
            when its name is looked up, and registers a thing under that name. Names of the group
            with `.unlisted` after it are found but not listed.
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
        self._unlisted: set[str] = set()
        self._loading = self._load_one_by_one(first)
        self._file_of_name = file_of_name
        self._hint = hint
        self._group = entry_points
        self._entered: dict[str, list[EntryPoint]] | None = None if entry_points else {}
        self._entering: EntryPoint | None = None
        self._broken: dict[str, str] = {}

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

    def add(self, name: str, thing: T, listed: bool = True) -> None:
        """Register a thing under a name.

        Of two packages that register a name, the one whose name it is keeps it: first this package,
        then, of those that enter it, the first by name.

        Args:
            name: the name.
            thing: what is found under it.
            listed: whether the name is one of `names`.

        Raises:
            DuplicateNameError: when the name is taken by another thing.
        """
        taken = self._things.get(name)
        if taken is not None and taken is not thing:
            both = (
                f"The {self.kind} name {name!r} is registered already, by {_origin(taken)}; "
                f"{_origin(thing)} can't take it too."
            )
            if self._entering is not None:
                warn(both, PluginWarning)
                return
            if not self._is_own(thing) or self._is_own(taken):
                raise DuplicateNameError(f"{both} Choose another name.")
            # A package was imported, and registered the name, before the file that has it.
            warn(
                f"The {self.kind} name {name!r} is convzoo's own; "
                f"that of {_origin(taken)} is left out.",
                PluginWarning,
            )
        elif self._entering is not None and self._is_of_another(name, thing, self._entering):
            return
        self._things[name] = thing
        if not listed:
            self._unlisted.add(name)

    def _is_own(self, thing: T) -> bool:
        return _module(thing).startswith("convzoo.")

    def _is_of_another(self, name: str, thing: T, entering: EntryPoint) -> bool:
        """Whether the name is another package's than the one that is loaded, but not the thing."""
        from convzoo.plugins import package

        return any(
            package(owner) != package(entering) and _top(owner.value) != _top(_module(thing))
            for owner in self._claims(name)[:1]
        )

    def find(self, *names: str) -> T | None:
        """The thing of the first of these names that there is, or `None`.

        What a package enters but can't be loaded is a warning at the first look-up.
        """
        thing = self.registered(*names)
        if thing is not None:
            return thing
        for name in names:
            is_new = name not in self._broken
            try:
                thing = self._plugged_in(name)
            except PluginError as error:
                if is_new:
                    warn(str(error), PluginWarning)
            if thing is not None:
                return thing
        return None

    def registered(self, *names: str) -> T | None:
        """The thing of the first of these names that is registered, or `None`.

        The files of this package are loaded for it, but no other package.
        """
        thing = self._loaded(names)
        if thing is None and self._file_of_name:
            for name in filter(str.isidentifier, names):
                self._load_file(name)
            thing = self._loaded(names)
        while thing is None:
            try:
                next(self._loading)
            except StopIteration:
                return None
            thing = self._loaded(names)
        return thing

    def _loaded(self, names: tuple[str, ...]) -> T | None:
        for name in names:
            if name in self._things:
                return self._things[name]
        return None

    def _load_file(self, name: str) -> None:
        from importlib.util import find_spec

        module = f"{self._package}.{name}"
        if find_spec(module) is not None:
            import_module(module)

    def _claims(self, name: str) -> list[EntryPoint]:
        """The entry points of that name; the first one's package has the name."""
        return self._all_claims().get(name, [])

    def _all_claims(self) -> dict[str, list[EntryPoint]]:
        if self._entered is None:
            from convzoo.plugins import entered

            self._entered = entered(self._group)
        return self._entered

    def _plugged_in(self, name: str) -> T | None:
        """What another package enters under this name.

        Raises:
            PluginError: when it can't be loaded.
        """
        if not self._claims(name):
            return None
        if name not in self._broken:
            self._warn_of_duplicate(name)
            reason = self._reason_not_to_load(self._claims(name)[0])
            if reason is None:
                return self._things[name]
            from convzoo.plugins import origin

            self._broken[name] = (
                f"The {self.kind} {name!r} of the package {origin(self._claims(name)[0])} can't be "
                f"loaded: {reason.rstrip('.')}. Update the package or uninstall it."
            )
        raise PluginError(self._broken[name])

    def _reason_not_to_load(self, entry_point: EntryPoint) -> str | None:
        """Load an entry point; why it enters nothing, or `None` where all is well."""
        before, outer = dict(self._things), self._entering
        self._entering = entry_point
        try:
            entry_point.load()
        # A module can end the program while it's imported, as a script does.
        except (Exception, SystemExit) as error:
            from sys import modules

            # What a module registered before it failed would fail when it's used.
            self._things = {
                name: thing
                for name, thing in self._things.items()
                if name in before or _module(thing) in modules
            }
            return f"{type(error).__name__}: {error}"
        finally:
            self._entering = outer
        if entry_point.name in self._things:
            return None
        return f"nothing is registered under the name {entry_point.name!r}"

    def _warn_of_duplicate(self, name: str) -> None:
        from convzoo.plugins import origin

        claimants = [origin(entry_point) for entry_point in self._claims(name)]
        if name in self._things and self._is_own(self._things[name]):
            claimants.insert(0, "convzoo")
        if len(claimants) > 1:
            warn(
                f"The {self.kind} name {name!r} is taken by {' and by '.join(claimants)}. "
                "The first of them is used.",
                PluginWarning,
            )

    def get(self, name: str) -> T:
        """The thing of that name.

        Raises:
            UnknownNameError: when there is none; the message suggests close names.
            PluginError: when another package enters it, but it can't be loaded.
        """
        thing = self.registered(name)
        if thing is None:
            thing = self._plugged_in(name)
        if thing is None:
            raise UnknownNameError(self.kind, name, self._listed(), self._hint)
        return thing

    def __contains__(self, name: str) -> bool:
        """Whether there is such a name; what another package enters is not loaded for it."""
        return self.registered(name) is not None or bool(self._claims(name))

    def names(self, pattern: str = "*") -> list[str]:
        """The names that match a wildcard pattern, in the order of registration.

        Those that other packages enter come last. They are not loaded, but where a name is taken
        twice, there is a warning.
        """
        for _ in self._loading:
            pass
        for name in self._all_claims():
            self._warn_of_duplicate(name)
        return [name for name in self._listed() if fnmatchcase(name, pattern)]

    def _listed(self) -> list[str]:
        registered = [name for name in self._things if name not in self._unlisted]
        return registered + [
            name
            for name, claims in self._all_claims().items()
            if name not in self._things and claims[0].group == self._group
        ]

    def package(self, name: str) -> str | None:
        """The package that enters a name, where it's not loaded yet."""
        if name in self._things or not self._claims(name):
            return None
        from convzoo.plugins import package

        return package(self._claims(name)[0])

    def items(self) -> list[tuple[str, T]]:
        """All names with their things, in the order of registration."""
        found = [(name, self.find(name)) for name in self.names()]
        return [(name, thing) for name, thing in found if thing is not None]


def _module(thing: object) -> str:
    """The module that registered a thing: the one that the thing tells, or that it's defined in."""
    return str(getattr(thing, "registered_in", None) or getattr(thing, "__module__", "?"))


def _origin(thing: object) -> str:
    return f"{_module(thing)}.{getattr(thing, '__qualname__', '')}".strip(".")


def _top(dotted: str) -> str:
    return dotted.partition(":")[0].partition(".")[0]
