"""Running rules on one program or model: those of tdlint here, those of other packs where they can do no harm."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from tdlint.diagnostics import Diagnostic, Location
from tdlint.interp.program import Program
from tdlint.linting.registry import is_built_in, pack_of
from tdlint.linting.resolve import Found, tool_diagnostic
from tdlint.linting.rule import Context, Report, Rule
from tdlint.linting.tool_codes import RULE_CRASHED

Resolve = Callable[[Sequence[Found], Sequence[type[Rule]]], tuple[Diagnostic, ...]]
"""Makes diagnostics of what these rules have reported."""

GIVEN_UP = "and was not run again"
BUG = "This is a defect of tdlint or of the rule; please report it with the file."


@dataclass(frozen=True, slots=True)
class Crash:
    """A rule that failed, and how, as a predicate: ``crashed: ValueError``."""

    rule: type[Rule]
    what: str


def run_rules(
    rules: Sequence[type[Rule]],
    program: Program,
    context: Context,
    resolve: Resolve,
    path: str,
    models_only: bool = False,
) -> tuple[list[Diagnostic], list[Crash]]:
    """What rules say of a program, which is called ``path``; a rule that crashes keeps what it reported before."""
    own = [rule for rule in rules if is_built_in(rule)]
    found: list[Found] = []
    crashes: list[Crash] = []
    for rule in own:
        try:
            for report in reports(rule, program, context, models_only):
                found.append(Found(rule, report))
        except Exception as error:
            crashes.append(Crash(rule, f"crashed: {described(error)}"))
    diagnostics = list(resolve(found, own))
    if len(own) < len(rules):
        from tdlint.linting.packs import run_packs

        others = [rule for rule in rules if not is_built_in(rule)]
        for rule, outcome in run_packs(others, program, context, resolve, path, models_only):
            diagnostics += outcome.diagnostics
            crashes += [Crash(rule, outcome.failure)] if outcome.failure else []
    return diagnostics, crashes


def reports(rule: type[Rule], program: Program, context: Context, models_only: bool) -> Iterator[Report]:
    """What a rule reports, method by method."""
    checks, made = rule.checks(), rule()
    if "check_model" in checks:
        for model in program.models:
            yield from made.check_model(model, context)
    if models_only:
        return
    if "check_call" in checks:
        for call in program.calls:
            yield from made.check_call(call, program, context)
    if "check_class" in checks:
        for cls in program.classes:
            yield from made.check_class(cls, program, context)
    if "check_module" in checks:
        yield from made.check_module(program, context)


def crash_diagnostic(crash: Crash, location: Location) -> Diagnostic:
    """The report that a rule failed."""
    rule, pack = crash.rule, pack_of(crash.rule)
    of = f" of {pack}" if pack else ""
    help = BUG
    if pack:
        help = f"This is a defect of {pack}, to be reported there; `--ignore {rule.code}` leaves the rule out."
    return tool_diagnostic(RULE_CRASHED, location, f"the rule {rule.code} [{rule.name()}]{of} {crash.what}", help)


def is_of_pack(diagnostic: Diagnostic) -> bool:
    """Whether a diagnostic says that a rule of another pack has failed."""
    return diagnostic.code == RULE_CRASHED.code and diagnostic.help != BUG


def is_given_up(diagnostic: Diagnostic) -> bool:
    """Whether a diagnostic says that a rule is not run any more, as it does in each file."""
    return diagnostic.code == RULE_CRASHED.code and diagnostic.message.endswith(GIVEN_UP)


def described(error: BaseException) -> str:
    """An exception as one line."""
    try:
        text = str(error).strip().partition("\n")[0]
    except BaseException:  # that of a rule may do anything
        text = ""
    name = type(error).__name__
    return f"{name}: {text[:500]}" if text else name
