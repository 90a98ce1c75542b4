"""What can be asked about: typed stacks, files, Keras code, live models and names of the zoo.

What bytes hold is found from their content, not from a file's name.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from convzoo.errors import ConvzooError, SourceError
from convzoo.graph.dims import Shape
from convzoo.graph.garbage import no_collection
from convzoo.graph.graph import Graph
from convzoo.graph.input import as_shape
from convzoo.graph.naming import fresh_names
from convzoo.limits import read_within
from convzoo.registry import Registry


class Source(NamedTuple):
    """One kind of file that holds an architecture.

    Args:
        recognises: whether a file that begins with these bytes is of this kind.
        read: the graph that the file holds, open at its beginning.
    """

    recognises: Callable[[bytes], bool]
    read: Callable[[BinaryIO], Graph]


SOURCES: Registry[Source] = Registry(
    "source", "convzoo.sources", first=("keras_json", "keras_archive")
)
"""Every kind of file by name; the text of a stack is what remains."""

# How much of a file tells its kind.
_BEGINNING_BYTES = 4096
_LONGEST_MESSAGE = 2000


def read(source: Any, input_shape: Any = None) -> Graph:
    """The architecture that a source describes.

    Args:
        source: a graph, a live Keras model, a Keras config, a path, the bytes of a file, or a text:
            a name of the zoo, with arguments if need be, a path, JSON, a typed stack, or Keras code
            that only describes a model.
        input_shape: other dims for the input, without the batch; a list of them for several inputs.

    Raises:
        SourceError: when it is none of these, or holds no architecture.
        ConvzooError: when the architecture is refused, as Keras refuses it.
    """
    if isinstance(source, str):
        words = [source] if os.path.exists(source) or _is_code(source) else source.split()
        with fresh_names(), no_collection():
            return read_words(words or [source], input_shape)
    return reshaped(_read_object(source), input_shape)


def _is_code(text: str) -> bool:
    """Whether a text is Python code, which has several lines or ends with a call."""
    if "\n" not in text and not text.rstrip().endswith(")"):
        return False
    from convzoo.sources.python_code import is_code

    return is_code(text[:_BEGINNING_BYTES].encode(errors="replace"))


def names_a_file(source: Any) -> bool:
    """Whether a source is a path, or what a file holds, and no name of the zoo."""
    if not isinstance(source, str):
        return isinstance(source, (os.PathLike, bytes))
    return os.path.exists(source) and not names_an_entry(source)


def names_an_entry(text: str) -> bool:
    """Whether a text is a name of the zoo, such as `mnist_convnet` or `mnist_convnet@1`."""
    from convzoo.zoo import ZOO

    plain_name = text.partition("@")[0]
    # Only what looks like a name is looked up, since that may load every file of the zoo.
    return plain_name.replace("-", "_").isidentifier() and plain_name in ZOO


def reshaped(graph: Graph, input_shape: Any) -> Graph:
    """The same layers on inputs of other shapes, where any are given.

    Args:
        graph: the architecture.
        input_shape: the dims of its input, without the batch; a list of them for several inputs;
            `None` to leave it as it is.

    Raises:
        ShapeError: when a layer can't take what then reaches it.
    """
    return graph if input_shape is None else graph.with_input_shapes(shapes_of(input_shape))


def shapes_of(input_shape: Any) -> list[Shape]:
    """The dims of each input, without the batch.

    Args:
        input_shape: the dims of one input, or a list of them for several.

    Raises:
        ArgumentError: when these are no dims.
    """
    is_list = isinstance(input_shape, (tuple, list)) and bool(input_shape)
    several = is_list and all(isinstance(part, (tuple, list)) for part in input_shape)
    return [as_shape(shape, "input_shape") for shape in (input_shape if several else [input_shape])]


def _read_object(source: Any) -> Graph:
    if isinstance(source, Graph):
        return source
    with fresh_names(), no_collection():
        if isinstance(source, os.PathLike):
            return read_file(Path(source))
        if isinstance(source, bytes):
            return read_bytes(source, "the bytes")
        if isinstance(source, dict):
            from convzoo.graph.config import graph_from_config

            return graph_from_config(source)
        from convzoo.sources.live_model import read_live_model

        return read_live_model(source)


def read_words(words: list[str], input_shape: Any = None) -> Graph:
    """The architecture that words on a command line describe.

    One word is a name of the zoo, with arguments if need be, a path, a JSON text or a text of Keras
    code; several are a typed stack.

    Args:
        words: the words.
        input_shape: as in `read`; an entry of the zoo is described for it.

    Raises:
        SourceError: when they are none of these.
    """
    if len(words) == 1 and names_an_entry(words[0].partition(":")[0]):
        return _read_entry(words[0], input_shape)
    return reshaped(_read_words(words), input_shape)


def _read_entry(word: str, input_shape: Any) -> Graph:
    """The entry of the zoo that a word such as `mnist_convnet:classes=5` names."""
    from convzoo.zoo import describe, takes

    name, _, text = word.partition(":")
    overrides = _overrides(word, text) if text else {}
    shapes = None if input_shape is None else shapes_of(input_shape)
    if shapes is not None and "input_shape" in overrides:
        raise SourceError(f"{word!r}: the input's sizes are given twice.")
    if shapes is not None and len(shapes) == 1 and takes(name, "input_shape"):
        overrides["input_shape"], shapes = shapes[0], None
    try:
        graph = describe(name, **overrides)
    except (TypeError, ArithmeticError, LookupError) as error:
        # A factory calculates with its arguments before a layer checks them.
        raise SourceError(f"{word!r}: can't be described so: {error}.") from error
    return reshaped(graph, shapes)


def _overrides(word: str, text: str) -> dict[str, Any]:
    from convzoo.sources.text import parsed_arguments

    try:
        positional, overrides = parsed_arguments(text)
    except SourceError as error:
        raise SourceError(f"{word!r}: {error}") from None
    if positional:
        raise SourceError(
            f"{word!r}: a name of the zoo takes its arguments by keyword, "
            "such as classes=5,include_top=false."
        )
    if isinstance(overrides.get("input_shape"), int):
        overrides["input_shape"] = (overrides["input_shape"],)
    return overrides


def _read_words(words: list[str]) -> Graph:
    from convzoo.sources.text import is_layer, looks_like_input, read_stack
    from convzoo.zoo import describe

    first = words[0]
    if len(words) > 1:
        if first[:1] in "{[":
            return read_bytes(" ".join(words).encode("utf-8", "surrogatepass"), "the text")
        return read_stack(words)
    if first[:1] in "{[":
        return read_bytes(first.encode("utf-8", "surrogatepass"), "the text")
    if os.path.exists(first):
        return read_file(Path(first))
    if _is_code(first):
        return read_bytes(first.encode(errors="replace"), "the text")
    if looks_like_input(first):
        return read_stack(words)
    name, colon, _ = first.partition(":")
    if colon and is_layer(name):
        return read_stack(words)
    if os.sep in first or Path(name).suffix:
        raise SourceError(f"There is no file {first!r}.")
    return describe(name)


def read_file(path: Path) -> Graph:
    """The architecture that a file holds.

    Raises:
        SourceError: when it can't be read or holds none; the message begins with the path.
    """
    if path.is_dir():
        kind = "a SavedModel" if (path / "saved_model.pb").exists() else "a directory"
        raise SourceError(
            f"{path}: is {kind}. Give a .keras file, a JSON of model.to_json() or a stack. "
            "With the model loaded in Keras, model.save('model.keras') makes one."
        )
    try:
        with path.open("rb") as file:
            return read_open(file, str(path))
    except OSError as error:
        raise SourceError(f"{path}: can't be read: {error.strerror or error}.") from None


def read_bytes(data: bytes, place: str) -> Graph:
    """The architecture that the bytes of a file hold.

    Args:
        data: the bytes.
        place: what they are called in messages, such as the file's path.

    Raises:
        SourceError: when they hold none.
    """
    return read_open(io.BytesIO(data), place)


def read_open(file: BinaryIO, place: str) -> Graph:
    """The architecture that an open file holds.

    Args:
        file: the file, at its beginning.
        place: what it is called in messages.

    Raises:
        SourceError: when it holds none.
    """
    from convzoo.sources.text import read_text

    beginning = file.read(_BEGINNING_BYTES)
    file.seek(0)
    if not beginning.strip():
        raise SourceError(f"{place}: is empty. Expected a Keras model or a stack of layers.")
    try:
        for _, source in SOURCES.items():
            if source.recognises(beginning):
                return source.read(file)
        _refuse_other_files(beginning)
        return read_text(read_within(file))
    except ConvzooError as error:
        # The outer frame adds the place; the kind of the error stays.
        message = str(error)
        if len(message) > _LONGEST_MESSAGE:  # It may repeat what the file holds.
            message = f"{message[:_LONGEST_MESSAGE]} ..."
        error.args = (f"{place}: {message}",)
        raise


# What a file begins with that people take for a model, and what to do instead.
_OTHER_FILES = (
    (
        b"version https://git-lfs",
        "is a Git LFS pointer, not the file itself. Fetch it with git lfs pull.",
    ),
    (
        b"\x80",
        "is a pickle, which is never opened: it can run any code. "
        "Save the model with model.save('model.keras').",
    ),
    (
        b"\x08",
        "is a SavedModel's graph, in which the layers are gone. "
        "Load it in Keras and save it with model.save('model.keras').",
    ),
)


def _refuse_other_files(beginning: bytes) -> None:
    for signature, sentence in _OTHER_FILES:
        if beginning.startswith(signature):
            raise SourceError(sentence)
