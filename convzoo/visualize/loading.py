"""The live model that a command looks into."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from convzoo.building import build, import_keras
from convzoo.errors import ArgumentError, SourceError


def is_file(model: str) -> bool:
    """Whether a text is a path rather than an architecture to build."""
    from convzoo.sources import names_a_file

    return names_a_file(model) or model.endswith(".keras")


def load(path: str) -> Any:
    """The model of a `.keras` file, loaded by Keras without running code that the file holds.

    Raises:
        SourceError: when it is no such file, or Keras can't load it.
        BuildError: when Keras is missing.
    """
    import zipfile

    file = Path(path)
    if not file.exists():
        raise SourceError(f"There is no file {path!r}.")
    if file.suffix != ".keras" or not zipfile.is_zipfile(file):
        raise SourceError(
            f"{path}: is no .keras file, which a trained model is looked into from. With the model "
            "loaded in Keras, model.save('model.keras') makes one."
        )
    keras = import_keras("Loading a model")
    try:
        return keras.saving.load_model(file, compile=False, safe_mode=True)
    except Exception as error:
        # Keras tells in many ways of a damaged file, of an unknown class and of code in it.
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        reason = (lines or [type(error).__name__])[0]
        raise SourceError(f"{path}: Keras can't load it: {reason}") from error


def built(source: str, weights: str | None, seed: int) -> Any:
    """The model of a name of the zoo or a typed stack.

    Args:
        source: the name, with arguments if need be, or the stack.
        weights: `"imagenet"`, which Keras has for its own models and downloads, or the path of a
            file of weights; `None` for fresh, random ones.
        seed: what random weights follow from.

    Raises:
        ConvzooError: when there is no such model, or the weights don't fit.
    """
    from convzoo.sources import names_an_entry, read
    from convzoo.zoo import entry

    graph = read(source)
    import_keras("Looking inside").utils.set_random_seed(seed)
    model = build(graph)
    if weights is None:
        return model
    name = source.partition(":")[0]
    known = entry(name) if names_an_entry(name) else None
    if known is not None and known.card.pretrained:
        from convzoo.building.pretrained import load_weights

        load_weights(model, known, weights)
        return model
    if not Path(weights).exists():
        raise ArgumentError(f"There is no file of weights {weights!r}.")
    try:
        model.load_weights(weights)
    except Exception as error:
        reason = " ".join(str(error).split())
        raise ArgumentError(f"{weights}: its weights can't be loaded: {reason}") from error
    return model
