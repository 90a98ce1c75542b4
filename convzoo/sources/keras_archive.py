"""The `.keras` archive: a zip of which only `config.json` is read."""

from __future__ import annotations

import zipfile
from typing import BinaryIO

from convzoo.errors import SourceError
from convzoo.graph.graph import Graph
from convzoo.sources import SOURCES, Source
from convzoo.sources.keras_json import read_model_json

_CONFIG = "config.json"


def is_zip(beginning: bytes) -> bool:
    """Whether a file that begins like this is a zip archive."""
    return beginning[:4] in (b"PK\x03\x04", b"PK\x05\x06")


def read_archive(file: BinaryIO) -> Graph:
    """The model of a `.keras` archive.

    Raises:
        SourceError: when it is damaged or has no `config.json`.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            if _CONFIG not in archive.namelist():
                raise SourceError(
                    f"is a zip archive without {_CONFIG}, so not a .keras file. "
                    "Save the model with model.save('model.keras')."
                )
            config = archive.read(_CONFIG)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise SourceError(f"is a damaged zip archive: {error}.") from None
    return read_model_json(config)


SOURCES.add("keras_archive", Source(is_zip, read_archive))
