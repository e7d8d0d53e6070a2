"""Classes that fixes need, as edits of text."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from tdlint.diagnostics import Edit, Span
from tdlint.linting.changes import Part
from tdlint.linting.layout import ImportStatement, Layout


def place(layout: Layout, at: Span) -> Span:
    """Where to define what is used at a place: behind the last import at the top of the file that comes before it."""
    body = [each for each in layout.tree.body if _start(layout, each) <= at.start]
    imports = [number for number, each in enumerate(body) if isinstance(each, ImportStatement)]
    first = 1 if ast.get_docstring(layout.tree, clean=False) is not None else 0
    following = layout.tree.body[max([first, *(number + 1 for number in imports)])]
    start = _start(layout, following)
    return Span(start, start)


def _start(layout: Layout, statement: ast.stmt) -> int:
    return min(layout.offset(each.lineno, 0) for each in (statement, *getattr(statement, "decorator_list", ())))


def inserted(code: str, at: Span, layout: Layout) -> Edit:
    """A definition at a place, with two blank lines around it; some may be before it."""
    before = layout.text[: at.start].replace("\r\n", "\n").replace("\r", "\n")
    blank = len(before) - len(before.rstrip("\n")) - 1
    lead = "\n" * (max(2 - blank, 0) if before.strip() else 0)
    return Edit(at, f"{lead}{code.rstrip()}\n\n\n".replace("\n", layout.newline))


def has_body(layout: Layout, name: str, parts: Sequence[Part]) -> bool:
    """Whether the one thing of this name in the file is a class with the same body as the code."""
    code = "".join(part if isinstance(part, str) else "name" for part in parts)
    found = [each for each in layout.tree.body if isinstance(each, ast.ClassDef) and each.name == name]
    wanted = ast.parse(code).body[0]
    assert isinstance(wanted, ast.ClassDef), "a definition is a class"
    return layout.bound[name] == len(found) == 1 and _dump(found[0]) == _dump(wanted)


def _dump(node: ast.ClassDef) -> list[str]:
    return [ast.dump(each) for each in node.body]
