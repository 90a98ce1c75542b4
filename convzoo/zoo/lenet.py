"""LeNet-5, as it was published and as it is mostly written.

Source: Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, "Gradient-based learning applied to document
recognition", Proceedings of the IEEE 86(11), 1998, sections II.B and III and appendix A.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from convzoo import layers, models
from convzoo.errors import ArgumentError
from convzoo.zoo import Card, Claim, Preprocessing, Recipe, Source, register

if TYPE_CHECKING:
    from convzoo.graph.dims import Shape
    from convzoo.graph.graph import Graph

_PAPER = Source(
    "Y. LeCun, L. Bottou, Y. Bengio, P. Haffner",
    "Gradient-based learning applied to document recognition",
    1998,
    "Proceedings of the IEEE 86(11)",
)
_INPUT = "32x32 grey images: digits of 28x28 in the middle"

_BACKGROUND, _FOREGROUND = -0.1, 1.175
_PREPROCESSING = Preprocessing(
    scale=(_FOREGROUND - _BACKGROUND) / 255, mean=-_BACKGROUND, padding=2
)

# Table I: the maps of S2 that each map of C3 sees.
_TABLE = (
    *((0, 1, 2), (1, 2, 3), (2, 3, 4), (3, 4, 5), (0, 4, 5), (0, 1, 5)),
    *((0, 1, 2, 3), (1, 2, 3, 4), (2, 3, 4, 5), (0, 3, 4, 5), (0, 1, 4, 5), (0, 1, 2, 5)),
    *((0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5)),
    (0, 1, 2, 3, 4, 5),
)

# The digits on bitmaps of 7 x 12, drawn for convzoo in the manner of figure 3.
_DIGITS = """
.#####. ...##.. .#####. .#####. ....##. ####### ..####. ####### .#####. .#####.
##...## ..###.. ##...## ##...## ...###. ##..... .##.... ##...## ##...## ##...##
##...## .####.. ##...## .....## ..####. ##..... ##..... .....## ##...## ##...##
##...## ...##.. .....## .....## .##.##. ##..... ##..... ....##. ##...## ##...##
##...## ...##.. .....## .....## ##..##. ######. ##.###. ....##. .#####. ##...##
##...## ...##.. ....##. ..####. ##..##. .....## ###..## ...##.. .#####. .######
##...## ...##.. ...##.. .....## ####### .....## ##...## ...##.. ##...## .....##
##...## ...##.. ..##... .....## ....##. .....## ##...## ..##... ##...## .....##
##...## ...##.. .##.... .....## ....##. .....## ##...## ..##... ##...## .....##
##...## ...##.. ##..... .....## ....##. .....## ##...## ..##... ##...## .....##
##...## ...##.. ##..... ##...## ....##. ##...## ##...## ..##... ##...## ....##.
.#####. .###### ####### .#####. ....##. .#####. .#####. ..##... .#####. .####..
"""


def _prototypes(classes: int) -> list[list[int]]:
    """The first digits' bitmaps, row after row: 1 where there is ink, else -1."""
    rows = [row.split() for row in _DIGITS.split("\n") if row]
    digits = ["".join(parts) for parts in zip(*rows, strict=True)]
    if not 1 <= classes <= len(digits):
        raise ArgumentError(
            f"classes must be 1 to {len(digits)}: its output has the bitmap of a digit for each. "
            f"Received {classes!r}. lenet5_dense takes any number."
        )
    return [[1 if dot == "#" else -1 for dot in digit] for digit in digits[:classes]]


