"""What other packages enter by entry points, found without importing any of them."""

from __future__ import annotations

from importlib.metadata import Distribution, EntryPoint, distributions

from convzoo.errors import PluginWarning, warn


def entered(group: str) -> dict[str, list[EntryPoint]]:
    """The entry points of a group by name, those of one name in the order of their packages.

    Those of the group of the same name with `.unlisted` are among them.

    They are those of `importlib.metadata.entry_points`, found in less than half its time: the files
    of packages that don't name the group are not parsed.
    """
    packages: dict[str, list[EntryPoint]] = {}
    for distribution in distributions():
        try:
            if group not in (distribution.read_text("entry_points.txt") or ""):
                continue
            groups = (group, f"{group}.unlisted")
            own = [entry for entry in distribution.entry_points if entry.group in groups]
        except Exception as error:
            # Whoever wrote it, it must not keep the others from being used.
            warn(
                f"The entry points of the package {_name(distribution)} can't be read: "
                f"{type(error).__name__}: {error}",
                PluginWarning,
            )
            continue
        # Where a package is on the path twice, the first is the one that is imported.
        packages.setdefault(_name(distribution).lower().replace("_", "-"), own)
    found: dict[str, list[EntryPoint]] = {}
    for _, own in sorted(packages.items()):
        for entry_point in own:
            found.setdefault(entry_point.name, []).append(entry_point)
    return found


def package(entry_point: EntryPoint) -> str:
    """The name of the package that an entry point is of."""
    return _name(entry_point.dist)


def origin(entry_point: EntryPoint) -> str:
    """Where an entry point is from: `my-package (my_package.models:my_net)`."""
    return f"{package(entry_point)} ({entry_point.value})"


def _name(distribution: Distribution | None) -> str:
    # What is left of a package that was not removed well has no metadata: then Python versions
    # differ in what they give or raise.
    unknown = "without metadata"
    try:
        return (distribution and distribution.name) or unknown
    except Exception:
        return unknown
