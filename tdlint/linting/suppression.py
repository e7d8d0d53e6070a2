"""Hiding diagnostics by comments, and reporting the comments that hid nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tdlint.config import did_you_mean
from tdlint.diagnostics import Diagnostic, Fix
from tdlint.linting.edits.comments import without
from tdlint.linting.selection import Entry, Selection, means_any, specificity
from tdlint.linting.tool_codes import FAILURES, UNUSED_SUPPRESSION
from tdlint.sources.source_file import SourceFile
from tdlint.sources.suppressions import Suppression, SuppressionKind


@dataclass(frozen=True, slots=True)
class Suppressed:
    """What is left to show, how many diagnostics the comments hid, and how much advice nobody asked for."""

    shown: tuple[Diagnostic, ...]
    hidden: int
    advice: int


def suppress(
    diagnostics: Iterable[Diagnostic],
    comments: Sequence[Suppression],
    source: SourceFile,
    entries: Sequence[Entry],
    selection: Selection,
    failed: frozenset[str] = frozenset(),
) -> Suppressed:
    """Apply the selection and the comments; what a comment did not need to say is reported in its place.

    A comment is only called unused for rules that were enabled and have not ``failed``: what the others would report is
    not known.
    """
    by_code = {entry.code: entry for entry in entries}
    by_line = _by_line(comments)
    used: set[tuple[Suppression, str | None]] = set()
    shown = []
    hidden = advice = 0
    for diagnostic in diagnostics:
        hits = _hits(diagnostic, by_line, source, by_code)
        used.update(hits)
        if not selection.shows(diagnostic):
            advice += not hits and selection.withholds(diagnostic)
            continue
        if hits:
            hidden += 1
        else:
            shown.append(diagnostic)
    # what hides reports about comments is judged after them
    for comment in sorted(comments, key=lambda comment: _names_itself(comment, by_code)):
        for report in _complaints(comment, used, source, entries, selection.enabled - failed):
            hits = _hits(report, by_line, source, by_code)
            hits = [hit for hit in hits if hit[0] is not comment and hit[0].selectors is not None]
            used.update(hits)
            if selection.shows(report):
                hidden += bool(hits)
                shown.extend(() if hits else (report,))
    return Suppressed(tuple(shown), hidden, advice)


def hidden_by_comment(
    diagnostic: Diagnostic, comments: Sequence[Suppression], source: SourceFile, entries: Sequence[Entry]
) -> bool:
    """Whether a comment hides a diagnostic; what the comment hides in all is not counted."""
    return bool(_hits(diagnostic, _by_line(comments), source, {entry.code: entry for entry in entries}))


_WHOLE_FILE = 0


def _by_line(comments: Iterable[Suppression]) -> dict[int | None, list[Suppression]]:
    """The comments that hide something, by the line on which they do."""
    found: dict[int | None, list[Suppression]] = {}
    for comment in comments:
        if not comment.mistake:
            line = _WHOLE_FILE if comment.kind is SuppressionKind.IGNORE_FILE else comment.line
            found.setdefault(line, []).append(comment)
    return found


def _names_itself(comment: Suppression, by_code: dict[str, Entry]) -> bool:
    """Whether a comment is about reports of unused comments."""
    return any(specificity(selector, by_code[UNUSED_SUPPRESSION.code]) for selector in comment.selectors or ())


def _hits(
    diagnostic: Diagnostic, by_line: dict[int | None, list[Suppression]], source: SourceFile, by_code: dict[str, Entry]
) -> list[tuple[Suppression, str | None]]:
    """The comments that hide a diagnostic, each with the word that does."""
    entry = by_code.get(diagnostic.code)
    span = diagnostic.location.span
    if entry is None or diagnostic.code in FAILURES or span is None:
        return []
    lines = {_WHOLE_FILE, source.line_number(span.start), source.line_number(max(span.start, span.end - 1))}
    found: list[tuple[Suppression, str | None]] = []
    for comment in (comment for line in lines for comment in by_line.get(line, ())):
        if comment.selectors is None:
            found.append((comment, None))
        else:
            found.extend((comment, selector) for selector in comment.selectors if specificity(selector, entry))
    return found


def _complaints(
    comment: Suppression,
    used: set[tuple[Suppression, str | None]],
    source: SourceFile,
    entries: Sequence[Entry],
    ran: frozenset[str],
) -> Iterable[Diagnostic]:
    def report(message: str, help: str, fix: Fix | None = None) -> Diagnostic:
        code, place = UNUSED_SUPPRESSION, source.location(comment.span)
        return Diagnostic(code.code, code.name, message, place, code.severity, help=help, fix=fix)

    if comment.mistake:
        yield report(comment.mistake, "The comment hides nothing as it is written.")
        return
    unused = []
    for selector in dict.fromkeys(comment.selectors or ()):
        if not means_any(selector, entries):
            if comment.kind is not SuppressionKind.NOQA or _is_ours(selector, entries):
                words = [word for entry in entries for word in (entry.code, entry.name)]
                yield report(
                    f"no rule is called `{selector}`{did_you_mean(selector, words)}",
                    "The comment hides nothing for it.",
                )
        elif (comment, selector) not in used and _all_ran(selector, entries, ran):
            unused.append(selector)
    if unused:
        names = ", ".join(unused)
        help = "Remove it: nothing is reported here that it would hide."
        yield report(f"unused suppression of {names}", help, without(comment, unused, source))


def _is_ours(selector: str, entries: Sequence[Entry]) -> bool:
    """Whether a code that no rule has is of the kind that tdlint's rules have; others belong to other tools."""
    letters = selector.rstrip("0123456789")
    return any(entry.code.rstrip("0123456789") == letters for entry in entries)


def _all_ran(selector: str, entries: Sequence[Entry], ran: frozenset[str]) -> bool:
    return all(entry.code in ran for entry in entries if specificity(selector, entry))
