"""Cats and dogs with few photographs: from scratch, with augmentation, and transferred.

    python examples/small_data.py [cifar10.npz] [seeds]

Without a path Keras downloads CIFAR-10. About 2,000 photographs of cats and dogs are used, 32x32 in
colour; 30 % of them are held out to test with. The same small residual network is trained on the
others in four ways, the last two beginning as a network that tells the eight other classes apart:

    from scratch    nothing but the photographs
    augmented       turned over and moved at random, so that none is seen twice
    frozen          what the other network has learned to see stays; a new classifier is trained
    fine-tuned      then all of it, in small steps

About ten minutes a seed on two cores.
"""

from __future__ import annotations

import sys
from statistics import fmean
from typing import Any

import keras
from tabulate import tabulate

import convzoo

NETWORK = "mlperf_tiny_resnet8"
OTHERS = "0,1,2,4,6,7,8,9"  # All classes but 3, the cats, and 5, the dogs.
CHANGES = ("RandomFlip:horizontal", "RandomTranslation:0.1,0.1,fill_mode=nearest")
PLAIN = convzoo.Recipe(
    "cifar10",
    "Adam",
    epochs=40,
    batch_size=32,
    schedule="CosineDecay",
    schedule_arguments={"initial_learning_rate": 0.002, "decay_steps": 40},
)
AUGMENTED = PLAIN._replace(augmentation=CHANGES)


def main(data: str = "cifar10", seeds: str = "1") -> None:
    """Print the accuracies side by side."""
    rows = [_accuracies(data, seed) for seed in range(int(seeds))]
    means = {way: fmean(row[way] for row in rows) for way in rows[0]}
    print(tabulate([[way, f"{accuracy:.1%}"] for way, accuracy in means.items()]))


def _accuracies(data: str, seed: int) -> dict[str, float]:
    """The share of the photographs held out that is told right, by the way of training."""
    animals = convzoo.load_data(f"{data}[3,5]:1900").held_out(0.3, seed)
    accuracies = {}
    for way, recipe in (("from scratch", PLAIN), ("augmented", AUGMENTED)):
        # All epochs are trained: nothing is chosen by the photographs that it is tested with.
        trained = convzoo.train(NETWORK, animals, recipe=recipe, held_out=0, seed=seed)
        accuracies[way] = trained.result.test_accuracy
        print(f"seed {seed}, {way}: {accuracies[way]:.4f}", flush=True)
    others = convzoo.load_data(f"{data}[{OTHERS}]")
    teacher = convzoo.train(NETWORK, others, recipe=AUGMENTED, held_out=0, seed=seed)
    print(f"seed {seed}, the eight other classes: {teacher.result.test_accuracy:.4f}", flush=True)
    for way, accuracy in _transferred(teacher.model, animals).items():
        accuracies[way] = accuracy
        print(f"seed {seed}, {way}: {accuracy:.4f}", flush=True)
    return accuracies


def _transferred(teacher: keras.Model, animals: convzoo.Data) -> dict[str, float]:
    """Train a new classifier on what another network sees, and then both together."""
    base = convzoo.get(NETWORK, include_top=False, pooling="avg")
    # All but the kernel and the bias of its classifier.
    base.set_weights(teacher.get_weights()[:-2])
    base.trainable = False
    images = keras.Input(animals.image_shape)
    x = keras.layers.RandomFlip("horizontal")(images)
    x = keras.layers.RandomTranslation(0.1, 0.1, fill_mode="nearest")(x)
    # Also when it's trained, it normalizes with the statistics that it has learned.
    x = base(x, training=False)
    model = keras.Model(images, keras.layers.Dense(1, activation="sigmoid")(x))
    frozen = _fit(model, animals, learning_rate=0.002, epochs=20)
    base.trainable = True
    return {"frozen": frozen, "fine-tuned": _fit(model, animals, learning_rate=0.0002, epochs=20)}


def _fit(model: keras.Model, animals: convzoo.Data, learning_rate: float, epochs: int) -> float:
    """Train all that isn't frozen, and return the accuracy on the photographs held out."""
    prepare: Any = convzoo.preprocess(NETWORK)
    model.compile(keras.optimizers.Adam(learning_rate), "binary_crossentropy", metrics=["accuracy"])
    model.fit(prepare(animals.x_train), animals.y_train, batch_size=32, epochs=epochs, verbose=0)
    _, accuracy = model.evaluate(prepare(animals.x_test), animals.y_test, verbose=0)
    return float(accuracy)


if __name__ == "__main__":
    main(*sys.argv[1:3])
