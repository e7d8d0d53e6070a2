"""The Reviewdog Diagnostic Format, which reviewdog turns into comments on a change.

Its columns count the bytes of UTF-8. A notebook's cell and a layer of a model file have no lines of their own in it,
so such places are given in the message.
"""

from __future__ import annotations

import json
from typing import Any

from tdlint.diagnostics import Diagnostic, Edit, Location, Position, Severity, Span
from tdlint.formatters.options import Options
from tdlint.formatters.place import described, shown_path
from tdlint.linting.result import RunResult

_SEVERITIES = {Severity.ERROR: "ERROR", Severity.WARNING: "WARNING", Severity.ADVICE: "INFO"}


def render(result: RunResult, options: Options) -> str:
    """One JSON object with all diagnostics."""
    document = {
        "source": {"name": "tdlint"},
        "diagnostics": [_diagnostic(diagnostic, options) for diagnostic in result.diagnostics],
    }
    return json.dumps(document, indent=2)


def _diagnostic(diagnostic: Diagnostic, options: Options) -> dict[str, Any]:
    location = diagnostic.location
    message = described(diagnostic, options.base)
    found: dict[str, Any] = {
        "message": message if diagnostic.help is None else f"{message}\nhelp: {diagnostic.help}",
        "location": {"path": shown_path(location.path, options.base)},
        "severity": _SEVERITIES[diagnostic.severity],
        "code": {"value": f"{diagnostic.code} [{diagnostic.name}]"},
    }
    if location.cell is None and location.start is not None and location.end is not None:
        found["location"]["range"] = _range(location, location.start, location.end)
        suggestions = [_suggestion(edit, location) for edit in diagnostic.fix.edits] if diagnostic.fix else []
        if suggestions and None not in suggestions:
            found["suggestions"] = suggestions
    return found


def _range(location: Location, start: Position, end: Position) -> dict[str, Any]:
    return {"start": _position(location, start), "end": _position(location, end)}


def _position(location: Location, position: Position) -> dict[str, int]:
    """A position with its column in bytes; without a column where its line is not among those of the location."""
    assert location.start is not None
    index = position.line - location.start.line
    if not 0 <= index < len(location.lines):
        return {"line": position.line}
    before = location.lines[index][: position.column - 1]
    return {"line": position.line, "column": len(before.encode("utf-8", "surrogatepass")) + 1}


def _suggestion(edit: Edit, location: Location) -> dict[str, Any] | None:
    """An edit by lines and columns; None unless it lies in the first line, whose offset is certain."""
    start, span = location.start, location.span
    if start is None or span is None or not location.lines:
        return None
    line = Span(span.start - start.column + 1, span.start - start.column + 1 + len(location.lines[0]))
    if not line.start <= edit.span.start <= edit.span.end <= line.end:
        return None
    first, last = (Position(start.line, at - line.start + 1) for at in (edit.span.start, edit.span.end))
    return {"range": _range(location, first, last), "text": edit.replacement}
