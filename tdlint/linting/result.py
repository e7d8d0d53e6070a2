"""What a run of the linter gives: plain data that formatters turn into text."""

from __future__ import annotations

from dataclasses import dataclass

from tdlint.diagnostics import Applicability, Diagnostic, Severity
from tdlint.sources.inputs import Input


@dataclass(frozen=True, slots=True)
class Fixed:
    """How often the fix of a rule was applied."""

    code: str
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Fixing:
    """What fixing made of a file: its old and new bytes, the fixes, and what was found before."""

    before: bytes
    after: bytes
    fixed: tuple[Fixed, ...]
    found: FileResult


@dataclass(frozen=True, slots=True)
class KnownDiagnostic:
    """A diagnostic as a baseline file has it. ``line`` is the line of code that it starts on."""

    fingerprint: str
    code: str
    path: str
    line: str
    message: str


@dataclass(frozen=True, slots=True)
class FileResult:
    """One file's part of a run.

    ``failed`` says that the tool itself failed on the file (a crashed rule, a dead worker). ``models`` were found;
    ``partly`` has, for each that was understood in part only, the first reason why. ``suppressed`` diagnostics were
    hidden by a comment, ``advice`` was not shown because nobody asked for it. ``unknown`` has the reasons for what was
    not understood, each with its place as ``path:line``. ``fixing`` is there if fixes were applied; the other fields
    tell what is left after them. ``baselined`` diagnostics are in the baseline, and not among the others.
    ``content`` is a digest of the file and ``inputs`` is what else the result depends on, if that was recorded;
    ``cached`` says that the result is that of an earlier run.
    ``of_target`` is what a plan adds: reports for the version that is moved to and not for Keras 2.
    """

    path: str
    diagnostics: tuple[Diagnostic, ...] = ()
    failed: bool = False
    models: int = 0
    partly: tuple[str, ...] = ()
    suppressed: int = 0
    advice: int = 0
    unknown: tuple[str, ...] = ()
    fixing: Fixing | None = None
    baselined: tuple[Diagnostic, ...] = ()
    content: str = ""
    inputs: tuple[Input, ...] = ()
    cached: bool = False
    of_target: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class RunResult:
    """All files of a run, in order of their paths.

    ``gone`` is what a baseline has of them and was not found any more; None if no baseline was applied.
    """

    files: tuple[FileResult, ...]
    gone: tuple[KnownDiagnostic, ...] | None = None

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """All diagnostics in the one order that every format uses."""
        found = (diagnostic for file in self.files for diagnostic in file.diagnostics)
        return tuple(sorted(found, key=Diagnostic.sort_key))

    @property
    def baselined(self) -> tuple[Diagnostic, ...]:
        """The diagnostics that were found and are in the baseline."""
        return tuple(diagnostic for file in self.files for diagnostic in file.baselined)

    @property
    def failed(self) -> bool:
        """Whether the tool failed on some file."""
        return any(file.failed for file in self.files)

    @property
    def exit_code(self) -> int:
        """0 clean, 1 diagnostics, 2 the tool failed."""
        if self.failed:
            return 2
        return 1 if any(file.diagnostics for file in self.files) else 0

    def count(self, severity: Severity) -> int:
        """How many diagnostics have this severity."""
        return sum(diagnostic.severity is severity for file in self.files for diagnostic in file.diagnostics)

    def fixable(self, applicability: Applicability) -> int:
        """How many diagnostics have a fix of this applicability."""
        fixes = (diagnostic.fix for file in self.files for diagnostic in file.diagnostics)
        return sum(fix is not None and fix.applicability is applicability for fix in fixes)

    @property
    def fixings(self) -> tuple[tuple[str, Fixing], ...]:
        """The files that were fixed, by path."""
        return tuple((file.path, file.fixing) for file in self.files if file.fixing)

    @property
    def fixed(self) -> int:
        """How many fixes were applied."""
        return sum(each.count for _, fixing in self.fixings for each in fixing.fixed)
