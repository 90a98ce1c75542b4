"""The `.keras` archive: a zip of which only `config.json` is read."""

from __future__ import annotations

import io
import zipfile

from convzoo.errors import SourceError
from convzoo.graph.graph import Graph
from convzoo.sources import SOURCES, Source
from convzoo.sources.keras_json import read_json

_CONFIG = "config.json"


def is_zip(data: bytes) -> bool:
    """Whether the bytes begin as a zip archive does."""
    return data[:4] in (b"PK\x03\x04", b"PK\x05\x06")


def read_archive(data: bytes) -> Graph:
    """The model of a `.keras` archive.

    Raises:
        SourceError: when it is damaged or has no `config.json`.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if _CONFIG not in archive.namelist():
                raise SourceError(
                    f"is a zip archive without {_CONFIG}, so not a .keras file. "
                    "Save the model with model.save('model.keras')."
                )
            config = archive.read(_CONFIG)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise SourceError(f"is a damaged zip archive: {error}.") from None
    return read_json(config)


SOURCES.add("keras_archive", Source(is_zip, read_archive))
