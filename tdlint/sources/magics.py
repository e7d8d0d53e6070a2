"""IPython's syntax in a notebook cell, replaced by Python of the same length, so that all offsets stay.

A cell that is Python as it stands is never touched: a ``%`` that begins a continued line is an operator.
"""

from __future__ import annotations

import re

from tdlint.sources.lexing import logical_line_starts
from tdlint.sources.syntax import TooComplex, parse_ast

_PYTHON_BODY = frozenset({"time", "timeit", "capture", "prun", "debug", "memit", "wandb"})
"""Cell magics whose cell is still code of the program."""

_CELL_MAGIC = re.compile(r"(?:[ \t]*(?:#[^\r\n]*)?(?:\r\n|\r|\n))*[ \t]*(%%(\w*)[^\r\n]*)")
_ESCAPED_LINE = r"(?:[^\r\n\\]|\\(?:\r\n|\r|\n|.)|\\\Z)*"
_STATEMENT_MAGIC = re.compile(rf"([ \t]*)([%!?]{_ESCAPED_LINE})", re.DOTALL)
_TIMED_STATEMENT = re.compile(r"%(?:time|timeit|prun|memit)((?:[ \t]+-\w+(?:[ =]?\d+)?)*)[ \t]+(?=[^\s-])")
_HELP = re.compile(r"([ \t]*)(%{0,2}[A-Za-z_][\w.*\[\]]*\?{1,2})[ \t]*;?[ \t]*(?:#[^\r\n]*)?(?=[\r\n]|\Z)")
_INDENTED = re.compile(r"(?:[ \t]*(?:#[^\r\n]*)?(?:\r\n|\r|\n))*([ \t]+)(?=[^\s#])")
_AUTOMAGIC = re.compile(
    rf"([ \t]*)((?:cat|cd|conda|cp|ls|mkdir|mv|pip|pip3|pwd|rm|rmdir)[ \t]+[^\s=(]{_ESCAPED_LINE})", re.DOTALL
)
"""Shell commands that IPython runs without ``!``, unless the line is Python."""
_TARGET = r"[A-Za-z_][\w.]*(?:\[[^\]\r\n]*\])*"
_ASSIGNED = re.compile(rf"([ \t]*{_TARGET}(?:[ \t]*,[ \t]*{_TARGET})*[ \t]*=[ \t]*)([!%]{_ESCAPED_LINE})", re.DOTALL)


def replace_magics(cell: str) -> str:
    """The cell with magics, shell lines and help requests as Python; a cell in another language is blank.

    The result may still not be Python, where the cell is wrong.
    """
    if _is_python(cell):
        return cell
    found = _CELL_MAGIC.match(cell)
    if found:
        if found[2] not in _PYTHON_BODY:
            return blank(cell)
        cell = cell[: found.start(1)] + " " * len(found[1]) + cell[found.end(1) :]
    return _replace_lines(_without_indent(cell))


def cell_magic_end(cell: str) -> int:
    """The end of the cell magic that a cell begins with, which must stay its first statement; 0 if there is none."""
    found = None if _is_python(cell) else _CELL_MAGIC.match(cell)
    return found.end(1) if found else 0


def blank(text: str) -> str:
    """Spaces of the same length; line ends stay."""
    return re.sub(r"[^\r\n]", " ", text)


def _replace_lines(cell: str) -> str:
    # each replacement ends a statement that could not be scanned, so the scan starts again behind it
    offset = 0
    while True:
        for start in logical_line_starts(cell, offset):
            end, replacement = _replacement(cell, start)
            if replacement is not None:
                cell = cell[:start] + replacement + cell[end:]
                offset = end
                break
        else:
            return cell


def _replacement(cell: str, start: int) -> tuple[int, str | None]:
    """The end of the magic that begins at ``start``, and what to put there; None if there is no magic."""
    found = _STATEMENT_MAGIC.match(cell, start)
    if found:
        return found.end(), found[1] + _statement(found[2], indented=bool(found[1]))
    found = _HELP.match(cell, start)
    if found:
        return found.end(), found[1] + _pass(cell[found.start(2) : found.end()], indented=bool(found[1]))
    found = _ASSIGNED.match(cell, start)
    if found:
        # `_` is IPython's last result: a name that nothing in the program defines
        return found.end(), found[1] + "_" + blank(found[2])[1:]
    found = _AUTOMAGIC.match(cell, start)
    if found and not _is_python(found[2]):
        return found.end(), found[1] + _pass(found[2], indented=bool(found[1]))
    return start, None


def _statement(magic: str, *, indented: bool) -> str:
    found = _TIMED_STATEMENT.match(magic)
    if found:
        kept = "if 1:".ljust(found.end()) + magic[found.end() :]
        if _is_python(kept):
            return kept
    return _pass(magic, indented=indented)


def _pass(magic: str, *, indented: bool) -> str:
    """A statement that does nothing; it may be the only one of its block."""
    if not indented:
        return blank(magic)
    word = "pass" if len(magic.partition("\n")[0].rstrip("\r")) >= len("pass") else "0"
    return word + blank(magic)[len(word) :]


def _without_indent(cell: str) -> str:
    """The cell without the indentation of its first line, which IPython removes from all lines.

    The spaces go before the line end, which keeps the offsets of what follows. On the first line of the cell, where
    there is no line end before them, the last becomes one: an empty line more, which no offset notices.
    """
    found = _INDENTED.match(cell)
    if not found:
        return cell
    indent = found[1]
    moved = re.sub(rf"(\r\n|\r|\n){re.escape(indent)}", lambda line: indent + line[1], cell)
    return indent[:-1] + "\n" + moved[len(indent) :] if found.start(1) == 0 else moved


def _is_python(text: str) -> bool:
    try:
        parse_ast(text)
    except (SyntaxError, TooComplex):
        return False
    return True
