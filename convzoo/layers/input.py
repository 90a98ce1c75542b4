"""Where a model begins: the layer of an input."""

from __future__ import annotations

from convzoo.graph.input import InputLayer
from convzoo.layers import LAYERS

LAYERS.add("InputLayer", InputLayer)
