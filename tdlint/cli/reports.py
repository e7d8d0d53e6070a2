"""What commands share: the settings that apply, and how a report reaches its reader."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tdlint.sources.contents import why_not

if TYPE_CHECKING:
    from tdlint.config import Settings
    from tdlint.formatters.options import Options
    from tdlint.linting.registry import Loaded


class ReaderGone(Exception):
    """Whoever read standard output, such as ``head``, has closed it."""


def settings_of(paths: tuple[str, ...], config: str | None = None, isolated: bool = False, **given: Any) -> Settings:
    """The settings of the command line and of the file that it chooses."""
    from tdlint.config import Settings, load_settings, override

    given = {name: value for name, value in given.items() if value not in (None, ())}
    if not isolated:
        return load_settings([path for path in paths if path != "-"], config, **given)
    if config is not None:
        raise click.UsageError("--isolated reads no configuration file, so it can't be joined with --config")
    return override(Settings(), given)


def render_options(no_color: bool, rules: Any = (), unsafe_fixes: bool = False) -> Options:
    """How to show a report on standard output."""
    from tdlint.formatters.options import Options
    from tdlint.formatters.terminal import line_width, wants_color

    return Options(not no_color and wants_color(sys.stdout), line_width(), Path.cwd(), tuple(rules), unsafe_fixes)


def tell_left_out(loaded: Loaded) -> None:
    """Say on standard error which rules are left out, and why."""
    for each in loaded.problems:
        click.echo(f"tdlint: error: {each.message}", err=True)


def write(text: str, output_file: str | None = None, *, to_stderr: bool = False) -> None:
    """Write a report to standard output, to standard error or to a file.

    Raises:
        ReaderGone: nobody reads standard output any more.
        click.ClickException: the file can't be written.
    """
    if output_file is not None:
        try:
            Path(output_file).write_text(text + "\n" if text else "", encoding="utf-8", errors="backslashreplace")
        except OSError as error:
            raise click.ClickException(f"{output_file}: can't write this file: {why_not(error)}") from None
    elif text:
        try:
            click.echo(text, color=True, err=to_stderr)  # the formatters know better than click whether to color
        except BrokenPipeError as error:
            raise ReaderGone from error


def write_program(program: bytes) -> None:
    """Write a program to standard output as it is.

    Raises:
        ReaderGone: nobody reads standard output any more.
        OSError: it takes nothing.
    """
    try:
        sys.stdout.buffer.write(program)
        sys.stdout.buffer.flush()
    except BrokenPipeError as error:
        raise ReaderGone from error


def read_program() -> bytes:
    """What standard input holds.

    Raises:
        click.ClickException: it can't be read.
    """
    try:
        return sys.stdin.buffer.read()
    except OSError as error:
        raise click.ClickException(f"standard input can't be read: {why_not(error)}") from None
