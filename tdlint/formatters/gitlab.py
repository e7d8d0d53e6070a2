"""The Code Quality report of GitLab, which shows in merge requests what they add and what they mend.

The lines of a notebook's cell and the layers of a model file are not lines of a file, so such places are given in the
description, and the line is the first.
"""

from __future__ import annotations

import json
from typing import Any

from tdlint.diagnostics import Diagnostic, Severity
from tdlint.formatters.options import Options
from tdlint.formatters.place import described, shown_path
from tdlint.linting.fingerprints import fingerprints
from tdlint.linting.result import RunResult

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.ADVICE: "info"}


def render(result: RunResult, options: Options) -> str:
    """A JSON list with an object per diagnostic."""
    known_by = fingerprints(result.diagnostics, lambda path: shown_path(path, options.base))
    return json.dumps(
        [_issue(each, known, options) for each, known in zip(result.diagnostics, known_by, strict=True)], indent=2
    )


def _issue(diagnostic: Diagnostic, fingerprint: str, options: Options) -> dict[str, Any]:
    location = diagnostic.location
    start, end = location.start, location.end
    in_file = location.cell is None and start is not None and end is not None
    positions = {
        "begin": {"line": start.line, "column": start.column} if in_file and start else {"line": 1, "column": 1},
        "end": {"line": end.line, "column": end.column} if in_file and end else {"line": 1, "column": 1},
    }
    return {
        "type": "issue",
        "check_name": diagnostic.code,
        "description": f"{diagnostic.code} [{diagnostic.name}] {described(diagnostic, options.base)}",
        "categories": ["Bug Risk"],
        "severity": _SEVERITIES[diagnostic.severity],
        "fingerprint": fingerprint,
        "location": {"path": shown_path(location.path, options.base), "positions": positions},
    }
