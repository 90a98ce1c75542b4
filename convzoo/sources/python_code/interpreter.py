"""The interpreter: one method for each kind of statement and expression.

A value is a plain one, a list, tuple, dict, set, range or slice of values, a layer, tensor or model
of `convzoo.graph`, or one of `values`. What only running the code would tell is `Unknown`; so is
what follows from it, and what is bound where it decides whether that happens at all.
"""

from __future__ import annotations

import ast
import operator
import warnings
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from convzoo.errors import ConvzooError, SourceError
from convzoo.graph.dims import UnknownShapeError
from convzoo.graph.graph import Graph, Sequential
from convzoo.graph.layer import Call, Layer, Tensor
from convzoo.graph.structure import leaves
from convzoo.sources.python_code.attributes import attribute, set_attribute
from convzoo.sources.python_code.values import (
    PLAIN,
    Frame,
    Function,
    Inert,
    Keywords,
    Known,
    Parameters,
    Partial,
    Unknown,
)
from convzoo.sources.python_code.vocabulary import BUILTINS, HARMLESS, left_out, operation, resolve

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

_BINARY: dict[type[ast.operator], tuple[Callable[[Any, Any], Any], str]] = {
    ast.Add: (operator.add, "numpy.Add"),
    ast.Sub: (operator.sub, "numpy.Subtract"),
    ast.Mult: (operator.mul, "numpy.Multiply"),
    ast.Div: (operator.truediv, "numpy.TrueDivide"),
    ast.FloorDiv: (operator.floordiv, "numpy.FloorDivide"),
    ast.Mod: (operator.mod, "numpy.Mod"),
    ast.Pow: (operator.pow, "numpy.Power"),
    ast.MatMult: (operator.matmul, "numpy.Matmul"),
    ast.LShift: (operator.lshift, ""),
    ast.RShift: (operator.rshift, ""),
    ast.BitAnd: (operator.and_, ""),
    ast.BitOr: (operator.or_, ""),
    ast.BitXor: (operator.xor, ""),
}

_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.In: lambda a, b: a in b,
    ast.NotIn: lambda a, b: a not in b,
}


def interpret(cells: list[str]) -> Graph:
    """The model that the code describes: the one named `model`, or else the last one made.

    Args:
        cells: the text; the cells of a notebook one by one.

    Raises:
        SourceError: when it describes none, or not without being run.
        ConvzooError: when a layer refuses its arguments or its input.
    """
    text = "\n".join(map(_without_commands, cells))
    interpreter = Interpreter(text)

    def place() -> str:
        """Where the interpreter is, as the message begins."""
        line = interpreter.line
        if len(cells) == 1:
            return f"line {line}"
        for number, cell in enumerate(cells, 1):
            lines = cell.count("\n") + 1
            if line <= lines:
                return f"code cell {number}, line {line}"
            line -= lines
        return f"code cell {len(cells)}"

    try:
        return interpreter.run()
    except ConvzooError as error:
        if interpreter.line:
            error.args = (f"{place()}: {error}",)
        raise
    except (_Break, _Continue):
        raise SourceError(f"{place()}: is no Python: it stands outside of a loop.") from None
    except (RecursionError, MemoryError):
        raise SourceError(f"{place()}: nests too deep to be read.") from None
    except UnknownShapeError:
        raise SourceError(f"{place()}: asks for a shape that is unknown.") from None
    except _FAULTS as error:
        raise SourceError(f"{place()}: goes wrong: {error or type(error).__name__}.") from error


def _without_commands(cell: str) -> str:
    """The text without a notebook's own commands, which keep their lines."""
    lines = ("" if line[:1] in ("%", "!", "?") else line for line in cell.split("\n"))
    return "\n".join(lines)


class _Break(Exception):  # noqa: N818 - as the statement
    pass


class _Continue(Exception):  # noqa: N818
    pass


class _Return(Exception):  # noqa: N818
    def __init__(self, value: Any) -> None:
        self.value = value


