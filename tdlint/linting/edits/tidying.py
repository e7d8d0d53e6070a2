"""Imports after a fix: what has no use any more goes, and statements for one module become one."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from tdlint.diagnostics import Edit, Span
from tdlint.linting.edits.imports import removed_line, rewritten
from tdlint.linting.edits.layout import ImportStatement, Layout, layout_of

Together = Callable[[int, int], bool]
"""Whether two offsets are in one piece of the text, such as a cell of a notebook."""


def unused(before: str, after: str) -> list[Edit]:
    """Edits that take from a fixed text the imports at its top level whose names it used before, and uses no longer."""
    old, new = layout_of(before), layout_of(after)
    if old is None or new is None:
        return []
    gone = {name for name in old.used if not new.used[name]}
    edits: list[Edit] = []
    for statement in new.tree.body:
        if not isinstance(statement, ImportStatement):
            continue
        names = {(alias.asname or alias.name): alias.name for alias in statement.names}
        roots = {(alias.asname or alias.name.partition(".")[0]) for alias in statement.names}
        idle = {local: name for local, name in names.items() if local.partition(".")[0] in gone & roots}
        if not idle or any(new.bound[local.partition(".")[0]] > 1 for local in idle):
            continue
        edits += rewritten(new.span(statement), dict.fromkeys(idle.values()), new) or ()
    return edits


def merged(before: str, after: str, together: Together) -> list[Edit]:
    """Edits that put what a fix imports from a module to what is imported from it a few lines above.

    Only statements that follow each other with nothing but imports between are put together, and no comment is moved.
    """
    old, new = layout_of(before), layout_of(after)
    if old is None or new is None:
        return []
    written = {ast.dump(statement) for statement in old.tree.body if isinstance(statement, ast.ImportFrom)}
    edits = []
    for run in _runs(new):
        first: dict[str, ast.ImportFrom] = {}
        for statement in run:
            if not isinstance(statement, ast.ImportFrom) or not _plain(statement, new):
                continue
            module = statement.module or ""
            target = first.setdefault(module, statement)
            changed = ast.dump(statement) not in written or ast.dump(target) not in written
            near = together(new.span(target).start, new.span(statement).start)
            if target is statement or not changed or not near:
                continue
            line = removed_line(statement, [statement], new)
            if line is not None and line.replacement == "":
                edits += [*_appended(target, statement, new), line]
    return edits


def _runs(layout: Layout) -> Iterator[list[ast.stmt]]:
    """Imports at the top level that follow each other."""
    run: list[ast.stmt] = []
    for statement in layout.tree.body:
        if isinstance(statement, ImportStatement):
            run.append(statement)
        else:
            yield run
            run = []
    yield run


def _plain(statement: ast.ImportFrom, layout: Layout) -> bool:
    """Whether a statement takes names from one module by its name, and stands alone without a comment."""
    if statement.level or statement.names[0].name == "*":
        return False
    span = layout.span(statement)
    text = layout.text[span.start : layout.line_end(span.end)]
    return "#" not in text and ";" not in text


def _appended(target: ast.ImportFrom, statement: ast.ImportFrom, layout: Layout) -> Iterator[Edit]:
    have = {(alias.name, alias.asname) for alias in target.names}
    end = layout.span(target.names[-1]).end
    names = [alias for alias in statement.names if (alias.name, alias.asname) not in have]
    text = "".join(f", {alias.name} as {alias.asname}" if alias.asname else f", {alias.name}" for alias in names)
    if text:
        yield Edit(Span(end, end), text)
