"""Plant faults in convzoo and say how many the tests see."""

from __future__ import annotations

import json
import os
from collections import Counter
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from mutation.mutants import Mutant, draw
from mutation.trial import Tests, outcomes

_SEEN = ("killed", "hung")


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True))
@click.option("--count", default=200, show_default=True, help="How many faults are drawn.")
@click.option("--seed", default=9, show_default=True, help="Of the draw.")
@click.option("--seconds", default=60.0, show_default=True, help="Most tests of one fault.")
@click.option("--jobs", default=2, show_default=True, help="Faults that are tried at once.")
@click.option(
    "--coverage", type=click.Path(path_type=Path), default=Path(".coverage"), show_default=True
)
@click.option(
    "--durations",
    type=click.Path(path_type=Path),
    multiple=True,
    default=[Path("durations.xml")],
    show_default=True,
)
@click.option(
    "--found",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("mutation-found"),
    show_default=True,
    help="Where outcomes are kept.",
)
def main(
    folder: Path,
    count: int,
    seed: int,
    seconds: float,
    jobs: int,
    coverage: Path,
    durations: tuple[Path, ...],
    found: Path,
) -> None:
    """Plant faults in the files of FOLDER, and say how many the tests see.

    \b
    pip install -e ".[mutation]"
    pytest -n auto --cov=convzoo --cov-context=test --cov-report= --junit-xml=durations.xml
    python -m mutation convzoo/graph

    The second command notes which tests run which line: these are asked of a fault. Outcomes are
    kept, and asked again is of those faults only that nobody saw.
    """
    drawn, among = draw(folder, count, seed)
    logs = found / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    kept = found / f"{folder.name}.json"
    known = json.loads(kept.read_text()) if kept.exists() else {}
    asked = [mutant for mutant in drawn if not _is_seen(mutant, known.get(mutant.name))]
    os.environ.update(CUDA_VISIBLE_DEVICES="-1", TF_CPP_MIN_LOG_LEVEL="3")
    for package in ("hypothesis.strategies", "h5py", "keras"):
        import_module(package)
    tests = Tests(coverage, durations, seconds)
    # Whether the tests pass where there is no fault.
    for mutant, outcome in outcomes([Mutant.none(Path(drawn[0].path))], tests, jobs, logs):
        if outcome.kind != "survived":
            raise click.ClickException(f"The tests fail without a fault: {logs}/{mutant.name}.log")
    for mutant, outcome in outcomes(asked, tests, jobs, logs):
        known[mutant.name] = {**vars(outcome), "operator": mutant.operator, "change": mutant.change}
        kept.write_text(json.dumps(known, indent=1))
        click.echo(f"{outcome.kind:9}{outcome.seconds:7}  {mutant.name}  {outcome.by}")
        if outcome.kind not in _SEEN:
            click.echo(mutant.change)
    kinds = Counter(known[mutant.name]["kind"] for mutant in drawn)
    seen = sum(kinds[kind] for kind in _SEEN)
    click.echo(f"{folder}: {seen} of {len(drawn)} seen, {seen / len(drawn):.1%}; {dict(kinds)}")
    click.echo(f"Drawn from {among:,} with seed {seed}.")


def _is_seen(mutant: Mutant, outcome: dict[str, Any] | None) -> bool:
    """Whether this fault was seen; after a change of the file another one has its name."""
    return bool(outcome and outcome["kind"] in _SEEN and outcome["change"] == mutant.change)


if __name__ == "__main__":
    main()
