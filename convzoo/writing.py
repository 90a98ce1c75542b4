"""Files that are whole or not there, whenever the process ends."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from convzoo.errors import ArgumentError


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A place to write a file to, which then takes that of the path in one step.

    What a process that was killed has left there is overwritten by the next.
    """
    part = path.with_name(f".{path.stem}.part{path.suffix}")
    try:
        yield part
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Keep other processes of this machine from writing the same meanwhile.

    Args:
        path: what is written; the lock is a file beside it.

    Raises:
        ArgumentError: when another process does.
    """
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    lock = path.with_name(f".{path.name}.lock")
    try:
        file = lock.open("w")
    except OSError as error:
        raise ArgumentError(f"{path}: can't be written: {error}") from error
    with file:
        try:
            # The system lets it go when this process ends, however it does.
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ArgumentError(
                f"{path}: another process is writing it. Wait for it, or give another output."
            ) from None
        except OSError:
            pass  # The file system has no locks.
        try:
            yield
        finally:
            lock.unlink(missing_ok=True)
