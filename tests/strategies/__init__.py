"""Every Hypothesis strategy, one file per family of layers.

`CASES` holds, for every layer, how its inputs and its arguments are drawn; a test fails when a
layer has none. Most of what is drawn is valid by construction. Some is not, and then convzoo must
raise where Keras raises.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from convzoo.graph.layer import Layer
from convzoo.graph.structure import map_leaves
from convzoo.layers import LAYERS

Arguments = dict[str, Any]


@dataclass(frozen=True)
class Spec:
    """The shape, the batch included, and the dtype of an input."""

    shape: tuple[int | None, ...]
    dtype: str = "float32"


@dataclass(frozen=True)
class Inner:
    """A layer among the arguments of another.

    Args:
        class_name: Keras's name of the layer.
        arguments: the constructor's keyword arguments.
    """

    class_name: str
    arguments: Arguments


def our_class(class_name: str) -> type[Layer]:
    """The description of the Keras layer of that name."""
    return next(kind for _, kind in LAYERS.items() if kind.class_name == class_name)


def layer_of(class_name: str, arguments: Arguments, layer_class: Callable[[str], Any]) -> Any:
    """The layer with those arguments, and the layers within it, of Keras's classes or of ours."""

    def made(leaf: Any) -> Any:
        if isinstance(leaf, Inner):
            return layer_of(leaf.class_name, leaf.arguments, layer_class)
        return leaf

    return layer_class(class_name)(**map_leaves(made, arguments))


@dataclass(frozen=True)
class LayerCase:
    """One call of one layer.

    Args:
        class_name: Keras's name of the layer.
        arguments: the constructor's keyword arguments; an `Inner` for a layer within.
        inputs: what the layer is called on: a `Spec`, or a list of them.
        call_arguments: keyword arguments of the call; a `Spec` for each tensor.
    """

    class_name: str
    arguments: Arguments
    inputs: Any
    call_arguments: Arguments = field(default_factory=dict)


@dataclass(frozen=True)
class LayerCases:
    """How the cases of one layer are drawn.

    Args:
        inputs: draws what the layer is called on.
        arguments: from an input to a strategy for the constructor's arguments.
        ranks: the ranks of input, the batch counted, that a stack may give the layer; none where a
            stack can't hold it.
        call_arguments: from an input to a strategy for the keyword arguments of the call.
    """

    inputs: SearchStrategy[Any]
    arguments: Callable[[Any], SearchStrategy[Arguments]]
    ranks: tuple[int, ...] = ()
    call_arguments: Callable[[Any], SearchStrategy[Arguments]] = lambda _: st.just({})


CASES: dict[str, LayerCases] = {}
"""By Keras's name of the layer."""


def layer_cases(class_name: str) -> SearchStrategy[LayerCase]:
    """Calls of one layer, with the arguments that every layer takes among its own."""
    cases = CASES[class_name]
    return cases.inputs.flatmap(
        lambda inputs: st.builds(
            lambda own, everywhere, call: LayerCase(
                class_name, {**everywhere, **own}, inputs, call
            ),
            cases.arguments(inputs),
            everywhere_arguments(),
            cases.call_arguments(inputs),
        )
    )


def everywhere_arguments() -> SearchStrategy[Arguments]:
    """The arguments that every layer takes."""
    return st.fixed_dictionaries(
        {},
        optional={
            "trainable": st.booleans(),
            "dtype": st.sampled_from(
                ["float32", "float16", "bfloat16", "float64", "mixed_float16", "mixed_bfloat16"]
            ),
        },
    )


for _module in iter_modules([str(Path(__file__).parent)]):
    if not _module.name.startswith("_"):
        import_module(f"{__name__}.{_module.name}")
