"""Models that other packages enter: listed without an import, loaded one by one, never a crash."""

from __future__ import annotations

import subprocess
import sys
import warnings
from importlib.metadata import entry_points
from textwrap import dedent

import pytest

import convzoo
from convzoo.cli import run
from convzoo.errors import (
    ArgumentError,
    DuplicateNameError,
    PluginError,
    PluginWarning,
    UnknownNameError,
)
from convzoo.plugins import entered
from convzoo.zoo import ZOO
from tests.plugins import Plugins


def _code(*names: str) -> str:
    """A module that registers a model of 4n parameters and one more under the n-th name."""
    code = """
        import convzoo
        from convzoo import Input, Sequential, layers
    """
    for units, name in enumerate(names, 1):
        code += f"""
        @convzoo.register(convzoo.Card("A test", convzoo.Source("Me", "Mine", 2026)), name="{name}")
        def net_{units}():
            return Sequential([Input((3,)), layers.Dense({units})])
        """
    return dedent(code)


def _enter(plugins: Plugins, package: str, *names: str, code: str | None = None) -> None:
    """A package that enters the names, by default with a module that registers each."""
    module = package.replace("-", "_")
    objects = {name: f"{module}:net_{place}" for place, name in enumerate(names, 1)}
    plugins.install(package, {"convzoo.models": objects}, _code(*names) if code is None else code)


@pytest.mark.parametrize("metadata", ["dist-info/METADATA", "egg-info/PKG-INFO"])
def test_model_of_a_package_is_listed_and_loaded_when_it_is_used(
    plugins: Plugins, metadata: str
) -> None:
    objects = {"my_net": "my_package:net_1"}
    plugins.install("my-package", {"convzoo.models": objects}, _code("my_net"), metadata)
    _enter(plugins, "other-package", "other_net")
    assert convzoo.list_models("my_*") == ["my_net"]
    assert {"mnist_convnet", "my_net", "other_net"} <= set(convzoo.list_models())
    assert ZOO.package("my_net") == "my-package"
    assert "my_package" not in sys.modules
    assert convzoo.calc("my_net").total("params") == 4
    assert convzoo.card("my_net").title == "A test"
    assert ZOO.package("my_net") is None
    assert convzoo.list_models("my_*") == ["my_net"]
    assert "other_package" not in sys.modules


def test_model_of_a_package_is_built(plugins: Plugins) -> None:
    _enter(plugins, "my-package", "my_net")
    assert convzoo.get("my_net").count_params() == 4


def test_module_that_registers_several_models_is_entered_by_each_name(plugins: Plugins) -> None:
    objects = {"net_a": "my_package", "net_b": "my_package"}
    plugins.install("my-package", {"convzoo.models": objects}, _code("net_a", "net_b"))
    assert convzoo.list_models("net_?") == ["net_a", "net_b"]
    assert convzoo.calc("net_b").total("params") == 8
    assert convzoo.calc("net_a").total("params") == 4


def test_unlisted_name_of_a_package_is_found(plugins: Plugins) -> None:
    objects = {"my_alias": "my_package"}
    plugins.install("my-package", {"convzoo.models.unlisted": objects}, _code("my_alias"))
    assert convzoo.list_models("my_*") == []
    assert convzoo.calc("my_alias").total("params") == 4


def test_name_of_a_package_may_have_dashes(plugins: Plugins) -> None:
    _enter(plugins, "my-package", "my-net")
    assert convzoo.calc("my-net").total("params") == 4
    with pytest.raises(ArgumentError, match="'my-net' has no argument 'classes'"):
        convzoo.calc("my-net:classes=5")


