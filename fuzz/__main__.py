"""Fuzz one target: seeded, guided by coverage, until an input breaks a promise or time is over.

    pip install -e ".[fuzz]"
    python -m fuzz keras_json --minutes 30

Whatever is read, `convzoo` answers or refuses with a `ConvzooError`, within the seconds of the
target and 300 MB more than it has at the start. An input that breaks this is kept in the folder of
`--found`.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris
import click

with atheris.instrument_imports(include=["convzoo"]):
    from fuzz.targets import TARGETS, ask

_MOST_MEGABYTES = 600  # The process itself takes half of it, by what guides it.
_LONGEST_BYTES = 100_000


@click.command()
@click.argument("target", type=click.Choice(list(TARGETS)))
@click.option("--minutes", type=float, default=30.0, show_default=True, help="When to stop.")
@click.option(
    "--found",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("fuzz-found"),
    show_default=True,
    help="Where inputs are kept that break a promise.",
)
@click.option("--corpus", type=click.Path(path_type=Path, file_okay=False), help="Kept inputs.")
def main(target: str, minutes: float, found: Path, corpus: Path | None) -> None:
    """Fuzz TARGET."""
    chosen = TARGETS[target]
    found.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        seeds = corpus or Path(folder) / "corpus"
        seeds.mkdir(parents=True, exist_ok=True)
        for number, data in enumerate(chosen.seeds()):
            (seeds / f"seed-{number}").write_bytes(data)
        words = Path(folder) / "words"
        words.write_text("".join(f'"{_escaped(word)}"\n' for word in chosen.words))
        atheris.Setup(
            [
                sys.argv[0],
                str(seeds),
                f"-dict={words}",
                f"-artifact_prefix={found}/{target}-",
                f"-max_total_time={round(60 * minutes)}",
                f"-timeout={chosen.seconds}",
                f"-rss_limit_mb={_MOST_MEGABYTES}",
                f"-max_len={_LONGEST_BYTES}",
                "-print_final_stats=1",
            ],
            lambda data: ask(chosen.source_of(data)),
        )
        atheris.Fuzz()


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace('"', '\\"')


if __name__ == "__main__":
    main()
