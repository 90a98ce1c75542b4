"""Build every entry of the zoo with Keras, and write down what it counts.

    python docs/zoo/built_counts.py

The table of the zoo shows these counts beside the calculated and the published ones. It takes some
minutes and 6 GB of memory.
"""

from __future__ import annotations

import csv
import gc
import os
import sys
from math import prod
from pathlib import Path

import click

from convzoo.building import build
from convzoo.zoo import describe, list_models

PATH = Path(__file__).parent / "built-counts.csv"


def main() -> None:
    """Build all, and replace the file when all are counted."""
    import keras

    part = PATH.with_suffix(".part")
    with part.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["name", "trainable_params", "params"])
        with click.progressbar(list_models(), label="Building", file=sys.stderr) as names:
            for name in names:
                keras.backend.clear_session()
                gc.collect()
                model = build(describe(name))
                trainable = sum(prod(weight.shape) for weight in model.trainable_weights)
                writer.writerow([name, trainable, model.count_params()])
    os.replace(part, PATH)


if __name__ == "__main__":
    main()
