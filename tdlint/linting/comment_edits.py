"""Taking suppressions that hide nothing out of their comments."""

from __future__ import annotations

import re
from collections.abc import Collection

from tdlint.diagnostics import Applicability, Edit, Fix, Span
from tdlint.sources.source_file import SourceFile
from tdlint.sources.suppressions import Suppression


def without(comment: Suppression, unused: Collection[str], source: SourceFile) -> Fix:
    """The fix that takes some words out of a suppression, or all of it with what is written as its reason."""
    kept = [selector for selector in comment.selectors or () if selector not in unused]
    if kept:
        return Fix(f"Remove {', '.join(unused)}", (_shortened(comment, kept, source),), Applicability.SAFE)
    edit, reason = _removed(comment, source)
    # what someone wrote is not dropped without asking
    return Fix("Remove the suppression", (edit,), Applicability.UNSAFE if reason else Applicability.SAFE)


def _shortened(comment: Suppression, kept: Collection[str], source: SourceFile) -> Edit:
    body = source.text[comment.span.start : comment.span.end]
    opened = re.match(r"[^:\[]*tdlint[^\[]*\[|[^:]*:\s*", body, re.IGNORECASE)
    assert opened is not None
    closed = "]" if body.endswith("]") else ""
    return Edit(comment.span, f"{opened[0]}{', '.join(kept)}{closed}")


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
