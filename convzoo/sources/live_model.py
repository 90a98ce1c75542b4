"""A model that is alive in Keras."""

from __future__ import annotations

import json
from typing import Any

from convzoo.errors import SourceError
from convzoo.graph.config import graph_from_config
from convzoo.graph.graph import Graph


def read_live_model(model: Any) -> Graph:
    """The architecture of a live Keras model.

    Raises:
        SourceError: when it is no Keras model, or one that Keras can't save.
    """
    if not hasattr(model, "to_json") or not hasattr(model, "layers"):
        raise SourceError(
            f"Can't read an architecture from {type(model).__name__!r}. Give a name of the zoo, a "
            "path, a typed stack, a Keras config or a Keras model."
        )
    try:
        config = json.loads(model.to_json())
    except (NotImplementedError, TypeError, ValueError) as error:
        raise SourceError(f"Keras can't save the config of {model.name!r}: {error}") from None
    return graph_from_config(config)
