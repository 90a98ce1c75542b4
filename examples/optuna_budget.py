"""Search with Optuna among networks for a small device: one that is over budget is never built.

    pip install "convzoo[tensorflow,train]" optuna
    python examples/optuna_budget.py [trials]

Each trial is first described with convzoo, in place of Keras, and asked whether it keeps the
budget, which takes less than a millisecond. Only what keeps it is built and trained, on
scikit-learn's digits.
"""

import sys
from typing import Any

import keras
import optuna

import convzoo

IS_WITHIN = convzoo.budget(max_weights="16KiB", max_peak_memory="2KiB", dtype="int8")


def network(kit: Any, trial: optuna.Trial) -> Any:
    """The network of a trial: a description where `kit` is convzoo, a model where it is Keras."""
    filters = trial.suggest_int("filters", 4, 64, log=True)
    model = kit.Sequential([kit.Input((8, 8, 1))])
    for _ in range(trial.suggest_int("convolutions", 1, 3)):
        model.add(kit.layers.Conv2D(filters, 3, padding="same", activation="relu"))
    model.add(kit.layers.MaxPooling2D())
    model.add(kit.layers.Flatten())
    model.add(kit.layers.Dense(10, activation="softmax"))
    return model


def accuracy(trial: optuna.Trial, data: convzoo.Data, epochs: int) -> float:
    """Train the network of a trial, and return its accuracy on the images held out."""
    if not IS_WITHIN(network(convzoo, trial)):
        raise optuna.TrialPruned
    model = network(keras, trial)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(data.x_train / 255, data.y_train, epochs=epochs, verbose=0)
    return float(model.evaluate(data.x_test / 255, data.y_test, verbose=0)[1])


def main(trials: int = 30, epochs: int = 5) -> optuna.Study:
    """Search, and return what Optuna knows of it."""
    data = convzoo.load_data("digits").held_out(0.2)
    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=0))
    study.optimize(lambda trial: accuracy(trial, data, epochs), n_trials=trials)
    return study


if __name__ == "__main__":
    study = main(*map(int, sys.argv[1:2]))
    pruned = study.get_trials(states=[optuna.trial.TrialState.PRUNED])
    print(f"{len(pruned)} of {len(study.trials)} trials were over the budget")
    print(f"best: {study.best_params}, accuracy {study.best_value:.3f}")