class Interpreter:
    """One run through a text.

    Args:
        text: the code.
    """

    def __init__(self, text: str) -> None:
        self.line = 0
        """Where it is."""
        self._lines = text.encode().split(b"\n")
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

    # ------------------------------------------------------------------ the whole

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
            raise SourceError(f"is no Python: {error.msg}.") from None
        except (RecursionError, MemoryError, ValueError):
            self.line = 1
            raise SourceError("nests too deep to be read, or holds what no text does.") from None

    def _result(self) -> Graph:
        named = self._unless_spoilt(self._module.names.get("model"))
        if isinstance(named, Graph):
            return named
        if isinstance(named, Unknown) and not named.is_loaded:
            raise self._refused(named)
        latest = self._unless_spoilt(self._latest)
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
        callable_ = [x for x in functions if not _missing_arguments(x, [], {})]
        for chosen in (callable_, [x for x in callable_ if "model" in x.name.lower()]):
            if len(chosen) == 1:
                made = self.call(chosen[0], [], {})
                if isinstance(made, Graph):
                    return made
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
        if isinstance(value, (*PLAIN, Tensor)):
            return value
        if isinstance(value, (list, tuple, set, dict, range)):
            self.weigh(value)
        return self._usable(value)

    def _usable(self, value: Any) -> Any:
        if isinstance(value, Unknown):
            raise SourceError(value.sentence)
        if _is_a_function(value):
            return getattr(value, "activation", None) or Inert(_name_of(value))
        if isinstance(value, list):
            return [self._usable(self._unless_spoilt(part)) for part in value]
        if isinstance(value, (tuple, set, range)):
            return tuple([self._usable(self._unless_spoilt(part)) for part in value])
        if isinstance(value, dict):
            return {key: self._usable(self._unless_spoilt(value[key])) for key in value}
        return value

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
        if isinstance(layer, Graph):
            self._latest = layer
            self._models.append(layer)
            if self._doubts:
                self.spoil(layer, self._doubts[-1])
        return layer

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
        """What a layer gives."""
        self._charge_layers(layer)
        given = {
            key: self.usable(value)
            for key, value in kwargs.items()
            if key not in ("training", "mask")
        }
        parameters = [self.usable(value) for value in args]
        outputs = layer(*parameters, **given)
        first = next((leaf for leaf in leaves(outputs) if isinstance(leaf, Tensor)), None)
        if first is not None and first.call is not None:
            self._first_calls.setdefault(layer, first.call)
        return outputs

    def call_of(self, layer: Layer) -> Call | None:
        """The first call of a layer; `None` where there is none yet."""
        if layer not in self._first_calls:
            for model in self._models:
                for call in model.calls:
                    self._first_calls.setdefault(call.layer, call)
        return self._first_calls.get(layer)

    # ------------------------------------------------------------------ statements

    def _do(self, statement: ast.stmt) -> None:
        self.charge(1)
        self.line = statement.lineno
        method = _STATEMENTS.get(type(statement))
        if method is None:
            word = self._lines[self.line - 1].decode(errors="replace").split()[0]
            raise SourceError(
                f"`{word}` can't be read without running it. Leave it out, or build the model and "
                "save it with model.save('model.keras')."
            )
        method(self, statement)

    def _do_all(self, statements: list[ast.stmt]) -> None:
        for statement in statements:
            self._do(statement)

    def _nothing(self, statement: ast.stmt) -> None:
        pass

    def _expr(self, statement: ast.Expr) -> None:
        self._eval(statement.value)

    def _import(self, statement: ast.Import) -> None:
        for alias in statement.names:
            if alias.asname:
                self._bind(alias.asname, resolve(alias.name))
            else:
                root = alias.name.partition(".")[0]
                self._bind(root, resolve(root))

    def _import_from(self, statement: ast.ImportFrom) -> None:
        for alias in statement.names:
            if alias.name != "*":  # Such names are found as names that nothing binds.
                found = resolve(f"{statement.module or '.'}.{alias.name}")
                self._bind(alias.asname or alias.name, found)

    def _assign(self, statement: ast.Assign) -> None:
        value = self._eval(statement.value)
        for target in statement.targets:
            self._assign_to(target, value)

    def _assign_annotated(self, statement: ast.AnnAssign) -> None:
        if statement.value is not None:
            self._assign_to(statement.target, self._eval(statement.value))

    def _assign_augmented(self, statement: ast.AugAssign) -> None:
        target = statement.target
        before = self._eval(_loading(target))
        value = self._eval(statement.value)
        if isinstance(before, list) and isinstance(statement.op, ast.Add):
            if not isinstance(value, Unknown):
                value = self.iterable(value)
            if isinstance(value, Unknown):
                self.spoil(before, value)
            elif self.change(before):
                before.extend(self.listed(value))
                self.checked(before)
            return
        self._assign_to(target, self._binary(statement.op, before, value))

    def _assign_to(self, target: ast.expr, value: Any) -> None:
        if isinstance(target, ast.Name):
            self._bind(target.id, value)
        elif isinstance(target, (ast.Tuple, ast.List)):
            self._unpack(target.elts, value)
        elif isinstance(target, ast.Starred):
            self._assign_to(target.value, value)
        elif isinstance(target, ast.Attribute):
            set_attribute(self, self._eval(target.value), target.attr, value)
        elif isinstance(target, ast.Subscript):
            owner, key = self._eval(target.value), self._eval(target.slice)
            if isinstance(owner, (list, dict)) and self.change(owner):
                if isinstance(key, Unknown):
                    self.spoil(owner, key)
                    return
                self.weigh(key)
                owner[key] = self.listed(value) if isinstance(key, slice) else value
                self.checked(owner)
            elif isinstance(owner, Tensor):
                raise SourceError("a tensor can't be assigned to. Use keras.ops.slice_update.")

    def _bind(self, name: str, value: Any) -> None:
        if self._doubts and not isinstance(value, Unknown):
            value = self._doubts[-1]
        frame = self.frame.elsewhere.get(name, self.frame)
        frame.names[name] = value
        if frame is self._module and isinstance(value, Graph):
            self._latest = value

    def _unpack(self, targets: list[ast.expr], value: Any) -> None:
        values = value if isinstance(value, Unknown) else self.iterable(value)
        if isinstance(values, Unknown):
            for target in targets:
                self._assign_to(target, values)
            return
        found = self.listed(values)
        stars = [n for n, target in enumerate(targets) if isinstance(target, ast.Starred)]
        if stars:
            star, after = stars[0], len(targets) - stars[0] - 1
            end = len(found) - after
            if star <= end:
                found = [*found[:star], found[star:end], *found[end:]]
        if len(found) != len(targets):
            raise SourceError(f"unpacks {len(found)} values into {len(targets)} names.")
        for target, part in zip(targets, found, strict=True):
            self._assign_to(target, part)

    def _delete(self, statement: ast.Delete) -> None:
        for target in statement.targets:
            if isinstance(target, ast.Name):
                self.frame.names.pop(target.id, None)
            elif isinstance(target, ast.Subscript):
                owner, key = self._eval(target.value), self._eval(target.slice)
                if isinstance(owner, (list, dict)) and self.change(owner):
                    del owner[self.usable(key)]

    def _if(self, statement: ast.If) -> None:
        test = self._truth(self._eval(statement.test))
        if isinstance(test, Unknown):
            for branch in (statement.body, statement.orelse):
                self._in_doubt(branch, test)
        else:
            self._do_all(statement.body if test else statement.orelse)

    def _in_doubt(self, statements: list[ast.stmt], doubt: Unknown) -> None:
        """Read statements of which it is unknown whether they happen."""
        self._doubts.append(doubt)
        try:
            self._do_all(statements)
        except (_Break, _Continue):
            return  # What comes after it in the loop may not happen either: the doubt stays.
        except _Return:
            self.frame.returned = doubt
            return
        self._doubts.pop()

    def _truth(self, value: Any) -> Any:
        if isinstance(value, (Unknown, bool)):
            return value
        if isinstance(value, Tensor):
            raise SourceError("a tensor is neither true nor false before it is computed.")
        return bool(value)

    def _for(self, statement: ast.For) -> None:
        values = self.iterable(self._eval(statement.iter))
        doubts = len(self._doubts)
        try:
            if isinstance(values, Unknown):
                self._assign_to(statement.target, values)
                self._doubts.append(values)
                self._once(statement.body)
            else:
                for value in values:
                    self.charge(1)
                    self._assign_to(statement.target, value)
                    if not self._once(statement.body):
                        return
            self._do_all(statement.orelse)
        finally:
            self._leave(doubts)

    def _while(self, statement: ast.While) -> None:
        doubts = len(self._doubts)
        try:
            while True:
                self.charge(1)
                self.line = statement.lineno
                test = self._truth(self._eval(statement.test))
                if isinstance(test, Unknown) or len(self._doubts) > doubts:
                    self._doubts.append(test if isinstance(test, Unknown) else self._doubts[-1])
                    self._once(statement.body)
                    return
                if not test:
                    break
                if not self._once(statement.body):
                    return
            self._do_all(statement.orelse)
        finally:
            self._leave(doubts)

    def _once(self, body: list[ast.stmt]) -> bool:
        """Read the body of a loop; whether the loop goes on."""
        try:
            self._do_all(body)
        except _Break:
            return False
        except _Continue:
            pass
        return True

    def _leave(self, doubts: int) -> None:
        """End a loop: only what decides whether the function has returned still matters."""
        del self._doubts[doubts:]
        if self.frame.returned is not None and self.frame.returned not in self._doubts:
            self._doubts.append(self.frame.returned)

    def _break(self, statement: ast.Break) -> None:
        raise _Break

    def _continue(self, statement: ast.Continue) -> None:
        raise _Continue

    def _with(self, statement: ast.With) -> None:
        for item in statement.items:
            value = self._eval(item.context_expr)
            if item.optional_vars is not None:
                unknown = self.unknown(item.context_expr, "with")
                is_known = isinstance(value, Unknown)
                self._assign_to(item.optional_vars, value if is_known else unknown)
        self._do_all(statement.body)

    def _try(self, statement: ast.Try) -> None:
        for part in (statement.body, statement.orelse, statement.finalbody):
            self._do_all(part)

    def _raise(self, statement: ast.Raise) -> None:
        if not self._doubts:
            raise SourceError("the code raises an error here.")

    def _def(self, statement: ast.FunctionDef) -> None:
        if statement.decorator_list:
            why = "It is changed by its decorator."
            self._bind(statement.name, self._defined(statement, "function", why))
        else:
            self._bind(
                statement.name, self._function(statement.name, statement.args, statement.body)
            )

    def _class(self, statement: ast.ClassDef) -> None:
        why = (
            "It is a class with code of its own. Connect its layers with keras.Model(inputs, "
            "outputs), or build the model and save it with model.save('model.keras')."
        )
        self._bind(statement.name, self._defined(statement, "class", why))

    def _defined(self, statement: ast.ClassDef | ast.FunctionDef, root: str, why: str) -> Unknown:
        place = f"`{statement.name}` (line {statement.lineno})"
        sentence = f"{place} can't be read without running it. {why}"
        return Unknown(sentence, root, line=statement.lineno)

    def _function(
        self, name: str, arguments: ast.arguments, body: list[ast.stmt] | ast.expr
    ) -> Function:
        names = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args)]
        last = names[len(names) - len(arguments.defaults) :]
        defaults = dict(zip(last, map(self._eval, arguments.defaults), strict=True))
        for argument, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
            if value is not None:
                defaults[argument.arg] = self._eval(value)
        return Function(name, arguments, body, defaults, self.frame)

    def _return(self, statement: ast.Return) -> None:
        if self.frame is self._module:
            raise SourceError("is no Python: 'return' outside function.")
        raise _Return(None if statement.value is None else self._eval(statement.value))

    def _global(self, statement: ast.Global) -> None:
        for name in statement.names:
            self.frame.elsewhere[name] = self._module

    def _nonlocal(self, statement: ast.Nonlocal) -> None:
        for name in statement.names:
            found = self.frame.outer and self.frame.outer.find(name)
            if found:
                self.frame.elsewhere[name] = found

    # ------------------------------------------------------------------ expressions

    def _eval(self, node: ast.expr) -> Any:
        self._left -= 1
        if self._left < 0:
            self.charge(0)
        method = _EXPRESSIONS.get(type(node))
        if method is None:
            return self.unknown(node, "expression")
        return method(self, node)

    def _constant(self, node: ast.Constant) -> Any:
        if isinstance(node.value, PLAIN):
            return self.checked(node.value)
        return self.unknown(node, "constant")

    def _name(self, node: ast.Name) -> Any:
        name = node.id
        frame = self.frame.elsewhere.get(name) or self.frame.find(name)
        if frame is not None and name in frame.names:
            return self._unless_spoilt(frame.names[name])
        if name in BUILTINS:
            return BUILTINS[name]
        found = left_out(name)
        if found is not None:
            return found
        sentence = f"`{name}` is not defined in this code. Add a line that gives its value."
        return Unknown(sentence, name, line=node.lineno)

    def _attribute(self, node: ast.Attribute) -> Any:
        owner = self._eval(node.value)
        if isinstance(owner, Unknown):
            return owner if owner.path is None else resolve(f"{owner.path}.{node.attr}")
        found = attribute(self, owner, node.attr)
        if found is NotImplemented:
            raise SourceError(
                f"`{self._text_of(node)}` can't be read without running it. "
                "Write the value that is needed in its place."
            )
        return self._unless_spoilt(found)

    def _subscript(self, node: ast.Subscript) -> Any:
        return self._item(self._eval(node.value), self._eval(node.slice))

    def _item(self, owner: Any, key: Any) -> Any:
        for value in (owner, key):
            if isinstance(value, Unknown):
                return value
        if isinstance(owner, Tensor):
            whole = key if isinstance(key, (tuple, int)) else (key,)
            return operation(self, "numpy.GetItem", [owner, whole], {})
        if not isinstance(owner, (list, tuple, dict, str, range)):
            raise SourceError("takes an element of what has none.")
        if isinstance(key, slice) and isinstance(owner, (list, tuple, str)):
            return self.checked(owner[key])
        self.weigh(key)
        if isinstance(owner, dict):
            if key not in owner:
                raise SourceError(f"the dict has no key {key!r}.")
            return self._unless_spoilt(owner[key])
        if not isinstance(key, (int, slice)):
            raise SourceError(f"an index must be an integer. Received {key!r}.")
        return self._unless_spoilt(owner[key])

    def _slice(self, node: ast.Slice) -> Any:
        parts = [None if x is None else self._eval(x) for x in (node.lower, node.upper, node.step)]
        unknown = next((part for part in parts if isinstance(part, Unknown)), None)
        return slice(*parts) if unknown is None else unknown

    def _list(self, node: ast.List) -> Any:
        return self.checked(self._elements(node.elts))

    def _tuple(self, node: ast.Tuple) -> Any:
        return self.checked(tuple(self._elements(node.elts)))

    def _set(self, node: ast.Set) -> Any:
        elements = self._elements(node.elts)
        self.weigh(elements)
        return self.checked(set(elements))

    def _elements(self, nodes: list[ast.expr]) -> list[Any]:
        found: list[Any] = []
        for node in nodes:
            if isinstance(node, ast.Starred):
                values = self.iterable(self._eval(node.value))
                found += [values] if isinstance(values, Unknown) else self.listed(values)
                self.checked(found)
            else:
                found.append(self._eval(node))
        return found

    def _dict(self, node: ast.Dict) -> Any:
        found: dict[Any, Any] = {}
        for key_node, value_node in zip(node.keys, node.values, strict=True):
            value = self._eval(value_node)
            if key_node is None:
                if not isinstance(value, dict):
                    return value if isinstance(value, Unknown) else self.unknown(node, "dict")
                found.update(value)
                self.checked(found)
            else:
                key = self._eval(key_node)
                if isinstance(key, Unknown):
                    return key
                self.weigh(key)
                found[key] = value
        return self.checked(found)

    def _unary(self, node: ast.UnaryOp) -> Any:
        value = self._eval(node.operand)
        if isinstance(value, Unknown):
            return value
        if isinstance(node.op, ast.Not):
            return not self._truth(value)
        if isinstance(value, Tensor):
            return operation(self, "numpy.Negative", [value], {})
        if not isinstance(value, (int, float)):
            raise SourceError(f"needs a number. Received {self._told(value)}.")
        if isinstance(node.op, ast.Invert):
            return ~int(value)
        return -value if isinstance(node.op, ast.USub) else +value

    def _bin_op(self, node: ast.BinOp) -> Any:
        left, right = self._eval(node.left), self._eval(node.right)
        self.line = node.lineno
        return self._binary(node.op, left, right)

    def _binary(self, op: ast.operator, left: Any, right: Any) -> Any:
        for value in (left, right):
            if isinstance(value, Unknown):
                return value
        function, name = _BINARY[type(op)]
        if isinstance(left, Tensor) or isinstance(right, Tensor):
            if not name:
                raise SourceError("tensors have no such operator here. Use keras.ops or a layer.")
            return operation(self, name, [left, right], {})
        self._check_operands(op, left, right)
        return self.checked(function(left, right))

    def added(self, left: Any, right: Any) -> Any:
        """The sum of two values."""
        return self._binary(ast.Add(), left, right)

    def _check_operands(self, op: ast.operator, left: Any, right: Any) -> None:
        """Refuse operands that no operator takes, or whose result is too large to be made."""
        for value in (left, right):
            if not isinstance(value, (int, float, str, list, tuple, set)):
                raise SourceError(f"calculates with {self._told(value)}.")
        if isinstance(op, ast.Pow) and isinstance(right, int):
            if isinstance(left, int) and abs(left) > 1 and right > 64:
                raise SourceError("makes an integer of more than 63 bits.")
        elif isinstance(op, ast.LShift) and isinstance(right, int) and right > 64:
            raise SourceError("makes an integer of more than 63 bits.")
        elif isinstance(op, ast.Mult):
            for values, times in ((left, right), (right, left)):
                is_repeated = isinstance(values, (str, list, tuple)) and isinstance(times, int)
                if is_repeated and len(values) * times > MAX_LENGTH:
                    raise SourceError(f"makes a value of more than {MAX_LENGTH:,} elements.")
        elif isinstance(op, ast.Mod) and isinstance(left, str):
            self.check_format(left)
            self.weigh(right)
            if not all(isinstance(x, PLAIN) for x in _as_tuple(right)):
                raise SourceError("writes what is no number or text into a text.")

    def check_format(self, text: str) -> None:
        """Refuse a format that makes a text much longer than what is written into it."""
        import re

        if re.search(r"\d{3}|\*", text):
            raise SourceError(f"can't read the format {text[:40]!r}. Write the text itself.")

    def _compare(self, node: ast.Compare) -> Any:
        left = self._eval(node.left)
        for op, right_node in zip(node.ops, node.comparators, strict=True):
            right = self._eval(right_node)
            is_identity = isinstance(op, (ast.Is, ast.IsNot))
            for value in (left, right):
                if isinstance(value, Unknown):
                    return value
                if isinstance(value, Tensor) and not is_identity and not _is_in(op):
                    return self.unknown(node, "tensor")
            if not is_identity:
                self.weigh(left, right)
            if not _COMPARE[type(op)](left, right):
                return False
            left = right
        return True

    def _bool_op(self, node: ast.BoolOp) -> Any:
        value: Any = None
        for part in node.values:
            value = self._eval(part)
            truth = self._truth(value)
            if isinstance(truth, Unknown) or truth is isinstance(node.op, ast.Or):
                return value
        return value

    def _if_exp(self, node: ast.IfExp) -> Any:
        test = self._truth(self._eval(node.test))
        if isinstance(test, Unknown):
            return test
        return self._eval(node.body if test else node.orelse)

    def _lambda(self, node: ast.Lambda) -> Any:
        return self._function("lambda", node.args, node.body)

    def _named(self, node: ast.NamedExpr) -> Any:
        value = self._eval(node.value)
        self._assign_to(node.target, value)
        return value

    def _starred(self, node: ast.Starred) -> Any:
        raise SourceError("is no Python: a star stands where none can.")

    def _comprehension(self, node: ast.ListComp | ast.GeneratorExp | ast.SetComp) -> Any:
        found = self._comprehended(node.generators, lambda: self._eval(node.elt))
        if isinstance(found, Unknown) or not isinstance(node, ast.SetComp):
            return found
        self.weigh(found)
        return set(found)

    def _dict_comp(self, node: ast.DictComp) -> Any:
        found = self._comprehended(
            node.generators, lambda: (self._eval(node.key), self._eval(node.value))
        )
        if isinstance(found, Unknown):
            return found
        keys = [key for key, _ in found]
        self.weigh(keys)
        unknown = next((key for key in keys if isinstance(key, Unknown)), None)
        return dict(found) if unknown is None else unknown

    def _comprehended(
        self, generators: list[ast.comprehension], element: Callable[[], Any]
    ) -> list[Any] | Unknown:
        outer = self.frame
        self.frame = Frame(outer)
        found: list[Any] = []
        try:
            unknown = self._collect(generators, element, found)
        finally:
            self.frame = outer
        return found if unknown is None else unknown

    def _collect(
        self,
        generators: list[ast.comprehension],
        element: Callable[[], Any],
        found: list[Any],
    ) -> Unknown | None:
        """Add the elements of a comprehension; what is unknown about how many there are."""
        if not generators:
            found.append(element())
            if len(found) > MAX_LENGTH:
                self.checked(found)
            return None
        values = self.iterable(self._eval(generators[0].iter))
        if isinstance(values, Unknown):
            return values
        for value in values:
            self.charge(1)
            self._assign_here(generators[0].target, value)
            tests = [self._truth(self._eval(test)) for test in generators[0].ifs]
            unknown = next((test for test in tests if isinstance(test, Unknown)), None)
            if unknown is None and all(tests):
                unknown = self._collect(generators[1:], element, found)
            if unknown is not None:
                return unknown
        return None

    def _assign_here(self, target: ast.expr, value: Any) -> None:
        """Bind the names of a comprehension, which end with it."""
        doubts, self._doubts = self._doubts, []
        try:
            self._assign_to(target, value)
        finally:
            self._doubts = doubts

    def _joined(self, node: ast.JoinedStr) -> Any:
        parts = [self._eval(part) for part in node.values]
        unknown = next((part for part in parts if isinstance(part, Unknown)), None)
        return self.checked("".join(parts)) if unknown is None else unknown

    def _formatted(self, node: ast.FormattedValue) -> Any:
        value = self._eval(node.value)
        form = "" if node.format_spec is None else self._eval(node.format_spec)
        for part in (value, form):
            if isinstance(part, Unknown):
                return part
        self.check_format(form)
        if not self.is_plain(value):
            return self.unknown(node.value, "text")
        if node.conversion == ord("r"):
            value = repr(value)
        return format(value if form else str(value), form)

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
        if _is_a_function(value):
            return f"the function {_name_of(value)}"
        return repr(value) if isinstance(value, PLAIN) else f"a {type(value).__name__.lower()}"

    # ------------------------------------------------------------------ calls

    def _call(self, node: ast.Call) -> Any:
        function = self._eval(node.func)
        args: Parameters = self._elements(node.args)
        kwargs: Keywords = {}
        for keyword in node.keywords:
            value = self._eval(keyword.value)
            if keyword.arg is not None:
                kwargs[keyword.arg] = value
            elif isinstance(value, dict) and all(isinstance(key, str) for key in value):
                kwargs.update(value)
            elif isinstance(value, Unknown):
                kwargs["**"] = value
            else:
                raise SourceError("`**` needs a dict whose keys are texts.")
        self.line = node.lineno
        if isinstance(function, Unknown):
            return self._call_unknown(function, args, kwargs, node)
        if "**" in kwargs:
            raise SourceError(kwargs["**"].sentence)
        return self.call(function, args, kwargs)

    def _call_unknown(
        self, function: Unknown, args: Parameters, kwargs: Keywords, node: ast.Call
    ) -> Unknown:
        given = [*args, *kwargs.values()]
        result = function
        if function.path is not None:
            has_tensors = any(
                isinstance(x, Tensor)
                for value in given
                for x in (value if isinstance(value, (list, tuple)) else [value])
            )
            why = "Use a layer or a function of keras.ops in its place." * has_tensors
            is_loaded = function.path.endswith("load_model")
            result = self.unknown(node, function.root, why, is_loaded)
        # A functional model stays as it is; a stack or a list may be changed.
        changeable = [value for value in given if isinstance(value, (Sequential, list, dict))]
        if changeable and function.root not in HARMLESS:
            changed = self.unknown(node, function.root, "It may change what it is given.")
            for value in changeable:
                self.spoil(value, changed)
        return result

    def call(self, function: Any, args: Parameters, kwargs: Keywords) -> Any:
        """What a function, a class or a layer gives."""
        if isinstance(function, Known):
            if not function.takes_unknown:
                for value in (*args, *kwargs.values()):
                    if isinstance(value, Unknown):
                        return value
            return function.call(self, args, kwargs)
        if isinstance(function, Function):
            return self._call_function(function, args, kwargs)
        if isinstance(function, Partial):
            return self.call(
                function.function, [*function.args, *args], {**function.kwargs, **kwargs}
            )
        if isinstance(function, Layer):
            return self.call_layer(function, args, kwargs)
        raise SourceError(f"calls {self._told(function)}.")

    def _call_function(self, function: Function, args: Parameters, kwargs: Keywords) -> Any:
        missing = _missing_arguments(function, args, kwargs)
        if missing:
            raise SourceError(
                f"{function.name}() is called without its argument {' and '.join(missing)}."
            )
        outer, line, doubts = self.frame, self.line, len(self._doubts)
        self.charge(STEPS_OF_A_FUNCTION)
        self._calls += 1
        if self._calls > MAX_CALLS:
            raise SourceError(f"{function.name}() calls itself more than {MAX_CALLS} times deep.")
        frame = Frame(function.frame, is_function=True)
        frame.names.update(_bound(function, args, kwargs))
        self.frame = frame
        result: Any = None
        try:
            if isinstance(function.body, list):
                self._do_all(function.body)
            else:
                result = self._eval(function.body)
        except _Return as returned:
            result = returned.value
        finally:
            del self._doubts[doubts:]
            self.frame = outer
            self._calls -= 1
        self.line = line
        return result if frame.returned is None else frame.returned

    def iterable(self, value: Any) -> Any:
        """What a loop goes through."""
        value = self._unless_spoilt(value)
        if isinstance(value, dict):
            return list(value)
        if isinstance(value, (list, tuple, set, str, range, Unknown)):
            return value
        raise SourceError(f"goes through {self._told(value)}, which has no elements.")


