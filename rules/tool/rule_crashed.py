"""A rule failed with an exception on this file.

This is a defect of the rule and not of the program. The other rules went on, on this file and on all others; the exit
code is 2, so that a run in CI is not taken for a clean one.

## Why

A rule that fails silently looks like a program without mistakes. Please report it with the program that shows it;
until it is mended, `--ignore` the rule that the message names.

## Fix safety

There is no fix.

## References

- The message names the rule, the exception and its text.
"""

from __future__ import annotations

from tdlint.api import Rule, Severity


class RuleCrashed(Rule):
    """Reported by the engine."""

    code = "TDL002"
    severity = Severity.ERROR
