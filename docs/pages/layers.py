"""The reference of layers."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Iterator, Sequence
from itertools import groupby, takewhile

from convzoo.analyses.explain import Explanation
from convzoo.graph.layer import REQUIRED, Layer
from convzoo.layers import LAYERS
from pages.layer_examples import EXAMPLES, WITHOUT_EXAMPLE, arithmetic, in_sizes
from pages.markup import table


def layers_page() -> str:
    """The reference of layers: every class, by family, with its arguments and its formulas."""
    classes = list(dict.fromkeys(layer for _, layer in LAYERS.items()))
    lines = [
        "# Layers",
        "",
        "`convzoo.layers` has Keras's layers with Keras's arguments, order and defaults. Every "
        "layer takes `name`, `trainable` and `dtype` besides, by keyword. In a typed stack the "
        "names in brackets are known too.",
        "",
        "Each has an example with its formulas. None is written for this page: the middle column "
        "is what the layer states of a call on sizes that have a name and no value, the right one "
        "is what `convzoo calc --explain` prints of a call on sizes that have one. `H` and `W` are "
        "height and width, `D` is depth, `T` is steps in time and `C` is channels or features. "
        "The batch is left out. [What is counted](counting.md) tells what the quantities mean.",
    ]
    others = [layer for layer in classes if layer.status != Layer.status]
    lines += [
        "",
        f"Of {len(classes)} classes {len(classes) - len(others)} are {Layer.status}. The others:",
        "",
        "| class | what is known |",
        "|---|---|",
    ]
    for layer in sorted(others, key=lambda layer: layer.class_name):
        lines.append(f"| [{layer.class_name}](#{layer.class_name.lower()}) | {layer.status} |")
    for module, layers in groupby(classes, key=lambda layer: layer.__module__):
        family = module.rpartition(".")[2].replace("_", " ").capitalize()
        lines += ["", f"## {family}"]
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
    yield from ("", f"What is known: {layer.status}.", "")
    yield from _formulas(layer)


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


def _formulas(layer: type[Layer]) -> Iterator[str]:
    """The formulas of the layer's example, and their arithmetic."""
    example = EXAMPLES.get(layer)
    if example is None:
        if layer.class_name in WITHOUT_EXAMPLE:
            yield WITHOUT_EXAMPLE[layer.class_name]
        return
    formulas, steps = in_sizes(example), arithmetic(example)
    work = formulas.work
    rows = [
        ["Output shape", _shape_text(formulas.output), _output_arithmetic(steps)],
        ["Params", str(formulas.params), _arithmetic_of("params", steps)],
    ]
    for column, title in (("macs", "MACs"), ("element_ops", "Element ops")):
        formula = "unknown" if work is None else _work_text(getattr(work, column))
        rows.append([title, formula, _arithmetic_of(column, steps)])
    headers = ["", f"for {example.names}", f"for {example.numbers}"]
    yield f"Example: `{example.code}`, {example.words}."
    # As HTML, in which nothing is an operator of Markdown, and which is quick to read.
    yield from ("", table(f"Formulas of {layer.class_name}", headers, rows, "formulas"), "")


def _shape_text(dims: Sequence[object]) -> str:
    return " x ".join(f"({dim})" if " " in str(dim) else str(dim) for dim in dims)


def _work_text(count: object) -> str:
    return "unknown" if count is None else str(count)


def _output_arithmetic(steps: Sequence[Explanation]) -> str:
    """The arithmetic of the output's axes, which stands before that of the columns."""
    before = takewhile(lambda step: step.quantity != "params", steps)
    return "; ".join(str(step).removeprefix("output shape: ") for step in before)


def _arithmetic_of(column: str, steps: Sequence[Explanation]) -> str:
    found = (str(step) for step in steps if step.quantity.split()[0] == column)
    return "; ".join(text.removeprefix(f"{column}: ") for text in found)
