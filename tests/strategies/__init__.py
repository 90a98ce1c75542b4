"""Every Hypothesis strategy, one file per family of layers.

A strategy draws a `LayerCase`: a layer, its arguments and what it is called on. Most cases are
valid; some are not, and then convzoo must raise where Keras raises. `CASES` holds a strategy for
every layer, and a test fails when one is missing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from hypothesis.strategies import SearchStrategy


@dataclass(frozen=True)
class Spec:
    """The shape, the batch included, and the dtype of an input."""

    shape: tuple[int | None, ...]
    dtype: str = "float32"


@dataclass(frozen=True)
class LayerCase:
    """One call of one layer.

    Args:
        class_name: Keras's name of the layer.
        arguments: the constructor's keyword arguments.
        inputs: the first argument of the call: a `Spec`, or a list or dict of them.
        call_arguments: keyword arguments of the call, with a `Spec` for each tensor.
    """

    class_name: str
    arguments: dict[str, Any]
    inputs: Any
    call_arguments: dict[str, Any] = field(default_factory=dict)


CASES: dict[str, SearchStrategy[LayerCase]] = {}


def cases_of(*class_names: str) -> Callable[[Callable[[str], SearchStrategy[LayerCase]]], Any]:
    """Decorate a function from a class name to a strategy, to enter it for those layers."""

    def decorate(strategy: Callable[[str], SearchStrategy[LayerCase]]) -> Any:
        for class_name in class_names:
            assert class_name not in CASES, class_name
            CASES[class_name] = strategy(class_name)
        return strategy

    return decorate


for _module in iter_modules([str(Path(__file__).parent)]):
    import_module(f"{__name__}.{_module.name}")
