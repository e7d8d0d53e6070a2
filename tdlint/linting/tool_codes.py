"""The codes of what tdlint says about its own work; their pages are the modules of ``rules/tool``."""

from __future__ import annotations

from dataclasses import dataclass

from tdlint.diagnostics import Severity


@dataclass(frozen=True, slots=True)
class ToolCode:
    """A code that the engine itself reports.

    ``failure`` says that tdlint failed on the file: no comment hides that, and the exit code is 2. ``always`` is set
    for what is reported whatever is selected, unless it is ignored by its exact code or name.
    """

    code: str
    name: str
    severity: Severity
    always: bool = True
    failure: bool = False


SYNTAX_ERROR = ToolCode("TDL001", "syntax-error", Severity.ERROR)
RULE_CRASHED = ToolCode("TDL002", "rule-crashed", Severity.ERROR, failure=True)
UNUSED_SUPPRESSION = ToolCode("TDL003", "unused-suppression", Severity.WARNING, always=False)
UNREADABLE_FILE = ToolCode("TDL004", "unreadable-file", Severity.ERROR)
ANALYSIS_FAILED = ToolCode("TDL005", "analysis-failed", Severity.ERROR, failure=True)
FIX_FAILED = ToolCode("TDL006", "fix-failed", Severity.ERROR, failure=True)

TOOL_CODES = (SYNTAX_ERROR, RULE_CRASHED, UNUSED_SUPPRESSION, UNREADABLE_FILE, ANALYSIS_FAILED, FIX_FAILED)
FAILURES = frozenset(code.code for code in TOOL_CODES if code.failure)
