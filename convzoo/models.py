"""What `keras.models` has to describe a model with: `Model` and `Sequential`.

They are loaded when first used, so that whoever only looks through the zoo doesn't wait for them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from convzoo.graph.graph import Model as Model
    from convzoo.graph.graph import Sequential as Sequential

__all__ = ["Model", "Sequential"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from convzoo.graph import graph

    globals()[name] = getattr(graph, name)
    return globals()[name]
