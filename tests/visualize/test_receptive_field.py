"""What a unit sees of an image is where its gradient is."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers

from convzoo import visualize
from convzoo.errors import ArgumentError, NothingToShowError
from convzoo.visualize import Subject
from tests.visualize.networks import flat, nested, photograph

# The oracle.
tf = pytest.importorskip("tensorflow")


def _support(subject: Subject, path: str, unit: tuple[int, int]) -> list[tuple[int, int]]:
    """First and last row and column at which the gradient of a unit's output is not 0."""
    from convzoo.visualize.tapping import outputs_of

    for weight in subject.model.weights:
        weight.assign(np.ones(weight.shape))  # Nothing cancels out.
    x = tf.ones_like(subject.inputs)
    with tf.GradientTape() as tape:
        tape.watch(x)
        [output] = outputs_of(subject.model, x, [subject.find(path).layer])
        picked = tf.reduce_sum(output[(0, *unit)])
    rows, columns = np.nonzero(tape.gradient(picked, x).numpy()[0, ..., 0])
    return [(rows.min(), rows.max()), (columns.min(), columns.max())]


@pytest.mark.parametrize("model", [flat, nested])
@pytest.mark.parametrize("unit", [(0, 0), (2, 3), (4, 4), (4, 0)])
def test_box_is_where_the_gradient_is(model: object, unit: tuple[int, int]) -> None:
    # Averages, since a maximum sees through one of its units only.
    made = keras.models.clone_model(model(), clone_function=_averaging)  # type: ignore[operator]
    subject = Subject.of(made, photograph())
    field = visualize.seen_by(subject, "relu", unit)
    rows, columns = _support(subject, "relu", unit)
    assert list(zip(field.start, field.end, strict=True)) == [rows, columns]
    assert field.size == (8, 8)
    assert field.centre == (2 * unit[0] + 1.5, 2 * unit[1] + 1.5)


def _averaging(layer: object) -> object:
    if isinstance(layer, layers.MaxPooling2D):
        return layers.AveragePooling2D(2, name="pool")
    if isinstance(layer, keras.Model):
        return keras.models.clone_model(layer, clone_function=_averaging)
    return layer.__class__.from_config(layer.get_config())  # type: ignore[attr-defined]


def test_unit_must_be_one_of_the_layer() -> None:
    subject = Subject.of(flat(), photograph())
    with pytest.raises(ArgumentError, match=r"'relu' has units 0,0 to 4,4\. Received 5,0\."):
        visualize.seen_by(subject, "relu", (5, 0))
    with pytest.raises(ArgumentError, match="unit must be a row and a column"):
        visualize.seen_by(subject, "relu", (5,))
    assert visualize.seen_by(subject, "relu").unit == (2, 2)


def test_own_code_hides_what_units_see() -> None:
    class Own(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.conv = layers.Conv2D(2, 3, name="conv")

        def call(self, x: object) -> object:
            return self.conv(x)

    model = Own()
    model(np.zeros((1, 6, 6, 1)))
    with pytest.raises(NothingToShowError, match="code of its own connects the layers"):
        visualize.seen_by(Subject.of(model, photograph(6, 6)), "conv")
