"""Memory: what is alive at once, what training adds, and the batch that fits."""

from __future__ import annotations

from math import prod
from typing import Any, NamedTuple

import keras
import numpy as np
import pytest
from hypothesis import given, settings

from convzoo import Input, Model, Sequential, calc, layers
from convzoo.analyses.explain import explain
from convzoo.analyses.report import Report
from convzoo.errors import ArgumentError, UnknownNameError
from tests.keras_oracle import Refused, graph_by_convzoo, model_by_keras
from tests.strategies.models import Program, functional_models, stacks

_MANY = settings(max_examples=2 * settings.default.max_examples)


class _Call(NamedTuple):
    """One call as Keras makes it: the tensors it takes and gives, by number."""

    takes: list[int]
    gives: list[int]


class _Simulation:
    """What is alive while Keras runs a model, by counting for each call every tensor anew."""

    def __init__(self, model: Any) -> None:
        self.calls: list[_Call] = []
        self.sizes: list[int] = []
        self._numbers: dict[int, int] = {}
        inputs = [self._new(tensor) for tensor in keras.tree.flatten(model.inputs)]
        self._run(model)
        outputs = [self._numbers[id(tensor)] for tensor in keras.tree.flatten(model.outputs)]
        alive = [sum(self.sizes[number] for number in inputs)]
        for place in range(len(self.calls)):
            alive.append(
                sum(
                    size
                    for number, size in enumerate(self.sizes)
                    if self._is_there(number, place, inputs)
                    and self._is_needed(number, place, outputs)
                )
            )
        self.peak = max(alive)

    def _is_there(self, number: int, place: int, inputs: list[int]) -> bool:
        return number in inputs or any(number in call.gives for call in self.calls[: place + 1])

    def _is_needed(self, number: int, place: int, outputs: list[int]) -> bool:
        later = any(number in call.takes for call in self.calls[place:])
        return later or number in outputs or number in self.calls[place].gives

    def _new(self, tensor: Any) -> int:
        if None in tensor.shape[1:]:
            raise ValueError("a size is unknown")
        self.sizes.append(
            prod(tensor.shape[1:])
            * (
                1
                if tensor.dtype == "bool"
                else np.dtype("uint16" if tensor.dtype == "bfloat16" else tensor.dtype).itemsize
            )
        )
        self._numbers[id(tensor)] = len(self.sizes) - 1
        return len(self.sizes) - 1

    def _run(self, model: Any) -> None:
        """The calls of a model, those of models within in place, as `Function` runs them."""
        functional = getattr(model, "_functional", model)
        for depth in sorted(functional._nodes_by_depth, reverse=True):
            for node in functional._nodes_by_depth[depth]:
                if node.is_input:
                    continue
                if hasattr(node.operation, "_nodes_by_depth") or hasattr(
                    node.operation, "_functional"
                ):
                    self._run_within(node)
                    continue
                takes = [self._numbers[id(tensor)] for tensor in node.input_tensors]
                gives = [self._new(tensor) for tensor in node.output_tensors]
                self.calls.append(_Call(takes, gives))

    def _run_within(self, node: Any) -> None:
        inner = getattr(node.operation, "_functional", node.operation)
        given = [self._numbers[id(tensor)] for tensor in node.input_tensors]
        own = keras.tree.flatten(inner.inputs)
        self._numbers.update(zip(map(id, own), given, strict=True))
        self._run(inner)
        inside = [self._numbers[id(tensor)] for tensor in keras.tree.flatten(inner.outputs)]
        self._numbers.update(zip(map(id, node.output_tensors), inside, strict=True))


@_MANY
@given(program=functional_models() | stacks())
def test_peak_is_that_of_a_simulation_of_keras_s_calls(program: Program) -> None:
    model, graph = model_by_keras(program), graph_by_convzoo(program)
    if isinstance(model, Refused) or isinstance(graph, Refused):
        return
    try:
        peak = _Simulation(model).peak
    except (ValueError, TypeError):  # An unknown size, or elements without one.
        return
    assert Report(graph).total("peak_activation_bytes") == peak


def test_published_peaks() -> None:
    assert calc("mnist_convnet").total("peak_activation_bytes") == 108_160
    for name, peak in (("VGG16", 25_690_112), ("MobileNetV2", 9_720_192)):
        config = getattr(keras.applications, name)(weights=None).to_json()
        assert calc(config).total("peak_activation_bytes") == peak


@pytest.mark.slow
@pytest.mark.parametrize(("name", "peak"), [("ResNet50", 9_633_792), ("NASNetMobile", 7_417_260)])
def test_published_peaks_of_large_models(name: str, peak: int) -> None:
    config = getattr(keras.applications, name)(weights=None).to_json()
    assert calc(config).total("peak_activation_bytes") == peak


def test_place_of_the_peak_and_what_is_alive_then_are_told() -> None:
    report = calc("mnist_convnet", ["peak_activation_bytes"])
    assert report.remarks == (
        "most is alive while max_pooling2d runs: conv2d 86,528 + max_pooling2d 21,632 = 108,160",
    )


def test_inputs_stay_until_their_last_use_and_outputs_to_the_end() -> None:
    x = Input((4,))
    early = layers.Dense(100)(x)
    late = layers.Dense(1)(layers.Dense(10)(early))
    bytes_alive = [
        row.peak_activation_bytes
        for row in calc(Model(x, [early, late]), ["peak_activation_bytes"]).rows
    ]
    assert bytes_alive == [16, 416, 440, 444]


