"""convzoo: know your convnet before you build it.

A zoo of Keras architectures and a calculator that tells shapes, parameters and more of any Keras
architecture exactly, without building it and without importing a framework.

    import convzoo

    print(convzoo.calc("mnist_convnet"))
    model = convzoo.get("mnist_convnet")
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from convzoo import layers as layers
    from convzoo import models as models
    from convzoo import visualize as visualize
    from convzoo.analyses.report import Report as Report
    from convzoo.budgets import Budget as Budget
    from convzoo.budgets import Checked as Checked
    from convzoo.budgets import Verdict as Verdict
    from convzoo.budgets import budget as budget
    from convzoo.calculating import calc as calc
    from convzoo.comparing import Comparison as Comparison
    from convzoo.comparing import compare as compare
    from convzoo.errors import ConvzooError as ConvzooError
    from convzoo.graph.graph import Graph as Graph
    from convzoo.graph.graph import Model as Model
    from convzoo.graph.graph import Sequential as Sequential
    from convzoo.graph.input import Input as Input
    from convzoo.layers import register_layer as register_layer
    from convzoo.plotting import plot as plot
    from convzoo.sweeping.sweep import Sweep as Sweep
    from convzoo.sweeping.sweep import sweep as sweep
    from convzoo.training.benchmark import Benchmark as Benchmark
    from convzoo.training.benchmark import bench as bench
    from convzoo.training.datasets import Data as Data
    from convzoo.training.datasets import load_data as load_data
    from convzoo.training.results import Epoch as Epoch
    from convzoo.training.results import Result as Result
    from convzoo.training.training import Trained as Trained
    from convzoo.training.training import train as train
    from convzoo.version import __version__ as __version__
    from convzoo.zoo import Card as Card
    from convzoo.zoo import Claim as Claim
    from convzoo.zoo import Preprocessing as Preprocessing
    from convzoo.zoo import Recipe as Recipe
    from convzoo.zoo import Source as Source
    from convzoo.zoo import card as card
    from convzoo.zoo import describe as describe
    from convzoo.zoo import get as get
    from convzoo.zoo import list_models as list_models
    from convzoo.zoo import preprocess as preprocess
    from convzoo.zoo import register as register
    from convzoo.zoo import smallest_input as smallest_input
    from convzoo.zoo import versions as versions

# Where each public name lives; a module is imported when one of its names is first used.
_HOMES = {
    "bench": "training.benchmark",
    "Benchmark": "training.benchmark",
    "budget": "budgets",
    "Budget": "budgets",
    "calc": "calculating",
    "card": "zoo",
    "Card": "zoo",
    "Checked": "budgets",
    "Claim": "zoo",
    "compare": "comparing",
    "Comparison": "comparing",
    "ConvzooError": "errors",
    "Data": "training.datasets",
    "describe": "zoo",
    "Epoch": "training.results",
    "get": "zoo",
    "Graph": "graph.graph",
    "Input": "graph.input",
    "layers": "layers",
    "list_models": "zoo",
    "load_data": "training.datasets",
    "Model": "graph.graph",
    "models": "models",
    "plot": "plotting",
    "preprocess": "zoo",
    "Preprocessing": "zoo",
    "Recipe": "zoo",
    "register": "zoo",
    "register_layer": "layers",
    "Report": "analyses.report",
    "Result": "training.results",
    "Sequential": "graph.graph",
    "smallest_input": "zoo",
    "Source": "zoo",
    "sweep": "sweeping.sweep",
    "Sweep": "sweeping.sweep",
    "train": "training.training",
    "Trained": "training.training",
    "Verdict": "budgets",
    "versions": "zoo",
    "visualize": "visualize",
    "__version__": "version",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'convzoo' has no attribute {name!r}")
    module = import_module(f"convzoo.{home}")
    value = module if name == home else getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
