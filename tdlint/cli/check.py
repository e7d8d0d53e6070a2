"""``tdlint check``: find mistakes in programs, and fix those that can be."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from tdlint.cli.options import fix_options, no_color_option, output_file_option, rule_options, settings_options
from tdlint.cli.reports import render_options, settings_of, write, write_program
from tdlint.formatters import MODULES, TEXT_FORMATS, render

if TYPE_CHECKING:
    from tdlint.config import Settings
    from tdlint.formatters.options import Options
    from tdlint.linting.result import RunResult


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@rule_options
@fix_options
@click.option("--output-format", type=click.Choice(list(MODULES)), help="How to report.  [default: full]")
@output_file_option
@click.option("--statistics", is_flag=True, help="Add how often each rule reported.")
@click.option("--explain-unknown", is_flag=True, help="Add what was not understood, and why.")
@click.option("--show-files", is_flag=True, help="List the files that would be read, and read none.")
@click.option("--stdin-filename", metavar="NAME", help="The name of the program on standard input (PATHS is -).")
@click.option("-j", "--jobs", type=click.IntRange(min=1), help="Number of processes.  [default: as many as useful]")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even if something was found.")
@settings_options
@no_color_option
@click.pass_context
def check(
    ctx: click.Context,
    /,
    paths: tuple[str, ...],
    output_file: str | None,
    fix: bool,
    fix_only: bool,
    diff: bool,
    show_fixes: bool,
    statistics: bool,
    show_files: bool,
    stdin_filename: str | None,
    jobs: int | None,
    exit_zero: bool,
    no_color: bool,
    **given: Any,
) -> None:
    """Check Python files, stubs and notebooks (default: the current folder).

    RULES are codes (TDL101), prefixes (TDL1), names (missing-return-sequences) or ALL, joined by commas. With - as
    PATHS, one program is read from standard input; with --fix, it is written to standard output, and the report to
    standard error.
    """
    paths = paths or (("-",) if stdin_filename else (".",))
    if paths != ("-",):
        if "-" in paths:
            raise click.UsageError("- (standard input) can't be joined with other paths", ctx)
        if stdin_filename:
            raise click.UsageError("--stdin-filename names the program on standard input: give - as PATHS", ctx)
    settings = settings_of(paths, **given)
    for name, wanted in (("--statistics", statistics), ("--show-fixes", show_fixes)):
        if wanted and settings.output_format not in TEXT_FORMATS:
            formats = " or ".join(TEXT_FORMATS)
            raise click.UsageError(f"{name} needs --output-format {formats}; json has the counts in its summary", ctx)
    if show_files:
        from tdlint.sources.discovery import discover

        write("\n".join(discover(paths, settings.all_excluded, settings.root)), output_file)
        return
    from tdlint.linting.registry import load_rules

    rules, fixing = load_rules(), fix or fix_only or diff
    program = sys.stdin.buffer.read() if paths == ("-",) else None
    if program is None:
        result = _checked(paths, settings, rules, jobs, fix=fixing, write=not diff)
    else:
        result = _checked_program(program, stdin_filename or "<stdin>", settings, rules, fix=fixing)
    fixed_program = program is not None and fixing and not diff
    if fixed_program:
        write_program(result.fixings[0][1].after if result.fixings else program or b"")
    options = render_options(no_color or output_file is not None, rules, settings.unsafe_fixes)
    if diff or fix_only:
        code = _report_fixes(result, options, output_file, diff=diff, listed=show_fixes, to_stderr=fixed_program)
    else:
        parts = [render(settings.output_format, result, options)]
        if settings.output_format in TEXT_FORMATS:
            from tdlint.formatters import fixes, summary

            parts += [fixes.render_list(result, options)] if show_fixes else []
            parts += [summary.statistics(result, options)] if statistics else []
            parts += [summary.unknown_reasons(result, options)] if settings.explain_unknown else []
        write("\n\n".join(part for part in parts if part), output_file, to_stderr=fixed_program)
        code = result.exit_code
    ctx.exit(0 if exit_zero and code == 1 else code)


def _checked(
    paths: tuple[str, ...], settings: Settings, rules: Any, jobs: int | None, *, fix: bool, write: bool
) -> RunResult:
    """What is found in files, or left in them after they were fixed."""
    if fix:
        from tdlint.linting.fixing import fix_paths

        return fix_paths(paths, settings, rules, jobs, write=write)
    from tdlint.linting.engine import check_paths

    return check_paths(paths, settings, rules, jobs)


def _checked_program(program: bytes, name: str, settings: Settings, rules: Any, *, fix: bool) -> RunResult:
    """What is found in a program from standard input, or left in it after it was fixed."""
    from tdlint.linting.engine import check_stdin
    from tdlint.linting.result import RunResult

    if fix:
        from tdlint.linting.fixing import fix_bytes

        return RunResult((check_stdin(program, name, settings, rules, fix_bytes),))
    return RunResult((check_stdin(program, name, settings, rules),))


def _report_fixes(
    result: RunResult, options: Options, output_file: str | None, *, diff: bool, listed: bool, to_stderr: bool
) -> int:
    """Write what was fixed, or the differences that fixing would make; returns the exit code."""
    from tdlint.formatters import fixes

    outcome = fixes.render_outcome(result, options, would=diff)
    parts = [fixes.render_list(result, options)] if listed and result.fixed else []
    if diff:
        write(fixes.render_diff(result, options), output_file)
        write("\n\n".join([*parts, outcome]), to_stderr=True)
    else:
        write("\n\n".join([*parts, outcome]), output_file, to_stderr=to_stderr)
    write(fixes.render_trouble(result, options), to_stderr=True)
    if result.failed:
        return 2
    return 1 if diff and result.fixed else 0
