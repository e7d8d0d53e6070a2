"""``tdlint config``: the settings in force."""

from __future__ import annotations

from typing import Any

import click

from tdlint.cli.options import no_color_option, rule_options, settings_options
from tdlint.cli.reports import render_options, settings_of, write


@click.command("config")
@click.argument("paths", nargs=-1, type=click.Path(), metavar="[PATHS]...")
@rule_options
@settings_options
@no_color_option
def show_settings(paths: tuple[str, ...], no_color: bool, **given: Any) -> None:
    """Show the settings that `tdlint check PATHS` uses, and where each comes from."""
    from tdlint.formatters.settings import render as render_settings

    write(render_settings(settings_of(paths, **given), render_options(no_color)))
