"""What the worker process does for the server: plain data in, plain data out.

The server itself never analyses anything: a program, or a rule of someone else, may make that crash or never end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from tdlint.config import Settings
from tdlint.errors import UsageError
from tdlint.linting.result import FileResult
from tdlint.linting.rule import Rule


@dataclass(frozen=True)
class Check:
    """Lint a program."""

    data: bytes
    path: str
    settings: Settings


@dataclass(frozen=True)
class Fix:
    """Apply the safe fixes of a program until none is left."""

    data: bytes
    path: str
    settings: Settings


@dataclass(frozen=True)
class ListRules:
    """Tell what rules there are."""


Job: TypeAlias = Check | Fix | ListRules


@dataclass(frozen=True)
class Described:
    """A rule as its page shows it, and the file that has the page."""

    code: str
    name: str
    severity: str
    family: str
    page: str
    file: str | None = None


@dataclass(frozen=True)
class Refused:
    """The answer to a job that can't be done for a reason that the user can mend; for a bug, ``defect`` is set."""

    message: str
    defect: bool = False


Answer: TypeAlias = FileResult | tuple[Described, ...] | Refused


def do(job: Job, rules: Sequence[type[Rule]]) -> Answer:
    """Do a job."""
    try:
        return _do(job, rules)
    except UsageError as error:
        return Refused(str(error))


def _do(job: Job, rules: Sequence[type[Rule]]) -> Answer:
    from tdlint.linting.engine import check_stdin
    from tdlint.linting.fixing import fix_bytes

    if isinstance(job, Check):
        return check_stdin(job.data, job.path, job.settings, rules)
    if isinstance(job, Fix):
        return check_stdin(job.data, job.path, job.settings, rules, fix_bytes)
    return tuple(_described(rule) for rule in rules)


def _described(rule: type[Rule]) -> Described:
    import sys

    file = getattr(sys.modules.get(rule.__module__), "__file__", None)
    shown = str(Path(file).resolve()) if file else None
    return Described(rule.code, rule.name(), rule.severity.label, rule.family(), rule.page(), shown)
