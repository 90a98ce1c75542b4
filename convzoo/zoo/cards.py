"""What is known of an architecture besides its layers: the card of an entry of the zoo."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from convzoo.errors import ArgumentError
from convzoo.zoo.preprocessing import RAW, Preprocessing

if TYPE_CHECKING:
    from decimal import Decimal

VERIFIED = "verified here"
CLAIMED = "claimed by the source"
CONTRADICTED = "contradicted"

_NO_ARGUMENTS: Mapping[str, Any] = MappingProxyType({})


class Source(NamedTuple):
    """Where an architecture was published.

    Args:
        authors: who wrote it, such as `"K. He, X. Zhang, S. Ren, J. Sun"`.
        title: the title of the paper or the book.
        year: when it came out.
        where: the journal, the publisher or the address.
    """

    authors: str
    title: str
    year: int
    where: str = ""

    def __str__(self) -> str:
        where = f", {self.where}" if self.where else ""
        return f"{self.authors}, {self.title}{where}, {self.year}"


_UNITS = {"": 1, "k": 1000, "M": 10**6, "G": 10**9, "%": 1}


class Claim(NamedTuple):
    """A figure that was published, in the digits in which it was.

    Args:
        what: a total of the calculator, such as `"params"` (those that learn and those that don't),
            `"trainable_params"` or `"macs"`; or what was measured, such as `"accuracy"`.
        value: the figure as it is printed: `"93,322"`, `"0.27 M"`, `"91.25 %"`.
        on: what it was measured on, such as `"MNIST"`.
        by: who says so, where it is not the card's source.
        measured: what was measured with convzoo; empty where nobody has.
        samples: on how many test samples.
        note: why a figure differs, or how it was reached.
    """

    what: str
    value: str
    on: str = ""
    by: str = ""
    measured: str = ""
    samples: int = 10_000
    note: str = ""

    def __str__(self) -> str:
        parts = [self.value, self.what.replace("_", " ")]
        parts += [f"on {self.on}"] * bool(self.on) + [f"by {self.by}"] * bool(self.by)
        return " ".join(parts) + (f" ({self.note})" if self.note else "")

    @property
    def is_counted(self) -> bool:
        """Whether the figure follows from the layers."""
        return not self.value.endswith("%")

    def status(self, total: Callable[[str], int | None]) -> str:
        """How the claim stands: verified here, claimed by the source, or contradicted.

        A count is verified when it agrees in every digit that was printed, rounded or cut off;
        a share of test samples when what was measured is within two standard errors, or better.

        Args:
            total: the totals of the calculator by name, such as `Report.total`.

        Raises:
            ArgumentError: when a figure is none.
        """
        if self.is_counted:
            counted = total(self.what)
            if counted is None:
                return CLAIMED
            figure, last_digit = _figure(self.value)
            return VERIFIED if abs(counted - figure) < last_digit else CONTRADICTED
        if not self.measured:
            return CLAIMED
        claimed, measured = (float(_figure(text)[0]) / 100 for text in (self.value, self.measured))
        errors = 2 * (claimed * (1 - claimed) / self.samples) ** 0.5
        shortfall = measured - claimed if "error" in self.what else claimed - measured
        return VERIFIED if shortfall <= errors else CONTRADICTED


def _figure(text: str) -> tuple[Decimal, Decimal]:
    """The number that a text such as `"0.27 M"` prints, and the worth of its last digit."""
    import re
    from decimal import Decimal

    match = re.fullmatch(r"([\d,]*\.?\d+) ?([kMG%]?)", text)
    if match is None:
        raise ArgumentError(
            f"{text!r} is no figure. Write, for example, 93,322 or 0.27 M or 8.75 %."
        )
    number, unit = Decimal(match[1].replace(",", "")), _UNITS[match[2]]
    exponent = number.as_tuple().exponent
    assert isinstance(exponent, int)
    return number * unit, Decimal(10) ** exponent * unit


def claimed_by_keras(params: str, accuracy: str) -> tuple[Claim, Claim]:
    """What the documentation of `keras.applications` prints of a model.

    Args:
        params: the number of parameters, such as `"25.6 M"`.
        accuracy: the share of ImageNet's validation images whose first guess is right.
    """
    return (
        Claim("params", params, by="keras.io"),
        Claim("accuracy", accuracy, on="ImageNet", by="keras.io", samples=50_000, note="top-1"),
    )


class Recipe(NamedTuple):
    """How an architecture is trained.

    Args:
        data: the data set, such as `"mnist"`.
        optimizer: Keras's name of the class, such as `"SGD"`.
        optimizer_arguments: its arguments, such as `{"learning_rate": 0.1, "momentum": 0.9}`.
        epochs: how many times the training data is seen.
        batch_size: samples of a step.
        loss: Keras's name of the loss.
        schedule: how the learning rate changes: its class, such as `"ExponentialDecay"`, empty for
            none.
        schedule_arguments: the arguments of the schedule, its steps in epochs.
        augmentation: the layers that change the training images, as words of a typed stack.
        notes: what else there is to know, which training with convzoo does not do.
        accuracy: a function of labels as the loss takes them and of outputs, which tells whether
            they are right, by its name in Keras; where it's empty the largest output tells the
            class.
    """

    data: str
    optimizer: str
    epochs: int
    batch_size: int
    optimizer_arguments: Mapping[str, Any] = _NO_ARGUMENTS
    loss: str = "categorical_crossentropy"
    schedule: str = ""
    schedule_arguments: Mapping[str, Any] = _NO_ARGUMENTS
    augmentation: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    accuracy: str = ""

    def __str__(self) -> str:
        parts = [
            f"{self.epochs} epochs on {self.data}",
            f"batch {self.batch_size}",
            _with_arguments(self.optimizer, self.optimizer_arguments),
            self.loss.replace("_", " "),
        ]
        if self.schedule:
            parts.append(_with_arguments(self.schedule, self.schedule_arguments))
        if self.augmentation:
            parts.append("augmented by " + " ".join(self.augmentation))
        return ", ".join([*parts, *self.notes])


def _with_arguments(name: str, arguments: Mapping[str, Any]) -> str:
    given = ", ".join(f"{key}={value!r}" for key, value in arguments.items())
    return f"{name}({given})" if given else name


class Card(NamedTuple):
    """What is known of an architecture besides its layers.

    Args:
        title: what it is, in a few words.
        source: where it was published.
        params: the number of parameters that learn.
        total_params: the number of all parameters, where some don't learn, such as the statistics
            of batch normalization.
        claims: the figures that were published, in the order of importance.
        input: what the network expects, such as `"28x28 grey images"`.
        preprocessing: what images of values from 0 to 255 go through before they are its input.
        stages: the names of the layers that end its stages, the last one where the classifier
            begins.
        activation: the activation between its layers, which an override replaces.
        recipe: how it is trained.
        tags: words to find it by, such as `"cifar"`.
        pretrained: the function of `keras.applications` whose weights it takes, such as `"VGG16"`.
        pretrained_arguments: what that function is given besides the input and the classes, such
            as `{"alpha": 0.25}`.
        licence: the licence of the description here.
        weights_licence: the licence of the weights that Keras has.
        notes: what else a user should know.
    """

    title: str
    source: Source
    params: int | None = None
    total_params: int | None = None
    claims: tuple[Claim, ...] = ()
    input: str = ""
    preprocessing: Preprocessing = RAW
    stages: tuple[str, ...] = ()
    activation: str = "relu"
    recipe: Recipe | None = None
    tags: tuple[str, ...] = ()
    pretrained: str = ""
    pretrained_arguments: Mapping[str, Any] = _NO_ARGUMENTS
    licence: str = "Apache-2.0"
    weights_licence: str = ""
    notes: tuple[str, ...] = ()

    @property
    def all_params(self) -> int | None:
        """The number of all parameters, which `convzoo list` shows."""
        return self.total_params or self.params
