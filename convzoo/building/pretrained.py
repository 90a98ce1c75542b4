"""The weights of `keras.applications`, loaded as Keras loads them."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from convzoo.errors import ArgumentError, BuildError
from convzoo.zoo import Entry, describe

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
    include_top = describe(entry.name).layers[-1].name in names
    try:
        donor = make(weights=weights, include_top=include_top)
    except Exception as error:
        raise BuildError(
            f"keras.applications.{make.__name__} can't load {weights!r}: {error}"
        ) from error
    _fold_rescaling(donor)
    # Automatic names count on in a session of Keras: those of a fresh one are in the description.
    described = describe(entry.name, include_top=include_top).layers
    holding = [layer.name for layer in described if layer.variables]
    for name, layer in zip(holding, [x for x in donor.layers if x.weights], strict=True):
        if name not in names:
            continue
        taker = model.get_layer(name)
        try:
            taker.set_weights(layer.get_weights())
        except ValueError as error:
            raise BuildError(
                f"{entry.name!r}: {weights!r} doesn't fit the layer {name!r}: {error} "
                "The weights are for the input and the classes that the model has in Keras; "
                "include_top=False takes them for any input."
            ) from error
        if hasattr(taker, "finalize_state"):
            taker.finalize_state()  # A Normalization computes with a copy of its weights.


def _fold_rescaling(donor: keras.Model) -> None:
    """Put the factors of a Rescaling that follows a Normalization into its variance.

    Keras's EfficientNet has this second Rescaling with ImageNet's weights and without it otherwise;
    here it is the same network with all weights.
    """
    import keras

    for normalization, rescaling in pairwise(donor.layers):
        if isinstance(normalization, keras.layers.Normalization) and isinstance(
            rescaling, keras.layers.Rescaling
        ):
            mean, variance, count = normalization.get_weights()
            factors = [1 / factor**2 for factor in rescaling.scale]
            normalization.set_weights([mean, variance * factors, count])
