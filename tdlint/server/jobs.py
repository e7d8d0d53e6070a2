"""What the worker process does for the server: plain data in, plain data out.

The server itself never analyses anything: a program, or a rule of someone else, may make that crash or never end.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from tdlint.config import Settings
from tdlint.diagnostics import Edit, Span
from tdlint.errors import UsageError
from tdlint.linting.facts import Fact
from tdlint.linting.result import FileResult
from tdlint.linting.rule import Rule
from tdlint.server.unsaved import NOTHING, Around, UnsavedDisk
from tdlint.sources.disk import looking_at
from tdlint.sources.inputs import recorded

if TYPE_CHECKING:
    from tdlint.linting.registry import Loaded


@dataclass(frozen=True)
class Check:
    """Lint a program."""

    data: bytes
    path: str
    settings: Settings
    around: Around = NOTHING


@dataclass(frozen=True)
class Fix:
    """Apply the safe fixes of a program until none is left."""

    data: bytes
    path: str
    settings: Settings
    around: Around = NOTHING


@dataclass(frozen=True)
class Ignore:
    """Make the edits that hide diagnostics by comments, each given by its code and place."""

    data: bytes
    path: str
    wanted: tuple[tuple[str, Span], ...]


@dataclass(frozen=True)
class Explain:
    """Tell what is known of the expressions of a program."""

    data: bytes
    path: str
    around: Around = NOTHING


@dataclass(frozen=True)
class ListRules:
    """Tell what rules there are."""


Job: TypeAlias = Check | Fix | Ignore | Explain | ListRules


@dataclass(frozen=True)
class Described:
    """A rule as its page shows it, and where an editor can open the page: on the site, or in the rule's file."""

    code: str
    name: str
    severity: str
    family: str
    page: str
    link: str | None = None


@dataclass(frozen=True)
class Refused:
    """The answer to a job that can't be done for a reason that the user can mend; for a bug, ``defect`` is set."""

    message: str
    defect: bool = False


@dataclass(frozen=True)
class Edits:
    """An edit for each thing that was wanted, None where there is none."""

    edits: tuple[Edit | None, ...]


@dataclass(frozen=True)
class Explained:
    """What is known of expressions."""

    facts: tuple[Fact, ...] = ()


Answer: TypeAlias = FileResult | Explained | tuple[Described, ...] | Edits | Refused


_disk = UnsavedDisk()


def do(job: Job, loaded: Loaded) -> Answer:
    """Do a job."""
    if isinstance(job, Check | Fix | Explain):
        _disk.look(job.around)
    try:
        with looking_at(_disk):
            return _do(job, loaded)
    except UsageError as error:
        return Refused(str(error))


def _do(job: Job, loaded: Loaded) -> Answer:
    from tdlint.linting.engine import check_stdin
    from tdlint.linting.fixing import fix_bytes
    from tdlint.linting.reading import may_concern

    if isinstance(job, Check | Fix):
        settings, how = loaded.settings_for(job.settings), fix_bytes if isinstance(job, Fix) else None
        with recorded() as seen:
            result = check_stdin(job.data, job.path, settings, loaded.rules, how)
        result = replace(result, inputs=seen.inputs())
        return loaded.told_in(result) if may_concern(job.data) else result
    if isinstance(job, Ignore):
        return _hidden(job)
    if isinstance(job, Explain):
        return _explained(job)
    return tuple(_described(rule) for rule in loaded.rules)


def _hidden(job: Ignore) -> Edits:
    from tdlint.linting.edits.comments import hiding
    from tdlint.linting.reading import read

    readable = read(job.path, job.data)
    if readable is None:
        return Edits(())
    return Edits(tuple(hiding(code, span, readable.source) for code, span in job.wanted))


def _explained(job: Explain) -> Explained:
    from tdlint.linting.facts import facts_of
    from tdlint.sources.source_file import UnreadableFile
    from tdlint.sources.syntax import TooComplex

    try:
        return Explained(facts_of(job.path, job.data))
    except (UnreadableFile, TooComplex, RecursionError):
        return Explained()  # which the check reports


def _described(rule: type[Rule]) -> Described:
    from tdlint.linting.documentation import page_address

    file = getattr(sys.modules.get(rule.__module__), "__file__", None)
    link = page_address(rule) or (Path(file).resolve().as_uri() if file else None)
    return Described(rule.code, rule.name(), rule.severity.label, rule.family(), rule.page(), link)
