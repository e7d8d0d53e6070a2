"""What a line that Python 3 refuses was in Python 2, or in Python 3 before 3.7."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OldSyntax:
    """A construct of an older Python: what it is, of which Python, and what to write instead."""

    what: str
    python: str
    instead: str


_PYTHON2 = "Python 2"
_START = r"(?:^|[;:])\s*"
# A number that is not a part of a name, of a longer number or of a fraction.
_NUMBER = r"(?<![\w.])"

_TABS = OldSyntax(
    "indentation with tabs and spaces mixed", _PYTHON2, "spaces only: `expand -t 8` gives what Python 2 read"
)
_KINDS = (
    (
        OldSyntax("a print statement", _PYTHON2, "`print(x)`"),
        "missing parentheses in call to 'print'",
        rf"{_START}print\b(?:\s+(?![=.,:\[(]|[-+*/%&|^]?=|(?:in|is|and|or|if|for)\b)|\s*(?=['\"`])|\s*>>)",
    ),
    (
        OldSyntax("an exec statement", _PYTHON2, "`exec(code)`, or `exec(code, names)` for `exec code in names`"),
        "missing parentheses in call to 'exec'",
        rf"{_START}exec\s+['\"\w]",
    ),
    (
        OldSyntax("`except E, e`", _PYTHON2, "`except E as e`"),
        "multiple exception types must be parenthesized",
        r"^\s*except\b[^:]*,\s*\w+\s*:",
    ),
    (OldSyntax('`raise E, "text"`', _PYTHON2, '`raise E("text")`'), "", rf"{_START}raise\s+[\w.]+(?:\([^()]*\))?\s*,"),
    (OldSyntax("a repr in backticks", _PYTHON2, "`repr(x)`"), "", "`"),
    (OldSyntax("the operator `<>`", _PYTHON2, "`!=`"), "", "<>"),
    (OldSyntax("a string `ur''`", _PYTHON2, "`r''`"), "", r"\b[uU][rR]['\"]"),
    (
        OldSyntax("an integer with L", _PYTHON2, "the integer without the L"),
        "",
        rf"{_NUMBER}(?:0[xX][\da-fA-F]+|\d+)[lL]\b",
    ),
    # two digits are as often a date
    (OldSyntax("an octal integer like `0777`", _PYTHON2, "`0o777`"), "", rf"{_NUMBER}0[0-7]{{2,}}(?![\w.])"),
    (
        OldSyntax("a parameter that is a tuple", _PYTHON2, "one parameter, and unpack it in the function"),
        "",
        r"\bdef\s+\w+\s*\((?:[^()]*,)?\s*\(|\blambda\s+(?:\w+\s*,\s*)*\(\s*\w+\s*,[^()]*\)[^()]*:",
    ),
    (_TABS, "inconsistent use of tabs and spaces", r"(?!)"),
    (
        OldSyntax("`async` as a name", "Python before 3.7", "another name: it is a word of the language now"),
        "",
        r"\basync\s*=(?!=)|\.\s*async\b|\bimport\b.*\basync\b",
    ),
)
"""What was valid, how CPython's message about it begins if it has one, and the code of a line that shows it."""

_PATTERNS = [(old, message, re.compile(pattern)) for old, message, pattern in _KINDS]
_QUOTED = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|#.*""")


def old_syntax(message: str, lines: Sequence[str], number: int) -> OldSyntax | None:
    """What the refused line, by its number from 0, was in an older Python; ``message`` is CPython's."""
    message = message.lower()
    line = _QUOTED.sub(lambda found: "" if found[0][0] == "#" else found[0][0] * 2, lines[number])
    for old, known, pattern in _PATTERNS:
        if (known and message.startswith(known)) or pattern.search(line):
            return old
    if message.startswith("unindent does not match") and _mixes_tabs(lines[: number + 1]):
        return _TABS
    return None


def _mixes_tabs(lines: Sequence[str]) -> bool:
    """Whether some lines are indented with tabs and others with spaces."""
    indents = {line[: len(line) - len(line.lstrip(" \t"))] for line in lines if line.strip()}
    return any("\t" in indent for indent in indents) and any(" " in indent for indent in indents)
