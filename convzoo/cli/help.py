"""`convzoo help`: the guides of the documentation, in the terminal."""

from __future__ import annotations

import click

from convzoo.cli import COMMANDS
from convzoo.cli.candidates import topics


@COMMANDS.register("help")
@click.command("help", short_help="Guides: typed stacks, files, budgets, design spaces, ...")
@click.argument("topic", required=False, shell_complete=topics)
def command(topic: str | None) -> None:
    """Show what the documentation says about a TOPIC; without one, which guides there are.

    A topic is the name of a guide, a command, or a word of a section's title. What a command takes,
    option by option, is told by its own --help.

    Examples:

    \b
        convzoo help
        convzoo help stacks
        convzoo help columns
        convzoo help budgets
    """
    if topic is None:
        click.echo(_overview())
    else:
        click.echo_via_pager(f"{_text(topic)}\n")


def _overview() -> str:
    from convzoo.guides import guides

    width = max(len(guide.name) for guide in guides())
    lines = [f"    {guide.name:{width}}  {guide.title}" for guide in guides()]
    return "\n".join(
        [
            "Guides, for convzoo help TOPIC:",
            "",
            *lines,
            "",
            "A word of a section's title is a topic too, such as columns, memory or versions.",
            "convzoo --help lists the commands, convzoo COMMAND --help tells what each takes.",
        ]
    )


def _text(topic: str) -> str:
    from convzoo.errors import UnknownNameError
    from convzoo.guides import about

    command = COMMANDS.find(topic)
    try:
        sections = about(topic)
    except UnknownNameError:
        if command is None:
            raise
        outer = click.get_current_context().parent
        return click.Context(command, parent=outer, info_name=topic).get_help()
    parts = [f"{click.style(section.title, bold=True)}\n\n{section.text}" for section in sections]
    if command is not None:
        parts.append(f"convzoo {topic} --help tells every option.")
    return "\n\n".join(parts)
