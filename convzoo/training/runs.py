"""A run: a network that is trained epoch by epoch, each of which follows from the one before."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import asdict
from random import Random
from typing import Any

from convzoo.errors import ArgumentError
from convzoo.training.checkpoints import Checkpoint
from convzoo.training.datasets import Data
from convzoo.training.recipes import Fitted, compiled
from convzoo.training.results import Epoch


class Run:
    """A network that is trained.

    The order of the images is drawn anew for each epoch from the seed and its number. All else that
    changes is in variables: those of Keras's random layers too.

    Args:
        made: the architecture.
        data: the images to train on, and those that are held out as the test images.
        is_held_out: whether any are held out.
        epochs: how many epochs it will be trained.
        batch_size: images of a step.
        seed: what all that is drawn at random follows from.
        devices: how many share each batch.

    Raises:
        ArgumentError: when there are not that many devices.
    """

    def __init__(
        self,
        made: Fitted,
        data: Data,
        is_held_out: bool,
        epochs: int,
        batch_size: int,
        seed: int,
        devices: int = 1,
    ) -> None:
        from convzoo.building import build

        self.history: list[Epoch] = []
        self.kept_epoch = 0
        self.is_stopped = False
        self._data, self._is_held_out = data, is_held_out
        self._batch_size, self._seed = batch_size, seed
        # The last batch too must part into equal ones.
        self._images = len(data.y_train) // devices * devices
        self._steps = math.ceil(self._images / batch_size)
        self._shared = _sharing(devices)
        with _seeded(seed), self._shared():
            self.network = build(made.graph)
            self._model, self._tested = compiled(made, self.network, self._steps, epochs)
        self._kept: list[Any] = []

    def train_an_epoch(
        self, on_batch: Callable[[int, int, int], object] | None = None
    ) -> Epoch | None:
        """Train on each image once.

        Args:
            on_batch: called after each batch with the epoch's number, the batches that it has had
                and those that it will have.

        Returns:
            The epoch; `None` where the run was stopped before its end.
        """
        import numpy as np

        start = time.perf_counter()
        data, number = self._data, len(self.history) + 1
        order = np.random.default_rng((self._seed, number)).permutation(len(data.y_train))
        order = order[: self._images]
        learning_rate = float(self._model.optimizer.learning_rate)
        raw: list[Any] = []
        with self._shared():
            logs = self._model.fit(
                data.x_train[order],
                data.y_train[order],
                batch_size=self._batch_size,
                shuffle=False,
                verbose=0,
                callbacks=self._callbacks(number, raw, on_batch),
            ).history
        if self.is_stopped:
            return None
        held_out: tuple[float | None, float | None] = (None, None)
        if self._is_held_out:
            held_out = self.evaluate(data.x_test, data.y_test)
        epoch = Epoch(
            number,
            float(logs["loss"][0]),
            float(logs["accuracy"][0]),
            *held_out,
            learning_rate,
            time.perf_counter() - start,
        )
        if self._is_best(epoch):
            self.kept_epoch, self._kept = number, self.network.get_weights()
        self.history.append(epoch)
        # Where the optimizer averages the weights over time, fit leaves the averages in the model.
        for variable, value in zip(self._model.trainable_variables, raw, strict=False):
            variable.assign(value)
        return epoch

    def _callbacks(
        self, number: int, raw: list[Any], on_batch: Callable[[int, int, int], object] | None
    ) -> list[Any]:
        """What `fit` calls.

        Args:
            number: that of the epoch.
            raw: takes the weights at the end of the epoch, where `fit` will change them after it.
            on_batch: as in `train_an_epoch`.
        """
        import keras

        def begin(*_: Any) -> None:
            # It may have been stopped before fit began, which forgets that.
            self._model.stop_training = self.is_stopped

        def end(*_: Any) -> None:
            if self._model.optimizer.use_ema:
                raw[:] = _values(self._model.trainable_variables)

        told: dict[str, Any] = {}
        if on_batch is not None:

            def end_batch(batch: int, logs: Any = None) -> None:
                del logs  # Keras gives it by its name.
                on_batch(number, batch + 1, self._steps)

            told["on_train_batch_end"] = end_batch
        callback = keras.callbacks.LambdaCallback(on_epoch_begin=begin, on_epoch_end=end, **told)
        # Keras need not wait for the device after each batch: no logs are looked at.
        callback.async_safe = True
        return [callback]

    def stop(self) -> None:
        """Stop after the batch that is trained on now; the epoch is then not counted."""
        self.is_stopped = True
        self._model.stop_training = True

    def _is_best(self, epoch: Epoch) -> bool:
        best = self.history[self.kept_epoch - 1] if self.kept_epoch else None
        if best is None or best.held_out_accuracy is None or epoch.held_out_accuracy is None:
            return True
        return epoch.held_out_accuracy >= best.held_out_accuracy

    def keep_best(self) -> None:
        """Give the network the weights of the best epoch, if any is finished."""
        if self.kept_epoch:
            self.network.set_weights(self._kept)

    def evaluate(self, images: Any, labels: Any) -> tuple[float, float]:
        """The loss and the accuracy on other images."""
        logs = self._tested.evaluate(
            images, labels, batch_size=self._batch_size, verbose=0, return_dict=True
        )
        return float(logs["loss"]), float(logs["accuracy"])

    # ------------------------------------------------------------------ checkpoints

    def checkpoint(self, setting: Mapping[str, Any]) -> Checkpoint:
        """All that follows epochs depend on."""
        progress = {
            "history": [asdict(epoch) for epoch in self.history],
            "kept_epoch": self.kept_epoch,
        }
        return Checkpoint(setting, progress, _values(self._variables), self._kept)

    def restore(self, checkpoint: Checkpoint) -> None:
        """Go on from a checkpoint.

        Raises:
            ValueError: when it is of another network.
        """
        for variable, value in zip(self._variables, checkpoint.variables, strict=True):
            variable.assign(value)
        self.history = [Epoch(**epoch) for epoch in checkpoint.progress["history"]]
        self.kept_epoch, self._kept = checkpoint.progress["kept_epoch"], checkpoint.kept

    @property
    def _variables(self) -> list[Any]:
        return [*self._model.variables, *self._model.optimizer.variables]


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Let all that Keras draws follow from a seed, whatever else runs in the process.

    Keras takes its seeds from the generator that all of Python shares, and a Dask worker draws from
    that in another thread. A generator of the same seed that nobody else has gives the same ones.
    """
    import keras
    from keras.src.random import seed_generator

    keras.utils.set_random_seed(seed)
    shared = seed_generator.python_random
    seed_generator.python_random = Random(seed)
    try:
        yield
    finally:
        seed_generator.python_random = shared


def _sharing(devices: int) -> Callable[[], AbstractContextManager[Any]]:
    """What model and batches are made and used in, so that several devices share each batch.

    Raises:
        ArgumentError: when there are not that many devices.
    """
    if devices == 1:
        return nullcontext
    import keras

    backend = keras.backend.backend()
    if backend != "jax":
        raise ArgumentError(
            f"devices: Keras shares batches among devices with the backend jax only; this is "
            f"{backend}. Set KERAS_BACKEND=jax."
        )
    known = keras.distribution.list_devices()
    if devices > len(known):
        raise ArgumentError(
            f"devices must be at most {len(known)}, as many as JAX has: {', '.join(known)}. "
            f"Received {devices}."
        )
    scope: Callable[[], AbstractContextManager[Any]]
    scope = keras.distribution.DataParallel(devices=known[:devices]).scope
    return scope


def _values(variables: list[Any]) -> list[Any]:
    return [variable.numpy() for variable in variables]
