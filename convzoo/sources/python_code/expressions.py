"""What the expressions of the code give: one method for each kind."""

from __future__ import annotations

import ast
import operator
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from convzoo.errors import SourceError
from convzoo.graph import dtypes
from convzoo.graph.graph import Sequential
from convzoo.graph.layer import Layer, Tensor
from convzoo.sources.python_code.attributes import attribute, set_attribute
from convzoo.sources.python_code.classes import OwnLayer, made
from convzoo.sources.python_code.functions import of_shape, of_tensorflow, operation
from convzoo.sources.python_code.state import (
    MAX_CALLS,
    MAX_LENGTH,
    STEPS_OF_A_FUNCTION,
    State,
    is_a_model,
)
from convzoo.sources.python_code.values import (
    HARMLESS,
    PLAIN,
    SYMBOLIC,
    Class,
    Frame,
    Function,
    Keywords,
    Known,
    Parameters,
    Partial,
    Unknown,
)
from convzoo.sources.python_code.vocabulary import BUILTINS, left_out, resolve

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


class Return(Exception):  # noqa: N818 - as the statement
    """A function ends.

    Args:
        value: what it gives.
    """

    def __init__(self, value: Any) -> None:
        self.value = value


class Expressions(State, ABC):
    """A reading that follows expressions."""

    @abstractmethod
    def do_all(self, statements: list[ast.stmt]) -> None:
        """Follow the statements of a function."""

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
        if isinstance(owner, SYMBOLIC):
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
        if isinstance(value, SYMBOLIC):
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
        if isinstance(left, SYMBOLIC) or isinstance(right, SYMBOLIC):
            if not name:
                raise SourceError("tensors have no such operator here. Use keras.ops or a layer.")
            return operation(self, name, [left, right], {})
        if isinstance(left, str) and isinstance(op, ast.Mod):
            return self._written(left, right)
        self._check_operands(op, left, right)
        return self.checked(function(left, right))

    def _written(self, text: str, values: Any) -> Any:
        """A text with values written into it."""
        self.check_format(text)
        for value in _as_tuple(values):
            if isinstance(value, Unknown):
                return value
            if not isinstance(value, PLAIN):
                return Unknown("a text with what is no number or text can't be read.", "builtins")
        return self.checked(text % values)

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

    def _compare(self, node: ast.Compare) -> Any:
        left = self._eval(node.left)
        for op, right_node in zip(node.ops, node.comparators, strict=True):
            right = self._eval(right_node)
            is_identity = isinstance(op, (ast.Is, ast.IsNot))
            for value in (left, right):
                if isinstance(value, Unknown):
                    return value
                if isinstance(value, SYMBOLIC) and not is_identity and not _is_in(op):
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

    # ------------------------------------------------------------------ names

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
        if frame is self._module and is_a_model(value):
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

    def _truth(self, value: Any) -> Any:
        if isinstance(value, (Unknown, bool)):
            return value
        if isinstance(value, SYMBOLIC):
            raise SourceError("a tensor is neither true nor false before it is computed.")
        return bool(value)

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
    ) -> Any:
        given = [*args, *kwargs.values()]
        result = function
        if function.path is not None:
            has_tensors = any(
                isinstance(x, Tensor)
                for value in given
                for x in (value if isinstance(value, (list, tuple)) else [value])
            )
            found = of_tensorflow(self, function.path, args, kwargs)
            if found is NotImplemented and self.is_in_layer:
                found = of_shape(function.path, args, kwargs)
            if found is not NotImplemented:
                return found
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
            # Whether it trains may be told by position.
            while not isinstance(function, OwnLayer) and args[1:] and _is_flag(args[-1]):
                args = args[:-1]
            return self.call_layer(function, args, kwargs)
        if isinstance(function, Class):
            return made(function, self, args, kwargs)
        if isinstance(function, str) and dtypes.is_dtype(function):  # As `np.uint8(x)`.
            return Unknown("a value of NumPy is not computed.", "numpy")
        raise SourceError(f"calls {self._told(function)}.")

    def method(self) -> tuple[Any, Any]:
        """The class and the object of the method that is followed; `None` where it is none."""
        frame: Frame | None = self.frame
        while frame is not None:
            if frame.function is not None and frame.function.owner is not None:
                return frame.function.owner, frame.names[_parameters(frame.function)[0]]
            frame = frame.outer
        return None, None

    def _call_function(self, function: Function, args: Parameters, kwargs: Keywords) -> Any:
        missing = missing_arguments(function, args, kwargs)
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
        frame.function = function
        frame.names.update(_bound(function, args, kwargs))
        self.frame = frame
        result: Any = None
        try:
            if isinstance(function.body, list):
                self.do_all(function.body)
            else:
                result = self._eval(function.body)
        except Return as returned:
            result = returned.value
        finally:
            del self._doubts[doubts:]
            self.frame = outer
            self._calls -= 1
        self.line = line
        return result if frame.returned is None else frame.returned


def _is_flag(value: Any) -> bool:
    return value is None or isinstance(value, bool)


def _is_in(op: ast.cmpop) -> bool:
    return isinstance(op, (ast.In, ast.NotIn))


def _as_tuple(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


def _parameters(function: Function) -> list[str]:
    return [x.arg for x in (*function.arguments.posonlyargs, *function.arguments.args)]


def missing_arguments(function: Function, args: Parameters, kwargs: Keywords) -> list[str]:
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


_EXPRESSIONS: dict[type, Callable[[Expressions, Any], Any]] = {
    ast.Attribute: Expressions._attribute,
    ast.BinOp: Expressions._bin_op,
    ast.BoolOp: Expressions._bool_op,
    ast.Call: Expressions._call,
    ast.Compare: Expressions._compare,
    ast.Constant: Expressions._constant,
    ast.Dict: Expressions._dict,
    ast.DictComp: Expressions._dict_comp,
    ast.FormattedValue: Expressions._formatted,
    ast.GeneratorExp: Expressions._comprehension,
    ast.IfExp: Expressions._if_exp,
    ast.JoinedStr: Expressions._joined,
    ast.Lambda: Expressions._lambda,
    ast.List: Expressions._list,
    ast.ListComp: Expressions._comprehension,
    ast.Name: Expressions._name,
    ast.NamedExpr: Expressions._named,
    ast.Set: Expressions._set,
    ast.SetComp: Expressions._comprehension,
    ast.Slice: Expressions._slice,
    ast.Starred: Expressions._starred,
    ast.Subscript: Expressions._subscript,
    ast.Tuple: Expressions._tuple,
    ast.UnaryOp: Expressions._unary,
}
