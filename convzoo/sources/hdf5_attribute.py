"""One attribute of an HDF5 file, read in a process of its own.

The HDF5 library is written in C, and a file that is made for it can crash it. Then only this
process is gone. It reads the file from standard input, writes the attribute to standard output, and
its exit status tells what it found.
"""

from __future__ import annotations

import io
import sys
from contextlib import suppress
from typing import BinaryIO

from convzoo.errors import ConvzooError
from convzoo.limits import Bounded, limits

READ, DAMAGED, NONE, TOO_LARGE = 0, 3, 4, 5
"""The exit statuses."""

LONGEST_SECONDS = 20
"""What is taken for no end."""

_MEMORY_BYTES = 2 * 2**30


def attribute(file: BinaryIO) -> tuple[int, bytes]:
    """The attribute `model_config` of an HDF5 file.

    Returns:
        How it went, and the attribute, or what is wrong with the file.
    """
    import h5py

    bounded = Bounded(file, "text_bytes")
    try:
        with h5py.File(bounded, "r") as opened:
            # Links to other files, references and virtual data sets are never followed.
            config = opened.attrs.get("model_config")
    except (OSError, RuntimeError, LookupError, ValueError, TypeError, ArithmeticError) as error:
        too_large = bounded.is_exceeded or isinstance(error, ConvzooError)
        return TOO_LARGE if too_large else DAMAGED, str(error).encode(errors="replace")
    except MemoryError:
        return DAMAGED, b"it asks for more memory than there is"
    if isinstance(config, str):
        config = config.encode("utf-8", "surrogateescape")
    if not isinstance(config, bytes):
        return NONE, b""
    return (TOO_LARGE, b"") if len(config) > limits().text_bytes else (READ, bytes(config))


def main() -> int:
    """Read the attribute from the file that is standard input."""
    import h5py  # noqa: F401 - before the memory is limited

    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
        # Who waits for it may be killed, and then nobody ends it.
        resource.setrlimit(resource.RLIMIT_CPU, (LONGEST_SECONDS, LONGEST_SECONDS))
    file: BinaryIO = sys.stdin.buffer
    if not file.seekable():
        file = io.BytesIO(file.read())
    file.seek(0)
    status, data = attribute(file)
    sys.stdout.buffer.write(data)
    return status


if __name__ == "__main__":
    sys.exit(main())
