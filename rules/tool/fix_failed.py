"""Fixes of a file could not be applied or written.

tdlint leaves out the fixes of the rules that are to blame, where it knows them, and makes the others. Else the file is
as it was.

## Why

Fixes are applied in rounds, until none is left. After each round the program must still be Python. If it is not, or
if fixes keep making new ones, the message names the rules: that is a defect of a rule, please report it with the
file. The other files are fixed, and the exit code is 2.

The new contents are written to a file beside the old one, which then replaces it, so that no reader ever sees half of
it. If the old one has changed since it was read, it is left alone; run tdlint again. It is also left alone if it is
read-only, if the disk is full, or if its encoding would not give the same bytes again.

## Fix safety

There is no fix.
"""

from __future__ import annotations

from tdlint.api import Rule, Severity


class FixFailed(Rule):
    """Reported by the engine."""

    code = "TDL006"
    severity = Severity.ERROR
