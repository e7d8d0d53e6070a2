"""The file is not Python that can be parsed.

tdlint can only follow a program that Python itself accepts, so nothing else is reported for the file. In a notebook
only the cell is left out, and the other cells are still checked.

## Why

The message is that of CPython's own parser. A file in a newer syntax than the Python that runs tdlint (an f-string with
nested quotes, a `type` statement) is not reported: LibCST reads it.

A program of Python 2 is, and the message names the construct: print and exec statements, `except E, e`, `raise E,
"text"`, backticks, `<>`, `ur''`, `10L`, `0777`, tuples as parameters, tabs and spaces mixed; also `async` as a name,
which Python took before 3.7. The help says what to write instead.

## Fix safety

There is no fix.

## References

- https://docs.python.org/3/reference/grammar.html
"""

from __future__ import annotations

from tdlint.api import Rule, Severity


class SyntaxErrorRule(Rule):
    """Reported by the engine."""

    code = "TDL001"
    severity = Severity.ERROR
