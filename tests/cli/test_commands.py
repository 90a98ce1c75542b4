"""The commands, as a user runs them: output, exit status, one line on an error."""

from __future__ import annotations

import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from convzoo import Card, Graph, Input, Sequential, Source, layers, register
from convzoo.cli import COMMANDS, run
from convzoo.zoo import ZOO
from tests.registries import keep


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
        (["calc", "two_convs", "--inputshape", "8"], "No such option"),
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
    assert "Claims      93,322 params: verified here\n" in out
    assert " " * 12 + "99.06 % accuracy on MNIST: verified here, measured 99.13 %\n" in out


def test_help_of_each_command_has_examples(capfd: pytest.CaptureFixture[str]) -> None:
    _, out, _ = _run(capfd, "--help")
    commands = [line.split()[0] for line in out.split("Commands:")[1].splitlines() if line]
    assert commands == sorted(COMMANDS.names())
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


def test_large_archive_is_read_from_standard_input_up_to_the_limit() -> None:
    config = {"class_name": "Sequential", "config": {"layers": [_INPUT, _DENSE]}}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("config.json", json.dumps(config))
        archive.writestr("model.weights.h5", bytes(3 * 2**20))
    size = len(file.getvalue())
    for limit, status in ((size, 0), (size - 1, 2)):
        done = subprocess.run(
            [sys.executable, "-m", "convzoo", "calc", "-"],
            input=file.getvalue(),
            env={**os.environ, "CONVZOO_MAX_STDIN_BYTES": str(limit)},
            capture_output=True,
            timeout=60,
        )
        assert done.returncode == status
    assert b"standard input: has more than" in done.stderr
    assert b"bytes of input. If you trust it, set CONVZOO_MAX_STDIN_BYTES" in done.stderr


_INPUT = {"class_name": "InputLayer", "config": {"batch_shape": [None, 8]}}
_DENSE = {"class_name": "Dense", "config": {"units": 4}}


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
    for command in ("calc", "check", "compare", "list", "show"):
        _, out, _ = _run(capfd, command, "--help")
        for line in out.partition("Examples:")[2].partition("Options:")[0].splitlines():
            example = line.strip()
            if example.startswith("convzoo ") and not re.search(r"[<|]|\.keras", example):
                status, _, err = _run(capfd, *shlex.split(example)[1:])
                assert (status, err) == (0, ""), example
                ran += 1
    assert ran >= 24


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


def test_list_takes_several_patterns(capfd: pytest.CaptureFixture[str]) -> None:
    _, out, _ = _run(capfd, "list", "two_*", "dense_b*", "two_convs", "--names")
    assert out.split() == ["dense_baseline", "two_convs"]
    status, out, err = _run(capfd, "list", "two_*", "nothing*")
    assert (status, out) == (2, "")
    assert err.startswith("Error: Unknown model 'nothing*'.")


def test_list_filters_by_tags_and_sizes(capfd: pytest.CaptureFixture[str]) -> None:
    _, out, _ = _run(capfd, "list", "--tag", "mnist", "--tag", "features", "--names")
    assert {"mnist_convnet_base", "two_convs"} <= set(out.split())
    assert "mnist_convnet" not in out.split()
    options = ("--min-params", "55k", "--max-params", "0.08M", "--names")
    _, out, _ = _run(capfd, "list", "mnist*", "nielsen*", *options)
    assert out.split() == ["mnist_convnet_base", "nielsen_fc100"]
    options = ("--min-macs", "79,401", "--max-macs", "600k", "--names")
    _, out, _ = _run(capfd, "list", "nielsen*", *options)
    assert out.split() == ["nielsen_conv_pool"]
    options = ("--min-receptive-field", "16", "--max-receptive-field", "18", "--names")
    _, out, _ = _run(capfd, "list", "mnist_convnet*", "nielsen*", *options)
    expected = ["mnist_convnet", "mnist_convnet_base", "nielsen_dropout", "nielsen_two_conv"]
    assert out.split() == expected


def test_list_counts_what_does_not_learn_too(capfd: pytest.CaptureFixture[str]) -> None:
    _, out, _ = _run(capfd, "list", "resnet20", "--format", "json")
    [entry] = json.loads(out)
    assert (entry["trainable_params"], entry["params"]) == (269_722, 271_098)
    assert _run(capfd, "list", "resnet20", "--max-params", "270k")[0] == 1


@pytest.mark.parametrize(
    ("sort", "first"),
    [
        ("name", "nielsen_conv_pool"),
        ("params", "nielsen_feature_maps"),
        ("macs", "nielsen_feature_maps"),
        ("receptive_field", "nielsen_conv_pool"),
        ("year", "nielsen_conv_pool"),
    ],
)
def test_list_sorts(capfd: pytest.CaptureFixture[str], sort: str, first: str) -> None:
    _, out, _ = _run(capfd, "list", "nielsen*", "--sort", sort, "--names")
    assert out.split()[0] == first
    _, reverse, _ = _run(capfd, "list", "nielsen*", "--sort", sort, "--names", "--reverse")
    assert sorted(reverse.split()) == sorted(out.split())
    if sort in ("name", "params", "macs"):
        assert reverse.split() == out.split()[::-1]


