"""Comments that hide diagnostics, as they are written; whether they hide any is for the engine to tell.

``# noqa`` hides all on its line, ``# noqa: TDL101, TDL2`` what it names; codes of other tools are left to them.
``# tdlint: ignore[TDL101, missing-return-sequences] reason`` hides what it names: on its line or, alone on a line, on
the next line of code. ``# tdlint: ignore-file[TDL101] reason`` hides it in the whole file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from tdlint.diagnostics import Span
from tdlint.sources.lexing import comments
from tdlint.sources.source_file import SourceFile

_MENTION = re.compile(r"#\s*(?:noqa|tdlint)", re.IGNORECASE)
# one comment may say several things, each after its own number sign
_NOQA = re.compile(r"#\s*noqa(?P<colon>\s*:\s*(?P<codes>[A-Z]+[0-9]*(?:[,\s]+[A-Z]+[0-9]+)*)?)?", re.IGNORECASE)
_CODE = re.compile(r"[A-Za-z]+[0-9]+|TDL\b")
_DIRECTIVE = re.compile(r"#\s*tdlint\s*:\s*(?P<word>[\w-]*)\s*(?P<list>\[(?P<selectors>[^\]\n]*)\])?", re.IGNORECASE)


class SuppressionKind(Enum):
    """How a comment is written."""

    NOQA = "noqa"
    IGNORE = "ignore"
    IGNORE_FILE = "ignore-file"


@dataclass(frozen=True, slots=True)
class Suppression:
    """One comment. ``selectors`` is None for the ``# noqa`` that hides all.

    ``line`` is the line that it applies to, counted in the whole text; None where that is no line of code, or the whole
    file. ``mistake`` says what is wrong with a comment that can't be read.
    """

    kind: SuppressionKind
    span: Span
    line: int | None
    selectors: tuple[str, ...] | None = None
    mistake: str | None = None


def find_suppressions(source: SourceFile) -> tuple[Suppression, ...]:
    """All suppression comments of a source, in order."""
    text = source.parse_text
    if not _MENTION.search(text):
        return ()
    found = []
    for comment in comments(text):
        body = text[comment.start : comment.end]
        if _MENTION.search(body):
            found.extend(_read_comment(source, comment, body))
    return tuple(found)


def _read_comment(source: SourceFile, comment: Span, body: str) -> list[Suppression]:
    found = []
    for match in _NOQA.finditer(body):
        span = Span(comment.start + match.start(), comment.start + match.end())
        line = source.line_number(comment.start)
        if match["colon"] is None:
            found.append(Suppression(SuppressionKind.NOQA, span, line))
        elif codes := tuple(_CODE.findall(match["codes"] or "")):
            found.append(Suppression(SuppressionKind.NOQA, span, line, tuple(code.upper() for code in codes)))
    for match in _DIRECTIVE.finditer(body):
        span = Span(comment.start + match.start(), comment.start + len(body[: match.end()].rstrip()))
        found.append(_directive(source, match, span))
    return found


def _directive(source: SourceFile, match: re.Match[str], span: Span) -> Suppression:
    word = match["word"].lower()
    kind = SuppressionKind.IGNORE_FILE if word == "ignore-file" else SuppressionKind.IGNORE
    line = None if kind is SuppressionKind.IGNORE_FILE else _target_line(source, span.start)
    selectors = tuple(part for part in re.split(r"[,\s]+", match["selectors"] or "") if part)
    mistake = None
    if word not in ("ignore", "ignore-file"):
        mistake = f"unknown tdlint comment {match['word'] or match[0]!r}; known are ignore[…] and ignore-file[…]"
    elif match["list"] is None or not selectors:
        mistake = f"`tdlint: {word}` names no rule; write `tdlint: {word}[TDL101]` with the code or name of the rule"
    return Suppression(kind, span, line, selectors, mistake)


def _target_line(source: SourceFile, offset: int) -> int | None:
    """The line that a comment at an offset speaks of: its own, or the next line of code if it is alone on its line."""
    number = source.line_number(offset)
    line = source.line_span(number)
    if source.parse_text[line.start : offset].strip():
        return number
    for following in range(number + 1, len(source.line_starts) + 1):
        span = source.line_span(following)
        code = source.parse_text[span.start : span.end].strip()
        if code and not code.startswith("#"):
            return following
    return None
