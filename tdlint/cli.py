"""The commands: they read options, call the library and write what a formatter made; nothing is decided here.

Only click is imported with this module, so that ``tdlint --version`` and a hook start at once.
"""

from __future__ import annotations

import sys
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tdlint._version import __version__
from tdlint.formatters import MODULES, TEXT_FORMATS, render
from tdlint.formatters.graph import MODULES as GRAPH_MODULES
from tdlint.formatters.migration import MODULES as MIGRATION_MODULES
from tdlint.options import (
    fix_options,
    keras_version,
    no_color_option,
    output_file_option,
    rule_options,
    settings_options,
    table_or_json,
)

if TYPE_CHECKING:
    from tdlint.config import Settings
    from tdlint.formatters.options import Options
    from tdlint.linting.result import RunResult


class ReaderGone(Exception):
    """Whoever read standard output, such as ``head``, has closed it."""


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


@cli.command()
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
    settings = _settings(paths, **given)
    for name, wanted in (("--statistics", statistics), ("--show-fixes", show_fixes)):
        if wanted and settings.output_format not in TEXT_FORMATS:
            formats = " or ".join(TEXT_FORMATS)
            raise click.UsageError(f"{name} needs --output-format {formats}; json has the counts in its summary", ctx)
    if show_files:
        from tdlint.sources.discovery import discover

        _write("\n".join(discover(paths, settings.all_excluded, settings.root)), output_file)
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
        _write_program(result.fixings[0][1].after if result.fixings else program or b"")
    options = _render_options(no_color or output_file is not None, rules, settings.unsafe_fixes)
    if diff or fix_only:
        code = _report_fixes(result, options, output_file, diff=diff, listed=show_fixes, to_stderr=fixed_program)
    else:
        parts = [render(settings.output_format, result, options)]
        if settings.output_format in TEXT_FORMATS:
            from tdlint.formatters import fixes, summary

            parts += [fixes.render_list(result, options)] if show_fixes else []
            parts += [summary.statistics(result, options)] if statistics else []
            parts += [summary.unknown_reasons(result, options)] if settings.explain_unknown else []
        _write("\n\n".join(part for part in parts if part), output_file, to_stderr=fixed_program)
        code = result.exit_code
    ctx.exit(0 if exit_zero and code == 1 else code)


def _write_program(program: bytes) -> None:
    """Write a program to standard output as it is.

    Raises:
        ReaderGone: nobody reads standard output any more.
    """
    try:
        sys.stdout.buffer.write(program)
        sys.stdout.buffer.flush()
    except BrokenPipeError as error:
        raise ReaderGone from error


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
        _write(fixes.render_diff(result, options), output_file)
        _write("\n\n".join([*parts, outcome]), to_stderr=True)
    else:
        _write("\n\n".join([*parts, outcome]), output_file, to_stderr=to_stderr)
    _write(fixes.render_trouble(result, options), to_stderr=True)
    if result.failed:
        return 2
    return 1 if diff and result.fixed else 0


@cli.command()
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
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
@click.option("-j", "--jobs", type=click.IntRange(min=1), help="Number of processes.  [default: as many as useful]")
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
    no_color: bool,
    **given: Any,
) -> None:
    """Plan the move of programs to Keras 3: what fixes do, what needs a hand, and how.

    PATHS are files and folders (default: the current folder). They are read and followed; nothing of them is run or
    written.
    """
    from tdlint.formatters.migration import render as render_plan
    from tdlint.linting.migration import plan_migration
    from tdlint.linting.registry import load_rules
    from tdlint.spec.version import NEWEST

    paths = paths or (".",)
    plan = plan_migration(paths, _settings(paths, **given), load_rules(), target or NEWEST, jobs)
    _write(render_plan(output_format, plan, paths, _render_options(no_color or output_file is not None)), output_file)
    ctx.exit(plan.exit_code)


@cli.command("rule")
@click.argument("code_or_name")
@no_color_option
def show_rule(code_or_name: str, no_color: bool) -> None:
    """Show the page of a rule, by its code or name."""
    from tdlint.formatters.rules import render_page
    from tdlint.linting.registry import load_rules

    known = {word: rule for rule in load_rules() for word in (rule.code, rule.name())}
    wanted = code_or_name if code_or_name in known else code_or_name.upper()
    if wanted not in known:
        from tdlint.config import did_you_mean

        raise click.UsageError(f"no rule is called `{code_or_name}`{did_you_mean(code_or_name, known)}")
    _write(render_page(known[wanted], _render_options(no_color)))


@cli.command("rules")
@table_or_json
@no_color_option
def list_rules(output_format: str, no_color: bool) -> None:
    """List all rules."""
    from tdlint.formatters.rules import render_json, render_list
    from tdlint.linting.registry import load_rules

    loaded = load_rules()
    _write(render_json(loaded) if output_format == "json" else render_list(loaded, _render_options(no_color)))


