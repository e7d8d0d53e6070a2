"""What the options of baselines do: read the file that they name, or write it anew."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tdlint.linting.baseline import Baseline, read_baseline, text_of, updated
from tdlint.sources.rewriting import NotWritable
from tdlint.sources.saving import write_whole

if TYPE_CHECKING:
    from tdlint.linting.result import RunResult


def open_baseline(name: str, *, make: bool) -> Baseline:
    """The baseline in a file; an empty one if it is to be made.

    Raises:
        ConfigError: the file is not there or no baseline.
    """
    file = Path(name)
    return Baseline(file) if make and not file.exists() else read_baseline(file)


def update(result: RunResult, baseline: Baseline) -> int:
    """Write what was found into the baseline's file, say what has changed, and return the exit code.

    Raises:
        click.ClickException: the file can't be written.
    """
    new = updated(result, baseline)
    try:
        # in JSON, a part of a name that is no text can be escaped as Python does it
        write_whole(baseline.file, text_of(new).encode("utf-8", "backslashreplace"))
    except NotWritable as problem:
        raise click.ClickException(f"{baseline.file}: {problem}") from None
    before, after = ({each.fingerprint for each in which.known} for which in (baseline, new))
    added, left = len(after - before), len(before - after)
    click.echo(f"{baseline.file}: {len(after)} in the baseline ({added} added, {left} removed).")
    if result.failed:
        click.echo("tdlint: error: tdlint failed on some files; without --update-baseline it says which", err=True)
        return 2
    return 0
