"""The checks as tests of pytest, in the test-suite of somebody else."""

from __future__ import annotations

import subprocess
import sys

import pytest

import convzoo
from convzoo.testing.subject import Subject
from convzoo.zoo import ZOO
from tests.registries import keep
from tests.testing.faulty import CARD, features

pytest_plugins = ["pytester"]


def _outcome(pytester: pytest.Pytester, code: str, *words: str) -> pytest.RunResult:
    pytester.makepyfile(f"import pytest\n\n{code}")
    # Coloured and wrapped lines are hard to match.
    return pytester.runpytest("--strict-markers", "--color=no", *words)


def test_each_model_and_check_is_a_test(pytester: pytest.Pytester) -> None:
    code = """
@pytest.mark.convzoo("two_c*", "nielsen_fc100", "two_convs")
def test_my_models(conformance):
    conformance()
"""
    result = _outcome(pytester, code, "--collect-only", "-q")
    names = [line.partition("::")[2] for line in result.outlines if "::" in line]
    assert names[:2] == ["test_my_models[two_convs-card]", "test_my_models[two_convs-rows]"]
    assert "test_my_models[nielsen_fc100-mixed_precision]" in names
    assert len(names) == len(set(names)) == 2 * 9


def test_check_passes_is_skipped_or_fails(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(monkeypatch, ZOO)
    convzoo.register(CARD._replace(title=""), name="my_net")(features)
    code = """
@pytest.mark.convzoo("my_net", "two_convs", checks=["card", "channels_first"])
def test_models(conformance):
    assert conformance().seconds > 0
"""
    result = _outcome(pytester, code, "-v", "-rs")
    assert result.parseoutcomes()["failed"] == 1
    result.stdout.fnmatch_lines_random(
        [
            "*::test_models[[]two_convs-card[]] PASSED*",
            "*::test_models[[]my_net-card[]] FAILED*",
            "E *ConformanceError: 'my_net', card: its card must have title. Received ''. *",
            "SKIPPED * needs the channels as the last axis. Leave data_format out.",
        ]
    )


def test_models_of_one_test_are_built_once(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    begin = Subject.__init__

    def noted(self: Subject, name: str) -> None:
        made.append(name)
        begin(self, name)

    monkeypatch.setattr(Subject, "__init__", noted)
    code = """
@pytest.mark.convzoo("two_convs", "nielsen_fc100", checks=["card", "rows"])
def test_one(conformance):
    pass

@pytest.mark.convzoo("two_convs", checks=["card"])
def test_other(conformance):
    pass
"""
    _outcome(pytester, code).assert_outcomes(passed=5)
    assert made == ["two_convs", "nielsen_fc100"]


@pytest.mark.parametrize(
    ("mark", "message"),
    [
        ("", '*the fixture conformance needs models: write @pytest.mark.convzoo("my_[*]") above *'),
        ('@pytest.mark.convzoo("yours_*")', "*no model of the zoo is named 'yours_[*]'. See *"),
        ("@pytest.mark.convzoo()", "*no model of the zoo is named so: name some. See convzoo l*"),
        ('@pytest.mark.convzoo("two_convs", checks=["row"])', "*Unknown check 'row'. Did you m*"),
    ],
)
def test_mark_that_names_nothing_is_refused(
    pytester: pytest.Pytester, mark: str, message: str
) -> None:
    result = _outcome(pytester, f"{mark}\ndef test_models(conformance):\n    conformance()\n")
    result.stdout.fnmatch_lines([message])
    assert result.ret != 0


def test_marker_is_listed(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest("--markers")
    result.stdout.fnmatch_lines(["@pytest.mark.convzoo(*patterns, checks=None): names or *"])


def test_plugin_costs_others_next_to_nothing() -> None:
    code = """
import sys
import pytest
before = set(sys.modules)
import convzoo.testing.plugin
print(*sorted(set(sys.modules) - before))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [
        "convzoo",
        "convzoo.errors",
        "convzoo.registry",
        "convzoo.testing",
        "convzoo.testing.plugin",
        "convzoo.testing.subject",
    ]
