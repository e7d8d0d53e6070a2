"""The notation of ``fixtures/interp`` (see its README): expectations in comments, programs that reveal their values.

A program is given one call of ``reveal`` per expectation. The interpreter is watched at these calls; the real program
is executed with a function of that name.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tdlint.sources.notebooks import read_notebook
from tdlint.sources.source_file import SourceFile, read_source

REVEAL = "reveal"
WORDS = frozenset({"value", "shape", "dtype", "range", "labels", "kind", "layers", "summary", "unknown", "unreachable"})
_ITEM = re.compile(r"(?P<word>[a-z]+)(?::\s*(?P<text>.+))?")


@dataclass(frozen=True)
class Expectation:
    """What a comment says of the statement that ends on a line."""

    line: int
    word: str
    text: str


@dataclass(frozen=True)
class Fixture:
    """A program with expectations; ``program`` is its source with a call of ``reveal`` for each line that has some."""

    source: SourceFile
    program: str
    expectations: tuple[Expectation, ...]

    def place(self, line: int) -> str:
        """A line as it is told to people."""
        start = self.source.line_starts[line - 1]
        cell = self.source.cell_at(start)
        where = f"cell {cell.number}:" if cell else ""
        return f"{self.source.path}:{where}{self.source.position(start).line}"


def read(path: Path, name: str) -> Fixture:
    """Read a fixture.

    Raises:
        ValueError: a comment looks like an expectation and is none, or there is none at all.
    """
    reader = read_notebook if path.suffix == ".ipynb" else read_source
    source = reader(name, path.read_bytes())
    assert source is not None
    assert not source.problems, source.problems
    expectations = tuple(_expectations(source.parse_text, name))
    if not expectations:
        raise ValueError(f"{name}: no expectations")
    return Fixture(source, _revealing(source.parse_text, name, {each.line for each in expectations}), expectations)


def _expectations(text: str, name: str) -> Iterator[Expectation]:
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        comment = token.string.lstrip("# ")
        if token.type != tokenize.COMMENT or not token.line[: token.start[1]].strip():
            continue  # on a line of its own it is prose
        for item in comment.split("; "):
            found = _ITEM.fullmatch(item)
            if found is None or found["word"] not in WORDS or (found["text"] is None) != _stands_alone(found):
                raise ValueError(f"{name}:{token.start[0]}: no expectation: {item}")
            yield Expectation(token.start[0], found["word"], found["text"] or "")


def _stands_alone(found: re.Match[str]) -> bool:
    return found["word"] == "unreachable" or (found["word"] == "unknown" and found["text"] is None)


def _revealing(text: str, name: str, lines: set[int]) -> str:
    """The program with ``; reveal(line, target)`` after bindings, and ``reveal(line, …)`` around other expressions."""
    rows = [row.encode() for row in text.splitlines(keepends=True)]
    statements = {
        node.end_lineno: node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.stmt) and not _blocks(node)
    }
    for line in sorted(lines, reverse=True):
        node = statements.get(line)
        if node is None:
            raise ValueError(f"{name}:{line}: no statement ends here")
        if isinstance(node, ast.Expr | ast.Return) and node.value is not None:
            _insert(rows, node.value.end_lineno, node.value.end_col_offset, ")")
            _insert(rows, node.value.lineno, node.value.col_offset, f"{REVEAL}({line}, ")
        else:
            _insert(rows, node.end_lineno, node.end_col_offset, f"; {REVEAL}({line}, {_bound(node)})")
    return b"".join(rows).decode()


def _blocks(node: ast.stmt) -> bool:
    return hasattr(node, "body") or isinstance(node, ast.Match)


def _bound(node: ast.stmt) -> str:
    """What a statement binds, as an expression."""
    if isinstance(node, ast.Assign):
        return ast.unparse(node.targets[0]).replace("*", "")
    if isinstance(node, ast.AnnAssign | ast.AugAssign):
        return ast.unparse(node.target)
    if isinstance(node, ast.Import | ast.ImportFrom):
        alias = node.names[0]
        return alias.asname or alias.name.partition(".")[0]
    return "None"


def _insert(rows: list[bytes], line: int | None, column: int | None, text: str) -> None:
    assert line is not None
    assert column is not None
    row = rows[line - 1]
    rows[line - 1] = row[:column] + text.encode() + row[column:]
