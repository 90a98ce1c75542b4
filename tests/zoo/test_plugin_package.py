"""The package of the examples, installed with convzoo into an environment of its own."""

from __future__ import annotations

import json
import shutil
import subprocess
import venv
from pathlib import Path
from textwrap import dedent

import pytest

pytestmark = pytest.mark.slow

_ROOT = Path(__file__).parents[2]

_BROKEN_PROJECT = """
    [build-system]
    requires = ["hatchling>=1.26"]
    build-backend = "hatchling.build"

    [project]
    name = "broken-nets"
    version = "1.0"

    [project.entry-points."convzoo.models"]
    broken_net = "broken_nets:broken_net"
    mnist_convnet = "broken_nets:mnist_convnet"

    [project.entry-points."convzoo.layers"]
    "broken>Scale" = "broken_nets:Scale"
"""


class _Environment:
    """A virtual environment with convzoo and what its command line needs, but no Keras."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        venv.create(folder, with_pip=True)
        self._pip("click", "tabulate")
        self.install(_ROOT)

    def install(self, project: Path) -> None:
        """Build a project and install it, without what it requires."""
        self._pip("--no-deps", str(project))

    def _pip(self, *words: str) -> None:
        done = self.python("-m", "pip", "install", "-q", *words)
        assert done.returncode == 0, done.stderr

    def python(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run its Python outside of the checkout."""
        return subprocess.run(
            # Isolated: what a test's environment has on the path, this one has not.
            [self._folder / "bin" / "python", "-I", *words],
            cwd=self._folder,
            capture_output=True,
            text=True,
            timeout=300,
        )

    def convzoo(self, *words: str) -> tuple[int, str, str]:
        """Run its convzoo: the exit status, the output, and what is told on stderr."""
        done = self.python(str(self._folder / "bin" / "convzoo"), *words)
        return done.returncode, done.stdout, done.stderr

    def modules(self, *words: str) -> set[str]:
        """The modules that its convzoo has imported after a command."""
        code = "import sys; from convzoo.cli import run; run(sys.argv[1:]); print(*sys.modules)"
        return set(self.python("-c", code, *words).stdout.splitlines()[-1].split())


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> _Environment:
    folder = tmp_path_factory.mktemp("environment")
    environment = _Environment(folder / "venv")
    # Building may leave files beside the project.
    plugin = folder / "plugin"
    shutil.copytree(_ROOT / "examples" / "convzoo_plugin", plugin)
    environment.install(plugin)
    return environment


def test_model_of_the_example_is_listed_without_an_import(environment: _Environment) -> None:
    status, out, err = environment.convzoo("list", "depthwise*")
    assert (status, err) == (0, "")
    assert out.splitlines()[2].split(maxsplit=1) == [
        "depthwise_digits",
        "(of the package digit-nets)",
    ]
    assert "depthwise_digits" in environment.convzoo("list", "--names")[1].split()
    listing = environment.modules("list")
    assert "convzoo.zoo.mnist" in listing
    assert not any(module.startswith("digit_nets") for module in listing)
    assert "digit_nets.depthwise" in environment.modules("calc", "depthwise_digits")


def test_model_of_the_example_has_its_table_and_its_card(environment: _Environment) -> None:
    status, out, err = environment.convzoo("calc", "depthwise_digits")
    assert (status, err) == (0, "")
    assert "Total params: 4,234 (16.54 KiB)\nTrainable params: 4,010\n" in out
    status, out, err = environment.convzoo("show", "depthwise_digits@1")
    assert (status, err) == (0, "")
    assert "Depthwise separable convolutions on handwritten digits\n" in out


def test_broken_package_stops_no_command_that_can_do_without(
    environment: _Environment, tmp_path: Path
) -> None:
    (tmp_path / "pyproject.toml").write_text(dedent(_BROKEN_PROJECT))
    (tmp_path / "broken_nets.py").write_text("import no_such_module\n")
    environment.install(tmp_path)
    taken = (
        "Warning: The model name 'mnist_convnet' is taken by convzoo and by broken-nets "
        "(broken_nets:mnist_convnet). The first of them is used.\n"
    )
    status, out, err = environment.convzoo("list", "*_*")
    assert (status, err) == (0, taken)
    assert "(of the package broken-nets)" in out
    assert "depthwise_digits" in out
    layer = {"class_name": "Scale", "module": "broken", "registered_name": "broken>Scale"}
    model = {"class_name": "Sequential", "config": {"layers": [{**layer, "config": {}}]}}
    status, out, err = environment.convzoo("calc", json.dumps(model), "--input-shape", "4")
    reason = "can't be loaded: ModuleNotFoundError: No module named 'no_such_module'. Update"
    assert (status, err.count("\n")) == (0, 1)
    assert err.startswith("Warning: The layer 'broken>Scale' of the package broken-nets ")
    assert reason in err
    assert "unknown" in out
    status, out, err = environment.convzoo("calc", "broken_net")
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("Error: The model 'broken_net' of the package broken-nets ")
    assert reason in err
    for name in ("mnist_convnet", "depthwise_digits"):
        status, out, err = environment.convzoo("calc", name)
        assert (status, err) == (0, "")
