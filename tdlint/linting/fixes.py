"""Applying fixes to a text: in order, what overlaps waits for the next round."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tdlint.diagnostics import Applicability, Edit, Fix

MAX_ROUNDS = 10
"""How often fixes are looked for and applied before the text counts as not converging."""


class NoConvergence(Exception):
    """Fixes keep making new fixes."""


def apply_fixes(text: str, fixes: Iterable[Fix]) -> tuple[str, int]:
    """Apply the fixes that do not touch what an earlier one changes; the new text, and how many were applied.

    Fixes may share an edit, such as an import that they all need; it is made once. Several may insert at one place.
    """
    done: dict[Edit, None] = {}
    applied = 0
    for fix in sorted((fix for fix in fixes if fix.edits), key=lambda fix: min(edit.span for edit in fix.edits)):
        if all(edit in done or not any(_touches(edit, other) for other in done) for edit in fix.edits):
            done.update(dict.fromkeys(fix.edits))
            applied += 1
    # from the end, and the last of several insertions at one place first
    for edit in sorted(done, key=lambda edit: edit.span)[::-1]:
        text = text[: edit.span.start] + edit.replacement + text[edit.span.end :]
    return text, applied


def fix_until_stable(
    text: str, find: Callable[[str], Iterable[Fix]], least: Applicability = Applicability.SAFE
) -> tuple[str, int]:
    """Apply what ``find`` gives for the text, as long as there is something; the text and how many fixes it took.

    Raises:
        NoConvergence: after ``MAX_ROUNDS`` rounds there is still something to fix.
    """
    total = 0
    for _ in range(MAX_ROUNDS):
        text, applied = apply_fixes(text, (fix for fix in find(text) if fix.applicability >= least))
        if not applied:
            return text, total
        total += applied
    raise NoConvergence(f"fixes still change the text after {MAX_ROUNDS} rounds")


def _touches(left: Edit, right: Edit) -> bool:
    if left.span == right.span and left.span.start == left.span.end:
        return False
    return left.span.start <= right.span.end and right.span.start <= left.span.end
