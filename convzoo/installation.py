"""What is installed, found without importing any of it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution, distributions
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from convzoo.version import __version__

if TYPE_CHECKING:
    from packaging.requirements import Requirement

BACKENDS = ("tensorflow", "jax", "torch")
"""What Keras trains with, under the names that KERAS_BACKEND takes, which are those of packages."""


class Package(NamedTuple):
    """A package that convzoo asks for.

    Args:
        name: its name.
        required: the versions that will do, such as `">=3.8"`.
        version: the one that is installed; `None` where none is.
        problem: why what is installed won't do; nothing where it does, or where nothing is.
    """

    name: str
    required: str
    version: str | None
    problem: str = ""


class Extra(NamedTuple):
    """What `pip install "convzoo[NAME]"` adds.

    Args:
        name: its name.
        packages: what it adds.
    """

    name: str
    packages: tuple[Package, ...]


class Backend(NamedTuple):
    """What Keras would calculate with.

    Args:
        name: its name.
        reason: what chooses it: the environment, a file, or nothing.
        version: the installed one; `None` where it is not installed.
    """

    name: str
    reason: str
    version: str | None


class Plugin(NamedTuple):
    """A name that another package enters.

    Args:
        group: the group of entry points.
        name: the name.
        package: the package.
        value: the module and the object.
    """

    group: str
    name: str
    package: str
    value: str


@dataclass(frozen=True)
class Installation:
    """What is installed, and what is wrong with it.

    Args:
        packages: what convzoo needs, Python first.
        extras: what it can use.
        backend: what Keras would calculate with.
        plugins: what other packages enter.
        problems: what is missing, too old or broken, a sentence each.
    """

    packages: tuple[Package, ...]
    extras: tuple[Extra, ...]
    backend: Backend
    plugins: tuple[Plugin, ...]
    problems: tuple[str, ...]

    @property
    def backends(self) -> list[Package]:
        """The backends that are installed."""
        extra_packages = [one for extra in self.extras for one in extra.packages]
        found = {one.name: one for one in extra_packages if one.name in BACKENDS and one.version}
        return list(found.values())

    def to_dict(self) -> dict[str, Any]:
        """All of it in JSON's values."""
        return {
            "version": __version__,
            "packages": [package._asdict() for package in self.packages],
            "extras": {
                extra.name: [package._asdict() for package in extra.packages]
                for extra in self.extras
            },
            "backend": self.backend._asdict(),
            "plugins": [plugin._asdict() for plugin in self.plugins],
            "problems": list(self.problems),
        }


def installation() -> Installation:
    """What is installed beside this program. Nothing is imported, only metadata is read."""
    python = ".".join(map(str, sys.version_info[:3]))
    try:
        own = distribution("convzoo")
    except PackageNotFoundError:
        note = "convzoo itself is not installed, only imported. Install it with pip."
        packages: tuple[Package, ...] = (Package("python", "", python),)
        return Installation(packages, (), _backend(), _plugins(), (note,))
    packages, extras = _asked_for(own, python)
    return Installation(packages, extras, _backend(), _plugins(), _problems(packages, extras))


def _asked_for(own: Distribution, python: str) -> tuple[tuple[Package, ...], tuple[Extra, ...]]:
    """What the metadata of convzoo, which pyproject.toml becomes, asks for."""
    from packaging.requirements import Requirement

    asked = [Requirement(text) for text in own.requires or ()]
    required = own.metadata["Requires-Python"]
    runtime = _checked(Package("python", required, python))
    needed = [one for one in asked if one.marker is None or one.marker.evaluate({"extra": ""})]
    extras = []
    for name in own.metadata.get_all("Provides-Extra") or ():
        added = [one for one in asked if one not in needed and _is_for(one, name)]
        extras.append(Extra(name, tuple(map(_package, added))))
    return (runtime, *map(_package, needed)), tuple(extras)


def _is_for(requirement: Requirement, extra: str) -> bool:
    return requirement.marker is not None and requirement.marker.evaluate({"extra": extra})


def _package(requirement: Requirement) -> Package:
    required = str(requirement.specifier)
    try:
        found = distribution(requirement.name)
    except PackageNotFoundError:
        # Such as tensorflow-cpu, which has the module under another name.
        if requirement.name not in BACKENDS or find_spec(requirement.name) is None:
            return Package(requirement.name, required, None)
        named = [one for one in distributions() if requirement.name in _modules(one)]
        if not named:
            return Package(requirement.name, required, "unknown")
        found = named[0]
    version = found.version
    if not version or not any(map(_is_there, _modules(found))):
        return Package(requirement.name, required, version or "unknown", "its files are gone")
    return _checked(Package(requirement.name, required, version))


def _checked(package: Package) -> Package:
    """The package, with the problem that its version is."""
    from packaging.specifiers import SpecifierSet
    from packaging.version import InvalidVersion

    try:
        fits = SpecifierSet(package.required).contains(package.version or "", prereleases=True)
    except InvalidVersion:
        return package._replace(problem="its version is no version")
    return package if fits else package._replace(problem=f"must be {package.required}")


def _modules(package: Distribution) -> set[str]:
    """The names of the modules that a package installs at the top level."""
    told = package.read_text("top_level.txt")
    if told is not None:
        return set(told.split())
    files = [path for path in package.files or () if path.suffix in (".py", ".so", ".pyd")]
    return {path.parts[0].partition(".")[0] for path in files if ".." not in path.parts}


def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except (ImportError, ValueError):
        return False


def _backend() -> Backend:
    """What Keras would use; equals `keras/src/backend/config.py`."""
    home = os.environ.get("KERAS_HOME") or os.path.join(os.path.expanduser("~"), ".keras")
    file = Path(home, "keras.json").expanduser()
    name, reason = "tensorflow", "Keras's default"
    try:
        told = json.loads(file.read_text("utf-8")).get("backend")
    except (OSError, ValueError, AttributeError):
        told = None
    if isinstance(told, str):
        name, reason = told, str(file)
    if os.environ.get("KERAS_BACKEND"):
        name, reason = os.environ["KERAS_BACKEND"], "KERAS_BACKEND"
    version = _version(name) if name in BACKENDS else None
    return Backend(name, reason, version)


def _version(module: str) -> str | None:
    from packaging.requirements import Requirement

    return _package(Requirement(module)).version


def _plugins() -> tuple[Plugin, ...]:
    from convzoo.plugins import entered, package

    return tuple(
        Plugin(entry_point.group, entry_point.name, package(entry_point), entry_point.value)
        for group in ("convzoo.models", "convzoo.layers")
        for entry_points in entered(group).values()
        for entry_point in entry_points
    )


def _problems(packages: Sequence[Package], extras: Sequence[Extra]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_sentences(packages, extras)))


def _sentences(packages: Sequence[Package], extras: Sequence[Extra]) -> Iterator[str]:
    for package in packages:
        if package.version is None:
            yield f"{package.name} is missing: pip install '{package.name}{package.required}'."
    for package in (*packages, *(one for extra in extras for one in extra.packages)):
        if package.problem:
            way_out = (
                "Use another Python"
                if package.name == "python"
                else f"pip install --force-reinstall '{package.name}{package.required}'"
            )
            yield f"{package.name} {package.version}: {package.problem}. {way_out}."
