"""``tdlint check``: find mistakes in programs, and fix those that can be."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NoReturn

import click

from tdlint.cli.caching import cache_for
from tdlint.cli.options import (
    add_ignore_option,
    baseline_options,
    cache_options,
    fix_options,
    no_color_option,
    output_file_option,
    rule_options,
    settings_options,
    taken,
)
from tdlint.cli.progress import progress
from tdlint.cli.reports import read_program, render_options, settings_of, write, write_program
from tdlint.cli.scheduling import executor_at, refuse_jobs, scheduler_option
from tdlint.formatters import MODULES, TEXT_FORMATS, render

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor

    from tdlint.config import Settings
    from tdlint.formatters.options import Options
    from tdlint.linting.baseline import Baseline
    from tdlint.linting.result import RunResult


@dataclass(frozen=True)
class Wanted:
    """What one call of ``tdlint check`` is to do beside what the settings say."""

    paths: tuple[str, ...]
    fix: bool
    fix_only: bool
    diff: bool
    show_fixes: bool
    add_ignore: bool
    update_baseline: bool
    statistics: bool
    show_files: bool
    stdin_filename: str | None
    jobs: int | None
    scheduler: str | None
    no_cache: bool
    output_file: str | None
    no_color: bool
    watch: bool

    @property
    def fixing(self) -> bool:
        """Whether fixes are applied, be it to show what they would change."""
        return self.fix or self.fix_only or self.diff

    @property
    def from_stdin(self) -> bool:
        """Whether the program is on standard input."""
        return self.paths == ("-",)

    @property
    def writes_program(self) -> bool:
        """Whether standard output gets the fixed program, and reports go to standard error."""
        return self.from_stdin and self.fixing and not self.diff


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(), metavar="[PATHS]...")
@rule_options
@fix_options
@click.option("--output-format", type=click.Choice(list(MODULES)), help="How to report.  [default: full]")
@output_file_option
@add_ignore_option
@baseline_options
@cache_options
@click.option("-w", "--watch", is_flag=True, help="Go on, and check again whenever a file changes (tdlint[watch]).")
@click.option("--statistics", is_flag=True, help="Add how often each rule reported.")
@click.option("--explain-unknown", is_flag=True, help="Add what was not understood, and why.")
@click.option("--show-files", is_flag=True, help="List the files that would be read, and read none.")
@click.option("--stdin-filename", metavar="NAME", help="The name of the program on standard input (PATHS is -).")
@click.option("-j", "--jobs", type=click.IntRange(min=1), help="Number of processes.  [default: as many as useful]")
@scheduler_option
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even if something was found.")
@settings_options
@no_color_option
@click.pass_context
def check(ctx: click.Context, /, paths: tuple[str, ...], exit_zero: bool, **given: Any) -> None:
    """Check Python files, stubs and notebooks (default: the current folder).

    RULES are codes (TDL101), prefixes (TDL1), names (missing-return-sequences) or ALL, joined by commas. With - as
    PATHS, one program is read from standard input; with --fix, it is written to standard output, and the report to
    standard error.
    """
    wanted = taken(Wanted, given, paths=paths or (("-",) if given["stdin_filename"] else (".",)))

    def load() -> Settings:
        return settings_of(wanted.paths, **given)

    settings = load()
    _refuse_contradictions(wanted, settings, ctx)
    if wanted.watch:
        _watch(wanted, load, given["config"], given["isolated"])
    if wanted.show_files:
        ctx.exit(_show_files(wanted, settings))
    code = _run(wanted, settings)
    ctx.exit(0 if exit_zero and code == 1 else code)


def _show_files(wanted: Wanted, settings: Settings) -> int:
    """List the files that would be read, and tell of folders that can't be; returns the exit code."""
    from tdlint.sources.discovery import discover

    refused: dict[str, str] = {}
    write(
        "\n".join(discover(wanted.paths, settings.all_excluded, settings.root, refused.__setitem__)), wanted.output_file
    )
    for folder, reason in refused.items():
        click.echo(f"tdlint: error: {folder}: can't read this folder: {reason}", err=True)
    return 2 if refused else 0


