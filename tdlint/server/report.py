"""Diagnostics as the protocol has them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from lsprotocol import types as lsp

from tdlint.diagnostics import Diagnostic, Location, Position, Severity
from tdlint.linting.result import FileResult
from tdlint.linting.tool_codes import UNUSED_SUPPRESSION
from tdlint.server.documents import Opened
from tdlint.server.jobs import Described
from tdlint.server.positions import units

SOURCE = "tdlint"

_SEVERITIES = {
    Severity.ERROR: lsp.DiagnosticSeverity.Error,
    Severity.WARNING: lsp.DiagnosticSeverity.Warning,
    Severity.ADVICE: lsp.DiagnosticSeverity.Information,
}


def diagnostics_of(
    program: Opened, result: FileResult, rules: Mapping[str, Described]
) -> dict[str, list[lsp.Diagnostic]]:
    """What is found in a program, by the address of each of its texts."""
    found: dict[str, list[lsp.Diagnostic]] = {part.uri: [] for part in program.parts}
    for diagnostic in result.diagnostics:
        place = program.place(diagnostic.location)
        if place is not None:
            part, where = place
            found[part.uri].append(_diagnostic(diagnostic, where, program, rules))
    return found


def _diagnostic(
    diagnostic: Diagnostic, where: lsp.Range, program: Opened, rules: Mapping[str, Described]
) -> lsp.Diagnostic:
    rule = rules.get(diagnostic.code)
    related = [
        lsp.DiagnosticRelatedInformation(place, each.message)
        for each in diagnostic.related
        if (place := _place(each.location, program)) is not None
    ]
    return lsp.Diagnostic(
        range=where,
        message=diagnostic.message,
        severity=_SEVERITIES[diagnostic.severity],
        code=diagnostic.code,
        code_description=lsp.CodeDescription(rule.link) if rule and rule.link else None,
        source=SOURCE,
        tags=_tags(diagnostic, rule) or None,
        related_information=related or None,
    )


def _tags(diagnostic: Diagnostic, rule: Described | None) -> list[lsp.DiagnosticTag]:
    """Comments that do nothing are shown faded, what a version no longer has struck through."""
    if diagnostic.code == UNUSED_SUPPRESSION.code:
        return [lsp.DiagnosticTag.Unnecessary]
    one_line = len(diagnostic.location.lines) == 1
    return [lsp.DiagnosticTag.Deprecated] if rule is not None and rule.family == "migration" and one_line else []


def _place(location: Location, program: Opened) -> lsp.Location | None:
    """A place in the program or in another file."""
    if location.path == program.path:
        place = program.place(location)
        return None if place is None else lsp.Location(place[0].uri, place[1])
    encoding = program.parts[0].text.encoding if program.parts else ""
    start = location.start or Position(1, 1)
    end = location.end or start
    where = lsp.Range(_position(start, location, encoding), _position(end, location, encoding))
    return lsp.Location(Path(location.path).absolute().as_uri(), where)


def _position(position: Position, location: Location, encoding: str) -> lsp.Position:
    """A position in a file that is not open, of which the location has the lines."""
    number = position.line - location.start.line if location.start else 0
    line = location.lines[number] if number < len(location.lines) else ""
    before = line[: position.column - 1]
    return lsp.Position(position.line - 1, units(before, encoding) + position.column - 1 - len(before))
