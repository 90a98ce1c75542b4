"""Files that commands write."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from convzoo.errors import ArgumentError
from convzoo.writing import replacing


def check_output(output: Path, suffix: str, force: bool) -> None:
    """Refuse a path at which a file can't be written, before there is anything to write.

    Args:
        output: the path.
        suffix: what it must end in.
        force: whether a file that is there is replaced.

    Raises:
        ArgumentError: when it ends in something else, is there already, or has no directory.
    """
    if output.suffix != suffix:
        raise ArgumentError(
            f"{output}: the path must end in {suffix}, such as {output.stem}{suffix}."
        )
    if output.exists() and not force:
        raise ArgumentError(f"{output}: is there already. Give --force to replace it.")
    if not output.parent.is_dir():
        raise ArgumentError(
            f"{output}: there is no directory {str(output.parent)!r}. Make it first."
        )


@contextmanager
def written_whole(output: Path) -> Iterator[Path]:
    """A path to write to, which takes the place of the output once all is written.

    Raises:
        ArgumentError: when it can't be written.
    """
    try:
        with replacing(output) as part:
            yield part
    except OSError as error:
        raise ArgumentError(f"{output}: can't be written: {error.strerror or error}.") from None
