"""The commands: they read options, call the library and write what a formatter made; nothing is decided here.

Only click is imported with this module, so that ``tdlint --version`` and a hook start at once.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from tdlint._version import __version__
from tdlint.formatters import MODULES, TEXT_FORMATS, render
from tdlint.formatters.graph import MODULES as GRAPH_MODULES

if TYPE_CHECKING:
    from tdlint.config import Settings
    from tdlint.formatters.options import Options

Command = TypeVar("Command", bound=Callable[..., Any])


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


def _words(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """The values of an option that takes lists joined by commas and may be repeated."""
    words = tuple(word.strip() for value in values for word in value.split(","))
    if "" in words:
        raise click.BadParameter("expected codes, prefixes, names or ALL joined by commas, received an empty word")
    return words


def _keras_version(ctx: click.Context, param: click.Parameter, value: str | None) -> Any:
    from tdlint.spec.version import parse_version

    try:
        return value and parse_version(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def _severity(ctx: click.Context, param: click.Parameter, value: str | None) -> Any:
    from tdlint.config import SEVERITIES

    return value and SEVERITIES[value]


def _options(*options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """Several options as one decorator, shown by ``--help`` in this order."""

    def decorate(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


_rule_options = _options(
    click.option("--select", multiple=True, callback=_words, metavar="RULES", help="Run only these rules."),
    click.option("--extend-select", multiple=True, callback=_words, metavar="RULES", help="Run these rules as well."),
    click.option("--ignore", multiple=True, callback=_words, metavar="RULES", help="Leave these rules out."),
    click.option(
        "--min-severity",
        type=click.Choice(["advice", "warning", "error"]),
        callback=_severity,
        help="Report nothing that is less severe.",
    ),
)
_settings_options = _options(
    click.option(
        "--keras-version",
        callback=_keras_version,
        metavar="VERSION",
        help="The version of Keras that the programs are meant for, such as 3.15 or 2.15.",
    ),
    click.option("--config", metavar="FILE", help="Read this pyproject.toml instead of the nearest one."),
    click.option("--isolated", is_flag=True, help="Read no configuration file."),
)
_no_color = click.option("--no-color", is_flag=True, help="Use no colors. NO_COLOR and FORCE_COLOR are obeyed too.")
_output_file = click.option("--output-file", metavar="FILE", help="Write the report to a file.")


def _table_or_json(command: Command) -> Command:
    choice = click.Choice(["table", "json"])
    return click.option("--output-format", type=choice, default="table", show_default=True, help="How to show it.")(
        command
    )


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
@_rule_options
@click.option("--output-format", type=click.Choice(list(MODULES)), help="How to report.  [default: full]")
@_output_file
@click.option("--statistics", is_flag=True, help="Add how often each rule reported.")
@click.option("--explain-unknown", is_flag=True, help="Add what was not understood, and why.")
@click.option("--show-files", is_flag=True, help="List the files that would be read, and read none.")
@click.option("--stdin-filename", metavar="NAME", help="The name of the program on standard input (PATHS is -).")
@click.option("-j", "--jobs", type=click.IntRange(min=1), help="Number of processes.  [default: as many as useful]")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even if something was found.")
@_settings_options
@_no_color
@click.pass_context
def check(
    ctx: click.Context,
    /,
    paths: tuple[str, ...],
    output_file: str | None,
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
    PATHS, one program is read from standard input.
    """
    paths = paths or (("-",) if stdin_filename else (".",))
    if paths != ("-",):
        if "-" in paths:
            raise click.UsageError("- (standard input) can't be joined with other paths", ctx)
        if stdin_filename:
            raise click.UsageError("--stdin-filename names the program on standard input: give - as PATHS", ctx)
    settings = _settings(paths, **given)
    if statistics and settings.output_format not in TEXT_FORMATS:
        raise click.UsageError(
            f"--statistics needs --output-format {' or '.join(TEXT_FORMATS)}; json has the counts in its summary", ctx
        )
    if show_files:
        from tdlint.sources.discovery import discover

        _write("\n".join(discover(paths, settings.all_excluded, settings.root)), output_file)
        return
    from tdlint.linting.engine import check_paths, check_stdin
    from tdlint.linting.registry import load_rules
    from tdlint.linting.result import RunResult

    rules = load_rules()
    if "-" in paths:
        program = sys.stdin.buffer.read()
        result = RunResult((check_stdin(program, stdin_filename or "<stdin>", settings, rules),))
    else:
        result = check_paths(paths, settings, rules, jobs)

    options = _render_options(no_color or output_file is not None, rules)
    parts = [render(settings.output_format, result, options)]
    if settings.output_format in TEXT_FORMATS:
        from tdlint.formatters import summary

        parts += [summary.statistics(result, options)] if statistics else []
        parts += [summary.unknown_reasons(result, options)] if settings.explain_unknown else []
    _write("\n\n".join(part for part in parts if part), output_file)
    ctx.exit(0 if exit_zero and result.exit_code == 1 else result.exit_code)


@cli.command("rule")
@click.argument("code_or_name")
@_no_color
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
@_table_or_json
@_no_color
def list_rules(output_format: str, no_color: bool) -> None:
    """List all rules."""
    from tdlint.formatters.rules import render_json, render_list
    from tdlint.linting.registry import load_rules

    loaded = load_rules()
    _write(render_json(loaded) if output_format == "json" else render_list(loaded, _render_options(no_color)))


@cli.command("config")
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@_rule_options
@_settings_options
@_no_color
def show_settings(paths: tuple[str, ...], no_color: bool, **given: Any) -> None:
    """Show the settings that `tdlint check PATHS` uses, and where each comes from."""
    from tdlint.formatters.settings import render as render_settings

    _write(render_settings(_settings(paths, **given), _render_options(no_color)))


@cli.command()
@click.argument("target")
@_table_or_json
@_output_file
@_rule_options
@_settings_options
@_no_color
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
@_output_file
@click.option("--call", metavar="FUNCTION", help="Enter this function with its defaults, and show what it returns.")
@click.option("--model", "wanted", metavar="NAME", help="Show only the models of this name.")
@click.option("--explain-unknown", is_flag=True, help="Add what was not understood, and why.")
@_no_color
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

    given = {name: value for name, value in given.items() if value}
    if not isolated:
        return load_settings([path for path in paths if path != "-"], config, **given)
    if config is not None:
        raise click.UsageError("--isolated reads no configuration file, so it can't be joined with --config")
    return override(Settings(), given)


def _render_options(no_color: bool, rules: Any = ()) -> Options:
    """How to show a report on standard output."""
    from tdlint.formatters.options import Options
    from tdlint.formatters.terminal import line_width, wants_color

    return Options(not no_color and wants_color(sys.stdout), line_width(), Path.cwd(), tuple(rules))


def _write(text: str, output_file: str | None = None) -> None:
    """Write a report to standard output or to a file.

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
            click.echo(text, color=True)  # the formatters know better than click whether to color
        except BrokenPipeError as error:
            raise ReaderGone from error
