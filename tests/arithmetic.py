"""Evaluates what `--explain` prints, with exact fractions."""

from __future__ import annotations

import ast
import math
import re
from fractions import Fraction


def evaluate(arithmetic: str, **sizes: int) -> Fraction:
    """The value of an expression: `64 filters x (3 x 3 x 32 weights + 1 bias)` is 18496.

    Args:
        arithmetic: the expression.
        sizes: the values of names in it; other words mean nothing.
    """
    text = re.sub(r"(?<=\d),(?=\d)", "", arithmetic).replace(" x ", " * ")
    for name, size in sizes.items():
        text = re.sub(rf"\b{name}\b", str(size), text)
    text = re.sub(r"(?<!\w)(?!floor\(|ceil\(|max\()[A-Za-z_]\w*", "", text)
    return _value(ast.parse(text.strip(), mode="eval").body)


def _value(node: ast.expr) -> Fraction:
    match node:
        case ast.Constant(value=int(number)):
            return Fraction(number)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand)
        case ast.BinOp(left=left, op=operator, right=right):
            a, b = _value(left), _value(right)
            match operator:
                case ast.Add():
                    return a + b
                case ast.Sub():
                    return a - b
                case ast.Mult():
                    return a * b
                case ast.Div():
                    return a / b
        case ast.Call(func=ast.Name(id="max"), args=arguments):
            return max(map(_value, arguments))
        case ast.Call(func=ast.Name(id=name), args=[argument]):
            return Fraction({"floor": math.floor, "ceil": math.ceil}[name](_value(argument)))
    raise AssertionError(f"no arithmetic: {ast.unparse(node)}")
