"""The JSON of `model.to_json()`, that of TensorFlow.js, and Jupyter notebooks."""

from __future__ import annotations

import json
from typing import Any, BinaryIO

from convzoo.errors import ConvzooError, SourceError
from convzoo.graph.config import graph_from_config
from convzoo.graph.graph import Graph
from convzoo.limits import check_json, check_texts, read_within
from convzoo.sources import SOURCES, Source


def is_json(beginning: bytes) -> bool:
    """Whether a file that begins like this can only be JSON."""
    text = beginning.lstrip(b"\xef\xbb\xbf \t\r\n")
    # Three quotes begin the docstring of Python code.
    return text[:1] in (b"{", b"[", b'"') and text[:3] != b'"""'


def read_json(file: BinaryIO) -> Graph:
    """The model of a JSON file.

    Raises:
        SourceError: when it is not valid JSON, or holds no model.
    """
    return read_model_json(read_within(file))


def read_model_json(data: bytes) -> Graph:
    """The model of a Keras JSON, of any version, of TensorFlow.js, or of a notebook's code.

    Raises:
        SourceError: when it is not valid JSON, or holds no model.
    """
    found = parse_json(data)
    if isinstance(found, dict) and "cells" in found and "nbformat" in found:
        from convzoo.sources.python_code import read_notebook

        return read_notebook(found)
    return graph_from_config(_model_config(found, data))


def _model_config(found: Any, data: bytes) -> Any:
    """The config of the model within what a JSON file holds.

    Args:
        found: what it holds.
        data: the text in which that stands.
    """
    if isinstance(found, str):  # Encoded twice.
        data = found.encode("utf-8", "surrogatepass")
        return _model_config(parse_json(data), data)
    if not isinstance(found, dict):
        return found
    if found.get("format") == "graph-model":
        raise SourceError(
            "is a TensorFlow.js graph-model: it holds a graph of operations, in which the layers "
            "are gone. Convert the Keras model to a layers-model."
        )
    for key in ("modelTopology", "model_config"):
        if key in found:
            return _model_config(found[key], data)
    if "weightsManifest" in found:
        raise SourceError("is a TensorFlow.js list of weights, without an architecture.")
    check_texts(data)
    return found


def parse_json(data: bytes) -> Any:
    """The object of a JSON text.

    Raises:
        SourceError: when it is not valid JSON; the message says where.
    """
    try:
        encoding = json.detect_encoding(data)
        text = data.decode(encoding, "surrogatepass")
        check_json(text.encode("utf-8", "surrogatepass") if encoding != "utf-8" else data)
        return json.loads(text)
    except ConvzooError:
        raise
    except json.JSONDecodeError as error:
        raise SourceError(
            f"is not valid JSON at line {error.lineno}, column {error.colno}: {error.msg}. "
            "Save the model with model.to_json()."
        ) from None
    except (UnicodeDecodeError, RecursionError, ValueError) as error:
        raise SourceError(f"is not JSON that can be read: {error}.") from None


SOURCES.add("keras_json", Source(is_json, read_json))
