"""Models that Keras itself saved, and live ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import convzoo
from convzoo import calc
from convzoo.errors import SourceError
from tests.keras_oracle import (
    expected_summary,
    facts_of_model,
    facts_of_report,
    printed_summary,
)


@pytest.fixture(scope="module")
def model() -> Any:
    return convzoo.get("mnist_convnet")


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5:UserWarning")
def test_saved_model_has_the_rows_of_the_live_one(tmp_path: Path, model: Any, suffix: str) -> None:
    path = tmp_path / f"model{suffix}"
    model.save(path)
    assert calc(path).to_dict() == calc("mnist_convnet").to_dict()


def test_json_has_the_rows_of_the_live_one(tmp_path: Path, model: Any) -> None:
    path = tmp_path / "model.json"
    path.write_text(model.to_json())
    assert calc(path).to_dict() == calc("mnist_convnet").to_dict()


def test_live_model_is_read(model: Any) -> None:
    assert calc(model).to_dict() == calc("mnist_convnet").to_dict()


def test_weights_alone_are_refused(tmp_path: Path, model: Any) -> None:
    path = tmp_path / "model.weights.h5"
    model.save_weights(path)
    with pytest.raises(SourceError, match=r"is an HDF5 file without a model_config: it holds"):
        calc(path)


class _Own(keras.Model):
    """A model whose own code calls its layers."""

    def __init__(self) -> None:
        super().__init__(name="own")
        self.conv = keras.layers.Conv2D(4, 3, name="conv")
        self.head = keras.Sequential([keras.Input((36,)), keras.layers.Dense(2)], name="head")
        self.flat = keras.layers.Flatten()

    def call(self, inputs: Any) -> Any:
        return self.head(self.flat(self.conv(inputs)))


def test_model_with_code_of_its_own_has_the_rows_that_keras_has() -> None:
    model = _Own()
    model(np.zeros((1, 5, 5, 1)))
    report = calc(model)
    assert (report.name, report.graph.class_name) == ("own", "_Own")
    assert [(row.name, row.params) for row in report.rows] == [
        (layer.name, layer.count_params()) for layer in model.layers
    ]
    assert report.total("params") == model.count_params()
    assert report.complete
    conv = report.with_columns(["params", "macs"]).row("conv")
    assert conv.output_shape == (1, 3, 3, 4)
    assert conv.macs is None
    assert "the model's own code calls it: its work is unknown" in conv.notes


def test_model_whose_config_can_not_be_made_has_the_rows_that_keras_has() -> None:
    class Forgetful(keras.layers.Dense):
        """Its get_config fails as somebody's own code may."""

        def get_config(self) -> dict[str, Any]:
            return {"factor": self.factor}

    x = keras.Input((3,))
    report = calc(keras.Model(x, Forgetful(4)(x)))
    assert [row.params for row in report.rows] == [0, 16]


class _Scaled(keras.layers.Layer):
    """A layer of somebody's own, with two outputs."""

    def build(self, shape: Any) -> None:
        self.factor = self.add_weight((shape[-1],), name="factor")
        self.count = self.add_weight((), trainable=False, name="count")

    def call(self, x: Any) -> Any:
        return x * self.factor, x[..., :1]


def test_layer_of_an_unknown_class_has_the_row_that_keras_has() -> None:
    x = keras.Input((3,))
    scaled, first = _Scaled()(keras.layers.Dense(4)(x))
    summed = keras.layers.Add()([keras.layers.Dense(2)(scaled), first])
    inner = keras.Model(x, summed, name="inner")
    model = keras.Model(x, [*_Scaled(name="last")(inner(x)), inner(x)])
    report = calc(model)
    assert report.complete
    assert facts_of_report(report)["rows"] == facts_of_model(model)["rows"]
    assert expected_summary(report.rows) == printed_summary(model)
    assert calc(model.to_json()).total("params") == 16 + 10
    assert report.with_columns(["macs"]).row("last").macs is None


def test_functional_model_with_a_config_of_its_own_has_all_rows() -> None:
    class Backbone(keras.Model):
        def __init__(self) -> None:
            x = keras.Input((3,))
            super().__init__(x, [*_Scaled()(keras.layers.Dense(4)(x) + 1.0)])

        def get_config(self) -> dict[str, Any]:
            return {}

    model = Backbone()
    report = calc(model)
    assert report.complete
    assert expected_summary(report.rows) == printed_summary(model)


def test_weights_beside_the_layers_are_counted_as_keras_counts_them() -> None:
    class Holding(keras.Model):
        def __init__(self) -> None:
            super().__init__(name="holding")
            self.dense = keras.layers.Dense(2)
            self.token = self.add_weight((1, 5), name="token")
            self.steps = self.add_weight((), name="steps", trainable=False)

        def call(self, x: Any) -> Any:
            return self.dense(x)

    model = Holding()
    model(np.zeros((1, 3)))
    report = calc(model)
    assert [(row.name, row.params) for row in report.rows] == [
        (model.dense.name, 8),
        ("holding", 6),
    ]
    assert "weights that the model holds beside its layers" in report.row("holding").notes
    assert report.total("params") == model.count_params() == 14
    assert report.total("trainable_params") == 13


def test_model_that_is_not_built_is_unknown() -> None:
    model = _Own()
    report = calc(model)
    assert not report.complete
    last = model.layers[-1].name
    assert "it is not built: call the model on data once" in report.row(last).notes


def test_thing_of_another_kind_is_refused() -> None:
    with pytest.raises(SourceError, match=r"Can't read an architecture from 'dict_keys'"):
        calc({}.keys())


def test_variables_that_layers_share_are_counted_once() -> None:
    shared = keras.layers.Dense(3)
    models = [keras.Sequential([keras.Input((4,)), shared], name=name) for name in "ab"]
    start = keras.Input((5, 4))
    steps = keras.layers.TimeDistributed(shared)(start)
    within = keras.Model(start, [steps, shared(start), models[0](start[:, 0])])

    class Own(keras.Model):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.models = models

        def call(self, inputs: Any) -> Any:
            return models[0](inputs) + models[1](inputs)

    own = Own()
    own(np.zeros((1, 4)))
    for model in (within, own):
        report = calc(model)
        assert report.total("params") == model.count_params() == 15
        assert {row.params for row in report.rows} <= {0, 15}
    # In a file they are apart, and Keras reads it so.
    text = within.to_json()
    assert calc(text).total("params") == keras.models.model_from_json(text).count_params() == 45
