"""The plan of a move to another version of Keras: what fixes do, what needs a hand, and how, file by file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING

from tdlint.config import Settings
from tdlint.diagnostics import Applicability, Diagnostic
from tdlint.linting.engine import Rules, check_bytes_each
from tdlint.linting.fixing import fix_bytes
from tdlint.linting.result import FileResult, Fixing
from tdlint.linting.runs import Begun, Done, check_paths
from tdlint.linting.tool_codes import FIX_FAILED, TOOL_CODES
from tdlint.spec.version import FIRST_KERAS_2, KerasVersion

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from tdlint.linting.cache import Cache

FAMILY = "migration"
"""The family of the rules about what changed between versions."""


class Way(Enum):
    """Who does the work: ``tdlint --fix``, the same with ``--unsafe-fixes``, or someone by hand."""

    SAFE = "safe"
    UNSAFE = "unsafe"
    BY_HAND = "by hand"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to be done. ``after_fixes`` says that it shows only in the fixed text, which its place is in."""

    diagnostic: Diagnostic
    way: Way
    after_fixes: bool = False


@dataclass(frozen=True, slots=True)
class FilePlan:
    """What is to be done in one file; ``fixing`` is what its fixes make of it."""

    path: str
    findings: tuple[Finding, ...]
    fixing: Fixing | None = None

    def count(self, way: Way) -> int:
        """How many findings are done this way."""
        return sum(finding.way is way for finding in self.findings)


@dataclass(frozen=True, slots=True)
class Plan:
    """The move of some files to a version of Keras, those with most work first. ``ready`` need nothing.

    ``family`` are the codes of the rules about the change.
    """

    target: KerasVersion
    files: tuple[FilePlan, ...]
    ready: int
    failed: bool
    family: frozenset[str]

    def count(self, way: Way) -> int:
        """How many findings are done this way."""
        return sum(file.count(way) for file in self.files)

    @property
    def findings(self) -> int:
        """How many findings there are."""
        return sum(len(file.findings) for file in self.files)

    @property
    def ready_after_fixes(self) -> int:
        """How many files need nothing by hand, those that need nothing at all included."""
        return self.ready + sum(not file.count(Way.BY_HAND) for file in self.files)

    @property
    def exit_code(self) -> int:
        """0 if there is nothing to do, 1 if there is, 2 if tdlint failed on some file."""
        if self.failed:
            return 2
        return 1 if self.files else 0

    @property
    def other_codes_with_fixes(self) -> tuple[str, ...]:
        """The codes of other rules that have fixes to offer."""
        findings = (finding for file in self.files for finding in file.findings)
        codes = {finding.diagnostic.code for finding in findings if finding.way is not Way.BY_HAND}
        return tuple(sorted(codes - self.family))

    def by_rule(self) -> tuple[tuple[str, str, dict[Way, int]], ...]:
        """Code, name and numbers by way of each rule, the most frequent first."""
        counts: Counter[tuple[str, str]] = Counter()
        ways: Counter[tuple[str, Way]] = Counter()
        for file in self.files:
            for finding in file.findings:
                counts[finding.diagnostic.code, finding.diagnostic.name] += 1
                ways[finding.diagnostic.code, finding.way] += 1
        order = sorted(counts, key=lambda rule: (-counts[rule], rule))
        return tuple((code, name, {way: ways[code, way] for way in Way}) for code, name in order)


def plan_migration(
    paths: Sequence[str],
    settings: Settings,
    rules: Rules,
    target: KerasVersion,
    jobs: int | None = None,
    *,
    cache: Cache | None = None,
    done: Done | None = None,
    begun: Begun = lambda file: None,
    executor: Executor | None = None,
) -> Plan:
    """What is to be done before files run under a version of Keras.

    That is what the rules about the change report, and what other rules report for this version and not for the first
    Keras 2: programs come from any.

    Raises:
        UsageError: a path does not exist, or there is no file.
    """
    wanted = replace(settings, keras_version=target)
    changed = replace(wanted, select=(FAMILY,), extend_select=(), ignore=(), min_severity=None, unsafe_fixes=True)
    old = replace(settings, keras_version=FIRST_KERAS_2)
    family = frozenset(rule.code for rule in rules if rule.family() == FAMILY)
    plan = partial(_plan_bytes, wanted=wanted, old=old, left_out=family | {code.code for code in TOOL_CODES})
    checked = check_paths(paths, changed, rules, jobs, plan, cache, None, done, begun, executor)
    files = [_file_plan(result) for result in checked.files]
    work = sorted((file for file in files if file.findings), key=_most_work_first)
    return Plan(target, tuple(work), len(files) - len(work), checked.failed, family)


def _plan_bytes(
    data: bytes,
    path: str,
    settings: Settings,
    rules: Rules,
    *,
    wanted: Settings,
    old: Settings,
    left_out: frozenset[str],
) -> FileResult:
    """What the fixes make of a file, with what other rules say of it for the target only; it is followed once."""
    found, then, now = check_bytes_each(data, path, (settings, wanted, old), rules)
    fixed = fix_bytes(data, path, settings, rules, found)
    others = tuple(each for each in _surplus(then.diagnostics, now.diagnostics) if each.code not in left_out)
    return replace(fixed, of_target=others, failed=fixed.failed or then.failed)


def _file_plan(result: FileResult) -> FilePlan:
    found = result.fixing.found.diagnostics if result.fixing else result.diagnostics
    no_fix = result.fixing is None and any(each.code == FIX_FAILED.code for each in found)
    findings = [Finding(each, Way.BY_HAND if no_fix else _way(each)) for each in (*found, *result.of_target)]
    findings.sort(key=lambda finding: finding.diagnostic.sort_key())
    if result.fixing:
        later = _surplus(result.diagnostics, found, with_place=False)
        findings += [Finding(each, Way.BY_HAND, after_fixes=True) for each in later]
    return FilePlan(result.path, tuple(findings), result.fixing)


def _way(diagnostic: Diagnostic) -> Way:
    applicability = diagnostic.fix.applicability if diagnostic.fix and diagnostic.fix.edits else None
    return {Applicability.SAFE: Way.SAFE, Applicability.UNSAFE: Way.UNSAFE}.get(applicability, Way.BY_HAND)  # type: ignore[arg-type]


def _surplus(these: Iterable[Diagnostic], those: Iterable[Diagnostic], *, with_place: bool = True) -> list[Diagnostic]:
    """The diagnostics that are not among the others, by code and place, or by code and message."""

    def key(diagnostic: Diagnostic) -> tuple[object, ...]:
        return (diagnostic.code, diagnostic.location.span if with_place else diagnostic.message)

    known = Counter(map(key, those))
    surplus = []
    for diagnostic in these:
        if known[key(diagnostic)]:
            known[key(diagnostic)] -= 1
        else:
            surplus.append(diagnostic)
    return surplus


def _most_work_first(file: FilePlan) -> tuple[int, int, int, str]:
    return (-file.count(Way.BY_HAND), -file.count(Way.UNSAFE), -file.count(Way.SAFE), file.path)