def test_dtype_sizes_every_float() -> None:
    columns = ["weight_bytes", "activation_bytes", "peak_activation_bytes"]
    whole, small = calc("mnist_convnet", columns), calc("mnist_convnet", columns, dtype="int8")
    assert whole.totals == {name: 4 * size for name, size in small.totals.items()}
    tokens = Model(x := Input((7,), dtype="int32"), layers.Embedding(10, 3)(x))
    assert calc(tokens, columns, dtype="int8").totals == {
        "weight_bytes": 30,
        "activation_bytes": 7 * 4 + 21,
        "peak_activation_bytes": 7 * 4 + 21,
    }


def test_training_holds_gradients_and_slots_of_what_is_trained() -> None:
    kept = 4 * (3 + 5 + 2)
    for optimizer, slots in (("sgd", 0), ("momentum", 1), ("rmsprop", 1), ("Adam", 2)):
        report = calc("3 dense:5 dense:2", ["training_bytes"], optimizer=optimizer, batch=7)
        assert report.total("training_bytes") == 4 * 32 * (2 + slots) + 7 * kept


@pytest.mark.parametrize(
    ("name", "optimizer"),
    [
        ("adadelta", keras.optimizers.Adadelta()),
        ("adagrad", keras.optimizers.Adagrad()),
        ("adam", keras.optimizers.Adam()),
        ("adamax", keras.optimizers.Adamax()),
        ("adamw", keras.optimizers.AdamW()),
        ("lion", keras.optimizers.Lion()),
        ("momentum", keras.optimizers.SGD(momentum=0.9)),
        ("nadam", keras.optimizers.Nadam()),
        ("rmsprop", keras.optimizers.RMSprop()),
        ("sgd", keras.optimizers.SGD()),
    ],
)
def test_slots_are_those_of_keras_s_optimizer(name: str, optimizer: Any) -> None:
    optimizer.build([keras.Variable(np.zeros(32))])
    slots = sum(variable.shape == (32,) for variable in optimizer.variables)
    [with_slots, without] = [
        calc("3 dense:5 dense:2", ["training_bytes"], optimizer=one).total("training_bytes")
        for one in (name, "sgd")
    ]
    assert with_slots - without == 4 * 32 * slots


def test_training_keeps_nothing_before_the_first_layer_that_is_trained() -> None:
    frozen = layers.Dense(5, trainable=False)
    graph = Sequential([Input((3,)), frozen, layers.Dense(2)])
    report = calc(graph, ["training_bytes"], optimizer="sgd")
    assert report.total("training_bytes") == 4 * 20 + 2 * 4 * 12 + 4 * (5 + 2)


def test_largest_batch_fits_and_one_more_does_not() -> None:
    for limit in (400_000, 10_000_000):
        fit = calc("mnist_convnet").fit(limit)
        for batch, room in ((fit.to_run, True), (fit.to_run + 1, False)):
            report = calc("mnist_convnet", batch=max(batch, 1))
            needed = report.total("weight_bytes") + report.total("peak_activation_bytes")
            assert (needed <= limit) is room or batch == 0
    fit = calc("mnist_convnet").fit(10_000_000)
    columns = [calc("mnist_convnet", batch=fit.to_train + more) for more in (0, 1)]
    assert [report.total("training_bytes") <= 10_000_000 for report in columns] == [True, False]


def test_training_batch_fits_on_its_way_forward_too() -> None:
    """A frozen base keeps nothing for the way back, and yet has to be run."""
    base = layers.Conv2D(64, 3, trainable=False)
    report = calc(Sequential([Input((64, 64, 3)), base, layers.Flatten(), layers.Dense(1)]))
    fit = report.fit(2**30)
    assert report.total("training_bytes") < 2**30
    assert fit.to_train < fit.to_run


def test_what_fits_is_not_told_where_a_size_is_unknown() -> None:
    with pytest.raises(
        ArgumentError, match="What fits can't be told: the size of 'input_layer' is"
    ):
        calc("nonexnonex3 conv:2,3").fit(1_000)


def test_unknown_optimizer_dtype_and_batch_are_refused() -> None:
    with pytest.raises(UnknownNameError, match=r"optimizer 'adan'\. Did you mean adam"):
        calc("mnist_convnet", optimizer="adan")
    with pytest.raises(ArgumentError, match="dtype must name a dtype of numbers"):
        calc("mnist_convnet", dtype="string")
    with pytest.raises(ArgumentError, match="batch must be 1 or more"):
        calc("mnist_convnet", batch=0)


def test_unknown_sizes_are_formulas() -> None:
    columns = ["macs", "bias_adds", "element_ops", "flops", "peak_activation_bytes"]
    report = calc("nonexnonex3 conv:4,3,padding=same", columns)
    assert report.total_formula("macs") == "108 x H x W"
    assert report.total_formula("peak_activation_bytes") == "28 x H x W"
    assert report.rows[0].formulas == {
        "macs": "108 x H x W",
        "bias_adds": "4 x H x W",
        "element_ops": "0",
        "flops": "220 x H x W",
        "peak_activation_bytes": "28 x H x W",
    }
    assert report.rows[0].macs is None


def test_arithmetic_of_a_sum_is_no_longer_for_every_layer_before() -> None:
    start = tensor = Input((4,))
    outputs = []
    for number in range(60):
        tensor = layers.Dense(4, name=f"d{number}")(tensor)
        outputs.append(tensor)
    told = explain(Model(start, outputs), ["peak_activation_bytes"])
    last = [one for one in told if one.layer == "d59"][-1]
    assert last.quantity.endswith("d18, d19, 40 more)")
    assert last.arithmetic.endswith("+ 16 + 40 more")
    assert last.result == 60 * 16
