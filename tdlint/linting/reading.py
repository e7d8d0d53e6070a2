"""From the bytes of a file to what can be analysed, by gates in the order of their cost.

Most files of a project have nothing to do with Keras: their bytes tell. Next comes CPython's own parser, which is ten
times as fast as LibCST's and, unlike that, safe on any input.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from tdlint.sources.notebooks import read_notebook
from tdlint.sources.source_file import SourceFile, SyntaxProblem, read_source
from tdlint.sources.syntax import check_syntax

_WORTH_READING = re.compile(rb"keras|TDL|tdlint\s*:", re.IGNORECASE)
_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
# Finds nearly every use; for what it does not find, such as an import over several lines, the tree is searched.
_USE = re.compile(r"^[ \t]*(?:from|import)\b[^#\n]*keras|[\w)\]]\.keras\b|\bkeras\.", re.MULTILINE)


@dataclass(frozen=True)
class Readable:
    """A source, what is wrong with its syntax, and whether there is Keras in it that can be analysed.

    ``tree`` is CPython's own, None if only LibCST can parse the source.
    """

    source: SourceFile
    problems: tuple[SyntaxProblem, ...]
    analysable: bool
    tree: ast.Module | None = None


def worth_reading(data: bytes) -> bool:
    """Whether the bytes may hold a use of Keras or a comment for tdlint.

    UTF-16 hides both and is not Python, so that it is worth a message.
    """
    return _WORTH_READING.search(data) is not None or data.startswith(_UTF_16_MARKS)


def read(path: str, data: bytes) -> Readable | None:
    """The source of a file's bytes; None for a notebook in another language.

    Raises:
        UnreadableFile: it is no text or no notebook.
        TooComplex: it can't be parsed safely.
    """
    is_notebook = path.lower().endswith(".ipynb")
    source = read_notebook(path, data) if is_notebook else read_source(path, data)
    if source is None:
        return None
    # the cells that are wrong are blank in the text, and among the problems
    tree, problem = check_syntax(source.parse_text)
    problems = (*source.problems, problem) if problem else source.problems
    return Readable(source, problems, problem is None and _uses_keras(source.parse_text, tree), tree)


def _uses_keras(text: str, tree: ast.Module | None) -> bool:
    if "keras" not in text:
        return False
    if tree is None or _USE.search(text):
        return True
    return any(_names_keras(node) for node in ast.walk(tree))


def _names_keras(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute):
        return "keras" in node.attr
    if isinstance(node, ast.Import):
        return any("keras" in alias.name for alias in node.names)
    if isinstance(node, ast.ImportFrom):
        return "keras" in (node.module or "") or any("keras" in alias.name for alias in node.names)
    return False
