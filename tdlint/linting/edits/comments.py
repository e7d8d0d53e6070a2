"""Taking suppressions that hide nothing out of their comments, and putting in those that hide a diagnostic."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from tdlint.diagnostics import Applicability, Edit, Fix, Span
from tdlint.sources.rewriting import apply_edits, can_edit
from tdlint.sources.source_file import SourceFile
from tdlint.sources.suppressions import Suppression, SuppressionKind, find_suppressions


def without(comment: Suppression, unused: Collection[str], source: SourceFile) -> Fix:
    """The fix that takes some words out of a suppression, or all of it with what is written as its reason."""
    kept = [selector for selector in comment.selectors or () if selector not in unused]
    if kept:
        return Fix(f"Remove {', '.join(unused)}", (_naming(comment, kept, source),), Applicability.SAFE)
    edit, reason = _removed(comment, source)
    # what someone wrote is not dropped without asking
    return Fix("Remove the suppression", (edit,), Applicability.UNSAFE if reason else Applicability.SAFE)


def _naming(comment: Suppression, selectors: Collection[str], source: SourceFile) -> Edit:
    """The edit that makes a suppression name other things than it does."""
    body = source.text[comment.span.start : comment.span.end]
    opened = re.match(r"[^:\[]*tdlint[^\[]*\[|[^:]*:\s*", body, re.IGNORECASE)
    assert opened is not None
    closed = "]" if body.endswith("]") else ""
    return Edit(comment.span, f"{opened[0]}{', '.join(selectors)}{closed}")


def _removed(comment: Suppression, source: SourceFile) -> tuple[Edit, str]:
    """The edit, and the reason that goes with it."""
    line = source.line_span(source.line_number(comment.span.start))
    before, after = source.text[line.start : comment.span.start], source.text[comment.span.end : line.end]
    reason, more, rest = after.partition("#")
    if more:
        # further comments behind the same number sign stay
        return Edit(Span(comment.span.start, line.end - len(more + rest)), ""), reason.strip()
    start = line.start + len(before.rstrip())
    if start > line.start:
        return Edit(Span(start, line.end), ""), reason.strip()
    following = source.line_number(line.end) + 1
    end = source.line_starts[following - 1] if following <= len(source.line_starts) else line.end
    return Edit(Span(line.start, end), ""), reason.strip()


def hiding(code: str, span: Span, source: SourceFile) -> Edit | None:
    """The edit that hides a diagnostic of this code and place by a comment: on its first line, else on its last, else
    on a line of its own above; None where no comment can stand.
    """
    first, last = source.line_number(span.start), source.line_number(max(span.start, span.end - 1))
    comments = find_suppressions(source)
    for edit, line in _comments_for(code, first, last, comments, source):
        if can_edit(source, edit) and _hides(code, line, edit, source):
            return edit
    return None


def _comments_for(
    code: str, first: int, last: int, comments: Sequence[Suppression], source: SourceFile
) -> Iterator[tuple[Edit, int]]:
    """Edits that may hide the code, each with the line that it is then to be hidden on."""
    for comment in comments:
        if comment.kind is SuppressionKind.IGNORE and not comment.mistake and comment.line in (first, last):
            yield _naming(comment, (*(comment.selectors or ()), code), source), comment.line
    for number in dict.fromkeys((first, last)):
        line = source.line_span(number)
        end = line.start + len(source.text[line.start : line.end].rstrip())
        yield Edit(Span(end, line.end), f"  # tdlint: ignore[{code}]"), number
    line = source.line_span(first)
    text = source.text[line.start : line.end]
    indent = text[: len(text) - len(text.lstrip())]
    yield Edit(Span(line.start, line.start), f"{indent}# tdlint: ignore[{code}]\n"), first + 1


def _hides(code: str, line: int, edit: Edit, source: SourceFile) -> bool:
    """Whether an edit makes a comment that hides the code on a line, and not a part of a text or a continued line."""
    parsed = apply_edits(source.parse_text, [edit])
    after = find_suppressions(replace(source, text=apply_edits(source.text, [edit]), parse_text=parsed))
    hidden = any(comment.line == line and code in (comment.selectors or ()) for comment in after)
    return hidden and not _breaks(edit, source)


def _breaks(edit: Edit, source: SourceFile) -> bool:
    """Whether the line before an edit goes on behind it, by a backslash at its end."""
    before = source.parse_text[: edit.span.start].rstrip(" \t")
    return before.endswith("\\") or (before.rstrip("\r\n").endswith("\\") and before != before.rstrip("\r\n"))
