"""The weights of `keras.applications`, loaded as Keras loads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convzoo.errors import ArgumentError, BuildError
from convzoo.zoo import Entry

if TYPE_CHECKING:
    import keras


def load_weights(model: keras.Model, entry: Entry, weights: str) -> None:
    """Give a model the weights of the model of `keras.applications` that it equals.

    Keras itself makes its model with these weights, checks them and all; they then go over layer by
    layer, so that they fit a part of the model and other inputs too.

    Args:
        model: the built model.
        entry: the entry of the zoo that it, or the base of it, was made from.
        weights: what `keras.applications` takes: `"imagenet"` or the path of a file.

    Raises:
        ArgumentError: when Keras has no weights for the entry.
        BuildError: when Keras can't load them, or the model is another than they were made for.
    """
    import keras

    if not entry.card.pretrained:
        raise ArgumentError(
            f"{entry.name!r} has no weights in keras.applications. Leave weights out, "
            "and load your own with model.load_weights(path)."
        )
    make = getattr(keras.applications, entry.card.pretrained)
    names = {layer.name for layer in model.layers}
    last = entry.factory().layers[-1].name
    try:
        donor = make(weights=weights, include_top=last in names)
    except Exception as error:
        raise BuildError(
            f"keras.applications.{make.__name__} can't load {weights!r}: {error}"
        ) from error
    for layer in donor.layers:
        if layer.name not in names or not layer.weights:
            continue
        try:
            model.get_layer(layer.name).set_weights(layer.get_weights())
        except ValueError as error:
            raise BuildError(
                f"{entry.name!r}: {weights!r} doesn't fit the layer {layer.name!r}: {error} "
                "The weights are for the input and the classes that the model has in Keras; "
                "include_top=False takes them for any input."
            ) from error
