"""The file could not be read as the text or notebook that its name promises.

It is missing permissions, not text in the encoding that it declares (UTF-8 without a declaration), a `.ipynb` that
is no notebook, or larger than 250 MB. Nothing else is reported for it. A folder that can't be read is reported too,
and the others are searched. A pipe, socket or device is reported if it was named, and passed over in a folder.

## Why

A file that is skipped without a word looks like a file without mistakes.

## Fix safety

There is no fix.

## References

- https://peps.python.org/pep-0263/ (encoding declarations)
- https://nbformat.readthedocs.io/ (the notebook format)
"""

from __future__ import annotations

from tdlint.api import Rule, Severity


class UnreadableFile(Rule):
    """Reported by the engine."""

    code = "TDL004"
    severity = Severity.ERROR
