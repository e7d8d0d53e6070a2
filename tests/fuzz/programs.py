"""Programs to be mutated: those that ship with tdlint, or those of folders; and their parts, by place in the text."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import accumulate
from pathlib import Path

from tdlint.sources.notebooks import read_notebook
from tdlint.sources.source_file import UnreadableFile
from tdlint.testing import load_rules, page_cases

FIXTURES = Path(__file__).parents[2] / "fixtures"
MAX_SIZE = 20_000
"""Characters of a program, so that many mutations of many programs can be tried."""

Span = tuple[int, int]


def shipped() -> list[str]:
    """The fixtures and the examples of the pages of rules."""
    examples = [case.text for rule in load_rules() for case in page_cases(rule) if not case.is_config]
    return [*dict.fromkeys([*of_folder(FIXTURES), *examples])]


def of_folder(folder: Path) -> Iterator[str]:
    """The programs and notebooks below a folder that speak of Keras and are not large."""
    for path in sorted(folder.rglob("*")):
        if path.suffix not in (".py", ".ipynb") or not path.is_file():
            continue
        data = path.read_bytes()
        if b"keras" not in data:
            continue
        try:
            source = read_notebook(str(path), data) if path.suffix == ".ipynb" else None
        except UnreadableFile:
            continue
        text = source.parse_text if source else data.decode("utf-8", "replace").replace("\r\n", "\n")
        if len(text) <= MAX_SIZE:
            yield text


class Program:
    """A text, its tokens, and its syntax tree with the places of statements and expressions if there is one."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def tree(self) -> ast.Module | None:
        """CPython's tree, None for what is not Python."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                return ast.parse(self.text)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                return None

    @cached_property
    def tokens(self) -> list[Span]:
        """Words, numbers, strings, spaces and single other characters."""
        return [found.span() for found in _TOKEN.finditer(self.text)]

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """All nodes of the tree."""
        return list(ast.walk(self.tree)) if self.tree else []

    @cached_property
    def expressions(self) -> list[ast.expr]:
        """Expressions that are read, outside of texts with holes, whose places are not known in all versions."""
        inside = {id(part) for node in self.nodes if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
        return [
            node
            for node in self.nodes
            if isinstance(node, ast.expr) and id(node) not in inside and isinstance(_context(node), ast.Load)
        ]

    @cached_property
    def calls(self) -> list[ast.Call]:
        """Calls with arguments."""
        return [node for node in self.expressions if isinstance(node, ast.Call) and (node.args or node.keywords)]

    @cached_property
    def statements(self) -> list[ast.stmt]:
        """Statements that have their lines for themselves."""
        found = [node for node in self.nodes if isinstance(node, ast.stmt)]
        return [node for node in found if self._alone(node)]

    @cached_property
    def names(self) -> list[str]:
        """The identifiers in the text, each once."""
        return sorted({self.text[a:b] for a, b in self.tokens if self.text[a:b].isidentifier()})

    def span(self, node: ast.AST) -> Span:
        """Where a node is."""
        start = self._offset(node.lineno, node.col_offset)  # type: ignore[attr-defined]
        return start, self._offset(node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]

    def of(self, node: ast.AST) -> str:
        """The text of a node."""
        start, end = self.span(node)
        return self.text[start:end]

    def lines_of(self, statement: ast.stmt) -> Span:
        """The whole lines of a statement, with its decorators."""
        first = min([statement.lineno, *(each.lineno for each in getattr(statement, "decorator_list", ()))])
        return self._starts[first - 1], self._starts[min(statement.end_lineno or first, len(self._lines))]

    def replaced(self, *edits: tuple[Span, str]) -> str:
        """The text with parts replaced that don't overlap."""
        text = self.text
        for (start, end), new in sorted(edits, reverse=True):
            text = text[:start] + new + text[end:]
        return text

    @cached_property
    def _lines(self) -> list[str]:
        return re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", self.text)

    @cached_property
    def _starts(self) -> Sequence[int]:
        return list(accumulate(map(len, self._lines), initial=0))

    def _offset(self, line: int, column: int) -> int:
        text = self._lines[line - 1] if line <= len(self._lines) else ""
        inside = column if text.isascii() else len(text.encode()[:column].decode("utf-8", "replace"))
        return self._starts[line - 1] + inside

    def _alone(self, node: ast.stmt) -> bool:
        start, end = self.lines_of(node)
        first, last = self.span(node)
        before = self.text[start:first]
        return (not before.strip() or "@" in before) and self.text[last:end].strip()[:1] in ("", "#")


def _context(node: ast.expr) -> ast.expr_context:
    return getattr(node, "ctx", ast.Load())


_TOKEN = re.compile(r"\w+|[ \t]+|\n|\"\"\"|'''|\"[^\"\n]*\"|'[^'\n]*'|.", re.DOTALL)