def _refuse_contradictions(wanted: Wanted, settings: Settings, ctx: click.Context) -> None:
    if not wanted.from_stdin:
        if "-" in wanted.paths:
            raise click.UsageError("- (standard input) can't be joined with other paths", ctx)
        if wanted.stdin_filename:
            raise click.UsageError("--stdin-filename names the program on standard input: give - as PATHS", ctx)
    refuse_jobs(wanted.scheduler, wanted.jobs, ctx)
    if wanted.scheduler and wanted.from_stdin:
        raise click.UsageError("--scheduler can't be joined with standard input: one program is checked here", ctx)
    if wanted.watch:
        _refuse_to_watch(wanted, settings, ctx)
    for name, asked in (("--statistics", wanted.statistics), ("--show-fixes", wanted.show_fixes)):
        if asked and settings.output_format not in TEXT_FORMATS:
            formats = " or ".join(TEXT_FORMATS)
            raise click.UsageError(f"{name} needs --output-format {formats}; json has the counts in its summary", ctx)
    if wanted.add_ignore and (wanted.fixing or wanted.from_stdin or wanted.update_baseline):
        raise click.UsageError("--add-ignore can't be joined with fixing, --update-baseline or standard input", ctx)
    if wanted.update_baseline:
        if settings.baseline is None:
            raise click.UsageError("--update-baseline needs --baseline FILE, or the key baseline in [tool.tdlint]", ctx)
        if wanted.fixing or wanted.from_stdin:
            other = "standard input" if wanted.from_stdin else "--fix, --fix-only and --diff"
            raise click.UsageError(f"--update-baseline can't be joined with {other}", ctx)


def _refuse_to_watch(wanted: Wanted, settings: Settings, ctx: click.Context) -> None:
    once = {
        "standard input": wanted.from_stdin,
        "--diff": wanted.diff,
        "--add-ignore": wanted.add_ignore,
        "--update-baseline": wanted.update_baseline,
        "--show-files": wanted.show_files,
    }
    for name, asked in once.items():
        if asked:
            raise click.UsageError(f"--watch can't be joined with {name}", ctx)
    if settings.output_format not in TEXT_FORMATS and wanted.output_file is None:
        formats = " or ".join(TEXT_FORMATS)
        raise click.UsageError(
            f"--watch writes one report after the other: give --output-format {formats}, or --output-file", ctx
        )


def _watch(wanted: Wanted, load: Callable[[], Settings], config: str | None, isolated: bool) -> NoReturn:
    """Check and report until someone ends it."""
    from tdlint.cli.watching import Rounds, configurations, watch
    from tdlint.linting.registry import load_packs

    loaded = load_packs()

    def check_once(settings: Settings) -> RunResult:
        result = _checked(wanted, settings, loaded.rules)
        return replace(result, files=(*result.files, *loaded.failures))

    def tell(result: RunResult, settings: Settings) -> None:
        _tell(result, wanted, settings, loaded.rules, _baseline(wanted, settings))

    sources = configurations(wanted.paths, config, isolated)
    watch(Rounds(wanted.paths, sources, lambda: loaded.settings_for(load()), check_once, tell, not wanted.no_color))


def _run(wanted: Wanted, settings: Settings) -> int:
    """Check and report once; returns the exit code."""
    from tdlint.linting.registry import load_packs

    loaded = load_packs()
    rules, settings = loaded.rules, loaded.settings_for(settings)
    baseline = _baseline(wanted, settings)
    program = read_program() if wanted.from_stdin else None
    result = (
        _checked(wanted, settings, rules) if program is None else _checked_program(program, wanted, settings, rules)
    )
    result = replace(result, files=(*result.files, *loaded.failures))
    if wanted.writes_program:
        write_program(result.fixings[0][1].after if result.fixings else program or b"")
    return _tell(result, wanted, settings, rules, baseline)


