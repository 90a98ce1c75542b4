"""Processes that take Ctrl-C as in a terminal, wherever the tests run."""

from __future__ import annotations

import signal


def in_foreground() -> None:
    """For `preexec_fn`: a shell starts what runs in its background with Ctrl-C ignored."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
