"""convzoo: know your convnet before you build it.

A zoo of Keras architectures and a calculator that tells shapes, parameters and more of any Keras
architecture exactly, without building it and without importing a framework.

    import convzoo

    print(convzoo.calc("mnist_convnet"))
    model = convzoo.get("mnist_convnet")
"""

from __future__ import annotations

from convzoo import layers as layers
from convzoo.calculating import calc as calc
from convzoo.errors import ConvzooError as ConvzooError
from convzoo.graph.graph import Graph as Graph
from convzoo.graph.graph import Model as Model
from convzoo.graph.graph import Sequential as Sequential
from convzoo.graph.input import Input as Input
from convzoo.version import __version__ as __version__
from convzoo.zoo import Card as Card
from convzoo.zoo import card as card
from convzoo.zoo import describe as describe
from convzoo.zoo import get as get
from convzoo.zoo import list_models as list_models
from convzoo.zoo import register as register
