"""A whole model in HDF5, as Keras 2 and tf.keras save it.

Only the attribute `model_config` is read.
"""

from __future__ import annotations

import os
import sys
from typing import Any, BinaryIO

from convzoo.errors import SourceError
from convzoo.graph.graph import Graph
from convzoo.limits import too_many_bytes
from convzoo.sources import SOURCES, Source
from convzoo.sources.hdf5_attribute import (
    DAMAGED,
    LONGEST_SECONDS,
    NONE,
    READ,
    TOO_LARGE,
    attribute,
)
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
    status, data = _apart(file) if _has_processes() else attribute(file)
    if status == READ:
        return read_model_json(data)
    if status == TOO_LARGE:
        raise too_many_bytes("text_bytes")
    if status == NONE:
        raise SourceError(
            "is an HDF5 file without a model_config: it holds weights or other data, and no "
            "architecture. Save the whole model with model.save('model.keras')."
        )
    reason = data.decode(errors="replace") if status == DAMAGED else "it crashes the HDF5 library"
    raise SourceError(f"is a damaged HDF5 file: {reason}.")


def _has_processes() -> bool:
    """Whether other processes can be started; in a browser there are none."""
    return sys.platform != "emscripten" and bool(sys.executable)


def _apart(file: BinaryIO) -> tuple[int, bytes]:
    """What `attribute` gives, from another process."""
    import importlib.util
    import subprocess

    if importlib.util.find_spec("h5py") is None:
        import h5py  # noqa: F401 - tells what is missing
    paths = os.pathsep.join(path for path in sys.path if path)
    command = [sys.executable, "-P", "-m", "convzoo.sources.hdf5_attribute"]
    given: dict[str, Any]
    try:
        given = {"stdin": file.fileno()}
    except OSError:
        given = {"input": file.read()}
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            timeout=LONGEST_SECONDS,
            env={**os.environ, "PYTHONPATH": paths, "OPENBLAS_NUM_THREADS": "1"},
            check=False,
            **given,
        )
    except subprocess.TimeoutExpired:
        return DAMAGED, b"the HDF5 library does not come to an end"
    return done.returncode, done.stdout


SOURCES.add("hdf5", Source(is_hdf5, read_hdf5))
