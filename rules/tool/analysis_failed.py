"""The analysis of this file failed or took too long.

The program is nested more than a thousand levels deep, has more than five million characters of code, or needs more
memory than there is: that is often a file made by a program, to be left out with `exclude`. All else is a defect of
tdlint: the interpreter raised an exception, or the process that worked on the file died or did not answer in time. The
other files were checked; the exit code is 2.

## Why

One file must not cost the others, and a file that was given up must be named. Please report a defect with the program
that shows it.

## Fix safety

There is no fix.

## References

- The message says what happened.
"""

from __future__ import annotations

from tdlint.api import Rule, Severity


class AnalysisFailed(Rule):
    """Reported by the engine."""

    code = "TDL005"
    severity = Severity.ERROR
