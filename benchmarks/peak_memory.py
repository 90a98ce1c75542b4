"""The most memory that the command line takes for files just below the limits."""

from __future__ import annotations

import json
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import convzoo
from benchmarks.resident import Memory, peak_megabytes
from convzoo import layers
from convzoo.graph.config_writing import config_of

_COLUMNS = (
    "params,macs,flops,training_flops,peak_activation_bytes,training_bytes,receptive_field,fvcore,"
    "torchinfo,ptflops,thop,deepspeed,torchscan,tensorflow,frozen"
)
_CALC = "calc {path} --columns " + _COLUMNS
_JSON = f"{_CALC} --format json"
_RUN = "import sys, convzoo.cli; assert convzoo.cli.run(sys.argv[1:]) in (0, 2)"


def _network(*layers_of_it: dict[str, Any]) -> bytes:
    start = {"class_name": "InputLayer", "config": {"batch_shape": [None, 8, 8, 4], "name": "i"}}
    config = {"name": "network", "layers": [start, *layers_of_it]}
    return json.dumps({"class_name": "Sequential", "config": config}).encode()


def _dense(name: str) -> dict[str, Any]:
    return {"class_name": "Dense", "config": {"units": 4, "name": name}}


def _stack() -> bytes:
    return _network(*(_dense(f"dense_{number}") for number in range(19_990)))


def _long_names() -> bytes:
    # A character that needs four bytes makes all of a text need four for each.
    return _network(*(_dense(f"\U0001f600{number:x<740}") for number in range(19_990)))


def _graph() -> bytes:
    start = tensor = convzoo.Input((8, 8, 4))
    for _ in range(2_400):
        branches = [layers.Conv2D(4, size, padding="same")(tensor) for size in (1, 3)]
        tensor = layers.ReLU()(layers.Add()(branches))
    return json.dumps(config_of(convzoo.Model(start, tensor))).encode()


def _inputs() -> bytes:
    inputs = [convzoo.Input((8, 8, 4)) for _ in range(3_300)]
    tensor = inputs[0]
    for other in inputs[1:]:
        tensor = layers.Add()([tensor, other])
    return json.dumps(config_of(convzoo.Model(inputs, tensor))).encode()


def _values() -> bytes:
    keys = {f"{number:07x}": 1.5 for number in range(980_000)}
    return _network({"class_name": "Mine", "config": {"name": "mine", "\U0001f600": keys}})


def _archive() -> bytes:
    """An archive of 128 MB, most of it weights."""
    with tempfile.TemporaryFile() as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("config.json", _values())
            weights = zipfile.ZipInfo("model.weights.h5")
            archive.writestr(weights, os.urandom(124 * 2**20))
        file.seek(0)
        return file.read()


def _code() -> bytes:
    return b"import keras\n" + b"a;" * 99_900


def _words() -> bytes:
    return b"28x28x1\n" + b"conv:3,3,padding=same,relu\n" * 19_990


_FILES: Mapping[str, tuple[Callable[[], bytes], tuple[str, ...]]] = {
    "a stack of 19,990 Dense, 15 columns": (_stack, (_JSON, f"{_CALC} --format html")),
    "the same with long names": (_long_names, ("calc {path} --format json", "calc {path}")),
    "a graph of 9,600 layers, 15 columns": (
        _graph,
        (_JSON, f"{_CALC} --explain", "calc {path} --unit 1,1", "compare {path} {path}"),
    ),
    "3,300 inputs": (_inputs, ("calc {path} --format json", "plot {path} -o {path}.svg --force")),
    "980,000 values in a layer": (_values, ("calc {path}", "plot {path} -o {path}.svg --force")),
    "an archive of 124 MiB with the same": (_archive, ("calc {path}", "calc -")),
    "200,000 characters of code": (_code, ("calc {path}",)),
    "19,990 words": (_words, (_JSON,)),
}


def comparisons() -> Iterator[Memory]:
    """Each file, with the commands that take the most memory for it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        for title, (make, commands) in _FILES.items():
            path.write_bytes(make())
            for command in commands:
                shown = command.format(path="FILE").replace(_COLUMNS, "...")
                with path.open("rb") as given:
                    peak = peak_megabytes(_RUN, command.format(path=path).split(), given)
                yield Memory(f"{title}: `convzoo {shown}`", peak, "<= 300 MB")
