"""Every error and every warning that a user of convzoo can meet.

Each message names the place, what was expected, what was received, and a way out.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


class ConvzooError(ValueError):
    """The base of every error that a user can cause.

    It is a `ValueError`, as Keras's own complaints are, so that code which only describes a model
    handles both in one way.
    """


class ArgumentError(ConvzooError):
    """An argument of a layer, a model or a command has a value that can't be used."""


class TooLargeError(ArgumentError):
    """The numbers of a design space may not fit into those that it is swept with."""


class NothingToShowError(ArgumentError):
    """A model has nothing that a picture of this kind could show."""


class ShapeError(ConvzooError):
    """A layer was called on a shape that it can't take."""


class GraphError(ConvzooError):
    """Layers don't connect to a model: a cycle, a missing input, two layers of one name."""


class SourceError(ConvzooError):
    """A file or a text is not an architecture that can be read."""


class ConfigError(ConvzooError):
    """A config file can't be read, or holds what it can't."""


class BuildError(ConvzooError):
    """Keras, a backend for it or a package that is needed is missing, or Keras refuses a model."""


class DataError(ConvzooError):
    """A data set can't be read or downloaded, or holds what can't be trained on."""


class BenchmarkError(ConvzooError):
    """Runs of a benchmark can't be done, or what does them is gone."""


class DuplicateNameError(ConvzooError):
    """A name is registered twice."""


class PluginError(ConvzooError):
    """What another package enters by an entry point can't be loaded."""


class ConformanceError(ConvzooError, AssertionError):
    """A model of the zoo doesn't stand a check of `convzoo.testing`."""


class UnknownNameError(ConvzooError):
    """A name is not registered.

    Args:
        kind: what was looked for, such as `"model"` or `"layer"`.
        name: the name that was not found.
        known: the names there are, from which the closest are suggested.
        hint: how to see the names there are.
    """

    def __init__(self, kind: str, name: str, known: Iterable[str], hint: str = "") -> None:
        from difflib import get_close_matches

        by_lower: dict[str, str] = {}
        for candidate in known:
            by_lower.setdefault(candidate.lower(), candidate)
        close = [by_lower[match] for match in get_close_matches(name.lower(), by_lower, n=3)]
        message = f"Unknown {kind} {name!r}."
        if close:
            message += f" Did you mean {' or '.join(close)}?"
        if hint:
            message += f" {hint}"
        super().__init__(message)
        self.name = name
        self.close_matches = close

    def __reduce__(self) -> tuple[Any, ...]:
        # Other processes raise it too; an error is pickled with its message, not what made it.
        return UnknownNameError.__new__, (UnknownNameError, *self.args), self.__dict__


class ConvzooWarning(UserWarning):
    """The base of every warning; on the command line each is one line on stderr."""


class PluginWarning(ConvzooWarning):
    """What another package enters is left out: it can't be loaded, or its name is taken."""


class RenamedWarning(ConvzooWarning, FutureWarning):
    """A name is an old one, which will be gone one day."""


class TrainingWarning(ConvzooWarning):
    """Training goes on without something that was asked for."""


def warn(message: str, category: type[ConvzooWarning]) -> None:
    """Warn of something at the line outside of convzoo that led to it."""
    import sys
    import warnings

    frame = sys._getframe(1)
    # An import that convzoo makes has frames of importlib between.
    while frame.f_back and _top(frame.f_globals) in ("convzoo", "importlib"):
        frame = frame.f_back
    place, file = frame.f_globals, frame.f_code.co_filename
    told = place.setdefault("__warningregistry__", {})
    warnings.warn_explicit(message, category, file, frame.f_lineno, place.get("__name__"), told)


def _top(place: dict[str, Any]) -> str:
    return str(place.get("__name__", "")).partition(".")[0]
