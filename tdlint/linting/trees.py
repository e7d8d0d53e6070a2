"""Syntax trees that the files of one process share: a file is checked, and imported by others, and parsed once."""

from __future__ import annotations

from collections import OrderedDict
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from tdlint.sources.disk import Disk, disk
from tdlint.sources.inputs import FILE, digest_of, saw
from tdlint.sources.source_file import SourceFile, UnreadableFile, read_source
from tdlint.sources.syntax import TooComplex, check_syntax

if TYPE_CHECKING:
    import ast

    import libcst

MAX_KEPT = 600_000
"""Characters of the sources whose trees are kept; a tree takes about a hundred times as much memory."""

MAX_IMPORTED = 400_000
"""Bytes of a file that is read because another one imports it."""

MAX_PLAIN = 10_000
"""Bytes of a file of a large package that is read because another one imports it."""

MAX_SOURCES = 200

_trees: OrderedDict[str, libcst.Module] = OrderedDict()
_sources: OrderedDict[tuple[str, bytes], SourceFile | str] = OrderedDict()


def tree_of(text: str, tree: ast.Module | None = None, *, plain: bool = True) -> libcst.Module:
    """The syntax tree of a text that is known to be Python, of which CPython's own ``tree`` may be known.

    Unless it is to be ``plain``, LibCST parses it.

    Raises:
        TooComplex: it is to be parsed by LibCST, which does not know some rare syntax.
    """
    found = _trees.get(text)
    if found is None or not plain:
        found = _trees[text] = _plain(text, tree) if plain else _parsed(text)
        _forget_oldest()
    else:
        _trees.move_to_end(text)
    return found


def _plain(text: str, tree: ast.Module | None) -> libcst.Module:
    from tdlint.sources.plain_tree import plain_tree
    from tdlint.sources.syntax import NeedsLibCST

    try:
        # what was just checked is not parsed again
        known = check_syntax(text)[0] if tree is None else tree
        return _parsed(text) if known is None else plain_tree(text, known)  # it may be newer than this Python
    except NeedsLibCST:
        return _parsed(text)


def _parsed(text: str) -> libcst.Module:
    import libcst

    try:
        return libcst.parse_module(text)
    except libcst.ParserSyntaxError as error:
        raise TooComplex(f"LibCST can't parse its line {error.editor_line}") from None


def forget() -> None:
    """Keep nothing, as in a new process."""
    _trees.clear()
    _sources.clear()


def _forget_oldest() -> None:
    kept = sum(map(len, _trees))
    while len(_trees) > 1 and kept > MAX_KEPT:
        kept -= len(_trees.popitem(last=False)[0])


class Neighbours:
    """Other files that one source imports, as they are read."""

    def __init__(self) -> None:
        self.sources: dict[Path, SourceFile] = {}

    def load(self, path: Path, only_plain: bool = False) -> libcst.Module | str:
        """The syntax tree of a file, or why there is none; a folder is a package with nothing in it.

        With ``only_plain``, only a small file that does not speak of Keras has one.
        """
        if path.suffix != ".py":
            return tree_of("")
        try:
            there = disk()
            changed, size = there.status(str(path))
            if size > MAX_IMPORTED:
                saw(FILE, path, lambda: there.digest(str(path)))
                return "it is too large"
            if only_plain and not _is_plain(there, str(path), changed, size):
                saw(FILE, path, lambda: there.digest(str(path)))
                return "files of a large package are followed only where they are small and without Keras"
            data = there.content(str(path))
            saw(FILE, path, lambda: digest_of(data))
        except OSError as error:
            saw(FILE, path, lambda: "")
            return f"it can't be read: {(error.strerror or type(error).__name__).lower()}"
        found = _read(path, data)
        if isinstance(found, str):
            return found
        self.sources[path] = found
        try:
            return tree_of(found.parse_text)
        except TooComplex as error:
            return str(error)


@lru_cache(maxsize=4096)
def _is_plain(there: Disk, path: str, changed: int, size: int) -> bool:
    return size <= MAX_PLAIN and b"keras" not in there.content(path)


def _read(path: Path, data: bytes) -> SourceFile | str:
    key = (str(path), data)
    if key not in _sources:
        _sources[key] = _checked(path, data)
        if len(_sources) > MAX_SOURCES:
            _sources.popitem(last=False)
    _sources.move_to_end(key)
    return _sources[key]


def _checked(path: Path, data: bytes) -> SourceFile | str:
    try:
        source = read_source(str(path), data)
        _, problem = check_syntax(source.parse_text)
    except (UnreadableFile, TooComplex) as error:
        return str(error)
    except RecursionError:
        return "it is nested too deeply"
    return source if problem is None else f"syntax error: {problem.message}"
