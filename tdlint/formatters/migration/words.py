"""What all formats of a migration plan say in the same words."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from tdlint.diagnostics import Severity
from tdlint.formatters.summary import count
from tdlint.linting.migration import FAMILY, FilePlan, Finding, Plan, Way
from tdlint.spec.version import NEWEST

BY_WORK = (Way.BY_HAND, Way.UNSAFE, Way.SAFE)
"""The ways in the order of the work that they leave."""

MEANING = {
    Way.SAFE: "fixed by --fix",
    Way.UNSAFE: "fixed by --fix --unsafe-fixes, to be looked at",
    Way.BY_HAND: "yours to do, with a word on how",
}


def headline(plan: Plan) -> str:
    """How many files are ready for the version, and how many are not."""
    if not plan.files:
        return f"Nothing to do for Keras {plan.target}: {count(plan.ready, 'file')} ready."
    work = f"{count(len(plan.files), 'file')} to change for Keras {plan.target}"
    fixed = f"; with all fixes, {plan.ready_after_fixes} are" if plan.ready_after_fixes > plan.ready else ""
    return f"{work}, {plan.ready} ready{fixed}: {count(plan.findings, 'finding')}."


def counts(counted: Plan | FilePlan) -> str:
    """``3 by hand, 2 unsafe, 10 safe``, without those that are none."""
    return ", ".join(f"{number} {way.value}" for way in BY_WORK if (number := counted.count(way)))


def how(finding: Finding) -> str:
    """What to do, or what the fix does."""
    diagnostic = finding.diagnostic
    if finding.way is not Way.BY_HAND and diagnostic.fix is not None:
        return diagnostic.fix.title
    return diagnostic.help or ""


def label(finding: Finding) -> str:
    """The code, and whether programs run without the change."""
    optional = finding.diagnostic.severity is Severity.ADVICE
    return f"{finding.diagnostic.code}, optional" if optional else finding.diagnostic.code


def steps(plan: Plan, paths: Sequence[str]) -> list[tuple[str, str]]:
    """The commands to run, in order, each with what it does; the last has none: it is work by hand."""
    version = "" if plan.target == NEWEST else f" --keras-version {plan.target}"
    rest = f"--select {','.join([FAMILY, *plan.other_codes_with_fixes])}{version} {shlex.join(paths)}"
    found = []
    if safe := plan.count(Way.SAFE):
        found.append((f"tdlint --fix {rest}", f"writes what is safe ({safe})"))
    if unsafe := plan.count(Way.UNSAFE):
        found.append((f"tdlint --diff --unsafe-fixes {rest}", f"shows what is unsafe ({unsafe}), to be looked at"))
        found.append((f"tdlint --fix --unsafe-fixes {rest}", "writes them"))
    if plan.count(Way.BY_HAND):
        found.append(("", f"what is to be done by hand ({plan.count(Way.BY_HAND)}), as said below"))
    return found
