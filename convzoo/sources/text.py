"""A typed stack: `28x28x1 conv:32,3,relu maxpool:2 flatten dense:10`.

The input comes first, as sizes or as `input:28x28x1,dtype=uint8`. Each layer is `name:arguments`,
the arguments in Keras's order or by keyword. A name is Keras's name of a class in any case, or a
short one, which takes its 1D, 2D or 3D form from the rank of its input. Sizes are written `3x3`, a
pair before and after `1-2`, an unknown size `none`. A bare word is a padding, a data format or the
activation, wherever it stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from convzoo.errors import ConvzooError, SourceError, UnknownNameError
from convzoo.graph.dims import Shape
from convzoo.graph.graph import Sequential
from convzoo.graph.input import Input
from convzoo.graph.layer import Layer, Tensor
from convzoo.layers import LAYERS
from convzoo.limits import check_digits, count_layers, limited_layers, limits

_INPUT = re.compile(r"(\d+|none|\?)(x(\d+|none|\?))*", re.IGNORECASE)
_INT = re.compile(r"-?\d+")
_PAIR = re.compile(r"(\d+)-(\d+)")
_FLOAT = re.compile(r"-?(\d+\.\d*|\.\d+|\d+)(e-?\d+)?", re.IGNORECASE)
_SIZES = re.compile(r"(-?\d+|\d+-\d+|none|\?)(x(-?\d+|\d+-\d+|none|\?))+", re.IGNORECASE)
_COMMENT = re.compile(r"#[^\r\n]*")
_WORDS = {"none": None, "?": None, "true": True, "false": False}

# The argument that a bare word is for, where the layer has it.
_ARGUMENT_OF_WORD = {
    "valid": "padding",
    "same": "padding",
    "causal": "padding",
    "channels_last": "data_format",
    "channels_first": "data_format",
}

_LONGEST_WORD = 10_000

_EXAMPLE = "Write, for example, 28x28x1 conv:32,3,relu maxpool:2 flatten dense:10."


def looks_like_input(word: str) -> bool:
    """Whether a stack can begin with this word."""
    if len(word) > _LONGEST_WORD:
        return False
    return _INPUT.fullmatch(word) is not None or word.lower().startswith("input:")


def is_layer(name: str) -> bool:
    """Whether a layer has this name in a stack, of whatever rank its input is."""
    known = {known.lower() for known in LAYERS.names()}
    return any(f"{name.lower()}{rank}" in known for rank in ("", "1d", "2d", "3d"))


def read_text(data: bytes) -> Sequential:
    """The stack that a text file holds; `#` begins a comment.

    Raises:
        SourceError: when the bytes are no such text.
        ConvzooError: when a layer refuses its arguments or its input.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SourceError(_not_a_model()) from None
    words = words_of(_COMMENT.sub("", text))
    if not words or not looks_like_input(words[0]):
        raise SourceError(_not_a_model())
    return read_stack(words)


def words_of(text: str) -> list[str]:
    """The words of a stack; beyond the limit of layers one more, which is all that is left.

    Raises:
        SourceError: when a word is far longer than one with all its arguments is.
    """
    words = text.split(maxsplit=limits().layers + 1)
    for word in words[: limits().layers]:
        if len(word) > _LONGEST_WORD:
            raise SourceError(
                f"has a word of more than {_LONGEST_WORD:,} characters: {word[:40]!r} ... "
                f"{_EXAMPLE}"
            )
    return words


def _not_a_model() -> str:
    return (
        "is no .keras archive, no JSON of model.to_json(), no HDF5 and no typed stack. "
        "Save the model with model.save('model.keras')."
    )


def read_stack(words: list[str]) -> Sequential:
    """The stack that words describe.

    Raises:
        SourceError: when a word is no layer, or the first no input.
        ConvzooError: when a layer refuses its arguments or its input; the message begins with the
            word.
    """
    if not looks_like_input(words[0]):
        raise SourceError(
            f"{words[0]!r}: a stack begins with the sizes of its input, such as 28x28x1. {_EXAMPLE}"
        )
    model = Sequential()
    with limited_layers():
        count_layers(len(words))
    for number, word in enumerate(words):
        try:
            model.add(read_input(word) if number == 0 else Word.of(word).layer(model.outputs))
        except ConvzooError as error:
            error.args = (f"{word!r}: {error}",)
            raise
    if not model.layers:
        raise SourceError(f"The stack has an input and no layers. {_EXAMPLE}")
    return model


def read_input(word: str) -> Any:
    """The input that the first word of a stack describes.

    Raises:
        SourceError: when it describes none.
    """
    if _INPUT.fullmatch(word):
        return Input(_shape(word))
    positional, keywords = parsed_arguments(word.partition(":")[2])
    values: list[Any] = [(value,) if isinstance(value, int) else value for value in positional]
    try:
        return Input(*values, **keywords)
    except TypeError:
        raise SourceError(
            "an input takes sizes, batch_size, dtype and name. "
            "Write, for example, input:28x28x1,dtype=uint8."
        ) from None


