"""``tdlint migrate``: the plan of a move to Keras 3."""

from __future__ import annotations

from typing import Any

import click

from tdlint.cli.caching import cache_for
from tdlint.cli.options import cache_options, keras_version, no_color_option, output_file_option
from tdlint.cli.progress import progress
from tdlint.cli.reports import render_options, settings_of, tell_left_out, write
from tdlint.cli.scheduling import executor_at, refuse_jobs, scheduler_option
from tdlint.formatters.migration import MODULES as MIGRATION_MODULES


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(), metavar="[PATHS]...")
@click.option(
    "--to",
    "target",
    callback=keras_version,
    metavar="VERSION",
    help="The version of Keras to move to, such as 3.8.  [default: the newest]",
)
@click.option(
    "--output-format",
    type=click.Choice(list(MIGRATION_MODULES)),
    default="text",
    show_default=True,
    help="How to show the plan; html is one file that needs nothing else.",
)
@output_file_option
@cache_options
@click.option("-j", "--jobs", type=click.IntRange(min=1), help="Number of processes.  [default: as many as useful]")
@scheduler_option
@click.option("--config", metavar="FILE", help="Read this pyproject.toml instead of the nearest one.")
@click.option("--isolated", is_flag=True, help="Read no configuration file.")
@no_color_option
@click.pass_context
def migrate(
    ctx: click.Context,
    /,
    paths: tuple[str, ...],
    target: Any,
    output_format: str,
    output_file: str | None,
    jobs: int | None,
    scheduler: str | None,
    no_cache: bool,
    no_color: bool,
    **given: Any,
) -> None:
    """Plan the move of programs to Keras 3: what fixes do, what needs a hand, and how.

    PATHS are files and folders (default: the current folder). They are read and followed; nothing of them is run or
    written.
    """
    from tdlint.formatters.migration import render as render_plan
    from tdlint.linting.migration import plan_migration
    from tdlint.linting.registry import load_packs
    from tdlint.spec.version import NEWEST

    paths, target, loaded = paths or (".",), target or NEWEST, load_packs()
    settings = loaded.settings_for(settings_of(paths, **given))
    refuse_jobs(scheduler, jobs, ctx)
    with (
        executor_at(scheduler) as executor,
        cache_for(settings, loaded.rules, no_cache, purpose=f"migrate to {target}") as cache,
        progress("Planning", no_color) as told,
    ):
        how: dict[str, Any] = {"cache": cache, "done": told.done, "begun": told.begun, "executor": executor}
        plan = plan_migration(paths, settings, loaded.rules, target, jobs, **how)
    tell_left_out(loaded)
    write(render_plan(output_format, plan, paths, render_options(no_color or output_file is not None)), output_file)
    ctx.exit(2 if loaded.problems else plan.exit_code)
