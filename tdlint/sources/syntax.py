"""Whether a text is Python, of the running version or a newer one, and safe to give to LibCST."""

from __future__ import annotations

import ast
import sys
import warnings
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from tdlint.diagnostics import Span
from tdlint.sources.lexing import MAX_BRACKETS, MAX_NESTING, nesting
from tdlint.sources.old_python import old_syntax
from tdlint.sources.source_file import SyntaxProblem, line_starts, normalize

MAX_CODE = 5_000_000
"""Characters of the longest text that is parsed; analysing a million takes about 7 seconds and 300 MB."""

# A thousand levels of nesting need about twice as many characters in one statement.
_LONG_STATEMENT = 2 * MAX_NESTING
_MAX_BRANCHES = 2 * MAX_NESTING

# What CPython says of literals whose contents are wrong: LibCST does not look into them, no newer version accepts them.
_WRONG_LITERALS = ("(unicode error)", "(value error)", "bytes can only contain")
_MARK = "\ufeff"
_NEWEST_PYTHON_OF_LIBCST = (3, 14)


class TooComplex(Exception):
    """The text is too deep or too long to be analysed, or not parsed by LibCST; whether it is Python is not known."""


class NeedsLibCST(Exception):
    """The source has syntax that LibCST has to parse, or LibCST's tree is not the one that was made."""


@lru_cache(maxsize=1)  # a notebook is checked when its cells are joined, and when the whole is read
def check_syntax(text: str) -> tuple[ast.Module | None, SyntaxProblem | None]:
    """The syntax tree of a text, or what is wrong with it.

    Both are None for a text that this Python refuses and LibCST, which knows newer syntax, accepts.

    Raises:
        TooComplex: parsing it is not safe.
    """
    if len(text) > MAX_CODE:
        raise TooComplex(f"it has {len(text) / 1e6:.1f} million characters of code, and tdlint follows up to 5 million")
    try:
        tree = parse_ast(text)
    except SyntaxError as error:
        problem = problem_of(error, text)
    else:
        if _too_deep(tree, text):
            raise TooComplex(_TOO_DEEP)
        return tree, None
    return None, None if _newer_python(text, problem) else problem


def parse_ast(text: str) -> ast.Module:
    """``ast.parse`` without its warnings (of escapes and the like, which are not about syntax).

    Raises:
        SyntaxError: not Python; also for null bytes, in all versions.
        TooComplex: CPython itself can't parse it for its depth.
    """
    null = text.find("\0")
    if null >= 0:
        before = text[:null]
        starts = line_starts(before)
        raise SyntaxError("source code cannot contain null bytes", (None, len(starts), null - starts[-1] + 1, None))
    if text.startswith(_MARK):  # which is left of two marks of UTF-8; given as text, Python would pass over it
        raise SyntaxError("invalid non-printable character U+FEFF", (None, 1, 1, None))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(text)
        except (RecursionError, MemoryError):  # the parser itself raises either where its stack is full
            reason = _TOO_DEEP if nesting(text) > MAX_BRACKETS else "there is not enough memory for it"
            raise TooComplex(reason) from None


_TOO_DEEP = f"it is nested more than {MAX_NESTING} levels deep"


def problem_of(error: SyntaxError, text: str) -> SyntaxProblem:
    """A ``SyntaxError`` as a place in the text and CPython's message."""
    starts = line_starts(text)
    start = _offset(text, starts, error.lineno, error.offset)
    end = _offset(text, starts, error.end_lineno, error.end_offset) if error.end_lineno else start
    message = str(error.msg)
    if message[:1].isupper() and not message[1:2].isupper():
        message = message[0].lower() + message[1:]
    number = bisect_right(starts, start) - 1
    lines = [text[a:b].rstrip("\r\n") for a, b in pairwise((*starts[: number + 2], len(text)))]
    return SyntaxProblem(Span(start, max(end, start)), message, old_syntax(message, lines, number))


def _offset(text: str, starts: Sequence[int], line: int | None, column: int | None) -> int:
    # CPython gives 0 and -1 where it does not know, and columns behind the end of the line
    number = min(max(line or 1, 1), len(starts))
    start = starts[number - 1]
    end = starts[number] if number < len(starts) else len(text)
    return min(start + max((column or 1) - 1, 0), end)


def _too_deep(tree: ast.Module, text: str) -> bool:
    if len(text) < _LONG_STATEMENT:
        return False
    if text.count("elif") > _MAX_BRANCHES:
        return True
    starts = line_starts(text)
    # a line may hold many statements, and is looked at once
    long = dict.fromkeys(_long_statements(tree, starts, len(text)))
    return any(nesting(text[start:end]) > MAX_NESTING for start, end in long)


def _long_statements(tree: ast.Module, starts: Sequence[int], end: int) -> Iterator[tuple[int, int]]:
    """Offsets of whole lines that hold a long simple statement, or the long head of a compound one."""
    pending: list[ast.stmt] = list(tree.body)
    while pending:
        statement = pending.pop()
        first = min([statement.lineno, *(decorator.lineno for decorator in getattr(statement, "decorator_list", ()))])
        last = statement.end_lineno or statement.lineno
        inner = [child for name in ("body", "orelse", "finalbody") for child in getattr(statement, name, ())]
        if _extent(starts, first, last, end) <= _LONG_STATEMENT:
            continue
        # `except` and `case` have heads of their own further down
        if inner and not getattr(statement, "handlers", ()):
            pending.extend(inner)
            last = inner[0].lineno
        if _extent(starts, first, last, end) > _LONG_STATEMENT:
            yield starts[first - 1], starts[first - 1] + _extent(starts, first, last, end)


def _extent(starts: Sequence[int], first: int, last: int, end: int) -> int:
    return (starts[last] if last < len(starts) else end) - starts[first - 1]


def _newer_python(text: str, problem: SyntaxProblem) -> bool:
    if sys.version_info >= _NEWEST_PYTHON_OF_LIBCST or problem.message.startswith(_WRONG_LITERALS):
        return False
    if "\0" in text or text.startswith(_MARK):
        return False
    # what `except A, b:` means in 3.14 is hardly what a file means that this Python refuses
    if problem.old or text.count("elif") > _MAX_BRANCHES or nesting(text) > MAX_NESTING:
        return False
    import libcst

    try:
        libcst.parse_module(normalize(text))
    except (libcst.ParserSyntaxError, libcst.CSTValidationError):
        return False
    return True