def test_name_of_a_package_is_suggested(plugins: Plugins) -> None:
    _enter(plugins, "my-package", "peculiar_net")
    with pytest.raises(UnknownNameError, match=r"Did you mean peculiar_net\?"):
        convzoo.get("pecular_net")
    assert "my_package" not in sys.modules


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("import no_such_module", "ModuleNotFoundError: No module named 'no_such_module'."),
        ("net_2 = 3", "AttributeError: module 'my_package' has no attribute 'net_1'."),
        ("def net_1(): pass", "nothing is registered under the name 'my_net'."),
        (_code("another_name"), "nothing is registered under the name 'my_net'."),
        ("raise SystemExit(3)", "SystemExit: 3."),
        ("import convzoo\nconvzoo.calc('my_net')", "PluginError: The model 'my_net' of the "),
        (_code("my_net") + "1 / 0", "ZeroDivisionError: division by zero."),
    ],
)
def test_broken_package_is_an_error_that_names_it_when_it_is_used(
    plugins: Plugins, code: str, reason: str
) -> None:
    _enter(plugins, "my-package", "my_net", code=code)
    assert "my_net" in convzoo.list_models()
    for _ in range(2):
        with pytest.raises(PluginError) as caught:
            convzoo.get("my_net")
        start = "The model 'my_net' of the package my-package (my_package:net_1) can't be loaded: "
        assert str(caught.value).startswith(start + reason)
        assert str(caught.value).endswith(" Update the package or uninstall it.")
    assert "my_net" in convzoo.list_models()


def test_broken_package_is_one_warning_where_all_are_loaded(plugins: Plugins) -> None:
    _enter(plugins, "my-package", "my_net", code="import no_such_module")
    with pytest.warns(PluginWarning, match="'my_net' of the package my-package") as caught:
        assert "my_net" not in dict(ZOO.items())
    assert [warning.filename for warning in caught] == [__file__]
    assert ZOO.find("my_net") is None


def test_entry_points_that_can_not_be_read_are_a_warning(plugins: Plugins) -> None:
    _enter(plugins, "good-package", "good_net")
    _enter(plugins, "my-package", "my_net")
    broken = plugins.folder / "my_package-1.0.dist-info" / "entry_points.txt"
    broken.write_text("[convzoo.models]\nmy_net\n")
    with pytest.warns(PluginWarning, match="points of the package my-package can't be read: Type"):
        assert convzoo.list_models("*_net") == ["good_net"]


def test_package_that_was_not_removed_well_is_a_warning(plugins: Plugins) -> None:
    _enter(plugins, "my-package", "my_net")
    (plugins.folder / "my_package-1.0.dist-info" / "METADATA").unlink()
    (plugins.folder / "my_package.py").unlink()
    message = r"of the package without metadata \(my_package:net_1\) can't be loaded: ModuleNotFoun"
    with pytest.raises(PluginError, match=message):
        convzoo.get("my_net")


def test_own_model_wins_against_a_package(plugins: Plugins) -> None:
    _enter(plugins, "my-package", "my_net", "mnist_convnet")
    message = (
        r"The model name 'mnist_convnet' is taken by convzoo and by my-package "
        r"\(my_package:net_2\)\. The first of them is used\."
    )
    with pytest.warns(PluginWarning, match=message):
        assert "mnist_convnet" in convzoo.list_models()
    message = "'mnist_convnet' is registered already, by convzoo.zoo.mnist; my_package can't take"
    with pytest.warns(PluginWarning, match=message):
        assert convzoo.calc("my_net").total("params") == 4
    assert convzoo.calc("mnist_convnet").total("params") == 93_322


def test_first_package_by_name_wins_whichever_is_found_or_loaded_first(
    plugins: Plugins, monkeypatch: pytest.MonkeyPatch
) -> None:
    _enter(plugins, "A-package", "my_net", "a_net")
    nearer = Plugins(plugins.folder / "nearer")
    nearer.folder.mkdir()
    monkeypatch.syspath_prepend(nearer.folder)
    _enter(nearer, "b-package", "b_net", "my_net")
    assert convzoo.calc("b_net").total("params") == 4
    message = (
        r"The model name 'my_net' is taken by A-package \(A_package:net_1\) and by b-package "
        r"\(b_package:net_2\)\. The first of them is used\."
    )
    with pytest.warns(PluginWarning, match=message):
        assert convzoo.calc("my_net").total("params") == 4
    with pytest.warns(PluginWarning, match=message):
        convzoo.list_models()


def test_package_that_uses_another_leaves_it_its_names(plugins: Plugins) -> None:
    _enter(plugins, "a-package", "a_net")
    _enter(plugins, "b-package", "b_net", code="import a_package\n" + _code("b_net"))
    assert convzoo.calc("b_net").total("params") == 4
    assert convzoo.calc("a_net").total("params") == 4


