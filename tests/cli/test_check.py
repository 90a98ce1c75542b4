"""`convzoo check`, as a user and CI run it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from convzoo import describe
from convzoo.budgets import RULES
from convzoo.cli import run

_ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test has a working directory of its own, in which it may configure what it likes."""
    monkeypatch.chdir(tmp_path)


def _run(capfd: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    status = run(["check", *words])
    out, err = capfd.readouterr()
    return status, out, err


def _configure(text: str, folder: Path = Path()) -> Path:
    path = folder / "pyproject.toml"
    path.write_text(text)
    return path


def _saved(path: str, **overrides: Any) -> str:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(json.dumps(describe("mnist_convnet", **overrides).to_config()))
    return path


def test_status_is_0_when_all_limits_are_kept(capfd: pytest.CaptureFixture[str]) -> None:
    words = ("--max-params", "100k", "--max-macs", "50M", "--min-receptive-field", "18")
    assert _run(capfd, "mnist_convnet", *words) == (
        0,
        "ok       mnist_convnet: params: 93,322 of at most 100,000\n"
        "ok       mnist_convnet: macs: 2,794,240 of at most 50,000,000\n"
        "ok       mnist_convnet: receptive field: 18 of at least 18\n",
        "",
    )


def test_status_is_1_when_one_is_not(capfd: pytest.CaptureFixture[str]) -> None:
    words = ("--max-weights", "1MiB", "--max-peak-memory", "26KiB", "--dtype", "int8")
    status, out, err = _run(capfd, "mnist_convnet", *words)
    assert (status, err) == (1, "")
    assert out.splitlines() == [
        "ok       mnist_convnet: weights: 91.13 KiB of at most 1.00 MiB",
        "over     mnist_convnet: peak memory: 26.41 KiB, 416 B over the limit of 26.00 KiB "
        "(the most is in 'max_pooling2d')",
    ]


def test_every_rule_is_an_option(capfd: pytest.CaptureFixture[str]) -> None:
    options = [word for rule in RULES for word in (f"--{rule.replace('_', '-')}", "1")]
    _, out, _ = _run(capfd, "mnist_convnet", *options, "--format", "json")
    [source] = json.loads(out)["sources"]
    assert [verdict["rule"] for verdict in source["rules"]] == [*RULES]


def test_stack_alone_needs_no_quotes(capfd: pytest.CaptureFixture[str]) -> None:
    stack = ("28x28x1", "conv:8,3", "flatten", "dense:3")
    expected = "ok       sequential: params: 16,307 of at most 20,000\n"
    assert _run(capfd, *stack, "--max-params", "20k") == (0, expected, "")
    assert _run(capfd, " ".join(stack), "--max-params", "20k") == (0, expected, "")


def test_several_sources_are_told_apart(capfd: pytest.CaptureFixture[str]) -> None:
    stacks = ("4 dense:3", "input:4,dtype=uint8 dense:3")
    _, out, _ = _run(capfd, "dense_baseline", *stacks, "--max-params", "15")
    assert [line.split(": ")[0] for line in out.splitlines()] == [
        "over     dense_baseline",
        "ok       sequential (1)",
        "ok       sequential (2)",
    ]


def test_files_are_checked(capfd: pytest.CaptureFixture[str]) -> None:
    files = _saved("small.json", classes=2), _saved("large.json")
    status, out, _ = _run(capfd, *files, "--max-params", "93k")
    assert status == 1
    assert [line.partition(" params")[0] for line in out.splitlines()] == [
        "ok       small.json:",
        "over     large.json:",
    ]


def test_input_shape_and_batch_are_those_of_calc(capfd: pytest.CaptureFixture[str]) -> None:
    words = ("nonexnonex3 conv:2,3", "--input-shape", "8x8x3", "--batch", "2", "--max-macs", "1M")
    assert _run(capfd, *words)[1] == "ok       sequential: macs: 3,888 of at most 1,000,000\n"


def test_baseline_may_not_be_outgrown(capfd: pytest.CaptureFixture[str]) -> None:
    old, new = _saved("old.json", classes=9), _saved("new.json")
    assert _run(capfd, old, "--baseline", old)[0] == 0
    assert _run(capfd, old, "--baseline", new)[0] == 0
    status, out, _ = _run(capfd, new, "--baseline", old, "--max-params", "1M")
    assert status == 1
    assert [line[:7].strip() for line in out.splitlines()] == ["ok", "over", "over", "over", "ok"]
    assert "new.json: params: 93,322, 65 more than the 93,257 of the baseline" in out


def test_standard_input_may_be_the_baseline() -> None:
    old, new = _saved("old.json", classes=9), _saved("new.json")
    for words, status in (((new, "--baseline", "-"), 1), (("-", "--baseline", new), 0)):
        done = subprocess.run(
            [sys.executable, "-m", "convzoo", "check", *words],
            input=Path(old).read_bytes(),
            capture_output=True,
            timeout=60,
        )
        assert (done.returncode, done.stderr) == (status, b"")


def test_json_is_the_contract(capfd: pytest.CaptureFixture[str]) -> None:
    path = _saved("net.json")
    words = ("mnist_convnet", path, "--max-params", "93k", "--format", "json")
    status, out, _ = _run(capfd, *words)
    found = json.loads(out)
    assert status == 1
    assert [*found] == ["holds", "sources"]
    assert found["holds"] is False
    assert [(one["name"], one["path"], one["holds"]) for one in found["sources"]] == [
        ("mnist_convnet", None, False),
        ("net.json", "net.json", False),
    ]
    assert found["sources"][0]["rules"] == [
        {
            "rule": "max_params",
            "against": "limit",
            "limit": 93_000,
            "found": 93_322,
            "known": True,
            "status": "over",
            "reason": "the most is in 'conv2d_2'",
            "holds": False,
        }
    ]


def test_github_has_an_annotation_for_what_does_not_hold(
    capfd: pytest.CaptureFixture[str],
) -> None:
    path = _saved("models/a,b:100%.json")
    words = (path, "mnist_convnet", "--max-params", "93k", "--max-macs", "5M")
    status, out, _ = _run(capfd, *words, "--format", "github")
    assert status == 1
    message = "params: 93,322, 322 over the limit of 93,000 (the most is in 'conv2d_2')"
    assert out.splitlines() == [
        "::error file=models/a%2Cb%3A100%25.json,title=convzoo check%3A max_params::"
        f"models/a,b:100%25.json: {message}",
        "ok       models/a,b:100%.json: macs: 2,794,240 of at most 5,000,000",
        f"::error title=convzoo check%3A max_params::mnist_convnet: {message}",
        "ok       mnist_convnet: macs: 2,794,240 of at most 5,000,000",
    ]


@pytest.mark.parametrize("style", ["text", "github"])
def test_file_can_steer_neither_a_terminal_nor_a_runner(
    capfd: pytest.CaptureFixture[str], style: str
) -> None:
    evil = "\x1b[31m\n::add-mask::x ##[add-mask]"
    graph = describe("mnist_convnet")
    graph.layers[4].name = evil
    Path("net.json").write_text(json.dumps(graph.to_config()))
    Path("##[add-mask].json").write_text(Path("net.json").read_text())
    words = ("net.json", "##[add-mask].json", "--max-params", "93k", "--max-macs", "5M")
    _, out, _ = _run(capfd, *words, "--format", style)
    assert out.count("\n") == 4
    assert "\x1b" not in out
    if style == "github":
        assert all("##[" not in line or line.startswith("::error ") for line in out.splitlines())


def test_limits_of_the_configuration_are_kept(capfd: pytest.CaptureFixture[str]) -> None:
    _configure(
        '[tool.convzoo.check]\nmax-params = "93k"\nmax_weights = 93_322\n'
        'dtype = "int8"\ninput-shape = "28x28x1"\nbatch = 1\n'
    )
    status, out, _ = _run(capfd, "mnist_convnet")
    assert status == 1
    assert [line.split("; ")[0].partition(" (")[0] for line in out.splitlines()] == [
        "over     mnist_convnet: params: 93,322, 322 over the limit of 93,000",
        "ok       mnist_convnet: weights: 91.13 KiB of at most 91.13 KiB",
    ]


def test_options_take_the_place_of_the_configuration(capfd: pytest.CaptureFixture[str]) -> None:
    _configure(
        '[tool.convzoo.check]\nmax-params = "1k"\n'
        '[tool.convzoo.check.files."mnist*"]\nmax-params = "2k"\n'
    )
    assert "limit of 2,000" in _run(capfd, "mnist_convnet")[1]
    assert "limit of 1,000" in _run(capfd, "two_convs")[1]
    assert _run(capfd, "mnist_convnet", "--max-params", "100k")[0] == 0


def test_nearest_file_with_the_section_counts(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _configure(
        '[tool.convzoo.check.files."models/*.json"]\nmax-params = "1M"\n'
        "[tool.convzoo.check]\nmax-params = 1\n"
    )
    _saved("models/deep/net.json")
    monkeypatch.chdir(tmp_path / "models" / "deep")
    _configure("[tool.other]\n")
    status, out, _ = _run(capfd, "net.json")
    assert (status, out) == (0, "ok       net.json: params: 93,322 of at most 1,000,000\n")


def test_config_names_another_file(capfd: pytest.CaptureFixture[str]) -> None:
    Path("other").mkdir()
    path = _configure("[tool.convzoo.check]\nmax-params = 93_322\n", Path("other"))
    assert _run(capfd, "mnist_convnet", "--config", str(path))[0] == 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a = [", "pyproject.toml: is no TOML: "),
        ("[tool.convzoo]\ncheck = 3", "pyproject.toml: [tool.convzoo.check] must be a table."),
        (
            "[tool.convzoo.check]\nmax-parms = 3",
            "pyproject.toml: [tool.convzoo.check] Unknown limit 'max_parms'. Did you mean max_par",
        ),
        (
            "[tool.convzoo.check]\nmax-params = '3x'",
            "pyproject.toml: [tool.convzoo.check] max_params: '3x' is no number. Write, for ",
        ),
        (
            "[tool.convzoo.check]\nmax-params = 3\nmax_params = 4",
            "pyproject.toml: [tool.convzoo.check] gives max_params twice. Leave one of them out.",
        ),
        (
            "[tool.convzoo.check]\nfiles = 3",
            "pyproject.toml: [tool.convzoo.check.files] must be a table. Received 3.",
        ),
        (
            "[tool.convzoo.check.files.'*.json']\nmax-macs = -1",
            """pyproject.toml: [tool.convzoo.check.files."*.json"] max_macs: -1 is no number.""",
        ),
        (
            "[tool.convzoo.check]\ndtype = 'int8'",
            "Error: mnist_convnet: has no limit to keep. Give one, such as --max-params 100k or ",
        ),
    ],
)
def test_error_of_the_configuration_is_one_line_with_status_2(
    capfd: pytest.CaptureFixture[str], text: str, message: str
) -> None:
    _configure(text)
    status, out, err = _run(capfd, "mnist_convnet")
    assert (status, out) == (2, "")
    assert err.count("\n") == 1
    assert message in err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["mnist_convnet"], "mnist_convnet: has no limit to keep."),
        (["mnist_convnt", "--max-params", "1"], "Unknown model 'mnist_convnt'. Did you mean mnist"),
        (["no.keras", "--max-params", "1"], "There is no file 'no.keras'."),
        (["two_convs", "--baseline", "no.keras"], "There is no file 'no.keras'."),
        (["two_convs", "28x28x1", "--max-params", "1"], "Put quotes around each stack: "),
        (["two_convs", "--max-params", "3x"], "'--max-params': '3x' is no number."),
        (["two_convs", "--max-weights", "3k"], "'--max-weights': '3k' is no size of memory."),
        (["two_convs", "--max-params", "1", "--dtype", "a"], "dtype must name a dtype of numbers."),
        (["two_convs", "--max-params", "1", "--format", "html"], "'html' is not one of 'text',"),
        (["two_convs", "--config", "no.toml"], "no.toml: can't be read: No such file"),
        (["two_convs", "--max-parms", "1"], "No such option"),
    ],
)
def test_error_is_one_line_with_status_2(
    capfd: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    status, out, err = _run(capfd, *words)
    assert (status, out) == (2, "")
    assert err.count("\n") == 1
    assert message in err


def test_config_without_the_section_is_refused(capfd: pytest.CaptureFixture[str]) -> None:
    path = _configure("[tool.other]\n")
    status, _, err = _run(capfd, "mnist_convnet", "--config", str(path), "--max-params", "1")
    assert status == 2
    assert "pyproject.toml: has no section [tool.convzoo.check]. Add one, or leave " in err


def test_configuration_of_the_page_holds_the_example(capfd: pytest.CaptureFixture[str]) -> None:
    page = (_ROOT / "docs" / "use" / "check.md").read_text("utf-8")
    [block] = re.findall(r"^```toml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    _configure(block)
    assert _run(capfd, "mnist_convnet")[0] == 0
    assert "of at most 5,000,000" in _run(capfd, _saved("models/large_net.json"))[1]


@pytest.mark.parametrize(
    ("path", "is_checked"),
    [
        ("net.keras", True),
        ("models/Net.H5", True),
        ("model.json", True),
        ("web/small_model-v2.json", True),
        ("package.json", False),
        ("models/labels.json", False),
        ("net.keras.py", False),
    ],
)
def test_hook_takes_the_files_of_models(path: str, is_checked: bool) -> None:
    yaml = pytest.importorskip("yaml", reason="PyYAML is not installed: pip install pyyaml")
    [hook] = yaml.safe_load((_ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    assert (hook["id"], hook["entry"], hook["language"]) == (
        "convzoo-check",
        "convzoo check",
        "python",
    )
    assert bool(re.search(hook["files"], path)) == is_checked
