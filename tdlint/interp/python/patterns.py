"""``match``: a case is taken where its pattern certainly fits, left out where it certainly does not."""

from __future__ import annotations

from collections.abc import Callable

import libcst as cst

from tdlint.interp.python import containers, expressions, names, statements
from tdlint.interp.run import Run
from tdlint.values import Const, Unknown, Value


def execute_match(run: Run, node: cst.Match) -> None:
    """``match`` with all its cases."""
    subject = expressions.evaluate(run, node.subject)
    if any(_captures(case.pattern) for case in node.cases):
        run.lose(subject)  # patterns bind parts of it
    open_paths: list[Callable[[], None]] = []
    for case in node.cases:
        fits = _fits(run, case.pattern, subject)
        if fits is False:
            continue
        open_paths.append(_path(run, case))
        if fits is True and case.guard is None:
            break
    else:
        open_paths.append(lambda: None)
    if len(open_paths) == 1:
        open_paths[0]()
    else:
        statements.branch(run, *open_paths)


def _path(run: Run, case: cst.MatchCase) -> Callable[[], None]:
    def take() -> None:
        for name in _captures(case.pattern):
            names.bind_name(run, name, Unknown("captured by a pattern", name))
        if case.guard is not None:
            expressions.evaluate(run, case.guard)
        statements.execute_block(run, case.body)

    return take


def _fits(run: Run, pattern: cst.CSTNode, subject: Value) -> bool | None:
    """Whether a pattern matches; None if it can't be told."""
    if isinstance(pattern, cst.MatchAs):
        return True if pattern.pattern is None else _fits(run, pattern.pattern, subject)
    if isinstance(pattern, cst.MatchOr):
        answers = [_fits(run, option.pattern, subject) for option in pattern.patterns]
        return True if True in answers else (None if None in answers else False)
    if isinstance(pattern, cst.MatchValue | cst.MatchSingleton):
        wanted = expressions.evaluate(run, pattern.value)
        if not isinstance(wanted, Const) or not isinstance(subject, Const):
            return None
        same = wanted.value is subject.value
        return same if isinstance(pattern, cst.MatchSingleton) else same or wanted.value == subject.value
    if isinstance(pattern, cst.MatchList | cst.MatchTuple):
        return _fits_items(run, pattern.patterns, subject)
    return None


def _fits_items(run: Run, patterns: object, subject: Value) -> bool | None:
    listed = containers.as_list(run, subject)
    parts = list(patterns) if isinstance(patterns, list | tuple) else []
    if listed is None or listed.kind == "set" or any(isinstance(part, cst.MatchStar) for part in parts):
        return False if isinstance(subject, Const) else None
    if listed.rest is not None:
        return None
    if len(listed.items) != len(parts):
        return False
    answers = [_fits(run, part.value, item) for part, item in zip(parts, listed.items, strict=True)]
    return False if False in answers else (None if None in answers else True)


def _captures(pattern: cst.CSTNode) -> list[str]:
    found = []
    for child in pattern.children:
        if isinstance(pattern, cst.MatchAs | cst.MatchStar | cst.MatchMapping) and isinstance(child, cst.Name):
            found.append(child.value)
        else:
            found.extend(_captures(child))
    return found
