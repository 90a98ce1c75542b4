"""Training an entry of the zoo by its recipe, so that nothing is lost when it is cut off."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from convzoo.building import import_keras
from convzoo.calculating import calc
from convzoo.errors import ArgumentError, TrainingWarning, warn
from convzoo.training import checkpoints
from convzoo.training.datasets import Data, load_data
from convzoo.training.recipes import Fitted, fitted, usual_epochs
from convzoo.training.results import Epoch, Result
from convzoo.training.runs import Run
from convzoo.writing import replacing
from convzoo.zoo import Recipe

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True, eq=False)
class Trained:
    """A trained network and what is known of its training.

    Args:
        model: the network, not compiled; its input is what `convzoo.preprocess(name)` makes of
            images.
        result: what came of the run.
    """

    model: keras.Model
    result: Result


def train(
    name: str,
    data: str | Data = "digits",
    *,
    epochs: int | None = None,
    batch_size: int | None = None,
    seed: int = 0,
    held_out: float = 0.1,
    devices: int = 1,
    recipe: Recipe | None = None,
    overrides: Mapping[str, Any] | None = None,
    output: str | Path | None = None,
    force: bool = False,
    restart: bool = False,
    stop_on_interrupt: bool = False,
    on_begin: Callable[[Result], object] | None = None,
    on_epoch: Callable[[Epoch], object] | None = None,
    on_batch: Callable[[int, int, int], object] | None = None,
) -> Trained:
    """Train an entry of the zoo by the recipe of its card, or a typed stack.

    The network has the weights of the epoch that was the best on the images that are held out, or
    of the last one where none are. The seeds of Python, NumPy and the backend are set.

    Args:
        name: the name of the entry, or a stack such as `"28x28x1 conv:8,3,relu flatten dense:10"`.
        data: a data set, or the text that names it, as in `load_data`.
        epochs: how many; the recipe's where it is not given, or more where the data set is so
            small that there would be less than 500 steps. The schedule of the learning rate is
            stretched or shortened with them.
        batch_size: images of a step; the recipe's where it is not given.
        seed: what all that is drawn at random follows from. The same seed gives the same network,
            as far as the backend computes the same twice.
        held_out: the share of the training images that is held out; 0 for none.
        devices: how many share each batch, a part for each, where the backend is JAX. Images that
            leave a remainder are left out of an epoch, others in each.
        recipe: another recipe than the card's.
        overrides: arguments of the architecture, as in `describe`, besides the input and the
            classes.
        output: where to save the network: a path that ends in `.keras`. Beside it come
            `.history.json`, the result, and `.curve.svg`, its picture. After each epoch a
            checkpoint is written, from which the same call goes on if the process is killed.
        force: replace an output that is there.
        restart: begin anew where there is a checkpoint.
        stop_on_interrupt: after Ctrl-C stop training, and give the best network so far. The
            checkpoint stays, and the same call goes on from it.
        on_begin: called with the result before there is any.
        on_epoch: called with each epoch that ends, and first with those of a checkpoint.
        on_batch: called after each batch with the epoch's number, the batches that it has had and
            those that it will have; it may come from another thread.

    Raises:
        UnknownNameError: when there is no such entry or data set.
        ArgumentError: when an argument can't be used, or the entry can't be trained.
        ShapeError: when the entry can't take the images.
        DataError: when the data set can't be trained on.
        BuildError: when Keras, a backend for it or scikit-learn is missing.
    """
    output = None if output is None else _checked_output(Path(output), force, restart)
    prepared = prepare(
        name,
        data,
        epochs=epochs,
        batch_size=batch_size,
        seed=seed,
        held_out=held_out,
        devices=devices,
        recipe=recipe,
        overrides=overrides,
    )
    data, result = prepared.data, prepared.result
    _call(on_begin, result)
    run = Run(
        prepared.made,
        prepared.parts,
        bool(held_out),
        result.epochs,
        result.batch_size,
        seed,
        devices,
    )
    setting = {} if output is None else prepared.setting()
    if output is not None:
        _restore(run, output, setting)
    for epoch in run.history:
        _call(on_epoch, epoch)
    with _interruptions(stop_on_interrupt, run):
        while len(run.history) < result.epochs and not run.is_stopped:
            finished = run.train_an_epoch(on_batch)
            if finished is None:
                break
            if output is not None:
                checkpoints.save(checkpoints.place_of(output), run.checkpoint(setting))
            _call(on_epoch, finished)
    run.keep_best()
    test_loss, test_accuracy = run.evaluate(data.x_test, data.y_test)
    result = replace(
        result,
        history=tuple(run.history),
        kept_epoch=run.kept_epoch,
        test_loss=test_loss,
        test_accuracy=test_accuracy,
        seconds=sum(epoch.seconds for epoch in run.history),
        is_finished=len(run.history) == result.epochs,
    )
    if output is not None:
        _write(run.network, result, output)
        if result.is_finished:
            checkpoints.place_of(output).unlink(missing_ok=True)
    return Trained(run.network, result)


@dataclass(frozen=True, eq=False)
class Prepared:
    """All that is settled before a network is built and trained.

    Args:
        made: the architecture for the images.
        data: the data set.
        parts: the images to train on, and those that are held out as the test images.
        result: what will come of it, without what only training tells.
    """

    made: Fitted
    data: Data
    parts: Data
    result: Result

    def setting(self) -> dict[str, Any]:
        """All that a run follows from, as JSON has it."""
        from hashlib import sha256

        architecture = json.dumps(self.made.graph.to_config(), default=repr, sort_keys=True)
        names = (
            "name", "recipe", "overrides", "epochs", "batch_size", "seed", "held_out", "devices",
            "versions",
        )  # fmt: skip
        setting = {
            **{name: getattr(self.result, name) for name in names},
            "images": self.data.fingerprint(),
            "architecture": sha256(architecture.encode()).hexdigest()[:16],
        }
        # As it will be when it is read again.
        found: dict[str, Any] = json.loads(json.dumps(setting, default=repr))
        return found


def prepare(
    name: str,
    data: str | Data,
    *,
    epochs: int | None = None,
    batch_size: int | None = None,
    seed: int = 0,
    held_out: float = 0.1,
    devices: int = 1,
    recipe: Recipe | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> Prepared:
    """Settle all that comes before training; arguments and errors are those of `train`."""
    if isinstance(data, str):
        data = load_data(data)
    made = fitted(name, data.image_shape, len(data.classes), recipe, overrides)
    parts = data.held_out(held_out, seed) if held_out else data
    batch_size = _count("batch_size", batch_size, made.recipe.batch_size)
    if batch_size % _count("devices", devices, 1):
        raise ArgumentError(
            f"devices: {devices} can't share batches of {batch_size} images equally. "
            f"Give --batch-size {batch_size // devices * devices or devices}, or fewer devices."
        )
    if len(parts.y_train) < devices:
        raise ArgumentError(
            f"devices: {devices} are more than there are images to train on, "
            f"{len(parts.y_train)}. Give fewer."
        )
    steps = math.ceil(len(parts.y_train) / batch_size)
    result = Result(
        name=made.name,
        data=data.name,
        training_images=len(parts.y_train),
        held_out_images=len(parts.y_test) if held_out else 0,
        test_images=len(data.y_test),
        classes=data.classes,
        input_shape=made.graph.input_shapes[0][1:],
        params=calc(made.graph).total("trainable_params"),
        recipe=str(made.recipe),
        overrides=dict(overrides or {}),
        epochs=_count("epochs", epochs, usual_epochs(made.recipe, steps)),
        batch_size=batch_size,
        seed=seed,
        held_out=held_out,
        versions=_versions(),
        devices=devices,
    )
    return Prepared(made, data, parts, result)


def _call(function: Callable[[Any], object] | None, argument: Any) -> None:
    if function is not None:
        function(argument)


def _count(argument: str, given: int | None, usual: int) -> int:
    count = usual if given is None else given
    if count < 1:
        raise ArgumentError(f"{argument} must be 1 or more. Received {count}.")
    return count


def _versions() -> dict[str, str]:
    import platform
    from importlib.metadata import version

    import numpy as np

    keras = import_keras("Training")
    from convzoo.version import __version__

    backend = keras.backend.backend()
    return {
        "convzoo": __version__,
        "keras": keras.__version__,
        backend: version(backend),
        "numpy": np.__version__,
        "python": platform.python_version(),
    }


# ---------------------------------------------------------------------- files


def _checked_output(output: Path, force: bool, restart: bool) -> Path:
    """The output, if it may be written; what is left of an earlier run is thrown away to restart.

    Raises:
        ArgumentError: when it can't be written, or is there already and may not be replaced.
    """
    if output.suffix != ".keras":
        raise ArgumentError(f"{output}: the path must end in .keras, such as {output.stem}.keras.")
    if not output.parent.is_dir():
        raise ArgumentError(
            f"{output}: there is no directory {str(output.parent)!r}. Make it first."
        )
    checkpoint = checkpoints.place_of(output)
    # With a checkpoint it is what the run that goes on has left.
    if output.exists() and not force and (restart or not checkpoint.exists()):
        raise ArgumentError(
            f"{output}: is there already. Give --force (force=True in Python) to replace it."
        )
    if restart:
        checkpoint.unlink(missing_ok=True)
    return output


def _restore(run: Run, output: Path, setting: dict[str, Any]) -> None:
    checkpoint = checkpoints.load(checkpoints.place_of(output), setting)
    if checkpoint is not None:
        run.restore(checkpoint)


def _write(network: keras.Model, result: Result, output: Path) -> None:
    """Write the network and what is known of it, each file as a whole."""
    with replacing(output.with_suffix(".history.json")) as part:
        part.write_text(json.dumps(result.to_dict(), indent=2, default=repr) + "\n", "utf-8")
    try:
        from convzoo.training.curves import draw
    except ImportError:
        warn(
            f"{output.with_suffix('.curve.svg')} is left out: matplotlib is missing. "
            "Install it: pip install 'convzoo[train]'.",
            TrainingWarning,
        )
    else:
        with replacing(output.with_suffix(".curve.svg")) as part:
            draw(result, part)
    with replacing(output) as part:
        network.save(part)


# ---------------------------------------------------------------------- Ctrl-C


@contextmanager
def _interruptions(are_wanted: bool, run: Run) -> Iterator[None]:
    """Let Ctrl-C stop the run after a batch, and a second one end the program as ever."""
    import signal
    import threading

    # Python lets only the main thread handle signals.
    if not are_wanted or threading.current_thread() is not threading.main_thread():
        yield
        return

    def handle(*_: Any) -> None:
        run.stop()
        signal.signal(signal.SIGINT, before)

    before = signal.signal(signal.SIGINT, handle)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
