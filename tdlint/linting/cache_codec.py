"""Results as JSON and back, for the cache: lists in a fixed order. Nothing that is read from a cache can run code."""

from __future__ import annotations

import json
from typing import Any

from tdlint.diagnostics import (
    Applicability,
    Confidence,
    Diagnostic,
    Edit,
    Fix,
    Location,
    Position,
    Related,
    Severity,
    Span,
)
from tdlint.linting.result import FileResult


def encoded(result: FileResult) -> str:
    """A result, whose path and inputs are kept beside it."""
    counts = [result.models, list(result.partly), result.suppressed, result.advice, list(result.unknown)]
    diagnostics, of_target = (list(map(_diagnostic, each)) for each in (result.diagnostics, result.of_target))
    return json.dumps([diagnostics, *counts, of_target], separators=(",", ":"))


def decoded(path: str, text: str) -> FileResult:
    """The result of a path.

    Raises:
        ValueError: the text is nothing that ``encoded`` gave.
    """
    try:
        diagnostics, models, partly, suppressed, advice, unknown, of_target = json.loads(text)
        return FileResult(
            path,
            tuple(map(_to_diagnostic, diagnostics)),
            models=int(models),
            partly=tuple(map(str, partly)),
            suppressed=int(suppressed),
            advice=int(advice),
            unknown=tuple(map(str, unknown)),
            of_target=tuple(map(_to_diagnostic, of_target)),
        )
    except (ValueError, TypeError, IndexError, KeyError, RecursionError) as error:
        raise ValueError("not a result") from error


def _diagnostic(diagnostic: Diagnostic) -> list[Any]:
    fix = diagnostic.fix
    return [
        diagnostic.code,
        diagnostic.name,
        diagnostic.message,
        _location(diagnostic.location),
        int(diagnostic.severity),
        int(diagnostic.confidence),
        [[_location(related.location), related.message] for related in diagnostic.related],
        None if fix is None else _fix(fix),
        diagnostic.fact,
        diagnostic.help,
    ]


def _to_diagnostic(item: list[Any]) -> Diagnostic:
    code, name, message, location, severity, confidence, related, fix, fact, help = item
    return Diagnostic(
        code,
        name,
        message,
        _to_location(location),
        Severity(severity),
        Confidence(confidence),
        tuple(Related(_to_location(where), text) for where, text in related),
        None if fix is None else _to_fix(*fix),
        fact,
        help,
    )


def _fix(fix: Fix) -> list[Any]:
    return [fix.title, [[*_span(edit.span), edit.replacement] for edit in fix.edits], int(fix.applicability)]


def _to_fix(title: str, edits: list[Any], applicability: int) -> Fix:
    made = tuple(Edit(Span(start, end), replacement) for start, end, replacement in edits)
    return Fix(title, made, Applicability(applicability))


def _location(location: Location) -> list[Any]:
    start, end, span = location.start, location.end, location.span
    return [
        location.path,
        None if start is None else [start.line, start.column],
        None if end is None else [end.line, end.column],
        None if span is None else _span(span),
        location.cell,
        location.layer,
        list(location.lines),
    ]


def _to_location(item: list[Any]) -> Location:
    path, start, end, span, cell, layer, lines = item
    return Location(
        path,
        None if start is None else Position(*start),
        None if end is None else Position(*end),
        None if span is None else Span(*span),
        cell,
        layer,
        tuple(lines),
    )


def _span(span: Span) -> list[int]:
    return [span.start, span.end]
