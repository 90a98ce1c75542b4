"""Where a reading of code stands: its limits, what is unknown, and the models that are made."""

from __future__ import annotations

import ast
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import islice
from typing import Any

from convzoo.errors import SourceError
from convzoo.graph.graph import Graph
from convzoo.graph.layer import Call, Constant, Layer, Tensor, run_within, weights_within, work_of
from convzoo.graph.structure import leaves, map_leaves
from convzoo.limits import limited_layers
from convzoo.sources.python_code.values import (
    PLAIN,
    SYMBOLIC,
    Frame,
    Function,
    Inert,
    Keywords,
    Known,
    Own,
    Parameters,
    Partial,
    Unknown,
    Variable,
)

MAX_STEPS = 300_000
"""How many steps the code may take, about a second."""
MAX_LENGTH = 10_000
"""How many elements or characters a value may have."""
MAX_SIZE = 2**63 - 1
"""How large an integer may be."""
MAX_CALLS = 30
"""How deep functions may call each other."""
STEPS_OF_A_LAYER = 30
"""What each layer that is made or called costs."""
STEPS_OF_A_LAYER_WITHIN = 100
"""What each layer of a model that is called costs."""
STEPS_OF_A_FUNCTION = 20
"""What a call of a function of the code costs."""


class State(ABC):
    """Where a reading of a text stands.

    Args:
        cells: the code; that of a notebook cell by cell.
    """

    def __init__(self, cells: list[str]) -> None:
        text = "\n".join(cells)
        self.line = 0
        """Where it is."""
        self._cells = cells
        self._lines = text.encode(errors="replace").split(b"\n")
        self._text = text
        self._left = MAX_STEPS
        self._module = self.frame = Frame()
        self._module.names["__name__"] = "__main__"
        self._calls = 0
        self._doubts: list[Unknown] = []
        """What decides whether the statements that are read happen at all."""
        self._spoilt: dict[int, tuple[Any, Unknown]] = {}
        """Things that may have been changed, by their ids, and what by."""
        self._latest: Graph | None = None
        self._models: list[Graph] = []
        self._sizes: dict[Layer, int] = {}
        self.made_in: dict[Layer, int] = {}
        """The line in which each layer is made."""
        self._first_calls: dict[Layer, Call] = {}
        self.called_alone: dict[Layer, tuple[Own, ...]] = {}
        """Layers that are called on variables alone, with their own."""
        self.users: set[Layer] = set()
        """What has variables of the code among its own, because it is the first to use them."""
        self.is_in_layer = False
        """Whether the function of a layer is followed, in which data are made too."""

    @property
    def place(self) -> str:
        """Where it is, as a message begins."""
        line = self.line
        if len(self._cells) == 1:
            return f"line {line}"
        for number, cell in enumerate(self._cells, 1):
            lines = cell.count("\n") + 1
            if line <= lines:
                return f"code cell {number}, line {line}"
            line -= lines
        return f"code cell {len(self._cells)}"

    @abstractmethod
    def guarded(self) -> AbstractContextManager[None]:
        """Within it, what goes wrong is told as an error that names the line."""

    @contextmanager
    def within_a_layer(self) -> Iterator[None]:
        """Follow the function of a layer."""
        before, self.is_in_layer = self.is_in_layer, True
        try:
            with limited_layers():
                yield
        finally:
            self.is_in_layer = before

    # ------------------------------------------------------------------ limits

    def charge(self, steps: int) -> None:
        """Count steps.

        Raises:
            SourceError: when there are too many.
        """
        self._left -= steps
        if self._left < 0:
            raise SourceError(
                f"takes more than {MAX_STEPS:,} steps. Give the part that describes the model."
            )

    def checked(self, value: Any) -> Any:
        """The value, unless it is too large.

        Raises:
            SourceError: when it is.
        """
        kind = type(value)
        if kind is int:
            if not -MAX_SIZE <= value <= MAX_SIZE:
                raise SourceError("makes an integer of more than 63 bits.")
        elif kind in (str, list, tuple, dict, set):
            if len(value) > MAX_LENGTH:
                raise SourceError(f"makes a value of more than {MAX_LENGTH:,} elements.")
            self.charge(len(value) // 8)
        elif kind is complex:
            raise SourceError("makes a complex number.")
        return value

    def listed(self, values: Iterable[Any]) -> list[Any]:
        """The values as a list, unless they are too many.

        Raises:
            SourceError: when they are.
        """
        found: list[Any] = self.checked(list(islice(values, MAX_LENGTH + 1)))
        return found

    def weigh(self, *values: Any) -> None:
        """Refuse what holds too much, however deep, before all of it is looked at.

        Raises:
            SourceError: when it does.
        """
        stack = list(values)
        count = 0
        while stack:
            value = stack.pop()
            if isinstance(value, (list, tuple, set)):
                stack.extend(value)
            elif isinstance(value, dict):
                stack.extend(value)
                stack.extend(value.values())
            count += 1
            if count + len(stack) > 4 * MAX_LENGTH:
                raise SourceError(f"makes a value of more than {MAX_LENGTH:,} elements.")
        self.charge(count // 8)

    # ------------------------------------------------------------------ what is unknown

    def unknown(self, node: ast.expr, root: str, why: str = "", is_loaded: bool = False) -> Unknown:
        """What an expression gives that isn't run."""
        line = node.lineno
        text = self._text_of(node)
        why = why or "Write the value that is needed from it in its place."
        sentence = f"`{text}` (line {line}) can't be read without running it. {why}"
        return Unknown(sentence, root, line=line, is_loaded=is_loaded)

    def _text_of(self, node: ast.expr) -> str:
        if node.end_lineno != node.lineno:
            text = self._lines[node.lineno - 1][node.col_offset :].decode(errors="replace") + " ..."
        else:
            part = self._lines[node.lineno - 1][node.col_offset : node.end_col_offset]
            text = part.decode(errors="replace")
        return text if len(text) <= 60 else f"{text[:56]} ..."

    def _unless_spoilt(self, value: Any) -> Any:
        spoilt = self._spoilt.get(id(value))
        return value if spoilt is None else spoilt[1]

    def change(self, owner: Any) -> bool:
        """Whether a change of a thing is to be made; where that is unknown, so is the thing."""
        if self._doubts:
            self.spoil(owner, self._doubts[-1])
            return False
        return True

    def spoil(self, thing: Any, by: Unknown) -> None:
        """Make a thing unknown, because it may have been changed."""
        self._spoilt[id(thing)] = (thing, by)

    def usable(self, value: Any) -> Any:
        """A value as the layers of `convzoo` take it.

        Raises:
            SourceError: when it is unknown, or nothing that they take.
        """
        if isinstance(value, (*PLAIN, *SYMBOLIC)):
            return value
        if isinstance(value, (list, tuple, set, dict, range)):
            self.weigh(value)
        return self._usable(value)

    def _usable(self, value: Any) -> Any:
        if isinstance(value, Unknown):
            raise SourceError(value.sentence)
        if is_a_function(value):
            return getattr(value, "activation", None) or Inert(_name_of(value))
        if isinstance(value, list):
            return [self._usable(self._unless_spoilt(part)) for part in value]
        if isinstance(value, (tuple, set, range)):
            return tuple([self._usable(self._unless_spoilt(part)) for part in value])
        if isinstance(value, dict):
            return {key: self._usable(self._unless_spoilt(value[key])) for key in value}
        return value

    def check_format(self, text: str) -> None:
        """Refuse a format that makes a text much longer than what is written into it."""

        if re.search(r"\d{3}|\*", text):
            raise SourceError(f"can't read the format {text[:40]!r}. Write the text itself.")

    def is_plain(self, value: Any) -> bool:
        """Whether a value has a text: a single one, or a list, tuple or dict of such."""
        self.weigh(value)
        stack = [value]
        while stack:
            part = stack.pop()
            if isinstance(part, (list, tuple)):
                stack.extend(part)
            elif isinstance(part, dict):
                stack.extend(part)
                stack.extend(part.values())
            elif not isinstance(part, PLAIN):
                return False
        return True

    def _told(self, value: Any) -> str:
        """A value as a message shows it."""
        if is_a_function(value):
            return f"the function {_name_of(value)}"
        return repr(value) if isinstance(value, PLAIN) else f"a {type(value).__name__.lower()}"

    def iterable(self, value: Any) -> Any:
        """What a loop goes through."""
        value = self._unless_spoilt(value)
        if isinstance(value, dict):
            return list(value)
        if isinstance(value, (list, tuple, set, str, range, Unknown)):
            return value
        raise SourceError(f"goes through {self._told(value)}, which has no elements.")

    # ------------------------------------------------------------------ models

    def size(self, layer: Any) -> int:
        """How many layers a layer is, those within counted."""
        return self._sizes.get(layer, 1)

    def made(self, layer: Any, holding: Iterable[Any] = ()) -> Any:
        """A layer or model that was just made of others."""
        sizes = [self.size(part) for part in holding]
        held = sum(sizes)
        self._sizes[layer] = max(1, held) if isinstance(layer, Graph) else 1 + 2 * held
        is_flat = held == len(sizes)
        self.charge((STEPS_OF_A_LAYER if is_flat else STEPS_OF_A_LAYER_WITHIN) * self.size(layer))
        self.made_in[layer] = self.line
        if is_a_model(layer):
            self._latest = layer
            self._models.append(layer)
            if self._doubts:
                self.spoil(layer, self._doubts[-1])
        return layer

    def grew(self, model: Graph, layers: Iterable[Any]) -> None:
        """A model whose layers have just been found out."""
        self._sizes[model] = max(1, sum(map(self.size, layers)))

    def grown(self, model: Graph, layer: Any) -> None:
        """A model that a layer was just put on top of."""
        self._sizes[model] = self.size(model) + self.size(layer)
        self._charge_layers(layer)

    def _charge_layers(self, layer: Any) -> None:
        size = self.size(layer)
        self.charge(STEPS_OF_A_LAYER if size == 1 else STEPS_OF_A_LAYER_WITHIN * size)

    def lines_of(self, layers: Iterable[Any]) -> Iterator[Any]:
        """The layers, each while the interpreter is at the line in which it is made."""
        here = self.line
        for layer in layers:
            self.line = self.made_in.get(layer, here) if isinstance(layer, Layer) else here
            yield layer
        self.line = here

    def call_layer(self, layer: Layer, args: Parameters, kwargs: Keywords) -> Any:
        """What a layer gives; what is unknown where it is called on that."""
        kwargs = {key: value for key, value in kwargs.items() if key not in ("training", "mask")}
        for value in (*args, *kwargs.values()):
            for part in value if isinstance(value, (list, tuple)) else (value,):
                if isinstance(part, Unknown):
                    return part
        self._charge_layers(layer)
        given = {key: self.usable(value) for key, value in kwargs.items()}
        parameters = [self.usable(value) for value in args]
        if self.is_in_layer:
            return self._call_within(layer, parameters, given)
        outputs = layer(*parameters, **given)
        first = next((leaf for leaf in leaves(outputs) if isinstance(leaf, Tensor)), None)
        if first is not None and first.call is not None:
            self._first_calls.setdefault(layer, first.call)
        return outputs

    def _call_within(self, layer: Layer, args: Parameters, kwargs: Keywords) -> Any:
        """What a layer gives within one of the code, where variables stand beside tensors."""
        given = leaves([args, kwargs])
        own = {x: None for leaf in given if isinstance(leaf, Variable) for x in leaf.sources}
        if not any(isinstance(leaf, Tensor) for leaf in given):
            return self._of_variables(layer, args, kwargs, tuple(own))
        outputs = layer(*args, **kwargs)
        unused = [variable for variable in own if variable.user is None]
        if len(unused) < len(own) and getattr(work_of(layer, *args, **kwargs), "macs", None) != 0:
            raise SourceError(
                f"'{layer.name}' multiplies with a variable that is used before, so that it has "
                "several gradients."
            )
        for variable in unused:
            variable.user = layer
            self.users.add(layer)
            layer.variables = (*(layer.variables or ()), variable.weight)
        return outputs

    def _of_variables(
        self, layer: Layer, args: Parameters, kwargs: Keywords, own: tuple[Own, ...]
    ) -> Any:
        """What a layer gives that is called on variables alone: something like these."""

        def symbolic(leaf: Any) -> Any:
            return Tensor(leaf.shape, leaf.dtype) if isinstance(leaf, Constant) else leaf

        args, kwargs = map_leaves(symbolic, args), map_leaves(symbolic, kwargs)
        outputs = run_within(layer, *args, **kwargs)
        work = work_of(layer, *args, **kwargs)
        if work is None or work.macs != 0:
            raise SourceError(f"'{layer.name}' multiplies what does not depend on its input.")
        if layer not in self.called_alone:
            self.called_alone[layer] = tuple(map(Own, weights_within(layer)))
        sources = own + self.called_alone[layer]
        return map_leaves(lambda leaf: Variable(leaf.shape, leaf.dtype, sources), outputs)

    def call_of(self, layer: Layer) -> Call | None:
        """The first call of a layer; `None` where there is none yet."""
        if layer not in self._first_calls:
            for model in self._models:
                for call in model.calls:
                    self._first_calls.setdefault(call.layer, call)
        return self._first_calls.get(layer)


def is_a_function(value: Any) -> bool:
    return isinstance(value, (Known, Function, Partial))


def is_a_model(value: Any) -> bool:
    """Whether it is what the code may be about: no layer that the code defines."""
    return isinstance(value, Graph) and getattr(value, "is_model", True)


def _name_of(function: Any) -> str:
    return _name_of(function.function) if isinstance(function, Partial) else str(function.name)
