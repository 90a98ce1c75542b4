"""A bar on a terminal that is taken away when what it tells of is over."""

from __future__ import annotations

import sys
from typing import Any

import click


class Bar:
    """A progress bar on stderr, which is seen on a terminal only.

    Args:
        label: what stands before it.
        length: how many steps there are.
        show_position: whether the steps are told in numbers.
    """

    def __init__(self, label: str, length: int, show_position: bool = False) -> None:
        self._bar: Any = None
        if sys.stderr.isatty():
            self._bar = click.progressbar(
                length=length,
                label=label,
                show_pos=show_position,
                item_show_func=lambda note: note,
                file=sys.stderr,
                update_min_steps=max(1, length // 100),
            )
            self._bar.render_progress()

    def move_to(self, step: int, note: str | None = None) -> None:
        """Show that so many steps are done, and a note beside it."""
        if self._bar is not None:
            self._bar.update(max(0, step - self._bar.pos), note)

    def erase(self) -> None:
        """Take it away, so that something else can stand in its line."""
        if self._bar is not None:
            # click hides the cursor while a bar moves.
            click.echo("\r\x1b[K\x1b[?25h", nl=False, err=True)

    def draw(self) -> None:
        """Show it again after it was taken away."""
        if self._bar is not None:
            self._bar.render_progress()
