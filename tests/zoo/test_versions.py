"""Versions of a name, and names that have changed."""

from __future__ import annotations

import pytest

import convzoo
from convzoo.cli import run
from convzoo.errors import ArgumentError, RenamedWarning, UnknownNameError
from convzoo.graph.graph import Graph, Sequential
from convzoo.zoo import ZOO
from tests.plugins import Plugins
from tests.registries import keep

_CARD = convzoo.Card("A test", convzoo.Source("Me", "Mine", 2026))


@pytest.fixture
def net(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model in three versions of 4, 8 and 12 parameters, with an alias and an old name."""
    keep(monkeypatch, ZOO)

    def dense(units: int) -> Graph:
        return Sequential([convzoo.Input((3,)), convzoo.layers.Dense(units)])

    convzoo.register(_CARD, name="net@1")(lambda: dense(1))
    convzoo.register(_CARD, name="net@2")(lambda: dense(2))
    convzoo.register(_CARD, name="net", aliases=("netz",), version=3, renamed_from=("nett",))(
        lambda: dense(3)
    )


@pytest.mark.parametrize(
    ("name", "params"),
    [("net", 12), ("net@1", 4), ("net@2", 8), ("net@3", 12), ("netz", 12), ("netz@1", 4)],
)
@pytest.mark.usefixtures("net")
def test_version_is_asked_for_after_the_name(name: str, params: int) -> None:
    assert convzoo.calc(name).total("params") == params
    assert convzoo.describe(name).name == ("net_v" + name[-1] if params < 12 else "net")


def test_entry_without_a_version_is_version_1() -> None:
    assert convzoo.calc("mnist_convnet@1").name == "mnist_convnet"
    assert convzoo.versions("mnist_convnet") == ["mnist_convnet@1"]


@pytest.mark.parametrize("version", ["4", "0", "", "latest", "01"])
@pytest.mark.usefixtures("net")
def test_unknown_version_is_told_with_those_there_are(version: str) -> None:
    for ask in (convzoo.calc, convzoo.get, convzoo.card, convzoo.describe):
        with pytest.raises(UnknownNameError) as caught:
            ask(f"net@{version}")
        message = f"Unknown model 'net@{version}'. There is net@1 and net@2 and net@3."
        assert str(caught.value) == message


@pytest.mark.usefixtures("net")
def test_only_current_names_are_listed_and_suggested() -> None:
    assert convzoo.list_models("net*") == ["net"]
    assert ZOO.names("net*") == ["net", "netz"]
    with pytest.raises(UnknownNameError, match=r"'netzz'\. Did you mean netz or net or "):
        convzoo.calc("netzz")
    assert convzoo.versions("netz@1") == ["net@1", "net@2", "net@3"]


@pytest.mark.parametrize("version", ["", "@1", "@3"])
@pytest.mark.usefixtures("net")
def test_old_name_works_and_warns(version: str) -> None:
    params = 4 if version == "@1" else 12
    for ask in (convzoo.calc, convzoo.card, convzoo.describe, convzoo.preprocess, convzoo.get):
        message = f"^'nett{version}' is renamed to 'net{version}'.$"
        with pytest.warns(RenamedWarning, match=message) as caught:
            found = ask("nett" + version)
        assert [warning.filename for warning in caught] == [__file__]
        if ask is convzoo.calc:
            assert found.total("params") == params
    with pytest.warns(FutureWarning):
        convzoo.smallest_input("nett")


@pytest.mark.usefixtures("net")
def test_version_takes_overrides() -> None:
    assert convzoo.calc("mnist_convnet@1:classes=5").row("dense_1").params == 325
    assert convzoo.calc("net@1", input_shape=(7,)).total("params") == 8


@pytest.mark.parametrize("command", ["calc", "show"])
@pytest.mark.usefixtures("net")
def test_command_line_warns_of_an_old_name_once(
    command: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run([command, "nett"]) == 0
    out, err = capfd.readouterr()
    assert "Total params: 12" in out
    assert err == "Warning: 'nett' is renamed to 'net'.\n"


@pytest.mark.usefixtures("net")
def test_show_tells_versions_and_aliases(capfd: pytest.CaptureFixture[str]) -> None:
    run(["show", "net"])
    out = capfd.readouterr().out
    assert "Aliases     netz\nVersions    net@1, net@2, net@3\n" in out
    run(["show", "mnist_convnet"])
    assert "Versions" not in capfd.readouterr().out


def test_version_must_be_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    keep(monkeypatch, ZOO)
    for name, version in (("net@", 1), ("net@0", 1), ("net@two", 1), ("net", 0)):
        with pytest.raises(ArgumentError, match=r"^'net.*': the version must be 1 or more\. Rec"):
            convzoo.register(_CARD, name=name, version=version)(lambda: Sequential([]))


def test_older_version_of_a_package_is_loaded_with_it(plugins: Plugins) -> None:
    code = """
        import convzoo
        from convzoo import Input, Sequential, layers

        card = convzoo.Card("A test", convzoo.Source("Me", "Mine", 2026))

        @convzoo.register(card, version=2, renamed_from=("my_old_net",))
        def my_net():
            return Sequential([Input((3,)), layers.Dense(2)])

        @convzoo.register(card, name="my_net@1")
        def my_first_net():
            return Sequential([Input((3,)), layers.Dense(1)])
    """
    listed, unlisted = ({name: "my_package:my_net"} for name in ("my_net", "my_old_net"))
    groups = {"convzoo.models": listed, "convzoo.models.unlisted": unlisted}
    plugins.install("my-package", groups, code)
    assert convzoo.list_models("my_*") == ["my_net"]
    assert convzoo.calc("my_net@1").total("params") == 4
    with pytest.warns(RenamedWarning, match="'my_old_net@2' is renamed to 'my_net@2'"):
        assert convzoo.calc("my_old_net@2").total("params") == 8
    assert convzoo.list_models("my_*") == ["my_net"]


def test_model_of_an_older_version_is_built_and_runs() -> None:
    """Its name in Keras has no @, which TensorFlow refuses."""
    import numpy as np

    assert convzoo.get("mnist_convnet@1").name == "mnist_convnet"
    with pytest.MonkeyPatch.context() as monkeypatch:
        keep(monkeypatch, ZOO)
        convzoo.register(_CARD, name="net", version=2)(lambda: Sequential([]))

        @convzoo.register(_CARD, name="net@1")
        def older() -> Graph:
            return Sequential([convzoo.Input((3,)), convzoo.layers.Dense(2)])

        model = convzoo.get("net@1")
        assert model.predict(np.ones((1, 3)), verbose=0).shape == (1, 2)
