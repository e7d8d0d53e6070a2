"""The group of commands, whose first word may be left out."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import Any

import click

from tdlint._version import __version__
from tdlint.cli.signals import Interrupted


class CommandOrPaths(click.Group):
    """A group whose first word may be left out: ``tdlint PATHS`` is ``tdlint check PATHS``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put ``check`` before arguments that start with neither a command nor an option of the group."""
        own_options = [*self.get_help_option_names(ctx), "--version"]
        if args and args[0] not in self.commands and args[0] not in own_options:
            similar = get_close_matches(args[0], self.commands, n=1)
            if similar and not Path(args[0]).exists():
                raise click.UsageError(f"no such command or file: {args[0]}. Did you mean {similar[0]}?", ctx)
            args = ["check", *args]
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; click would add an empty line to what is said of an interruption."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as error:
            raise Interrupted(error) from error


@click.group(cls=CommandOrPaths, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="tdlint", message="%(prog)s %(version)s")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Find mistakes in Keras programs before they run, and account for regularization in built models.

    `tdlint PATHS` is short for `tdlint check PATHS`.

    Exit codes: 0 clean, 1 something was found, 2 tdlint, its configuration or its use failed.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())
