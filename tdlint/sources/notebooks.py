"""Jupyter notebooks as one Python source: the code cells joined, each report told by cell and line.

A cell's number is its place among *all* cells of the notebook, from 1, Markdown included: it can be counted on the
screen and does not change when cells are run, as the execution count does.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from itertools import accumulate
from typing import Any

from tdlint.diagnostics import Span
from tdlint.sources.magics import blank, replace_magics
from tdlint.sources.source_file import Cell, SourceFile, SyntaxProblem, UnreadableFile, line_starts, normalize
from tdlint.sources.syntax import TooComplex, check_syntax

_SURROGATES = re.compile("[\ud800-\udfff]")
_PERHAPS_MAGIC = re.compile(r"[%!?]")
_OTHER_KERNELS = ("ir", "julia", "javascript", "jslab", "bash", "scala", "spylon", "xcpp", "octave", "sos", "r-")


def read_notebook(path: str, data: bytes) -> SourceFile | None:
    """The Python source of a notebook's bytes (format 3 or 4), None if it is in another language.

    A cell that is not Python is blank in ``parse_text`` and among ``problems``, so that the others can be analysed.

    Raises:
        UnreadableFile: the bytes are no notebook.
    """
    notebook = _load(data)
    if not _is_python(notebook):
        return None
    cells: list[Cell] = []
    pieces: list[str] = []
    offset = 0
    for number, code in _code_cells(notebook):
        cell_text = code if code.endswith(("\n", "\r")) else code + "\n"
        cells.append(Cell(number, offset, offset + len(cell_text)))
        pieces.append(cell_text)
        offset += len(cell_text)
    normal = list(map(normalize, pieces))
    parsed = [replace_magics(cell) if _PERHAPS_MAGIC.search(cell) else cell for cell in normal]
    problems: list[SyntaxProblem] = []
    if not _are_python(parsed):
        for place, cell in enumerate(cells):
            parsed[place], problem = _read_cell(pieces[place], replace_magics(normal[place]), cell.start)
            problems += [problem] if problem else []
    return SourceFile(path, "".join(pieces), "".join(parsed), "utf-8", tuple(cells), tuple(problems))


def _are_python(parsed: list[str]) -> bool:
    """Whether all cells are Python, each by itself, found out by parsing them as one: no statement is in two."""
    if any(piece.rstrip("\r\n").endswith("\\") for piece in parsed):
        return False
    try:
        tree, _ = check_syntax("".join(parsed))
    except (TooComplex, RecursionError):
        return False
    ends = list(accumulate(len(line_starts(piece)) - 1 for piece in parsed))
    for statement in tree.body if tree is not None else ():
        first = min([statement.lineno, *(each.lineno for each in getattr(statement, "decorator_list", ()))])
        if bisect_left(ends, first) != bisect_left(ends, statement.end_lineno or first):
            return False
    return tree is not None


def _read_cell(text: str, parse_text: str, offset: int) -> tuple[str, SyntaxProblem | None]:
    try:
        _, problem = check_syntax(parse_text)
    except TooComplex as error:
        problem = SyntaxProblem(Span(0, 0), str(error))
    if problem is None:
        return parse_text, None
    span = Span(problem.span.start + offset, problem.span.end + offset)
    return blank(text), SyntaxProblem(span, problem.message, problem.old)


def _load(data: bytes) -> dict[str, Any]:
    try:
        notebook = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise UnreadableFile("the notebook is not UTF-8; open it in Jupyter and save it again") from None
    except json.JSONDecodeError as error:
        raise UnreadableFile(
            f"the notebook is not valid JSON: {error.msg.lower()} at line {error.lineno}, column {error.colno}"
        ) from None
    except ValueError:  # of integers that Python does not convert
        raise UnreadableFile("the notebook is not valid: it has a number with thousands of digits") from None
    except RecursionError:
        raise UnreadableFile("the notebook is not valid: its JSON is nested too deeply") from None
    if not isinstance(notebook, dict) or not ("cells" in notebook or "worksheets" in notebook):
        raise UnreadableFile("the file is JSON and no notebook: it has no cells")
    return notebook


def _is_python(notebook: dict[str, Any]) -> bool:
    metadata = _mapping(notebook.get("metadata"))
    info, kernel = _mapping(metadata.get("language_info")), _mapping(metadata.get("kernelspec"))
    language = info.get("name") or kernel.get("language") or metadata.get("language")
    if isinstance(language, str):
        return language.lower().startswith(("python", "ipython"))
    name = kernel.get("name")
    # old notebooks and those of hosted services have no metadata, and are Python
    return not (isinstance(name, str) and name.lower().startswith(_OTHER_KERNELS))


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _code_cells(notebook: dict[str, Any]) -> list[tuple[int, str]]:
    """Number and code of each code cell.

    Raises:
        UnreadableFile: the cells are not as the format says.
    """
    found = []
    for number, cell in enumerate(_cells(notebook), 1):
        if not isinstance(cell, dict):
            raise UnreadableFile(f"the notebook is not valid: cell {number} is not an object")
        language = cell.get("language", "python")
        if cell.get("cell_type") != "code" or language != "python":
            continue
        # format 3 says input, format 4 source
        code = cell.get("source", cell.get("input", ""))
        if isinstance(code, list) and all(isinstance(line, str) for line in code):
            code = "".join(code)
        if not isinstance(code, str):
            raise UnreadableFile(f"the notebook is not valid: the source of cell {number} is not text")
        # JSON can hold halves of surrogate pairs, which no parser and no terminal takes
        found.append((number, _SURROGATES.sub("\ufffd", code)))
    return found


def _cells(notebook: dict[str, Any]) -> list[Any]:
    groups = [notebook] if "cells" in notebook else notebook["worksheets"]
    if not isinstance(groups, list) or not all(isinstance(group, dict) for group in groups):
        raise UnreadableFile("the notebook is not valid: its worksheets are not a list of objects")
    lists = [group.get("cells", []) for group in groups]
    if not all(isinstance(cells, list) for cells in lists):
        raise UnreadableFile("the notebook is not valid: its cells are not a list")
    return [cell for cells in lists for cell in cells]
