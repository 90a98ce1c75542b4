"""The interpreter: one method for each kind of statement and expression.

A value is a plain one, a list, tuple, dict, set, range or slice of values, a layer, tensor or model
of `convzoo.graph`, or one of `values`. What only running the code would tell is `Unknown`; so is
what follows from it, and what is bound where it decides whether that happens at all.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from convzoo.errors import ConvzooError, SourceError
from convzoo.graph.dims import UnknownShapeError
from convzoo.graph.graph import Graph
from convzoo.limits import limited_layers
from convzoo.sources.python_code.classes import OwnLayer
from convzoo.sources.python_code.expressions import missing_arguments
from convzoo.sources.python_code.state import is_a_model
from convzoo.sources.python_code.statements import Break, Continue, Statements
from convzoo.sources.python_code.values import Function, Unknown

# What a value or a layer that is given what it can't use raises.
_FAULTS = (
    TypeError,
    ValueError,
    ArithmeticError,
    LookupError,
    AttributeError,
    AssertionError,
    RuntimeError,
)


# A message may quote what a stranger wrote, however long.
_LONGEST_MESSAGE = 600


def interpret(cells: list[str]) -> Graph:
    """The model that the code describes: the one named `model`, or else the last one made.

    Args:
        cells: the text; the cells of a notebook one by one.

    Raises:
        SourceError: when it describes none, or not without being run.
        ConvzooError: when a layer refuses its arguments or its input.
    """
    interpreter = Interpreter([*map(_without_commands, cells)])
    with interpreter.guarded():
        return interpreter.run()


def _without_commands(cell: str) -> str:
    """The text without a notebook's own commands, which keep their lines."""
    plain = cell.replace("\r\n", "\n").replace("\r", "\n")
    lines = ("" if line[:1] in ("%", "!", "?") else line for line in plain.split("\n"))
    return "\n".join(lines)


class Interpreter(Statements):
    """One reading of a text."""

    @contextmanager
    def guarded(self) -> Iterator[None]:
        try:
            with limited_layers():
                yield
        except ConvzooError as error:
            text = str(error)
            if len(text) > _LONGEST_MESSAGE:
                text = f"{text[:_LONGEST_MESSAGE]} ..."
            error.args = (f"{self.place}: {text}" if self.line else text,)
            raise
        except (Break, Continue):
            raise SourceError(f"{self.place}: is no Python: it stands outside of a loop.") from None
        except (RecursionError, MemoryError):
            raise SourceError(f"{self.place}: nests too deep to be read.") from None
        except UnknownShapeError:
            raise SourceError(f"{self.place}: asks for a shape that is unknown.") from None
        except _FAULTS as error:
            reason = f"{error or type(error).__name__}"
            raise SourceError(f"{self.place}: goes wrong: {reason}.") from error

    def run(self) -> Graph:
        """The model of the text."""
        for statement in self._parsed().body:
            self._do(statement)
        return self._result()

    def _parsed(self) -> ast.Module:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # Of strings with a stray backslash.
                return ast.parse(self._text)
        except SyntaxError as error:
            self.line = error.lineno or 1
            end = "" if error.msg.endswith("?") else "."
            raise SourceError(f"is no Python: {error.msg}{end}") from None
        except (RecursionError, MemoryError, ValueError):
            self.line = 1
            raise SourceError("nests too deep to be read, or holds what no text does.") from None

    def _result(self) -> Graph:
        named = self._unless_spoilt(self._module.names.get("model"))
        if is_a_model(named):
            return named  # type: ignore[no-any-return]
        if isinstance(named, Unknown) and not named.is_loaded:
            raise self._refused(named)
        # One of the code's own classes may never be called on anything of a known shape.
        called = [model for model in self._models if is_a_model(model) and model.inputs is not None]
        latest = self._latest
        if isinstance(latest, OwnLayer) and latest.inputs is None and called:
            latest = called[-1]
        latest = self._unless_spoilt(latest)
        if isinstance(latest, Unknown):
            raise self._refused(latest)
        if latest is None:
            return self._made_by_a_function()
        assert isinstance(latest, Graph)
        return latest

    def _refused(self, unknown: Unknown) -> SourceError:
        self.line = unknown.line or self.line
        return SourceError(unknown.sentence)

    def _made_by_a_function(self) -> Graph:
        """What the one function of the code that needs no arguments gives."""
        functions = [x for x in self._module.names.values() if isinstance(x, Function)]
        callable_ = [x for x in functions if not missing_arguments(x, [], {})]
        for chosen in (callable_, [x for x in callable_ if "model" in x.name.lower()]):
            if len(chosen) == 1:
                made = self.call(chosen[0], [], {})
                if is_a_model(made):
                    return made  # type: ignore[no-any-return]
                if isinstance(made, Unknown):
                    raise self._refused(made)
        self.line = 0
        if functions:
            names = " or ".join(f"{function.name}(...)" for function in functions[:3])
            raise SourceError(f"is code that makes no model. Call its function: model = {names}.")
        raise SourceError(
            "is code that makes no model. Write, for example, model = keras.Sequential([...]) or "
            "model = keras.Model(inputs, outputs)."
        )
