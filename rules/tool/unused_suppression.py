"""A comment that suppresses a diagnostic suppressed none.

The mistake that it once hid is mended, or the code in it is not the one that was meant. Left there it would hide the
next real diagnostic on its line.

## Why

`# noqa: TDL101`, `# tdlint: ignore[TDL101]` and `# tdlint: ignore-file[TDL101]` are reported when the rule ran and had
nothing to say there, when the code or name does not exist, and when the brackets are missing. `# noqa` without a code
and codes of other tools are left alone.

## Fix safety

Safe: it takes out what hides nothing, and leaves the other codes of the comment. It is unsafe where words, such as a
reason, would go with it. What can't be read, or names no rule, has no fix: what was meant is not known.

## References

- README, "Suppressing a diagnostic"
"""

from __future__ import annotations

from tdlint.api import Rule, Severity


class UnusedSuppression(Rule):
    """Reported by the engine."""

    code = "TDL003"
    severity = Severity.WARNING
