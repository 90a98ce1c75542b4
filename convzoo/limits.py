"""How much a file may ask for: sizes and counts above which it is refused.

Real files are far below. Each limit is lifted by an environment variable, such as
`CONVZOO_MAX_LAYERS=200000`, which is read when the first file is.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import BinaryIO, NamedTuple

from convzoo.errors import ConfigError, ShapeError, SourceError


class Limits(NamedTuple):
    """The limits, each above what real files need.

    Args:
        text_bytes: the JSON or text of a model, unpacked.
        directory_bytes: the list of files in an archive.
        stdin_bytes: what standard input gives, weights in an archive among it.
        json_values: the values in a JSON, lists and objects among them.
        json_text_bytes: a single text in the JSON of a model, such as a name.
        json_depth: lists and objects within each other.
        integer_digits: the digits of an integer, in a file or as the size of a tensor.
        tensor_axes: the axes of a tensor.
        layers: the layers and their calls; those in a model count each time that it is called.
    """

    text_bytes: int = 16 * 2**20
    directory_bytes: int = 2**20
    stdin_bytes: int = 128 * 2**20
    json_values: int = 1_000_000
    json_text_bytes: int = 2_000_000
    json_depth: int = 100
    integer_digits: int = 32
    tensor_axes: int = 64
    layers: int = 20_000


def _way(name: str) -> str:
    return f"set {variable(name)} to a higher number"


def variable(name: str) -> str:
    """The environment variable that lifts a limit."""
    return f"CONVZOO_MAX_{name.upper()}"


@cache
def limits() -> Limits:
    """The limits of this process.

    Raises:
        ConfigError: when an environment variable is no number.
    """
    return Limits(**{name: _from_environment(name) for name in Limits._fields})


def _from_environment(name: str) -> int:
    default: int = Limits._field_defaults[name]
    text = os.environ.get(variable(name), str(default))
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise ConfigError(
            f"{variable(name)} must be a whole number above 0. Received {text!r}. "
            f"Its default is {default}."
        )
    return number


@cache
def largest_integer() -> int:
    """The largest size that a tensor may have along an axis."""
    return int(10 ** limits().integer_digits - 1)


def read_within(file: BinaryIO) -> bytes:
    """All of a file that holds text, unless it is too large.

    Raises:
        SourceError: when it is; no more than the limit is read.
    """
    limit = limits().text_bytes
    data = file.read(limit + 1)
    if len(data) > limit:
        raise too_many_bytes("text_bytes")
    return data


def too_many_bytes(name: str) -> SourceError:
    """An error about a file, or a part of one, that is too large."""
    return SourceError(
        f"has more than {getattr(limits(), name):,} bytes of {_CONTENTS[name]}. "
        f"If you trust it, {_way(name)}."
    )


_CONTENTS = {
    "text_bytes": "text",
    "directory_bytes": "names of files",
    "stdin_bytes": "input",
}


class Bounded:
    """A file of which no more than a number of bytes is read, whatever its headers say.

    Args:
        file: the file.
        name: the limit.
    """

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._file = file
        self.allow(name)

    def allow(self, name: str) -> None:
        """Begin to count anew, up to another limit."""
        self._name = name
        self._left: int = getattr(limits(), name) + _MARGIN_BYTES
        self.is_exceeded = False

    def read(self, size: int | None = -1) -> bytes:
        """Read on.

        Raises:
            SourceError: when that is more than is left.
        """
        asked = self._left + 1 if size is None or size < 0 else size
        # What a header asks for may be more than there is.
        data = self._file.read(min(asked, self._left + 1))
        self._left -= len(data)
        if self._left < 0:
            self.is_exceeded = True
            raise too_many_bytes(self._name)
        return data

    def readinto(self, buffer: memoryview) -> int:
        """Read on, into a buffer."""
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a place."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """The place where it is."""
        return self._file.tell()

    def seekable(self) -> bool:
        """Whether places can be gone to."""
        return True


# Headers and ends of an archive beside what is counted.
_MARGIN_BYTES = 256 * 1024


class _Budget:
    """How many layers and calls, and how many tensors, are left."""

    def __init__(self) -> None:
        self.left = limits().layers
        self.tensors = _TENSORS_OF_A_LAYER * self.left


# Most layers give one; one that splits its input, or stands within others, needs more.
_TENSORS_OF_A_LAYER = 20


_budget: ContextVar[_Budget | None] = ContextVar("budget", default=None)


@contextmanager
def limited_layers() -> Iterator[None]:
    """Count the layers and calls that are made within, unless they are counted already."""
    if _budget.get() is not None:
        yield
        return
    token = _budget.set(_Budget())
    try:
        yield
    finally:
        _budget.reset(token)


def count_layers(count: int = 1) -> None:
    """Count layers or calls of layers, where they are limited.

    Raises:
        SourceError: when there are too many.
    """
    budget = _budget.get()
    if budget is not None:
        budget.left -= count
        if budget.left < 0:
            raise SourceError(
                f"has more than {limits().layers:,} layers and calls of layers, those within "
                f"models counted at each call. If you trust it, {_way('layers')}."
            )


def count_tensor() -> None:
    """Count a tensor, where layers are limited.

    Raises:
        SourceError: when there are too many for as many layers as there may be.
    """
    budget = _budget.get()
    if budget is not None:
        budget.tensors -= 1
        if budget.tensors < 0:
            raise SourceError(
                f"makes more than {_TENSORS_OF_A_LAYER * limits().layers:,} tensors. "
                f"If you trust it, {_way('layers')}."
            )


def check_shape(shape: tuple[object, ...]) -> None:
    """Refuse a shape with more axes or larger sizes than any tensor has.

    So what is calculated from shapes stays a number that can be printed.

    Raises:
        ShapeError: when it is such a shape.
    """
    axes, largest = _tensor_limits()
    if len(shape) > axes:
        raise ShapeError(
            f"A tensor of {len(shape):,} axes is too much: the limit is {axes:,}. "
            f"If you trust it, {_way('tensor_axes')}."
        )
    for size in shape:
        if type(size) is int:
            if size > largest:
                raise ShapeError(f"A tensor has a size {_too_long()}")
        elif size is not None and isinstance(size, _NO_SIZES):
            raise ShapeError(f"A shape holds integers or None. Received {size!r}.")


# What a file may hold in the place of a size; numbers that calculate differently are sizes.
_NO_SIZES = (bool, float, str, list, tuple, dict)


@cache
def _tensor_limits() -> tuple[int, int]:
    return limits().tensor_axes, largest_integer()


def check_digits(text: str) -> None:
    """Refuse the text of an integer that has too many digits.

    Raises:
        SourceError: when it has.
    """
    if len(text.lstrip("-").lstrip("0")) > limits().integer_digits:
        raise SourceError(f"has an integer {_too_long()}")


def _too_long() -> str:
    return (
        f"of more than {limits().integer_digits} digits. If you trust it, {_way('integer_digits')}."
    )


def check_json(data: bytes) -> None:
    """Refuse a JSON text that is deep, has many values or long integers, before it is parsed.

    The counts are made at the speed of a search, so that they cost a real file next to nothing.
    What they count within texts can only make them too high.

    Raises:
        SourceError: when it is.
    """
    now = limits()
    if len(data) > now.text_bytes:
        raise too_many_bytes("text_bytes")
    # A value takes two bytes, a comma or bracket among them. Each list or object but an empty one
    # has a value more than it has commas.
    if len(data) > 2 * now.json_values and (
        data.count(b",") + data.count(b"[") + data.count(b"{") > now.json_values
    ):
        raise SourceError(
            f"has more than {now.json_values:,} values. If you trust it, {_way('json_values')}."
        )
    # Without all else, every pass takes away the innermost pairs.
    brackets = data.translate(_BRACKETS, _NO_BRACKETS)
    for _ in range(now.json_depth):
        if not brackets:
            break
        fewer = brackets.replace(b"[]", b"")
        if len(fewer) == len(brackets):
            break  # The others are not in pairs: they stand in texts, or it is no JSON.
        brackets = fewer
    if brackets and _depth(data) > now.json_depth:
        raise SourceError(
            f"has lists or objects more than {now.json_depth} deep within each other. "
            f"If you trust it, {_way('json_depth')}."
        )
    # Of an integer that is too long, this many digits stand at every few places, wherever it is.
    step = max(1, (now.integer_digits + 1) // 8)
    digits = b"0" * ((now.integer_digits + 1) // step)
    if digits in data[::step].translate(_DIGITS) and _has_long_integers(data):
        raise SourceError(f"has an integer {_too_long()}")


_BRACKETS = bytes.maketrans(b"{}", b"[]")
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_DIGITS = bytes(48 if chr(code) in "0123456789" else 32 for code in range(256))
# Possessive: what can be given back is remembered, for each escape in a text.
_TEXT = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'


def check_texts(data: bytes) -> None:
    """Refuse the JSON of a model that holds a long text: a name is copied and padded many times.

    Raises:
        SourceError: when it does.
    """
    import re

    longest = limits().json_text_bytes
    if len(data) <= longest:
        return
    for text in re.finditer(_TEXT, data, flags=re.DOTALL):
        if text.end() - text.start() > longest + 2:  # The quotes.
            raise SourceError(
                f"has a text of more than {longest:,} bytes. "
                f"If you trust it, {_way('json_text_bytes')}."
            )


def _depth(data: bytes) -> int:
    """How deep lists and objects stand within each other, outside of texts."""
    import re

    deepest = depth = 0
    for bracket in re.sub(_TEXT, b"", data, flags=re.DOTALL).translate(_BRACKETS, _NO_BRACKETS):
        depth += 1 if bracket == 91 else -1
        deepest = max(deepest, depth)
    return deepest


def _has_long_integers(data: bytes) -> bool:
    """Whether there are integers of too many digits, outside of texts and of fractions."""
    import re

    long = rb"(?<![\d.eE+])-?\d{%d,}(?![.eE\d])" % (limits().integer_digits + 1)
    return re.search(long, re.sub(_TEXT, b"", data, flags=re.DOTALL)) is not None