@register(
    Card(
        title="LeNet-5 as it was published: sparse C3, trainable sub-sampling, RBF output",
        source=_PAPER,
        params=60_000,
        total_params=60_840,
        claims=(
            Claim("trainable_params", "60,000"),
            Claim("error", "0.95 %", on="MNIST"),
            Claim("error", "0.8 %", on="MNIST", note="with 540,000 distorted images added"),
        ),
        input=_INPUT,
        preprocessing=_PREPROCESSING,
        stages=("s2", "s4", "c5"),
        activation="scaled_tanh",
        recipe=Recipe(
            "mnist",
            "SGD",
            epochs=20,
            batch_size=1,
            optimizer_arguments={"learning_rate": 0.0005},
            loss="convzoo>penalty_loss",
            accuracy="convzoo>penalty_accuracy",
            schedule="PiecewiseConstantDecay",
            schedule_arguments={
                "boundaries": (2, 5, 8, 12),
                "values": (0.0005, 0.0002, 0.0001, 0.00005, 0.00001),
            },
            notes=(
                "the rate of each weight divided by 0.02 + its second derivative, estimated anew "
                "on 500 samples before each epoch (stochastic diagonal Levenberg-Marquardt)",
                "weights begin uniform within 2.4 / inputs of the unit",
            ),
        ),
        tags=("mnist",),
        notes=(
            "The smallest of its outputs tells the class: each is a penalty, the squared distance "
            "of F6 from the bitmap of a digit. The paper's criterion and the share of right "
            "answers are penalty_loss and penalty_accuracy of convzoo.building.keras_layers.",
            "1.7159 tanh(2 x / 3) comes after every layer up to F6, as section II.B has it for "
            "their weighted sums, and after the two sub-samplings.",
            "340,908 connections, as published: the multiply-accumulates and the biases of the "
            "convolutions and F6, five for each output of a sub-sampling (four inputs and the "
            "bias), and 840 of the output.",
            "The bitmaps are drawn for convzoo, since the paper has them as a figure only; they "
            "are 840 fixed values either way, beside the 60,000 that learn.",
        ),
    )
)
def lenet5(input_shape: Shape = (32, 32, 1), classes: int = 10) -> Graph:
    """Three convolutions, two sub-samplings, a dense layer and distances from bitmaps."""
    squash = "scaled_tanh"
    return models.Sequential(
        [
            layers.Input(input_shape),
            layers.Conv2D(6, (5, 5), activation=squash, name="c1"),
            layers.TrainableSubsampling2D((2, 2), activation=squash, name="s2"),
            layers.ConnectionTableConv2D(16, (5, 5), _TABLE, activation=squash, name="c3"),
            layers.TrainableSubsampling2D((2, 2), activation=squash, name="s4"),
            layers.Conv2D(120, (5, 5), activation=squash, name="c5"),
            layers.Flatten(name="flatten"),
            layers.Dense(84, activation=squash, name="f6"),
            layers.EuclideanRBF(classes, _prototypes(classes), name="output"),
        ]
    )


@register(
    Card(
        title="LeNet-5 as it is mostly written: dense C3, average pooling, softmax",
        source=_PAPER,
        params=61_706,
        input=_INPUT,
        preprocessing=_PREPROCESSING,
        stages=("s2", "s4", "c5"),
        activation="tanh",
        tags=("mnist",),
        notes=(
            "1,706 parameters more than were published: 900 for a C3 that sees every map, 850 for "
            "a dense output, less 44 for poolings that learn nothing.",
        ),
    )
)
def lenet5_dense(input_shape: Shape = (32, 32, 1), classes: int = 10) -> Graph:
    """Three convolutions, two poolings, two dense layers."""
    return models.Sequential(
        [
            layers.Input(input_shape),
            layers.Conv2D(6, (5, 5), activation="tanh", name="c1"),
            layers.AveragePooling2D((2, 2), name="s2"),
            layers.Conv2D(16, (5, 5), activation="tanh", name="c3"),
            layers.AveragePooling2D((2, 2), name="s4"),
            layers.Conv2D(120, (5, 5), activation="tanh", name="c5"),
            layers.Flatten(name="flatten"),
            layers.Dense(84, activation="tanh", name="f6"),
            layers.Dense(classes, activation="softmax", name="output"),
        ]
    )
