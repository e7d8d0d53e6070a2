"""The options that several commands have, as decorators."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])
Group = TypeVar("Group")


def taken(kind: type[Group], given: dict[str, Any], **more: Any) -> Group:
    """The options that are fields of a dataclass, as one; they are taken out of those that were given."""
    return kind(**{each.name: given.pop(each.name) for each in fields(kind) if each.name in given}, **more)  # type: ignore[arg-type]


def words(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """The values of an option that takes lists joined by commas and may be repeated."""
    words = tuple(word.strip() for value in values for word in value.split(","))
    if "" in words:
        raise click.BadParameter("expected words joined by commas, received an empty one")
    return words


def complete_rules(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Codes, names and families that what was typed begins; after a comma, for the last word."""
    from tdlint.linting.registry import load_packs

    before, comma, word = incomplete.rpartition(",")
    rules = load_packs().rules
    known = ["ALL", *dict.fromkeys(rule.code[:4] for rule in rules)]
    known += [text for rule in rules for text in (rule.code, rule.name())]
    return [f"{before}{comma}{text}" for text in known if text.startswith(word)]


def keras_version(ctx: click.Context, param: click.Parameter, value: str | None) -> Any:
    """The version that an option names."""
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


_RULES: dict[str, Any] = {
    "multiple": True,
    "callback": words,
    "shell_complete": complete_rules,
    "metavar": "RULES",
}
rule_options = _options(
    click.option("--select", **_RULES, help="Run only these rules."),
    click.option("--extend-select", **_RULES, help="Run these rules as well."),
    click.option("--ignore", **_RULES, help="Leave these rules out."),
    click.option(
        "--min-severity",
        type=click.Choice(["advice", "warning", "error"]),
        callback=_severity,
        help="Report nothing that is less severe.",
    ),
)
settings_options = _options(
    click.option(
        "--keras-version",
        callback=keras_version,
        metavar="VERSION",
        help="The version of Keras that the programs are meant for, such as 3.15 or 2.15.",
    ),
    click.option("--config", metavar="FILE", help="Read this pyproject.toml instead of the nearest one."),
    click.option("--isolated", is_flag=True, help="Read no configuration file."),
)
fix_options = _options(
    click.option("--fix", is_flag=True, help="Write the safe fixes into the files, and report what is left."),
    click.option(
        "--unsafe-fixes/--no-unsafe-fixes",
        default=None,
        help="With --fix or --diff: also fixes that may change what the program computes, or drop a comment.",
    ),
    click.option("--unfixable", **_RULES, help="Don't fix what these report."),
    click.option("--fix-only", is_flag=True, help="As --fix, but report nothing that is left, and exit with 0."),
    click.option("--diff", is_flag=True, help="Show what --fix would change, and write nothing. Exit with 1 if it is."),
    click.option("--show-fixes", is_flag=True, help="Add which fixes were applied, by file and rule."),
)
baseline_options = _options(
    click.option("--baseline", metavar="FILE", help="Leave out what this file has of earlier runs, on whatever line."),
    click.option("--no-baseline", "baseline", flag_value="", help="Use no baseline, whatever the configuration says."),
    click.option("--update-baseline", is_flag=True, help="Write what is found now into the baseline's file."),
)
add_ignore_option = click.option(
    "--add-ignore", is_flag=True, help="Hide what is found by comments that are written into the files."
)
cache_dir_option = click.option(
    "--cache-dir", metavar="FOLDER", help="Where results are kept.  [default: .tdlint_cache of the project]"
)
cache_options = _options(
    click.option("--no-cache", is_flag=True, help="Check everything anew, and keep no results."), cache_dir_option
)
no_color_option = click.option(
    "--no-color", is_flag=True, help="Use no colors. NO_COLOR and FORCE_COLOR are obeyed too."
)
output_file_option = click.option("--output-file", metavar="FILE", help="Write the report to a file.")


def table_or_json(command: Command) -> Command:
    """The option ``--output-format`` of commands that make a table."""
    choice = click.Choice(["table", "json"])
    return click.option("--output-format", type=choice, default="table", show_default=True, help="How to show it.")(
        command
    )
