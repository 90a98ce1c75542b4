"""The commands, as a user runs them: output, exit status, one line on an error."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from convzoo.cli import run


def _run(capfd: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    status = run(words)
    out, err = capfd.readouterr()
    return status, out, err


def test_calc_prints_the_table(capfd: pytest.CaptureFixture[str]) -> None:
    status, out, err = _run(capfd, "calc", "mnist_convnet")
    assert (status, err) == (0, "")
    assert "Total params: 93,322 (364.54 KiB)" in out


def test_calc_takes_columns_format_and_input_shape(capfd: pytest.CaptureFixture[str]) -> None:
    words = ("calc", "two_convs", "--columns", "params,macs", "--input-shape", "8x8x1")
    status, out, _ = _run(capfd, *words, "--format", "csv")
    assert status == 0
    assert out.splitlines()[1] == 'conv2d,Conv2D,"(None, 6, 6, 32)",320,10368'
    status, out, _ = _run(capfd, *words, "--format", "json")
    assert json.loads(out)["input_shapes"] == [[None, 8, 8, 1]]


def test_calc_explains(capfd: pytest.CaptureFixture[str]) -> None:
    status, out, _ = _run(capfd, "calc", "28x28x1", "conv:32,3", "--explain")
    assert status == 0
    assert "  params: 32 filters x (3 x 3 x 1 weights + 1 bias) = 320\n" in out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["calc", "mnist_convnt"], "Unknown model 'mnist_convnt'. Did you mean mnist_convnet"),
        (["calc", "28x28x1", "conv:8"], "'conv:8': Conv2D: missing argument 'kernel_size'."),
        (["calc"], "Missing argument 'SOURCE...'."),
        (["calc", "no.keras"], "There is no file 'no.keras'."),
        (["calc", "two_convs", "--columns", "mac"], "Unknown column 'mac'. Did you mean macs?"),
        (["calc", "two_convs", "--format", "jsn"], "Unknown format 'jsn'. Did you mean json?"),
        (["calc", "two_convs", "--input-shape", "a"], "'a' are no sizes. Write, for example, "),
        (["calc", "two_convs", "--inputshape", "8"], "No such option '--inputshape'."),
        (["clac"], "Unknown command 'clac'. Did you mean calc?"),
        (["show", "two_conv"], "Unknown model 'two_conv'. Did you mean two_convs or nielse"),
        (["list", "nothing*"], "Unknown model 'nothing*'."),
        (["build", "two_convs", "-o", "net.txt"], "net.txt: the path must end in .keras"),
    ],
)
def test_error_is_one_line_with_status_2(
    capfd: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    status, out, err = _run(capfd, *words)
    assert (status, out) == (2, "")
    assert err.startswith("Error: ")
    assert err.count("\n") == 1
    assert message in err


def test_list_and_show_tell_of_the_zoo(capfd: pytest.CaptureFixture[str]) -> None:
    _, out, _ = _run(capfd, "list", "mnist_convnet*")
    assert [line.split()[0] for line in out.splitlines()[2:]] == [
        "mnist_convnet",
        "mnist_convnet_base",
    ]
    _, out, _ = _run(capfd, "list", "--names")
    assert "dense_baseline\n" in out
    _, out, _ = _run(capfd, "show", "mnist_convnet")
    assert "Claim:    93,322 params: verified here\n" in out
    assert "Claim:    99.06 % accuracy on MNIST: claimed by the source\n" in out


def test_help_of_each_command_has_examples(capfd: pytest.CaptureFixture[str]) -> None:
    _, out, _ = _run(capfd, "--help")
    commands = [line.split()[0] for line in out.split("Commands:")[1].splitlines() if line]
    assert commands == ["build", "calc", "compare", "list", "plot", "show", "verify"]
    for command in commands:
        status, out, _ = _run(capfd, command, "--help")
        assert status == 0
        assert "Examples:" in out


def test_build_saves_a_model_that_calc_reads(
    capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "net.keras"
    words = ("build", "8x8x1", "conv:4,3,relu", "flatten", "dense:2", "-o", str(path))
    status, out, _ = _run(capfd, *words)
    assert (status, out) == (0, f"Saved sequential, 330 parameters, to {path}.\n")
    assert [p.name for p in tmp_path.iterdir()] == ["net.keras"]
    status, out, _ = _run(capfd, "calc", str(path))
    assert "Total params: 330" in out
    status, _, err = _run(capfd, *words)
    assert status == 2
    assert "is there already. Give --force to replace it." in err
    assert _run(capfd, *words, "--force")[0] == 0


def test_verify_agrees_or_tells_the_difference(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    status, out, _ = _run(capfd, "verify", "mnist_convnet")
    assert status == 0
    assert out == "mnist_convnet: Keras agrees on all 8 rows and on 93,322 parameters.\n"
    from convzoo import layers

    monkeypatch.setattr(layers.Dense, "output_shape", lambda _, shape: (*shape[:-1], 7))
    status, out, _ = _run(capfd, "verify", "4", "dense:3")
    assert status == 1
    assert "dense: output shape: convzoo (None, 7), Keras (None, 3)" in out


def test_standard_input_is_read() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "convzoo", "calc", "-"],
        input=b"28x28x1 conv:32,3,relu\n",
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert b"Total params: 320" in done.stdout


def test_reader_that_stops_early_is_no_error() -> None:
    done = subprocess.run(
        f"{sys.executable} -m convzoo calc mnist_convnet | head -1",
        shell=True,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert (done.stdout, done.stderr) == ("mnist_convnet, input (None, 28, 28, 1)\n", "")


@pytest.mark.parametrize("shell", ["bash", "zsh", "sh"])
def test_stack_needs_no_quotes(shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"there is no {shell} on this machine")
    stack = "28x28x1 conv:32,3,relu,padding=same maxpool:2 conv:64,3x3 flatten dense:10,softmax"
    done = subprocess.run(
        [shell, "-c", f"{sys.executable} -m convzoo calc {stack}"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "Total params: 110,986" in done.stdout


def test_colour_is_for_a_terminal_only(capfd: pytest.CaptureFixture[str]) -> None:
    _, out, err = _run(capfd, "calc", "two_convs", "--explain")
    assert "\x1b" not in out + err


def test_examples_of_the_help_run(capfd: pytest.CaptureFixture[str]) -> None:
    ran = 0
    for command in ("calc", "list", "show"):
        _, out, _ = _run(capfd, command, "--help")
        for line in out.splitlines():
            example = line.strip()
            if example.startswith("convzoo ") and not re.search(r"[<|]|model\.keras", example):
                status, _, err = _run(capfd, *shlex.split(example)[1:])
                assert (status, err) == (0, ""), example
                ran += 1
    assert ran >= 9


def test_calc_sorts_cuts_and_shares_out(capfd: pytest.CaptureFixture[str]) -> None:
    options = ("--columns", "macs", "--sort", "macs", "--top", "2", "--share")
    status, out, _ = _run(capfd, "calc", "mnist_convnet", *options)
    assert status == 0
    assert [line.split()[0] for line in out.splitlines()[4:6]] == ["conv2d_1", "conv2d_2"]
    assert "79.8%  █████████▋" in out
    assert "Note: 6 more layers are not shown." in out


def test_calc_tells_the_largest_batches(capfd: pytest.CaptureFixture[str]) -> None:
    _, out, _ = _run(capfd, "calc", "mnist_convnet", "--fit", "1.5MiB", "--optimizer", "sgd")
    # 1,572,864 bytes hold weights and gradients of 746,576 and 153,576 for each sample.
    assert out.endswith("Largest batch in 1.50 MiB: 5 to train with sgd, 11 to run\n")
    _, out, err = _run(capfd, "calc", "mnist_convnet", "--fit", "1MB", "--format", "json")
    assert json.loads(out)["totals"]["params"] == 93_322
    assert err == "Largest batch in 976.56 KiB: 0 to train with adam, 5 to run\n"


def test_calc_counts_a_batch(capfd: pytest.CaptureFixture[str]) -> None:
    _, out, _ = _run(capfd, "calc", "mnist_convnet", "--columns", "macs", "--batch", "3")
    assert f"Total MACs: {3 * 2_794_240:,}" in out


def test_calc_counts_as_other_tools_do(capfd: pytest.CaptureFixture[str]) -> None:
    _, out, _ = _run(capfd, "calc", "mnist_convnet", "--convention", "all")
    assert "Total torchinfo: 2,824,266" in out
    assert "Total fvcore: 2,794,240" in out
    status, _, err = _run(capfd, "calc", "mnist_convnet", "--convention", "torch")
    assert status == 2
    assert err.startswith("Error: Unknown convention 'torch'.")


def test_calc_tells_what_a_unit_sees(capfd: pytest.CaptureFixture[str]) -> None:
    _, out, _ = _run(capfd, "calc", "mnist_convnet", "--unit", "1,2")
    assert "4-21 x 8-25" in out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--unit", "a"), "'a' is no place. Write, for example, 3,4."),
        (("--fit", "3x"), "'3x' is no size of memory. Write, for example, 16GiB."),
        (("--fit", "1.2.3GB"), "'1.2.3GB' is no size of memory."),
        (("--sort", "foo"), "Unknown column 'foo'."),
        (("--dtype", "blob"), "dtype must name a dtype of numbers. Received 'blob'."),
        (("--batch", "0"), "0 is not in the range x>=1."),
    ],
)
def test_calc_refuses_what_an_option_can_not_be(
    capfd: pytest.CaptureFixture[str], words: tuple[str, ...], message: str
) -> None:
    status, out, err = _run(capfd, "calc", "mnist_convnet", *words)
    assert (status, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1
