"""Where files are checked: on this machine, or by the workers of a Dask scheduler."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from concurrent.futures import Executor

scheduler_option = click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Have the files checked by the workers of this Dask scheduler, such as tcp://host:8786 (tdlint[dask]).",
)


def executor_at(scheduler: str | None) -> AbstractContextManager[Executor | None]:
    """The workers of a scheduler, None for the processes of this machine."""
    if scheduler is None:
        return nullcontext()
    from tdlint.linting.remote.clusters import cluster_at

    return cluster_at(scheduler)


def refuse_jobs(scheduler: str | None, jobs: int | None, ctx: click.Context) -> None:
    """A scheduler knows how much its workers do at once."""
    if scheduler is not None and jobs is not None:
        raise click.UsageError("--jobs counts the processes of this machine: it can't be joined with --scheduler", ctx)
