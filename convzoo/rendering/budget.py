"""How it looks whether architectures keep their budgets."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from convzoo.rendering import bytes_text, printable
from convzoo.units import BYTES

if TYPE_CHECKING:
    from convzoo.budgets import Checked, Rule, Verdict


def checked_text(checked: Sequence[Checked], is_coloured: bool = False) -> str:
    """A line for each rule of each architecture, what became of it first.

    Args:
        checked: what became of each.
        is_coloured: whether there are colours, for a terminal.
    """
    return "\n".join(
        _line(one, verdict, is_coloured) for one in checked for verdict in one.verdicts
    )


def checked_json(checked: Sequence[Checked]) -> str:
    """All of it as one JSON object."""
    found = {"holds": all(one.holds for one in checked), "sources": [c.to_dict() for c in checked]}
    return json.dumps(found, indent=2)


def checked_github(checked: Sequence[Checked]) -> str:
    """The same lines, those of rules that don't hold as annotations of GitHub Actions.

    Source: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
    """
    return "\n".join(_github_lines(checked))


def verdict_text(verdict: Verdict) -> str:
    """What became of one rule: `params: 93,322 of at most 100,000`."""
    from convzoo.budgets import RULES

    rule = RULES[verdict.rule]
    limit = _amount(rule, verdict.limit)
    found = _found_text(rule, verdict)
    if verdict.status in ("over", "under"):
        apart = _amount(rule, abs((verdict.found or 0) - verdict.limit))
        from_limit = f"{verdict.status} the limit of {limit}"
        from_baseline = f"more than the {limit} of the baseline"
        text = f"{found}, {apart} {from_limit if verdict.against == 'limit' else from_baseline}"
    elif verdict.against == "limit":
        text = f"{found} of {'at least' if rule.is_least else 'at most'} {limit}"
    else:
        text = f"{found}, the baseline has {limit}"
    return printable(f"{rule.title}: {text}{f' ({verdict.reason})' if verdict.reason else ''}")


def _found_text(rule: Rule, verdict: Verdict) -> str:
    if verdict.known:
        return _amount(rule, verdict.found)
    if verdict.found is None or not (verdict.found or rule.is_least):
        return "unknown"  # "At least 0" would tell nothing.
    return f"{'at most' if rule.is_least else 'at least'} {_amount(rule, verdict.found)}"


def _amount(rule: Rule, amount: float | None) -> str:
    return bytes_text(int(amount or 0)) if rule.unit is BYTES else f"{amount:,}"


_COLOURS = {"ok": "green", "unknown": "yellow"}


def _line(one: Checked, verdict: Verdict, is_coloured: bool = False) -> str:
    status = f"{verdict.status:<7}"
    if is_coloured:
        from click import style

        status = style(status, fg=_COLOURS.get(verdict.status, "red"))
    return f"{status}  {_sentence(one, verdict)}"


def _sentence(one: Checked, verdict: Verdict) -> str:
    return f"{printable(one.name)}: {verdict_text(verdict)}"


def _github_lines(checked: Sequence[Checked]) -> Iterator[str]:
    for one in checked:
        for verdict in one.verdicts:
            if verdict.holds:
                # The runner takes this for the start of a command wherever in a line it stands.
                yield _line(one, verdict).replace("##[", "## [")
                continue
            properties = {"file": one.path, "title": f"convzoo check: {verdict.rule}"}
            given = ",".join(
                f"{name}={_escaped(value, ':,')}" for name, value in properties.items() if value
            )
            yield f"::error {given}::{_escaped(_sentence(one, verdict))}"


def _escaped(text: str, more: str = "") -> str:
    """The text as the runner of GitHub Actions reads it back."""
    for character in f"%\r\n{more}":
        text = text.replace(character, f"%{ord(character):02X}")
    return text


STYLES: dict[str, Callable[[Sequence[Checked]], str]] = {
    "text": partial(checked_text, is_coloured=True),
    "json": checked_json,
    "github": checked_github,
}
"""What the command prints, by the name of the format."""