def _tell(result: RunResult, wanted: Wanted, settings: Settings, rules: Any, baseline: Baseline | None) -> int:
    """Report what was found, or keep it in the baseline; returns the exit code."""
    if baseline is not None:
        from tdlint.cli.baselines import update
        from tdlint.linting.baseline import apply_baseline

        if wanted.update_baseline:
            return update(result, baseline)
        result = apply_baseline(result, baseline)
    options = render_options(wanted.no_color or wanted.output_file is not None, rules, settings.unsafe_fixes)
    if wanted.diff or wanted.fix_only:
        return _report_fixes(result, options, wanted)
    write(_report(result, options, wanted, settings), wanted.output_file, to_stderr=wanted.writes_program)
    return result.exit_code


def _baseline(wanted: Wanted, settings: Settings) -> Baseline | None:
    """The baseline that the settings name, if they do; read before anything is checked, as it may be wrong."""
    if settings.baseline is None:
        return None
    from tdlint.cli.baselines import open_baseline

    return open_baseline(settings.baseline, make=wanted.update_baseline)


def _checked(wanted: Wanted, settings: Settings, rules: Any) -> RunResult:
    """What is found in files, or left in them after they were fixed."""
    with executor_at(wanted.scheduler) as executor:
        if wanted.add_ignore:
            return _ignored(wanted, settings, rules, executor)
        with (
            cache_for(settings, rules, wanted.no_cache) as cache,
            progress("Fixing" if wanted.fixing else "Checking", wanted.no_color) as told,
        ):
            how: dict[str, Any] = {"cache": cache, "done": told.done, "begun": told.begun, "executor": executor}
            if wanted.fixing:
                from tdlint.linting.fixing import fix_paths

                return fix_paths(wanted.paths, settings, rules, wanted.jobs, write=not wanted.diff, **how)
            from tdlint.linting.runs import check_paths

            return check_paths(wanted.paths, settings, rules, wanted.jobs, **how)


def _ignored(wanted: Wanted, settings: Settings, rules: Any, executor: Executor | None) -> RunResult:
    """What no comment could hide, after comments were written beside all else."""
    from tdlint.formatters.summary import count
    from tdlint.linting.ignoring import ignore_paths

    ignored = ignore_paths(wanted.paths, settings, rules, wanted.jobs, executor)
    for line in ignored.refused:
        click.echo(f"tdlint: {line}", err=True)
    click.echo(f"{count(ignored.hidden, 'report')} hidden by comments in {count(ignored.files, 'file')}.", err=True)
    return ignored.left


def _checked_program(program: bytes, wanted: Wanted, settings: Settings, rules: Any) -> RunResult:
    """What is found in a program from standard input, or left in it after it was fixed."""
    from tdlint.linting.engine import check_stdin
    from tdlint.linting.result import RunResult

    name = wanted.stdin_filename or "<stdin>"
    if wanted.fixing:
        from tdlint.linting.fixing import fix_bytes

        return RunResult((check_stdin(program, name, settings, rules, fix_bytes),))
    return RunResult((check_stdin(program, name, settings, rules),))


def _report(result: RunResult, options: Options, wanted: Wanted, settings: Settings) -> str:
    parts = [render(settings.output_format, result, options)]
    if settings.output_format in TEXT_FORMATS:
        from tdlint.formatters import fixes, summary

        parts += [fixes.render_list(result, options)] if wanted.show_fixes else []
        parts += [summary.statistics(result, options)] if wanted.statistics else []
        parts += [summary.unknown_reasons(result, options)] if settings.explain_unknown else []
    return "\n\n".join(part for part in parts if part)


def _report_fixes(result: RunResult, options: Options, wanted: Wanted) -> int:
    """Write what was fixed, or the differences that fixing would make; returns the exit code."""
    from tdlint.formatters import fixes

    outcome = fixes.render_outcome(result, options, would=wanted.diff)
    parts = [fixes.render_list(result, options)] if wanted.show_fixes and result.fixed else []
    if wanted.diff:
        write(fixes.render_diff(result, options), wanted.output_file)
        write("\n\n".join([*parts, outcome]), to_stderr=True)
    else:
        write("\n\n".join([*parts, outcome]), wanted.output_file, to_stderr=wanted.writes_program)
    write(fixes.render_trouble(result, options), to_stderr=True)
    if result.failed:
        return 2
    return 1 if wanted.diff and result.fixed else 0
