"""The JSON of `model.to_json()`."""

from __future__ import annotations

import json
from typing import Any

from convzoo.errors import SourceError
from convzoo.graph.config import graph_from_config
from convzoo.graph.graph import Graph
from convzoo.sources import SOURCES, Source


def is_json(data: bytes) -> bool:
    """Whether the bytes can only be JSON, by their first character."""
    return data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[", b'"')


def read_json(data: bytes) -> Graph:
    """The model of a Keras JSON.

    Raises:
        SourceError: when it is not valid JSON, or holds no model.
    """
    return graph_from_config(parse_json(data))


def parse_json(data: bytes) -> Any:
    """The object of a JSON text.

    Raises:
        SourceError: when it is not valid JSON; the message says where.
    """
    try:
        return json.loads(data)
    except json.JSONDecodeError as error:
        raise SourceError(
            f"is not valid JSON at line {error.lineno}, column {error.colno}: {error.msg}. "
            "Save the model with model.to_json()."
        ) from None
    except (UnicodeDecodeError, RecursionError, ValueError) as error:
        raise SourceError(f"is not JSON that can be read: {error}.") from None


SOURCES.add("keras_json", Source(is_json, read_json))
