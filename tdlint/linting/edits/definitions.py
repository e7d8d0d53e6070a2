"""Classes and functions that fixes need, as edits of text."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from tdlint.diagnostics import Edit, Span
from tdlint.linting.edits.changes import Imported, Part
from tdlint.linting.edits.imports import is_free, spelling
from tdlint.linting.edits.layout import ImportStatement, Layout

_DEFINITIONS = (ast.ClassDef, ast.FunctionDef)


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


def with_imports(parts: Sequence[Part], at: Span, layout: Layout) -> tuple[tuple[Part, ...], tuple[str, ...]]:
    """The parts with names that the file does not import written out, and the modules to import for them.

    So the imports of the file, which other fixes may change, stay as they are.
    """
    written: list[Part] = []
    roots: dict[str, None] = {}
    for part in parts:
        root = part.name.partition(".")[0] if isinstance(part, Imported) else ""
        if not isinstance(part, Imported) or not is_free(root, layout) or spelling(part.name, at, layout).edit is None:
            written.append(part)
        else:
            written.append(part.name)
            roots[root] = None
    return tuple(written), tuple(roots)


def inserted(code: str, roots: Sequence[str], at: Span, layout: Layout) -> Edit:
    """Imports and a definition at a place, with two blank lines around it; some may be before it."""
    if roots:
        lines = "".join(f"import {root}\n" for root in roots)
        return Edit(at, f"{lines}\n\n{code.rstrip()}\n\n\n".replace("\n", layout.newline))
    before = layout.text[: at.start].replace("\r\n", "\n").replace("\r", "\n")
    blank = len(before) - len(before.rstrip("\n")) - 1
    lead = "\n" * (max(2 - blank, 0) if before.strip() else 0)
    return Edit(at, f"{lead}{code.rstrip()}\n\n\n".replace("\n", layout.newline))


def has_body(layout: Layout, name: str, parts: Sequence[Part]) -> bool:
    """Whether the one thing of this name in the file has the same body as the code."""
    code = "".join(part.name if isinstance(part, Imported) else str(part) for part in parts)
    found = [each for each in layout.tree.body if isinstance(each, _DEFINITIONS) and each.name == name]
    wanted = ast.parse(code).body[0]
    assert isinstance(wanted, _DEFINITIONS)
    return layout.bound[name] == len(found) == 1 and _dump(found[0]) == _dump(wanted)


def _dump(node: ast.ClassDef | ast.FunctionDef) -> list[str]:
    return [ast.dump(_LastNames().visit(each)) for each in node.body]


class _LastNames(ast.NodeTransformer):
    """Names without their modules, which can be spelled in several ways."""

    def visit_Attribute(self, node: ast.Attribute) -> ast.Name:
        return ast.Name(node.attr, node.ctx)

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(node.id, node.ctx)
