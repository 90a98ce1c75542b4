"""What each Keras layer does, one file per family of Keras's.

`layers.Conv2D` and the rest take Keras's arguments, in Keras's order, with Keras's defaults. A
family is loaded when one of its layers is first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from convzoo.graph.input import Input as Input
from convzoo.graph.input import InputLayer as InputLayer
from convzoo.graph.layer import Layer as Layer
from convzoo.registry import Registry

LAYERS: Registry[type[Layer]] = Registry(
    "layer",
    "convzoo.layers",
    first=("convolution", "pooling", "reshaping", "core", "activation", "normalization"),
    hint="The reference of layers lists every one.",
)
"""Every layer by Keras's names of its class, and by the short names of a typed stack."""

LAYERS.add("InputLayer", InputLayer)

if TYPE_CHECKING:
    from convzoo.layers.activation import *
    from convzoo.layers.convolution import *
    from convzoo.layers.core import *
    from convzoo.layers.merging import *
    from convzoo.layers.normalization import *
    from convzoo.layers.pooling import *
    from convzoo.layers.recurrent import *
    from convzoo.layers.recurrent_cells import *
    from convzoo.layers.recurrent_convolution import *
    from convzoo.layers.recurrent_wrappers import *
    from convzoo.layers.regularization import *
    from convzoo.layers.reshaping import *


def __getattr__(name: str) -> type[Layer]:
    layer = None if name.startswith("_") else LAYERS.find(name)
    if layer is None:
        raise AttributeError(f"module {__name__!r} has no layer {name!r}")
    globals()[name] = layer
    return layer


def __dir__() -> list[str]:
    return sorted({*globals(), *(name for name in LAYERS.names() if name[0].isupper())})