def _is_a_function(value: Any) -> bool:
    return isinstance(value, (Known, Function, Partial))


def _name_of(function: Any) -> str:
    return _name_of(function.function) if isinstance(function, Partial) else str(function.name)


def _is_in(op: ast.cmpop) -> bool:
    return isinstance(op, (ast.In, ast.NotIn))


def _as_tuple(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


def _loading(target: ast.expr) -> ast.expr:
    """What is assigned to, as an expression that gives its value."""
    if isinstance(target, ast.Name):
        return ast.copy_location(ast.Name(target.id, ast.Load()), target)
    return target


def _parameters(function: Function) -> list[str]:
    return [x.arg for x in (*function.arguments.posonlyargs, *function.arguments.args)]


def _missing_arguments(function: Function, args: Parameters, kwargs: Keywords) -> list[str]:
    """The arguments that a call lacks."""
    needed = _parameters(function)[len(args) :]
    needed += [argument.arg for argument in function.arguments.kwonlyargs]
    return [repr(name) for name in needed if name not in kwargs and name not in function.defaults]


def _bound(function: Function, args: Parameters, kwargs: Keywords) -> dict[str, Any]:
    """The arguments of a call by name.

    Raises:
        SourceError: when there are too many, or one is unknown or given twice.
    """
    arguments, names = function.arguments, _parameters(function)
    bound = {**function.defaults, **dict(zip(names, args, strict=False))}
    if arguments.vararg:
        bound[arguments.vararg.arg] = tuple(args[len(names) :])
    elif len(args) > len(names):
        raise SourceError(f"{function.name}() takes {len(names)} arguments. Received {len(args)}.")
    named = {*names, *(argument.arg for argument in arguments.kwonlyargs)}
    rest = {key: value for key, value in kwargs.items() if key not in named}
    for key in kwargs.keys() - rest.keys():
        if key in names[: len(args)]:
            raise SourceError(f"{function.name}() is given its argument {key!r} twice.")
        bound[key] = kwargs[key]
    if arguments.kwarg:
        bound[arguments.kwarg.arg] = rest
    elif rest:
        raise SourceError(f"{function.name}() has no argument {next(iter(rest))!r}.")
    return bound


_STATEMENTS: dict[type, Callable[[Interpreter, Any], None]] = {
    ast.AnnAssign: Interpreter._assign_annotated,
    ast.Assert: Interpreter._nothing,
    ast.Assign: Interpreter._assign,
    ast.AugAssign: Interpreter._assign_augmented,
    ast.Break: Interpreter._break,
    ast.ClassDef: Interpreter._class,
    ast.Continue: Interpreter._continue,
    ast.Delete: Interpreter._delete,
    ast.Expr: Interpreter._expr,
    ast.For: Interpreter._for,
    ast.FunctionDef: Interpreter._def,
    ast.Global: Interpreter._global,
    ast.If: Interpreter._if,
    ast.Import: Interpreter._import,
    ast.ImportFrom: Interpreter._import_from,
    ast.Nonlocal: Interpreter._nonlocal,
    ast.Pass: Interpreter._nothing,
    ast.Raise: Interpreter._raise,
    ast.Return: Interpreter._return,
    ast.Try: Interpreter._try,
    ast.While: Interpreter._while,
    ast.With: Interpreter._with,
}

_EXPRESSIONS: dict[type, Callable[[Interpreter, Any], Any]] = {
    ast.Attribute: Interpreter._attribute,
    ast.BinOp: Interpreter._bin_op,
    ast.BoolOp: Interpreter._bool_op,
    ast.Call: Interpreter._call,
    ast.Compare: Interpreter._compare,
    ast.Constant: Interpreter._constant,
    ast.Dict: Interpreter._dict,
    ast.DictComp: Interpreter._dict_comp,
    ast.FormattedValue: Interpreter._formatted,
    ast.GeneratorExp: Interpreter._comprehension,
    ast.IfExp: Interpreter._if_exp,
    ast.JoinedStr: Interpreter._joined,
    ast.Lambda: Interpreter._lambda,
    ast.List: Interpreter._list,
    ast.ListComp: Interpreter._comprehension,
    ast.Name: Interpreter._name,
    ast.NamedExpr: Interpreter._named,
    ast.Set: Interpreter._set,
    ast.SetComp: Interpreter._comprehension,
    ast.Slice: Interpreter._slice,
    ast.Starred: Interpreter._starred,
    ast.Subscript: Interpreter._subscript,
    ast.Tuple: Interpreter._tuple,
    ast.UnaryOp: Interpreter._unary,
}
