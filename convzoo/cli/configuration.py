"""The section `[tool.convzoo.check]` of a `pyproject.toml`."""

from __future__ import annotations

import os
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, NamedTuple

from convzoo.budgets import budget
from convzoo.errors import ConfigError, ConvzooError

FILE = "pyproject.toml"
"""The name of the file that is looked for."""

_SECTION = "tool.convzoo.check"


class Configuration(NamedTuple):
    """What the section says.

    Args:
        folder: the directory of the file, which paths are relative to.
        limits: arguments of a budget, for all sources.
        files: by wildcard pattern those of some sources, which take the place of the others.
    """

    folder: Path
    limits: dict[str, Any]
    files: dict[str, dict[str, Any]]

    def limits_of(self, source: str) -> dict[str, Any]:
        """The arguments of the budget of a source, a path or a name of the zoo."""
        name = source
        if os.path.exists(source):
            name = Path(os.path.relpath(source, self.folder)).as_posix()
        found = dict(self.limits)
        for pattern, limits in self.files.items():
            if fnmatchcase(name, pattern):
                found |= limits
        return found


NONE = Configuration(Path(), {}, {})
"""What there is where nothing is configured."""


def find_configuration() -> Configuration:
    """The section in the nearest file that has it, of the working directory and those above.

    Raises:
        ConvzooError: when a file on the way can't be read, or the section holds what it can't.
    """
    here = Path.cwd()
    for folder in (here, *here.parents):
        path = folder / FILE
        if path.is_file():
            found = _read(path)
            if found is not None:
                return found
    return NONE


def read_configuration(path: Path) -> Configuration:
    """The section in a file.

    Raises:
        ConvzooError: when the file can't be read, has no such section, or that holds what it can't.
    """
    found = _read(path)
    if found is None:
        raise ConfigError(f"{path}: has no section [{_SECTION}]. Add one, or leave --config out.")
    return found


def _read(path: Path) -> Configuration | None:
    import tomllib

    try:
        with path.open("rb") as file:
            section = tomllib.load(file)
    except OSError as error:
        raise ConfigError(f"{path}: can't be read: {error.strerror or error}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: is no TOML: {error}.") from None
    for name in _SECTION.split("."):
        if name not in section:
            return None
        section = _table(section[name], path, _SECTION)
    files = _table(section.pop("files", {}), path, f"{_SECTION}.files")
    return Configuration(
        path.resolve().parent,
        _limits(section, path, _SECTION),
        {
            pattern: _limits(limits, path, f'{_SECTION}.files."{pattern}"')
            for pattern, limits in files.items()
        },
    )


def _table(value: Any, path: Path, section: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ConfigError(f"{path}: [{section}] must be a table. Received {value!r}.")
    return value


def _limits(table: Any, path: Path, section: str) -> dict[str, Any]:
    """The arguments of a budget, which may be written with dashes as options are."""
    found: dict[str, Any] = {}
    for key, value in _table(table, path, section).items():
        name = key.replace("-", "_")
        if name in found:
            raise ConfigError(f"{path}: [{section}] gives {name} twice. Leave one of them out.")
        found[name] = value
    try:
        budget(**found)
    except ConvzooError as error:
        error.args = (f"{path}: [{section}] {error}",)
        raise
    return found
