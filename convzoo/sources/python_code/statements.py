"""What the statements of the code do: one method for each kind."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from convzoo.errors import SourceError
from convzoo.sources.python_code.classes import own_class
from convzoo.sources.python_code.expressions import Expressions, Return
from convzoo.sources.python_code.values import Class, Frame, Function, Unknown
from convzoo.sources.python_code.vocabulary import resolve

# Decorators that leave what a function does as it is.
_MARKS = (
    "tensorflow.function",
    "keras.saving.register_keras_serializable",
    "keras.utils.register_keras_serializable",
)


class Break(Exception):  # noqa: N818 - as the statement
    """A loop ends."""


class Continue(Exception):  # noqa: N818 - as the statement
    """A loop goes on with what is next."""


class Statements(Expressions):
    """A reading that follows statements."""

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

    def do_all(self, statements: list[ast.stmt]) -> None:
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
            self.do_all(statement.body if test else statement.orelse)

    def _in_doubt(self, statements: list[ast.stmt], doubt: Unknown) -> None:
        """Read statements of which it is unknown whether they happen."""
        self._doubts.append(doubt)
        try:
            self.do_all(statements)
        except (Break, Continue):
            return  # What comes after it in the loop may not happen either: the doubt stays.
        except Return:
            self.frame.returned = doubt
            return
        self._doubts.pop()

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
            self.do_all(statement.orelse)
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
            self.do_all(statement.orelse)
        finally:
            self._leave(doubts)

    def _once(self, body: list[ast.stmt]) -> bool:
        """Read the body of a loop; whether the loop goes on."""
        try:
            self.do_all(body)
        except Break:
            return False
        except Continue:
            pass
        return True

    def _leave(self, doubts: int) -> None:
        """End a loop: only what decides whether the function has returned still matters."""
        del self._doubts[doubts:]
        if self.frame.returned is not None and self.frame.returned not in self._doubts:
            self._doubts.append(self.frame.returned)

    def _break(self, statement: ast.Break) -> None:
        raise Break

    def _continue(self, statement: ast.Continue) -> None:
        raise Continue

    def _with(self, statement: ast.With) -> None:
        for item in statement.items:
            value = self._eval(item.context_expr)
            if item.optional_vars is not None:
                unknown = self.unknown(item.context_expr, "with")
                is_known = isinstance(value, Unknown)
                self._assign_to(item.optional_vars, value if is_known else unknown)
        self.do_all(statement.body)

    def _try(self, statement: ast.Try) -> None:
        for part in (statement.body, statement.orelse, statement.finalbody):
            self.do_all(part)

    def _raise(self, statement: ast.Raise) -> None:
        if not self._doubts:
            raise SourceError("the code raises an error here.")

    def _def(self, statement: ast.FunctionDef) -> None:
        if not all(map(self._is_a_mark, statement.decorator_list)):
            why = "It is changed by its decorator."
            self._bind(statement.name, self._defined(statement, "function", why))
        else:
            self._bind(
                statement.name, self._function(statement.name, statement.args, statement.body)
            )

    def _is_a_mark(self, decorator: ast.expr) -> bool:
        """Whether a decorator leaves what a function does as it is."""
        found = self._eval(decorator.func if isinstance(decorator, ast.Call) else decorator)
        return isinstance(found, Unknown) and found.path in _MARKS

    def _class(self, statement: ast.ClassDef) -> None:
        why = (
            "It is a class with code of its own. Connect its layers with keras.Model(inputs, "
            "outputs), or build the model and save it with model.save('model.keras')."
        )
        bases = [self._eval(base) for base in statement.bases]
        is_plain = all(map(self._is_a_mark, statement.decorator_list)) and not statement.keywords
        found = own_class(statement.name, bases, {}) if is_plain else None
        if found is not None:
            found.members.update(self._members(statement, found))
        self._bind(statement.name, found or self._defined(statement, "class", why))

    def _members(self, statement: ast.ClassDef, owner: Class) -> dict[str, Any]:
        """What stands in a class."""
        outer = self.frame
        self.frame = Frame(outer)
        try:
            self.do_all(statement.body)
            names = self.frame.names
        finally:
            self.frame = outer
        return {
            name: replace(value, frame=outer, owner=owner) if type(value) is Function else value
            for name, value in names.items()
        }

    def _defined(self, statement: ast.ClassDef | ast.FunctionDef, root: str, why: str) -> Unknown:
        place = f"`{statement.name}` (line {statement.lineno})"
        sentence = f"{place} can't be read without running it. {why}"
        return Unknown(sentence, root, line=statement.lineno)

    def _return(self, statement: ast.Return) -> None:
        if not self.frame.is_function:
            raise SourceError("is no Python: 'return' outside function.")
        raise Return(None if statement.value is None else self._eval(statement.value))

    def _global(self, statement: ast.Global) -> None:
        for name in statement.names:
            self.frame.elsewhere[name] = self._module

    def _nonlocal(self, statement: ast.Nonlocal) -> None:
        for name in statement.names:
            found = self.frame.outer and self.frame.outer.find(name)
            if found:
                self.frame.elsewhere[name] = found


def _loading(target: ast.expr) -> ast.expr:
    """What is assigned to, as an expression that gives its value."""
    if isinstance(target, ast.Name):
        return ast.copy_location(ast.Name(target.id, ast.Load()), target)
    return target


_STATEMENTS: dict[type, Callable[[Statements, Any], None]] = {
    ast.AnnAssign: Statements._assign_annotated,
    ast.Assert: Statements._nothing,
    ast.Assign: Statements._assign,
    ast.AugAssign: Statements._assign_augmented,
    ast.Break: Statements._break,
    ast.ClassDef: Statements._class,
    ast.Continue: Statements._continue,
    ast.Delete: Statements._delete,
    ast.Expr: Statements._expr,
    ast.For: Statements._for,
    ast.FunctionDef: Statements._def,
    ast.Global: Statements._global,
    ast.If: Statements._if,
    ast.Import: Statements._import,
    ast.ImportFrom: Statements._import_from,
    ast.Nonlocal: Statements._nonlocal,
    ast.Pass: Statements._nothing,
    ast.Raise: Statements._raise,
    ast.Return: Statements._return,
    ast.Try: Statements._try,
    ast.While: Statements._while,
    ast.With: Statements._with,
}
