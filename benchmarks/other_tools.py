"""What other tools count on the same networks, beside what convzoo counts as they do.

Each tool counts a model that is built already; convzoo reads the model's JSON and calculates, and
once more calculates alone. Both have one thread. A tool that can't be imported has a row that says
so. onnx-tool reads a file of ONNX, which torch exports before.

The tools of torch and that of TensorFlow have a process each: Triton, which comes with torch, can't
be loaded beside TensorFlow.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.metadata import PackageNotFoundError, version
from multiprocessing import get_context
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import convzoo
from benchmarks.timing import Comparison, compare, seconds_of

_NETWORKS = ("VGG16", "ResNet50", "MobileNetV2")
_SHAPE = (1, 3, 224, 224)
_RUNS = 5

Count = Callable[[], int]
"""Counts a model that is built, anew at each call."""


class Network:
    """A network of `keras.applications` at 224 x 224, in the forms that the tools take.

    Args:
        name: its name there.
    """

    def __init__(self, name: str) -> None:
        self.name = name

    @cached_property
    def text(self) -> str:
        """Its JSON."""
        text: str = self.in_keras.to_json()
        return text

    @cached_property
    def in_keras(self) -> Any:
        """The model of Keras."""
        return self.build_in_keras()

    def build_in_keras(self) -> Any:
        """Build the model of Keras."""
        from keras import applications

        return getattr(applications, self.name)(weights=None)

    @cached_property
    def in_torch(self) -> Any:
        """The module of torch."""
        return self.build_in_torch()

    def build_in_torch(self) -> Any:
        """Build the module of torch."""
        import torch

        from benchmarks.in_torch import InTorch
        from convzoo.sources import read

        torch.set_num_threads(1)
        return InTorch(read(self.text)).eval()


class Tool(NamedTuple):
    """A tool that counts.

    Args:
        name: what it is called.
        package: the package that holds it.
        column: convzoo's column that counts as it does.
        framework: whose models it takes, `"torch"` or `"tensorflow"`.
        counting: prepares a network for it; raises `ImportError` where it is not installed.
    """

    name: str
    package: str
    column: str
    framework: str
    counting: Callable[[Network], Count]


@dataclass(frozen=True)
class Counted:
    """A tool's count of a network beside convzoo's.

    Args:
        network: the network.
        tool: the tool, with its version.
        missing: why it has no figure; empty where it has one.
        figure: its figure.
        ours: convzoo's.
        times: how long both take.
        alone: how long convzoo takes where it has read the model before, as the tool has.
        building: seconds that building the model takes, which the tool needs before.
    """

    network: str
    tool: str
    missing: str = ""
    figure: int = 0
    ours: int = 0
    times: Comparison | None = None
    alone: Comparison | None = None
    building: float = 0.0

    @property
    def title(self) -> str:
        """What was counted by what."""
        return f"{self.network} by {self.tool}"

    @property
    def result(self) -> str:
        """Whether the figures are equal, and the ratio of the times."""
        row = self.row()
        return self.missing or f"difference {row['difference']}, ratio {row['ratio (spread)']}"

    def row(self) -> dict[str, str]:
        """The cells of a table by its headers."""
        cells = dict.fromkeys(_HEADERS, "")
        cells.update({"network": self.network, "tool": self.tool})
        if self.times is None or self.alone is None:
            return {**cells, "its figure": self.missing}
        compared, alone = self.times.row(), self.alone.row()
        return {
            **cells,
            "its figure": f"{self.figure:,}",
            "difference": f"{self.figure - self.ours:,}",
            "its time": compared["other"],
            "convzoo's time": compared["convzoo"],
            "ratio (spread)": compared["ratio (spread)"],
            "counting alone": alone["convzoo"],
            "ratio alone": alone["ratio (spread)"],
            "goal": compared["goal"],
            "building before": f"{self.building:.2f} s",
        }


_HEADERS = (
    "network", "tool", "its figure", "difference", "its time", "convzoo's time", "ratio (spread)",
    "counting alone", "ratio alone", "goal", "building before",
)  # fmt: skip


def comparisons() -> Iterator[Counted]:
    """Every tool on every network."""
    with ExitStack() as stack:
        processes = {
            framework: stack.enter_context(
                ProcessPoolExecutor(1, get_context("spawn"), _begin, (framework,))
            )
            for framework in ("torch", "tensorflow")
        }
        for network in _NETWORKS:
            for tool in TOOLS.values():
                yield processes[tool.framework].submit(_counted, network, tool.name).result()


def _begin(framework: str) -> None:
    """Begin a process that has the models of one framework."""
    os.environ.update(KERAS_BACKEND=framework, TF_CPP_MIN_LOG_LEVEL="3")


# The last network is kept for the next tool.
_network = lru_cache(maxsize=1)(Network)


def _counted(network_name: str, tool_name: str) -> Counted:
    """What a tool counts of a network, in a process of its own."""
    tool = TOOLS[tool_name]
    try:
        title = f"{tool.name} {version(tool.package)}"
    except PackageNotFoundError:
        return Counted(network_name, tool.name, "not installed")
    network = _network(network_name)
    try:
        count = tool.counting(network)
    except ImportError as error:
        return Counted(network_name, title, f"can't be imported: {error}")
    ours = _ours(network.text, tool.column)
    times = compare("", ours, count, ">= 50", runs=_RUNS, repeat=20)
    alone = [seconds_of(_alone(network.text, tool.column), repeat=20) for _ in times.theirs]
    counting = Comparison("", alone, times.theirs, ">= 50")
    build = network.build_in_torch if tool.framework == "torch" else network.build_in_keras
    building = min(seconds_of(build) for _ in range(2))
    return Counted(network_name, title, "", count(), ours(), times, counting, building)


def _ours(text: str, column: str) -> Count:
    def count() -> int:
        total: int = convzoo.calc(text, [column]).total(column)
        return total

    return count


def _alone(text: str, column: str) -> Count:
    from convzoo.analyses.report import Report
    from convzoo.sources import read

    graph = read(text)

    def count() -> int:
        total: int = Report(graph, [column]).total(column)
        return total

    return count


# ---------------------------------------------------------------------- the tools


def _fvcore(network: Network) -> Count:
    import torch
    from fvcore.nn import FlopCountAnalysis

    model, inputs = network.in_torch, torch.zeros(_SHAPE)

    def count() -> int:
        analysis = FlopCountAnalysis(model, inputs)
        analysis.unsupported_ops_warnings(False).uncalled_modules_warnings(False)
        return int(analysis.total())

    return count


def _torchinfo(network: Network) -> Count:
    from torchinfo import summary

    model = network.in_torch
    return lambda: int(summary(model, input_size=_SHAPE, verbose=0).total_mult_adds)


def _ptflops(network: Network) -> Count:
    from ptflops import get_model_complexity_info

    model = network.in_torch

    def count() -> int:
        macs, _ = get_model_complexity_info(
            model, _SHAPE[1:], print_per_layer_stat=False, as_strings=False, backend="pytorch"
        )
        return int(macs)

    return count


def _thop(network: Network) -> Count:
    import torch
    from thop import profile

    model, inputs = network.in_torch, torch.zeros(_SHAPE)
    return lambda: int(profile(model, (inputs,), verbose=False)[0])


def _calflops(network: Network) -> Count:
    from calflops import calculate_flops

    model = network.in_torch

    def count() -> int:
        flops, _, _ = calculate_flops(model, _SHAPE, output_as_string=False, print_results=False)
        return int(flops)

    return count


def _torchscan(network: Network) -> Count:
    from torchscan import crawl_module

    model = network.in_torch

    def count() -> int:
        # Without a rule for softmax it tells no total, and what it counted of the other modules.
        return int(crawl_module(model, _SHAPE[1:])["totals"]["macs"]["known_value"])

    return count


def _onnx_tool(network: Network) -> Count:
    import torch
    from onnx_tool import Model

    folder = TemporaryDirectory()
    path = f"{folder.name}/{network.name}.onnx"
    torch.onnx.export(network.in_torch, (torch.zeros(_SHAPE),), path, dynamo=True, verbose=False)

    def count() -> int:
        assert folder.name  # The file is there as long as what counts it.
        graph = Model(path, {"verbose": False}).graph
        graph.graph_reorder_nodes()
        graph.shape_infer(None)
        graph.profile()
        return int(graph.macs[0])

    return count


def _tensorflow(network: Network) -> Count:
    def count() -> int:
        return _profiled(_traced(network.in_keras))

    return count


def _tensorflow_traced(network: Network) -> Count:
    graph = _traced(network.in_keras)
    return lambda: _profiled(graph)


def _traced(model: Any) -> Any:
    """The TensorFlow graph of a model at inference."""
    import tensorflow as tf

    batch, channels, height, width = _SHAPE
    given = tf.TensorSpec((batch, height, width, channels))
    return tf.function(lambda x: model(x, training=False)).get_concrete_function(given).graph


def _profiled(graph: Any) -> int:
    """What the profiler counts in a graph."""
    from tensorflow.compat.v1 import profiler

    options = profiler.ProfileOptionBuilder
    silent = options(options.float_operation()).with_empty_output().build()
    return int(profiler.profile(graph, options=silent).total_float_ops)


TOOLS = {
    tool.name: tool
    for tool in (
        Tool("torchinfo", "torchinfo", "torchinfo", "torch", _torchinfo),
        Tool("fvcore", "fvcore", "fvcore", "torch", _fvcore),
        Tool("calflops", "calflops", "deepspeed", "torch", _calflops),
        Tool("ptflops", "ptflops", "ptflops", "torch", _ptflops),
        Tool("thop", "thop", "thop", "torch", _thop),
        Tool("torch-scan", "torchscan", "torchscan", "torch", _torchscan),
        # The batch normalizations are gone from the file, folded into convolutions, so that no
        # column of the network's layers can be what it counts.
        Tool("onnx-tool", "onnx-tool", "macs", "torch", _onnx_tool),
        Tool("TensorFlow profiler", "tensorflow", "tensorflow", "tensorflow", _tensorflow),
        Tool(
            "TensorFlow profiler on a traced graph",
            "tensorflow",
            "tensorflow",
            "tensorflow",
            _tensorflow_traced,
        ),
    )
}
"""Every tool by name."""