def test_package_on_the_path_twice_is_the_first_one(
    plugins: Plugins, monkeypatch: pytest.MonkeyPatch
) -> None:
    _enter(plugins, "my-package", "my_net")
    nearer = Plugins(plugins.folder / "nearer")
    nearer.folder.mkdir()
    monkeypatch.syspath_prepend(nearer.folder)
    _enter(nearer, "My_Package", "my_net", "new_net", code=_code("my_net", "new_net"))
    (nearer.folder / "My_Package.py").rename(nearer.folder / "my_package.py")
    assert convzoo.list_models("*_net") == ["my_net", "new_net"]


def test_name_of_an_imported_package_is_taken(plugins: Plugins) -> None:
    _enter(plugins, "my-package", "my_net")
    card = convzoo.card("my_net")
    message = r"registered already, by my_package; tests\.zoo\.test_plugins can't take it too\. "
    with pytest.raises(DuplicateNameError, match=message):
        convzoo.register(card, name="my_net")(convzoo.Sequential)


def test_own_model_wins_against_what_was_registered_before_its_file_was_loaded() -> None:
    code = """
        import convzoo
        card = convzoo.Card("Mine", convzoo.Source("Me", "Mine", 2026))
        convzoo.register(card, name="nielsen_feature_maps")(convzoo.Sequential)
        assert convzoo.card("nielsen_feature_maps") is card
        assert "nielsen_feature_maps" in convzoo.list_models()
        print(convzoo.card("nielsen_feature_maps").source.authors)
    """
    done = subprocess.run(
        [sys.executable, "-c", dedent(code)], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == "M. Nielsen\n"
    message = (
        "<string>:6: PluginWarning: The model name 'nielsen_feature_maps' is convzoo's own; that "
        "of __main__ is left out."
    )
    assert done.stderr.splitlines()[0] == message


def test_same_entry_points_are_found_as_by_importlib(plugins: Plugins) -> None:
    _enter(plugins, "my-package", "my_net", "other_net")
    _enter(plugins, "b-package", "b_net")
    found = {point for points in entered("convzoo.models").values() for point in points}
    assert found == set(entry_points(group="convzoo.models"))
    assert len(found) == 3


def test_command_line_tells_a_warning_in_one_line(
    plugins: Plugins, capfd: pytest.CaptureFixture[str]
) -> None:
    _enter(plugins, "my-package", "mnist_convnet", "my_net")
    assert run(["list", "mnist_convnet", "my_*"]) == 0
    out, err = capfd.readouterr()
    card = "93,322    2017  28x28 grey images  The lecture's first convnet on MNIST"
    assert [line.split(maxsplit=1) for line in out.splitlines()[2:]] == [
        ["mnist_convnet", card],
        ["my_net", "(of the package my-package)"],
    ]
    assert err == (
        "Warning: The model name 'mnist_convnet' is taken by convzoo and by my-package "
        "(my_package:net_1). The first of them is used.\n"
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert run(["list", "--names", "my_*"]) == 0
    assert capfd.readouterr().out == "my_net\n"


def test_command_line_tells_a_broken_package_in_one_line(
    plugins: Plugins, capfd: pytest.CaptureFixture[str]
) -> None:
    _enter(plugins, "my-package", "my_net", code="import no_such_module")
    assert run(["list", "my_net"]) == 0
    assert capfd.readouterr().err == ""
    for command in ("calc", "show"):
        assert run([command, "my_net"]) == 2
        out, err = capfd.readouterr()
        assert (out, err) == (
            "",
            "Error: The model 'my_net' of the package my-package (my_package:net_1) can't be "
            "loaded: ModuleNotFoundError: No module named 'no_such_module'. Update the package or "
            "uninstall it.\n",
        )


def test_list_reads_the_cards_of_packages_where_it_needs_them(
    plugins: Plugins, capfd: pytest.CaptureFixture[str]
) -> None:
    _enter(plugins, "my-package", "my_net")
    _enter(plugins, "their-package", "my_other_net", code="import no_such_module")
    assert run(["list", "my_*", "--sort", "params", "--names"]) == 0
    out, err = capfd.readouterr()
    assert out == "my_net\n"
    assert err.startswith("Warning: The model 'my_other_net' of the package their-package ")
    assert err.count("\n") == 1
