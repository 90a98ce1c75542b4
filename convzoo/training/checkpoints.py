"""All that a run needs to go on after it was killed, in one file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from convzoo.errors import ArgumentError, DataError
from convzoo.writing import replacing


class Checkpoint(NamedTuple):
    """The state of a run between two epochs.

    Args:
        setting: what the run was started with, as JSON has it.
        progress: what is known of its epochs, as JSON has it.
        variables: the values of everything that changes while it trains.
        kept: the weights of the best epoch.
    """

    setting: Mapping[str, Any]
    progress: Mapping[str, Any]
    variables: list[Any]
    kept: list[Any]


def place_of(output: Path) -> Path:
    """Where the checkpoint of a run stands: beside the model that it will write."""
    return output.with_name(f".{output.name}.checkpoint")


def save(path: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint in place of the one that is there."""
    import numpy as np

    arrays = {
        "json": np.array(json.dumps([checkpoint.setting, checkpoint.progress])),
        **{f"variable_{number}": array for number, array in enumerate(checkpoint.variables)},
        **{f"kept_{number}": array for number, array in enumerate(checkpoint.kept)},
    }
    with replacing(path) as part, part.open("wb") as file:
        np.savez(file, **arrays)


def load(path: Path, setting: Mapping[str, Any]) -> Checkpoint | None:
    """The checkpoint of a run, if there is one.

    Args:
        path: where it stands.
        setting: what the run is started with, which must be what it was started with then.

    Raises:
        ArgumentError: when it is the checkpoint of another run.
        DataError: when it can't be read.
    """
    from zipfile import BadZipFile

    import numpy as np

    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            before, progress = json.loads(str(file["json"]))
            variables, kept = (_numbered(file, name) for name in ("variable", "kept"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        raise DataError(
            f"{path}: can't be read as a checkpoint: {error} "
            "Give --restart (restart=True in Python) to begin anew."
        ) from error
    differing = [
        f"{name} {before.get(name)}, not {value}"
        for name, value in setting.items()
        if before.get(name) != value
    ]
    if differing:
        raise ArgumentError(
            f"{path}: is of a run that was not finished, with {'; '.join(differing)}. "
            "Give the same settings to go on with it, or --restart (restart=True in Python) to "
            "begin anew."
        )
    return Checkpoint(before, progress, variables, kept)


def _numbered(file: Any, name: str) -> list[Any]:
    numbers = range(sum(key.startswith(f"{name}_") for key in file.files))
    return [file[f"{name}_{number}"] for number in numbers]
