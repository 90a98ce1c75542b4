"""Layers of unknown classes: what is told of them, and what follows."""

from __future__ import annotations

from typing import Any

import pytest

import convzoo
from convzoo import Input, calc, layers
from convzoo.errors import PluginWarning
from convzoo.graph.config import graph_from_config
from convzoo.graph.config_writing import config_of
from convzoo.graph.facts import Weight
from convzoo.layers import LAYERS
from tests.plugins import Plugins
from tests.registries import keep


def _stack(*entries: dict[str, Any]) -> Any:
    first = {"class_name": "InputLayer", "config": {"name": "i", "batch_shape": [None, 6, 4]}}
    config = {"name": "s", "layers": [first, *entries]}
    return graph_from_config({"class_name": "Sequential", "config": config})


def _entry(class_name: str, name: str, **more: Any) -> dict[str, Any]:
    config = {"name": name, **more.pop("config", {})}
    return {"class_name": class_name, "config": config, **more}


def test_what_does_not_depend_on_it_stays_exact() -> None:
    report = calc(
        _stack(
            _entry("Dense", "before", config={"units": 3}),
            _entry("Mine", "mine"),
            _entry("Activation", "after", config={"activation": "relu"}),
            _entry("Dense", "dense", config={"units": 3}),
        ),
        columns=["params", "macs"],
    )
    assert [row.params for row in report.rows] == [15, None, 0, None]
    assert [row.macs for row in report.rows] == [72, None, None, None]
    assert (report.total("params"), report.total("macs"), report.complete) == (15, 72, False)
    assert report.to_dict()["layers"][1]["output_shape"] is None
    assert report.row("after").notes == ("the shape of its input is unknown",)


def test_shape_is_told_by_the_layer_after_it() -> None:
    report = calc(
        _stack(
            _entry("Mine", "mine"),
            _entry(
                "Dense", "dense", config={"units": 3}, build_config={"input_shape": [None, 2, 5]}
            ),
        )
    )
    assert report.row("mine").output_shape == (None, 2, 5)
    assert "its output shape is told by what takes it" in report.row("mine").notes
    assert report.row("dense").params == 18


def test_stated_output_shape_of_a_function_is_taken() -> None:
    report = calc(
        _stack(
            _entry("Lambda", "f", config={"function": ["x", None, None], "output_shape": [7]}),
            _entry("Dense", "dense", config={"units": 3}),
        )
    )
    assert report.complete
    assert report.row("dense").params == 24
    report = calc(_stack(_entry("Lambda", "f", config={"function": ["x", None, None]})))
    assert report.row("f").notes == (
        "what its function gives is unknown; state its output_shape where it is made",
    )


def test_model_of_an_unknown_class_is_one_row() -> None:
    report = calc(
        {
            "class_name": "VAE",
            "module": None,
            "config": {"name": "vae"},
            "build_config": {"input_shape": [None, 28, 28, 1]},
        }
    )
    assert report.input_shapes == [(None, 28, 28, 1)]
    assert [(row.name, row.class_name, row.params) for row in report.rows] == [("vae", "VAE", None)]


def test_its_entry_is_handed_on() -> None:
    graph = _stack(_entry("Mine", "mine", module="m", registered_name="m>Mine", config={"a": 1}))
    assert config_of(graph)["config"]["layers"][1] == {
        "module": "m",
        "class_name": "Mine",
        "config": {"name": "mine", "a": 1},
        "registered_name": "m>Mine",
    }


def test_unknown_shape_is_written() -> None:
    first = {"class_name": "InputLayer", "config": {"name": "i", "batch_input_shape": [None, 4]}}
    layers = [{**first, "name": "i", "inbound_nodes": []}]
    for name, source in (("mine", "i"), ("other", "mine")):
        layers.append(
            {**_entry("Mine", name), "name": name, "inbound_nodes": [[[source, 0, 0, {}]]]}
        )
    config = {"name": "m", "layers": layers, "input_layers": [["i", 0, 0]]}
    config["output_layers"] = [["other", 0, 0]]
    graph = graph_from_config({"class_name": "Functional", "config": config})
    [node] = config_of(graph)["config"]["layers"][2]["inbound_nodes"]
    assert node["args"][0]["config"]["shape"] is None
    assert config_of(graph_from_config(config_of(graph))) == config_of(graph)


def test_registered_layer_is_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    keep(monkeypatch, LAYERS)

    @convzoo.register_layer("m>Scaled")
    class Scaled(convzoo.layers.Layer):
        """Each channel times a factor."""

        def weights(self, inputs: Any) -> tuple[Weight, ...]:
            return (Weight("factor", inputs.shape[-1:]),)

    entry = _entry("Scaled", "mine", module="m", registered_name="m>Scaled")
    assert calc(_stack(entry)).total("params") == 4
    assert calc("6x4 Scaled").total("params") == 4
    other = _entry("Scaled", "mine", module="other", registered_name="other>Scaled")
    assert calc(_stack(other)).row("mine").params is None


def test_layer_without_a_registered_name_is_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    keep(monkeypatch, LAYERS)

    @convzoo.register_layer()
    class Doubled(convzoo.layers.Layer):
        """Every element times 2."""

    entry = _entry("Doubled", "mine", module="m", registered_name="Doubled")
    assert calc(_stack(entry)).total("params") == 0


def test_layer_of_a_package_is_found_by_its_entry_point(plugins: Plugins) -> None:
    layers = {"p>Broken": "no_such_module:Broken", "p>Twice": "p:Twice", "Twice": "p:Twice"}
    code = """
        import convzoo

        @convzoo.register_layer("p>Twice")
        class Twice(convzoo.layers.Layer):
            pass
    """
    plugins.install("p", {"convzoo.layers": layers}, code)
    twice = LAYERS.find("p>Twice")
    assert twice is not None
    assert twice.class_name == "Twice"
    assert LAYERS.find("Twice") is twice
    message = r"The layer 'p>Broken' of the package p \(no_such_module:Broken\) can't be loaded: "
    with pytest.warns(PluginWarning, match=message):
        assert LAYERS.find("p>Broken") is None
    assert LAYERS.find("p>Broken") is None


def test_what_is_alive_within_it_is_unknown() -> None:
    report = calc(
        _stack(
            _entry("Dense", "before", config={"units": 3}),
            _entry("Mine", "mine"),
            _entry(
                "Dense", "dense", config={"units": 2}, build_config={"input_shape": [None, 6, 5]}
            ),
        ),
        columns=["peak_activation_bytes"],
    )
    assert [row.peak_activation_bytes for row in report.rows] == [168, None, 168]
    assert "Total Peak activation bytes: at least 192" in str(report)


def test_function_in_code_may_state_its_output_by_a_function() -> None:
    one = layers.Lambda(len, lambda shape: [*shape, 7], dtype="float16")(Input((4,)))
    assert (one.shape, one.dtype) == ((None, 4, 7), "float16")
    several = layers.Lambda(len, lambda shapes: shapes[1])([Input((4,)), Input((5,))])
    assert (several.shape, several.dtype) == ((None, 5), "float32")