def test_list_shows_what_it_calculates(capfd: pytest.CaptureFixture[str]) -> None:
    words = ("list", "mnist_convnet", "--max-macs", "5M", "--sort", "receptive_field")
    _, out, err = _run(capfd, *words)
    assert out.splitlines()[0].split("  ")[0] == "Name"
    assert "2,794,240              18x18    2017  28x28 grey images" in out
    assert err == ""
    _, out, _ = _run(capfd, *words, "--format", "json")
    [entry] = json.loads(out)
    assert entry["macs"] == 2_794_240
    assert entry["receptive_field"]["size"] == [18, 18]
    _, out, _ = _run(capfd, *words, "--format", "csv")
    assert out == (
        "name,title,params,trainable_params,macs,receptive_field,year,input,tags\n"
        "mnist_convnet,The lecture's first convnet on MNIST,93322,93322,2794240,18x18,2017,"
        "28x28 grey images,lecture mnist\n"
    )


def test_list_calculates_nothing_that_is_not_asked_for(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("convzoo.calculating.calc", None)
    words = ("--tag", "mnist", "--max-params", "1M", "--sort", "params")
    assert _run(capfd, "list", *words)[0] == 0
    assert _run(capfd, "list", *words, "--format", "json")[0] == 0


def test_list_has_status_1_where_nothing_passes(capfd: pytest.CaptureFixture[str]) -> None:
    status, out, err = _run(capfd, "list", "mnist*", "--max-params", "10")
    assert (status, out, err) == (1, "", "No architecture of the zoo passes these filters.\n")
    status, out, _ = _run(capfd, "list", "mnist*", "--max-params", "10", "--format", "json")
    assert (status, json.loads(out)) == (1, [])


def test_list_fits_into_120_columns(capfd: pytest.CaptureFixture[str]) -> None:
    _, out, _ = _run(capfd, "list", "--sort", "params")
    assert max(map(len, out.splitlines())) <= 120
    _, out, _ = _run(capfd, "list", "lenet5", "--format", "simple")
    assert "LeNet-5 as it was published: sparse C3, trainable sub-sampling, RBF output" in out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--tag", "mnits"), "Unknown tag 'mnits'. Did you mean mnist? Tags are "),
        (("--max-params", "3x"), "'3x' is no number. Write, for example, 300k, 5M or 1.5G."),
        (("--max-macs", "k"), "'k' is no number."),
        (("--sort", "size"), "'size' is not one of 'name', 'params', 'macs', 'receptive_field'"),
        (("--format", "jsn"), "Unknown format 'jsn'. Did you mean json?"),
    ],
)
def test_list_refuses_what_an_option_can_not_be(
    capfd: pytest.CaptureFixture[str], words: tuple[str, ...], message: str
) -> None:
    status, out, err = _run(capfd, "list", *words)
    assert (status, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1


def test_show_wraps_its_card(capfd: pytest.CaptureFixture[str]) -> None:
    _, out, _ = _run(capfd, "show", "lenet5", "--card")
    lines = out.splitlines()
    assert lines[0] == "lenet5"
    assert max(map(len, lines)) <= 100
    assert "Input       32x32 grey images: digits of 28x28 in the middle; at least 32x32x1" in lines
    assert "Stages      s2, s4, c5" in lines
    assert "Total params" not in out


def test_show_tells_whose_weights_there_are(capfd: pytest.CaptureFixture[str]) -> None:
    _, out, _ = _run(capfd, "show", "vgg16", "--card")
    assert "Aliases     VGG16\n" in out
    assert "Weights     those of keras.applications.VGG16, CC BY 4.0\n" in out
    assert "15.3 G macs by K. He et al., arXiv:1512.03385: contradicted (0.17 G less" in out


def test_show_gives_the_card_as_json(capfd: pytest.CaptureFixture[str]) -> None:
    _, out, _ = _run(capfd, "show", "mnist_convnet", "--format", "json")
    card = json.loads(out)
    assert (card["name"], card["params"], card["trainable_params"]) == (
        "mnist_convnet",
        93_322,
        93_322,
    )
    assert card["smallest_input"] == [18, 18, 1]
    assert card["source"]["year"] == 2017
    assert card["claims"][0]["status"] == "verified here"
    assert card["recipe"]["optimizer"] == "RMSprop"
    assert card["stages"] == ["conv2d", "conv2d_1", "conv2d_2"]


def test_show_does_without_a_smallest_input(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(monkeypatch, ZOO)

    @register(Card("Mine", Source("Me", "Mine", 2026), input="8 numbers"))
    def my_net() -> Graph:
        return Sequential([Input((8,)), layers.Dense(3)])

    @register(Card("Mine", Source("Me", "Mine", 2026), input="images of any size"))
    def any_net(input_shape: Any = (None, None, 3)) -> Graph:
        return Sequential([Input(input_shape), layers.Conv2D(3, 3)])

    assert "Input       8 numbers\n" in _run(capfd, "show", "my_net")[1]
    assert "Input       images of any size; at least ?x?x3\n" in _run(capfd, "show", "any_net")[1]


def test_calc_and_build_describe_for_the_input_shape(capfd: pytest.CaptureFixture[str]) -> None:
    for command in (("calc", "mnist_convnet"), ("build", "mnist_convnet", "-o", "net.keras")):
        status, out, err = _run(capfd, *command, "--input-shape", "12x12x1")
        assert (status, out) == (2, "")
        assert "'mnist_convnet': the input must be 18x18x1 or larger." in err


def test_list_fits_into_the_terminal(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    for width, has_input in ((80, False), (100, True)):
        monkeypatch.setenv("COLUMNS", str(width))
        _, out, _ = _run(capfd, "list", "mnist*", "mlperf*", "resnet20*")
        assert max(map(len, out.splitlines())) == width
        assert ("Input" in out) == has_input


def test_progress_is_for_a_terminal_only(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    _, out, err = _run(capfd, "list", "mnist*", "--sort", "macs")
    assert "Calculating" in err
    assert "Calculating" not in out
