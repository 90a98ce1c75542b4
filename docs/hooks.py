"""Pages and pictures that are generated from the code when the site is built."""

from __future__ import annotations

import csv
import inspect
import textwrap
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

from convzoo.calculating import calc
from convzoo.graph.layer import REQUIRED, Layer
from convzoo.layers import LAYERS
from convzoo.operations import OPERATIONS, Operation
from convzoo.plotting import plot
from convzoo.zoo import card, list_models

_BUILT_COUNTS = Path(__file__).parent / "reference" / "built-counts.csv"


def on_files(files: Files, config: Any) -> Files:
    """Add the generated pages and pictures to the site."""
    files.append(File.generated(config, "reference/layers.md", content=layers_page()))
    files.append(File.generated(config, "reference/operations.md", content=operations_page()))
    files.append(File.generated(config, "reference/zoo.md", content=zoo_page()))
    for name in ("lenet5", "resnet20"):
        files.append(File.generated(config, f"images/{name}.svg", content=plot(name)))
    return files


def zoo_page() -> str:
    """The table of the zoo: of each entry the calculated, the built and the published counts."""
    with _BUILT_COUNTS.open(newline="", encoding="utf-8") as file:
        built = {row["name"]: row for row in csv.DictReader(file)}
    lines = [
        "# The zoo",
        "",
        "Every entry with its parameters: as convzoo calculates them, as Keras counts them in the "
        "model that it builds, and as they were published. The first number is of those that "
        "learn, the second, where some don't, of all. What was published is *verified here* where "
        "the calculation gives every printed digit, *contradicted* where it doesn't, and *claimed "
        "by the source* where it can't be calculated, such as an accuracy that nobody has "
        "reproduced here.",
        "",
        "| entry | what it is | calculated | built by Keras | published |",
        "|---|---|---:|---:|---|",
    ]
    for name in list_models():
        about, report, by_keras = card(name), calc(name), built.get(name)
        counts = [_counts(report.total("trainable_params"), report.total("params"))]
        if by_keras is None:
            counts.append("not yet")
        else:
            counts.append(_counts(int(by_keras["trainable_params"]), int(by_keras["params"])))
        claims = "<br>".join(f"{claim}: {claim.status(report.total)}" for claim in about.claims)
        lines.append(f"| `{name}` | {about.title} | {' | '.join(counts)} | {claims} |")
    return "\n".join(lines) + "\n"


def _counts(trainable: int | None, total: int | None) -> str:
    return f"{trainable:,}" if trainable == total else f"{trainable:,}<br>{total:,}"


def layers_page() -> str:
    """The reference of layers: every class, by family, with its arguments."""
    classes = list(dict.fromkeys(layer for _, layer in LAYERS.items()))
    lines = [
        "# Layers",
        "",
        "`convzoo.layers` has Keras's layers with Keras's arguments, order and defaults. Every "
        "layer takes `name`, `trainable` and `dtype` besides, by keyword. In a typed stack the "
        "names in brackets are known too.",
    ]
    lines += ["", "| class | what is known |", "|---|---|"]
    for layer in sorted(classes, key=lambda layer: layer.class_name):
        lines.append(f"| [{layer.class_name}](#{layer.class_name.lower()}) | {layer.status} |")
    for module, layers in groupby(classes, key=lambda layer: layer.__module__):
        lines += ["", f"## {module.rpartition('.')[2].capitalize()}"]
        for layer in layers:
            lines += _layer_section(layer)
    return "\n".join(lines) + "\n"


def operations_page() -> str:
    """The reference of operations: every one, by the file of `keras/src/ops` that has it."""
    lines = [
        "# Operations",
        "",
        "What calls of `keras.ops`, and operators on tensors, leave as nodes of a functional "
        "model. Their shapes and dtypes are exact. Operations for each output element are given "
        "where one number tells them; the others state their work by a formula of their own, or it "
        "is unknown.",
    ]
    found = [(*name.split("."), operation) for name, operation in OPERATIONS.items()]
    for file, operations in groupby(sorted(found, key=lambda entry: entry[:2]), lambda e: e[0]):
        lines += ["", f"## keras.ops: {file}", ""]
        lines += ["| class | arguments | operations per output element |", "|---|---|---|"]
        for _, name, operation in operations:
            arguments = ", ".join(f"`{argument}`" for argument in operation.positional) or "none"
            lines.append(f"| {name} | {arguments} | {_work_of(operation)} |")
    return "\n".join(lines) + "\n"


def _work_of(operation: type[Operation]) -> str:
    if operation.ops_per_output is not None:
        return str(operation.ops_per_output)
    return "unknown" if operation.work is Operation.work else "by formula"


def _layer_section(layer: type[Layer]) -> Iterator[str]:
    short = [name for name, known in LAYERS.items() if known is layer and name != layer.class_name]
    also = f" ({', '.join(f'`{name}`' for name in short)})" if short else ""
    yield from ("", f"### {layer.class_name}", "", _first_paragraph(layer) + also, "")
    yield from ("```python", _signature(layer), "```", "")
    for name, meaning in _documented_arguments(layer):
        yield f"- `{name}`: {meaning}"


def _signature(layer: type[Layer]) -> str:
    given = (
        name if default is REQUIRED else f"{name}={default!r}"
        for name, default in layer.arguments.items()
        if name in layer.positional
    )
    text = f"{layer.class_name}({', '.join(given)})"
    return "\n".join(textwrap.wrap(text, 76, subsequent_indent=" " * 4, break_long_words=False))


def _first_paragraph(layer: type[Layer]) -> str:
    return " ".join((inspect.getdoc(layer) or "").partition("\n\n")[0].split())


def _documented_arguments(layer: type[Layer]) -> Iterator[tuple[str, str]]:
    """The arguments that the class describes, or else the nearest base that describes any."""
    for kind in layer.__mro__:
        _, heading, section = (inspect.cleandoc(kind.__doc__ or "")).partition("Args:\n")
        if heading and kind is not Layer:
            for line in section.partition("\n\n")[0].splitlines():
                name, colon, meaning = line.strip().partition(": ")
                if colon and name in layer.arguments:
                    yield name, meaning
            return
