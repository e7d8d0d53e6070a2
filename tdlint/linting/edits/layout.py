"""Statements, imports and names of a source as CPython's parser sees them, with offsets in the text.

Fixes that touch more than an expression need it: which statement a place is in, and what a file's names are bound to.
"""

from __future__ import annotations

import ast
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from tdlint.diagnostics import Span
from tdlint.sources.source_file import line_starts

ImportStatement = ast.Import | ast.ImportFrom
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True, slots=True)
class Binding:
    """A name that a statement at the top of the file imports, and the dotted path that it stands for."""

    local: str
    path: str
    statement: ImportStatement


@dataclass(frozen=True)
class Layout:
    """One parsed text."""

    text: str
    tree: ast.Module

    @cached_property
    def _starts(self) -> tuple[int, ...]:
        return line_starts(self.text)

    def offset(self, line: int, column: int) -> int:
        """The offset of a line from 1 and a column in bytes of UTF-8, as ``ast`` counts them."""
        start = self._starts[line - 1]
        piece = self.text[start : start + column]
        return start + (column if piece.isascii() else len(self._encoded(start, column).decode()))

    def _encoded(self, start: int, column: int) -> bytes:
        return self.text[start : start + column].encode()[:column]

    def span(self, node: ast.stmt | ast.expr | ast.alias) -> Span:
        """Where a node is in the text."""
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return Span(self.offset(node.lineno, node.col_offset), self.offset(node.end_lineno, node.end_col_offset))

    def line_end(self, offset: int) -> int:
        """Where the line of an offset ends, before its line end."""
        ends = [place for end in "\r\n" if (place := self.text.find(end, offset)) >= 0]
        return min(ends, default=len(self.text))

    @cached_property
    def newline(self) -> str:
        """How the file ends its lines."""
        end = self.line_end(0)
        return "\r\n" if self.text.startswith("\r\n", end) else self.text[end : end + 1] or "\n"

    def path_to(self, span: Span) -> list[ast.stmt]:
        """The statements that a place is in, from the outermost to the innermost."""
        path: list[ast.stmt] = []
        body: list[ast.stmt] = self.tree.body
        while True:
            inside = next((stmt for stmt in body if self._holds(stmt, span)), None)
            if inside is None:
                return path
            path.append(inside)
            body = list(chain.from_iterable(_blocks(inside)))

    def _holds(self, statement: ast.stmt, span: Span) -> bool:
        own = self.span(statement)
        decorators = getattr(statement, "decorator_list", [])
        start = min([own.start, *(self.span(decorator).start for decorator in decorators)])
        return start <= span.start and span.end <= own.end

    @cached_property
    def bindings(self) -> tuple[Binding, ...]:
        """What the statements at the top level import, where nothing else in the file binds the same name."""
        found = [
            Binding(local, path, statement)
            for statement in self.tree.body
            if isinstance(statement, ImportStatement)
            for local, path in bound_by(statement)
        ]
        paths: dict[str, set[str]] = {}
        for binding in found:
            paths.setdefault(binding.local, set()).add(binding.path)
        times = Counter(binding.local for binding in found)
        return tuple(
            binding
            for binding in found
            if len(paths[binding.local]) == 1 and times[binding.local] == self.bound[binding.local]
        )

    @cached_property
    def bound(self) -> Counter[str]:
        """How often each name is bound anywhere in the file: assigned, imported, defined, a parameter."""
        return Counter(name for node in ast.walk(self.tree) for name in _names_bound(node))

    def bound_in(self, path: list[ast.stmt]) -> set[str]:
        """The names that a statement's own module, class or function binds by statements; ``path`` is the way to it."""
        scope = next((each for each in reversed(path[:-1]) if isinstance(each, _SCOPES)), self.tree)
        names: set[str] = set()
        pending: list[ast.AST] = list(scope.body)
        while pending:
            node = pending.pop()
            if isinstance(node, (ast.Global, ast.Nonlocal)):
                names.difference_update(node.names)
            names.update(_names_bound(node))
            if not isinstance(node, (*_SCOPES, ast.Lambda)):
                pending.extend(ast.iter_child_nodes(node))
        return names

    @cached_property
    def used(self) -> Counter[str]:
        """How often each name is read anywhere in the file, ``__all__`` and quoted annotations included."""
        names: Counter[str] = Counter()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Name) and isinstance(node.ctx, (ast.Load, ast.Del)):
                names[node.id] += 1
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isidentifier():
                names[node.value] += 1
        return names

    def text_of(self, name: str) -> ast.Constant | None:
        """The text that a name is bound to, if the file binds it once, and to a text."""
        if self.bound[name] != 1:
            return None
        for node in ast.walk(self.tree):
            targets = node.targets if isinstance(node, ast.Assign) else []
            if len(targets) == 1 and isinstance(targets[0], ast.Name) and targets[0].id == name:
                value = node.value if isinstance(node, ast.Assign) else None
                return value if isinstance(value, ast.Constant) and isinstance(value.value, str) else None
        return None

    def loads(self, name: str) -> list[ast.Name]:
        """The places that read a name."""
        return [node for node in ast.walk(self.tree) if isinstance(node, ast.Name) and node.id == name]


def layout_of(text: str) -> Layout | None:
    """The layout of a text that parses, else None."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return Layout(text, ast.parse(text))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def bound_by(statement: ImportStatement) -> Iterator[tuple[str, str]]:
    """The names that an import statement binds, each with its dotted path; a star and relative imports bind none."""
    if isinstance(statement, ast.Import):
        for alias in statement.names:
            root = alias.name.partition(".")[0]
            yield (alias.asname, alias.name) if alias.asname else (root, root)
    elif not statement.level and statement.module:
        for alias in statement.names:
            if alias.name != "*":
                yield alias.asname or alias.name, f"{statement.module}.{alias.name}"


def block_of(outer: ast.stmt, statement: ast.stmt) -> list[ast.stmt]:
    """The block of another statement that a statement is in."""
    return next(block for block in _blocks(outer) if statement in block)


def _blocks(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        yield getattr(statement, name, [])
    for holder in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
        yield holder.body


def _names_bound(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name) and isinstance(node.ctx, (ast.Store, ast.Del)):
        yield node.id
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield node.name
    elif isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, ast.alias):
        yield node.asname or node.name.partition(".")[0]
    elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
        yield node.name
    elif isinstance(node, ast.MatchMapping) and node.rest:
        yield node.rest
