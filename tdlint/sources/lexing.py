"""Comments, strings and brackets of a Python text by regular expression: fast, and it works on text that is broken."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tdlint.diagnostics import Span

# A string without its end reaches to the end of its line, a triple-quoted one to the end of the text.
STRING = r'''"""(?:[^"\\]|\\.|"(?!""))*(?:"""|\Z)|\'\'\'(?:[^'\\]|\\.|'(?!\'\'))*(?:\'\'\'|\Z)|''' + (
    r""""(?:[^"\\\r\n]|\\(?:\r\n|.))*"?|'(?:[^'\\\r\n]|\\(?:\r\n|.))*'?"""
)
_STRING_OR_COMMENT = re.compile(rf"#[^\r\n]*|{STRING}", re.DOTALL)
_PIECE = re.compile(
    rf"(?P<skip>#[^\r\n]*|{STRING}|\\(?:\r\n|\r|\n))|(?P<newline>\r\n|\r|\n)|(?P<bracket>[()\[\]{{}}])", re.DOTALL
)
_TOKEN = re.compile(
    rf"(?P<comment>#[^\r\n]*|\\(?:\r\n|\r|\n))|(?P<string>{STRING})|(?P<newline>\r\n|\r|\n)|(?P<name>\w+)|(?P<other>\S)",
    re.DOTALL,
)

MAX_NESTING = 1000
"""How deeply a source may be nested; LibCST's parser ends the process at about three times of that."""

MAX_BRACKETS = 200
"""How many open brackets CPython allows."""


def comments(text: str) -> Iterator[Span]:
    """The spans of all comments, from ``#`` to the end of the line."""
    for found in _STRING_OR_COMMENT.finditer(text):
        if found[0][0] == "#":
            yield Span(found.start(), found.end())


def logical_line_starts(text: str, pieces_from: int = 0) -> Iterator[int]:
    """The offsets of the lines at which a statement can begin: outside of brackets, strings and continued lines."""
    depth = 0
    yield pieces_from
    for found in _PIECE.finditer(text, pieces_from):
        if found["bracket"]:
            depth = depth + 1 if found["bracket"] in "([{" else max(depth - 1, 0)
        elif found["newline"] and depth == 0:
            yield found.end()


def logical_line_end(text: str, start: int) -> int:
    """The offset of the line end that ends the statement which begins at ``start``."""
    starts = logical_line_starts(text, start)
    next(starts)
    following = next(starts, None)
    if following is None:
        return len(text)
    return following - (2 if text.startswith("\r\n", following - 2) else 1)


def nesting(text: str) -> int:
    """An upper bound of how deeply expressions are nested: brackets, and operators between two commas.

    Operators nest to one side, so a sum of a thousand terms is a thousand levels for a parser. A text with more open
    brackets than CPython allows counts as too deep.
    """
    deepest = 0
    levels = [0]
    total = 0
    for found in _TOKEN.finditer(text):
        kind, token = found.lastgroup, found[0]
        if kind == "newline":
            if len(levels) == 1:
                total = levels[0] = 0
        elif kind == "string" or token in _NESTING_WORDS or (kind == "other" and token not in ",;:()[]{}"):
            levels[-1] += 1
            total += 1
        elif token in ",;":
            total -= levels[-1]
            levels[-1] = 0
        elif token in "([{":
            # a call or a subscript is a level of the chain that it is in
            levels[-1] += 1
            levels.append(0)
            total += 1
            if len(levels) > MAX_BRACKETS:
                return MAX_NESTING + 1
        elif token in ")]}" and len(levels) > 1:
            total -= levels.pop()
        if total > deepest:
            deepest = total
    return deepest


_NESTING_WORDS = frozenset({"and", "or", "not", "if", "else", "lambda", "await", "in", "is"})
