"""`convzoo completion`: what makes a shell complete the command line."""

from __future__ import annotations

import click

from convzoo.cli import COMMANDS


@COMMANDS.register("completion")
@click.command("completion", short_help="A script that makes a shell complete convzoo's words.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]), metavar="bash|zsh|fish")
def command(shell: str) -> None:
    """Print a script that makes a shell complete commands, options and what they take.

    After Tab a shell then offers names of the zoo, files, columns (in lists too), formats, and the
    layers of a typed stack. Write the script into a file once:

    \b
        bash   convzoo completion bash > ~/.convzoo-completion
               echo "source ~/.convzoo-completion" >> ~/.bashrc
        zsh    convzoo completion zsh > ~/.convzoo-completion
               echo "source ~/.convzoo-completion" >> ~/.zshrc    (behind compinit)
        fish   convzoo completion fish > ~/.config/fish/completions/convzoo.fish

    It holds in shells that start afterwards. Bash must be 4.4 or newer.

    Examples:

    \b
        convzoo calc mnist_<Tab>
        convzoo calc 28x28x1 conv:32,3 maxp<Tab>
        convzoo calc lenet5 --columns params,rec<Tab>
    """
    from click.shell_completion import get_completion_class

    from convzoo.cli import convzoo

    completion = get_completion_class(shell)
    assert completion is not None, "click has all three"
    script = completion(convzoo, {}, "convzoo", "_CONVZOO_COMPLETE").source()
    # A list of columns, and what a word is, may hold commas: only the first one parts.
    click.echo(script.replace('string split ","', 'string split --max 1 ","'), nl=False)
