"""What is known of a run: its epochs and what came of it, as plain values."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Epoch:
    """What is known of one epoch.

    Args:
        number: from 1.
        loss: the mean loss of the training images, as the batches came.
        accuracy: the share of them that was told right, as the batches came.
        held_out_loss: the loss on the images that are held out, after the epoch; `None` where none
            are.
        held_out_accuracy: the share of them that is told right.
        learning_rate: the rate that the epoch began with.
        seconds: how long it took, with the look at the images that are held out.
    """

    number: int
    loss: float
    accuracy: float
    held_out_loss: float | None
    held_out_accuracy: float | None
    learning_rate: float
    seconds: float

    def __str__(self) -> str:
        parts = [f"loss {self.loss:.4f}", f"accuracy {self.accuracy:.4f}"]
        if self.held_out_accuracy is not None:
            parts.append(f"held out {self.held_out_accuracy:.4f}")
        return f"Epoch {self.number}: {', '.join(parts)}, {self.seconds:.1f} s"


@dataclass(frozen=True)
class Result:
    """What came of a run: plain values, which can be pickled and written.

    Args:
        name: the entry of the zoo.
        data: the text that names the data set.
        training_images: how many images it was trained on, without those held out.
        held_out_images: how many were held out.
        test_images: how many it was tested with.
        classes: the names of the classes.
        input_shape: what the network takes: height, width and channels.
        params: the parameters of the network that learn.
        recipe: how it was trained, in words.
        overrides: arguments of the architecture that it was given.
        epochs: how many epochs it was to be trained.
        batch_size: the images of a step.
        seed: what all that is drawn at random follows from.
        held_out: the share of the training images that was held out.
        versions: of convzoo, Keras, its backend, NumPy and Python.
        history: its epochs.
        kept_epoch: the epoch whose weights the network has; 0 where none was finished.
        test_loss: the loss on the test images.
        test_accuracy: the share of the test images that the network tells right.
        seconds: how long all epochs took.
        is_finished: whether all epochs were trained.
        devices: how many devices shared each batch.
    """

    name: str
    data: str
    training_images: int
    held_out_images: int
    test_images: int
    classes: tuple[str, ...]
    input_shape: tuple[int | None, ...]
    params: int | None
    recipe: str
    overrides: Mapping[str, Any]
    epochs: int
    batch_size: int
    seed: int
    held_out: float
    versions: Mapping[str, str]
    history: tuple[Epoch, ...] = ()
    kept_epoch: int = 0
    test_loss: float = math.nan
    test_accuracy: float = math.nan
    seconds: float = 0.0
    is_finished: bool = False
    devices: int = 1

    def to_dict(self) -> dict[str, Any]:
        """The result as JSON has it; a loss that is no number any more is `None`."""
        found: dict[str, Any] = _finite(asdict(self))
        return found


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