@cli.command("config")
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@rule_options
@settings_options
@no_color_option
def show_settings(paths: tuple[str, ...], no_color: bool, **given: Any) -> None:
    """Show the settings that `tdlint check PATHS` uses, and where each comes from."""
    from tdlint.formatters.settings import render as render_settings

    _write(render_settings(_settings(paths, **given), _render_options(no_color)))


@cli.command()
@click.argument("target")
@table_or_json
@output_file_option
@rule_options
@settings_options
@no_color_option
@click.pass_context
def inspect(
    ctx: click.Context, /, target: str, output_format: str, output_file: str | None, no_color: bool, **given: Any
) -> None:
    """Account for the regularization of a model.

    TARGET is a model file (model.keras), or a model or a function that makes one, in a module
    (package.module:build_model) or in a file (train.py:model). A model file is read without Keras; nothing in it is
    executed.
    """
    from dataclasses import replace

    from tdlint.formatters.inspection import render_json, render_table
    from tdlint.inspector import inspect_target
    from tdlint.linting.engine import check_graph
    from tdlint.linting.registry import load_rules
    from tdlint.linting.selection import check_selectors

    rules, settings = load_rules(), _settings((), **given)
    check_selectors(settings, rules)
    account = inspect_target(target)
    if settings.source("keras_version") == "default":
        settings = replace(settings, keras_version=account.keras)  # the model says itself what it is made for
    account = replace(account, diagnostics=check_graph(account.model, account.source, settings, rules))
    options = _render_options(no_color or output_file is not None)
    table_or_json = (
        render_json(account) if output_format == "json" else render_table(account, options.width, options.color)
    )
    _write(table_or_json, output_file)
    ctx.exit(1 if account.diagnostics else 0)


@cli.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATHS...")
@click.option(
    "--output-format",
    "--format",
    "output_format",
    type=click.Choice(list(GRAPH_MODULES)),
    default="table",
    show_default=True,
    help="How to show the models.",
)
@output_file_option
@click.option("--call", metavar="FUNCTION", help="Enter this function with its defaults, and show what it returns.")
@click.option("--model", "wanted", metavar="NAME", help="Show only the models of this name.")
@click.option("--explain-unknown", is_flag=True, help="Add what was not understood, and why.")
@no_color_option
@click.pass_context
def graph(
    ctx: click.Context,
    /,
    paths: tuple[str, ...],
    output_format: str,
    output_file: str | None,
    call: str | None,
    wanted: str | None,
    explain_unknown: bool,
    no_color: bool,
) -> None:
    """Show the models that programs build: layers, output shapes and parameters.

    PATHS are scripts, notebooks and folders of them. They are read and followed; nothing of them is run.
    """
    from tdlint.formatters.graph import render as render_graph
    from tdlint.formatters.graph.table import render_unknown
    from tdlint.linting.source_models import collect, select_models

    if explain_unknown and output_format != "table":
        raise click.UsageError("--explain-unknown needs --output-format table; json always has the reasons", ctx)
    collected = collect(paths, call)
    sources = collected.sources if wanted is None else select_models(collected.sources, wanted)
    options = _render_options(no_color or output_file is not None)
    parts = [render_graph(output_format, sources, options)]
    parts += [render_unknown(sources, options)] if explain_unknown else []
    _write("\n\n".join(part for part in parts if part), output_file)
    for message in collected.notes:
        click.echo(f"tdlint: {message}", err=True)
    for message in collected.errors:
        click.echo(f"tdlint: error: {message}", err=True)
    ctx.exit(2 if collected.errors else 0)


def _settings(paths: tuple[str, ...], config: str | None = None, isolated: bool = False, **given: Any) -> Settings:
    """The settings of the command line and of the file that it chooses."""
    from tdlint.config import Settings, load_settings, override

    given = {name: value for name, value in given.items() if value not in (None, ())}
    if not isolated:
        return load_settings([path for path in paths if path != "-"], config, **given)
    if config is not None:
        raise click.UsageError("--isolated reads no configuration file, so it can't be joined with --config")
    return override(Settings(), given)


def _render_options(no_color: bool, rules: Any = (), unsafe_fixes: bool = False) -> Options:
    """How to show a report on standard output."""
    from tdlint.formatters.options import Options
    from tdlint.formatters.terminal import line_width, wants_color

    return Options(not no_color and wants_color(sys.stdout), line_width(), Path.cwd(), tuple(rules), unsafe_fixes)


def _write(text: str, output_file: str | None = None, *, to_stderr: bool = False) -> None:
    """Write a report to standard output, to standard error or to a file.

    Raises:
        ReaderGone: nobody reads standard output any more.
        click.ClickException: the file can't be written.
    """
    if output_file is not None:
        try:
            Path(output_file).write_text(text + "\n" if text else "", encoding="utf-8")
        except OSError as error:
            raise click.ClickException(f"{output_file}: can't write this file: {error.strerror}") from None
    elif text:
        try:
            click.echo(text, color=True, err=to_stderr)  # the formatters know better than click whether to color
        except BrokenPipeError as error:
            raise ReaderGone from error
