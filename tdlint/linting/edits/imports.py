"""Imports that fixes need, move and leave behind, as edits of text."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tdlint.diagnostics import Edit, Span
from tdlint.linting.edits.layout import Binding, ImportStatement, Layout, block_of, bound_by

_MAX_LINE = 100
_FROM = re.compile(r"from[ \t\\\r\n]+(?P<module>[\w.]+)")
_KERAS = re.compile(r"(?:keras|tensorflow|tf_keras)(?:\.|\Z)")


@dataclass(frozen=True, slots=True)
class Spelling:
    """How code at one place writes a public name, and the edit that makes it known there, if it needs one."""

    code: str
    edit: Edit | None = None


def spelling(name: str, at: Span, layout: Layout) -> Spelling:
    """How to write a public name, such as ``keras.ops.mean``, at a place in the file.

    The shortest way that the file's own imports give, else an import is added.
    """
    known = [binding for binding in _visible(layout, at) if name == binding.path or name.startswith(f"{binding.path}.")]
    if known:
        best = max(known, key=lambda binding: len(binding.path))
        return Spelling(best.local + name[len(best.path) :])
    parent, _, last = name.rpartition(".")
    module, _, folder = parent.rpartition(".")
    merged = _joined(parent, last, at, layout)
    if merged is not None:
        return Spelling(last, merged)
    if not parent:
        return Spelling(name, _added(f"import {name}", at, layout))
    joined = _joined(module, folder, at, layout)
    if joined is not None:
        return Spelling(f"{folder}.{last}", joined)
    if module and is_free(folder, layout):
        return Spelling(f"{folder}.{last}", _added(f"from {module} import {folder}", at, layout))
    root = name.partition(".")[0]
    if is_free(root, layout):
        return Spelling(name, _added(f"import {root}", at, layout))
    local = name.replace(".", "_")
    return Spelling(local, _added(f"from {parent} import {last} as {local}", at, layout))


def is_free(name: str, layout: Layout) -> bool:
    """Whether the file has no such name."""
    return not layout.bound[name] and not layout.used[name]


def _visible(layout: Layout, at: Span) -> Iterator[Binding]:
    """Imports that were run when the code at a place is: before it, or anywhere if it is in a function."""
    deferred = any(isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef)) for each in layout.path_to(at)[:-1])
    for binding in layout.bindings:
        if deferred or layout.span(binding.statement).end <= at.start:
            yield binding


def _joined(module: str, name: str, at: Span, layout: Layout) -> Edit | None:
    """The name as a further one of an import statement that takes names from the same module."""
    if not is_free(name, layout):
        return None
    for binding in _visible(layout, at):
        statement = binding.statement
        if isinstance(statement, ast.ImportFrom) and statement.module == module:
            end = layout.span(statement.names[-1]).end
            return Edit(Span(end, end), f", {name}")
    return None


def _added(statement: str, at: Span, layout: Layout) -> Edit:
    anchor = _anchor(at, layout)
    if anchor is None:
        return Edit(Span(start := _beginning(layout), start), f"{statement}{layout.newline}")
    end = layout.line_end(layout.span(anchor).end)
    # a form feed of the next line counts as a space of this one
    end -= len(layout.text[:end]) - len(layout.text[:end].rstrip(" \t"))
    return Edit(Span(end, end), f"{layout.newline}{statement}")


def _anchor(at: Span, layout: Layout) -> ImportStatement | None:
    """The import behind which to put another one: the first of Keras, else the last before any other statement."""
    before = [each for each in layout.tree.body if layout.span(each).end <= at.start]
    imports = [each for each in before if isinstance(each, ImportStatement)]
    for statement in imports:
        if any(_KERAS.match(path) for _, path in bound_by(statement)):
            return statement
    leading: ImportStatement | None = None
    for statement_ in before:
        if isinstance(statement_, ImportStatement):
            leading = statement_
        elif leading is not None:
            break
    return leading


def _beginning(layout: Layout) -> int:
    """Where the first statement begins that is no docstring."""
    body = layout.tree.body
    if ast.get_docstring(layout.tree, clean=False) is not None:
        body = body[1:]
    return layout.offset(body[0].lineno, 0) if body else len(layout.text)


def rewritten(at: Span, names: Mapping[str, str | None], layout: Layout) -> tuple[Edit, ...] | None:
    """Edits that import names from elsewhere, in the statement at a place; None where that can't be said."""
    path = layout.path_to(at)
    statement = path[-1] if path else None
    if not isinstance(statement, ImportStatement):
        return None
    if isinstance(statement, ast.ImportFrom) and (statement.level or not statement.module):
        return None
    targets = [_Target.of(alias, statement, names, layout) for alias in statement.names]
    renames = [edit for target in targets for edit in target.renamed(layout)]
    in_place = _in_place(statement, targets, layout)
    if in_place is not None:
        return (*in_place, *renames)
    statements = list(_statements([target for target in targets if target.path is not None]))
    if not statements:
        removed = removed_line(statement, path, layout)
        return None if removed is None else (removed, *renames)
    return (Edit(layout.span(statement), _laid_out(statements, statement, layout)), *renames)


