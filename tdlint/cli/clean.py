"""``tdlint clean``: delete the results that are kept."""

from __future__ import annotations

from typing import Any

import click

from tdlint.cli.options import cache_dir_option
from tdlint.cli.reports import settings_of


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(), metavar="[PATHS]...")
@cache_dir_option
@click.option("--config", metavar="FILE", help="Read this pyproject.toml instead of the nearest one.")
@click.option("--isolated", is_flag=True, help="Read no configuration file.")
def clean(paths: tuple[str, ...], **given: Any) -> None:
    """Delete the results that `tdlint check PATHS` keeps, and nothing else."""
    from tdlint.linting.cache import remove_cache

    folder = settings_of(paths, **given).cache_folder
    try:
        size = remove_cache(folder)
    except OSError as error:
        raise click.ClickException(f"{folder}: can't be deleted: {(error.strerror or str(error)).lower()}") from None
    click.echo(f"{folder}: nothing is kept here." if size is None else f"{folder}: {size / 2**20:.1f} MB deleted.")
