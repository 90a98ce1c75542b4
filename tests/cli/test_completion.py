"""What shells offer after Tab, asked as they ask."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import CompletionItem, get_completion_class

from convzoo.cli import convzoo, run

_ROOT = Path(__file__).parents[2]


def _offered(*words: str) -> list[CompletionItem]:
    completion = get_completion_class("bash")
    assert completion is not None
    *before, incomplete = words
    made = completion(convzoo, {}, "convzoo", "_CONVZOO_COMPLETE")
    return made.get_completions(before, incomplete)


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["doct"], ["doctor"]),
        (["completion", ""], ["bash", "zsh", "fish"]),
        (["calc", "x", "--expl"], ["--explain"]),
        (["calc", "mnist_convnet_b"], ["mnist_convnet_b", "mnist_convnet_base"]),
        (["check", "--baseline", "two_c"], ["two_c", "two_convs"]),
        (["show", "lenet5_"], ["lenet5_dense"]),
        (["list", "lenet5_"], ["lenet5_dense"]),
        (["list", "--tag", "tin"], ["tiny"]),
        (["calc", "x", "--columns", "rece"], ["receptive_field"]),
        (["calc", "x", "--columns", "params,macs,bias"], ["params,macs,bias_adds"]),
        (["calc", "x", "--columns", "bias_adds,bias"], []),
        (["compare", "x", "--columns", "peak"], ["peak_activation_bytes"]),
        (["sweep", "x", "--pareto", "params,mac"], ["params,macs"]),
        (["calc", "x", "--format", "markd"], ["markdown"]),
        (["calc", "x", "--format", "ht"], ["html"]),
        (["calc", "28x28x1", "maxpo"], ["maxpool"]),
        (["calc", "28x28x1", "MaxPool2"], ["MaxPool2D"]),
        (["sweep", "28x28x1", "conv:16/32,3", "flatt"], ["flatten"]),
        (["help", "stac"], ["stacks"]),
        (["help", "doct"], ["doctor"]),
    ],
)
def test_words_are_offered(words: list[str], offered: list[str]) -> None:
    assert [item.value for item in _offered(*words)] == offered


def test_files_are_left_to_the_shell_beside_names() -> None:
    first, *names = _offered("calc", "model")
    assert (first.value, first.type) == ("model", "file")
    assert names == []


def test_what_a_name_is_stands_beside_it() -> None:
    (_, item) = _offered("calc", "mnist_convnet_b")
    assert item.help == "The convolutional base of the lecture's first convnet"


@pytest.mark.parametrize(
    "words",
    [
        # Bash parts words at colons.
        ["calc", "28x28x1", "conv", ":", "re"],
        ["calc", "28x28x1", "conv:32,3,re"],
    ],
)
def test_nothing_is_offered_where_nothing_is_known(words: list[str]) -> None:
    assert _offered(*words) == []


def test_no_framework_is_imported_for_it() -> None:
    code = (
        "import os, sys\nfrom convzoo.cli import run\n"
        "try: run([])\nexcept SystemExit: pass\n"
        "print([name for name in ('keras', 'tensorflow', 'jax', 'torch') if name in sys.modules])"
    )
    asked = {"COMP_WORDS": "convzoo calc mnist_convnet_b", "COMP_CWORD": "2"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        env=os.environ | asked | {"_CONVZOO_COMPLETE": "bash_complete"},
    )
    assert done.stdout.splitlines() == [
        "file,mnist_convnet_b",
        "plain,mnist_convnet_base",
        "[]",
    ]
    assert done.stderr == ""


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A `convzoo` on the path of programs."""
    program = tmp_path / "convzoo"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m convzoo "$@"\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setenv("PYTHONPATH", str(_ROOT), prepend=os.pathsep)


def _said(*words: str) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=True, timeout=60)
    return done.stdout


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
@pytest.mark.usefixtures("command")
def test_bash_completes() -> None:
    script = (
        "source <(convzoo completion bash); COMP_WORDS=(convzoo calc x --columns params,rec)\n"
        'COMP_CWORD=4; _convzoo_completion convzoo; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    assert _said("bash", "-c", script) == "params,receptive_field\n"


@pytest.mark.skipif(shutil.which("fish") is None, reason="there is no fish")
@pytest.mark.usefixtures("command")
def test_fish_completes() -> None:
    script = "convzoo completion fish | source; complete -C 'convzoo calc x --columns params,rec'"
    found = _said("fish", "--no-config", "-c", script)
    assert found.split("\t")[0] == "params,receptive_field"


def test_fish_parts_at_the_first_comma_only(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["completion", "fish"]) == 0
    assert 'string split --max 1 ","' in capfd.readouterr().out


def test_zsh_has_a_script(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["completion", "zsh"]) == 0
    assert capfd.readouterr().out.startswith("#compdef convzoo\n")
