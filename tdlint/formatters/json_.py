"""The machine format; its names are a contract, see README. Lines and columns from 1, columns in code points."""

from __future__ import annotations

import json
from typing import Any

from tdlint._version import __version__
from tdlint.diagnostics import Applicability, Diagnostic, Fix, Location, Related, Severity
from tdlint.formatters.fixes import by_rule as fixed_by_rule
from tdlint.formatters.options import Options
from tdlint.formatters.place import shown_path
from tdlint.formatters.summary import by_rule
from tdlint.linting.result import RunResult

FORMAT_VERSION = 1
"""Raised when a name of the format changes its meaning or goes away; new names don't raise it."""


def render(result: RunResult, options: Options) -> str:
    """The whole result as one JSON object."""
    document = {
        "version": FORMAT_VERSION,
        "tdlint": __version__,
        "diagnostics": [_diagnostic(diagnostic, options) for diagnostic in result.diagnostics],
        "summary": _summary(result, options),
    }
    return json.dumps(document, indent=2)


def _diagnostic(diagnostic: Diagnostic, options: Options) -> dict[str, Any]:
    return {
        "code": diagnostic.code,
        "name": diagnostic.name,
        "severity": diagnostic.severity.label,
        "confidence": diagnostic.confidence.label,
        "message": diagnostic.message,
        "fact": diagnostic.fact,
        "help": diagnostic.help,
        **_location(diagnostic.location, options),
        "related": [_related(related, options) for related in diagnostic.related],
        "fix": _fix(diagnostic.fix) if diagnostic.fix else None,
    }


def _location(location: Location, options: Options) -> dict[str, Any]:
    start, end = location.start, location.end
    return {
        "path": shown_path(location.path, options.base),
        "cell": location.cell,
        "line": start.line if start else None,
        "column": start.column if start else None,
        "end_line": end.line if end else None,
        "end_column": end.column if end else None,
        "layer": location.layer,
    }


def _related(related: Related, options: Options) -> dict[str, Any]:
    return {"message": related.message, **_location(related.location, options)}


def _fix(fix: Fix) -> dict[str, Any]:
    edits = [
        {"start": edit.span.start, "end": edit.span.end, "replacement": edit.replacement}
        for edit in sorted(fix.edits, key=lambda edit: edit.span)
    ]
    return {"title": fix.title, "applicability": fix.applicability.label, "edits": edits}


def _summary(result: RunResult, options: Options) -> dict[str, Any]:
    plural = {Severity.ERROR: "errors", Severity.WARNING: "warnings", Severity.ADVICE: "advice"}
    return {
        "files": len(result.files),
        **{name: result.count(severity) for severity, name in plural.items()},
        "models": sum(file.models for file in result.files),
        "models_understood_in_part": sum(len(file.partly) for file in result.files),
        "suppressed": sum(file.suppressed for file in result.files),
        "baselined": len(result.baselined),
        "baseline_gone": len(result.gone or ()),
        "failed_files": [shown_path(file.path, options.base) for file in result.files if file.failed],
        "by_rule": by_rule(result),
        "fixable": result.fixable(Applicability.SAFE),
        "fixable_unsafe": result.fixable(Applicability.UNSAFE),
        "fixed": result.fixed,
        "fixed_by_rule": fixed_by_rule(result),
        "unknown": [reason for file in result.files for reason in file.unknown],
    }