@dataclass(frozen=True, slots=True)
class _Target:
    """One name of an import statement and where it is to come from; ``path`` None drops it."""

    alias: ast.alias
    path: str | None
    local: str | None
    """The name to be bound, None for the root of ``import a.b``."""
    old: str

    @classmethod
    def of(
        cls, alias: ast.alias, statement: ImportStatement, names: Mapping[str, str | None], layout: Layout
    ) -> _Target:
        module = statement.module if isinstance(statement, ast.ImportFrom) else None
        old = alias.asname or alias.name
        whole = f"{module}.{alias.name}" if module else alias.name
        path = names.get(alias.name, whole)
        if module is None and not alias.asname:
            return cls(alias, path, None, old)
        if path is None or alias.asname or alias.name not in names:
            return cls(alias, path, old, old)
        new = path.rpartition(".")[2]
        if new == old or not cls._renamable(old, new, path, layout):
            return cls(alias, path, old, old)
        bound = any(binding.local == new and binding.path == path for binding in layout.bindings)
        return cls(alias, None if bound else path, new, old)

    @staticmethod
    def _renamable(old: str, new: str, path: str, layout: Layout) -> bool:
        """Whether what uses the old name may use the new one."""
        same = any(binding.local == new and binding.path == path for binding in layout.bindings)
        only = layout.bound[old] == 1 and len(layout.loads(old)) == layout.used[old]
        return only and (same or is_free(new, layout))

    def renamed(self, layout: Layout) -> Iterator[Edit]:
        """The uses of the old name under the new one."""
        if self.local is not None and self.local != self.old:
            for load in layout.loads(self.old):
                yield Edit(layout.span(load), self.local)

    @property
    def written(self) -> str:
        """The name behind ``import``, with ``as`` where it is bound to another."""
        assert self.path is not None
        last = self.path if self.local is None else self.path.rpartition(".")[2]
        return last if self.local in (None, last) else f"{last} as {self.local}"


def _in_place(statement: ImportStatement, targets: list[_Target], layout: Layout) -> list[Edit] | None:
    """Only the words that change, so that layout and comments stay; None where the statement falls into several."""
    if not isinstance(statement, ast.ImportFrom):
        return None
    modules = {target.path.rpartition(".")[0] for target in targets if target.path is not None}
    if len(modules) != 1 or any(target.path is None for target in targets):
        return None
    module = modules.pop()
    start = layout.span(statement).start
    found = _FROM.match(layout.text, start)
    if not module or found is None or found["module"] != statement.module:
        return None
    edits = []
    if module != statement.module:
        edits.append(Edit(Span(*found.span("module")), module))
    for target in targets:
        span = layout.span(target.alias)
        if layout.text[span.start : span.end] != target.written and target.alias.name != target.written:
            edits.append(Edit(span, target.written))
    return edits


def _statements(targets: list[_Target]) -> Iterator[tuple[str, list[str]]]:
    """What to write before ``import`` and behind it, statement by statement."""
    grouped: dict[str, list[str]] = {}
    for target in targets:
        assert target.path is not None
        module = "" if target.local is None else target.path.rpartition(".")[0]
        written = grouped.setdefault(f"from {module} import " if module else "import ", [])
        if target.written not in written:
            written.append(target.written)
    yield from grouped.items()


def _laid_out(statements: list[tuple[str, list[str]]], statement: ast.stmt, layout: Layout) -> str:
    start = layout.span(statement).start
    line = layout.offset(statement.lineno, 0)
    indent = layout.text[line:start]
    if indent.strip():
        return "; ".join(head + ", ".join(names) for head, names in statements)
    newline = layout.newline
    lines = []
    for head, names in statements:
        whole = f"{indent}{head}{', '.join(names)}"
        if len(whole) > _MAX_LINE and head.startswith("from"):
            listed = "".join(f"{newline}{indent}    {name}," for name in names)
            whole = f"{indent}{head}({listed}{newline}{indent})"
        lines.append(whole)
    return newline.join(lines)[len(indent) :]


def removed_line(statement: ast.stmt, path: list[ast.stmt], layout: Layout, with_comment: bool = False) -> Edit | None:
    """The statement's line taken away; ``pass`` where a block would be left empty."""
    span = layout.span(statement)
    line, end = layout.offset(statement.lineno, 0), layout.line_end(span.end)
    before, behind = layout.text[line : span.start].strip(), layout.text[span.end : end].strip()
    alone = not before and (not behind or (with_comment and behind.startswith("#")))
    if not alone or (len(path) > 1 and block_of(path[-2], statement) == [statement]):
        return Edit(span, "pass")
    following = end + (2 if layout.text.startswith("\r\n", end) else 1)
    return Edit(Span(line, min(following, len(layout.text))), "")
