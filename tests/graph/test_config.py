"""Configs: what can't be read is told, and names are never imported."""

from __future__ import annotations

from typing import Any

import pytest

from convzoo import Input, Model, calc, layers
from convzoo.errors import GraphError, SourceError
from convzoo.graph.config import graph_from_config
from convzoo.graph.config_writing import config_of
from convzoo.graph.naming import fresh_names


@pytest.fixture
def config() -> Any:
    with fresh_names():
        x = Input((4,))
        shared = layers.Dense(4, kernel_initializer="he_normal")
        return config_of(Model(x, layers.Add()([shared(x), shared(shared(x))])))


def test_reading_gives_back_what_was_written(config: Any) -> None:
    assert config_of(graph_from_config(config)) == config


def test_initializer_written_out_is_the_one_by_name() -> None:
    written_out = {
        "module": "keras.initializers",
        "class_name": "HeNormal",
        "config": {"seed": None},
        "registered_name": None,
    }
    a = layers.Dense(3, name="d", kernel_initializer=written_out)
    b = layers.Dense(3, name="d", kernel_initializer="he_normal")
    assert a.to_config() == b.to_config()


def test_order_of_the_layers_in_the_file_does_not_matter(config: Any) -> None:
    config["config"]["layers"].reverse()
    graph = graph_from_config(config)
    assert [layer.name for layer in graph.layers] == ["input_layer", "dense", "add"]


def test_cycle_is_refused(config: Any) -> None:
    [node, *_] = config["config"]["layers"][1]["inbound_nodes"]
    node["args"][0]["config"]["keras_history"] = ["add", 0, 0]
    with pytest.raises(GraphError, match=r"takes its input from '\w+', which is part of a cycle"):
        graph_from_config(config)


def test_dangling_name_is_refused(config: Any) -> None:
    [node, *_] = config["config"]["layers"][1]["inbound_nodes"]
    node["args"][0]["config"]["keras_history"] = ["nowhere", 0, 0]
    message = r"Layer 'dense' takes its input from 'nowhere', which is not in the model"
    with pytest.raises(GraphError, match=message):
        graph_from_config(config)


def test_duplicate_name_is_refused(config: Any) -> None:
    config["config"]["layers"].append(config["config"]["layers"][1])
    with pytest.raises(GraphError, match=r"Two layers are named 'dense'"):
        graph_from_config(config)


def test_layer_of_an_unknown_class_is_unknown_and_the_rest_is_exact(config: Any) -> None:
    config["config"]["layers"][1].update(class_name="Mine", module="mine", registered_name="m>Mine")
    report = calc(graph_from_config(config))
    assert not report.complete
    row = report.row("dense")
    assert (row.class_name, row.params, row.output_shape) == ("Mine", None, (None, 4))
    assert row.notes == (
        "its class Mine is unknown; tell convzoo of it with convzoo.register_layer",
        "its output shape is told by what takes it",
    )
    assert (report.row("add").params, report.row("add").output_shape) == (0, (None, 4))
    assert "Total params: at least 0" in str(report)


def test_class_of_another_module_is_not_taken_for_keras_s(config: Any) -> None:
    for registered_name in ("mine>Dense", "Dense"):
        config["config"]["layers"][1].update(module="mine", registered_name=registered_name)
        assert calc(graph_from_config(config)).row("dense").params is None


def test_output_that_is_not_there_is_refused(config: Any) -> None:
    config["config"]["output_layers"] = [["add", 3, 0]]
    with pytest.raises(GraphError, match=r"name the layer 'add', which is not in the model or not"):
        graph_from_config(config)
    config["config"]["output_layers"] = [["add", 0, 3]]
    with pytest.raises(GraphError, match=r"Layer 'add' has 1 outputs; the config names 3"):
        graph_from_config(config)


@pytest.mark.parametrize("wrong", [None, 3, [], {}, {"class_name": "Functional"}, {"config": {}}])
def test_config_without_its_keys_is_refused(wrong: Any) -> None:
    with pytest.raises(SourceError):
        graph_from_config(wrong)


def test_deep_chain_is_read_without_recursion() -> None:
    x = y = Input((4,))
    for _ in range(3000):
        y = layers.Activation("relu")(y)
    config = config_of(Model(x, y))
    config["config"]["layers"].reverse()
    assert len(graph_from_config(config).layers) == 3001


def test_names_of_modules_are_not_imported(config: Any, tmp_path: Any, monkeypatch: Any) -> None:
    (tmp_path / "canary_module.py").write_text("raise SystemExit('imported')")
    monkeypatch.syspath_prepend(tmp_path)
    entry = config["config"]["layers"][1]
    entry.update(module="canary_module", class_name="Canary", registered_name="canary_module>C")
    assert not calc(graph_from_config(config)).complete


def test_value_of_a_wrong_kind_names_the_layer_by_its_entry() -> None:
    config = {"units": 3, "batch_input_shape": 5}
    entry = {"class_name": "Dense", "name": "outer", "config": config, "inbound_nodes": []}
    body = {"name": "m", "layers": [entry], "input_layers": [], "output_layers": []}
    with pytest.raises(SourceError, match=r"^Dense 'outer': a value in its config is of a kind"):
        graph_from_config({"class_name": "Functional", "config": body})
