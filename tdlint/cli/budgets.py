"""The limits of ``tdlint inspect`` for CI: their options, and the exit code that follows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import click

from tdlint.cli.options import words
from tdlint.cli.reports import write

if TYPE_CHECKING:
    from tdlint.inspector.accounting.account import Account

Command = TypeVar("Command", bound=Callable[..., Any])


def _count(ctx: click.Context, param: click.Parameter, value: str | None) -> int | None:
    """The number of parameters that an option names."""
    from tdlint.inspector.budgets import parse_count

    try:
        return None if value is None else parse_count(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def budget_options(command: Command) -> Command:
    """``--max-params``, ``--max-penalty-ratio`` and ``--fail-on``."""
    for option in (
        click.option(
            "--fail-on",
            multiple=True,
            callback=words,
            metavar="RULES",
            help="Run these rules as well, and fail on nothing else that rules report.",
        ),
        click.option(
            "--max-penalty-ratio",
            type=click.FloatRange(min=0),
            metavar="R",
            help="Fail if the penalty is more than R times the data loss that a fresh model starts from.",
        ),
        click.option(
            "--max-params", callback=_count, metavar="N", help="Fail if it has more parameters: 1000000, 1_000_000, 1M."
        ),
    ):
        command = option(command)
    return command


@dataclass(frozen=True)
class Limits:
    """What makes ``tdlint inspect`` fail, beside what it finds by itself."""

    max_params: int | None
    max_penalty_ratio: float | None
    fail_on: tuple[str, ...]

    def __bool__(self) -> bool:
        return self.max_params is not None or self.max_penalty_ratio is not None or bool(self.fail_on)

    def with_rules(self, given: dict[str, Any], rules: Any) -> dict[str, Any]:
        """The options that choose rules, with those to fail on added.

        Raises:
            click.UsageError: there is no such rule.
        """
        from tdlint.config import did_you_mean
        from tdlint.linting.selection import known_entries, means_any

        entries = known_entries(rules)
        for selector in self.fail_on:
            if not means_any(selector, entries):
                known = {word for entry in entries for word in (entry.code, entry.name, entry.family)}
                raise click.UsageError(f"--fail-on: no rule is called `{selector}`{did_you_mean(selector, known)}")
        return {**given, "extend_select": (*given["extend_select"], *self.fail_on)}

    def exit_code(self, account: Account, rules: Any) -> int:
        """0, 1 if a rule reported something or a limit is exceeded, 2 if one can't be checked or a rule failed.

        What is wrong with a limit is written to standard error.
        """
        from tdlint.inspector.budgets import Budget, check_budget
        from tdlint.linting.selection import known_entries, specificity
        from tdlint.linting.tool_codes import FAILURES

        found = {one.code for one in account.diagnostics}
        entries = [entry for entry in known_entries(rules) if entry.code in found]
        failing = [e for e in entries if not self.fail_on or any(specificity(one, e) for one in self.fail_on)]
        overruns = check_budget(account, Budget(self.max_params, self.max_penalty_ratio))
        for one in overruns:
            write(f"tdlint: {'error' if one.outcome == 'unknown' else 'limit'}: {one.text}", to_stderr=True)
        if found & FAILURES or any(one.outcome == "unknown" for one in overruns):
            return 2
        return 1 if failing or overruns else 0
