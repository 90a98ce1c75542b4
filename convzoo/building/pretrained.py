"""The weights of `keras.applications`, loaded as Keras loads them."""

from __future__ import annotations

import os
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from convzoo.errors import ArgumentError, BuildError
from convzoo.graph.graph import Graph
from convzoo.zoo import Entry, describe

if TYPE_CHECKING:
    import keras


def load_weights(model: keras.Model, entry: Entry, weights: str | os.PathLike[str]) -> None:
    """Give a model the weights of the model of `keras.applications` that it equals.

    Keras itself makes its model, for the same input and classes, with these weights; they then go
    over layer by layer, so that they serve a model that has only some of the layers, or others too.

    Args:
        model: the built model.
        entry: the entry of the zoo that it, or the base of it, was made from.
        weights: what `keras.applications` takes: `"imagenet"` or the path of a file.

    Raises:
        ArgumentError: when Keras has no weights for the entry.
        BuildError: when Keras can't load them, or the model is another than they were made for.
    """
    card = entry.card
    if not card.pretrained:
        raise ArgumentError(
            f"{entry.name!r} has no weights in keras.applications. Leave weights out, "
            "and load your own with model.load_weights(path)."
        )
    weights = os.fspath(weights)
    layers = {layer.name: layer for layer in model.layers}
    classifier = layers.get(describe(entry.name).layers[-1].name)
    arguments: dict[str, Any] = {"input_shape": model.input_shape[1:]}
    if classifier is None:
        arguments["include_top"] = False
    else:
        arguments["classes"] = classifier.output.shape[-1]
    donor = _by_keras(card.pretrained, weights, {**card.pretrained_arguments, **arguments})
    for name, values in _weights_by_name(describe(entry.name, **arguments), donor):
        if name not in layers:
            continue
        taker = layers[name]
        try:
            taker.set_weights(values)
        except ValueError as error:
            raise BuildError(
                f"{entry.name!r}: {weights!r} doesn't fit the layer {name!r}: {_line(error)} "
                "Its arguments must be those with which Keras makes the model."
            ) from None
        if hasattr(taker, "finalize_state"):
            taker.finalize_state()  # A Normalization computes with a copy of its weights.


def _by_keras(function: str, weights: str, arguments: dict[str, Any]) -> Any:
    """The model of `keras.applications` with its weights."""
    import warnings

    import keras

    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            donor = getattr(keras.applications, function)(weights=weights, **arguments)
    except Exception as error:  # What the network, the file or Keras's own checks raise.
        if isinstance(error.__context__, OSError):
            way_out = " Where there is no network, give the path of a file in place of 'imagenet'."
        elif os.path.exists(weights):
            way_out = " The file must have the weights of this model, for as many classes."
        else:
            way_out = ""
        raise BuildError(
            f"keras.applications.{function} can't load {weights!r}: {_line(error)}{way_out}"
        ) from None
    # Those of a file that can't be loaded are dozens, and say what the error says.
    for one in caught:
        warnings.warn_explicit(one.message, one.category, one.filename, one.lineno)
    return donor


def _weights_by_name(graph: Graph, donor: Any) -> list[tuple[str, list[Any]]]:
    """The weights of the donor's layers under the names that the description has for them.

    The names that Keras makes itself count on in a session, so that they are told by their places.
    """
    donating = _without_second_rescaling(donor.operations)
    ours = [layer.class_name for layer in graph.layers]
    theirs = [type(layer).__name__ for layer in donating]
    if ours != theirs:
        raise BuildError(
            f"{graph.name!r}: this Keras makes the model that has the weights of other layers. "
            f"convzoo has {len(ours)}, Keras {len(theirs)}."
        )
    return [
        (described.name, layer.get_weights())
        for described, layer in zip(graph.layers, donating, strict=True)
        if described.variables
    ]


def _without_second_rescaling(layers: list[Any]) -> list[Any]:
    """The layers, the factors of a Rescaling that follows a Normalization put into its variance.

    Keras's EfficientNet has this second Rescaling with ImageNet's weights and without it otherwise;
    here it is the same network with all weights.
    """
    import keras

    kept = layers[:1]
    for before, layer in pairwise(layers):
        if isinstance(before, keras.layers.Normalization) and isinstance(
            layer, keras.layers.Rescaling
        ):
            mean, variance, count = before.get_weights()
            factors = [1 / factor**2 for factor in layer.scale]
            before.set_weights([mean, variance * factors, count])
        else:
            kept.append(layer)
    return kept


def _line(error: Exception) -> str:
    """What an error says, on one line; Keras may print the values of a variable behind it."""
    from textwrap import shorten

    text = shorten(str(error).partition(" Target variable: ")[0], 400, placeholder=" ...")
    return text if text.endswith(".") else f"{text}."
