"""A design space: typed stacks with alternatives in them.

In the place of a value there may be several, `32/64/128`, or a range, `16..128..8`, its end
included; a group of layers may be repeated, `3x(conv:64,3,relu)`, or as often as a range says,
`0..3x(...)`, which is the same as to write it so many times, with choices of its own each time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

from convzoo.errors import ConvzooError, SourceError
from convzoo.sources.text import Word, looks_like_input, read_stack, read_value

if TYPE_CHECKING:
    from convzoo.graph.graph import Sequential

_RANGE = re.compile(r"(-?\d+)\.\.(-?\d+)(?:\.\.(\d+))?")
_TOKEN = re.compile(r"[^\s()]*\(|\)|[^\s()]+")
_MOST_VALUES = 1_000_000
_MOST_STACKS = 100_000
_EXAMPLE = (
    "Write, for example, 28x28x1 conv:16..64..8,3/5,relu '1..3x(conv:32/64,3)' flatten dense:10."
)


class Choice(NamedTuple):
    """What an argument may be; a single value where nothing is to choose.

    Args:
        values: its values.
        texts: how they are written.
    """

    values: Sequence[Any]
    texts: Sequence[str]


class Stack:
    """Layers one after the other, with choices among their arguments.

    Args:
        input: the input, as it is written.
        words: the layers, each argument a `Choice`.
        first: the number of the first point in the space.
    """

    def __init__(self, input: str, words: Sequence[Word], first: int = 0) -> None:
        self.input = input
        self.first = first
        self.words = words
        self.choices = [choice for word in words for choice in _choices(word) if _is_open(choice)]
        """What is to choose, in the order in which it is written."""
        self.sizes = tuple(len(choice.values) for choice in self.choices)
        """How many values each choice has."""
        self.count = prod(self.sizes)
        """How many points there are."""

    def words_of(self, values: Sequence[Any]) -> list[Word]:
        """The layers, with a value for each choice."""
        left = iter(values)
        return [
            _replaced(word, lambda choice: next(left) if _is_open(choice) else choice.values[0])
            for word in self.words
        ]

    def numbers(self, index: int) -> list[int]:
        """For each choice, which of its values a point has; the last choice varies first."""
        index -= self.first
        found = []
        for size in reversed(self.sizes):
            index, number = divmod(index, size)
            found.append(number)
        return found[::-1]

    def index(self, numbers: Sequence[int]) -> int:
        """The number of the point that has these values of the choices."""
        found = 0
        for size, number in zip(self.sizes, numbers, strict=True):
            found = found * size + number
        return self.first + found

    def text(self, index: int) -> str:
        """A point as a typed stack."""
        left = iter(self.numbers(index))
        words = [
            _replaced(word, lambda choice: choice.texts[next(left) if _is_open(choice) else 0])
            for word in self.words
        ]
        return " ".join([self.input, *map(_word_text, words)])


def _is_open(choice: Choice) -> bool:
    return len(choice.values) > 1


def _choices(word: Word) -> list[Choice]:
    return [*word.positional, *word.keywords.values()]


def _replaced(word: Word, value_of: Callable[[Choice], Any]) -> Word:
    return word._replace(
        positional=[value_of(choice) for choice in word.positional],
        keywords={key: value_of(choice) for key, choice in word.keywords.items()},
    )


def _word_text(word: Word) -> str:
    given = [*word.positional, *(f"{key}={value}" for key, value in word.keywords.items())]
    return f"{word.name}:{','.join(given)}" if given else word.name


@dataclass(frozen=True)
class Space:
    """A design space: every point is an architecture, and has a number.

    Args:
        text: how it is written.
        stacks: one for each input and each number of repetitions; their points are numbered one
            stack after the other.
    """

    text: str
    stacks: Sequence[Stack]

    @classmethod
    def of(cls, words: str | Sequence[str]) -> Space:
        """Read a space.

        Args:
            words: how it is written, in one text or several.

        Raises:
            SourceError: when it is empty, endless or no space.
        """
        text = words if isinstance(words, str) else " ".join(words)
        first, _, rest = text.strip().partition(" ")
        inputs = first.split("/")
        if not all(map(looks_like_input, inputs)):
            raise SourceError(
                f"{first!r}: a space begins with the sizes of its input, such as 28x28x1. "
                f"{_EXAMPLE}"
            )
        sequences = list(_sequences(_Tokens(rest)))
        if not any(sequences):
            raise SourceError(f"The space has an input and no layers. {_EXAMPLE}")
        stacks: list[Stack] = []
        number = 0
        for one in inputs:
            for words_of_one in filter(None, sequences):
                stacks.append(Stack(one, words_of_one, number))
                number += stacks[-1].count
        return cls(text, stacks)

    @property
    def count(self) -> int:
        """How many points there are."""
        return self.stacks[-1].first + self.stacks[-1].count

    def text_of(self, index: int) -> str:
        """A point as a typed stack.

        Raises:
            SourceError: when there is no such point.
        """
        from bisect import bisect_right

        if not 0 <= index < self.count:
            raise SourceError(f"There is no point {index:,}: the space has {self.count:,}, from 0.")
        number = bisect_right(self.stacks, index, key=lambda stack: stack.first) - 1
        return self.stacks[number].text(index)

    def graph(self, index: int) -> Sequential:
        """A point as a description.

        Raises:
            ConvzooError: when a layer refuses its arguments or its input.
        """
        return graph_of(self.text_of(index))


def graph_of(text: str) -> Sequential:
    """A point as a description.

    Args:
        text: it as a typed stack.

    Raises:
        ConvzooError: when a layer refuses its arguments or its input.
    """
    from convzoo.graph.naming import fresh_names

    with fresh_names():
        return read_stack(text.split())


# ---------------------------------------------------------------------- reading


class _Tokens:
    """The words and brackets of a space, one after the other."""

    def __init__(self, text: str) -> None:
        self.left = _TOKEN.findall(text)[::-1]

    def next(self) -> str | None:
        """The next one; `None` at the end."""
        return self.left.pop() if self.left else None


def _sequences(tokens: _Tokens, depth: int = 0) -> list[tuple[Word, ...]]:
    """What a group may be: the layers, for each number of repetitions within it."""
    parts: list[list[tuple[Word, ...]]] = []
    while (token := tokens.next()) is not None:
        if token == ")":
            if not depth:
                raise SourceError("A bracket is closed that was not opened.")
            return _joined(parts)
        if token.endswith("("):
            counts = _counts(token[:-1])
            group = _sequences(tokens, depth + 1)
            if not any(group):
                raise SourceError(f"{token}): there is nothing in the brackets to repeat.")
            parts.append([one for count in counts for one in _joined([group] * count)])
        else:
            parts.append([(_word(token),)])
    if depth:
        raise SourceError("A bracket is not closed. Put quotes around it: '3x(conv:64,3,relu)'.")
    return _joined(parts)


def _joined(parts: Sequence[Sequence[tuple[Word, ...]]]) -> list[tuple[Word, ...]]:
    if prod(map(len, parts)) > _MOST_STACKS:
        raise SourceError(
            f"The groups can be repeated in more than {_MOST_STACKS:,} ways. Repeat fewer."
        )
    return [tuple(word for part in chosen for word in part) for chosen in product(*parts)]


def _counts(text: str) -> Sequence[int]:
    """How often a group is repeated."""
    number, times = text[:-1], text[-1:]
    try:
        counts = _choice(number).values if times == "x" else ()
    except ConvzooError as error:
        error.args = (f"{text!r}: {error}",)
        raise
    if not counts or not all(type(count) is int and 0 <= count <= 1000 for count in counts):
        raise SourceError(
            f"{text!r}: says not how often the group is repeated, at most 1000 times. "
            "Write, for example, '3x(conv:64,3)' or '0..3x(conv:64,3)'."
        )
    return counts


def _word(text: str) -> Word:
    try:
        return Word.of(text, _choice)
    except ConvzooError as error:
        error.args = (f"{text!r}: {error}",)
        raise


def _choice(text: str) -> Choice:
    values: list[Any] = []
    texts: list[str] = []
    for part in text.split("/"):
        if not part:
            raise SourceError("has an empty alternative. Write, for example, 32/64.")
        if ".." in part:
            values += (numbers := _range(part))
            texts += map(str, numbers)
        else:
            values.append(read_value(part))
            texts.append(part)
    if len(set(texts)) < len(texts):
        raise SourceError(f"has an alternative twice in {text}.")
    return Choice(values, texts)


def _range(text: str) -> range:
    found = _RANGE.fullmatch(text)
    if found is None:
        raise SourceError(
            f"{text} is no range. Write first..last or first..last..step: 16..128..8."
        )
    first, last, step = int(found[1]), int(found[2]), int(found[3] or 1)
    if step < 1 or last < first:
        raise SourceError(f"the range {text} is empty. Write first..last..step: 16..128..8.")
    if (last - first) // step >= _MOST_VALUES:
        raise SourceError(f"the range {text} has more than {_MOST_VALUES:,} numbers.")
    return range(first, last + 1, step)
