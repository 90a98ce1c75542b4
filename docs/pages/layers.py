"""The reference of layers."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Iterator
from itertools import groupby

from convzoo.graph.layer import REQUIRED, Layer
from convzoo.layers import LAYERS


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
