"""What a run of the linter gives: plain data that formatters turn into text."""

from __future__ import annotations

from dataclasses import dataclass

from tdlint.diagnostics import Diagnostic, Severity


@dataclass(frozen=True, slots=True)
class FileResult:
    """One file's part of a run.

    ``failed`` says that the tool itself failed on the file (a crashed rule, a dead worker). ``models`` were found;
    ``partly`` has, for each that was understood in part only, the first reason why. ``suppressed`` diagnostics were
    hidden by a comment, ``advice`` was not shown because nobody asked for it. ``unknown`` has the reasons for what was
    not understood, each with its place as ``path:line``.
    """

    path: str
    diagnostics: tuple[Diagnostic, ...] = ()
    failed: bool = False
    models: int = 0
    partly: tuple[str, ...] = ()
    suppressed: int = 0
    advice: int = 0
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RunResult:
    """All files of a run, in order of their paths."""

    files: tuple[FileResult, ...]

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """All diagnostics in the one order that every format uses."""
        found = (diagnostic for file in self.files for diagnostic in file.diagnostics)
        return tuple(sorted(found, key=Diagnostic.sort_key))

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
