"""The plan for tools; its names are a contract, see README."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from tdlint._version import __version__
from tdlint.formatters.migration.words import how
from tdlint.formatters.options import Options
from tdlint.formatters.place import shown_path
from tdlint.linting.migration import FilePlan, Finding, Plan, Way

FORMAT_VERSION = 1
_KEYS = {Way.SAFE: "safe", Way.UNSAFE: "unsafe", Way.BY_HAND: "by_hand"}


def render(plan: Plan, paths: Sequence[str], options: Options) -> str:
    """The plan as one JSON object."""
    document = {
        "version": FORMAT_VERSION,
        "tdlint": __version__,
        "target": str(plan.target),
        "totals": {
            "files": len(plan.files) + plan.ready,
            "files_ready": plan.ready,
            "files_ready_after_fixes": plan.ready_after_fixes,
            "findings": plan.findings,
            **{key: plan.count(way) for way, key in _KEYS.items()},
        },
        "by_rule": [
            {"code": code, "name": name, **{_KEYS[way]: number for way, number in ways.items()}}
            for code, name, ways in plan.by_rule()
        ],
        "files": [_file(file, options) for file in plan.files],
    }
    return json.dumps(document, indent=2)


def _file(file: FilePlan, options: Options) -> dict[str, Any]:
    return {
        "path": shown_path(file.path, options.base),
        **{key: file.count(way) for way, key in _KEYS.items()},
        "findings": [_finding(finding) for finding in file.findings],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    diagnostic = finding.diagnostic
    location = diagnostic.location
    return {
        "way": _KEYS[finding.way],
        "code": diagnostic.code,
        "name": diagnostic.name,
        "severity": diagnostic.severity.label,
        "cell": location.cell,
        "line": location.start.line if location.start else None,
        "column": location.start.column if location.start else None,
        "message": diagnostic.message,
        "how": how(finding),
        "fact": diagnostic.fact,
        "after_fixes": finding.after_fixes,
    }
