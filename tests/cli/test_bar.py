"""The bar of long work: seen on a terminal, and gone when it is over."""

from __future__ import annotations

import sys
from io import StringIO

import pytest

from convzoo.cli.bar import Bar


class _Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def _stderr(monkeypatch: pytest.MonkeyPatch, stream: StringIO) -> StringIO:
    monkeypatch.setattr(sys, "stderr", stream)
    bar = Bar("Runs", 4, show_position=True)
    bar.move_to(1)
    bar.erase()
    bar.draw()
    bar.move_to(3)
    bar.erase()
    return stream


def test_bar_moves_on_a_terminal_and_leaves_an_empty_line_with_a_cursor(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written = _stderr(monkeypatch, _Terminal()).getvalue()
    assert [f"{step}/4" in written for step in range(5)] == [True, True, False, True, False]
    assert written.endswith("\r\x1b[K\x1b[?25h")
    assert "\n" not in written


def test_nothing_is_drawn_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _stderr(monkeypatch, StringIO()).getvalue() == ""
