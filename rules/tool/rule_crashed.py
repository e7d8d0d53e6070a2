"""A rule failed on this file, or could not be loaded.

This is a defect of the rule and not of the program. The other rules went on, on this file and on all others; the exit
code is 2, so that a run in CI is not taken for a clean one. The message names the rule, the pack that it is of and its
version, and says what happened: an exception, a process that ended, more than 5 seconds for a file, something that is
no report, or why the rule was left out when the packs were loaded.

## Why

A rule that fails silently looks like a program without mistakes. A rule that took too long is not run again by the
process that it held up: the file is named, and those after it count as failed too. Please report it with the program
that shows it; until it is mended, `--ignore` the rule that the message names. A rule that could not be loaded is told
until its pack is mended or uninstalled.

## Fix safety

There is no fix.

## References

- `docs/WRITING_RULES.md` says what a rule may do, and what becomes of one that does more.
"""

from __future__ import annotations

from tdlint.api import Rule, Severity


class RuleCrashed(Rule):
    """Reported by the engine."""

    code = "TDL002"
    severity = Severity.ERROR
