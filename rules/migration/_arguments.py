"""Calls with arguments that the version a program is meant for does not take, from the table of the package."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tdlint.api import (
    Applicability,
    ArgumentChange,
    Context,
    DatedCall,
    Family,
    FixPlan,
    KerasVersion,
    Place,
    Program,
    RemoveArgument,
    RenameArgument,
    Report,
    Severity,
    Site,
    argument_changes,
    text,
)

from .._saving import version_of

SEVERITIES = {"raises": Severity.ERROR, "ignored": Severity.WARNING, "warned": Severity.ADVICE}
FACTS = {
    "raises": "Keras {major} raises an error (FACTS L1)",
    "ignored": "Keras {major} takes it and ignores it (FACTS L2)",
    "warned": "Keras {major} takes it, with a warning (FACTS L3)",
}


def version(call: DatedCall, program: Program, context: Context) -> KerasVersion:
    """The version of Keras that a call is made in."""
    return version_of(program, context) if call.namespace is None else context.version(call.namespace)


def is_passed_over(call: DatedCall, program: Program) -> bool:
    """Whether a program that asks for versions may make the call in another one only."""
    return program.by_version and not call.certain


def changed(
    program: Program, context: Context, families: tuple[Family, ...]
) -> Iterator[tuple[DatedCall, ArgumentChange, KerasVersion]]:
    """Every argument of these families that the target does not take as it is, each place once."""
    seen: set[tuple[Site, str]] = set()
    for call in program.dated_calls:
        if is_passed_over(call, program):
            continue
        target = version(call, program, context)
        changes = argument_changes(call.name)
        for name, value in call.args.bound:
            change = changes.get(name)
            if change is None or change.family not in families or target < change.since:
                continue
            if (call.site, name) not in seen and (not change.only or value.must_be(*change.only)):
                seen.add((call.site, name))
                yield call, change, target


def short(call: DatedCall) -> str:
    """The name of what is called, without its module."""
    return call.name.rpartition(".")[2]


def report(call: DatedCall, change: ArgumentChange, program: Program, target: KerasVersion) -> Report:
    """What is wrong with one argument, and how to mend it."""
    name = change.old if not change.only else f"{change.old}={change.only[0]!r}"
    message = f"{short(call)} of Keras {target.major} has no argument {name}"
    if change.new is not None:
        message += f": it is {change.new} now" if change.part is None else f": it is a part of {change.new} now"
    return Report(
        Place(call.args.site(change.old) or call.site),
        message,
        fact=FACTS[change.effect].format(major=target.major),
        help=change.help or (None if change.new is None else f"say {change.new}"),
        fix=fix(call, change, program),
        severity=Severity.ADVICE if _says_nothing(change) else SEVERITIES[change.effect],
    )


def _says_nothing(change: ArgumentChange) -> bool:
    """Whether an argument that is ignored never changed what is computed."""
    return change.effect == "ignored" and change.drop == "safe"


def fix(call: DatedCall, change: ArgumentChange, program: Program) -> FixPlan | None:
    """Rename the argument, or leave it out."""
    site = call.args.site(change.old)
    if site is None or program.text(site).startswith("**"):
        return None
    if change.new is None:
        return _removal(call.site, site, change, program.text(site))
    if call.args.passes(change.new):
        return None
    parts = _parts(call, change) if change.part is not None else _value(call, change, site, program)
    if parts is None:
        return None
    others = [other for other in parts if isinstance(other, Site) and other != site]
    moved = RenameArgument(call.site, site, change.new, parts)
    gone = (RemoveArgument(call.site, other) for other in others)
    # where the old name is ignored, the program computes something else after the fix: what it says
    safe = Applicability.UNSAFE if change.effect == "ignored" else Applicability.SAFE
    return FixPlan(f"Say {change.new}", (moved, *gone), safe)


def _removal(at: Site, site: Site, change: ArgumentChange, written: str) -> FixPlan | None:
    harmless = bool(change.harmless) and _is_literally(written, change.harmless[0])
    if not harmless and change.drop == "no":
        return None
    safe = Applicability.SAFE if harmless or change.drop == "safe" else Applicability.UNSAFE
    return FixPlan(f"Leave out {change.old}", (RemoveArgument(at, site),), safe)


def _is_literally(written: str, value: object) -> bool:
    """Whether a value is written out; what is known of a variable may hold for one path only."""
    try:
        found = ast.literal_eval(written)
    except (ValueError, SyntaxError):
        return False
    return bool(found == value) and isinstance(found, bool) == isinstance(value, bool)


def _parts(call: DatedCall, change: ArgumentChange) -> tuple[str | Site, ...] | None:
    """All parts of a tuple, in order; None where one is missing, and for all but the first, whose fix does it all."""
    whole = sorted(
        (other for other in argument_changes(call.name).values() if other.new == change.new and other.part is not None),
        key=lambda other: other.part or 0,
    )
    sites = [call.args.site(other.old) for other in whole]
    if change.part != 0:
        return None
    parts: list[str | Site] = ["("]
    for place, site in enumerate(sites):
        if site is None:
            return None
        parts += [", " if place else "", site]
    return (*parts, ")")


def _value(call: DatedCall, change: ArgumentChange, site: Site, program: Program) -> tuple[str, ...] | None:
    """What to put in the place of the value; None if it can't be told."""
    if not change.values:
        return ()
    said = text(call.args.get(change.old))
    if said is None or program.text(site)[:1] not in "\"'":
        return None
    if said not in change.values:
        return ()
    now = change.values[said]
    return ("None" if now is None else f'"{now}"',)
