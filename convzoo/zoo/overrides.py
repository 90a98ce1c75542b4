"""What every entry of the zoo can be asked for besides the arguments of its factory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convzoo import layers, models
from convzoo.errors import ArgumentError
from convzoo.zoo.cards import Card

if TYPE_CHECKING:
    from convzoo.graph.graph import Graph
    from convzoo.graph.layer import Tensor

OVERRIDES = ("include_top", "pooling", "activation", "features", "data_format")
"""The names of these arguments; a factory that has one of its own takes it itself."""


def overridden(
    graph: Graph,
    card: Card,
    *,
    include_top: bool = True,
    pooling: str | None = None,
    activation: str | None = None,
    features: str | None = None,
    data_format: str | None = None,
) -> Graph:
    """The architecture with some of it changed.

    Args:
        graph: the architecture.
        card: its card, which names the ends of the stages.
        include_top: whether the classifier is kept; without it the last stage is the output.
        pooling: without the classifier, what pools the output: `"avg"`, `"max"` or `None`.
        activation: the activation between the layers, by Keras's name.
        features: `"stages"` for a model whose outputs are the ends of all stages.
        data_format: `"channels_first"` for channels before places in all tensors.

    Raises:
        ArgumentError: when an argument can't be used.
    """
    check_pooling(pooling, include_top or features is not None)
    if activation is not None and activation != card.activation:
        graph = _with_activation(graph, card.activation, activation)
    if features is not None:
        if features != "stages":
            raise ArgumentError(f'features must be "stages". Received {features!r}.')
        graph = models.Model(graph.inputs, [_stage(graph, stage) for stage in _stages(graph, card)])
    elif not include_top:
        graph = _up_to(graph, _stages(graph, card)[-1])
    if pooling is not None:
        graph = _pooled(graph, pooling)
    return graph if data_format is None else _in_data_format(graph, data_format)


def _in_data_format(graph: Graph, data_format: str) -> Graph:
    if data_format not in ("channels_last", "channels_first"):
        raise ArgumentError(
            f'data_format must be "channels_last" or "channels_first". Received {data_format!r}.'
        )
    if data_format == "channels_last":
        return graph
    from convzoo.zoo.data_format import in_channels_first

    return in_channels_first(graph)


def _stages(graph: Graph, card: Card) -> tuple[str, ...]:
    """The names of the ends of the stages that this variant has."""
    names = {layer.name for layer in graph.layers}
    stages = tuple(stage for stage in card.stages if stage in names)
    if not stages:
        raise ArgumentError("its card names no stages, so that nothing tells where they end.")
    return stages


def _stage(graph: Graph, name: str) -> Tensor:
    """What the layer of that name gives."""
    last = next(call for call in reversed(graph.calls) if call.layer.name == name)
    return last.output_tensors[0]


def _up_to(graph: Graph, stage: str) -> Graph:
    """The part of the model that ends in the layer of that name; a stack stays a stack."""
    if not isinstance(graph, models.Sequential):
        return models.Model(graph.inputs, _stage(graph, stage))
    names = [layer.name for layer in graph.layers]
    return models.Sequential([graph.inputs, *graph.layers[: names.index(stage) + 1]])


def check_pooling(pooling: str | None, include_top: bool) -> None:
    """Refuse to pool what is not the output.

    Raises:
        ArgumentError: when there is pooling beside a classifier.
    """
    if pooling is not None and include_top:
        raise ArgumentError(
            f"pooling={pooling!r} pools the last stage in place of the classifier. "
            "Give include_top=False with it."
        )


_POOLINGS = {"avg": "GlobalAveragePooling", "max": "GlobalMaxPooling"}


def global_pooling(x: Tensor, pooling: str) -> layers.Layer:
    """The layer that pools a tensor over all places.

    Args:
        x: the tensor.
        pooling: `"avg"` or `"max"`.

    Raises:
        ArgumentError: when there is no such pooling, or the tensor has no places.
    """
    if pooling not in _POOLINGS:
        raise ArgumentError(f'pooling must be "avg", "max" or None. Received {pooling!r}.')
    if x.rank not in (3, 4, 5):
        raise ArgumentError(
            f"pooling={pooling!r}: without the classifier its output has the shape {x.shape}, "
            "in which there are no places to pool over."
        )
    return layers.LAYERS.get(f"{_POOLINGS[pooling]}{x.rank - 2}D")()


def _pooled(graph: Graph, pooling: str) -> Graph:
    """The model with its output pooled over all places."""
    output = graph.output_tensors[0]
    pool = global_pooling(output, pooling)
    if isinstance(graph, models.Sequential):
        return models.Sequential([graph.inputs, *graph.layers, pool])
    return models.Model(graph.inputs, pool(output))


def _with_activation(graph: Graph, old: str, new: str) -> Graph:
    """The model with another activation wherever it has its own."""
    from convzoo.graph.config import graph_from_config
    from convzoo.graph.config_writing import argument_config

    if not isinstance(new, str):
        raise ArgumentError(
            f"activation must be one of Keras's names, such as 'gelu'. Received {new!r}."
        )
    layers.Activation(new)  # Refuses a name that Keras doesn't know.
    config = graph.to_config()
    written = argument_config("activation", old)
    changed = 0
    for entry in config["config"]["layers"]:
        arguments = entry["config"]
        if entry["class_name"] == "ReLU" and old in ("relu", "relu6"):
            kept = ("name", "trainable", "dtype")
            entry["class_name"] = "Activation"
            entry["config"] = {name: arguments[name] for name in kept if name in arguments}
            entry["config"]["activation"] = new
        elif arguments.get("activation") == written:
            arguments["activation"] = new
        else:
            continue
        changed += 1
    if not changed:
        raise ArgumentError(f"activation={new!r}: it has no {old!r} that it could replace.")
    return graph_from_config(config)
