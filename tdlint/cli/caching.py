"""The cache of a command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from tdlint.config import Settings
    from tdlint.linting.cache import Cache


@contextmanager
def cache_for(settings: Settings, rules: Any, no_cache: bool, **purpose: str) -> Iterator[Cache | None]:
    """The cache that the settings name, None if none is wanted; says at the end if nothing could be kept in it."""
    if no_cache:
        yield None
        return
    from tdlint.linting.cache import open_cache

    cache = open_cache(settings.cache_folder, settings, rules, **purpose)
    yield cache
    if cache.problem:
        click.echo(f"tdlint: {cache.problem}", err=True)
