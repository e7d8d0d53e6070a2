"""SARIF 2.1.0, which code scanning services and editors read.

The lines of a notebook's cell and the layers of a model file are not lines of a file, so such places are given as
logical locations (``cell 3, line 4``) and the physical location is the file as a whole.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tdlint._version import __version__
from tdlint.diagnostics import Confidence, Diagnostic, Fix, Location, Severity
from tdlint.formatters.options import Options
from tdlint.formatters.place import described, place, shown_path
from tdlint.linting.documentation import page_address
from tdlint.linting.fingerprints import fingerprints
from tdlint.linting.result import KnownDiagnostic, RunResult
from tdlint.linting.rule import Rule

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.ADVICE: "note"}
_PRECISIONS = {Confidence.HIGH: "high", Confidence.LOW: "low"}
_ROOT = "SRCROOT"


def render(result: RunResult, options: Options) -> str:
    """One run with its rules, results and the outcome of the invocation."""
    diagnostics = sorted((*result.diagnostics, *result.baselined), key=Diagnostic.sort_key)
    names = dict.fromkeys((each.code for each in result.gone or ()), "")
    rules = _rules(names | {each.code: each.name for each in diagnostics}, options)
    index = {rule["id"]: number for number, rule in enumerate(rules)}
    known_by = fingerprints(diagnostics, lambda path: shown_path(path, options.base))
    old = None if result.gone is None else frozenset(result.baselined)
    run: dict[str, Any] = {
        "tool": {"driver": {"name": "tdlint", "semanticVersion": __version__, "rules": rules}},
        "invocations": [_invocation(result, options)],
        "columnKind": "unicodeCodePoints",
        "results": [
            *(
                _result(each, index[each.code], known, options) | _state(each, old)
                for each, known in zip(diagnostics, known_by, strict=True)
            ),
            *(_absent(each, index[each.code], options) for each in result.gone or ()),
        ],
    }
    if options.base is not None:
        run["originalUriBaseIds"] = {_ROOT: {"uri": options.base.absolute().as_uri().rstrip("/") + "/"}}
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _state(diagnostic: Diagnostic, old: frozenset[Diagnostic] | None) -> dict[str, str]:
    """Whether a result is in the baseline; nothing where there is none."""
    return {} if old is None else {"baselineState": "unchanged" if diagnostic in old else "new"}


def _absent(known: KnownDiagnostic, rule_index: int, options: Options) -> dict[str, Any]:
    """What the baseline has and was not found any more."""
    return {
        "ruleId": known.code,
        "ruleIndex": rule_index,
        "message": {"text": known.message},
        "locations": [_location(Location(known.path), options)],
        "baselineState": "absent",
    }


def _rules(reported: Mapping[str, str], options: Options) -> list[dict[str, Any]]:
    """The rules that ran, and those that reported, by code and name, without being among them (the tool's own)."""
    described = {rule.code: _rule(rule) for rule in options.rules}
    for code, name in reported.items():
        described.setdefault(code, {"id": code, "name": name} if name else {"id": code})
    return [described[code] for code in sorted(described)]


def _rule(rule: type[Rule]) -> dict[str, Any]:
    address = page_address(rule)
    return {
        "id": rule.code,
        "name": rule.name(),
        "shortDescription": {"text": rule.summary()},
        "help": {"text": rule.page(), "markdown": rule.page()},
        **({"helpUri": address} if address else {}),
        "defaultConfiguration": {"level": _LEVELS[rule.severity], "enabled": rule.on_by_default()},
        "properties": {"tags": [rule.family()], "precision": _PRECISIONS[rule.confidence]},
    }


def _invocation(result: RunResult, options: Options) -> dict[str, Any]:
    invocation: dict[str, Any] = {"executionSuccessful": not result.failed, "exitCode": result.exit_code}
    failed = [file.path for file in result.files if file.failed]
    if failed:
        invocation["toolExecutionNotifications"] = [
            {
                "level": "error",
                "message": {"text": f"tdlint failed on {shown_path(path, options.base)}"},
                "locations": [_location(Location(path), options)],
            }
            for path in failed
        ]
    return invocation


def _result(diagnostic: Diagnostic, rule_index: int, fingerprint: str, options: Options) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": diagnostic.code,
        "ruleIndex": rule_index,
        "level": _LEVELS[diagnostic.severity],
        "message": {"text": _message(diagnostic, options)},
        "locations": [_location(diagnostic.location, options)],
        "partialFingerprints": {"tdlint/v1": fingerprint},
        "properties": {"name": diagnostic.name, "confidence": diagnostic.confidence.label},
    }
    if diagnostic.related:
        result["relatedLocations"] = [
            {"id": number, **_location(related.location, options), "message": {"text": related.message}}
            for number, related in enumerate(diagnostic.related, 1)
        ]
    if diagnostic.fix is not None and diagnostic.location.cell is None:
        result["fixes"] = [_fix(diagnostic.fix, diagnostic.location, options)]
    return result


def _message(diagnostic: Diagnostic, options: Options) -> str:
    lines = [described(diagnostic, options.base) if diagnostic.location.cell is not None else diagnostic.message]
    if diagnostic.fact:
        lines.append(f"Fact: {diagnostic.fact}")
    if diagnostic.help:
        lines.append(f"Help: {diagnostic.help}")
    return "\n".join(lines)


def _artifact(path: str, options: Options) -> dict[str, str]:
    if Path(path).is_absolute() and not (options.base and Path(path).is_relative_to(options.base)):
        return {"uri": Path(path).as_uri()}
    uri = {"uri": quote(shown_path(path, options.base).encode("utf-8", "surrogateescape"))}
    return uri if options.base is None else {**uri, "uriBaseId": _ROOT}


def _location(location: Location, options: Options) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": _artifact(location.path, options)}
    logical: list[dict[str, str]] = []
    start, end = location.start, location.end
    if location.cell is not None and start is not None:
        logical.append(_logical(f"cell {location.cell}, line {start.line}", "module", location, options))
    elif start is not None:
        physical["region"] = {"startLine": start.line, "startColumn": start.column}
        if end is not None:
            physical["region"] |= {"endLine": end.line, "endColumn": end.column}
        if location.lines:
            physical["contextRegion"] = _context(start.line, location.lines)
    elif location.layer is not None:
        logical.append(_logical(location.layer, "object", location, options))
    return {"physicalLocation": physical, **({"logicalLocations": logical} if logical else {})}


def _logical(name: str, kind: str, location: Location, options: Options) -> dict[str, str]:
    return {"name": name, "fullyQualifiedName": place(location, options.base), "kind": kind}


def _context(first: int, lines: tuple[str, ...]) -> dict[str, Any]:
    text = "\n".join(line.rstrip("\r\n") for line in lines)
    return {"startLine": first, "endLine": first + len(lines) - 1, "snippet": {"text": text}}


def _fix(fix: Fix, location: Location, options: Options) -> dict[str, Any]:
    replacements = [
        {
            "deletedRegion": {"charOffset": edit.span.start, "charLength": edit.span.end - edit.span.start},
            "insertedContent": {"text": edit.replacement},
        }
        for edit in sorted(fix.edits, key=lambda edit: edit.span)
    ]
    change = {"artifactLocation": _artifact(location.path, options), "replacements": replacements}
    return {"description": {"text": f"{fix.title} ({fix.applicability.label})"}, "artifactChanges": [change]}
