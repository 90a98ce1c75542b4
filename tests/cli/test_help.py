"""The guides in the terminal."""

from __future__ import annotations

import pytest

from convzoo.cli import run
from convzoo.guides import guides


def _said(capfd: pytest.CaptureFixture[str], *words: str) -> str:
    assert run(["help", *words]) == 0
    out, err = capfd.readouterr()
    assert err == ""
    return out


def test_every_guide_is_listed_and_shown(capfd: pytest.CaptureFixture[str]) -> None:
    overview = _said(capfd)
    assert len(guides()) >= 12
    for guide in guides():
        assert f"    {guide.name} " in overview
        assert _said(capfd, guide.name).startswith(f"{guide.title}\n\n")


def test_guide_is_a_text_without_markup(capfd: pytest.CaptureFixture[str]) -> None:
    for guide in guides():
        text = _said(capfd, guide.name)
        assert "```" not in text
        assert "](" not in text


def test_word_of_a_title_is_a_topic(capfd: pytest.CaptureFixture[str]) -> None:
    assert _said(capfd, "columns").startswith("Choose columns\n\n`--columns` takes names")
    assert _said(capfd, "budgets").startswith("Budgets\n\n")


def test_command_without_a_guide_shows_its_help(capfd: pytest.CaptureFixture[str]) -> None:
    assert _said(capfd, "show").startswith("Usage: convzoo show [OPTIONS] NAME")


def test_guide_of_a_command_leads_to_its_options(capfd: pytest.CaptureFixture[str]) -> None:
    last = _said(capfd, "sweep").rstrip().splitlines()[-1]
    assert last == "convzoo sweep --help tells every option."


def test_unknown_topic_is_an_error(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["help", "stcks"]) == 2
    message = "Error: Unknown topic 'stcks'. Did you mean stacks? See convzoo help.\n"
    assert capfd.readouterr().err == message
