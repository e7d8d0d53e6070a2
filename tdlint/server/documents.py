"""What the client has open, as programs: a text is one, and so are all cells of a notebook together."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from lsprotocol.types import NotebookCellKind, NotebookDocument, Range
from pygls.uris import to_fs_path, urlparse
from pygls.workspace import TextDocument, Workspace

from tdlint.diagnostics import Location, Span
from tdlint.server.positions import Text
from tdlint.sources.source_file import encode

_SURROGATES = re.compile("[\ud800-\udfff]")
_BOM = "\ufeff"


@dataclass(frozen=True)
class Part:
    """A text of the client within a program: the whole of it, or the cell ``cell`` of a notebook.

    ``start`` is the offset of the program at which the text begins.
    """

    uri: str
    version: int | None
    text: Text
    start: int = 0
    cell: int | None = None

    def range(self, span: Span) -> Range:
        """The range of a span of the program."""
        return self.text.range(Span(span.start - self.start, span.end - self.start))


@dataclass(frozen=True)
class Opened:
    """A program that is open, as the file that it would be if it were saved now.

    ``uri`` is that of the text, or of the notebook; ``parts`` are the texts that it is made of.
    """

    uri: str
    path: str
    data: bytes
    parts: tuple[Part, ...]

    def part(self, uri: str) -> Part | None:
        """The part with this address."""
        return next((part for part in self.parts if unquote(part.uri) == unquote(uri)), None)

    def part_at(self, offset: int) -> Part | None:
        """The part that an offset of the program is in."""
        return next((part for part in reversed(self.parts) if part.start <= offset), None)

    def place(self, location: Location) -> tuple[Part, Range] | None:
        """Where a location is; its whole is at the start of the first part."""
        if not self.parts:
            return None
        span = location.span or Span(self.parts[0].start, self.parts[0].start)
        part = self.part_at(span.start)
        return None if part is None else (part, part.range(span))


def opened(workspace: Workspace, uri: str) -> Opened | None:
    """The program that a text, a cell or a notebook belongs to; None if it is not open."""
    notebook = workspace.get_notebook_document(notebook_uri=uri) or workspace.get_notebook_document(cell_uri=uri)
    if notebook is not None:
        return _notebook(workspace, notebook)
    document = workspace.text_documents.get(unquote(uri))
    return None if document is None or not _is_python(document) else _program(workspace, document)


def all_opened(workspace: Workspace) -> Iterator[str]:
    """The addresses of all programs that are open: texts that are no cells, and notebooks."""
    for uri in [*workspace.text_documents]:
        if workspace.get_notebook_document(cell_uri=uri) is None:
            yield uri
    yield from [*workspace.notebook_documents]


def path_of(workspace: Workspace, uri: str) -> str:
    """The file of an address; one that is nowhere yet, such as ``untitled:1``, counts as in the workspace's folder."""
    path = to_fs_path(uri)
    if path is not None:
        return path
    folders = [to_fs_path(folder.uri) for folder in workspace.folders.values()]
    root = next((folder for folder in folders if folder), None) or workspace.root_path or "."
    return str(Path(root, Path(urlparse(uri)[2]).name or "untitled"))


def _is_python(document: TextDocument) -> bool:
    return document.language_id in (None, "", "python") or document.uri.endswith((".py", ".pyi"))


def _program(workspace: Workspace, document: TextDocument) -> Opened:
    text = _SURROGATES.sub("\ufffd", document.source)
    # the reader of files leaves a byte order mark out of the text
    start = -1 if text.startswith(_BOM) else 0
    part = Part(document.uri, document.version, Text(text, _encoding(workspace)), start)
    return Opened(document.uri, path_of(workspace, document.uri), encode(text), (part,))


def _notebook(workspace: Workspace, notebook: NotebookDocument) -> Opened:
    parts: list[Part] = []
    cells: list[dict[str, object]] = []
    offset = 0
    for number, cell in enumerate(notebook.cells, 1):
        document = workspace.text_documents.get(unquote(cell.document))
        code = document is not None and cell.kind is NotebookCellKind.Code and _is_python(document)
        text = "" if document is None else _SURROGATES.sub("\ufffd", document.source)
        cells.append({"cell_type": "code" if code else "raw", "metadata": {}, "source": text})
        if document is None or not code:
            continue
        parts.append(Part(document.uri, document.version, Text(text, _encoding(workspace)), offset, number))
        # as the reader of notebooks joins them
        offset += len(text) + (not text.endswith(("\n", "\r")))
    path = path_of(workspace, notebook.uri)
    if not path.lower().endswith(".ipynb"):
        path += ".ipynb"
    data = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()
    return Opened(notebook.uri, path, data, tuple(parts))


def _encoding(workspace: Workspace) -> str:
    return str(getattr(workspace.position_encoding, "value", workspace.position_encoding))
