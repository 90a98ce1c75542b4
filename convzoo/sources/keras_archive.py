"""The `.keras` archive: a zip of which only `config.json` is read."""

from __future__ import annotations

import struct
import zipfile
import zlib
from typing import BinaryIO, cast

from convzoo.errors import ConvzooError, SourceError
from convzoo.graph.graph import Graph
from convzoo.limits import Bounded, read_within
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
    bounded = Bounded(file, "directory_bytes")
    try:
        with zipfile.ZipFile(cast("BinaryIO", bounded)) as archive:
            entry = _config_entry(archive)
            bounded.allow("text_bytes")
            with archive.open(entry) as opened:
                # What the header tells of its size may be wrong.
                config = read_within(cast("BinaryIO", opened))
    except ConvzooError:
        raise
    except _DAMAGED as error:
        raise SourceError(f"is a damaged zip archive: {error}.") from None
    return read_model_json(config)


# What `zipfile` raises where an archive is not as it should be.
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
    OverflowError,
)


def _config_entry(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    """The entry of the config. Other entries are not opened, and none is ever extracted."""
    entries = [entry for entry in archive.infolist() if entry.filename == _CONFIG]
    if not entries:
        raise SourceError(
            f"is a zip archive without {_CONFIG}, so not a .keras file. "
            "Save the model with model.save('model.keras')."
        )
    if len(entries) > 1:
        raise SourceError(
            f"is a zip archive with {len(entries):,} entries named {_CONFIG}, of which programs "
            "may read different ones. Save the model with model.save('model.keras')."
        )
    [entry] = entries
    if entry.flag_bits & 1:
        raise SourceError(f"is a zip archive whose {_CONFIG} is encrypted. Decrypt it first.")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        # Keras writes no others, and they can unpack to any size at once.
        raise SourceError(
            f"is a zip archive whose {_CONFIG} is compressed in another way than Keras does. "
            "Save the model with model.save('model.keras')."
        )
    return entry


SOURCES.add("keras_archive", Source(is_zip, read_archive))
