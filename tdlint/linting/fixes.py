"""Which fixes may be applied, and which of them together: in order, what overlaps waits for the next round."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from tdlint.diagnostics import Applicability, Diagnostic, Edit
from tdlint.sources.rewriting import can_edit
from tdlint.sources.source_file import SourceFile


def only_shown(diagnostic: Diagnostic, source: SourceFile, unfixable: Collection[str]) -> Diagnostic:
    """The diagnostic with its fix for display only, if the user wants that of its rule or the file asks for it."""
    fix = diagnostic.fix
    if fix is None or (diagnostic.code not in unfixable and all(can_edit(source, edit) for edit in fix.edits)):
        return diagnostic
    return replace(diagnostic, fix=replace(fix, applicability=Applicability.DISPLAY_ONLY))


def applicable(diagnostics: Iterable[Diagnostic], least: Applicability) -> list[Diagnostic]:
    """The diagnostics whose fix may be applied."""
    return [each for each in diagnostics if each.fix and each.fix.edits and each.fix.applicability >= least]


def compatible(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The diagnostics whose fixes don't touch what the fix of an earlier one changes.

    Fixes may share an edit, such as an import that they all need; it is made once. Several may insert at one place.
    """
    chosen: list[Diagnostic] = []
    done: dict[Edit, None] = {}
    for diagnostic in sorted(diagnostics, key=lambda each: min(edit.span for edit in edits_of(each))):
        edits = edits_of(diagnostic)
        if all(edit in done or not any(_touches(edit, other) for other in done) for edit in edits):
            chosen.append(diagnostic)
            done.update(dict.fromkeys(edits))
    return chosen


def edits_of(diagnostic: Diagnostic) -> Sequence[Edit]:
    """The edits of a diagnostic's fix."""
    return diagnostic.fix.edits if diagnostic.fix else ()


def _touches(left: Edit, right: Edit) -> bool:
    if left.span == right.span and left.span.start == left.span.end:
        return not (_stands_beside(left.replacement) and _stands_beside(right.replacement))
    return left.span.start <= right.span.end and right.span.start <= left.span.end


def _stands_beside(insertion: str) -> bool:
    """Whether what is inserted can have more of its kind beside it: a whole line, or an argument with its comma."""
    return insertion.startswith((",", "\n", "\r")) or insertion.rstrip(" \t").endswith((",", "\n", "\r"))
