"""What each Keras layer does, one file per family of Keras's.

`layers.Conv2D` and the rest take Keras's arguments, in Keras's order, with Keras's defaults. A
family is loaded when one of its layers is first asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

from convzoo.registry import Registry

Described = TypeVar("Described", bound="Layer")

LAYERS: Registry[type[Layer]] = Registry(
    "layer",
    "convzoo.layers",
    first=("input", "convolution", "pooling", "reshaping", "dense", "activation", "normalization"),
    hint="The reference of layers lists every one.",
    entry_points="convzoo.layers",
)
"""Every layer by Keras's names of its class, and by the short names of a typed stack."""

if TYPE_CHECKING:
    from convzoo.graph.input import Input as Input
    from convzoo.graph.input import InputLayer as InputLayer
    from convzoo.graph.layer import Layer as Layer
    from convzoo.layers.activation import *
    from convzoo.layers.attention import *
    from convzoo.layers.convolution import *
    from convzoo.layers.dense import *
    from convzoo.layers.embedding import *
    from convzoo.layers.holding import *
    from convzoo.layers.lenet import *
    from convzoo.layers.merging import *
    from convzoo.layers.normalization import *
    from convzoo.layers.pooling import *
    from convzoo.layers.preprocessing import *
    from convzoo.layers.preprocessing_audio import *
    from convzoo.layers.preprocessing_augmentation import *
    from convzoo.layers.preprocessing_categories import *
    from convzoo.layers.preprocessing_image import *
    from convzoo.layers.recurrent import *
    from convzoo.layers.recurrent_cells import *
    from convzoo.layers.recurrent_convolution import *
    from convzoo.layers.recurrent_wrappers import *
    from convzoo.layers.regularization import *
    from convzoo.layers.reshaping import *


def register_layer(
    registered_name: str | None = None,
) -> Callable[[type[Described]], type[Described]]:
    """Decorate a description of a layer of your own, so that files that hold it are read.

    Args:
        registered_name: the name under which Keras saves the class, such as `"my_package>Scale"`;
            the class's own name where it is not given.

    Returns:
        A decorator of a subclass of `convzoo.layers.Layer` that bears the name of the Keras class.

    Raises:
        DuplicateNameError: when the name is taken.
    """

    def decorate(described: type[Described]) -> type[Described]:
        described.registered_name = registered_name
        LAYERS.add(registered_name or described.class_name, described)
        if registered_name is not None and LAYERS.registered(described.class_name) is None:
            LAYERS.add(described.class_name, described)
        return described

    return decorate


MERGING_FUNCTIONS = (
    "add",
    "average",
    "concatenate",
    "dot",
    "maximum",
    "minimum",
    "multiply",
    "subtract",
)
"""The functions of `keras.layers`: each calls a new merging layer on tensors."""

# What `keras.layers` has besides its layers, and where it is.
_OTHERS = {
    "Input": "convzoo.graph.input",
    "Layer": "convzoo.graph.layer",
    **dict.fromkeys(MERGING_FUNCTIONS, "convzoo.layers.merging"),
}


def __getattr__(name: str) -> Any:
    found: Any = None
    if name in _OTHERS:
        found = getattr(import_module(_OTHERS[name]), name)
    elif not name.startswith("_"):
        found = LAYERS.find(name)
    if found is None:
        raise AttributeError(f"module {__name__!r} has no layer {name!r}")
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_OTHERS, *(name for name in LAYERS.names() if name[0].isupper())})
