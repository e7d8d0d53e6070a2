"""From the bytes of a file to what can be analysed, by gates in the order of their cost.

Most files of a project have nothing to do with Keras: their bytes tell. Next comes CPython's own parser, which is ten
times as fast as LibCST's and, unlike that, safe on any input.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

from tdlint.sources.disk import Disk, absolute, disk
from tdlint.sources.import_lines import imported_names
from tdlint.sources.inputs import FILE, digest_of, saw
from tdlint.sources.notebooks import read_notebook
from tdlint.sources.source_file import SourceFile, SyntaxProblem, UnreadableFile, read_source
from tdlint.sources.syntax import TooComplex, check_syntax

_WORTH_READING = (b"keras", b"tdl")
# What is done to a model that was made in another file.
_USES_A_MODEL = re.compile(rb"\.(?:fit|evaluate|predict)\s*\(|\boptimizer\s*=")
_OF_A_MODEL = (b".fit", b".evaluate", b".predict", b"optimizer")
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
    lower = data.lower()
    return any(word in lower for word in _WORTH_READING) or data.startswith(_UTF_16_MARKS)


def may_concern(data: bytes) -> bool:
    """Whether the bytes alone do not tell that there is nothing for tdlint in them."""
    return worth_reading(data) or _uses_a_model(data)


def uses_imported_model(path: str, data: bytes) -> bool:
    """Whether a file that does not speak of Keras uses a model of another file of its project.

    What is wrong with a file that has nothing to do with Keras is not for tdlint to say.
    """
    if not _uses_a_model(data):
        return False
    try:
        if not path.lower().endswith(".ipynb"):
            names = imported_names(read_source(path, data).parse_text)
            if names is not None and not _import_keras(path, names):
                return False
        readable = read(path, data)
    except (UnreadableFile, TooComplex, RecursionError):
        return False
    return readable is not None and readable.analysable


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
    analysable = problem is None and (_uses_keras(source.parse_text, tree) or _imports_keras(path, data, tree))
    return Readable(source, problems, analysable, tree)


def _uses_a_model(data: bytes) -> bool:
    return any(word in data for word in _OF_A_MODEL) and _USES_A_MODEL.search(data) is not None


def _imports_keras(path: str, data: bytes, tree: ast.Module | None) -> bool:
    """Whether a file that uses a model imports a file of its project that has Keras in it."""
    return tree is not None and _uses_a_model(data) and _import_keras(path, _imported_names(tree))


def _imported_names(tree: ast.Module) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, 0) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            names = [module, *(f"{module}.{alias.name}".strip(".") for alias in node.names)]
            yield from ((name, node.level) for name in names if name or node.level)


def _import_keras(path: str, names: Iterable[tuple[str, int]]) -> bool:
    """Whether one of the names of imports in a file means a file of its project that has Keras in it."""
    from tdlint.interp.project import project_of

    importer = Path(absolute(path))
    project = project_of(importer, lambda path, only_plain: "")
    found = (project.find(name, importer, level) for name, level in names)
    return any(file is not None and file.suffix == ".py" and _has_keras(file) for file in found)


def _has_keras(file: Path) -> bool:
    """Whether the bytes of a file speak of Keras; for a package, those of a file in its folder."""
    there = disk()
    try:
        for each in _modules(str(file.parent)) if file.name == "__init__.py" else [str(file)]:
            saw(FILE, each, partial(_digest, there, each))
            if _speaks_of_keras(there, each, *there.status(each)):
                return True
        return False
    except OSError:
        return False


def _digest(there: Disk, path: str) -> str:
    return digest_of(there.content(path))


@lru_cache(maxsize=4096)
def _speaks_of_keras(there: Disk, path: str, changed: int, size: int) -> bool:
    return b"keras" in there.content(path)


def _modules(package: str) -> list[str]:
    names = sorted(name for name in disk().names(package) if name.endswith(".py"))
    return [os.path.join(package, name) for name in names]  # noqa: PTH118 (as the project has them)


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
