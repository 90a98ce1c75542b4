"""Search with KerasTuner among networks for a small device: one that is over budget is never built.

    pip install "convzoo[tensorflow,train]" keras-tuner tensorboard
    python examples/keras_tuner_budget.py [trials]

What may become a trial is first described with convzoo, in place of Keras, and asked whether it
keeps the budget, which takes less than a millisecond. Only what keeps it is built and trained, on
scikit-learn's digits.
"""

import sys
import tempfile
from typing import Any

import keras
import keras_tuner

import convzoo

IS_WITHIN = convzoo.budget(max_weights="16KiB", max_peak_memory="2KiB", dtype="int8")


def network(kit: Any, hp: keras_tuner.HyperParameters) -> Any:
    """The network of a trial: a description where `kit` is convzoo, a model where it is Keras."""
    filters = hp.Int("filters", 4, 64, sampling="log")
    model = kit.Sequential([kit.Input((8, 8, 1))])
    for _ in range(hp.Int("convolutions", 1, 3)):
        model.add(kit.layers.Conv2D(filters, 3, padding="same", activation="relu"))
    model.add(kit.layers.MaxPooling2D())
    model.add(kit.layers.Flatten())
    model.add(kit.layers.Dense(10, activation="softmax"))
    return model


class SearchWithinBudget(keras_tuner.oracles.RandomSearchOracle):
    """A random search in which only what keeps the budget becomes a trial."""

    def populate_space(self, trial_id: str) -> dict[str, Any]:
        hp = self.get_space()
        for _ in range(1000):
            found = super().populate_space(trial_id)
            hp.values = found["values"]
            if hp.values is None or IS_WITHIN(network(convzoo, hp)):
                return found
        return {"status": "STOPPED", "values": None}


def build(hp: keras_tuner.HyperParameters) -> keras.Model:
    """The network of a trial, ready to train."""
    model = network(keras, hp)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def main(folder: str, trials: int = 10, epochs: int = 5) -> keras_tuner.Tuner:
    """Search, writing into a folder, and return the tuner."""
    data = convzoo.load_data("digits").held_out(0.2)
    oracle = SearchWithinBudget("val_accuracy", max_trials=trials, seed=2)
    tuner = keras_tuner.Tuner(oracle, build, directory=folder)
    held_out = (data.x_test / 255, data.y_test)
    tuner.search(
        data.x_train / 255, data.y_train, validation_data=held_out, epochs=epochs, verbose=0
    )
    return tuner


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        tuner = main(folder, *map(int, sys.argv[1:2]))
        for trial in tuner.oracle.get_best_trials(3):
            print(f"{trial.hyperparameters.values}: accuracy {trial.score:.3f}")
