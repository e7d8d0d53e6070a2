"""The text of one source file, and the one place that turns offsets into lines and columns.

Offsets count code points of ``SourceFile.text``. Lines end at ``\\n``, ``\\r\\n`` and ``\\r`` only, as for Python
itself; ``str.splitlines`` also splits at form feeds and Unicode separators and is not used.
"""

from __future__ import annotations

import io
import re
import tokenize
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property

from tdlint.diagnostics import Location, Position, Span
from tdlint.sources.old_python import OldSyntax

MAX_QUOTED_LINES = 20
"""How many source lines a location carries at most; a whole class is nothing that a report shows."""

_NEWLINE = re.compile(r"\r\n|\r|\n")
# A form feed sets the indentation back to zero for CPython, LibCST drops it.
_FORM_FEED_INDENT = re.compile(r"(?<!\\)(\r\n|\r|\n|\A)([ \t]*\f[ \t\f]*\f|[ \t]*\f)")
_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_UTF_32_MARK = b"\xff\xfe\0\0"
_UTF_8_MARK = b"\xef\xbb\xbf"


class UnreadableFile(Exception):
    """The file can't be decoded or is no notebook; the text says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A code cell of a notebook: its number among all cells, from 1, and where its text is in the joined text."""

    number: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class SyntaxProblem:
    """A place that Python does not accept, what CPython says of it, and what it was in an older Python."""

    span: Span
    message: str
    old: OldSyntax | None = None


@dataclass(frozen=True)
class SourceFile:
    """One source: ``text`` is what spans count in, ``parse_text`` what parsers are given.

    Both have the same length, and what a parser says of an offset of one is true of the other. ``cells`` are those of a
    notebook, whose code is joined to one text; ``problems`` are what reading a notebook already found to be wrong.
    ``encoding`` writes ``text`` back as the same bytes (``utf-8-sig`` for a file with a BOM).
    """

    path: str
    text: str
    parse_text: str
    encoding: str = "utf-8"
    cells: tuple[Cell, ...] = ()
    problems: tuple[SyntaxProblem, ...] = field(default=())

    @cached_property
    def line_starts(self) -> tuple[int, ...]:
        """The offset at which each line begins."""
        return line_starts(self.text)

    def line_number(self, offset: int) -> int:
        """The line of an offset, from 1, counted in the whole text also for a notebook."""
        return bisect_right(self.line_starts, offset)

    def line_span(self, number: int) -> Span:
        """The span of a line by its number in the whole text, without its line end."""
        start = self.line_starts[number - 1]
        found = _NEWLINE.search(self.text, start)
        return Span(start, found.start() if found else len(self.text))

    def line_offset(self, number: int, column: int) -> int:
        """The offset of a line and column (both from 1, in the whole text), clipped to the line."""
        line = self.line_span(min(max(number, 1), len(self.line_starts)))
        return min(max(line.start + column - 1, line.start), line.end)

    def cell_at(self, offset: int) -> Cell | None:
        """The cell of a notebook that an offset is in."""
        place = bisect_right(self.cells, offset, key=lambda cell: cell.start)
        return self.cells[place - 1] if place else None

    def position(self, offset: int) -> Position:
        """Line and column of an offset; in a notebook the line is that of its cell."""
        line = self.line_number(offset)
        column = offset - self.line_starts[line - 1] + 1
        cell = self.cell_at(offset)
        first = self.line_number(cell.start) if cell else 1
        return Position(line - first + 1, column)

    def lines_at(self, start: int, end: int) -> tuple[str, ...]:
        """The lines that the offsets are in, without line ends, at most ``MAX_QUOTED_LINES``."""
        first = self.line_number(start)
        last = min(max(self.line_number(end), first), first + MAX_QUOTED_LINES - 1)
        spans = (self.line_span(number) for number in range(first, last + 1))
        return tuple(self.text[span.start : span.end] for span in spans)

    def location(self, span: Span) -> Location:
        """A span as a place in a report."""
        cell = self.cell_at(span.start)
        # a report's end must not be in another cell than its start
        end = max(span.start, min(span.end, cell.end - 1)) if cell else span.end
        return Location(
            self.path,
            start=self.position(span.start),
            end=self.position(end),
            span=Span(span.start, end),
            cell=cell.number if cell else None,
            lines=self.lines_at(span.start, end),
        )


