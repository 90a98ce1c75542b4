"""A whole model in HDF5, as Keras 2 and tf.keras save it.

Only the attribute `model_config` is read.
"""

from __future__ import annotations

from typing import BinaryIO

from convzoo.errors import ConvzooError, SourceError
from convzoo.graph.graph import Graph
from convzoo.limits import Bounded, too_many_bytes
from convzoo.sources import SOURCES, Source
from convzoo.sources.keras_json import read_model_json

_SIGNATURE = b"\x89HDF\r\n\x1a\n"


def is_hdf5(beginning: bytes) -> bool:
    """Whether a file that begins like this is HDF5."""
    return beginning.startswith(_SIGNATURE)


def read_hdf5(file: BinaryIO) -> Graph:
    """The model of an HDF5 file.

    Raises:
        SourceError: when the file is damaged or holds no model.
    """
    import h5py

    bounded = Bounded(file, "text_bytes")
    try:
        with h5py.File(bounded, "r") as opened:
            # External links, references and virtual data sets are never followed.
            config = opened.attrs.get("model_config")
    except (OSError, RuntimeError, LookupError, ValueError, TypeError, ArithmeticError) as error:
        if bounded.is_exceeded:
            raise too_many_bytes("text_bytes") from None
        if isinstance(error, ConvzooError):
            raise
        raise SourceError(f"is a damaged HDF5 file: {error}.") from None
    if not isinstance(config, (str, bytes)):
        raise SourceError(
            "is an HDF5 file without a model_config: it holds weights or other data, and no "
            "architecture. Save the whole model with model.save('model.keras')."
        )
    return read_model_json(config.encode("utf-8", "surrogateescape") if isinstance(config, str) else config)


SOURCES.add("hdf5", Source(is_hdf5, read_hdf5))
