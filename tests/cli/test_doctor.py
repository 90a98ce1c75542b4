"""What is installed, told without importing it; packages are made up for what is wrong."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from convzoo.cli import run
from convzoo.installation import installation
from tests.plugins import Plugins


def _told(capfd: pytest.CaptureFixture[str]) -> tuple[int, dict[str, Any]]:
    status = run(["doctor", "--format", "json"])
    return status, json.loads(capfd.readouterr().out)


class Described:
    """Metadata of convzoo as a test wants it, before that which is installed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def install(self, name: str, version: str, *lines: str, module: str | None = None) -> None:
        described = self._describe(name, version, *lines)
        module = module or name
        (described / "top_level.txt").write_text(f"{module}\n")
        if not module.startswith("gone"):
            (self.folder / f"{module}.py").touch()

    def _describe(self, name: str, version: str, *lines: str) -> Path:
        folder = self.folder / f"{name.replace('-', '_')}-{version}.dist-info"
        folder.mkdir()
        text = "\n".join(["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", *lines])
        (folder / "METADATA").write_text(f"{text}\n")
        return folder

    def convzoo(self, *lines: str, python: str = ">=3.11") -> None:
        self._describe("convzoo", "0.1.0", f"Requires-Python: {python}", *lines)


@pytest.fixture
def described(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Described:
    """A folder first on the path, with metadata of packages."""
    monkeypatch.syspath_prepend(tmp_path)
    return Described(tmp_path)


def test_all_is_well_where_what_is_asked_for_is_there(
    described: Described, capfd: pytest.CaptureFixture[str]
) -> None:
    described.install("made-up-one", "1.5", module="made_up_one")
    described.convzoo(
        "Requires-Dist: made-up-one>=1.0",
        "Provides-Extra: more",
        'Requires-Dist: made-up-one>=1.2; extra == "more"',
        'Requires-Dist: made-up-two; extra == "more"',
    )
    status, told = _told(capfd)
    assert (status, told["problems"]) == (0, [])
    assert told["packages"][1] == {
        "name": "made-up-one",
        "required": ">=1.0",
        "version": "1.5",
        "problem": "",
    }
    assert [one["version"] for one in told["extras"]["more"]] == ["1.5", None]
    assert run(["doctor"]) == 0
    out = capfd.readouterr().out
    assert "more        in part   made-up-one; without made-up-two\n" in out
    assert out.endswith("\nAll is well.\n")


@pytest.mark.parametrize(
    ("version", "module", "required", "problem"),
    [
        (
            "0.9",
            "made_up",
            ">=1.0",
            "made-up 0.9: must be >=1.0. pip install --force-reinstall 'made-up>=1.0'.",
        ),
        (
            "1.0",
            "gone_away",
            "",
            "made-up 1.0: its files are gone. pip install --force-reinstall 'made-up'.",
        ),
    ],
)
def test_what_is_too_old_or_broken_is_a_problem(
    described: Described,
    capfd: pytest.CaptureFixture[str],
    version: str,
    module: str,
    required: str,
    problem: str,
) -> None:
    described.install("made-up", version, module=module)
    described.convzoo("Provides-Extra: more", f'Requires-Dist: made-up{required}; extra == "more"')
    status, told = _told(capfd)
    assert (status, told["problems"]) == (1, [problem])
    assert run(["doctor"]) == 1
    assert problem in capfd.readouterr().out


def test_what_is_needed_and_missing_is_a_problem(
    described: Described, capfd: pytest.CaptureFixture[str]
) -> None:
    described.convzoo("Requires-Dist: made-up>=1.0")
    status, told = _told(capfd)
    assert (status, told["problems"]) == (1, ["made-up is missing: pip install 'made-up>=1.0'."])


def test_python_that_is_too_old_is_a_problem(
    described: Described, capfd: pytest.CaptureFixture[str]
) -> None:
    described.convzoo(python=">=4.0")
    status, told = _told(capfd)
    assert status == 1
    assert told["problems"][0].endswith(": must be >=4.0. Use another Python.")


def test_environment_chooses_before_the_file_and_the_file_before_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    assert installation().backend[:2] == ("tensorflow", "Keras's default")
    file = tmp_path / "keras.json"
    file.write_text('{"backend": "jax"}')
    assert installation().backend[:2] == ("jax", str(file))
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    assert installation().backend[:2] == ("torch", "KERAS_BACKEND")
    file.write_text("no JSON")
    monkeypatch.delenv("KERAS_BACKEND")
    assert installation().backend[:2] == ("tensorflow", "Keras's default")


def test_plugins_are_told_and_not_imported(
    plugins: Plugins, capfd: pytest.CaptureFixture[str]
) -> None:
    plugins.install(
        "my-package", {"convzoo.models": {"my_net": "my_package:my_net"}}, "raise SystemExit"
    )
    run(["doctor"])
    assert "model  my_net  my-package (my_package:my_net)\n" in capfd.readouterr().out


def test_no_framework_is_imported() -> None:
    code = (
        "import sys\nfrom convzoo.cli import run\nrun(['doctor'])\n"
        "print([name for name in ('keras', 'tensorflow', 'jax', 'torch', 'numpy')"
        " if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.splitlines()[-1] == "[]"
    assert done.stderr == ""