def line_starts(text: str) -> tuple[int, ...]:
    """The offset at which each line of a text begins."""
    return (0, *(found.end() for found in _NEWLINE.finditer(text)))


def read_source(path: str, data: bytes) -> SourceFile:
    """The Python source of a file's bytes.

    Raises:
        UnreadableFile: the bytes are not text in the declared encoding.
    """
    text, encoding = decode(data)
    return SourceFile(path, text, normalize(text), encoding)


def decode(data: bytes) -> tuple[str, str]:
    """Bytes as text without BOM, by coding cookie (PEP 263), BOM or UTF-8; and the encoding that writes it back.

    Raises:
        UnreadableFile: the bytes are not text in the declared encoding.
    """
    if data.startswith(_UTF_16_MARKS):
        name = "UTF-32" if data.startswith(_UTF_32_MARK) else "UTF-16"
        raise UnreadableFile(f"the file is {name}, which Python does not read; save it as UTF-8")
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    except SyntaxError as error:
        encoding = _encoding_despite(error, data)
    if not encoding.startswith("utf-8") and not _is_for_source(encoding):
        raise UnreadableFile(f"the file declares the encoding {encoding!r}, in which Python reads no source; use utf-8")
    try:
        return data.decode(encoding), encoding
    except UnicodeDecodeError as error:
        line = len(_NEWLINE.findall(data[: error.start].decode("latin-1"))) + 1
        raise UnreadableFile(
            f"line {line} has bytes that are not {encoding}; save the file as UTF-8 or declare its encoding"
        ) from None
    except UnicodeError as error:  # of codecs that do not say where
        raise UnreadableFile(f"the file is not {encoding}, as it declares: {error}; save it as UTF-8") from None


def _is_for_source(encoding: str) -> bool:
    """Whether a declaration can be read before its encoding is known, and what follows is text."""
    try:
        return b"coding".decode(encoding) == "coding"
    except (LookupError, UnicodeError):  # codecs of bytes, such as hex, and codecs that only raise
        return False


def encode(text: str) -> bytes:
    """A text as the bytes of a file in the encoding that it declares; in UTF-8 if there is none of that name."""
    data = text.encode("utf-8")
    try:
        declared, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        return data if declared.startswith("utf-8") else text.encode(declared, "replace")
    except (SyntaxError, LookupError):
        return data  # which reading it reports


def _encoding_despite(error: SyntaxError, data: bytes) -> str:
    # detect_encoding also fails where line 1 or 2 is not UTF-8; decoding then gives the better message
    message = str(error.msg)
    if "encoding problem" in message and data.startswith(_UTF_8_MARK):
        raise UnreadableFile("the file begins with the mark of UTF-8 and declares another encoding; declare utf-8")
    if "unknown encoding" in message or "encoding problem" in message:
        declared = message.rpartition(":")[2].strip()
        raise UnreadableFile(f"the file declares the unknown encoding {declared!r}; use utf-8") from None
    return "utf-8-sig" if data.startswith(_UTF_8_MARK) else "utf-8"


def normalize(text: str) -> str:
    """The text with form feeds as spaces, of the same length and the same meaning.

    A form feed in an indentation makes the indentation before it count nothing. There the spaces go before the line
    end, which keeps all later offsets; the start of the text, where there is no line before, becomes an empty line.
    """
    if "\f" not in text:
        return text

    def move(found: re.Match[str]) -> str:
        blank = " " * len(found[2])
        return blank + found[1] if found[1] else blank[:-1] + "\n"

    return _FORM_FEED_INDENT.sub(move, text).replace("\f", " ")
