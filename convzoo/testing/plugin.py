"""The checks of `convzoo.testing` as tests of pytest, one for each model and check.

@pytest.mark.convzoo("my_*")
def test_my_models(conformance):
    conformance()
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeAlias

import pytest

if TYPE_CHECKING:
    from convzoo.testing import Result
    from convzoo.testing.subject import Subject

Conformance: TypeAlias = "Callable[[], Result]"
"""What the fixture `conformance` is: a function that runs the check."""

_SUBJECT = "_conformance_subject"


def pytest_configure(config: pytest.Config) -> None:
    """Tell pytest of the marker."""
    config.addinivalue_line(
        "markers",
        "convzoo(*patterns, checks=None): names or wildcard patterns of models of the zoo, with "
        "each of which the fixture conformance runs every check, or those that are named.",
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make a test of each model and check where the fixture is used."""
    if "conformance" not in metafunc.fixturenames:
        return
    marker = metafunc.definition.get_closest_marker("convzoo")
    if marker is None:
        pytest.fail(
            'the fixture conformance needs models: write @pytest.mark.convzoo("my_*") above '
            f"{metafunc.function.__name__}.",
            pytrace=False,
        )
    from convzoo.testing import CHECKS
    from convzoo.zoo import list_models

    names = [name for pattern in marker.args for name in list_models(pattern)]
    if not names:
        patterns = ", ".join(map(repr, marker.args))
        pytest.fail(
            f"pytest.mark.convzoo: no model of the zoo is named {patterns or 'so: name some'}. "
            "See convzoo list.",
            pytrace=False,
        )
    checks = marker.kwargs.get("checks") or CHECKS.names()
    # With this scope pytest keeps the tests of one model together, so that it is built but once.
    metafunc.parametrize(_SUBJECT, list(dict.fromkeys(names)), indirect=True, scope="session")
    metafunc.parametrize("conformance", checks, indirect=True)


@pytest.fixture(scope="session")
def _conformance_subject(request: pytest.FixtureRequest) -> Iterator[Subject]:
    from convzoo.testing.subject import Subject

    with Subject(request.param) as subject:
        yield subject


@pytest.fixture
def conformance(request: pytest.FixtureRequest, _conformance_subject: Subject) -> Conformance:
    """A function that runs one check on one model, and skips where it does not apply."""

    def run() -> Result:
        from convzoo.testing import run_check

        result = run_check(_conformance_subject, request.param)
        if result.skipped_because:
            pytest.skip(result.skipped_because)
        return result

    return run