def _shape(word: str) -> Shape:
    return tuple(
        _WORDS.get(size, 0) if size in _WORDS else _integer(size)
        for size in word.lower().split("x")
    )


def _integer(text: str) -> int:
    check_digits(text)
    return int(text)


class Word(NamedTuple):
    """A word of a stack, taken apart.

    Args:
        name: the name of a layer, as it is written.
        positional: the values that are given by position.
        keywords: those that are given by keyword.
    """

    name: str
    positional: Sequence[Any]
    keywords: Mapping[str, Any]

    @classmethod
    def of(cls, text: str, read: Callable[[str], Any] | None = None) -> Word:
        """Take a word apart.

        Args:
            text: the word.
            read: what a value is, by its text; a number, sizes or a word where it is not given.

        Raises:
            SourceError: when an argument is empty, or given twice.
        """
        name, _, arguments = text.partition(":")
        return cls(name, *parsed_arguments(arguments, read))

    def layer(self, inputs: Any) -> Layer:
        """The layer that it describes.

        Args:
            inputs: what the layer will be called on.

        Raises:
            ConvzooError: when there is no such layer, or it refuses its arguments.
        """
        kind = _class_of(self.name, _rank_of(inputs))
        arguments: dict[str, Any] = {}
        for value in self.positional:
            argument = _argument_of(value, kind)
            if argument is None or argument in arguments:
                argument = next((name for name in kind.positional if name not in arguments), None)
            if argument in self.keywords:
                raise SourceError(f"gives {argument} twice.")
            if argument is None:
                raise SourceError(
                    f"{kind.class_name} takes at most {len(kind.positional)} arguments: "
                    f"{', '.join(kind.positional)}."
                )
            arguments[argument] = value
        return kind(**arguments, **self.keywords)


def _rank_of(inputs: Any) -> int | None:
    """How many axes lie between the batch and the channels; `None` where that is unknown."""
    return inputs.rank - 2 if isinstance(inputs, Tensor) and inputs.is_known else None


def _class_of(name: str, rank: int | None) -> type[Layer]:
    kind = LAYERS.find(name, name.lower(), f"{name.lower()}{rank}d")
    if kind is not None:
        return kind
    by_lower = {known.lower(): known for known in LAYERS.names()}
    if name.lower() in by_lower:
        return LAYERS.get(by_lower[name.lower()])
    short = {re.sub(r"\dd$", "", known) for known in LAYERS.names() if known.islower()}
    if name.lower() in short:
        ranks = [n for n in (1, 2, 3) if LAYERS.find(f"{name.lower()}{n}d")]
        *most, last = [str(n + 1) for n in ranks]
        axes = f"{', '.join(most)} or {last}" if most else last
        here = "an unknown number" if rank is None else rank + 1
        raise SourceError(
            f"{name} needs an input of {axes} axes, channels included; it has {here} here."
        )
    by_case = sorted(LAYERS.names(), key=lambda known: not known.islower())
    raise UnknownNameError("layer", name, [*sorted(short), *by_case])


def _argument_of(value: Any, kind: type[Layer]) -> str | None:
    """The argument that a bare word is for; `None` where its place decides."""
    if not isinstance(value, str):
        return None
    argument = _ARGUMENT_OF_WORD.get(value.lower(), "activation")
    return argument if argument in kind.positional else None


def parsed_arguments(
    text: str, read: Callable[[str], Any] | None = None
) -> tuple[list[Any], dict[str, Any]]:
    """The values that a text such as `32,3x3,padding=same` gives by position and by keyword.

    Args:
        text: the arguments, parted by commas.
        read: what a value is, by its text; `read_value` where it is not given.

    Raises:
        SourceError: when one is empty, or given twice.
    """
    read = read or read_value
    positional: list[Any] = []
    keywords: dict[str, Any] = {}
    for part in text.split(",") if text else ():
        key, equals, value = part.partition("=")
        if not part or (equals and not (key and value)):
            raise SourceError(f"has an empty argument. {_EXAMPLE}")
        if not equals:
            positional.append(read(part))
        elif key in keywords:
            raise SourceError(f"gives {key} twice.")
        else:
            keywords[key] = read(value)
    return positional, keywords


def read_value(text: str) -> Any:
    """A number, sizes, a pair, or a word, as a text has it."""
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if _INT.fullmatch(text):
        return _integer(text)
    if pair := _PAIR.fullmatch(text):
        return (_integer(pair[1]), _integer(pair[2]))
    if _SIZES.fullmatch(text):
        return tuple(read_value(size) for size in text.lower().split("x"))
    if _FLOAT.fullmatch(text):
        return float(text)
    return text
